"""Distillation: the teacher's flow in closed form, the student's one step against it, the losses' zeros."""

from __future__ import annotations

import pytest
import torch
from support import EPS, error, noise, refuses

from course_lib import distil, schedules
from course_lib.gaussians import Mixture
from course_lib.mlp import MLP
from course_lib.parameterisations import EpsModel
from course_lib.samplers import ddim_step, final, sample, times

SCHEDULE = schedules.linear()
STD = 0.5
TEACHER = Mixture([1.0], torch.zeros(1, 2).double(), STD).optimal_eps(SCHEDULE)


class Perfect(torch.nn.Module):
    """The v of the exact consistency function of N(0, STD^2): x_0 = STD x_t / std_t."""

    def forward(self, x_t, t):
        alpha_bar = SCHEDULE.alpha_bar[t][:, None].to(x_t)
        std_t = (alpha_bar * STD**2 + 1 - alpha_bar).sqrt()
        return (alpha_bar.sqrt() - STD / std_t) / (1 - alpha_bar).sqrt() * x_t


def test_the_teachers_ways_are_those_of_ddim():
    x_T, visited = noise(5, 2), times(SCHEDULE.T, 20)
    paths = distil.trajectories(TEACHER, x_T, SCHEDULE, visited)
    assert paths.t.tolist() == visited and paths.x_t.shape == (21, 5, 2)
    assert error(paths.x_t[0], x_T) == 0
    assert error(paths.x_0, final(sample(TEACHER, ddim_step, x_T, SCHEDULE, visited))) == 0
    ends = [
        error(distil.trajectories(TEACHER, x_T, SCHEDULE, times(SCHEDULE.T, k)).x_0, STD * x_T)
        for k in (250, 1000)
    ]
    assert ends[1] < ends[0] / 3 and ends[1] < 4e-3


def test_a_perfect_student_ends_every_way_in_its_end():
    """Both losses are 0 for the exact consistency function on exact ways, and only for it."""
    student, t = EpsModel(Perfect(), SCHEDULE, "v"), torch.tensor([1, 300, 700, 1000])
    x_0 = noise(4, 2)

    def on_the_way(at):
        alpha_bar = SCHEDULE.alpha_bar[at][:, None]
        return (alpha_bar * STD**2 + 1 - alpha_bar).sqrt() / STD * x_0

    x_t, t_next = on_the_way(t), torch.tensor([0, 200, 699, 400])
    x_next = on_the_way(t_next)
    assert error(distil.endpoint(student, x_t, t), x_0) < 1e5 * EPS
    assert error(distil.one_step(student, on_the_way(t.new_full((4,), 1000))), x_0) < 1e5 * EPS
    assert float(distil.regression(student, x_t, t, x_0).max()) < 1e-20
    assert float(distil.consistency(student, student, x_t, t, x_next, t_next).max()) < 1e-20
    for x_wrong in (x_t, 1.01 * x_next):  # t_next's answer asked at the wrong place
        assert float(distil.consistency(student, student, x_t, t, x_wrong, t_next).min()) > 1e-10


def test_at_t_0_the_goal_is_the_point_itself():
    """Without this anchor a student that always answers 0 would be consistent."""
    nothing = EpsModel(MLP(width=8), SCHEDULE, "x_0")
    x = noise(3, 2)
    one, zero, middle = (torch.full((3,), t) for t in (1, 0, 500))
    assert error(distil.consistency(nothing, nothing, x, one, x, zero), x.square().mean(1)) < 1e-6
    assert error(distil.consistency(nothing, nothing, x, middle, x, one), 0 * x[:, 0]) < 1e-30


def test_one_step_is_ddim_from_T_to_0():
    student = EpsModel(Perfect(), SCHEDULE, "v")
    x_T = noise(4, 2)
    assert (
        error(distil.one_step(student, x_T), final(sample(student, ddim_step, x_T, SCHEDULE, [1000, 0])))
        < 1e-12
    )


def test_the_averages_gradient_is_not_taken():
    torch.manual_seed(0)
    student, average = (EpsModel(MLP(width=8), SCHEDULE, "v") for _ in range(2))
    for part in (student, average):
        torch.nn.init.ones_(part.net.head.weight)
    t = torch.tensor([500, 700])
    distil.consistency(student, average, noise(2, 2), t, noise(2, 2, seed=1), t - 100).sum().backward()
    assert student.net.head.weight.grad is not None and average.net.head.weight.grad is None


@pytest.mark.parametrize("loss, bound", [("regression", 0.03), ("consistency", 0.16)])
def test_one_step_learns_the_teachers_map(loss, bound):
    """On two humps: root mean square distance between the student's one call and the teacher's 100 steps.

    The same teacher in one step is further off by far.
    """
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(0)
    teacher = Mixture([0.5, 0.5], torch.tensor([[-1.0, 0.0], [1.0, 0.5]]), 0.25).optimal_eps(SCHEDULE)
    visited = times(SCHEDULE.T, 25)
    paths = distil.trajectories(teacher, torch.randn(3000, 2, generator=g), SCHEDULE, visited)
    student = EpsModel(MLP(width=64, depth=2), SCHEDULE, "v")
    losses = list(distil.distil(student, paths, loss=loss, steps=600, learning_rate=4e-3, generator=g))
    assert len(losses) == 600
    x_T = torch.randn(1000, 2, generator=g)
    want = distil.trajectories(teacher, x_T, SCHEDULE, visited).x_0
    off = float((distil.one_step(student, x_T) - want).square().mean().sqrt())
    plain = float((final(sample(teacher, ddim_step, x_T, SCHEDULE, [1000, 0])) - want).square().mean().sqrt())
    assert off < bound < plain / 3


