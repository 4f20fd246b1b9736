"""eps, x_0 and v: each answer leads back to eps exactly."""

from __future__ import annotations

import identities as ids
import pytest
import torch
from support import EPS, TOLERANCE, error, noise, refuses
from torch import nn

from course_lib import forward, schedules
from course_lib.parameterisations import KINDS, EpsModel, from_eps, target, to_eps
from course_lib.unet import UNet

LIB = ids.namespace()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ids.KINDS)
def test_to_eps_inverts_target(kind, name, where):
    schedule = ids.schedule_of(LIB, name)
    t = ids.all_t(schedule).to(where)
    x_0, eps = (noise(schedule.T, 2, seed=s).to(where) for s in (0, 1))
    x_t = forward.q_sample(x_0, t, eps, schedule)
    answer = target(kind, x_0, t, eps, schedule)
    back = to_eps(kind, answer, x_t, t, schedule)
    lost = (1 - schedule.alpha_bar[1:, None]).sqrt().to(where)  # x_0's answer is divided by it
    assert error(back * lost, eps * lost) < TOLERANCE


@pytest.mark.parametrize("name", ids.KINDS)
@pytest.mark.parametrize("identity", [ids.conversions_close, ids.three_losses_are_one])
def test_any_kind_becomes_any_other(identity, name):
    identity(LIB, name)


@pytest.mark.parametrize("t", [1, 1000])
@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_a_round_trip_through_two_kinds_at_both_ends(first, second, t):
    """first -> second -> first in float32: what is lost is rounding, magnified by the two divisions."""
    schedule, answer, x_t = schedules.linear(), noise(50, 2).float(), noise(50, 2, seed=1).float()
    there = from_eps(second, to_eps(first, answer, x_t, t, schedule), x_t, t, schedule)
    back = from_eps(first, to_eps(second, there, x_t, t, schedule), x_t, t, schedule)
    ratio = float(schedule.snr[t]) ** 0.5
    assert error(back, answer) < 16 * torch.finfo(torch.float32).eps * max(ratio, 1 / ratio)


def test_v_turns_the_pair_x_0_eps():
    """(x_t, v_t) is (x_0, eps) turned by an angle: the same length, and v at the ends is eps or -x_0."""
    schedule, x_0, eps = schedules.cosine(), noise(1000, 2), noise(1000, 2, seed=1)
    t = ids.all_t(schedule)
    x_t, v = forward.q_sample(x_0, t, eps, schedule), target("v", x_0, t, eps, schedule)
    assert error(x_t**2 + v**2, x_0**2 + eps**2) < TOLERANCE * 20
    kept = schedule.alpha_bar[t, None]
    assert error(kept.sqrt() * v + (1 - kept).sqrt() * x_t, eps) < TOLERANCE
    assert error(kept.sqrt() * x_t - (1 - kept).sqrt() * v, x_0) < TOLERANCE


class Oracle(nn.Module):
    """Answers as a network of one kind would that knows x_0 and eps."""

    def __init__(self, kind, x_0, eps, schedule):
        super().__init__()
        self.kind, self.x_0, self.eps, self.schedule = kind, x_0, eps, schedule
        self.classes = 10

    def forward(self, x_t, t, *labels):
        self.seen = labels
        return target(self.kind, self.x_0, t, self.eps, self.schedule)


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_of_each_kind_answers_eps(kind):
    schedule, x_0, eps, t = (
        schedules.linear(),
        noise(3, 1, 2, 2),
        noise(3, 1, 2, 2, seed=1),
        torch.tensor([9, 500, 999]),
    )
    model = EpsModel(Oracle(kind, x_0, eps, schedule), schedule, kind)
    x_t = forward.q_sample(x_0, t, eps, schedule)
    y = torch.tensor([1, 2, 3])
    assert error(model(x_t, t, y), eps) < 1e3 * EPS * 16
    assert model.net.seen[0] is y and model.classes == 10
    model(x_t, t)
    assert model.net.seen == ()


def test_bf16_answers_come_in_the_images_dtype(where):
    net = nn.Conv2d(1, 1, 1).to(where)
    model = EpsModel(type("Net", (nn.Module,), {"forward": lambda self, x, t: net(x)})(), schedules.linear())
    x, t = noise(2, 1, 4, 4).float().to(where), torch.tensor([1, 2]).to(where)
    plain = model(x, t)
    model.bf16 = True
    assert model(x, t).dtype == torch.float32
    assert 0 < error(model(x, t), plain) < 2**-6  # bfloat16 keeps 8 bits


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kind", ["v", "x_0"])
def test_eps_survives_low_precision_at_t_1(dtype, kind):
    """sqrt(1 - alpha_bar_1) = 0.01: taken after the rounding it would be 0, and x_0's answer inf."""
    schedule, t = schedules.linear(), torch.tensor([1, 2, 5])
    x_0, eps = noise(3, 2), noise(3, 2, seed=1)
    x_t = forward.q_sample(x_0, t, eps, schedule)
    answer = target(kind, x_0, t, eps, schedule)
    got = to_eps(kind, answer.to(dtype), x_t.to(dtype), t, schedule)
    lost = (1 - schedule.alpha_bar[t, None]).sqrt() if kind == "x_0" else 1.0
    assert error(lost * got, lost * eps) < 16 * torch.finfo(dtype).eps


