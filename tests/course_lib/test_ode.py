"""The solvers: what a step is on a linear equation, their orders, the adaptive one's bounds, refusals."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from planted import rejects
from support import EPS, error, noise, refuses

from course_lib import ode


def one_step_on_a_line(lib):
    """On dx/dt = a x a step multiplies by the exponential's series up to the rule's order."""
    x = noise(3, 2)
    for h in (0.3, -0.2):
        z = 1.7 * h
        series = [1, z, z**2 / 2, z**3 / 6, z**4 / 24]
        for name, order in (("euler", 1), ("heun", 2), ("rk4", 4)):
            got = lib.METHODS[name](lambda y, t: 1.7 * y, x, 0.4, 0.4 + h)
            assert error(got, sum(series[: order + 1]) * x) < 16 * EPS, name


def one_step_is_a_quadrature(lib):
    """Where f knows t only, a step is the left rule, the trapezoid, and Simpson's, exact for t^3."""
    x, start, end = torch.zeros(1, dtype=torch.float64), 0.5, 2.0
    h = end - start
    left, trapezoid = h * start**3, h * (start**3 + end**3) / 2
    for name, want in (("euler", left), ("heun", trapezoid), ("rk4", (end**4 - start**4) / 4)):
        got = lib.METHODS[name](lambda y, t: torch.full_like(y, t**3), x, start, end)
        assert error(got, want) < 64 * EPS, name


def gaussian_bell(y, t):
    """x(t) = exp(-t^2)."""
    return -2 * t * y


def orders(lib):
    """Halving the step divides the error by 2, 4 and 16, upwards in t and downwards."""
    for start, end in ((0.0, 1.5), (1.5, 0.2)):
        x = torch.tensor([math.exp(-(start**2))], dtype=torch.float64)
        for name, order in (("euler", 1), ("heun", 2), ("rk4", 4)):
            errors = []
            for n in (40, 80, 160):
                ts = torch.linspace(start, end, n + 1, dtype=torch.float64)
                errors.append(error(lib.solve(gaussian_bell, x, ts, name), math.exp(-(end**2))))
            slopes = [math.log2(a / b) for a, b in pairwise(errors)]
            assert all(abs(slope - order) < 0.1 for slope in slopes), (name, slopes)


def pair_is_of_orders_5_and_4(lib):
    """The order conditions of the quadrature part, and the nodes where each stage's weights lead."""
    for node, row in zip(lib._NODES, lib._STAGES, strict=True):
        assert abs(sum(row) - node) < 8 * EPS
    fifth = (*lib._STAGES[-1], 0.0)
    for power in range(5):
        moment = sum(b * c**power for b, c in zip(fifth, lib._NODES, strict=True))
        assert abs(moment - 1 / (power + 1)) < 8 * EPS
        gap = sum(b * c**power for b, c in zip(lib._GAP, lib._NODES, strict=True))
        assert abs(gap) < 8 * EPS if power < 4 else abs(gap) > 1e-5  # so the other one is of order 4
    # A step on dx/dt = x multiplies by the series of e^h up to h^5, and then h^6 / 600.
    got, calls, times = lib.adaptive(lambda y, t: y, torch.ones(1, dtype=torch.float64), 0.0, 2.0, 1.0, 1.0)
    steps = [t_next - t for t, t_next in pairwise(times)]
    want = math.prod(sum(h**k / math.factorial(k) for k in range(6)) + h**6 / 600 for h in steps)
    assert calls == 6 * len(steps) + 1 and max(steps) > 0.5 and error(got, want) < 64 * EPS


def adaptive_reaches_its_bounds(lib):
    """On a rotation the error is near rtol, falls with it, and every call of f is counted."""
    x, count = torch.tensor([[1.0, 0.0]], dtype=torch.float64), [0]

    def rotation(y, t):
        count[0] += 1
        return torch.stack([-y[:, 1], y[:, 0]], 1) * (1 + math.cos(t))

    spent = []
    for start, end in ((0.0, 6.0), (6.0, 0.0)):
        angle = (end + math.sin(end)) - (start + math.sin(start))
        want = torch.tensor([[math.cos(angle), math.sin(angle)]], dtype=torch.float64)
        for tolerance in (1e-3, 1e-6, 1e-9):
            count[0] = 0
            got, calls, times = lib.adaptive(rotation, x, start, end, tolerance, tolerance)
            assert error(got, want) < 20 * tolerance  # a few dozen steps, each within the tolerance
            assert calls == count[0] and (times[0], times[-1]) == (start, end)
            assert all((b - a) * (end - start) > 0 for a, b in pairwise(times))
            assert calls >= 6 * (len(times) - 1) + 1
            spent.append(calls)
    assert spent[0] < spent[1] < spent[2] < 1500


