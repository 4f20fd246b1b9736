"""L_simple and the loss that a perfect model keeps; the bound term by term, its weights, its decoder."""

from __future__ import annotations

import identities as ids
import pytest
import torch
from support import EPS, FLOAT32, TOLERANCE, error, noise, refuses
from torch import nn

from course_lib import forward, gaussians, losses, schedules
from course_lib.guidance import guide
from course_lib.parameterisations import KINDS, EpsModel
from course_lib.unet import UNet

LIB = ids.namespace()
SHORT = schedules.linear(20, 1e-3, 0.3)


def test_per_image_is_the_mean_over_each_images_pixels(where):
    a, b = noise(3, 1, 2, 4), noise(3, 1, 2, 4, seed=1)
    got = losses.per_image(a.to(where), b.to(where))
    pairs = zip(a.flatten(1).tolist(), b.flatten(1).tolist(), strict=True)
    want = torch.tensor([sum((x - y) ** 2 for x, y in zip(p, q, strict=True)) / 8 for p, q in pairs])
    assert got.shape == (3,) and error(got, want) < FLOAT32
    assert error(losses.simple(a.to(where), b.to(where)), got.mean()) < TOLERANCE


def test_simple_is_zero_only_for_the_noise_itself_and_quadratic():
    a, b = noise(3, 5), noise(3, 5, seed=1)
    assert float(losses.simple(a, a)) == 0 < float(losses.simple(a, b))
    assert error(losses.simple(a + 3 * (b - a), a), 9 * losses.simple(b, a)) < TOLERANCE * 100
    assert float(losses.simple(0 * a, torch.ones_like(a))) == 1


def test_a_perfect_model_keeps_the_noise_that_x_t_does_not_determine():
    """x_0 ~ N(0, 1): E[eps | x_t] = sqrt(1 - alpha_bar_t) x_t leaves exactly alpha_bar_t, no model less."""
    schedule, n, t = schedules.linear(), 100_000, 300
    mixture = ids.namespace().Mixture([1.0], torch.zeros(1, 1, dtype=torch.float64), 1.0)
    eps = noise(n, 1, seed=1)
    x_t = forward.q_sample(noise(n, 1), t, eps, schedule)
    each = losses.per_image(mixture.optimal_eps(schedule)(x_t, t), eps)
    kept = float(schedule.alpha_bar[t])
    assert abs(float(each.mean()) - kept) < 5 * float(each.std()) * n**-0.5
    assert float(losses.simple(0.9 * (1 - kept) ** 0.5 * x_t, eps)) > float(each.mean())


def test_shapes_that_would_broadcast_are_refused(unchecked):
    refuses(
        lambda: losses.simple(noise(3, 1), noise(3, 4)),
        "error.noise_shape", x="eps", eps="eps_hat", want=(3, 4), got=(3, 1),
    )  # fmt: skip
    refuses(lambda: losses.simple(None, noise(3, 4)), "error.tensor", name="eps_hat", got="NoneType")
    refuses(lambda: losses.simple(noise(3, 4), [1.0]), "error.tensor", name="eps", got="list")
    refuses(lambda: losses.simple(noise(0, 4), noise(0, 4)), "error.empty", name="eps")  # its mean is NaN


# --- the bound


@pytest.mark.parametrize("kind", ids.KINDS)
@pytest.mark.parametrize(
    "identity",
    [ids.bound_is_tight, ids.beta_tilde_costs, ids.terms_are_their_definition, ids.weights_are_the_bounds],
)
def test_the_bound_obeys_its_identities(identity, kind):
    identity(LIB, kind)


def test_the_discrete_decoder_is_a_distribution():
    ids.decoder_is_a_distribution(LIB)


def test_bits_per_dim():
    ids.bits_of_a_uniform_image(LIB)


def test_the_prior_term_has_a_closed_form():
    """L_T = 1/2 sum (alpha_bar_T x_0^2 - alpha_bar_T - log(1 - alpha_bar_T)); no model, no noise."""
    x_0 = noise(3, 2, 2)
    for schedule in (schedules.linear(), SHORT, schedules.linear(1, 0.3, 0.3)):
        kept = schedule.alpha_bar[-1]
        want = 0.5 * (kept * x_0.square() - kept - torch.log1p(-kept)).flatten(1).sum(1)
        for t in (schedule.T, torch.full((3,), schedule.T)):
            got = losses.vlb_term(lambda x, t: pytest.fail("asked"), x_0, t, None, schedule)
            assert got.dtype == torch.float64 and error(got, want) < TOLERANCE


