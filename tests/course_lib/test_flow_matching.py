"""Flow matching: straight ways, the best velocity in closed form, and its maps to diffusion and back."""

from __future__ import annotations

import pytest
import torch
from support import EPS, FLOAT32, error, noise, refuses

from course_lib import flow_maps, lang, schedules
from course_lib import flow_matching as fm
from course_lib.forward import q_sample
from course_lib.gaussians import Mixture
from course_lib.mlp import MLP
from course_lib.parameterisations import from_eps, target
from course_lib.samplers import ddim_step, final, sample, times
from course_lib.unet import UNet

SCHEDULE = schedules.linear()
MODEL = Mixture([0.3, 0.7], torch.tensor([[-1.0, 0.5], [1.5, 0.0]]).double(), [0.2, 0.4]).optimal_eps(
    SCHEDULE
)
TIGHT = 64 * EPS


def exact(std: float):
    """E[eps - x_0 | x_s] for x_0 ~ N(0, std^2): linear in x_s."""

    def field(x_s, s):
        s = s.reshape(-1, 1)
        return (s - (1 - s) * std**2) / ((1 - s) ** 2 * std**2 + s**2) * x_s

    return field


def test_the_way_is_straight_and_its_velocity_the_difference():
    x_0, eps, s = noise(5, 2), noise(5, 2, seed=1), torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]).double()
    x_s = fm.interpolate(x_0, eps, s)
    assert error(x_s[0], x_0[0]) == 0 == error(x_s[-1], eps[-1])
    assert error(x_s[2], (x_0[2] + eps[2]) / 2) < TIGHT
    ahead = fm.interpolate(x_0, eps, (s + 0.125).clamp(max=1))
    moved = (ahead - x_s)[:-1] / 0.125
    assert error(moved, fm.target(x_0, eps)[:-1]) < TIGHT
    assert error(fm.interpolate(x_0, eps, 0.25), 0.75 * x_0 + 0.25 * eps) < TIGHT


@pytest.mark.parametrize("s", [0.1, 0.5, 0.9])
def test_the_best_velocity_on_a_gaussian_is_linear(s):
    """The regression of eps - x_0 on x_s has the slope of the closed form, within 5 standard errors."""
    std, n = 0.6, 200_000
    x_0, eps = std * noise(n, 1), noise(n, 1, seed=1)
    x_s, velocity = fm.interpolate(x_0, eps, s), fm.target(x_0, eps)
    slope = float((x_s * velocity).sum() / x_s.square().sum())
    left = velocity - slope * x_s
    margin = 5 * float(left.std()) / float(x_s.square().sum()) ** 0.5
    want = float(exact(std)(torch.ones(1, 1).double(), torch.tensor([s]).double()))
    assert abs(slope - want) < margin
    for wrong in ((s + (1 - s) * std**2), (s - (1 - s) * std)):  # a sign, a missing square
        assert abs(slope - wrong / ((1 - s) ** 2 * std**2 + s**2)) > margin


def test_the_loss_is_least_at_the_closed_form():
    """At the best velocity it is the variance that is left: 1 + std^2 - cov^2 / var."""
    std, s, n = 0.6, 0.8, 100_000
    x_0, eps, at = std * noise(n, 1), noise(n, 1, seed=1), torch.full((n,), s, dtype=torch.float64)
    each = fm.loss(exact(std), x_0, at, eps)
    left = 1 + std**2 - (s - (1 - s) * std**2) ** 2 / ((1 - s) ** 2 * std**2 + s**2)
    assert each.shape == (n,)
    assert abs(float(each.mean()) - left) < 5 * float(each.std()) / n**0.5
    for off in (0.9, 1.1):
        worse = fm.loss(lambda x, t, k=off: k * exact(std)(x, t), x_0, at, eps) - each
        assert float(worse.mean()) > 5 * float(worse.std()) / n**0.5


def test_the_flow_of_a_gaussian_scales_it():
    """x_0 = std x_1 exactly, whatever the curve; Heun's error falls by four when the step is halved."""
    std, x_1 = 0.5, noise(20, 1)
    off = [error(fm.final(fm.sample(exact(std), x_1, k, method="heun")), std * x_1) for k in (40, 80, 160)]
    assert 3.5 < off[0] / off[1] < 4.5 and 3.5 < off[1] / off[2] < 4.5 and off[2] < 1e-3
    euler = [error(fm.final(fm.sample(exact(std), x_1, k)), std * x_1) for k in (200, 400)]
    assert 1.8 < euler[0] / euler[1] < 2.2


