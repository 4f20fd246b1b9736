"""Chapter 01's prediction: right in every form, and each part for itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from course_lib.exercises import check, solution
from course_lib.exercises.chapter_01 import predict_mix


def measured():
    generator = torch.Generator().manual_seed(1)
    a, b = torch.randn(2, 400_000, generator=generator, dtype=torch.float64)
    mixed = 0.36**0.5 * a + 0.64**0.5 * b
    numbers = (0.36**0.5, 0.64**0.5, mixed.std(), torch.corrcoef(torch.stack([mixed, a]))[0, 1])
    return [round(100 * float(number)) for number in numbers]


@pytest.mark.parametrize(
    "answer",
    [
        predict_mix, measured, lambda: (60, 80, 100, 60), lambda: torch.tensor([60, 80, 100, 60]),
        lambda: np.array([60, 80, 100, 60]), lambda: [np.int64(n) for n in (60, 80, 100, 60)],
    ],
)  # fmt: skip
def test_a_right_prediction_passes_in_any_form(answer):
    assert check("intuition.predict_mix", answer).passed


@pytest.mark.parametrize(
    ("numbers", "mistake", "broken"),
    [
        ([36, 64, 100, 36], "shares_as_weights", ""),
        ([36, 64, 73, 49], "shares_as_weights", ""),
        ([60, 40, 100, 60], "rest_of_the_weight", ""),
        ([60, 80, 140, 43], "weights_added", ""),
        ([60, 81, 100, 60], "", "predict_squares"),
        ([60, 80, 99, 60], "", "predict_std"),
        ([60, 80, 100, 50], "", "predict_part"),
        ([60, 80, 100, 60, 0], "", "shape"),
    ],
)
def test_a_wrong_prediction_is_told_why(numbers, mistake, broken):
    result = check("intuition.predict_mix", lambda: numbers)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)


def test_the_solution_says_where_the_numbers_come_from():
    assert "0.36**0.5" in solution("intuition.predict_mix").source