def one_buffer_will_do(lib):
    """An f that answers in one tensor, filled anew at each call, is solved as one that makes new ones."""
    x, buffer = noise(2, 2), torch.empty(2, 2, dtype=torch.float64)

    def fresh(y, t):
        return torch.sin(y) * (1 + t)

    for name in lib.METHODS:
        a, b = (lib.solve(f, x, [0, 0.5, 1], name) for f in (fresh, lambda y, t: buffer.copy_(fresh(y, t))))
        assert error(a, b) == 0, name
    a, b = (lib.adaptive(f, x, 0, 1) for f in (fresh, lambda y, t: buffer.copy_(fresh(y, t))))
    assert error(a[0], b[0]) == 0 and a[1:] == b[1:]


IDENTITIES = [
    one_step_on_a_line,
    one_step_is_a_quadrature,
    orders,
    pair_is_of_orders_5_and_4,
    adaptive_reaches_its_bounds,
    one_buffer_will_do,
]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_identity(identity):
    identity(ode)


MUTANTS = {
    "euler: the step's sign": ("alpha=t_next - t)", "alpha=t - t_next)", one_step_on_a_line),
    "heun: no half": (
        "there, t_next), alpha=h / 2)", "there, t_next), alpha=h)", one_step_on_a_line),
    "heun: asked twice at the same t": (
        "_slope(f, there, t_next)", "_slope(f, there, t)", one_step_is_a_quadrature),
    "heun: never lands": (
        "_slope(f, there, t_next)", "_slope(f, x, t_next)", one_step_on_a_line),
    "heun: the first slope read too late": (
        "return torch.add(half, _slope(f, there, t_next), alpha=h / 2)",
        "return torch.add(x, _slope(f, there, t_next) + k, alpha=h / 2)", one_buffer_will_do),
    "rk4: a weight": ("(2, h, t_next)", "(1, h, t_next)", one_step_on_a_line),
    "rk4: no middle": ("(t + t_next) / 2", "t_next", one_step_is_a_quadrature),
    "rk4: a whole step to the middle": ("((1, h / 2, middle)", "((1, h, middle)", orders),
    "adaptive: slopes that are no copies": ("ks.append(k.clone())", "ks.append(k)", one_buffer_will_do),
    "adaptive: the first slope no copy": ("t).clone(), t)", "t), t)", one_buffer_will_do),
    "adaptive: a coefficient": ("-56 / 15", "56 / 15", pair_is_of_orders_5_and_4),
    "adaptive: an error that sees nothing": (
        "-17253 / 339200", "17253 / 339200", pair_is_of_orders_5_and_4),
    "adaptive: misses are kept": ("if error <= 1:", "if error <= 1e9:", adaptive_reaches_its_bounds),
    "adaptive: calls not counted": (
        "calls += len(ks) - 1", "calls += len(ks) - 2", adaptive_reaches_its_bounds),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_rejected(name):
    rejects(ode, *MUTANTS[name])


def test_a_known_slope_is_not_asked_for_again():
    x, calls = noise(2, 2), []

    def f(y, t):
        calls.append(t)
        return -y

    for name, count in ode.CALLS.items():
        calls.clear()
        bare = ode.METHODS[name](f, x, 1.0, 0.5)
        assert len(calls) == count
        calls.clear()
        assert error(ode.METHODS[name](f, x, 1.0, 0.5, slope=-x), bare) == 0 and len(calls) == count - 1


def test_walk_yields_every_state_and_leaves_x_alone(where):
    x = noise(2, 3).float().to(where)
    before = x.clone()
    states = list(ode.walk(lambda y, t: y.double() * t, x, [0, 0.5, 2.0], "euler"))
    assert len(states) == 3 and error(states[0], x) == 0 == error(x, before)
    assert error(states[2], 1.75 * x) < 1e-6
    assert all(s.dtype == torch.float32 and s.device.type == where.type for s in states)
    assert not torch.equal(states[0].add_(1), x)
    got, _, _ = ode.adaptive(lambda y, t: y * t, x, 0, 1)
    assert got.dtype == torch.float32 and error(got, math.exp(0.5) * x) < 1e-3


def test_what_does_not_move_arrives_at_once():
    for x, f in ((noise(2, 2), lambda y, t: 0 * y), (noise(0, 3), lambda y, t: -y)):  # or does not exist
        got, calls, times = ode.adaptive(f, x, 1000.0, 0.0, 1e-8, 1e-8)
        assert torch.equal(got, x) and calls < 40 and times[-1] == 0


@pytest.mark.parametrize("method", ode.METHODS)
def test_whoever_writes_into_x_is_named(method, unchecked):
    """At every call: a stage that a rule made for itself may be a state too, as in ``adaptive``."""
    x = noise(2, 3)
    before = x.clone()

    def late(y, t):
        return y.mul_(2) if t > 0.4 else -y

    for f in (lambda y, t: y.mul_(-1), late):
        for call in (lambda f=f: ode.solve(f, x, [0, 0.5, 1], method), lambda f=f: ode.adaptive(f, x, 0, 1)):
            refuses(call, "error.answer_writes", name="f", x="x")
    assert error(x, before) == 0
    with torch.inference_mode():
        assert error(ode.solve(lambda y, t: -y, x, [0, 1], "euler"), 0 * x) == 0


def test_bad_arguments_are_named(unchecked):
    x = noise(2, 3)

    def f(y, t):
        return -y

    for got in (0, -1e-3, float("nan"), float("inf"), "1e-3", None, True):
        refuses(lambda got=got: ode.adaptive(f, x, 0, 1, got), "error.positive", name="rtol", got=repr(got))
        refuses(
            lambda got=got: ode.adaptive(f, x, 0, 1, 1e-3, got), "error.positive", name="atol", got=repr(got)
        )
    for ts, got in (
        ([0, 1, 1], "0, 1, 1"), ([0, 2, 1], "0, 2, 1"), ([1], "1"), (3, "3"), ([0, math.nan], "0, nan"),
        ([0, math.inf], "0, inf"), (["a", "b"], "a, b"), ([0, 1, 2, 3, 3], "0, 1, 2, 3, …"), ("ab", "ab"),
    ):  # fmt: skip
        refuses(lambda ts=ts: ode.solve(f, x, ts), "error.solver_times", got=got)
    refuses(lambda: ode.adaptive(f, x, 1, 1), "error.solver_times", got="1, 1")
    refuses(lambda: ode.adaptive(f, x, None, 1), "error.number", name="start", got="None")
    refuses(
        lambda: ode.solve(f, x, [0, 1], "midpoint"),
        "error.method", got="'midpoint'", allowed="euler, heun, rk4",
    )  # fmt: skip
    refuses(lambda: ode.solve(f, x, np.array([0, 1, 1])), "error.solver_times", got="0, 1, 1")
    refuses(lambda: ode.solve(f, x, np.array(10.0)), "error.solver_times", got="10.0")
    refuses(lambda: ode.solve("f", x, [0, 1]), "error.drift_call", got="str")
    refuses(lambda: ode.adaptive(lambda y: -y, x, 0, 1), "error.drift_call", got="<lambda>")
    refuses(lambda: ode.solve(torch.nn.Linear(3, 3), x, [0, 1]), "error.drift_call", got="Linear")
    refuses(lambda: ode.solve(f, [1.0], [0, 1]), "error.tensor", name="x", got="list")
    refuses(lambda: ode.solve(f, x / 0, [0, 1]), "error.start_nan", name="x")
    refuses(
        lambda: ode.solve(lambda y, t: y[:1], x, [0, 1]),
        "error.answer_shape", name="f", want=(2, 3), got=(1, 3),
    )  # fmt: skip
    refuses(
        lambda: ode.adaptive(lambda y, t: 0.0, x, 0, 1),
        "error.answer_shape", name="f", want=(2, 3), got="float",
    )  # fmt: skip
    for rule in ode.METHODS.values():  # called directly, too
        for call in (lambda r=rule: r(lambda y, t: y[0], x, 0, 1), lambda r=rule: r(f, x, 0, 1, slope=x[0])):
            refuses(call, "error.answer_shape", name="f", want=(2, 3), got=(3,))
    refuses(lambda: ode.solve(lambda y, t: y / (t - 1), x, [0.0, 1, 2], "euler"), "error.drift_nan", t=1.0)
    refuses(lambda: ode.adaptive(lambda y, t: y / 0, x, 2.5, 1), "error.drift_nan", t=2.5)


def test_a_solver_that_cannot_go_on_says_where():
    x = torch.ones(1, dtype=torch.float64)
    with pytest.raises(ValueError, match="rtol = 1e-06") as caught:  # x = 1 / (1 - t) ends at t = 1
        ode.adaptive(lambda y, t: y * y, x, 0, 2, 1e-6, 1e-6)
    assert "t = 0.99" in str(caught.value) or "t = 1.0" in str(caught.value)


def test_the_adaptive_solver_makes_at_most_so_many_calls(unchecked):
    """Where they run out, that is what is said; where they just suffice, it arrives."""
    x, asked = noise(2, 3), []

    def f(y, t):
        asked.append(t)
        return -y

    want, calls, _ = ode.adaptive(f, x, 0, 1)
    got, again, _ = ode.adaptive(f, x, 0, 1, most=calls)
    assert error(got, want) == 0 and again == calls
    for most in (1, calls - 1):
        asked.clear()
        with pytest.raises(ValueError) as caught:
            ode.adaptive(f, x, 0, 1, most=most)
        assert len(asked) <= most and f"more than {most} calls" in str(caught.value)
    refuses(lambda: ode.adaptive(f, x, 0, 1, most=1), "error.solver_calls", t=0.0, most=1)
    for got in (0, 7.5, math.nan, None, "many"):
        refuses(
            lambda got=got: ode.adaptive(f, x, 0, 1, most=got),
            "error.whole", name="most", allowed="1, 2, 3, …", got=repr(got),
        )  # fmt: skip
