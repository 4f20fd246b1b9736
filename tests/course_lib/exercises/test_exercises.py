"""Every exercise: the reference passes, each named mistake gets its own hint in every language."""

from __future__ import annotations

import gc
import html
import inspect
import itertools
import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from course_lib import exercises, forward, gaussians, lang, progress, schedules
from course_lib.exercises import EXERCISES, check, core, faults, names, solution
from course_lib.exercises.chapter_01 import ideal_x_0, mix, recover
from course_lib.exercises.chapter_03 import posterior
from course_lib.exercises.chapter_04 import loss as model_loss
from course_lib.exercises.chapter_06 import ddpm_step
from course_lib.exercises.core import Exercise, Mistake, alike
from course_lib.exercises.faults import Example, first_failure, matching_mistake
from course_lib.exercises.judging import judge
from course_lib.exercises.running import run

EVERY = list(EXERCISES.values())
MISTAKES = [pytest.param(e, m, id=f"{e.name}-{m.name}") for e in EVERY for m in e.mistakes]
every_exercise = pytest.mark.parametrize("exercise", EVERY, ids=lambda e: e.name)


def test_each_chapter_has_at_least_four():
    assert all(len(names(chapter)) >= 4 for chapter in range(1, 11))
    assert len(names()) >= 40
    assert set(names()) == {name for chapter in range(1, 11) for name in names(chapter)}


@every_exercise
def test_the_reference_passes_and_is_recorded(exercise):
    result = check(exercise.name, exercise.reference)
    assert result.passed, result
    assert progress.passed() == {exercise.name}
    assert len(result.claims) >= 5
    assert f'solution("{exercise.name}")' in repr(result)


@every_exercise
def test_an_unsolved_stub_is_not_attempted(exercise):
    def dots(*arguments): ...

    def unimplemented(*arguments):
        raise NotImplementedError("later")

    for stub in (dots, unimplemented, lambda *a: ..., lambda *a: NotImplemented, None, ...):
        result = check(exercise.name, stub)
        assert result.status == "not_attempted"
        assert repr(result).splitlines()[0] == lang.text("exercise.not_attempted")
    assert progress.passed() == set()


@pytest.mark.parametrize("language", lang.LANGUAGES)
@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_each_mistake_fails_with_its_own_hint(exercise, mistake, language):
    lang.use(language)
    result = check(exercise.name, mistake.answer)
    assert result.status == "failed"
    assert result.mistake == mistake.name
    hint = lang.strings(language)[f"hint.{exercise.name}.{mistake.name}"]
    text = repr(result)
    assert text.splitlines()[0] == lang.text("exercise.failed")
    assert hint in text
    others = [exercise.hint(m.name) for m in exercise.mistakes if m.name != mistake.name]
    assert not any(other in text for other in others)
    assert result.example.expected != result.example.got
    assert f'lang="{language}"' in result._repr_html_()
    assert progress.passed() == set()


@every_exercise
def test_the_mistakes_differ_from_the_reference_and_from_each_other(exercise):
    answers = {"reference": exercise.reference, **{m.name: m.answer for m in exercise.mistakes}}
    seen = {name: [run(answer, p) for p in exercise.probes] for name, answer in answers.items()}
    for one, other in itertools.combinations(seen, 2):
        assert not all(map(alike, seen[one], seen[other])), (one, other)
    for name, outcomes in seen.items():
        assert any(outcome.value is not None for outcome in outcomes), name


@every_exercise
def test_no_mistake_passes_the_properties_alone(exercise):
    # The properties must catch what nobody has named yet, so they have to catch the named ones too.
    for mistake in exercise.mistakes:
        assert first_failure(exercise, mistake.answer) is not None, mistake.name


