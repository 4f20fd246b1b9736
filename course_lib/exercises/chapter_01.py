"""Chapter 01: mix a picture with noise, foresee the mixture, undo it, guess as an ideal denoiser would."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property


def mix(x_0: Tensor, eps: Tensor, share: float) -> Tensor:
    """Mix a picture with noise so that the picture's share of the variance is ``share``."""
    return share**0.5 * x_0 + (1 - share) ** 0.5 * eps


def recover(x_t: Tensor, eps: Tensor, share: float) -> Tensor:
    """Take known noise out of a mixture again: ``mix`` solved for x_0."""
    return (x_t - (1 - share) ** 0.5 * eps) / share**0.5


def ideal_x_0(x_t: Tensor, dataset: Tensor, alpha_bar_t: float) -> Tensor:
    """The best guess at x_0 when it is known to be one of the dataset's images: their weighted mean."""
    squared_distance = (x_t - alpha_bar_t**0.5 * dataset).square().sum(1)
    weights = torch.softmax(-squared_distance / (2 * (1 - alpha_bar_t)), dim=0)
    return weights @ dataset


def _tensor(*values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


_PIXEL = (_tensor(0.5), _tensor(-1.2))
_PICTURE = (_tensor([0.9, -0.4, 0.1], [-1.0, 0.7, 1.0]), _tensor([-0.3, 1.6, 0.8], [2.1, -0.6, -1.4]))
_CLOUD = _tensor([0.8, -0.5, 0.1], [-0.9, 0.4, 0.6], [0.2, 0.7, -1.0], [-0.3, -0.8, 0.5])


def _only_picture(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_0, eps = _PIXEL
    yield Comparison(call(x_0, eps, 1.0), x_0)


def _only_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_0, eps = _PIXEL
    yield Comparison(call(x_0, eps, 0.0), eps)


def _scales(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    first, eps = _PIXEL
    yield Comparison(call(2 * first, 2 * eps, 0.3), 2 * call(first, eps, 0.3))


def _keeps_variance(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    one, none = _tensor(1.0), _tensor(0.0)
    for share in (0.5, 0.1, 0.9):
        # The variances of independent parts add with the squares of their weights.
        got = call(one, none, share) ** 2 + call(none, one, share) ** 2
        yield Comparison(got, one)


def _undoes_mix(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for (x_0, eps), share in ((_PIXEL, 0.5), (_PIXEL, 0.05), (_PICTURE, 0.8)):
        x_t = mix(x_0, eps, share)
        yield Comparison(call(x_t, eps, share), x_0)


def _one_image(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_t, image = _tensor(0.4), _tensor([-0.8])
    yield Comparison(call(x_t, image, 0.5), image[0])


def _almost_clean(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_t = 0.9999**0.5 * _CLOUD[2]
    yield Comparison(call(x_t, _CLOUD, 0.9999), _CLOUD[2])


def _almost_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_t = _tensor(0.3, -1.1, 0.6)
    yield Comparison(call(x_t, _CLOUD, 1e-14), _CLOUD.mean(0))


def _any_order(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_t, turned = _tensor(0.3, -0.2, 0.5), _CLOUD.flip(0)
    yield Comparison(call(x_t, turned, 0.5), call(x_t, _CLOUD, 0.5))


def _ideal(
    power: float = 2.0, spread: float | None = None, root: float = 0.5, mean: bool = False, sign: int = -1
):
    """The ideal denoiser with one thing in its weights changed."""

    def answer(x_t: Tensor, dataset: Tensor, alpha_bar_t: float) -> Tensor:
        away = x_t - alpha_bar_t**root * dataset
        distance = (away.square().mean(1) if mean else away.square().sum(1)) ** (power / 2)
        width = 2 * (1 - alpha_bar_t) if spread is None else spread * (1 - alpha_bar_t)
        return torch.softmax(sign * distance / width, dim=0) @ dataset

    return answer


def _nearest(x_t: Tensor, dataset: Tensor, alpha_bar_t: float) -> Tensor:
    return dataset[(x_t - alpha_bar_t**0.5 * dataset).square().sum(1).argmin()]


def _std_for_variance(x_t: Tensor, dataset: Tensor, alpha_bar_t: float) -> Tensor:
    distance = (x_t - alpha_bar_t**0.5 * dataset).square().sum(1)
    return torch.softmax(-distance / (2 * (1 - alpha_bar_t) ** 0.5), dim=0) @ dataset


# ---- intuition.predict_mix


def predict_mix() -> list[int]:
    """At a share of 0.36, in percent: both weights, the mixture's standard deviation, its correlation.

    Picture and noise are independent and have the standard deviation 1, so the mixture has it, too; and
    what the mixture shares with the picture is the picture's weight.
    """
    picture, noise = 0.36**0.5, (1 - 0.36) ** 0.5
    std = (picture**2 + noise**2) ** 0.5
    correlation = picture / std
    return [round(100 * number) for number in (picture, noise, std, correlation)]


def _foreseen(**slips: int) -> Callable[[], list[int]]:
    """A prediction that is right but for the entries named."""

    def answer() -> list[int]:
        right = dict(zip(("picture", "noise", "std", "correlation"), predict_mix(), strict=True))
        return list((right | slips).values())

    return answer


def _one_by_one(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    picture, noise, _, _ = call()
    yield Comparison(picture**2 + noise**2, _tensor(100.0)[0] ** 2)


def _variances_add(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    picture, noise, std, _ = call()
    yield Comparison(std**2, picture**2 + noise**2)


def _part_of_the_whole(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    picture, _, std, correlation = call()
    yield Comparison(std * correlation, 100 * picture)


EXERCISES = (
    Exercise(
        "intuition.mix",
        chapter=1,
        reference=mix,
        probes=[(*_PIXEL, 0.25), (*_PIXEL, 0.9), (*_PICTURE, 0.6)],
        hidden=[
            (_tensor(-0.8, 0.2), _tensor(0.6, -2.3), 0.36),
            (_PICTURE[1].T, _PICTURE[0].T, 0.07),
            (_tensor(0.5)[0], _tensor(-1.2)[0], 0.995),
        ],
        properties=[
            Property("share_one", _only_picture),
            Property("share_zero", _only_noise),
            Property("scales", _scales),
            Property("keeps_variance", _keeps_variance),
        ],
        mistakes=[
            Mistake("linear", lambda x_0, eps, share: share * x_0 + (1 - share) * eps),
            Mistake("noise_unscaled", lambda x_0, eps, share: share**0.5 * x_0 + eps),
            Mistake("swapped", lambda x_0, eps, share: (1 - share) ** 0.5 * x_0 + share**0.5 * eps),
            Mistake("one_minus_root", lambda x_0, eps, share: share**0.5 * x_0 + (1 - share**0.5) * eps),
            Mistake("own_noise", lambda x_0, eps, share: mix(x_0, torch.randn_like(x_0), share)),
            Mistake("uniform_noise", lambda x_0, eps, share: mix(x_0, torch.rand_like(x_0), share)),
        ],
    ),
    Exercise(
        "intuition.predict_mix",
        chapter=1,
        kind="predict",
        lists=True,
        reference=predict_mix,
        probes=[()],
        properties=[
            Property("predict_squares", _one_by_one),
            Property("predict_std", _variances_add),
            Property("predict_part", _part_of_the_whole),
        ],
        mistakes=[
            Mistake("shares_as_weights", _foreseen(picture=36, noise=64)),
            Mistake("swapped", _foreseen(picture=80, noise=60)),
            Mistake("picture_not_rooted", _foreseen(picture=36)),
            Mistake("noise_not_rooted", _foreseen(noise=64)),
            Mistake("rest_of_the_weight", _foreseen(noise=40)),
            Mistake("weights_added", _foreseen(std=140)),
            Mistake("without_the_roots", _foreseen(std=73)),
            Mistake("only_the_picture", _foreseen(std=60)),
            Mistake("share_for_correlation", _foreseen(correlation=36)),
            Mistake("part_of_the_weights", _foreseen(correlation=43)),
            Mistake("ratio_of_the_weights", _foreseen(correlation=75)),
            Mistake("correlation_of_the_noise", _foreseen(correlation=80)),
            Mistake("wholly_correlated", _foreseen(correlation=100)),
            Mistake("not_correlated", _foreseen(correlation=0)),
        ],
    ),
    Exercise(
        "intuition.recover",
        chapter=1,
        reference=recover,
        probes=[(*_PIXEL, 0.25), (*_PIXEL, 0.9), (*_PICTURE, 0.6)],
        hidden=[
            (_tensor(-0.8, 0.2), _tensor(0.6, -2.3), 0.36),
            (_PICTURE[1].T, _PICTURE[0].T, 0.07),
            (_tensor(0.5)[0], _tensor(-1.2)[0], 0.995),
        ],
        properties=[
            Property("share_one", _only_picture),
            Property("scales", _scales),
            Property("undoes_mix", _undoes_mix),
        ],
        mistakes=[
            Mistake("just_subtract", lambda x_t, eps, share: x_t - eps),
            Mistake("noise_unscaled", lambda x_t, eps, share: (x_t - eps) / share**0.5),
            Mistake("not_divided", lambda x_t, eps, share: x_t - (1 - share) ** 0.5 * eps),
            Mistake(
                "noise_only_divided", lambda x_t, eps, share: x_t - (1 - share) ** 0.5 * eps / share**0.5
            ),
            Mistake("swapped", lambda x_t, eps, share: (x_t - share**0.5 * eps) / (1 - share) ** 0.5),
            Mistake("divided_by_share", lambda x_t, eps, share: (x_t - (1 - share) ** 0.5 * eps) / share),
            Mistake("no_roots", lambda x_t, eps, share: (x_t - (1 - share) * eps) / share),
            Mistake("added", lambda x_t, eps, share: (x_t + (1 - share) ** 0.5 * eps) / share**0.5),
        ],
    ),
    Exercise(
        "intuition.ideal_x_0",
        chapter=1,
        reference=ideal_x_0,
        probes=[
            (_tensor(0.3), _tensor([-1.0], [1.0]), 0.4),
            (_tensor(0.3, -0.2), _tensor([0.9, 0.1], [-0.6, 0.5], [0.2, -1.0]), 0.5),
            (_tensor(0.1, 0.6, -0.4), _CLOUD, 0.3),
        ],
        hidden=[
            (_tensor(-0.7, 0.1), _tensor([0.3, -0.6], [-0.5, 0.9]), 0.8),
            (_tensor(0.2, -0.9, 0.4), -_CLOUD[1:], 0.15),
            (_tensor(0.2, -0.1, 0.3, 0.5), _CLOUD.T.contiguous(), 0.6),
        ],
        properties=[
            Property("one_image", _one_image),
            Property("almost_clean", _almost_clean),
            Property("almost_noise", _almost_noise),
            Property("any_order", _any_order),
        ],
        mistakes=[
            Mistake("nearest", _nearest),
            Mistake("plain_mean", lambda x_t, dataset, alpha_bar_t: dataset.mean(0)),
            Mistake("no_half", _ideal(spread=1.0)),
            Mistake("not_shrunk", _ideal(root=0)),
            Mistake("no_root", _ideal(root=1)),
            Mistake("not_squared", _ideal(power=1.0)),
            Mistake("std_for_variance", _std_for_variance),
            Mistake("mean_over_pixels", _ideal(mean=True)),
            Mistake("sign", _ideal(sign=1)),
        ],
    ),
)