def test_the_weights_curve_of_the_linear_schedule():
    """It falls and rises again: 0.500 at t = 1, least at t = 349, more again at the end."""
    table = losses.weights(schedules.linear())
    assert table.dtype == torch.float64 and int(table[1:].argmin()) + 1 == 349
    for t, shown in ((1, 0.500), (349, 0.00497), (1000, 0.0102)):
        assert abs(float(table[t]) / shown - 1) < 1e-2
    own = schedules.linear()
    losses.weights(own)
    assert float(own.beta[0]) == 0  # the schedule's tables are left as they are


def test_a_schedule_of_one_step_has_a_decoder_and_a_prior():
    one = schedules.linear(1, 0.3, 0.3)
    x_0, model = noise(2, 1), ids.standard_normal(LIB, schedules.linear(1, 0.3, 0.3))
    for variance in ("beta", "beta_tilde"):  # beta_tilde_2 does not exist: beta_1 stands in its place
        assert error(losses.vlb_terms(model, x_0, one, eps=x_0, variance=variance),
                     losses.vlb_terms(model, x_0, one, eps=x_0)) == 0  # fmt: skip


def test_any_chunk_gives_the_same_terms_and_each_t_its_own_noise():
    x_0 = noise(3, 1, 2, 2).clamp(-1, 1)
    net = UNet(widths=(4, 8), embedding=8, time_width=8).double()
    nn.init.normal_(net.head.weight)
    model = EpsModel(net, SHORT, "v")

    def terms(chunk, seed=0, **how):
        return losses.vlb_terms(
            model, x_0, SHORT, torch.Generator().manual_seed(seed), chunk=chunk, decoder="discrete", **how
        )

    whole = terms(None)
    assert whole.shape == (21, 3) and whole.dtype == torch.float64 and not whole.requires_grad
    for chunk in (1, 7, 20, 50):
        assert error(terms(chunk), whole) < 1e-9 * float(whole.max())
    other = terms(None, seed=1)
    assert bool((other[:-1] != whole[:-1]).all()) and error(other[-1], whole[-1]) == 0
    g = torch.Generator().manual_seed(0)
    for t in (0, 1, 2):
        eps = torch.randn(x_0.shape, generator=g, dtype=torch.float64)
        want = losses.vlb_term(model, x_0, t, eps, SHORT, decoder="discrete")
        assert error(want.detach(), whole[t]) < 1e-9 * float(whole.max())


@pytest.mark.parametrize(
    ("shape", "chunk"),
    [
        ((1, 1, 28, 28), 128), ((16, 1, 28, 28), 8), ((500, 1, 28, 28), 1), ((500, 2), 4), ((1, 2), 2048),
        ((2049, 2), 1), ((1, 3, 64, 64), 8), ((1, 10**6), 1), ((0, 2), 2048),
    ],
)  # fmt: skip
def test_a_call_of_the_model_is_of_moderate_size_for_points_and_images(shape, chunk):
    """500 points once went to the model one t a call, as 500 digits do."""
    assert losses.together(torch.empty(shape)) == chunk
    asked = []
    model = gaussians.Mixture([1.0], torch.zeros(1, 2), 1.0).optimal_eps(SHORT)
    model.data.check_points = lambda name, x: asked.append(len(x))
    losses.vlb_terms(model, noise(500, 2), SHORT)
    assert asked == [2000] * 5


def test_each_image_may_have_its_own_term():
    x_0, eps, model = noise(4, 2), noise(4, 2, seed=1), gaussians.IdealDenoiser(noise(5, 2), SHORT)
    t = torch.tensor([0, 20, 7, 19])
    got = losses.vlb_term(model, x_0, t, eps, SHORT)
    for i, at in enumerate(t.tolist()):
        assert error(got[i], losses.vlb_term(model, x_0, at, eps, SHORT)[i]) < TOLERANCE * float(got.max())


def test_a_model_that_holds_a_label_for_each_image_is_asked_for_one_t_a_time():
    model = EpsModel(UNet(widths=(4, 8), embedding=8, time_width=8), SHORT)
    x_0, y = noise(3, 1, 2, 2).float().clamp(-1, 1), torch.tensor([1, 2, 3])
    eps = torch.ones_like(x_0)
    got = losses.vlb_terms(guide(model, y), x_0, SHORT, eps=eps)
    assert error(got, losses.vlb_terms(lambda x, t: model(x, t, y), x_0, SHORT, eps=eps)) == 0


