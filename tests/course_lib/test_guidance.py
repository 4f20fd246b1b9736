"""Classifier-free guidance: w = 0 is the conditional model, w = -1 the unconditional one, linear between."""

from __future__ import annotations

import math

import pytest
import torch
from planted import planted
from support import FLOAT32, error, noise, refuses
from torch import nn

from course_lib import guidance, samplers, schedules
from course_lib.gaussians import Mixture
from course_lib.guidance import combine, from_scale, guide, guide_by, rescaled, tilted_log_prob, to_scale
from course_lib.parameterisations import EpsModel, from_eps

SCHEDULE = schedules.linear()


class Net(nn.Module):
    """Depends on x_t, t and y, item by item, and counts its calls."""

    classes = 10

    def __init__(self):
        super().__init__()
        self.calls, self.images = 0, 0

    def forward(self, x_t, t, y):
        self.calls, self.images = self.calls + 1, self.images + len(x_t)
        shape = (-1, 1, 1, 1)
        return (x_t * (1 + y.reshape(shape))).sin() + t.reshape(shape) / 1000


@pytest.fixture
def model():
    return EpsModel(Net(), SCHEDULE)


X, T, Y = noise(3, 1, 2, 2), torch.tensor([1, 500, 1000]), torch.tensor([0, 4, 9])
NULL = torch.full((3,), 10)


def test_w_0_is_the_conditional_model_exactly(model):
    assert (
        error(guide(model, Y)(X, T), model(X, T, Y))
        == 0
        == error(guide(model, Y, w=0.0)(X, T), model(X, T, Y))
    )


def test_w_minus_1_is_the_unconditional_model_exactly(model):
    assert error(guide(model, Y, w=-1.0)(X, T), model(X, T, NULL)) == 0


@pytest.mark.parametrize("w", [-0.5, 0.3, 1.0, 4.0])
def test_any_w_is_eq_6_of_ho_and_salimans(model, w, where):
    want = (1 + w) * model(X, T, Y) - w * model(X, T, NULL)
    got = guide(model, Y, w=w)(X.to(where), T.to(where))  # labels follow the images' device
    assert got.device.type == where.type
    assert error(got, want) < 1e-14 * (1 + 2 * abs(w)) * 8


def test_guidance_is_linear_in_w(model):
    at = {w: guide(model, Y, w=w)(X, T) for w in (-1.0, 0.0, 2.0, 5.0)}
    conditional, pull = at[0.0], at[0.0] - at[-1.0]
    for w, got in at.items():
        assert error(got, conditional + w * pull) < 1e-13
    assert error(at[5.0], at[0.0]) > 0.1


def test_both_passes_travel_as_one_batch(model):
    for w, calls in ((0.0, 1), (-1.0, 1), (2.0, 1)):
        model.net.calls = 0
        guide(model, Y, w=w)(X, T)
        assert model.net.calls == calls


def test_both_passes_remember_a_timestep_that_is_known(unchecked):
    """A timestep that was forgotten is fetched from the accelerator, and the host waits for it."""
    seen = []
    model = EpsModel(Net(), SCHEDULE)
    model.register_forward_pre_hook(lambda module, given: seen.append(given[1]))
    t = schedules.every(40, X)
    guide(model, Y, w=2.0)(X, t)
    assert seen[0].tolist() == [40] * 6 and schedules.gather(SCHEDULE.beta, seen[0], noise(6, 1)) == float(
        SCHEDULE.beta[40]
    )
    t += 1  # written to: now it is a tensor like any other
    assert schedules.twice(t).tolist() == [41] * 6 and not hasattr(schedules.twice(t), "_every")
    assert not hasattr(schedules.twice(T), "_every") and schedules.twice(T).tolist() == [*T, *T]
    with torch.inference_mode():
        assert schedules.twice(schedules.every(4, X)).tolist() == [4] * 6


