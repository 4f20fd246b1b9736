"""Chapter 09's exercises: right answers in another form, and the conventions in circulation."""

from __future__ import annotations

import operator

import pytest
import torch
from torch import nn

from course_lib import guidance, lang, schedules
from course_lib.exercises import check, solution
from course_lib.exercises.chapter_09 import both, drop_labels, enough
from course_lib.parameterisations import EpsModel

# ---- guidance.drop_labels


def by_clone(y, null, p, u):
    labels = y.clone()
    labels[u < p] = null
    return labels


def label_by_label(y, null, p, u):
    return torch.tensor([null if float(v) < p else int(k) for k, v in zip(y, u, strict=True)])


def by_masked_fill(y, null, p, u):
    return y.masked_fill(u < p, null)


def by_arithmetic(y, null, p, u):
    dropped = (u < p).long()
    return dropped * null + (1 - dropped) * y


def as_a_list(y, null, p, u):
    return [null if v < p else k for k, v in zip(y.tolist(), u.tolist(), strict=True)]


@pytest.mark.parametrize(
    "answer", [drop_labels, by_clone, label_by_label, by_masked_fill, by_arithmetic, as_a_list]
)
def test_dropping_written_differently_passes(answer):
    assert check("guidance.drop_labels", answer).passed, check("guidance.drop_labels", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda y, null, p, u: torch.full_like(y, null) if u[0] < p else y, "whole_batch"),
        (lambda y, null, p, u: y.masked_fill(u > p, null), "inverted"),
        (lambda y, null, p, u: y * (u >= p), "null_is_0"),
        (lambda y, null, p, u: y.masked_fill(u < p, null - 1), "null_is_the_last_class"),
        (lambda y, null, p, u: y.masked_fill(torch.rand(len(y)) < p, null), "own_numbers"),
        (lambda y, null, p, u: y[~(u < p)], "removed"),
        (lambda y, null, p, u: u < p, "only_the_choice"),
    ],
)
def test_the_slips_of_dropping_are_named(answer, mistake):
    assert check("guidance.drop_labels", answer).mistake == mistake


def test_labels_overwritten_in_place_do_not_pass():
    def answer(y, null, p, u):
        y[u < p] = null
        return y

    result = check("guidance.drop_labels", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", "", "runs")
    assert result.lines == (lang.text("exercise.changed", name="y"),)


def test_a_share_that_nobody_has_named_fails():
    result = check("guidance.drop_labels", lambda y, null, p, u: torch.where(u < p**2, null, y))
    assert (result.mistake, result.broken) == ("", "drop_share")


# ---- guidance.combine


@pytest.mark.parametrize(
    "answer",
    [
        guidance.combine,
        lambda c, u, w: c + w * (c - u),
        lambda c, u, w: u + (1 + w) * (c - u),
        lambda c, u, w: torch.lerp(u, c, 1 + w),
        lambda c, u, w: (1 + w) * c.float() - w * u.float(),
    ],
)
def test_a_combination_written_differently_passes(answer):
    assert check("guidance.combine", answer).passed, check("guidance.combine", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda c, u, w: u + w * (c - u), "the_s_form"),
        (lambda c, u, w: w * c - (w - 1) * u, "the_s_form"),
        (lambda c, u, w: w * c + (1 - w) * u, "the_s_form"),
        (lambda c, u, w: torch.lerp(c, u, w), "swapped_s_form"),
        (lambda c, u, w: guidance.combine(u, c, w), "swapped"),
        (lambda c, u, w: c - w * u, "one_forgotten"),
        (lambda c, u, w: (1 + w) * c - u, "u_not_weighted"),
        (lambda c, u, w: (c + w * u) / (1 + w), "averaged"),
        (lambda c, u, w: w * (c - u), "only_the_difference"),
    ],
)
def test_the_conventions_and_slips_are_named(answer, mistake):
    assert check("guidance.combine", answer).mistake == mistake


def test_the_two_forms_of_the_notes_differ_by_the_numbers_they_give():
    # One answer 1, the other 0.2, and 7.5 in the place of w and of s: the first probe of the exercise.
    result = check("guidance.combine", lambda c, u, w: u + w * (c - u))
    assert (result.example.expected, result.example.got) == ("[[[[7]]]]", "[[[[6.2]]]]")


def test_a_combination_that_nobody_has_named_fails():
    result = check("guidance.combine", lambda c, u, w: c + w**2 * (c - u))
    assert (result.mistake, result.broken) == ("", "guided_unconditional")


# ---- guidance.both


def by_repeat(model, x_t, t, y, null, w):
    labels = torch.cat([y, torch.full((len(y),), null)])
    answer = model(x_t.repeat(2, 1, 1, 1), t.repeat(2), labels)
    return answer[: len(y)] + w * (answer[: len(y)] - answer[len(y) :])


def null_first(model, x_t, t, y, null, w):
    labels = torch.cat([torch.full_like(y, null), y])
    unconditional, conditional = model(torch.cat((x_t, x_t)), torch.cat((t, t)), labels).chunk(2)
    return torch.lerp(unconditional, conditional, 1 + w)


def interleaved_throughout(model, x_t, t, y, null, w):
    labels = torch.stack([y, torch.full_like(y, null)], dim=1).flatten()
    answer = model(x_t.repeat_interleave(2, 0), t.repeat_interleave(2), labels)
    return (1 + w) * answer[::2] - w * answer[1::2]


def one_pass_where_one_will_do(model, x_t, t, y, null, w):
    return model(x_t, t, y) if w == 0 else both(model, x_t, t, y, null, w)


@pytest.mark.parametrize("answer", [both, by_repeat, null_first, interleaved_throughout])
def test_one_call_written_differently_passes(answer):
    assert check("guidance.both", answer).passed, check("guidance.both", answer)


