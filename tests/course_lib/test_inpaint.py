"""Inpainting: what is known is kept at every t, and the law of what is drawn, against a Gaussian's own."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import pytest
import torch
from support import error, noise, refuses

from course_lib import inpaint, schedules
from course_lib.gaussians import Mixture
from course_lib.samplers import ddim_step, ddpm_step, dpm_step, final, sample, times

SCHEDULE = schedules.linear()
RHO, KNOWN = 0.9, 1.5  # x ~ N(0, 1) and y with correlation RHO; x is known
TRUE_MEAN, TRUE_VARIANCE = RHO * KNOWN, 1 - RHO**2
COVARIANCE = torch.tensor([[1.0, RHO], [RHO, 1.0]]).double()


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def pulls(t: int) -> torch.Tensor:
    """The matrix of eps_hat = A x_t, exact for this Gaussian: sqrt(1 - ab) (ab C + (1 - ab) I)^-1."""
    alpha_bar = SCHEDULE.alpha_bars[t]
    spread = alpha_bar * COVARIANCE + (1 - alpha_bar) * torch.eye(2).double()
    return math.sqrt(1 - alpha_bar) * torch.linalg.inv(spread)


def model(x_t, t):
    return x_t @ pulls(int(t[0]))


def predicted(visited: list[int]) -> tuple[float, float]:
    """Mean and variance of y when x is replaced, by the linear steps' recursion (ancestral, beta_tilde).

    y_next = (y - c (A_yx x_t + A_yy y)) / sqrt(alpha) + sigma z, x_t = a KNOWN + b eps; a rise puts noise
    back. x_t is drawn afresh at each step, so that y and x_t are independent; but the x_t of a rise is made
    from the last one's, and its noise enters no y before it is replaced.
    """
    bars, mean, variance = SCHEDULE.alpha_bars, 0.0, 1.0
    x_mean, x_variance, shared = 0.0, 1.0, 0.0  # of x_t now, and its covariance with y
    for t, t_next in pairwise(visited):
        if t_next > t:
            kept = bars[t_next] / bars[t]
            mean, x_mean = kept**0.5 * mean, kept**0.5 * x_mean
            variance, x_variance = kept * variance + 1 - kept, kept * x_variance + 1 - kept
            shared *= kept
            continue
        alpha = bars[t] / bars[t_next]
        beta, A = 1 - alpha, pulls(t)
        c = beta / (1 - bars[t]) ** 0.5
        of_y, of_x = (1 - c * float(A[1, 1])) / alpha**0.5, -c * float(A[1, 0]) / alpha**0.5
        sigma_squared = beta * (1 - bars[t_next]) / (1 - bars[t])
        mean = of_y * mean + of_x * x_mean
        variance = of_y**2 * variance + of_x**2 * x_variance + 2 * of_x * of_y * shared + sigma_squared
        x_mean, x_variance, shared = bars[t_next] ** 0.5 * KNOWN, 1 - bars[t_next], 0.0
    return mean, variance


def drawn(visited: list[int], n: int = 20_000) -> torch.Tensor:
    g = torch.Generator().manual_seed(0)
    x_T = torch.randn(n, 2, generator=g, dtype=torch.float64)
    known, mask = torch.tensor([[KNOWN, 7.0]]).double().expand(n, 2), torch.tensor([True, False])
    x_0 = final(inpaint.repaint(model, known, mask, x_T, SCHEDULE, visited, generator=g))
    assert error(x_0[:, 0], known[:, 0]) == 0
    return x_0[:, 1]


def test_replacement_misses_the_conditional_law_and_repaint_comes_nearer():
    """Samples against the exact recursion within 5 standard errors; the recursion against the truth.

    More steps do not mend replacement: at 1000 of them mean and variance are still 0.94 and 0.31 instead of
    1.35 and 0.19. Resampling (jump 10, each stretch ten times, as in the paper) gives 1.29 and 0.20.
    """
    n = 4_000
    off = {}
    for name, visited in (
        ("replaced", times(SCHEDULE.T, 250)),
        ("repaint", inpaint.repaint_times(SCHEDULE.T, 250, jump=10, again=10)),
    ):
        mean, variance = predicted(visited)
        y = drawn(visited, n)
        assert abs(float(y.mean()) - mean) < 5 * (variance / n) ** 0.5
        assert abs(float(y.var()) - variance) < 5 * variance * (2 / n) ** 0.5
        off[name] = abs(mean - TRUE_MEAN), abs(variance - TRUE_VARIANCE)
    margins = 5 * (TRUE_VARIANCE / n) ** 0.5, 5 * TRUE_VARIANCE * (2 / n) ** 0.5
    for plain, again, margin in zip(off["replaced"], off["repaint"], margins, strict=True):
        assert plain > margin and again < plain / 5  # the flaw is no noise, and most of it goes
    longest = predicted(times(SCHEDULE.T, 1000))
    assert error(torch.tensor(longest), torch.tensor([0.938, 0.308])) < 1e-3


@pytest.mark.parametrize("step", [ddpm_step, partial(ddpm_step, variance="beta_tilde"), ddim_step])
def test_what_is_known_has_the_right_law_at_every_t(step):
    n = 20_000
    g = torch.Generator().manual_seed(0)
    x_T = torch.randn(n, 2, generator=g, dtype=torch.float64)
    known, mask = torch.full((n, 2), KNOWN).double(), torch.tensor([[True, False]])
    rule = inpaint.replaced(step, known, mask)
    for state in list(sample(model, rule, x_T, SCHEDULE, times(SCHEDULE.T, 8), g))[1:]:
        bar = SCHEDULE.alpha_bars[state.t]
        x = state.x_t[:, 0]
        assert abs(float(x.mean()) - bar**0.5 * KNOWN) <= 5 * ((1 - bar) / n) ** 0.5
        assert abs(float(x.var()) - (1 - bar)) <= 5 * (1 - bar) * (2 / n) ** 0.5
    assert error(state.x_t[:, 0], known[:, 0]) == 0
    assert float(state.x_t[:, 1].std()) > 0.1


def test_a_rule_hears_what_it_names():
    """An inner rule without z leaves its own result; with ``previous`` it gets the state before."""
    heard = []

    def inner(x_t, t, t_next, previous):
        heard.append((t, t_next, None if previous is None else previous.t))
        return 0 * x_t + t_next

    known, mask = torch.zeros(2, 1, 2, 3).double(), torch.zeros(2, 3, dtype=torch.bool)
    mask[0, 0] = True
    rule = inpaint.replaced(inner, known, mask)
    x = final(sample(lambda x, t: x, rule, noise(2, 1, 2, 3), SCHEDULE, [900, 400, 0]))
    assert heard == [(900, 400, None), (400, 0, 900)] and error(x, 0 * x) == 0
    x = rule(x_t=x, t=900, t_next=400, z=noise(2, 1, 2, 3), schedule=SCHEDULE, previous=None)
    assert bool((x[:, :, ~mask] == 400).all()) and not bool((x[:, :, 0, 0] == 400).any())


def test_a_rule_that_cannot_skip_is_refused_where_times_do(unchecked):
    """As ``sample`` refuses it bare; where every fall is one timestep it walks, and knows its t_next."""
    x, mask = noise(2, 3), torch.tensor([True, False, False])

    def one_down(x_t, t, eps_hat, z, schedule):
        return ddpm_step(x_t, t, eps_hat, z, schedule, "beta_tilde")

    rule = inpaint.replaced(one_down, x, mask)
    for call in (
        lambda: sample(lambda x, t: x, one_down, x, SCHEDULE, [10, 5, 0]),
        lambda: sample(lambda x, t: x, rule, x, SCHEDULE, [10, 5, 0]),
        lambda: inpaint.repaint(lambda x, t: x, x, mask, x, SCHEDULE, [10, 9, 7, 8, 0], one_down),
    ):
        refuses(call, "error.cannot_skip", step="one_down")
    visited, short = [3, 2, 1, 3, 2, 1, 0], [3, 2, 1, 0]
    walks = [
        [
            final(inpaint.repaint(lambda x, t: x, x, mask, x, SCHEDULE, visited, step, seeded())),
            final(sample(lambda x, t: x, inpaint.replaced(step, x, mask), x, SCHEDULE, short, seeded())),
        ]
        for step in (one_down, partial(ddpm_step, variance="beta_tilde"))
    ]
    for a, b in zip(*walks, strict=True):
        assert error(a, b) == 0 and error(a[:, 0], x[:, 0]) == 0 < error(a, x)


def test_a_rules_bad_answer_is_not_hidden_by_the_mask(unchecked):
    """It is refused as it is bare: where() would broadcast it, or make whole numbers real ones."""
    x, mask = noise(2, 3), torch.tensor([True, False, False])

    def identity(x_t, t):
        return x_t

    for answer, key, said in (
        (lambda x_t, t_next: x_t[:1], "error.rule_shape_at", {"want": (2, 3), "got": (1, 3)}),
        (lambda x_t, t_next: torch.tensor(0.0), "error.rule_shape_at", {"want": (2, 3), "got": ()}),
        (lambda x_t, t_next: x_t.numpy(), "error.rule_shape_at", {"want": (2, 3), "got": "ndarray"}),
        (lambda x_t, t_next: x_t.long(), "error.rule_dtype_at", {"got": torch.int64}),
    ):
        walks = {
            "<lambda>": partial(sample, identity, inpaint.replaced(answer, x, mask), x, SCHEDULE, [9, 0]),
            "repaint": partial(inpaint.repaint, identity, x, mask, x, SCHEDULE, [9, 0], answer),
        }
        for name, walk in walks.items():
            refuses(lambda walk=walk: final(walk()), key, rule=name, step=1, steps=1, t=9, **said)


def test_what_is_known_belongs_to_the_rule():
    """Whoever writes into z, or later into the mask or the picture, changes nothing that is known."""
    known, mask = noise(2, 3), torch.tensor([True, False, False])

    def writing(x_t, t_next, z):
        z.zero_()
        return 0 * x_t

    rules = [inpaint.replaced(step, known, mask) for step in (lambda x_t, t_next: 0 * x_t, writing)]
    known.fill_(math.nan), mask.fill_(True)
    x_T = noise(2, 3, seed=1)
    plain, written = (list(sample(lambda x, t: x, r, x_T, SCHEDULE, [9, 4, 0], seeded())) for r in rules)
    for a, b in zip(plain, written, strict=True):
        assert error(a.x_t, b.x_t) == 0
    assert error(written[1].x_t[:, 0], SCHEDULE.alpha_bars[4] ** 0.5 * noise(2, 3)[:, 0]) > 1e-3
    assert error(written[2].x_t, noise(2, 3) * torch.tensor([1, 0, 0])) == 0


def test_no_pictures_are_no_mistake():
    x, mask = noise(0, 1, 4, 4), torch.zeros(4, 4, dtype=torch.bool)
    assert final(inpaint.repaint(lambda x, t: x, x, mask, x, SCHEDULE, [9, 0])).shape == x.shape


def test_a_rule_of_two_steps_begins_anew_after_each_rise():
    """dpm_step among the known: as in ``sample`` where times fall, and without its past where they rose."""
    x_T, known, mask = noise(5, 2), torch.full((5, 2), KNOWN).double(), torch.tensor([True, False])
    visited = times(SCHEDULE.T, 9)
    plain = sample(model, inpaint.replaced(dpm_step, known, mask), x_T, SCHEDULE, visited, seeded())
    again = inpaint.repaint(model, known, mask, x_T, SCHEDULE, visited, dpm_step, seeded())
    for a, b in zip(plain, again, strict=True):
        assert error(a.x_t, b.x_t) == 0
    heard = []

    def listening(x_t, t, t_next, eps_hat, schedule, previous):
        heard.append((t, None if previous is None else previous.t))
        return dpm_step(x_t, t, t_next, eps_hat, schedule, previous)

    up = [900, 600, 300, 600, 900, 600, 300, 0]
    for state in inpaint.repaint(model, known, mask, x_T, SCHEDULE, up, listening, seeded()):
        if state.t:
            state.x_t.zero_()  # a reader's own affair: the past that the rule is given is a copy
    assert heard == [(900, None), (600, 900), (900, None), (600, 900), (300, 600)]
    assert error(state.x_t[:, 0], known[:, 0]) == 0 and bool(state.x_t.isfinite().all())


def test_outpainting_is_another_mask():
    g = torch.Generator().manual_seed(0)
    data = Mixture([1.0], torch.zeros(1, 1, 6, 8), 0.5)
    x_0, x_T = data.sample(3, g), noise(3, 1, 6, 8)
    frame, box = inpaint.frame(6, 8, 2), inpaint.box(6, 8, 1, 2, 3, 4)
    assert frame.shape == box.shape == (1, 1, 6, 8)
    assert int(frame.sum()) == 8 and bool(frame[0, 0, 2:4, 2:6].all())
    assert int((~box).sum()) == 12 and not bool(box[0, 0, 1:4, 2:6].any())
    for mask in (frame, box, box.expand(3, 1, 6, 8), box[0, 0]):
        rule = inpaint.replaced(ddim_step, x_0, mask)
        x = final(sample(data.optimal_eps(SCHEDULE), rule, x_T, SCHEDULE, [999, 500, 0], g))
        full = mask.expand(3, 1, 6, 8)
        assert error(x[full], x_0[full]) == 0 and error(x[~full], x_0[~full]) > 0.1


def test_repaint_without_repetition_is_replacement():
    x_T, known, mask = noise(5, 2), torch.full((5, 2), KNOWN).double(), torch.tensor([True, False])
    visited = times(SCHEDULE.T, 9)
    rule = inpaint.replaced(partial(ddpm_step, variance="beta_tilde"), known, mask)
    one, other = (
        list(walk)
        for walk in (
            sample(model, rule, x_T, SCHEDULE, visited, torch.Generator().manual_seed(1)),
            inpaint.repaint(
                model, known, mask, x_T, SCHEDULE, visited, generator=torch.Generator().manual_seed(1)
            ),
        )
    )
    assert [s.t for s in one] == [s.t for s in other] == visited
    for a, b in zip(one, other, strict=True):
        assert error(a.x_t, b.x_t) == 0 == error(a.x_0_hat, b.x_0_hat)


def test_the_times_of_repaint():
    assert inpaint.repaint_times(1000, 10, 3, 1) == times(1000, 10)
    assert inpaint.repaint_times(4, 4, 2, 2) == [4, 3, 2, 3, 4, 3, 2, 1, 0]
    visited = inpaint.repaint_times(1000, 20, 5, 3)
    grid = times(1000, 20)
    assert set(visited) == set(grid) and visited[-1] == 0 and visited.count(0) == 1
    places = [grid.index(t) for t in visited]
    assert {abs(b - a) for a, b in pairwise(places)} == {1}
    falls = sum(b > a for a, b in pairwise(places))
    assert falls == 20 + 3 * 5 * 2  # three stretches of five, each twice more


def test_bad_input_is_named(unchecked):
    x, ok = noise(2, 1, 4, 4), torch.zeros(4, 4, dtype=torch.bool)
    for bad, key, said in (
        (ok.float(), "error.mask_dtype", {"got": torch.float32}),
        (torch.zeros(3, 4, dtype=torch.bool), "error.mask_shape", {"want": (2, 1, 4, 4), "got": (3, 4)}),
        (torch.zeros(3, 1, 4, 4).bool(), "error.mask_shape", {"want": (2, 1, 4, 4), "got": (3, 1, 4, 4)}),
        (torch.zeros(1, 2, 1, 4, 4).bool(), "error.mask_shape",
         {"want": (2, 1, 4, 4), "got": (1, 2, 1, 4, 4)}),
        (~ok, "error.mask_full", {"at": 0}),
        ([True], "error.tensor", {"name": "mask", "got": "list"}),
    ):  # fmt: skip
        refuses(lambda bad=bad: inpaint.replaced(ddim_step, x, bad), key, **said)
    full = torch.zeros(2, 1, 4, 4).bool()
    full[1] = True
    refuses(lambda: inpaint.replaced(ddim_step, x, full), "error.mask_full", at=1)
    refuses(lambda: inpaint.replaced(ddim_step, x * float("nan"), ok), "error.start_nan", name="x_0_known")
    plain = inpaint.replaced(ddim_step, x, ok)
    refuses(lambda: final(sample(lambda x, t: x, plain, noise(3, 1, 4, 4), SCHEDULE)), "error.known_shape",
            want=(2, 1, 4, 4), got=(3, 1, 4, 4))  # fmt: skip
    for bad, shown in (([10, 5], "10, 5"), ([0, 10, 0], "0, 10, 0"), ([10, 10, 0], "10, 10, 0"),
                       ([1001, 0], "1001, 0"), ([5.5, 0], "5.5, 0"), (None, "None"),
                       (torch.tensor(7), "7")):  # fmt: skip
        refuses(lambda bad=bad: inpaint.repaint(model, x, ok, x, SCHEDULE, bad), "error.repaint_times",
                T=1000, got=shown)  # fmt: skip
    refuses(
        lambda: inpaint.repaint_times(1000, 10, 0), "error.whole", name="jump", allowed="1, 2, 3, …", got="0"
    )
    refuses(lambda: inpaint.box(4, 4, 2, 0, 3, 1), "error.whole", name="rows", allowed="1..2", got="3")
    refuses(lambda: inpaint.frame(4, 4, 2), "error.whole", name="margin", allowed="1..1", got="2")
    refuses(
        lambda: final(inpaint.repaint(lambda x, t: x / 0, x, ok, x, SCHEDULE, [10, 4, 7, 0])),
        "error.model_nan", step=1, steps=2, t=10,
    )  # fmt: skip