def test_labels_travel_to_the_images_once(model):
    """To a device that holds no numbers, so that whatever would be fetched from it is an error."""
    x = X.to("meta")
    for w in (-1.0, 0.0, 2.0):
        guided = guide(model, Y, w=w)
        assert guided(x, schedules.every(4, x)).shape == X.shape
        moved = guided._there
        guided(x, schedules.every(4, x))
        assert moved.device.type == "meta" and guided._there is moved
        assert error(guided(X, 4), guide(model, Y, w=w)(X, 4)) == 0  # and they can come back


def test_what_becomes_of_the_callers_labels_does_not_matter(model):
    y = Y.clone()
    guided = guide(model, y, w=2.0)
    want = guided(X, T)
    y.fill_(7)
    assert error(guided(X, T), want) == 0 < error(guide(model, y, w=2.0)(X, T), want)


def test_a_guided_model_still_knows_its_schedule(model):
    assert guide(model, Y, w=2.0).schedule is SCHEDULE


def test_in_float32_too(model):
    got = guide(model, Y, w=2.0)(X.float(), T)
    assert got.dtype == torch.float32 and error(got, guide(model, Y, w=2.0)(X, T)) < 8 * FLOAT32


def test_bad_input_is_named(model, unchecked):
    refuses(lambda: guide(model, torch.tensor([0, 10])), "error.label", got=10, last=9)
    refuses(lambda: guide(model, torch.tensor([-1, 3])), "error.label", got=-1, last=9)
    for w in (-1.5, float("nan"), float("inf")):
        refuses(lambda w=w: guide(model, Y, w=w), "error.guidance", got=w)
    refuses(lambda: guide(model, Y, w="1"), "error.number", name="w", got="'1'")
    refuses(lambda: guide(model, torch.tensor(3)), "error.label_shape", got=(), want=(1,))
    for w in (-1.0, 0.0, 2.0):  # counted before the batch is doubled
        refuses(
            lambda w=w: guide(model, torch.arange(5), w=w)(X, T), "error.label_shape", got=(5,), want=(3,)
        )
        refuses(lambda w=w: guide(model, Y[:1], w=w)(X, T), "error.label_shape", got=(1,), want=(3,))
    refuses(lambda: guide(model, [3]), "error.tensor", name="y", got="list")
    refuses(lambda: guide(EpsModel(nn.Identity(), SCHEDULE), Y), "error.no_labels")
    refuses(lambda: guide(lambda x_t, t: x_t, Y), "error.no_labels")
    refuses(lambda: guide(model, Y.float()), "error.label_dtype", got=torch.float32)
    with pytest.raises(TypeError):  # w by keyword only: s = 1 + w would otherwise slip in
        guide(model, Y, 2.0)


# the two scales


def test_s_is_1_plus_w():
    for w in (-1.0, -0.5, 0.0, 0.3, 6.5):
        assert to_scale(w) == 1 + w and abs(from_scale(to_scale(w)) - w) < 1e-15
        c, u, s = noise(4, seed=1), noise(4, seed=2), to_scale(w)
        assert error(combine(c, u, w), u + s * (c - u)) < 1e-14 * (1 + 2 * abs(w))
    c, u = (torch.tensor([value], dtype=torch.float64) for value in (1.0, 0.2))  # 7.5 under either name
    assert error(combine(c, u, 7.5), 7.0) < 1e-14 and error(combine(c, u, from_scale(7.5)), 6.2) < 1e-14


def test_combine_ends_at_its_two_answers():
    c, u = noise(2, 3, seed=1), noise(2, 3, seed=2)
    assert error(combine(c, u, 0), c) == 0 == error(combine(c, u, -1), u)


# where guidance acts


@pytest.mark.parametrize(("t", "acts"), [(1, False), (199, False), (200, True), (600, True), (601, False)])
def test_inside_the_interval_guided_outside_conditional(model, t, acts):
    guided = guide(model, Y, w=2.0, interval=(200, 600))
    for times in (schedules.every(t, X), torch.full((3,), t), t):
        model.net.calls = model.net.images = 0
        got = guided(X, times)
        assert model.net.calls == 1 and model.net.images == (6 if acts else 3)
        assert error(got, guide(model, Y, w=2.0 if acts else 0.0)(X, times)) == 0
    pulled, plain = (guide(model, Y, w=w)(X, schedules.every(t, X)) for w in (2.0, 0.0))
    assert error(pulled, plain) > 0.1  # so the two cannot be taken for each other