def test_paths_that_are_no_whole_ways_teach_nothing(unchecked):
    """Each of these would train, and silently on something else."""
    student, x = EpsModel(MLP(width=8), SCHEDULE, "v"), noise(3, 2)
    t, x_t, own = paths = distil.trajectories(TEACHER, x, SCHEDULE, [1000, 500, 0])
    assert own is SCHEDULE

    def refused(paths, key, **values):
        refuses(lambda: distil.distil(student, paths), key, **values)

    refused(distil.Paths(t[1:], x_t), "error.paths", got="len(t) = 2, x_t.shape = (3, 3, 2)")
    refused(distil.Paths(t, x_t[:, 0, 0]), "error.paths", got="len(t) = 3, x_t.shape = (3,)")
    refused(distil.Paths(t[:-1], x_t[:-1]), "error.times", T=1000, got="1000, 500")
    refused(distil.Paths(t.flip(0), x_t.flip(0)), "error.times", T=1000, got="0, 500, 1000")
    refused(distil.Paths(t, x_t.tolist()), "error.tensor", name="paths.x_t", got="list")
    refused(distil.Paths(t, x_t[:, :0]), "error.empty", name="paths")
    for none, got in ((tuple(paths), "tuple"), (None, "NoneType"), (x_t, "Tensor")):
        refused(none, "error.paths", got=got)
    other = schedules.cosine()
    strange = EpsModel(MLP(width=8), other, "v")
    refuses(lambda: distil.distil(strange, paths), "error.other_schedule", own=other, got=SCHEDULE)
    assert len(list(distil.distil(strange, distil.Paths(t, x_t), steps=1))) == 1


def test_a_frozen_student_learns():
    torch.manual_seed(0)
    student = EpsModel(MLP(width=8), SCHEDULE, "v").requires_grad_(False)
    paths = distil.trajectories(TEACHER, noise(9, 2), SCHEDULE, [1000, 500, 0])
    how = {"steps": 30, "learning_rate": 1e-2, "generator": torch.Generator().manual_seed(0)}
    losses = list(distil.distil(student, paths, loss="consistency", **how))
    assert losses[-1] < losses[0] / 2


def test_bad_input_is_named(unchecked):
    student, x = EpsModel(MLP(width=8), SCHEDULE, "v"), noise(3, 2)
    paths = distil.trajectories(TEACHER, x, SCHEDULE, [1000, 500, 0])
    refuses(lambda: distil.distil(student, paths, loss="gan"), "error.distil_loss", got="'gan'",
            allowed="regression, consistency")  # fmt: skip
    refuses(lambda: distil.distil(student, paths, steps=0), "error.whole", name="steps", allowed="1, 2, 3, …",
            got="0")  # fmt: skip
    refuses(lambda: distil.distil(student, paths, decay=1.0), "error.recipe", name="decay", allowed="[0, 1)",
            got="1.0")  # fmt: skip
    refuses(lambda: distil.distil(student, paths, learning_rate=-1), "error.positive", name="learning_rate",
            got="-1")  # fmt: skip
    t = torch.tensor([5, 9, 3])
    refuses(lambda: distil.consistency(student, student, x, t, x, t.new_tensor([4, 9, 2])), "error.t_next",
            t=9, got=9)  # fmt: skip
    refuses(lambda: distil.regression(student, x, t, x[:2]), "error.noise_shape", x="x_0_hat", eps="x_0",
            want=(3, 2), got=(2, 2))  # fmt: skip
    for none, got in ((student.net, "MLP"), (None, "NoneType"), (noise, "noise")):
        refuses(lambda none=none: distil.distil(none, paths), "error.student", got=got)
        refuses(lambda none=none: distil.one_step(none, x), "error.student", got=got)
    refuses(lambda: distil.distil(TEACHER, paths), "error.descent_net", got="OptimalEps")
    refuses(lambda: distil.consistency(student, student, x, 5, x, 4), "error.tensor", name="t", got="int")
    refuses(lambda: distil.consistency(student, student, x, t, x, t[:2] - 1), "error.t_shape", got=(2,),
            want=(3,))  # fmt: skip
    bad = distil.Paths(paths.t, paths.x_t / 0)
    refuses(lambda: list(distil.distil(student, bad, batch_size=4)), "error.descent", step=1)
    refuses(
        lambda: distil.trajectories(TEACHER, x, SCHEDULE, [5, 9, 0]), "error.times", T=1000, got="5, 9, 0"
    )