# Wrong answers for the properties that none of the named mistakes reaches.
MUTANTS = {
    ("intuition.recover", "scales"): lambda x_t, eps, share: recover(x_t, eps, share) ** 2,
    ("intuition.ideal_x_0", "one_image"): lambda x_t, dataset, a: ideal_x_0(x_t, dataset, a) * 1.01,
    ("intuition.ideal_x_0", "any_order"): lambda x_t, dataset, a: dataset[0],
    ("forward.q_step", "linear"): lambda x, t, eps, s: forward.q_step(x, t, eps, s) + 0.1,
    ("forward.posterior", "posterior_linear"): lambda x_0, x_t, t, s: posterior(x_0, x_t, t, s) + 0.1,
    ("forward.posterior", "posterior_variance"): lambda x_0, x_t, t, s: (
        posterior(x_0, x_t, t, s) * (1 + x_0**2)
    ),
    ("forward.q_step", "own_timestep"): lambda x, t, eps, s: forward.q_step(x, t * 0 + t[0], eps, s),
    ("samplers.ancestral", "walk_no_graph"): lambda model, x_T, z, s: _walk_with_a_graph(model, x_T, z, s),
}


def _walk_with_a_graph(model, x_T, z, schedule):
    x_t = x_T
    for t in range(schedule.T, 0, -1):
        x_t = ddpm_step(x_t, t, model(x_t, torch.full((len(x_t),), t)), z[t], schedule)
    return x_t


@every_exercise
def test_each_property_catches_a_wrong_answer(exercise, unchecked):
    for known in exercise.properties:
        alone = replace(exercise, properties=[known])
        wrong = [answer for at, answer in MUTANTS.items() if at == (exercise.name, known.name)]
        wrong += [m.answer for m in exercise.mistakes]
        assert any(first_failure(alone, answer)[0] is known for answer in wrong), known.name


@every_exercise
def test_an_example_is_a_call_with_the_reference_s_and_the_answer_s_own_output(
    exercise, monkeypatch, unchecked
):
    shown = []

    def spy(exercise, arguments, got=None):
        shown.append((arguments, example(exercise, arguments, got)))
        return shown[-1][1]

    example = faults.example
    monkeypatch.setattr(faults, "example", spy)
    wrong = [m.answer for m in exercise.mistakes]
    wrong += [answer for at, answer in MUTANTS.items() if at[0] == exercise.name]
    numbers = 0
    for answer, known in zip(wrong, itertools.cycle(exercise.properties), strict=False):
        told = [matching_mistake(exercise, answer), first_failure(exercise, answer)]
        told.append(first_failure(replace(exercise, properties=[known]), answer))
        for found in filter(None, told):
            if not any(one is found[1] for _, one in shown):  # a quantity that the answers do not show
                (want, value), (got, other) = (
                    said.split(" = ", 1) for said in (found[1].expected, found[1].got)
                )
                assert want == got and value != other, found
                continue
            arguments = next(arguments for arguments, one in shown if one is found[1])
            if exercise.kind == "predict":  # the next cell reveals what was expected
                assert (found[1].expected, found[1].got) == ("", faults.show(run(answer, ()).value))
            if not found[1].expected:
                continue
            right, mine = (run(function, arguments).value for function in (exercise.reference, answer))
            assert not core.close(right, mine)
            if right.shape == mine.shape:
                numbers += 1
                place, most = "", exercise.most
                if right.numel() > most:  # then one entry of it, and where it stands
                    place, at = re.match(r"answer(\[.*?\]) = ", found[1].expected).group(0, 1)
                    right, mine = (whole[tuple(json.loads(at))] for whole in (right, mine))
                assert found[1].expected in [place + faults.show(right, n, most) for n in (5, 8, 12)]
                assert found[1].got in [place + faults.show(mine, n, most) for n in (5, 8, 12)]
                assert found[1].expected != found[1].got
    assert numbers > len(exercise.mistakes) or (exercise.kind == "predict" and not numbers)


