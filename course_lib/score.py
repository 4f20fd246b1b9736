"""The score, the gradient of log q_t(x): another view of a noise predictor, and what can be done with it.

The three walks that need nothing but the score are here: Langevin dynamics at one noise level (level by
level: ``annealing``), the reverse SDE, and the probability-flow ODE, which also gives a likelihood. Times are
Ho's t in 0..T, any real number between them too (see ``continuous``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import divergence, lang, ode
from course_lib.checks import check_answer, check_positive, check_whole, seen
from course_lib.continuous import Continuous, at_real_t
from course_lib.forward import check_batch, noise_like
from course_lib.gaussians import OptimalEps
from course_lib.parameterisations import Model, check_tables
from course_lib.real_walks import Calls, last_state, real_times, state, touches_zero
from course_lib.samplers import Step
from course_lib.schedules import Schedule, Timesteps, every, signal_noise
from course_lib.walks import check_generator, check_model, check_takes, check_walk, own

Score = Callable[[Tensor], Tensor]  # x -> grad log p(x)
CONVENTIONS = {"half": (0.5, 1.0), "whole": (1.0, 2.0)}  # step times these: of the score, of the variance


def from_eps(eps_hat: Float[Tensor, "B *D"], t: Timesteps, schedule: Schedule) -> Float[Tensor, "B *D"]:
    """The score of q_t that a predicted noise implies.

    grad log q_t(x_t) = -E[eps | x_t] / sqrt(1 - alpha_bar_t).

    Source: Vincent 2011, section 4.2; Song et al. 2021, section 3.3. With the noise that was really drawn in
    the place of eps_hat this is grad log q(x_t | x_0), whose mean given x_t is the score. t in 1..T.
    """
    check_tables(schedule)
    check_batch("eps_hat", eps_hat)
    _, noise = signal_noise(t, eps_hat, schedule)
    return -eps_hat / noise


def to_eps(score: Float[Tensor, "B *D"], t: Timesteps, schedule: Schedule) -> Float[Tensor, "B *D"]:
    """The predicted noise that a score of q_t implies: the inverse of ``from_eps``.

    eps_hat = -sqrt(1 - alpha_bar_t) grad log q_t(x_t).  t in 1..T.
    """
    check_tables(schedule)
    check_batch("score", score)
    _, noise = signal_noise(t, score, schedule)
    return -noise * score


def of(model: Model, t: int, schedule: Schedule) -> Score:
    """The score of q_t by a model, at one noise level: ``of(model, t, schedule)(x) -> score``.

    t in 1..T; ValueError otherwise, for another schedule than the model's, and for what is no model.
    """
    check_model(model, schedule)
    check_whole("t", t, most=schedule.T)
    return lambda x: from_eps(model(x, every(t, x)), t, schedule)


def langevin(
    score: Score,
    x: Float[Tensor, "B *D"],
    step: float,
    steps: int,
    generator: torch.Generator | None = None,
    convention: str = "half",
) -> Iterator[Float[Tensor, "B *D"]]:
    """Climb log p and be shaken: yields x_0 (a copy of the start), x_1, ..., x_steps, k counting the moves.

    "half": x_{k+1} = x_k + step/2 score(x_k) + sqrt(step) z;
    "whole": x_{k+1} = x_k + step score(x_k) + sqrt(2 step) z;  z ~ N(0, I), fresh.

    Source: "half" is Welling & Teh 2011, eq. 3 (one noise level of Song & Ermon 2019, Algorithm 1), "whole"
    Song et al. 2021, Algorithms 4 and 5; a "whole" step is a "half" step of twice the size. The draws follow
    p only as step -> 0: for N(0, 1) the variance settles at 1 / (1 - step/4) ("half") or 1 / (1 - step/2).
    Too large a step diverges, and then infinity and NaN are yielded. The score runs under ``torch.no_grad``.
    step > 0, steps >= 1; ValueError otherwise, and for a score of another shape than x or one that writes
    into x.
    """
    check_batch("x", x)
    check_takes("error.score_call", score, 1)
    step, steps = check_positive("step", step), check_whole("steps", steps)
    if convention not in list(CONVENTIONS):
        allowed = ", ".join(CONVENTIONS)
        raise ValueError(lang.text("error.convention", got=repr(convention), allowed=allowed))
    check_generator(generator, x)
    uphill, shaken = (step * share for share in CONVENTIONS[convention])

    def walk() -> Iterator[Tensor]:
        here = own(x)
        yield here
        for _ in range(steps):
            with torch.no_grad():
                slope = check_answer("score", ode.only_read("score", score, here), here)
                here = torch.add(here, slope, alpha=uphill)
                here = here.add_(noise_like(here, generator), alpha=shaken**0.5)
            yield here

    return walk()


def reverse_sde(
    model: Model,
    x_T: Float[Tensor, "B *D"],
    schedule: Schedule,
    times: Sequence[float] | Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[Step]:
    """Walk the reverse SDE, dx = -beta(t) ( x/2 + score ) dt + sqrt(beta(t)) dW, by Euler and Maruyama.

    x_next = x_t + tau ( x_t / 2 - eps_hat / sqrt(1 - alpha_bar(t)) ) + sqrt(tau) z,
    tau = integral of beta from t_next to t = log( alpha_bar(t_next) / alpha_bar(t) ).

    Source: Anderson 1982; Song et al. 2021, eq. 6. Over one timestep tau is -log(1 - beta_t), about beta_t.
    times: real numbers that fall, from at most T; default T, T-1, ..., 0. Where they end at 0 the last step
    is DDIM's, to x_0_hat without fresh noise: where data are points the score there is infinite, and fresh
    noise could only blur what has been found. Where they end above 0 every step is as written, and the last
    Step keeps the x_0_hat and eps_hat that led to it. ValueError as in ``samplers.sample``.
    """
    check_walk(model, x_T, schedule)
    ts = real_times(times, schedule, falls=True)
    check_generator(generator, x_T)
    ask = at_real_t(model, schedule)
    real = ask.continuous

    def walk() -> Iterator[Step]:
        x, here = own(x_T), None
        watch = Calls(ts, "reverse_sde", x, "x_T", ask)
        for t, t_next in pairwise(ts):
            with torch.no_grad():
                eps_hat = watch.ask(x, t)
                here = state(t, x, eps_hat, real)
                if t_next == 0:
                    x = here.x_0_hat.clone()
                else:
                    _, noise = real.signal_noise(t)
                    tau = real.log_alpha_bar(t_next) - real.log_alpha_bar(t)
                    moved = torch.sub((1 + tau / 2) * x, eps_hat, alpha=tau / noise)
                    x = moved.add_(noise_like(x, generator), alpha=tau**0.5)
            yield here
        watch.end(x)
        yield last_state(ts[-1], x, here)

    return walk()


def drift(model: Model, schedule: Schedule) -> ode.Drift:
    """The probability-flow ODE as it is written, dx/dt = f(x, t), for ``ode.walk`` and ``ode.adaptive``.

    f(x, t) = -1/2 beta(t) ( x + score(x, t) ) = -1/2 beta(t) ( x - eps_hat / sqrt(1 - alpha_bar(t)) ).

    Source: Song et al. 2021, eq. 13, for the VP SDE. x follows the same marginals q_t as the SDE, without
    noise. t in (0, T]; at t = 0 too for an exact model of data with a density. At t = 0 a network's f is
    infinite: end at a t > 0, or use ``probability_flow``. ValueError for t = 0 there, as in
    ``continuous.at_real_t``, and for a model's answer of another shape than x.
    """
    ask = at_real_t(model, schedule)

    def f(x: Tensor, t: float) -> Tensor:
        beta = ask.continuous.beta(t)
        if t == 0:
            if not (isinstance(model, OptimalEps) and ask.at_zero):
                raise ValueError(lang.text("error.drift_zero"))
            return -0.5 * beta * (x + model.data.score(x))
        _, noise = ask.continuous.signal_noise(t)
        return -0.5 * beta * torch.sub(x, check_answer("model", ask(x, t), x), alpha=1 / noise)

    return f


def probability_flow(
    model: Model,
    x: Float[Tensor, "B *D"],
    schedule: Schedule,
    times: Sequence[float] | Tensor | None = None,
    method: str = "heun",
) -> Iterator[Step]:
    """Follow the probability-flow ODE, downwards (sampling) or upwards (encoding), yielding every state.

    One step of ``method`` (euler, heun, rk4) on dy/drho = eps_hat, y = x / sqrt(alpha_bar),
    rho = sqrt( (1 - alpha_bar) / alpha_bar ); with "euler" that step is ``samplers.ddim_step`` exactly:
    x_next / sqrt(alpha_bar_next) = x / sqrt(alpha_bar) + (rho_next - rho) eps_hat.

    Source: Song et al. 2021, eq. 13; Song, Meng & Ermon 2021, eq. 14; Karras et al. 2022, Algorithm 1 (rho
    is their sigma). times: real numbers in [0, T] that only fall or only rise; default T, T-1, ..., 0. These
    coordinates have no infinite drift at t = 0, but a network has no answer there: then the step that touches
    0 is Euler's with the slope at its other end, DDIM's last step downwards and ``latents.encode``'s first
    upwards. The last Step above t = 0 keeps the x_0_hat and eps_hat that led to it. A step that asks at more
    than two times may fall between whole t: see ``continuous.at_real_t``. ValueError as in
    ``samplers.sample``.
    """
    check_walk(model, x, schedule, "x")
    ts, start = real_times(times, schedule), x
    ode.check_method(method)
    ask = at_real_t(model, schedule)
    real = ask.continuous

    def walk() -> Iterator[Step]:
        x, here = own(start), None
        watch = Calls(ts, method, x, "x", ask)

        def f(y: Tensor, rho: float, ends: dict[float, float]) -> Tensor:
            t = ends[rho] if rho in ends else real.time(-math.log1p(rho * rho))
            return watch.ask(y / math.sqrt(1 + rho * rho) if rho else y, t)

        for t, t_next in pairwise(ts):
            with torch.no_grad():
                (signal, noise), (signal_next, noise_next) = map(real.signal_noise, (t, t_next))
                rho, rho_next = noise / signal, noise_next / signal_next
                eps_hat = watch.ask(x, t if t or ask.at_zero else t_next)
                here = state(t, x, eps_hat, real)
                rule = ode.euler if touches_zero(t, t_next, ask) else ode.METHODS[method]
                asks = partial(f, ends={rho: t, rho_next: t_next})
                x = signal_next * rule(asks, x / signal, rho, rho_next, slope=eps_hat)
            yield here
        watch.end(x)
        yield last_state(ts[-1], x, here)

    return walk()


@torch.inference_mode(False)
@torch.no_grad()
def log_likelihood(
    model: Model,
    x_0: Float[Tensor, "B *D"],
    schedule: Schedule,
    *,
    times: Sequence[float] | Tensor | None = None,
    method: str = "heun",
    probes: int | None = None,
    generator: torch.Generator | None = None,
    prior: Callable[[Tensor], Tensor] | None = None,
    each: bool = False,
) -> Float[Tensor, " B"] | Float[Tensor, "P B"]:
    """The log-density of x_0 under the model, in nats, by following the probability-flow ODE up to x_T.

    log p(x_0) = log prior(x_T) + integral of div v dphi,
    dx/dphi = v = ( eps_hat - sin(phi) x ) / cos(phi),  cos(phi) = sqrt(alpha_bar).

    Source: Chen et al. 2018, eq. 8; Song et al. 2021, section 4.3 and eq. 39, with the angle phi for t
    (Salimans & Ho 2022, appendix D): v is bounded at both ends.
    probes = None: the exact divergence, d = numel of an image derivatives a step; otherwise the mean of
    z . grad(z . v) over that many z of random signs, the same ones all along (Hutchinson 1990): unbiased,
    and exact where the Jacobian is diagonal. each: one row for each z, (P, B), for the spread.
    times: real numbers that rise; default every whole t up to T, from 0 for an exact model of data with a
    density, otherwise from 1. Where they begin above 0 the x_0 given is read as a point of q at that t.
    prior: x -> (B,) log-densities at the last time; default N(0, I), from which q_T differs by terms of the
    order sqrt(alpha_bar_T). method: euler, heun, rk4. Gradients are taken with respect to x only, and the
    model must treat each item of the batch on its own (no BatchNorm in training mode). ValueError for other
    times, probes < 1, a model without gradients, and as in ``samplers.sample``.
    """
    check_walk(model, x_0, schedule, "x_0")
    ask = at_real_t(model, schedule)
    real, first = ask.continuous, 0 if ask.at_zero else 1
    ts = real_times(range(first, schedule.T + 1) if times is None else times, schedule, falls=False)
    ode.check_method(method)
    P = None if probes is None else check_whole("probes", probes)
    check_generator(generator, x_0)
    if prior is not None and not callable(prior):
        raise ValueError(lang.text("error.prior_shape", want=(len(x_0),), got=seen(prior)))
    signs = None if P is None else divergence.signs(P, x_0, generator)
    x, d = own(x_0), x_0.shape[1:].numel()
    watch = Calls(ts, method, x, "x_0", ask)

    def f(both: Tensor, phi: float, ends: dict[float, float]) -> Tensor:
        """How x moves, and beside it what log p gains, one column for each probe."""
        t = ends[phi] if phi in ends else real.time(2 * math.log(math.cos(phi)))
        here, sin, cos = both[:, :d].reshape(x_0.shape), math.sin(phi), math.cos(phi)
        eps_hat, spread = divergence.of(lambda x: watch.ask(x, t), here, signs)
        v = torch.sub(eps_hat, here, alpha=sin) / cos
        return torch.cat([v.reshape(len(v), d), (spread.T - d * sin) / cos], 1)

    both = torch.cat([x.reshape(len(x), d), x.new_zeros(len(x), P or 1)], 1)
    for t, t_next in pairwise(ts):
        phi, phi_next = _angle(t, real), _angle(t_next, real)
        asks = partial(f, ends={phi: t, phi_next: t_next})
        slope = asks(both, phi if t or ask.at_zero else phi_next)
        rule = ode.euler if touches_zero(t, t_next, ask) else ode.METHODS[method]
        both = rule(asks, both, phi, phi_next, slope=slope)
    x, gained = both[:, :d].reshape(x_0.shape), both[:, d:].T
    watch.end(x)
    total = _log_prior(prior, x) + gained
    return total if each else total.mean(0)


def _log_prior(prior: Callable[[Tensor], Tensor] | None, x: Tensor) -> Tensor:
    if prior is None:
        d = x.shape[1:].numel()
        return -0.5 * (x.reshape(len(x), d).square().sum(1) + d * math.log(2 * math.pi))
    found = prior(x)
    if not isinstance(found, Tensor) or found.shape != (len(x),):
        raise ValueError(lang.text("error.prior_shape", want=(len(x),), got=seen(found)))
    return found.to(x.dtype)


def _angle(t: float, real: Continuous) -> float:
    signal, noise = real.signal_noise(t)
    return math.atan2(noise, signal)
