"""A planted mistake in the rooms of the last chapter must fail the test that guards it."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest
import test_autoencoder
import test_distil
import test_flow_matching
import test_inpaint
import test_memory
import test_superres
from planted import planted

from course_lib import autoencoder, distil, flow_maps, flow_matching, inpaint, memory, superres

FLOW, INPAINT, DISTIL = test_flow_matching, test_inpaint, test_distil

# the room, what its source says, the mistake, the test and the name by which that knows the room
MUTANTS: dict[str, tuple[ModuleType, str, str, ModuleType, str, Callable[[], None]]] = {
    "interpolate: the ends swapped": (
        flow_matching, "(1 - at) * x_0 + at * eps", "at * x_0 + (1 - at) * eps", FLOW, "fm",
        FLOW.test_the_way_is_straight_and_its_velocity_the_difference),
    "target: the sign": (
        flow_matching, "return eps - x_0", "return x_0 - eps", FLOW, "fm",
        FLOW.test_the_way_is_straight_and_its_velocity_the_difference),
    "interpolate: the diffusion's roots": (
        flow_matching, "(1 - at) * x_0 + at * eps", "(1 - at).sqrt() * x_0 + at.sqrt() * eps", FLOW, "fm",
        FLOW.test_the_way_is_straight_and_its_velocity_the_difference),
    "sample: forwards in s": (
        flow_matching, "rule(ask, x_s, s, s_next, velocity)", "rule(ask, x_s, s_next, s, velocity)", FLOW,
        "fm", FLOW.test_the_flow_of_a_gaussian_scales_it),
    "sample: Euler called Heun": (
        flow_matching, "ode.METHODS[ode.check_method(method)]", "ode.euler", FLOW, "fm",
        FLOW.test_the_flow_of_a_gaussian_scales_it),
    "state: x_0_hat with 1 - s": (
        flow_matching, "self.x_s - self.s * self.velocity", "self.x_s - (1 - self.s) * self.velocity", FLOW,
        "fm", FLOW.test_states_know_both_ends),
    "s_of: signal for noise": (
        flow_maps, "return noise / (signal + noise)", "return signal / (signal + noise)", FLOW, "flow_maps",
        FLOW.test_s_and_t_have_one_signal_to_noise_ratio),
    "s_of: t / T": (
        flow_maps, "return noise / (signal + noise)", "return t / schedule.T", FLOW, "flow_maps",
        FLOW.test_s_and_t_have_one_signal_to_noise_ratio),
    "from_v: the rotation the other way": (
        flow_maps, "return (b - a) * x_t + (a + b) * v", "return (a - b) * x_t + (a + b) * v", FLOW,
        "flow_maps",
        lambda: FLOW.test_places_and_velocities_map_to_v_and_back("cpu")),
    "to_path: units forgotten": (
        flow_maps, "return x_t / _total(x_t, t, schedule)", "return x_t", FLOW, "flow_maps",
        lambda: FLOW.test_eulers_step_along_the_flow_is_ddim(5)),
    "as_model: eps_hat with s": (
        flow_maps, "x_s + per_item(1 - at, x_s) * velocity", "x_s + per_item(at, x_s) * velocity", FLOW,
        "flow_maps",
        FLOW.test_a_model_seen_as_a_flow_and_back_is_itself),
    "replaced: known pixels put in clean": (
        inpaint, "q_sample(x_0_known.to(x_t), t_next, z, schedule)", "x_0_known.to(x_t)", INPAINT, "inpaint",
        lambda: INPAINT.test_what_is_known_has_the_right_law_at_every_t(INPAINT.ddim_step)),
    "replaced: noise of the t that is left": (
        inpaint, "q_sample(x_0_known.to(x_t), t_next,", 'q_sample(x_0_known.to(x_t), given["t"],', INPAINT,
        "inpaint", lambda: INPAINT.test_what_is_known_has_the_right_law_at_every_t(INPAINT.ddim_step)),
    "replaced: the mask the wrong way round": (
        inpaint, "torch.where(known.to(x_t.device), noised, drawn)",
        "torch.where(known.to(x_t.device), drawn, noised)", INPAINT, "inpaint",
        lambda: INPAINT.test_what_is_known_has_the_right_law_at_every_t(INPAINT.ddim_step)),
    "repaint: a rise that only adds noise": (
        inpaint, "kept**0.5 * x_t", "x_t", INPAINT, "inpaint",
        INPAINT.test_replacement_misses_the_conditional_law_and_repaint_comes_nearer),
    "repaint_times: again once too often": (
        inpaint, "range(again - 1)", "range(again)", INPAINT, "inpaint", INPAINT.test_the_times_of_repaint),
    "consistency: no anchor at t = 0": (
        distil, "torch.where(clean, x_next, asked)", "asked", DISTIL, "distil",
        DISTIL.test_at_t_0_the_goal_is_the_point_itself),
    "consistency: the neighbour asked at t": (
        distil, "endpoint(average, x_next, t_next.clamp(min=1))", "endpoint(average, x_next, t)", DISTIL,
        "distil", DISTIL.test_a_perfect_student_ends_every_way_in_its_end),
    "consistency: the goal takes a gradient": (
        distil, "with torch.no_grad():", "if True:", DISTIL, "distil",
        DISTIL.test_the_averages_gradient_is_not_taken),
    "one_step: asked at t = 1": (
        distil, "every(_schedule(student).T, x_T)", "every(1, x_T)", DISTIL, "distil",
        DISTIL.test_one_step_is_ddim_from_T_to_0),
    "nearest: not a pixel's distance": (
        memory, "/ flat.shape[1] ** 0.5", "", test_memory, "memory",
        test_memory.test_distances_are_those_of_a_plain_loop),
    "nearest: the furthest": (
        memory, "largest=False", "largest=True", test_memory, "memory",
        test_memory.test_distances_are_those_of_a_plain_loop),
    "nearest: distances by the product": (
        memory, '"donot_use_mm_for_euclid_dist"', '"use_mm_for_euclid_dist"', test_memory, "memory",
        test_memory.test_a_copys_distance_is_not_lost_in_rounding),
    "ratio: the nearest among its neighbours": (
        memory, "distance[:, 1:].mean(1)", "distance.mean(1)", test_memory, "memory",
        test_memory.test_the_ratio_against_its_formula),
    "shrink: one pixel of each block": (
        superres, "F.avg_pool2d(images, factor)", "images[..., ::factor, ::factor]", test_superres,
        "superres", test_superres.test_shrinking_takes_the_mean_of_each_block),
    "enlarge: tiles": (
        superres, "low.repeat_interleave(factor, 2).repeat_interleave(factor, 3)",
        "low.repeat(1, 1, factor, factor)", test_superres, "superres",
        test_superres.test_shrinking_takes_the_mean_of_each_block),
    "super-resolution: deaf to the small picture": (
        superres, "torch.cat([x_t, beside], 1)", "torch.cat([x_t, x_t], 1)", test_superres, "superres",
        test_superres.test_the_condition_enters_as_a_second_channel),
    "autoencoder: the pull without its variance": (
        autoencoder, "mean.square() + log_variance.exp() - 1 - log_variance", "mean.square()",
        test_autoencoder, "autoencoder", test_autoencoder.test_the_loss_is_the_bounds_two_parts),
    "autoencoder: decoding forgets the scale": (
        autoencoder, "z.to(self.scale) * self.scale + self.shift", "z.to(self.scale)", test_autoencoder,
        "autoencoder", test_autoencoder.test_latents_get_mean_0_and_variance_1_and_decoding_undoes_it),
}  # fmt: skip


def put(name: str, monkeypatch: pytest.MonkeyPatch, mistaken: bool) -> Callable[[], None]:
    """A mutant's test, which now knows the room read anew, with its mistake or as it is."""
    room, right, wrong, tests, alias, test = MUTANTS[name]
    space = vars(planted(room, right, wrong if mistaken else right))
    own = {k: v for k, v in space.items() if getattr(v, "__module__", 0) == space["__name__"]}
    assert own
    monkeypatch.setattr(tests, alias, SimpleNamespace(**vars(getattr(tests, alias)) | own))
    return test


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("name", MUTANTS)
def test_the_mistake_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    test = put(name, monkeypatch, mistaken=True)  # outside: a mistake that is not planted is not caught
    with pytest.raises(AssertionError):
        test()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("name", MUTANTS)
def test_without_it_the_same_test_passes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(name, monkeypatch, mistaken=False)()


@pytest.mark.parametrize("right", ["no such text", "def "])
def test_a_mistake_that_cannot_be_planted_is_none_that_is_caught(right: str) -> None:
    """A text that the source no longer holds, or holds more than once."""
    with pytest.raises(LookupError):
        planted(memory, right, "")
