"""eps, x_0 and v: each answer leads back to eps exactly."""

from __future__ import annotations

import identities as ids
import pytest
import torch
from support import EPS, TOLERANCE, error, noise, refuses
from torch import nn

from course_lib import forward, schedules
from course_lib.parameterisations import KINDS, EpsModel, target, to_eps

LIB = ids.library()


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
    for f in (lambda t: target(kind, x, t, x, schedule), lambda t: to_eps(kind, x, x, t, schedule)):
        refuses(lambda f=f: f(torch.tensor([0, 1])), "error.t_zero", got=0, first=1, T=1000)
        refuses(lambda f=f: f(torch.tensor([1, 1001])), "error.t_range", got=1001, first=1, T=1000)
        refuses(lambda f=f: f(torch.tensor([1.0, 2.0])), "error.t_dtype", got=torch.float32)
        refuses(lambda f=f: f(torch.tensor([1])), "error.t_shape", got=(1,), want=(2,))
