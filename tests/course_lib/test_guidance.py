"""Classifier-free guidance: w = 0 is the conditional model, w = -1 the unconditional one, linear between."""

from __future__ import annotations

import pytest
import torch
from support import FLOAT32, error, noise, refuses
from torch import nn

from course_lib import schedules
from course_lib.guidance import guide
from course_lib.parameterisations import EpsModel

SCHEDULE = schedules.linear()


class Net(nn.Module):
    """Depends on x_t, t and y, item by item, and counts its calls."""

    classes = 10

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x_t, t, y):
        self.calls += 1
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
        moved = guided.y
        guided(x, schedules.every(4, x))
        assert moved.device.type == "meta" and guided.y is moved


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