def test_each_item_has_its_own_timestep(model):
    t = torch.tensor([199, 200, 601])
    got = guide(model, Y, w=2.0, interval=(200, 600))(X, t)
    plain, pulled = (guide(model, Y, w=w)(X, t) for w in (0.0, 2.0))
    assert error(got[[0, 2]], plain[[0, 2]]) == 0 == error(got[1], pulled[1])
    assert error(plain, pulled) > 0.1
    model.net.calls = 0
    unconditional = guide(model, Y, w=-1.0, interval=(200, 600))(X, t)
    assert error(unconditional, torch.stack([plain[0], model(X, t, NULL)[1], plain[2]])) == 0


def test_one_pass_where_one_is_enough(model):
    for w, images in ((0.0, 3), (-1.0, 3), (2.0, 6)):
        model.net.calls = model.net.images = 0
        guide(model, Y, w=w)(X, T)
        assert (model.net.calls, model.net.images) == (1, images)
    model.net.calls = model.net.images = 0
    steps = samplers.sample(
        guide(model, Y, w=4.0, interval=(1, 50)), samplers.ddim_step, X, SCHEDULE, samplers.times(1000, 20)
    )
    visited = samplers.times(1000, 20)[:-1]
    samplers.final(steps)
    assert model.net.calls == 20
    assert model.net.images == 3 * 20 + 3 * sum(t <= 50 for t in visited)


def test_the_whole_interval_is_no_interval(model):
    assert error(guide(model, Y, w=3.0, interval=(1, 1000))(X, T), guide(model, Y, w=3.0)(X, T)) == 0


# rescaling


def test_rescaling_on_a_toy():
    """Conditional (1, -1), unconditional 0, w = 1: the guided (2, -2) has twice the spread."""
    c, u = torch.tensor([[1.0, -1.0]]).double(), torch.zeros(1, 2).double()
    guided = combine(c, u, 1.0)
    assert error(rescaled(guided, c, 0.0), guided) == 0
    assert error(rescaled(guided, c, 1.0), c) < 1e-15
    assert error(rescaled(guided, c, 0.7), torch.tensor([[1.3, -1.3]], dtype=torch.float64)) < 1e-15
    shifted = rescaled(guided + 1, c, 1.0)  # the mean shrinks with the rest: eq. 15 multiplies
    assert error(shifted, torch.tensor([[1.5, -0.5]])) < 1e-15


def test_rescaling_is_each_images_own(model):
    c, guided = (
        noise(3, 1, 4, 4, seed=1),
        noise(3, 1, 4, 4, seed=2) * torch.tensor([1.0, 5.0, 9.0]).reshape(3, 1, 1, 1),
    )
    full = rescaled(guided, c, 1.0)
    assert error(full.std((1, 2, 3)), c.std((1, 2, 3))) < 1e-14
    alone = torch.cat([rescaled(guided[k : k + 1], c[k : k + 1], 1.0) for k in range(3)])
    assert error(full, alone) < 1e-15
    half = rescaled(guided, c, 0.5)
    assert error(half, (full + guided) / 2) < 1e-14
    flat = torch.full((1, 1, 4, 4), 2.0).double()  # no spread to divide by
    assert error(rescaled(flat, c[:1], 1.0), flat) == 0


