"""A planted mistake in the library's own source must be rejected by the identity that guards it."""

from __future__ import annotations

import identities as ids
import pytest

pytestmark = pytest.mark.usefixtures("unchecked")  # a mutant Schedule is another class than the real one

# module, what the source says, the mistake, the identity that must notice
MUTANTS = {
    "schedule: alpha_bar one step late": (
        "schedules", "self.alpha.cumprod(0)", "self.alpha.cumprod(0).roll(1)", ids.schedule_tables),
    "schedule: beta_tilde with alpha_bar_t above": (
        "schedules", "(1 - self.alpha_bar[:-1]) / (", "(1 - self.alpha_bar[1:]) / (", ids.schedule_tables),
    "schedule: snr upside down": (
        "schedules", "return self.alpha_bar / (1 - self.alpha_bar)",
        "return (1 - self.alpha_bar) / self.alpha_bar", ids.schedule_tables),
    "schedule: linear in the standard deviation": (
        "schedules", "torch.linspace(beta_1, beta_T, T, dtype=torch.float64)",
        "torch.linspace(beta_1**0.5, beta_T**0.5, T, dtype=torch.float64)**2", ids.linear_endpoints),
    "schedule: cosine not squared": (
        "schedules", "* math.pi / 2) ** 2", "* math.pi / 2)", ids.cosine_follows_its_formula),
    "schedule: cosine not clipped": (
        "schedules", ".clamp(max=beta_max)", ".clamp(max=0.9999999)", ids.cosine_follows_its_formula),
    "schedule: float32 tables": (
        "schedules", "torch.linspace(beta_1, beta_T, T, dtype=torch.float64)",
        "torch.linspace(beta_1, beta_T, T)", ids.linear_endpoints),
    "q_sample: no square root on the noise": (
        "forward", "* x_0 + noise * eps", "* x_0 + noise**2 * eps",
        ids.recursion_is_closed_form),
    "q_sample: alpha for alpha_bar": (
        "forward", "signal_noise(t, x_0, schedule, first=0)",
        "roots(t, x_0, schedule.alpha, schedule.beta, first=0)", ids.jumps_compose),
    "q_sample: t off by one": (
        "forward", "signal_noise(t, x_0, schedule, first=0)",
        "signal_noise(t - 1, x_0, schedule, first=0)", ids.recursion_is_closed_form),
    "q_sample: signal and noise swapped": (
        "forward", "signal * x_0 + noise * eps", "noise * x_0 + signal * eps", ids.recursion_is_closed_form),
    "q_step: beta for its square root": (
        "forward", "added * eps", "added**2 * eps", ids.jumps_compose),
    "q_step: the image not shrunk": (
        "forward", "kept * x_prev", "x_prev", ids.recursion_is_closed_form),
    "predict_x_0: not divided": (
        "forward", "* eps_hat) / signal", "* eps_hat)", ids.predict_inverts_q_sample),
    "posterior: beta for beta_tilde": (
        "forward", "gather(schedule.beta_tilde, t, x_t)", "beta_t", ids.posterior_obeys_bayes),
    "posterior: x_0 and x_t swapped": (
        "forward", "gone_t * x_0 +", "gone_t * x_t +", ids.posterior_obeys_bayes),
    "posterior: alpha_bar_t for its neighbour": (
        "forward", "gather(schedule.alpha_bar, t - 1, x_t, first=0)",
        "gather(schedule.alpha_bar, t, x_t, first=0)", ids.posterior_obeys_bayes),
    "posterior: alpha_bar_t for its neighbour, at t = 1": (
        "forward", "gather(1 - schedule.alpha_bar, t - 1, x_t, first=0)",
        "gather(1 - schedule.alpha_bar, t, x_t)", ids.posterior_ends_at_x_0),
    "kl: arguments swapped": (
        "gaussians", '("mean_1", mean_1), ("var_1", var_1), ("mean_2", mean_2), ("var_2", var_2)',
        '("mean_1", mean_2), ("var_1", var_2), ("mean_2", mean_1), ("var_2", var_1)',
        ids.kl_is_the_kl),
    "kl: the mean's distance not squared": (
        "gaussians", "(m_1 - m_2).square()", "(m_1 - m_2).abs()", ids.kl_is_the_kl),
    "kl: the logarithm's sign": (
        "gaussians", "0.5 * (torch.log(v_2 / v_1)", "0.5 * (torch.log(v_1 / v_2)", ids.kl_is_the_kl),
    "mixture: weights forgotten in the density": (
        "gaussians", "self.weights.to(x).log() - ", "0 * self.weights.to(x) - ", ids.mixture_density),
    "mixture: dimension forgotten in the density": (
        "gaussians", "0.5 * d * (2", "0.5 * (2", ids.mixture_density),
    "score: without the posterior weights": (
        "gaussians", "parts.softmax(1) / variance", "(0 * parts).softmax(1) / variance",
        ids.score_is_the_gradient),
    "score: standard deviation for variance": (
        "gaussians", "parts.softmax(1) / variance", "parts.softmax(1) / variance.sqrt()",
        ids.score_is_the_gradient),
    "diffused: the data's own variance lost": (
        "gaussians", "alpha_bar_t * self.stds.square() + (1", "0 * self.stds.square() + (1",
        ids.diffused_is_the_integral),
    "optimal_eps: sign": ("gaussians", "return -per_item(noise, x)", "return per_item(noise, x)",
        ids.optimal_eps_is_the_score),
    "optimal_eps: no square root": (
        "gaussians", "return -per_item(noise, x)", "return -per_item(noise.square(), x)",
        ids.optimal_eps_is_the_score),
    "optimal_eps: t off by one": (
        "gaussians", "signal_noise(t, rows, self.schedule)",
        "signal_noise(t - 1, rows, self.schedule, first=0)", ids.optimal_eps_is_the_score),
    "ddpm: noise at the last step": (
        "samplers", "if t_next == 0:  # Alg", "if t_next < 0:  # Alg", ids.ancestral_step_is_the_posterior),
    "ddpm: noise at the last step, seen in the walk": (
        "samplers", "if t_next == 0:  # Alg", "if t_next < 0:  # Alg",
        ids.ancestral_walk_keeps_the_marginals),
    "ddpm: beta_tilde for beta": (
        "samplers", 'if variance == "beta" else', 'if variance == "beta_tilde" else',
        ids.ancestral_step_is_the_posterior),
    "ddpm: alpha_bar for alpha": (
        "samplers", ".div_(alpha_t**0.5)", ".div_(alpha_bar_t**0.5)", ids.ancestral_step_is_the_posterior),
    "ddpm: alpha_bar for alpha, seen in the walk": (
        "samplers", ".div_(alpha_t**0.5)", ".div_(alpha_bar_t**0.5)",
        ids.ancestral_walk_keeps_the_marginals),
    "ddpm: x_t less the whole noise": (
        "samplers", "alpha=beta_t / (1 - alpha_bar_t) ** 0.5).div_(alpha_t**0.5)", "alpha=1)",
        ids.ancestral_walk_keeps_the_marginals),
    "ddpm: sigma squared for sigma": (
        "samplers", "z, alpha=sigma_squared**0.5", "z, alpha=sigma_squared",
        ids.ancestral_step_is_the_posterior),
    "ddpm: sigma squared for sigma, seen in the walk": (
        "samplers", "z, alpha=sigma_squared**0.5", "z, alpha=sigma_squared",
        ids.ancestral_walk_keeps_the_marginals),
    "ddpm: eps_hat again in the place of fresh noise": (
        "samplers", "torch.add(mean, z, alpha=sigma_squared", "torch.add(mean, eps_hat, alpha=sigma_squared",
        ids.ancestral_walk_keeps_the_marginals),
    "ddpm: t off by one": (
        "samplers", '_alpha_bars("ddpm_step", t, t_next, schedule)',
        '_alpha_bars("ddpm_step", min(t + 1, schedule.T), t_next, schedule)',
        ids.ancestral_walk_keeps_the_marginals),
    "ddpm: a gap taken as one step": (
        "samplers", "alpha_t = alpha_bar_t / alpha_bar_next", "alpha_t = 1 - float(schedule.beta[t])",
        ids.respaced_step_is_the_ancestral_one),
    "ddim: eta ignored": ("samplers", "sigma = eta * variance", "sigma = variance",
        ids.ddim_keeps_the_variance),
    "ddim: direction not shortened for the noise": (
        "samplers", "1 - alpha_bar_next - sigma**2", "1 - alpha_bar_next", ids.ddim_at_eta_1_is_ddpm),
    "ddim: t_next off by one": (
        "samplers", '_alpha_bars("ddim_step", t, t_next, schedule)',
        '_alpha_bars("ddim_step", t, max(0, t_next - 1), schedule)', ids.ddim_stays_on_the_path),
    "ddim: t - 1 for the next of the subset": (
        "samplers", '_alpha_bars("ddim_step", t, t_next, schedule)',
        '_alpha_bars("ddim_step", t, t - 1, schedule)', ids.ddim_stays_on_the_path),
    "dpm: the sign of the correction": (
        "samplers", "D = torch.sub((1 + 1 / (2 * r)) * D", "D = torch.sub((1 - 1 / (2 * r)) * D",
        ids.dpm_is_of_second_order),
    "dpm: the step before ignored": (
        "samplers", "        if t_next > 0:\n            alpha_bar_previous",
        "        if t_next > schedule.T:\n            alpha_bar_previous", ids.dpm_is_of_second_order),
    "dpm: r upside down": (
        "samplers", "r = (lambda_t - lambda_previous) / (lambda_next - lambda_t)",
        "r = (lambda_next - lambda_t) / (lambda_t - lambda_previous)", ids.dpm_step_is_algorithm_2),
    "dpm: second order into t = 0": (
        "samplers", "        if t_next > 0:\n            alpha_bar_previous",
        "        if True:\n            alpha_bar_next = min(alpha_bar_next, 1 - 1e-9)\n"
        "            alpha_bar_previous", ids.dpm_step_is_algorithm_2),
    "grid: leading read upwards": (
        "samplers", "for k in reversed(range(steps))]", "for k in range(steps)]",
        ids.grids_are_their_definition),
    "grid: leading counted from 0": (
        "samplers", "return [1 + k * (T // steps)", "return [k * (T // steps)",
        ids.grids_are_their_definition),
    "grid: trailing cut instead of rounded": (
        "samplers", "round(T * (steps - k) / steps)", "T - k * (T // steps)",
        ids.grids_are_their_definition),
    "log-SNR grid: even in snr itself": (
        "samplers", "log_snr = schedule.snr[1:].log()", "log_snr = schedule.snr[1:]",
        ids.log_snr_times_are_even),
    "log-SNR grid: t off by one": (
        "samplers", ".argmin(1).add(1)", ".argmin(1).clamp(min=1)", ids.log_snr_times_are_even),
    "encode: the model asked where the step arrives": (
        "latents", "every(t or t_next, x_t)", "every(t_next, x_t)", ids.encoding_undoes_a_true_path),
    "encode: the first step left out": (
        "latents", "pairwise(visited):", "pairwise(visited[1:]):", ids.encoding_undoes_a_true_path),
    "encode: x_t in the place of x_0_hat": (
        "latents", "q_sample(x_0_hat, t_next", "q_sample(x_t, t_next", ids.round_trip_converges),
    "slerp: sine and cosine mixed": (
        "latents", "torch.where(straight, at, (at * omega).sin() / sine)",
        "torch.where(straight, at, (at * omega).cos() / sine)", ids.slerp_is_an_arc),
    "slerp: not divided by the sine": (
        "latents", "((1 - at) * omega).sin() / sine)", "((1 - at) * omega).sin())", ids.slerp_is_an_arc),
    "slerp: half of the angle": (
        "latents", "per_item(2 * torch.atan2", "per_item(torch.atan2", ids.slerp_is_an_arc),
    "slerp: one angle for the whole batch": (
        "latents", "torch.atan2(apart, along)", "torch.atan2(apart.norm(), along.norm()).expand(len(a))",
        ids.slerp_is_an_arc),
    "slerp: the lengths normalised away": (
        "latents", "return share_a.to(a.dtype) * a + share_b.to(b.dtype) * b",
        "return share_a * u.reshape(a.shape) + share_b * v.reshape(b.shape)", ids.slerp_is_an_arc),
    "sample: the model told t - 1": (
        "samplers", "every(t, x_t)", "every(t - 1, x_t)", ids.visits_every_timestep),
    "sample: the last step forgotten": (
        "samplers", "for t, t_next in pairwise(visited):", "for t, t_next in pairwise(visited[:-1]):",
        ids.visits_every_timestep),
    "sample: noise reused": (
        "samplers", "noise_like(x_t, generator)", "noise_like(x_t, torch.Generator().manual_seed(0))",
        ids.noise_is_fresh),
    "sample: eps_hat for the noise": (
        "samplers", "x_t = watch.take(step(**{",
        'given["z"] = eps_hat\n                x_t = watch.take(step(**{',
        ids.noise_is_fresh),
    "sample: uniform noise": (
        "samplers", "= noise_like(x_t, generator)", "= torch.rand_like(x_t)", ids.noise_is_fresh),
    "sample: not going on from the answer": (
        "samplers", "x_t = watch.take(step(**{", "_ = watch.take(step(**{", ids.trajectory_repeats_the_steps),
    "sample: always the first step for the one before": (
        "samplers", "previous = Step(t, x,", "previous = previous or Step(t, x,",
        ids.dpm_is_of_second_order),
    "from_eps: v's sign": (
        "parameterisations", "(eps_hat - noise * x_t)", "(eps_hat + noise * x_t)", ids.conversions_close),
    "from_eps: v not divided": (
        "parameterisations", "return (eps_hat - noise * x_t) / signal", "return eps_hat - noise * x_t",
        ids.three_losses_are_one),
    "from_eps: x_0 from the wrong way round": (
        "parameterisations", "predict_x_0(x_t, t, eps_hat, schedule)",
        "predict_x_0(eps_hat, t, x_t, schedule)", ids.conversions_close),
    "vlb: KL's arguments swapped": (
        "losses", "kl(mu_tilde, known, mu_theta, sigma_squared)",
        "kl(mu_theta, sigma_squared, mu_tilde, known)", ids.terms_are_their_definition),
    "vlb: KL's arguments swapped, seen from the data": (
        "losses", "kl(mu_tilde, known, mu_theta, sigma_squared)",
        "kl(mu_theta, sigma_squared, mu_tilde, known)", ids.bound_is_tight),
    "vlb: the decoder's logarithm with the other sign": (
        "losses", "+ (2 * math.pi * variance).log()", "- (2 * math.pi * variance).log()",
        ids.bound_is_tight),
    "vlb: log p for -log p": ("losses", "-_flat(log_p(wide", "_flat(log_p(wide",
        ids.bound_is_tight),
    "vlb: beta for beta_tilde": (
        "losses", "table = schedule.variance(variance).clone()", "table = schedule.beta.clone()",
        ids.beta_tilde_costs),
    "vlb: beta_tilde for beta": (
        "losses", "table = schedule.variance(variance).clone()", "table = schedule.beta_tilde.clone()",
        ids.bound_is_tight),
    "vlb: the decoder's beta_1 for beta_tilde_2": (
        "losses", "table[1] = table[2] if", "table[1] = schedule.beta[1] if", ids.beta_tilde_costs),
    "vlb: x_{t+2} where x_{t+1} belongs": (
        "losses", "s = (at + 1).clamp(max=schedule.T)", "s = (at + 2).clamp(max=schedule.T)",
        ids.terms_are_their_definition),
    "vlb: the model told s - 1": (
        "losses", "s.to(x_0.device))", "(s - 1).to(x_0.device))", ids.terms_are_their_definition),
    "vlb: no square root under eps_hat": (
        "losses", "gone_s**0.5 * eps_hat", "gone_s * eps_hat", ids.bound_is_tight),
    "vlb: no square root under the mean": (
        "losses", "* eps_hat) / alpha_s**0.5", "* eps_hat) / alpha_s", ids.bound_is_tight),
    "vlb: mean over the dimensions": (
        "losses", "each = _flat(gaussians.kl(mu_tilde, known, mu_theta, sigma_squared)).sum(1)",
        "each = _flat(gaussians.kl(mu_tilde, known, mu_theta, sigma_squared)).mean(1)",
        ids.terms_are_their_definition),
    "vlb: the prior in the place of L_{T-1}": (
        "losses", "for end in (0, schedule.T)", "for end in (0, schedule.T - 1)",
        ids.terms_are_their_definition),
    "prior: no square root": ("losses", "kl(kept**0.5 * x_0", "kl(kept * x_0", ids.bound_is_tight),
    "prior: the signal's variance for the noise's": (
        "losses", "1 - kept, 0.0, 1.0", "kept, 0.0, 1.0", ids.bound_is_tight),
    "prior: forgotten": (
        "losses", "append(vlb_term(model, x_0, T, None", "append(0 * vlb_term(model, x_0, T, None",
        ids.terms_are_their_definition),
    "decoder: the lowest bin closed": (
        "losses", "torch.where(level <= 0, ", "torch.where(level < 0, ", ids.decoder_is_a_distribution),
    "decoder: the highest bin closed": (
        "losses", "level >= LEVELS - 1, infinity", "level >= LEVELS, infinity",
        ids.decoder_is_a_distribution),
    "decoder: bins too wide": (
        "losses", "(2 * level + 1)", "(2 * level + 1.01)", ids.decoder_is_a_distribution),
    "decoder: variance for standard deviation": (
        "losses", "- mean) / variance.sqrt()", "- mean) / variance", ids.decoder_is_a_distribution),
    "decoder: the difference of two rounded values": (
        "losses", "torch.where(above, -high, low), torch.where(above, -low, high)", "low, high",
        ids.decoder_is_a_distribution),
    "weights: beta not squared": (
        "losses", "schedule.beta.square() / (2", "schedule.beta / (2", ids.weights_are_the_bounds),
    "weights: the 2 forgotten": (
        "losses", "(2 * sigma_squared * schedule.alpha", "(sigma_squared * schedule.alpha",
        ids.weights_are_the_bounds),
    "weights: alpha_bar for alpha": (
        "losses", "sigma_squared * schedule.alpha * (1", "sigma_squared * schedule.alpha_bar * (1",
        ids.weights_are_the_bounds),
    "weights: one step early": (
        "losses", "table[0] = 0.0\n    return table", "table[0] = 0.0\n    return table.roll(-1)",
        ids.weights_are_the_bounds),
    "bits: nats left as they are": (
        "losses", "* math.log(2))", "* 1.0)", ids.bits_of_a_uniform_image),
    "bits: not shared among the dimensions": (
        "losses", '(check_whole("d", d) * math.log(2))', "math.log(2)", ids.bits_of_a_uniform_image),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_rejected(name):
    module, right, wrong, identity = MUTANTS[name]
    identity(ids.namespace())
    wrong_library = ids.mutant(module, right, wrong)  # outside: a mistake that is not planted is not caught
    with pytest.raises(AssertionError):
        identity(wrong_library)


@pytest.mark.parametrize("module", ids.MODULES)
def test_an_unchanged_copy_is_accepted(module):
    """The machinery itself changes nothing: only the planted edit can be what an identity rejects."""
    lib = ids.mutant(module, "from __future__", "from __future__")
    for identity in {entry[3] for entry in MUTANTS.values()}:
        identity(lib)