def test_a_claim_about_several_answers_still_shows_one_real_answer():
    def ends_right(x_0, eps, share):
        return (x_0 if share else eps) if share in (0, 1) else share**2 * x_0 + (1 - share) ** 2 * eps

    result = check("intuition.mix", ends_right)
    assert result.broken == "keeps_variance"
    assert result.example == Example("x_0 = [1], eps = [0], share = 0.5", "[0.70711]", "[0.25]")

    result = check("schedules.linear", lambda T, a, b: a * (b / a) ** (torch.arange(T) / (T - 1)))
    assert result.broken == "even_steps"
    want, got = "[0.1, 0.175, 0.25, 0.325, 0.4]", "[0.1, 0.14142, 0.2, 0.28284, 0.4]"
    assert result.example == Example("T = 5, beta_1 = 0.1, beta_T = 0.4", want, got)


def test_a_call_that_is_compared_twice_is_shown_whichever_comparison_fails():
    def ends(exercise, call):
        for arguments in exercise.probes[:1]:
            whole, want = call(*arguments), exercise.want(*arguments)
            yield core.Comparison(whole[:1], want[:1])
            yield core.Comparison(whole[1:], want[1:])

    exercise = replace(EXERCISES["schedules.linear"], properties=[core.Property("even_steps", ends)])
    for wrong in (0, -1):
        known, shown, _ = first_failure(exercise, lambda T, a, b, at=wrong: _off(_linear(T, a, b), at))
        assert known.name == "even_steps" and shown.expected != shown.got != ""


def _off(table, at):
    table[at] += 1
    return table


def test_hints_are_written_for_every_mistake_in_every_language_and_for_nothing_else():
    wanted = {f"hint.{e.name}.{m.name}" for e in EVERY for m in e.mistakes}
    claims = {f"property.{p.name}" for e in EVERY for p in (*e.all_properties, core.HIDDEN)}
    for language in lang.LANGUAGES:
        known = lang.strings(language)
        assert {key for key in known if key.startswith("hint.")} == wanted
        assert {key for key in known if key.startswith("property.")} == claims
        assert len({known[key] for key in claims}) == len(claims)
        for key in wanted | claims:
            assert not re.search(r"[{}]", known[key]), key  # a brace would be taken for a placeholder
            assert known[key].count("`") % 2 == 0, key


@pytest.mark.parametrize("missing", [[], [Mistake("one", abs), Mistake("two", abs)]])
def test_an_exercise_without_mistakes_is_an_error(missing):
    with pytest.raises(ValueError, match="at least 3 named mistakes"):
        Exercise("a.b", 1, abs, [(torch.ones(1),)], [], missing)


def test_a_name_used_twice_or_no_probes_is_an_error():
    three = [Mistake(name, abs) for name in "abc"]
    with pytest.raises(ValueError, match="same name"):
        Exercise("a.b", 1, abs, [(torch.ones(1),)], [], [*three, Mistake("a", abs)])
    with pytest.raises(ValueError, match="no probe"):
        Exercise("a.b", 1, abs, [], [], three)


def test_an_unknown_name_lists_the_names():
    for ask in (lambda: check("forward.q_sampel", abs), lambda: solution("forward.q_sampel")):
        with pytest.raises(ValueError, match=r"'forward\.q_sampel'") as problem:
            ask()
        assert all(name in str(problem.value) for name in EXERCISES)


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_who_passed_sees_the_course_s_own_version_beside_the_verdict(language):
    lang.use(language)
    own = html.escape(solution("forward.q_sample").source)
    passed, failed = (check("forward.q_sample", answer) for answer in (_q_sample_loop, abs))
    page = passed._repr_html_()
    assert f"<pre><code>{own}</code></pre>" in page and "<details open><summary>" in page
    assert html.escape(lang.text("exercise.solution", language, name="forward.q_sample")) in page
    assert own not in failed._repr_html_() and 'solution("' not in repr(failed)
    graded = judge(EXERCISES["forward.q_sample"], _q_sample_loop, hidden=True)
    assert graded.passed and own not in graded._repr_html_() and 'solution("' in repr(graded)


def test_an_installation_without_sources_still_says_passed(monkeypatch):
    def none(function):
        raise OSError("could not get source code")

    monkeypatch.setattr(inspect, "getsource", none)
    result = check("forward.q_sample", _q_sample_loop)
    assert result.passed and 'solution("' not in repr(result) and "<pre>" not in result._repr_html_()