@pytest.mark.parametrize("kind", ["eps", "x_0", "v"])
def test_rescaling_acts_on_what_the_network_predicts(kind):
    model = EpsModel(Net(), SCHEDULE, kind)
    t = torch.tensor([300, 500, 700])
    both = model.answer(X, t, Y), model.answer(X, t, NULL)
    want = rescaled(combine(*both, 3.0), both[0], 0.7)
    got = guide(model, Y, w=3.0, rescale=0.7)
    assert error(got.answer(X, t), want) < 1e-14
    assert error(from_eps(kind, got(X, t), X, t, SCHEDULE), want) < 1e-12
    plain = guide(model, Y, w=3.0)
    assert error(guide(model, Y, w=3.0, rescale=0.0)(X, t), plain(X, t)) == 0
    assert error(got(X, t), plain(X, t)) > 0.01
    assert error(from_eps(kind, plain(X, t), X, t, SCHEDULE), plain.answer(X, t)) < 1e-12


# two exact models


PLUS, EVEN = ([weights, 1 - weights] for weights in (0.9, 0.5))
SIGNS = [2.0, -2.0]


def quantiles(n):
    """n points that stand for N(0, 1)."""
    return torch.distributions.Normal(0.0, 1.0).icdf((torch.arange(n).double() + 0.5) / n)[:, None]


def walked(conditional, unconditional, w, steps, n=1001, **how):
    pulled = guide_by(conditional.optimal_eps(SCHEDULE), unconditional.optimal_eps(SCHEDULE), w, **how)
    return samplers.final(
        samplers.sample(pulled, samplers.ddim_step, quantiles(n), SCHEDULE, samplers.times(1000, steps))
    )


def test_s_of_the_toy_says_which_scale_it_is():
    """P(+) = 0.9 given the label, 0.5 without: so at s = 1 and 0; at 2 more than the tilted density's."""
    conditional, unconditional = (Mixture(weights, SIGNS, 0.5) for weights in (PLUS, EVEN))
    share = {
        s: float((walked(conditional, unconditional, from_scale(s), 100, 2001) > 0).double().mean())
        for s in (0.0, 1.0, 2.0)
    }
    assert abs(share[0.0] - 0.5) < 1e-3 and abs(share[1.0] - 0.9) < 2e-3
    tilted = 0.9**2 / (0.9**2 + 0.1**2)
    assert abs(share[2.0] - 0.991) < 1e-3 and share[2.0] > tilted + 2e-3


def test_the_sampler_does_not_draw_the_tilted_density():
    """N(1, 1/4) against N(0, 1): the deterministic sampler's std is (1/2)^(1+w), the tilted one's larger.

    N(0, 1) stays N(0, 1), so d log std / dt is (1 + w) times that of w = 0, in the limit of small steps.
    """
    conditional, unconditional = Mixture([1.0], [1.0], 0.5), Mixture([1.0], [0.0], 1.0)
    for w in (0.0, 1.0, 3.0):
        coarse, fine = (float(walked(conditional, unconditional, w, steps, 3).std()) for steps in (250, 1000))
        fine, coarse = (x / float(quantiles(3).std()) for x in (fine, coarse))
        want = 0.5 ** (1 + w)
        assert abs(fine - want) < 2e-3 * (1 + w) and abs(fine - want) < abs(coarse - want) / 2
        if w:
            assert 1 / math.sqrt((1 + w) / 0.25 - w) > want + 0.1


def test_combined_is_eq_6_and_asks_no_more_than_it_must():
    asked = []

    def says(name, factor):
        return lambda x_t, t: asked.append(name) or factor * x_t

    x, t = noise(2, 3), schedules.every(500, noise(2, 3))
    for w, names in ((0.0, "c"), (-1.0, "u"), (2.0, "cu")):
        asked.clear()
        got = guide_by(says("c", 2.0), says("u", 0.5), w)(x, t)
        assert error(got, ((1 + w) * 2.0 - w * 0.5) * x) < 1e-14 and "".join(asked) == names
    asked.clear()
    outside = guide_by(says("c", 2.0), says("u", 0.5), 2.0, interval=(501, 600))(x, t)
    assert error(outside, 2 * x) == 0 and asked == ["c"]
    c, u = noise(2, 3, seed=1), noise(2, 3, seed=2)
    pulled = guide_by(lambda x_t, t: c, lambda x_t, t: u, 2.0, rescale=1.0)(x, t)
    assert error(pulled, rescaled(combine(c, u, 2.0), c, 1.0)) == 0
    assert guide_by(says("c", 1), says("u", 1), 1.0).schedule is None
    exact = Mixture([1.0], [0.0], 1.0).optimal_eps(SCHEDULE)
    assert guide_by(says("c", 1), exact, 1.0).schedule is SCHEDULE is guide_by(exact, exact, 1.0).schedule