def test_one_step_is_enough_where_ways_are_straight():
    """Data in one point: u = (x_s - m) / s; every way is straight, and one Euler step ends in m."""
    m, x_1 = torch.tensor([[0.3, -0.2]]).double(), noise(6, 2)

    def field(x_s, s):
        return (x_s - m) / s[:, None]

    states = list(fm.sample(field, x_1, 1))
    assert error(states[-1].x_s, m.expand(6, 2)) < TIGHT
    assert float(fm.straightness(fm.sample(field, x_1, 7)).max()) < TIGHT
    bent = fm.straightness(fm.sample(flow_maps.as_field(MODEL, SCHEDULE), x_1, 20))
    assert float(bent.max()) > 0.01 and bent.shape == (6,)


def test_states_know_both_ends():
    x_1 = noise(3, 2)
    for state in fm.sample(exact(0.7), x_1, 4):
        assert error(fm.interpolate(state.x_0_hat, state.eps_hat, state.s), state.x_s) < TIGHT
    assert error(fm.final(fm.sample(exact(0.7), x_1, 4)), state.x_s) == 0
    assert state.s == 0 and error(state.velocity, 0 * x_1) == 0


def test_s_and_t_have_one_signal_to_noise_ratio():
    t = torch.arange(1, SCHEDULE.T + 1)
    s = flow_maps.s_of(t, SCHEDULE)
    assert error(((1 - s) / s) ** 2 / SCHEDULE.snr[1:], torch.ones(SCHEDULE.T).double()) < 1e-10
    assert error(flow_maps.alpha_bar_of(s), SCHEDULE.alpha_bar[1:]) < TIGHT
    assert (
        flow_maps.s_of(0, SCHEDULE) == 0
        and flow_maps.alpha_bar_of(1.0) == 0
        and flow_maps.alpha_bar_of(0.0) == 1
    )
    assert flow_maps.s_of(500, SCHEDULE) == float(s[499])


def test_places_and_velocities_map_to_v_and_back(where):
    x_0, eps = noise(4, 2).to(where), noise(4, 2, seed=1).to(where)
    t = torch.tensor([1, 250, 700, 1000]).to(where)
    x_t, s = q_sample(x_0, t, eps, SCHEDULE), flow_maps.s_of(t, SCHEDULE).to(where)
    assert error(flow_maps.to_path(x_t, t, SCHEDULE), fm.interpolate(x_0, eps, s)) < TIGHT
    assert error(flow_maps.from_path(flow_maps.to_path(x_t, t, SCHEDULE), t, SCHEDULE), x_t) < TIGHT
    v = target("v", x_0, t, eps, SCHEDULE)
    assert error(flow_maps.from_v(v, x_t, t, SCHEDULE), fm.target(x_0, eps)) < TIGHT
    assert error(flow_maps.to_v(fm.target(x_0, eps), x_t, t, SCHEDULE), v) < TIGHT
    a = SCHEDULE.alpha_bar[t.cpu()].sqrt()[:, None].to(where)
    assert error(a * x_t - (1 - a**2).sqrt() * v, x_0) < 1e-13  # the sign of v that the map relies on


def test_a_model_seen_as_a_flow_and_back_is_itself():
    t, x_t = torch.tensor([1, 40, 500, 1000]), noise(4, 2)
    twice = flow_maps.as_model(flow_maps.as_field(MODEL, SCHEDULE), SCHEDULE)
    assert error(twice(x_t, t), MODEL(x_t, t)) < 1e-9
    v_hat = from_eps("v", MODEL(x_t, t), x_t, t, SCHEDULE)
    u = flow_maps.as_field(MODEL, SCHEDULE)(flow_maps.to_path(x_t, t, SCHEDULE), flow_maps.s_of(t, SCHEDULE))
    assert error(u, flow_maps.from_v(v_hat, x_t, t, SCHEDULE)) < 1e-9
    assert twice.schedule is SCHEDULE
    in_float64 = flow_maps.as_field(lambda x_t, t: MODEL(x_t.double(), t), SCHEDULE)
    assert in_float64(x_t.float(), 0.5).dtype == torch.float32