def test_a_single_pass_at_w_0_passes_too():
    assert check("guidance.both", one_pass_where_one_will_do).passed


def test_two_calls_are_right_but_not_what_is_asked():
    def answer(model, x_t, t, y, null, w):
        return guidance.combine(model(x_t, t, y), model(x_t, t, torch.full_like(y, null)), w)

    result = check("guidance.both", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", "", "both_one_call")


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (
            lambda m, x, t, y, null, w: guidance.combine(
                *m(torch.cat([x, x]), torch.cat([t, t]), torch.cat([0 * y + null, y])).chunk(2), w
            ),
            "halves_swapped",
        ),
        (
            lambda m, x, t, y, null, w: guidance.combine(
                *m(torch.cat([x, x]), torch.cat([t, t]), torch.cat([y, y])).chunk(2), w
            ),
            "not_guided",
        ),
        (
            lambda m, x, t, y, null, w: guidance.combine(
                *m(torch.cat([x, x]), t, torch.cat([y, 0 * y + null])).chunk(2), w
            ),
            "times_not_doubled",
        ),
        (
            lambda m, x, t, y, null, w: guidance.combine(*m(torch.cat([x, x]), t, y).chunk(2), w),
            "times_not_doubled",
        ),
        (
            lambda m, x, t, y, null, w: guidance.combine(
                *m(torch.cat([x, x]), torch.cat([t, t]), y).chunk(2), w
            ),
            "labels_not_doubled",
        ),
        (
            lambda m, x, t, y, null, w: guidance.combine(
                *m(torch.cat([x, x]), torch.cat([t, t]), torch.cat([y, torch.zeros_like(y)])).chunk(2), w
            ),
            "null_is_0",
        ),
    ],
)
def test_the_slips_of_the_doubled_batch_are_named(answer, mistake):
    assert check("guidance.both", answer).mistake == mistake


class Net(nn.Module):
    classes = 10

    def forward(self, x_t, t, y=None):
        y = torch.full_like(t, self.classes) if y is None else y
        return x_t * (1 + y.view(-1, 1, 1, 1)) + t.view(-1, 1, 1, 1) / 10


def test_the_call_is_the_library_s():
    model = EpsModel(Net(), schedules.linear(T=10, beta_1=0.05, beta_T=0.4))
    x_t, t, y = torch.linspace(-1, 1, 12).view(3, 1, 2, 2), torch.tensor([4, 4, 4]), torch.tensor([7, 0, 9])
    want = guidance.guide(model, y, w=1.5)(x_t, t)
    torch.testing.assert_close(both(model, x_t, t, y, 10, 1.5), want, rtol=0, atol=1e-5)


def test_the_solutions_show_the_formulas():
    assert "torch.where(u < p, null, y)" in solution("guidance.drop_labels").source
    assert "(1 + w) * conditional - w * unconditional" in solution("guidance.combine").source
    assert ".chunk(2)" in solution("guidance.both").source


# ---- guidance.enough


def by_spread(good):
    return max(good, key=operator.itemgetter(1))


def by_loop(w, accuracy, spread, real, N, within=operator.le, allowed=None, choose=min):
    best = max(accuracy.tolist())
    error = allowed or (lambda p: (p * (1 - p) / N) ** 0.5)
    good = [
        (float(at), float(s))
        for at, p, s in zip(w, accuracy.tolist(), spread, strict=True)
        if within(best - p, 2 * error(p))
    ]
    at, s = choose(good)
    return torch.tensor([at, s / real])


def by_sorting(w, accuracy, spread, real, N):
    place = w.argsort()
    w, accuracy, spread = w[place], accuracy[place], spread[place]
    good = (accuracy.max() - accuracy) ** 2 * N <= 4 * accuracy * (1 - accuracy)
    first = good.nonzero()[0, 0]
    return torch.stack([w[first], spread[first] / real])


@pytest.mark.parametrize("answer", [enough, by_loop, by_sorting])
def test_a_table_read_differently_passes(answer):
    assert check("guidance.enough", answer).passed, check("guidance.enough", answer)


@pytest.mark.parametrize(
    ("answer", "mistake", "broken"),
    [
        (lambda w, p, s, real, N: torch.stack([w[p.argmax()], s[p.argmax()] / real]), "the_best", ""),
        (
            lambda w, p, s, real, N: by_loop(w, p, s, real, N, allowed=lambda q: q * (1 - q) / N),
            "not_rooted",
            "",
        ),
        (
            lambda w, p, s, real, N: by_loop(w, p, s, real, N, allowed=lambda q: (q * (1 - q)) ** 0.5 / N),
            "N_not_rooted",
            "",
        ),
        (
            lambda w, p, s, real, N: by_loop(w, p, s, real, N, allowed=lambda q: q * (1 - q) / N**0.5),
            "",
            "dial_errors",
        ),
        (lambda w, p, s, real, N: by_loop(w, p, s, real, N, choose=by_spread), "largest_spread", ""),
        (lambda w, p, s, real, N: by_loop(w, p, s, real, N, within=operator.lt), "best_left_out", ""),
        (lambda w, p, s, real, N: enough(w, p, s, 1.0, N), "spread_itself", ""),
        (lambda w, p, s, real, N: enough(w, p, s, real, 4 * N), "one_error", ""),
        (lambda w, p, s, real, N: enough(w, p, s, real, N // 2), "", "dial_errors"),
        (lambda w, p, s, real, N: enough(w, p, s, real, 400), "", "dial_errors"),
    ],
)
def test_a_table_read_wrongly_fails(answer, mistake, broken):
    result = check("guidance.enough", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)