@every_exercise
def test_the_solution_is_shown_as_source(exercise):
    shown = solution(exercise.name)
    name = exercise.name.split(".")[1]
    assert f"def {name}(" in repr(shown)
    assert "<pre>" in shown._repr_html_()
    assert "return" in shown.source


# ---- right answers written differently


def _q_sample_none(x_0, t, eps, schedule):
    alpha_bar_t = schedule.alpha_bar[t][:, None, None, None]
    return torch.sqrt(alpha_bar_t) * x_0 + torch.sqrt(1.0 - alpha_bar_t) * eps


def _q_sample_in_place_float32(x_0, t, eps, schedule):
    a = schedule.alpha_bar.float().index_select(0, t).view(-1, 1, 1, 1)
    out = x_0.float().clone()
    out.mul_(a.sqrt()).add_((1 - a).sqrt() * eps.float())
    print("debug", out.shape)
    return out


def _q_sample_loop(x_0, t, eps, schedule):
    rows = []
    for i in range(len(t)):
        a = schedule.alpha_bar[int(t[i])].item()
        rows.append(a**0.5 * x_0[i] + (1 - a) ** 0.5 * eps[i])
    return torch.stack(rows)


def _q_sample_gradient(x_0, t, eps, schedule):
    return _q_sample_none(x_0, t, eps, schedule).requires_grad_()


def _q_step(x_prev, t, eps, schedule):
    std = schedule.beta[t].reshape(len(t), 1, 1, 1).sqrt()
    return std * eps + x_prev * (1 - std**2).sqrt()


def _linear(T, beta_1, beta_T):
    return torch.stack(
        [torch.tensor(beta_1 + (t - 1) / (T - 1) * (beta_T - beta_1)) for t in range(1, T + 1)]
    )


def _alpha_bar(beta):
    return torch.exp(torch.cumsum(torch.log1p(-beta), 0))


def _ideal(x_t, dataset, alpha_bar_t):
    weights = torch.exp(-(torch.norm(x_t - alpha_bar_t**0.5 * dataset, dim=1) ** 2) / 2 / (1 - alpha_bar_t))
    return (weights[:, None] * dataset).sum(0) / weights.sum()


def _two_thirds(images):
    return 2 * (images.to(torch.float32) / 255) - 1


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("forward.q_sample", _q_sample_none),
        ("forward.q_sample", _q_sample_in_place_float32),
        ("forward.q_sample", _q_sample_loop),
        ("forward.q_sample", _q_sample_gradient),
        ("forward.q_step", _q_step),
        ("schedules.linear", _linear),
        ("schedules.alpha_bar", _alpha_bar),
        ("schedules.alpha_bar", lambda beta: (1 - beta.float()).cumprod(0)),
        ("data.to_unit", _two_thirds),
        ("intuition.mix", lambda x, e, share: torch.lerp(e * 0, x, share**0.5) + e * (1 - share) ** 0.5),
        ("intuition.recover", lambda x, e, share: x / share**0.5 - e * ((1 - share) / share) ** 0.5),
        ("intuition.ideal_x_0", _ideal),
    ],
)
def test_a_right_answer_written_differently_passes(name, answer):
    assert check(name, answer).passed, check(name, answer)


def test_the_notebook_only_references_agree_with_the_library():
    schedule = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)
    generator = torch.Generator().manual_seed(1)
    x_0, eps = torch.randn(2, 5, 3, dtype=torch.float64, generator=generator)
    share = float(schedule.alpha_bar[4])
    x_t = forward.q_sample(x_0, 4, eps, schedule)
    torch.testing.assert_close(mix(x_0, eps, share), x_t, rtol=0, atol=1e-12)
    torch.testing.assert_close(
        recover(x_t, eps, share), forward.predict_x_0(x_t, 4, eps, schedule), rtol=0, atol=1e-12
    )
    eps_hat = gaussians.IdealDenoiser(x_0, schedule)(x_t, 4)
    want = forward.predict_x_0(x_t, 4, eps_hat, schedule)
    got = torch.stack([ideal_x_0(one, x_0, share) for one in x_t])
    torch.testing.assert_close(got, want, rtol=0, atol=1e-9)