@pytest.mark.parametrize("steps", [1, 5, 50])
def test_eulers_step_along_the_flow_is_ddim(steps):
    """The same points at the same noise levels, to rounding: from one field, and from one model."""
    x_T, visited = noise(7, 2), times(SCHEDULE.T, steps)
    grid = [float(flow_maps.s_of(t, SCHEDULE)) for t in visited]

    def field(x_s, s):
        return exact(0.5)(x_s, s)

    ddim = final(sample(flow_maps.as_model(field, SCHEDULE), ddim_step, x_T, SCHEDULE, visited))
    flow = fm.final(fm.sample(field, flow_maps.to_path(x_T, SCHEDULE.T, SCHEDULE), times=grid))
    assert error(ddim, flow) < 1e-9
    assert error(flow, fm.final(fm.sample(field, x_T, times=grid))) > 1e-5  # the units count
    ddim = final(sample(MODEL, ddim_step, x_T, SCHEDULE, visited))
    flow = fm.sample(
        flow_maps.as_field(MODEL, SCHEDULE), flow_maps.to_path(x_T, SCHEDULE.T, SCHEDULE), times=grid
    )
    assert error(ddim, fm.final(flow)) < 1e-6


def test_a_network_learns_the_velocity():
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(0)
    field = fm.Velocity(MLP(d=1, width=32, depth=2))
    x_0 = 0.5 * torch.randn(4000, 1, generator=g) + 2
    losses = list(fm.train(field, x_0, steps=300, generator=g, learning_rate=5e-3))
    assert len(losses) == 300
    floor = 1 + 0.25 - 0.4**2  # no velocity does better than about this at any s
    assert sum(losses[-50:]) / 50 < 0.9 < floor < sum(losses[:20]) / 20
    drawn = fm.final(fm.sample(field, torch.randn(500, 1, generator=g), 50))
    assert abs(float(drawn.mean()) - 2) < 0.1 and abs(float(drawn.std()) - 0.5) < 0.1


def test_a_network_is_told_whole_ticks():
    heard = []

    class Ear(torch.nn.Module):
        def forward(self, x, t, *y):
            heard.append((t.tolist(), [each.tolist() for each in y]))
            return x

    field = fm.Velocity(Ear())
    field(noise(2, 2), torch.tensor([0.0, 0.4996]).double())
    field(noise(1, 2), 1.0, torch.tensor([3]))
    assert heard == [([0, 500], []), ([1000], [[3]])]
    picture = fm.Velocity(UNet(widths=(8, 16), embedding=16))(
        torch.zeros(2, 1, 9, 9), 0.5, torch.tensor([1, 2])
    )
    assert picture.shape == (2, 1, 9, 9)
    x = noise(2, 2)
    assert fm.Velocity(MLP(width=8))(x, 0.5).dtype == x.dtype
    assert error(fm.interpolate(x.float(), x.float(), 0.3), x) < FLOAT32


@pytest.mark.parametrize("method", ["euler", "heun", "rk4"])
def test_a_field_that_writes_into_x_s_is_named(method, unchecked):
    x = noise(2, 3)
    before = x.clone()
    for field in (lambda x, s: x.neg_(), lambda x, s: x.neg_() if float(s[0]) < 0.6 else -x):
        refuses(
            lambda field=field: fm.final(fm.sample(field, x, 4, method=method)),
            "error.answer_writes", name="field", x="x_s",
        )  # fmt: skip
    assert error(x, before) == 0


@pytest.mark.parametrize("method", ["euler", "heun", "rk4"])
def test_a_field_may_answer_in_one_buffer(method):
    x, buffer = noise(2, 3), torch.empty(2, 3).double()
    shared = fm.sample(lambda x_s, s: torch.mul(x_s, 0.5 + s[:, None], out=buffer), x, 4, method=method)
    own = fm.sample(lambda x_s, s: x_s * (0.5 + s[:, None]), x, 4, method=method)
    for a, b in zip(list(shared), list(own), strict=True):
        assert error(a.x_s, b.x_s) == 0 == error(a.velocity, b.velocity)