def test_guided_eps_is_the_gradient_of_the_tilted_diffused_density():
    means = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5]], dtype=torch.float64)
    conditional = Mixture([0.7, 0.3], means[:2], [0.3, 0.4])
    unconditional = Mixture([0.5, 0.25, 0.25], means, [0.5, 0.4, 0.6])
    x = noise(6, 2).requires_grad_()
    for w, t in ((-1.0, 10), (-0.5, 100), (1.5, 900), (4.0, 300)):
        laws = [each.diffused(t, SCHEDULE) for each in (conditional, unconditional)]
        (slope,) = torch.autograd.grad(tilted_log_prob(x, *laws, w).sum(), x)
        eps_hat = guide_by(*(each.optimal_eps(SCHEDULE) for each in (conditional, unconditional)), w)
        want = -((1 - SCHEDULE.alpha_bars[t]) ** 0.5) * slope
        assert error(eps_hat(x.detach(), schedules.every(t, x)), want) < 1e-11
        assert error(slope, combine(*(law.score(x) for law in laws), w)) < 1e-11
    mutant = guide_by(*(each.optimal_eps(SCHEDULE) for each in (conditional, unconditional)), 5.0)
    assert error(mutant(x.detach(), schedules.every(t, x)), want) > 0.01


# the tilted density


def on_a_line(log_prob):
    """Mean and std of an unnormalised density on the real line."""
    x = torch.linspace(-12, 12, 48_001, dtype=torch.float64)
    p = log_prob(x[:, None]).exp()
    p = p / p.sum()
    mean = (p * x).sum()
    return float(mean), float((p * (x - mean).square()).sum().sqrt())


@pytest.mark.parametrize("s", [0.0, 0.5, 1.0, 2.0, 7.5])
def test_a_tilted_gaussian_is_a_gaussian(s):
    """N(1, 0.25) against N(0, 1): precision s / 0.25 - (s - 1), mean s / 0.25 / precision."""
    conditional, unconditional = Mixture([1.0], [1.0], 0.5), Mixture([1.0], [0.0], 1.0)
    precision = s / 0.25 - (s - 1)
    mean, std = on_a_line(lambda x: tilted_log_prob(x, conditional, unconditional, from_scale(s)))
    assert abs(mean - s / 0.25 / precision) < 1e-9 and abs(std - precision**-0.5) < 1e-9
    if s == 7.5:
        assert round(std, 3) == 0.206


def test_the_ends_of_the_tilt_are_the_two_densities():
    conditional, unconditional = Mixture(PLUS, SIGNS, 0.5), Mixture(EVEN, SIGNS, 0.5)
    x = noise(5, 1)
    assert error(tilted_log_prob(x, conditional, unconditional, 0.0), conditional.log_prob(x)) == 0
    assert error(tilted_log_prob(x, conditional, unconditional, -1.0), unconditional.log_prob(x)) < 1e-15


def test_a_tilt_without_a_finite_area_is_refused():
    wide, narrow = Mixture([0.5, 0.5], [0.0, 1.0], [0.1, 2.0]), Mixture([1.0], [0.0], 1.0)
    x = noise(3, 1)
    values = {"c": "2", "u": "1", "most": "0.333"}
    assert tilted_log_prob(x, wide, narrow, 0.33).isfinite().all()
    far = torch.tensor([[10.0], [20.0], [40.0]]).double()
    falls = tilted_log_prob(far, wide, narrow, 0.3).diff()
    assert bool((falls < 0).all())
    for w in (1 / 3, 0.4, 4.0):
        refuses(lambda w=w: tilted_log_prob(x, wide, narrow, w), "error.no_density", w=w, **values)
    free = (1.4 * wide.log_prob(far) - 0.4 * narrow.log_prob(far)).diff()
    assert bool((free > 0).all())  # what was refused does grow
    assert tilted_log_prob(x, narrow, wide, 50.0).isfinite().all()
    assert tilted_log_prob(x, wide, narrow, -0.5).isfinite().all()