# ---- an answer that breaks no named mistake


def test_the_first_broken_property_is_shown_with_concrete_numbers():
    result = check("data.to_unit", lambda images: images.float() / 200 - 1)
    assert (result.status, result.mistake, result.broken) == ("failed", "", "white")
    assert "images = [255]" in repr(result)
    assert "Expected: [1]" in repr(result)
    assert "Got: [0.275]" in repr(result)


@pytest.mark.parametrize(
    ("answer", "broken"),
    [
        (lambda x_0, t, eps, schedule: x_0 + nonsense, "runs"),
        (lambda x_0, t, eps, schedule: (x_0 + eps).mean(1), "shape"),
        (lambda x_0, t, eps, schedule: x_0 + eps, "t_zero"),
        (lambda x_0, t, eps, schedule: forward.q_sample(x_0, t.clamp(max=5), eps, schedule), "last_step"),
        (
            lambda x_0, t, eps, schedule: forward.q_sample(x_0, t, eps, schedule) + x_0**3 * (t[0] > 1),
            "last_step",
        ),
    ],
)
def test_properties_come_in_order(answer, broken):
    result = check("forward.q_sample", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", "", broken), result


def test_one_wrong_entry_of_a_table_is_found():
    def wrong(beta):
        table = (1 - beta).cumprod(0)
        table[-1] *= 0.9 if len(beta) > 3 else 1
        return table

    assert check("schedules.alpha_bar", wrong).broken == "recursion"


def test_the_error_names_the_learner_s_own_line():
    def answer(x_0, t, eps, schedule):
        wrong_name = x_0 @ eps.flatten()
        return wrong_name

    says = repr(check("forward.q_sample", answer))
    assert "RuntimeError" in says
    assert "wrong_name = x_0 @ eps.flatten()" in says


def test_changing_the_caller_s_tensor_does_not_pass():
    def answer(x_0, t, eps, schedule):
        a = schedule.alpha_bar[t].view(-1, 1, 1, 1)
        return x_0.mul_(a.sqrt()).add_((1 - a).sqrt() * eps)

    result = check("forward.q_sample", answer)
    assert result.broken == "runs"
    assert "`x_0`" in repr(result)

    def spoils_the_schedule(x_0, t, eps, schedule):
        out = _q_sample_none(x_0, t, eps, schedule)
        schedule.beta.zero_()
        return out

    assert "`schedule`" in repr(check("forward.q_sample", spoils_the_schedule))
    assert check("forward.q_sample", _q_sample_none).passed


# ---- whatever the answer is or does, check answers


class Hostile:
    """Raises at every turn."""

    def __call__(self, *arguments):
        return self

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("repr")

    def __eq__(self, other):
        raise RuntimeError("eq")

    __hash__ = None


class SilentError(Exception):
    def __str__(self):
        raise RuntimeError("str")


class Odd(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *arguments, **more):
        raise RuntimeError("odd")


def raising(problem: BaseException) -> Callable:
    def answer(*arguments):
        raise problem

    return answer


NASTY = [
    3,
    "text",
    object(),
    Hostile(),
    torch.ones(2),
    abs,
    print,
    int,
    lambda: None,
    lambda *a: 3.5,
    lambda *a: [1.0],
    lambda *a: Hostile(),
    lambda *a: a,
    lambda *a: a[0] if isinstance(a[0], torch.Tensor) else torch.ones(()),
    lambda *a: torch.ones(0),
    lambda *a: torch.ones(()),
    lambda *a: torch.full((3, 3), float("nan")),
    lambda *a: torch.full((1, 1, 1, 1), float("inf")),
    lambda *a: torch.ones(2, dtype=torch.complex64),
    lambda *a: torch.ones(2, 2).to_sparse(),
    lambda *a: torch.ones(2, 2, device="meta"),
    lambda *a: torch.ones(3, dtype=torch.bool),
    lambda *a: torch.ones(2).as_subclass(Odd),
    lambda *a: exit(3),
    lambda *a: torch.set_default_dtype(torch.float16),
    raising(SystemExit("bye")),
    raising(GeneratorExit()),
    raising(AssertionError()),
    raising(SilentError()),
    raising(RecursionError("deep")),
    raising(MemoryError()),
    raising(Warning("careful")),
]


@every_exercise
def test_check_never_raises(exercise):
    for answer in NASTY:
        result = check(exercise.name, answer)
        assert result.status in ("failed", "not_attempted")
        assert repr(result)
        assert result._repr_html_().startswith("<div")
    assert progress.passed() == set()


def _in_a_list(*given):
    numbers = list(range(3))
    return numbers.append(0)


@torch.no_grad()
def _in_a_list_without_gradients(*given):
    return _in_a_list(*given)


def _past_its_return(x_0, eps, share):
    if share > 5:
        return x_0


@pytest.mark.parametrize(
    "answer",
    [
        _in_a_list, _in_a_list_without_gradients, _past_its_return,
        lambda *given: list(range(3)).reverse(), lambda *given: print(given),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_a_return_of_none_is_not_called_a_missing_return(answer, language):
    lang.use(language)
    result = check("intuition.mix", answer)
    assert (result.status, result.broken) == ("failed", "runs")
    assert result.lines == (lang.text("exercise.returns_none"),)
    assert result.example.inputs.startswith("x_0 = ")


def _forgotten(*given):
    answer = given[0] * 2  # noqa: F841


@torch.no_grad()
def _forgotten_without_gradients(*given):
    answer = given[0] * 2  # noqa: F841


def _plainly_none(*given):
    return None


def _still_dots(*given):
    answer = ...
    return answer


class _Mute:
    def __call__(self, *given):
        pass

    def __getattr__(self, name):
        raise KeyError(name)


@pytest.mark.parametrize(
    "answer",
    [
        _forgotten, _forgotten_without_gradients, _plainly_none, _still_dots, lambda *given: None,
        pytest.param(_Mute(), id="mute"),
    ],
)  # fmt: skip
def test_a_missing_return_is_still_asked_for(answer):
    result = check("intuition.mix", answer)
    assert (result.status, result.lines) == ("not_attempted", (lang.text("exercise.start"),))


def test_an_error_of_torch_s_own_is_not_an_unsolved_stub():
    def answer(images):
        return (images - images.std()) / 127.5

    result = check("data.to_unit", answer)
    assert result.status == "failed"
    assert "NotImplementedError" in repr(result)
    assert "images.std()" in repr(result)


def test_a_wrong_answer_that_changes_its_input_is_not_called_right():
    for answer, broken in (
        (lambda x_0, eps, share: x_0.mul_(share) + (1 - share) * eps, ""),
        (lambda x_0, eps, share: x_0.mul_(7) + eps, "share_one"),
    ):
        result = check("intuition.mix", answer)
        assert (result.status, result.broken) == ("failed", broken)
        assert lang.text("exercise.changed_too", name="x_0") in result.lines
        assert lang.text("exercise.changed", name="x_0") not in result.lines


def test_what_is_no_answer_to_compare_is_told_in_one_sentence():
    right_but = check("intuition.mix", lambda x, e, share: x.mul_(share**0.5).add_((1 - share) ** 0.5 * e))
    assert right_but.lines == (lang.text("exercise.changed", name="x_0"),)
    text = check("intuition.mix", lambda x_0, eps, share: "text")
    assert text.lines == (lang.text("exercise.type", got="str"),)
    half = check("forward.q_sample", lambda *a: forward.q_sample(*a).half())
    assert half.lines == (lang.text("exercise.dtype", got="torch.float16"),)


def test_a_root_of_a_plain_number_has_its_own_hint():
    for answer in (
        lambda x_0, eps, share: torch.sqrt(share) * x_0,
        lambda x_0, eps, share: share.sqrt() * x_0,
    ):
        hint = lang.text("exercise.plain_number", names="`share`", first="share")
        assert hint in check("intuition.mix", answer).lines
    assert len(check("forward.q_sample", lambda *a: torch.sqrt(2)).lines) == 1  # no argument is a number


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_values_left_with_their_places_and_a_number_among_tensors_have_their_own_hints(language):
    lang.use(language)
    forgotten = check("memory.nearest", lambda a, b: torch.cdist(a.flatten(1), b.flatten(1)).min(1))
    assert lang.text("exercise.values_and_places") in forgotten.lines
    joined = check("guidance.both", lambda model, x_t, t, y, null, w: torch.cat([y, null]))
    assert lang.text("exercise.tensors_only") in joined.lines
    assert len(check("forward.q_sample", lambda *a: {}).lines) == 1


def test_odd_tensors_names_and_objects_do_not_raise(unchecked):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that nested tensors are young
        nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
    assert check("data.to_unit", lambda images: nested).status == "failed"
    meta = check("data.to_unit", lambda images: images.to("meta"))
    assert meta.lines == (lang.text("exercise.type", got="meta Tensor"),)
    beyond = check("samplers.times", lambda T, steps: [10**30, 0])  # more than a tensor can hold
    assert beyond.status == "failed" and "Error" not in "".join(beyond.lines)

    class Stubborn(Hostile):
        def __call__(self, *arguments):
            raise NotImplementedError

    assert check("data.to_unit", Stubborn()).status == "failed"
    for name in ([], None, 3):
        with pytest.raises(ValueError, match=re.escape(repr(name))):
            check(name, abs)


def test_an_answer_that_calls_check_comes_to_an_end():
    inner = []

    def answer(images):
        inner.append(check("data.to_unit", answer))
        return _two_thirds(images)

    assert check("data.to_unit", answer).passed
    assert {one.lines for one in inner} == {(lang.text("exercise.inside"),)}
    assert not any(one.passed for one in inner)
    assert check("data.to_unit", _two_thirds).passed


def test_what_is_printed_is_not_kept_and_what_is_huge_is_not_copied():
    kept = []

    def chatty(images):
        kept.append(sys.stdout.write("x" * 10**6))
        kept.append(sys.stdout.seekable())
        return _two_thirds(images)

    assert check("data.to_unit", chatty).passed
    assert set(kept) == {10**6, False}
    result = check("data.to_unit", lambda images: torch.ones(1).expand(10**12))  # 8 TB in float64
    assert (result.broken, result.example.got) == ("shape", "shape (1000000000000,)")


def test_an_answer_s_settings_end_with_it(tmp_path):
    def settings():
        return (
            torch.get_default_device(),
            torch.get_num_threads(),
            torch.are_deterministic_algorithms_enabled(),
            os.getcwd(),
            lang.current(),
        )

    def answer(images):
        torch.set_default_device("meta")
        torch.set_num_threads(before[1] + 1)
        torch.use_deterministic_algorithms(True)
        os.chdir(tmp_path)
        lang.use("ko")
        return _two_thirds(images)

    before = settings()
    assert check("data.to_unit", answer).passed
    assert settings() == before


def test_a_check_does_not_load_torch_s_compiler():
    code = """if True:
        import sys
        from course_lib.exercises import check
        assert check("data.to_unit", lambda images: images.float() / 127.5 - 1).passed
        sys.exit("torch._inductor" in sys.modules or "sympy" in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_answer_with_async_warns_of_nothing():
    async def answer(images):
        return images

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = check("data.to_unit", answer)
        gc.collect()
    assert result.lines == (lang.text("exercise.type", got="coroutine"),)
    assert caught == []


def test_the_overview_follows_the_chapters():
    order = ["forward.q_step", "schedules.alpha_bar", "forward.q_sample", "forward.chain"]
    order += ["schedules.linear", "data.to_unit"]
    assert exercises.overview().rows[1].open == order
    source = Path(__file__).parents[3] / "notebooks" / "source"
    for chapter in (1, 2):
        (file,) = source.glob(f"{chapter:02}_*.py")
        asked = re.findall(r' exercise="([\w.]+)"', file.read_text(encoding="utf-8"))
        assert list(names(chapter)) == asked


def test_a_learner_can_interrupt_an_endless_loop():
    with pytest.raises(KeyboardInterrupt):
        check("data.to_unit", raising(KeyboardInterrupt()))


def test_prints_are_swallowed_and_random_numbers_and_settings_left_alone(capsys):
    def noisy(images):
        print("shape", images.shape)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.rand(7)
        return images.float() / 127.5 - 1

    torch.manual_seed(5)
    want = torch.rand(3)
    torch.manual_seed(5)
    assert check("data.to_unit", noisy).passed
    assert capsys.readouterr().out == ""
    assert torch.equal(torch.rand(3), want)
    assert torch.get_default_dtype() == torch.float32
    assert torch.is_grad_enabled()


def test_an_answer_that_stops_answering_halfway_fails():
    def answer(x_0, t, eps, schedule):
        if len(t) == 1:
            return _q_sample_none(x_0, t, eps, schedule)

    assert lang.text("exercise.nothing") in repr(check("forward.q_sample", answer))


def test_the_same_answer_gives_the_same_text_twice():
    for answer in (forward.q_sample, _q_sample_loop, lambda *a: torch.randn(1, 1, 1, 1)):
        assert repr(check("forward.q_sample", answer)) == repr(check("forward.q_sample", answer))


def test_html_is_escaped_and_carries_more_than_colour():
    result = check("data.to_unit", raising(ValueError("<script>alert(1)</script>")))
    page = result._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    for status, sign in (("failed", "✗"), ("passed", "✓"), ("not_attempted", "○")):
        answer = {"failed": abs, "passed": _two_thirds, "not_attempted": None}[status]
        page = check("data.to_unit", answer)._repr_html_()
        assert sign in page
        assert lang.text(f"exercise.{status}") in page
        assert "background:transparent" in page  # the theme's own colours stay


def test_a_result_keeps_the_language_it_was_made_in():
    lang.use("ko")
    result = check("data.to_unit", None)
    lang.use("id")
    assert repr(result).splitlines()[0] == lang.text("exercise.not_attempted", "ko")


def _silent(model, x_0, t, eps, schedule):
    with torch.no_grad():
        return model_loss(model, x_0, t, eps, schedule)


CUT_OFF_ANSWERS = {
    "detach": lambda *a: model_loss(*a).detach(),
    "data": lambda *a: model_loss(*a).data,
    "no_grad": _silent,
    "new": lambda *a: torch.tensor(float(model_loss(*a))),
    "item": lambda *a: model_loss(*a).item(),
    "numpy": lambda *a: model_loss(*a).detach().numpy(),
}


@pytest.mark.parametrize("name", CUT_OFF_ANSWERS)
def test_a_loss_that_cannot_train_is_refused(name):
    result = check("training.loss", CUT_OFF_ANSWERS[name])
    assert result.status == "failed"
    assert lang.text("exercise.cut_off") in result.lines
    assert result.broken == ("runs" if name in ("item", "numpy") else "gradient")


def test_a_right_loss_passes_where_the_notebook_has_switched_gradients_off():
    with torch.no_grad():
        result = check("training.loss", model_loss)
        assert not torch.is_grad_enabled()
    assert result.passed
    assert lang.text("property.gradient") in result.claims


def test_a_timestep_over_the_width_is_named_also_where_it_crashes():
    def to_eps(kind, answer, x_t, t, schedule):
        alpha_bar_t = schedule.alpha_bar[t]
        if kind == "eps":
            return answer
        if kind == "x_0":
            return (x_t - alpha_bar_t**0.5 * answer) / (1 - alpha_bar_t) ** 0.5
        return alpha_bar_t**0.5 * answer + (1 - alpha_bar_t) ** 0.5 * x_t

    assert check("parameterisations.to_eps", to_eps).mistake == "over_the_width"