def test_a_way_that_stands_still_is_straight_and_one_that_comes_back_is_not():
    x = noise(2, 3)
    assert error(fm.straightness(fm.sample(lambda x, s: 0 * x, x, 3)), torch.zeros(2)) == 0
    back = torch.tensor([1.0, -1.0]).double()
    turned = fm.sample(lambda x, s: back[(s > 0.5).long()][:, None].expand_as(x), 0 * x, 2)
    assert bool(fm.straightness(turned).isinf().all())


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_where_the_velocity_breaks_is_named(where, method, unchecked):
    """The first s, on an accelerator too, where it is said at the end; a walk that is fine comes after it."""
    x = noise(2, 3).to(where)
    walk = fm.sample(lambda x, s: x / (s[0] > 0.6), x, 4, method=method)
    with pytest.raises(ValueError) as caught:
        fm.final(walk)
    assert str(caught.value) == lang.text("error.flow_nan", s=0.5)
    assert fm.final(fm.sample(lambda x, s: x, x, 4, method=method)).shape == x.shape


def test_bad_input_is_named(unchecked):
    x, field = noise(2, 3), exact(1.0)
    refuses(lambda: fm.interpolate(x, noise(2, 4), 0.5), "error.noise_shape", x="x_0", eps="eps",
            want=(2, 3), got=(2, 4))  # fmt: skip
    for s in (-0.1, 1.5):
        refuses(lambda s=s: fm.interpolate(x, x, s), "error.flow_s", got=s)
    refuses(lambda: fm.interpolate(x, x, float("nan")), "error.flow_s", got=float("nan"))
    refuses(lambda: fm.interpolate(x, x, torch.ones(3)), "error.flow_s_shape", want=(2,), got=(3,))
    refuses(lambda: fm.interpolate(x, x, torch.ones(2).long()), "error.flow_s_shape", want=(2,), got=(2,))
    for bad, shown in (([0.5, 1.0], "0.5, 1.0"), ([1.0, 0.5], "1.0, 0.5"), ([2.0, 0.0], "2.0, 0.0")):
        refuses(lambda bad=bad: fm.sample(field, x, times=bad), "error.flow_times", got=shown)
    refuses(lambda: fm.sample(field, x, 0), "error.whole", name="steps", allowed="1, 2, 3, …", got="0")
    refuses(
        lambda: fm.sample(field, x, method="leap"), "error.method", got="'leap'", allowed="euler, heun, rk4"
    )
    refuses(lambda: fm.final(fm.sample(lambda x, s: x / 0, x, 2)), "error.flow_nan", s=1.0)
    refuses(lambda: fm.final(fm.sample(lambda x, s: x[:1], x, 2)), "error.noise_shape",
            x="x_s", eps="velocity", want=(2, 3), got=(1, 3))  # fmt: skip
    refuses(lambda: fm.straightness([]), "error.no_steps")
    refuses(lambda: fm.final([]), "error.no_steps")
    walked = list(fm.sample(field, x, 2))
    for bad in (walked[::-1], [walked[0], walked[0]], [walked[0], *fm.sample(field, x[:1], 2)][::3]):
        refuses(lambda bad=bad: fm.straightness(bad), "error.flow_states")
    refuses(lambda: fm.sample(field, x * float("nan")), "error.start_nan", name="x_1")
    for bad, got in ((None, "NoneType"), (torch.nn.Identity(), "Identity"), (abs, "abs")):
        for call in (
            lambda b: fm.sample(b, x),
            lambda b: flow_maps.as_model(b, SCHEDULE),
            lambda b: fm.train(b, x),
        ):
            refuses(lambda call=call, bad=bad: call(bad), "error.field_call", got=got)
    as_field = flow_maps.as_field(MODEL, SCHEDULE)
    refuses(lambda: as_field(x.numpy(), 0.5), "error.tensor", name="x_s", got="ndarray")
    refuses(lambda: flow_maps.s_of(1001, SCHEDULE), "error.t_range", got=1001, first=0, T=1000)
    refuses(lambda: flow_maps.from_v(x, x, 0, SCHEDULE), "error.t_zero", T=1000)
    refuses(lambda: flow_maps.alpha_bar_of(1.2), "error.flow_s", got=1.2)
    refuses(lambda: flow_maps.as_field(MODEL, schedules.cosine()), "error.other_schedule", own=SCHEDULE,
            got=schedules.cosine())  # fmt: skip
    net = fm.Velocity(MLP(d=3, width=8))
    refuses(lambda: fm.train(net, x, learning_rate=0), "error.positive", name="learning_rate", got="0")
    refuses(lambda: list(fm.train(net, x * float("inf"))), "error.descent", step=1)