# bad input


def test_bad_settings_are_named(model, unchecked):
    for bad in ((600, 200), (0, 5), (1, 1001), (5,), (1, 2, 3), 7, "ab", (1.0, 5), [True, 5]):
        refuses(
            lambda bad=bad: guide(model, Y, w=1.0, interval=bad),
            "error.interval",
            T=1000,
            got=repr(bad),
        )
    plain = lambda x_t, t: x_t  # noqa: E731
    refuses(lambda: guide_by(plain, plain, 1.0, interval=(3, 2)), "error.interval", T="T", got="(3, 2)")
    for bad in (-0.1, 1.1, float("nan")):
        refuses(lambda bad=bad: guide(model, Y, rescale=bad), "error.rescale", got=bad)
        refuses(lambda bad=bad: rescaled(X, X, bad), "error.rescale", got=bad)
    refuses(lambda: guide(model, Y, rescale="all"), "error.number", name="rescale", got="'all'")
    one = noise(3, 1)
    refuses(lambda: rescaled(one, one, 0.5), "error.rescale_number", got=(3, 1))
    for bad in (-0.1, float("nan"), float("inf")):
        refuses(lambda bad=bad: from_scale(bad), "error.guidance_scale", got=bad)
    for bad in (-1.1, float("nan")):
        refuses(lambda bad=bad: to_scale(bad), "error.guidance", got=bad)
        refuses(lambda bad=bad: combine(X, X, bad), "error.guidance", got=bad)
        refuses(lambda bad=bad: guide_by(plain, plain, bad), "error.guidance", got=bad)
    refuses(lambda: combine(X, X, True), "error.number", name="w", got="True")
    said = {"x": "conditional", "eps": "unconditional", "want": (3, 1, 2, 2), "got": (1, 1, 2, 2)}
    refuses(lambda: combine(X, X[:1], 1.0), "error.noise_shape", **said)
    refuses(lambda: guide_by(plain, 3, 1.0), "error.model_call", got="int")
    refuses(lambda: guide_by(plain, lambda x_t, t: x_t[:1], 1.0)(X, 5), "error.noise_shape", **said)
    for w in (-1.0, 0.0, 2.0):  # whichever passes are made
        for asked in (guide(model, Y, w=w), guide_by(plain, plain, w)):
            refuses(lambda a=asked: a(X.tolist(), 5), "error.tensor", name="x_t", got="list")
            refuses(lambda a=asked: a(X, "5"), "error.tensor", name="t", got="str")
            refuses(lambda a=asked: a(X, torch.tensor(5)), "error.t_shape", got=(), want=(3,))
            refuses(lambda a=asked: a(X, T[:1]), "error.t_shape", got=(1,), want=(3,))
    law = Mixture([1.0], [0.0], 1.0)
    for name, pair in (("conditional", (law.optimal_eps(SCHEDULE), law)), ("unconditional", (law, None))):
        got = type(pair[name == "unconditional"]).__name__
        refuses(lambda p=pair: tilted_log_prob(X, *p, 1.0), "error.mixture_kind", name=name, got=got)


def test_a_network_without_a_null_label_is_named():
    class Bare(nn.Module):
        classes = 10

        def __init__(self):
            super().__init__()
            self.label = nn.Embedding(10, 1)  # one row a class, none for no class

        def forward(self, x_t, t, y):
            return x_t + self.label(y).reshape(-1, 1, 1, 1)

    bare = EpsModel(Bare().double(), SCHEDULE)
    assert guide(bare, Y)(X, T).shape == X.shape
    for w in (-1.0, 2.0):
        refuses(lambda w=w: guide(bare, Y, w=w)(X, T), "error.no_null", null=10)
    bare.net.label = nn.Embedding(5, 1).double()  # another mistake, which has nothing to do with null
    with pytest.raises(IndexError):
        guide(bare, Y)(X, T)


