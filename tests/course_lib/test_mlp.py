"""The network for points: its shape, what it depends on, and that it learns."""

from __future__ import annotations

import pytest
import torch
from support import TOLERANCE, error, noise, refuses

from course_lib import forward, gaussians, losses, samplers, schedules, training
from course_lib.mlp import MLP
from course_lib.parameterisations import EpsModel


def made(**how) -> MLP:
    """A network in float64 whose last layer is no longer zero."""
    torch.manual_seed(0)
    net = MLP(**{"width": 16, "depth": 2, "time_width": 8, **how}).double()
    torch.nn.init.normal_(net.head.weight)
    return net


def test_the_untrained_network_answers_0():
    x, t = noise(5, 2).float(), torch.tensor([1, 5, 9, 500, 1000])
    assert error(MLP()(x, t), torch.zeros(5, 2)) == 0
    assert sum(p.numel() for p in MLP().parameters()) == 120_450


@pytest.mark.parametrize("d", [1, 2, 7])
def test_each_item_depends_on_its_own_point_and_t_alone(d):
    net, x, t = made(d=d), noise(4, d), torch.tensor([1, 2, 500, 1000])
    whole = net(x, t)
    assert whole.shape == (4, d)
    for i in range(4):
        assert error(net(x[i : i + 1], t[i : i + 1]), whole[i : i + 1]) < TOLERANCE
    other_t, other_x = ((net(*given) - whole).detach().abs().min() for given in ((x, t.flip(0)), (x + 1, t)))
    assert float(other_t) > 0 < float(other_x)


def test_every_parameter_takes_part():
    net, t = made(), torch.tensor([3, 7])
    net(noise(2, 2), t).square().sum().backward()
    assert all(p.grad is not None and float(p.grad.abs().max()) > 0 for p in net.parameters())


def test_its_config_builds_it_again():
    net = made(d=3)
    again = MLP(**net.config).double()
    again.load_state_dict(net.state_dict())
    x, t = noise(2, 3), torch.tensor([1, 2])
    assert error(again(x, t), net(x, t)) == 0


def test_it_learns_points_to_near_the_floor():
    """Two Gaussians, some seconds: the loss falls to within a tenth of what the exact model keeps."""
    schedule = schedules.linear(50, 1e-3, 0.2)
    mixture = gaussians.Mixture([0.5, 0.5], torch.tensor([[1.0, 1.0], [-1.0, 0.0]]), 0.2)
    points = mixture.sample(2_000, torch.Generator().manual_seed(0))
    recipe = training.Recipe(
        steps=600, batch_size=128, warmup=20, learning_rate=3e-3, ema_decay=0.98, precision="fp32"
    )
    torch.manual_seed(0)
    run = training.Run(EpsModel(MLP(width=48, depth=2), schedule), points, None, recipe, device="cpu")
    list(run.steps())
    model, g = EpsModel(run.averaged(), schedule), torch.Generator().manual_seed(1)
    x_0, t = mixture.sample(20_000, g), torch.randint(1, 51, (20_000,), generator=g)
    eps = torch.randn(x_0.shape, generator=g)
    x_t = forward.q_sample(x_0, t, eps, schedule)
    with torch.no_grad():
        ours, best = (float(losses.simple(m(x_t, t), eps)) for m in (model, mixture.optimal_eps(schedule)))
    assert best * 0.98 < ours < best * 1.1, (ours, best)  # the estimates share their noise
    last = samplers.final(samplers.sample(model, samplers.ddim_step, torch.randn(9, 2), schedule))
    assert last.shape == (9, 2) and bool(last.isfinite().all())


def test_bad_input_is_named(unchecked):
    net, x = MLP(), noise(3, 2).float()
    refuses(lambda: net(x[:, :1], torch.tensor([1, 2, 3])), "error.points_shape", name="x_t", want="(B, 2)",
            got=(3, 1))  # fmt: skip
    refuses(lambda: net(x[0], torch.tensor([1])), "error.points_shape", name="x_t", want="(B, 2)", got=(2,))
    refuses(lambda: net(x, torch.tensor([1])), "error.t_shape", got=(1,), want=(3,))
    refuses(lambda: net(x, 1), "error.tensor", name="t", got="int")
    refuses(lambda: net(x.tolist(), 1), "error.tensor", name="x_t", got="list")
    for name in ("d", "width", "depth", "time_width"):
        refuses(lambda name=name: MLP(**{name: 0}), "error.whole", name=name, allowed="1, 2, 3, …", got="0")
    refuses(lambda: MLP(time_width=3), "error.whole", name="time_width", allowed="2, 4, 6, …", got=3)