def test_float32_images_lose_only_their_own_rounding(where):
    x_0, eps = noise(2, 3).float(), noise(2, 3, seed=1).float()
    model = gaussians.Mixture([1.0], torch.zeros(1, 3), 1.0).optimal_eps(SHORT)
    got = losses.vlb_terms(model, x_0.to(where), SHORT, eps=eps.to(where))
    want = losses.vlb_terms(model, x_0.double(), SHORT, eps=eps.double())
    # A rounded eps_hat moves the mean by 1e-7; the terms divide it by sigma^2 >= 1e-3.
    assert got.dtype == torch.float64 and error(got, want) < 1e3 * FLOAT32


@pytest.mark.parametrize("decoder", losses.DECODERS)
def test_one_term_can_be_trained_on(decoder):
    """The gradient is finite even where a bin's edge is infinite, and is that of a difference quotient."""
    x_0 = torch.tensor([[-1.0, 1.0], [0.5 / 127.5, -1.0], [1.0, 1.0]], dtype=torch.float64)
    eps, t = noise(3, 2), torch.tensor([0, 5, 20])

    def of(scale):
        return losses.vlb_term(lambda x, t: scale * x, x_0, t, eps, SHORT, decoder=decoder).sum()

    scale = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    of(scale).backward()
    h = 1e-6
    low, high = (of(torch.tensor(0.7, dtype=torch.float64) + sign * h) for sign in (-1, 1))
    slope = (high - low) / (2 * h)
    assert abs(float(scale.grad - slope)) < 1e-6 * abs(float(slope)) and float(slope) != 0


def test_images_between_two_levels_belong_to_the_nearer():
    level = torch.tensor([[-1.0], [3 / 127.5 - 1], [1.0]], dtype=torch.float64)
    x_1 = torch.tensor([[0.2], [-0.9], [0.9]], dtype=torch.float64)
    kept, lost = SHORT.alpha_bar[1].sqrt(), (1 - SHORT.alpha_bar[1]).sqrt()

    def decode(x_0):
        eps = (x_1 - kept * x_0) / lost
        return losses.vlb_term(lambda x, t: 0 * x, x_0, 0, eps, SHORT, decoder="discrete")

    assert error(decode(level), decode(level + torch.tensor([[0.003], [-0.003], [-0.003]]))) < 1e-9


def test_single_numbers_are_images_of_one_pixel():
    x_0, eps = noise(3), noise(3, seed=1)
    model = gaussians.Mixture([1.0], torch.zeros(1, 1), 1.0).optimal_eps(SHORT)
    got = losses.vlb_terms(lambda x, t: model(x[:, None], t)[:, 0], x_0, SHORT, eps=eps)
    assert error(got, losses.vlb_terms(model, x_0[:, None], SHORT, eps=eps[:, None])) == 0
    assert error(losses.per_image(x_0, eps), (x_0 - eps).square()) == 0