def test_a_network_alone_is_no_model(unchecked):
    refuses(lambda: guide(Net(), Y), "error.schedule_kind", got="NoneType")


def test_two_schedules_do_not_mix():
    law, other = Mixture([1.0], [0.0], 1.0), schedules.cosine()
    refuses(
        lambda: guide_by(law.optimal_eps(SCHEDULE), law.optimal_eps(other), 1.0),
        "error.other_schedule",
        own=other,
        got=SCHEDULE,
    )


# planted mistakes


def holds(lib):
    """What a library's guidance must satisfy: AssertionError where it does not."""
    c, u = noise(3, 1, 2, 2, seed=1), noise(3, 1, 2, 2, seed=2)
    assert error(lib.combine(c, u, 2.0), 3 * c - 2 * u) < 1e-14
    assert lib.from_scale(7.5) == 6.5 and lib.to_scale(6.5) == 7.5
    model = EpsModel(Net(), SCHEDULE)
    for t in (200, 600):
        got = lib.guide(model, Y, w=2.0, interval=(200, 600))(X, schedules.every(t, X))
        assert (
            error(got, 3 * model(X, torch.full((3,), t), Y) - 2 * model(X, torch.full((3,), t), NULL)) < 1e-12
        )
    t = torch.tensor([199, 400, 601])
    got = lib.guide(model, Y, w=2.0, interval=(200, 600))(X, t)
    plain, null = model(X, t, Y), model(X, t, NULL)
    assert error(got[1], 3 * plain[1] - 2 * null[1]) < 1e-12 and error(got[[0, 2]], plain[[0, 2]]) == 0
    assert error(lib.guide(model, Y, w=-1.0)(X, t), null) == 0
    large = torch.tensor([1.0, 2.0, 4.0]).double().reshape(3, 1, 1, 1)
    assert error(lib.rescaled(large * c, c, 0.7), (0.7 + 0.3 * large) * c) < 1e-14
    conditional, unconditional = Mixture([1.0], [1.0], 0.5), Mixture([1.0], [0.0], 1.0)
    x = noise(5, 1)
    want = -0.5 * (3 / 0.25 * (x - 1).square() - 2 * x.square()).flatten()
    got = lib.tilted_log_prob(x, conditional, unconditional, 2.0)
    assert error(got - got[0], want - want[0]) < 1e-12


PLANTED = {
    "the minus forgotten": ("- w * unconditional\n", "+ w * unconditional\n"),
    "w for 1 + w": ("return (1 + w) * conditional", "return w * conditional"),
    "guided by the negative": (
        "pulled = combine(c, u, self.w)",
        "pulled = combine(u, c, self.w)",
    ),
    "labels swapped in the batch": ("torch.cat([labels, null])", "torch.cat([null, labels])"),
    "null is the last class": (
        "torch.full_like(self._there, self.model.classes)",
        "torch.full_like(self._there, self.model.classes - 1)",
    ),
    "the interval open below": ("return low <= known <= high", "return low < known <= high"),
    "the interval open above": ("return low <= known <= high", "return low <= known < high"),
    "outside guided": ("pulled, c)", "c, pulled)"),
    "s = w": ("    return s - 1", "    return s"),
    "the factor upside down": ("sigma_c / sigma_g, 1.0", "sigma_g / sigma_c, 1.0"),
    "phi the wrong way round": ("(phi * factor + (1 - phi))", "((1 - phi) * factor + phi)"),
    "one spread for the whole batch": ("range(1, guided.ndim)", "range(0, guided.ndim)"),
    "the tilt without its 1": ("return (1 + w) * log_c", "return w * log_c"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_rejected(name, unchecked):
    lib = planted(guidance, *PLANTED[name])
    with pytest.raises(AssertionError):
        holds(lib)


def test_the_library_itself_holds():
    holds(guidance)