class Scale(nn.Module):
    """A network of one weight that notes where and as what its inputs came."""

    classes = 10

    def __init__(self, device="cpu", dtype=torch.float32):
        super().__init__()
        self.weight = nn.Parameter(torch.ones((), device=device, dtype=dtype))
        self.seen: list = []

    def forward(self, x_t, t, y=None):
        self.seen = [
            x_t.device.type,
            x_t.dtype,
            t.device.type,
            t.tolist() if t.device.type == "cpu" else None,
        ]
        self.seen += [] if y is None else [y.device.type]
        return torch.full(x_t.shape, 0.5)  # on the CPU: nothing comes back from "meta"


def test_inputs_go_to_the_network_and_its_answer_comes_back():
    """A model on another device than the noise, as beside a GPU ("meta" stands for it here)."""
    model = EpsModel(Scale("meta"), schedules.linear())
    x, t, y = noise(2, 1, 3, 3), torch.tensor([5, 7]), torch.tensor([0, 3])
    got = model(x, t, y)
    assert model.net.seen == ["meta", torch.float32, "meta", None, "meta"]
    assert got.device.type == "cpu" and got.dtype == torch.float64


def test_a_model_meets_the_device_of_its_network(where):
    model = EpsModel(UNet(widths=(4, 8), embedding=8, time_width=8).to(where), schedules.linear())
    x, t, y = noise(2, 1, 4, 4), torch.tensor([5, 7]), torch.tensor([0, 3])
    got = model(x.float(), t, y)
    assert got.device.type == "cpu" and got.dtype == torch.float32


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("of_net", [torch.float32, torch.bfloat16])
def test_any_float_images_are_welcome(dtype, of_net):
    model = EpsModel(Scale(dtype=of_net), schedules.linear())
    got = model(noise(2, 3).to(dtype), torch.tensor([5, 7]))
    assert model.net.seen[1] == of_net and got.dtype == dtype


def test_one_t_and_a_label_by_name():
    model = EpsModel(Scale(), schedules.linear(), "v")
    x, y = noise(2, 3), torch.tensor([1, 2])
    got = model(x, 5, y=y)
    assert model.net.seen[3] == [5, 5] and len(model.net.seen) == 5
    assert error(got, model(x, torch.tensor([5, 5]), y)) == 0


def test_whole_number_images_are_refused(unchecked):
    model = EpsModel(Scale(), schedules.linear())
    whole = torch.ones(2, 1, 3, 3, dtype=torch.uint8)
    refuses(lambda: model(whole, torch.tensor([5, 7])), "error.float_images", got=torch.uint8)
    refuses(lambda: model.answer(whole, 5), "error.float_images", got=torch.uint8)
    refuses(lambda: model(noise(2, 3), 0), "error.t_zero", got=0, first=1, T=1000)


@pytest.mark.parametrize("kind", KINDS)
def test_bad_input_is_named(kind, unchecked):
    schedule, x = schedules.linear(), noise(2, 1)
    refuses(
        lambda: target("w", x, torch.ones(2).long(), x, schedule),
        "error.kind",
        got="'w'",
        allowed="eps, x_0, v",
    )
    refuses(
        lambda: EpsModel(nn.Identity(), schedule, "noise"), "error.kind", got="'noise'", allowed="eps, x_0, v"
    )
    refuses(lambda: from_eps("w", x, x, 1, schedule), "error.kind", got="'w'", allowed="eps, x_0, v")
    for f in (
        lambda t: target(kind, x, t, x, schedule),
        lambda t: to_eps(kind, x, x, t, schedule),
        lambda t: from_eps(kind, x, x, t, schedule),
    ):
        refuses(lambda f=f: f(torch.tensor([0, 1])), "error.t_zero", got=0, first=1, T=1000)
        refuses(lambda f=f: f(torch.tensor([1, 1001])), "error.t_range", got=1001, first=1, T=1000)
        refuses(lambda f=f: f(torch.tensor([1.0, 2.0])), "error.t_dtype", got=torch.float32)
        refuses(lambda f=f: f(torch.tensor([1])), "error.t_shape", got=(1,), want=(2,))


@pytest.mark.parametrize("kind", KINDS)
def test_answers_that_would_be_broadcast_are_refused(kind, unchecked):
    x, narrow, schedule = noise(3, 2), noise(3, 1), schedules.linear(20)
    for call, one, other in (
        (lambda: to_eps(kind, narrow, x, 1, schedule), "x_t", "answer"),
        (lambda: from_eps(kind, narrow, x, 1, schedule), "x_t", "eps_hat"),
        (lambda: target(kind, x, 1, narrow, schedule), "x_0", "eps"),
    ):
        refuses(call, "error.noise_shape", x=one, eps=other, want=(3, 2), got=(3, 1))
