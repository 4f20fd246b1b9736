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
        "gaussians", "for a in (mean_1, var_1, mean_2, var_2)", "for a in (mean_2, var_2, mean_1, var_1)",
        ids.kl_is_the_kl),
    "kl: the mean's distance not squared": (
        "gaussians", "(m_1 - m_2).square()", "(m_1 - m_2).abs()", ids.kl_is_the_kl),
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
    "optimal_eps: sign": ("gaussians", "return -noise.reshape", "return noise.reshape",
        ids.optimal_eps_is_the_score),
    "optimal_eps: no square root": (
        "gaussians", "return -noise.reshape", "return -noise.square().reshape",
        ids.optimal_eps_is_the_score),
    "optimal_eps: t off by one": (
        "gaussians", "signal_noise(t, rows, self.schedule)",
        "signal_noise(t - 1, rows, self.schedule, first=0)", ids.optimal_eps_is_the_score),
    "ddpm: noise at the last step": (
        "samplers", "if t_next == 0:", "if t_next < 0:", ids.ancestral_step_is_the_posterior),
    "ddpm: beta_tilde for beta": (
        "samplers", 'if variance == "beta" else', 'if variance == "beta_tilde" else',
        ids.ancestral_step_is_the_posterior),
    "ddpm: alpha_bar for alpha": (
        "samplers", "eps_hat) / alpha_t**0.5", "eps_hat) / alpha_bar_t**0.5",
        ids.ancestral_step_is_the_posterior),
    "ddpm: sigma squared for sigma": (
        "samplers", "sigma_squared**0.5 * z", "sigma_squared * z", ids.ancestral_step_is_the_posterior),
    "ddpm: a gap taken as one step": (
        "samplers", "alpha_t = alpha_bar_t / alpha_bar_next", "alpha_t = gather(schedule.alpha, t, x_t)",
        ids.respaced_step_is_the_ancestral_one),
    "ddim: eta ignored": ("samplers", "sigma = eta * variance", "sigma = variance",
        ids.ddim_keeps_the_variance),
    "ddim: direction not shortened for the noise": (
        "samplers", "1 - alpha_bar_next - sigma**2", "1 - alpha_bar_next", ids.ddim_at_eta_1_is_ddpm),
    "ddim: t_next off by one": (
        "samplers", "gather(schedule.alpha_bar, t_next, x_t, first=0)\n    x_0_hat",
        "gather(schedule.alpha_bar, max(0, t_next - 1), x_t, first=0)\n    x_0_hat",
        ids.ddim_stays_on_the_path),
    "sample: the model told t - 1": (
        "samplers", "torch.full((len(x_t),), t, ", "torch.full((len(x_t),), t - 1, ",
        ids.visits_every_timestep),
    "sample: the last step forgotten": (
        "samplers", "for t, t_next in pairwise(visited):", "for t, t_next in pairwise(visited[:-1]):",
        ids.visits_every_timestep),
    "sample: noise reused": (
        "samplers", "x_t.shape, generator=generator", "x_t.shape, generator=torch.Generator().manual_seed(0)",
        ids.noise_is_fresh),
    "sample: uniform noise": ("samplers", "= torch.randn(", "= torch.rand(", ids.noise_is_fresh),
    "sample: not going on from the answer": (
        "samplers", "x_t = step(**{", "_ = step(**{", ids.trajectory_repeats_the_steps),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_rejected(name):
    module, right, wrong, identity = MUTANTS[name]
    identity(ids.library())
    with pytest.raises(AssertionError):
        identity(ids.mutant(module, right, wrong))


@pytest.mark.parametrize("module", ids.MODULES)
def test_an_unchanged_copy_is_accepted(module):
    """The machinery itself changes nothing: only the planted edit can be what an identity rejects."""
    lib = ids.mutant(module, "from __future__", "from __future__")
    for identity in {entry[3] for entry in MUTANTS.values()}:
        identity(lib)