class Narrow(nn.Module):
    """A network that keeps one column of its input."""

    def forward(self, x, t):
        return x[:, :1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_that_answers_another_shape_is_refused(kind, unchecked):
    """(B, 1) would be broadcast to (B, 2), and the bound of a model that does not exist would come out."""
    x_0 = noise(3, 2)
    model = EpsModel(Narrow(), SHORT, kind)
    for call in (lambda: model(x_0, 3), lambda: losses.vlb_terms(model, x_0, SHORT, chunk=1)):
        refuses(call, "error.noise_shape", x="x_t", eps="answer", want=(3, 2), got=(3, 1))


def test_bad_bounds_are_named(unchecked):
    x, model = noise(2, 3), ids.standard_normal(LIB, SHORT)

    def plain(x_t, t):
        return 0 * x_t

    for call in (
        lambda **how: losses.vlb_term(plain, x, 1, x, SHORT, **how),
        lambda **how: losses.vlb_terms(plain, x, SHORT, **how),
    ):
        refuses(lambda call=call: call(variance="sigma"), "error.variance_name", got="'sigma'",
                allowed="beta, beta_tilde")  # fmt: skip
        refuses(lambda call=call: call(decoder="bits"), "error.decoder", got="'bits'",
                allowed="gaussian, discrete")  # fmt: skip
        refuses(lambda call=call: call(decoder="discrete"), "error.image_range",
                low=f"{float(x.min()):.3g}", high=f"{float(x.max()):.3g}")  # fmt: skip
    refuses(lambda: losses.weights(SHORT, "x"), "error.variance_name", got="'x'", allowed="beta, beta_tilde")
    other = schedules.cosine(20)
    refuses(lambda: losses.vlb_terms(model, x, other), "error.other_schedule", own=SHORT, got=other)
    refuses(lambda: losses.vlb_term(model, x, 1, x, other), "error.other_schedule", own=SHORT, got=other)
    for t in (-1, 21):
        refuses(lambda t=t: losses.vlb_term(plain, x, t, x, SHORT), "error.t_range", got=t, first=0, T=20)
    refuses(
        lambda: losses.vlb_term(plain, x, torch.tensor([1]), x, SHORT), "error.t_shape", got=(1,), want=(2,)
    )
    refuses(lambda: losses.vlb_term(plain, x, 1, None, SHORT), "error.tensor", name="eps", got="NoneType")
    refuses(lambda: losses.vlb_term(plain, x, 1, x[:1], SHORT), "error.noise_shape", x="x_0", eps="eps",
            want=(2, 3), got=(1, 3))  # fmt: skip
    refuses(lambda: losses.vlb_terms(plain, x, SHORT, eps=x[:1]), "error.noise_shape", x="x_0", eps="eps",
            want=(2, 3), got=(1, 3))  # fmt: skip
    refuses(lambda: losses.vlb_terms(plain, x.long(), SHORT), "error.float_images", got=torch.int64)
    refuses(lambda: losses.vlb_term(lambda x_t, t: x_t[:, :1], x, 4, x, SHORT), "error.model_shape", t="5",
            want=(2, 3), got=(2, 1))  # fmt: skip
    for chunk in (0, 1.5):
        refuses(lambda chunk=chunk: losses.vlb_terms(plain, x, SHORT, chunk=chunk), "error.whole",
                name="chunk", allowed="1, 2, 3, …", got=repr(chunk))  # fmt: skip
    refuses(lambda: losses.bits_per_dim(1.0, 0), "error.whole", name="d", allowed="1, 2, 3, …", got="0")


# --- min-SNR weights


@pytest.mark.parametrize("make", [schedules.linear, schedules.cosine])
@pytest.mark.parametrize("gamma", [1, 5.0, 20.0])
def test_min_snr_counts_the_error_of_x_0_with_the_smaller_of_snr_and_gamma(make, gamma):
    """w_t ||eps - eps_hat||^2 = min(SNR_t, gamma) ||x_0 - x_0_hat||^2, for whatever eps_hat."""
    schedule = make(200)
    t = torch.arange(1, 201)
    x_0, eps, eps_hat = noise(200, 3), noise(200, 3, seed=1), noise(200, 3, seed=2)
    x_t = forward.q_sample(x_0, t, eps, schedule)
    x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule)
    want = schedule.snr[1:].clamp(max=gamma) * losses.per_image(x_0_hat, x_0)

    def wrong(table):
        return float(((table[1:] * losses.per_image(eps_hat, eps) - want) / want).abs().max())

    table = losses.min_snr(schedule, gamma)
    # The cosine's alpha_bar_T is near 0: x_0 is what is left of two numbers 10^4 times as large.
    assert wrong(table) < 1e8 * EPS
    assert table[0] == 0 and table.shape == (201,) and table.dtype == torch.float64
    assert bool(((table[1:] > 0) & (table[1:] <= 1)).all()) and float(table[1:].min()) < 1 == float(table[-1])
    snr, v = schedule.snr, 1 / schedule.alpha_bar
    mutants = {
        "max for min": snr.clamp(min=gamma) / snr,
        "SNR not divided by": snr.clamp(max=gamma),
        "that of v": snr.clamp(max=gamma) / (snr + 1),
        "no clip": torch.ones_like(snr),
        "alpha_bar for SNR": schedule.alpha_bar.clamp(max=gamma) / schedule.alpha_bar,
        "one t off": torch.cat([table[:1], table[2:], table[-1:]]),
        "v's own": v,
    }
    for name, mutant in mutants.items():
        assert wrong(mutant) > 1e-3, name


def test_a_gamma_above_every_snr_counts_all_alike():
    assert error(losses.min_snr(SHORT, 1e300)[1:], torch.ones(20)) == 0
    low = float(SHORT.snr[-1]) / 2  # and one below every SNR weights like 1 / SNR
    assert error(losses.min_snr(SHORT, low)[1:], low / SHORT.snr[1:]) < EPS


@pytest.mark.parametrize("bad", [0, -1.0, float("nan"), float("inf")])
def test_a_bad_gamma_is_named(bad, unchecked):
    refuses(lambda: losses.min_snr(SHORT, bad), "error.recipe", name="gamma", allowed="(0, ∞)", got=bad)
    refuses(lambda: losses.min_snr(SHORT, "5"), "error.number", name="gamma", got="'5'")
