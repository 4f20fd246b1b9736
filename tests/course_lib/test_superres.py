"""Super-resolution: shrinking and enlarging are inverse, the condition reaches the network, and is bound."""

from __future__ import annotations

import pytest
import torch
from support import FLOAT32, error, noise, refuses

from course_lib import checkpoints, data, guidance, schedules, superres
from course_lib.mlp import MLP
from course_lib.parameterisations import EpsModel
from course_lib.samplers import ddim_step, final, sample, times

SCHEDULE = schedules.linear()


def made(seed: int = 0, **sizes) -> EpsModel:
    """An untrained model whose last layer is not zero."""
    torch.manual_seed(seed)
    net = superres.SuperRes(widths=(8, 16), embedding=16, **sizes)
    torch.nn.init.normal_(net.unet.head.weight, std=0.1)
    return EpsModel(net.requires_grad_(False), SCHEDULE, "v")


def test_shrinking_takes_the_mean_of_each_block():
    x = torch.arange(32.0).reshape(1, 1, 4, 8).double()
    small = superres.shrink(x, 2)
    assert small.shape == (1, 1, 2, 4)
    assert (
        error(small[0, 0, 0, 0], (0 + 1 + 8 + 9) / 4)
        == 0
        == error(small[0, 0, 1, 3], (22 + 23 + 30 + 31) / 4)
    )
    assert error(superres.shrink(x, 1), x) == 0
    low = noise(3, 2, 5, 4)
    assert error(superres.shrink(superres.enlarge(low, 3), 3), low) < 1e-14
    assert superres.enlarge(low, 3).shape == (3, 2, 15, 12)
    assert error(superres.enlarge(low, 3)[:, :, 2, 5], low[:, :, 0, 1]) == 0
    digits = data.digits("test")[0][:5]
    assert superres.shrink(digits).shape == (5, 1, 7, 7)
    assert error(superres.shrink(digits).mean(), digits.mean()) < 1e-6


def test_the_network_depends_on_every_argument():
    model = made()
    x, low, t = noise(2, 1, 12, 8).float(), noise(2, 1, 3, 2, seed=1).float(), torch.tensor([10, 900])
    answer = model(x, t, low)
    assert answer.shape == x.shape
    swapped = model(x.flip(0), t.flip(0), low.flip(0)).flip(0)
    assert error(answer, swapped) < 1e-4  # of eps_hat, which at t = 10 divides little
    for other in (model(x + 1, t, low), model(x, t - 5, low), model(x, t, low + 1)):
        assert float((other - answer).abs().amax((1, 2, 3)).min()) > 1e-4
    net = made(factor=2).net
    assert net(x, t, noise(2, 1, 6, 4).float()).shape == x.shape


def test_the_condition_enters_as_a_second_channel():
    model, heard = made(), []
    model.net.unet.register_forward_pre_hook(lambda net, given: heard.append(given))
    x, low, t = noise(2, 1, 8, 12).float(), noise(2, 1, 2, 3, seed=1), torch.tensor([10, 900])
    model(x, t, low)
    entered, told = heard[0][:2]
    assert entered.shape == (2, 2, 8, 12) and torch.equal(told, t)
    assert error(entered[:, :1], x) == 0 == error(entered[:, 1:], superres.enlarge(low.float()))


def test_a_bound_model_is_drawn_with():
    model, low = made(), noise(3, 1, 2, 2).float()
    asked = superres.ask(model, low)
    assert asked.schedule is model.schedule
    x, t = noise(3, 1, 8, 8).float(), torch.tensor([1, 500, 1000])
    assert error(asked(x, t), model(x, t, low)) == 0
    bound = low.clone()
    low.fill_(float("nan"))  # the caller's own, for something else
    assert error(asked(x, t), model(x, t, bound)) == 0
    x_0 = final(sample(asked, ddim_step, x, SCHEDULE, times(1000, 4)))
    assert x_0.shape == x.shape


def test_consistency_is_measured_on_the_small_picture():
    low = noise(4, 1, 3, 3)
    assert float(superres.consistency_error(superres.enlarge(low, 4), low).max()) < FLOAT32
    off = superres.consistency_error(superres.enlarge(low + 0.5, 4), low)
    assert error(off, 0.5 * torch.ones(4)) < 1e-12


def test_a_checkpoint_remembers_its_network(tmp_path):
    model, path = made(), tmp_path / "model.safetensors"
    about = {"model": model.net.config, "schedule": SCHEDULE.spec, "predicts": "v"}
    checkpoints.save(path, model.net, about, half=False)
    again = checkpoints.load(path, "cpu", "fp32")
    x, low, t = noise(2, 1, 8, 8).float(), noise(2, 1, 2, 2).float(), torch.tensor([3, 800])
    assert isinstance(again.net, superres.SuperRes) and checkpoints.card(path)["network"] == "SuperRes"
    assert error(again(x, t, low), model(x, t, low)) < FLOAT32


def test_bad_input_is_named(unchecked):
    model, x, t = made(), noise(2, 1, 8, 8).float(), torch.tensor([1, 2])
    low = noise(2, 1, 2, 2).float()
    refuses(lambda: superres.shrink(noise(1, 1, 10, 8)), "error.divides", height=10, width=8, factor=4)
    refuses(lambda: superres.shrink(noise(1, 8, 8)), "error.image_shape", got=(1, 8, 8), want="(B, C, H, W)")
    refuses(lambda: superres.shrink(x, 0), "error.whole", name="factor", allowed="1, 2, 3, …", got="0")
    refuses(lambda: model(x, t), "error.low_missing")
    refuses(lambda: model(x, t, noise(2, 1, 3, 2).float()), "error.low_shape", factor=4, got=(2, 1, 3, 2),
            x_t=(2, 1, 8, 8))  # fmt: skip
    refuses(lambda: model(x, t, low[:1]), "error.low_shape", factor=4, got=(1, 1, 2, 2), x_t=(2, 1, 8, 8))
    refuses(lambda: model(x, t, low[:, 0]), "error.image_shape", got=(2, 2, 2), want="(B, 1, h, w)")
    plain = EpsModel(MLP(width=8), SCHEDULE)
    refuses(lambda: superres.ask(plain, low), "error.superres_model", got="MLP")
    refuses(lambda: superres.ask(lambda x, t: x, low), "error.superres_model", got="function")
    refuses(lambda: superres.ask(model, low / 0), "error.start_nan", name="low")
    refuses(lambda: superres.consistency_error(x, low[:1]), "error.low_shape", factor=4, got=(1, 1, 2, 2),
            x_t=(2, 1, 8, 8))  # fmt: skip
    refuses(lambda: guidance.guide(model, torch.tensor([1, 2])), "error.no_labels")
    with pytest.raises(ValueError):
        superres.SuperRes(factor=-1)


def test_widths_may_be_read_but_once(unchecked):
    """Its card must say what was built."""
    assert superres.SuperRes(widths=(w for w in (8, 16)), embedding=16).config["widths"] == [8, 16]
