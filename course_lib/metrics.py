"""How good are the samples? Accuracy and a Fréchet distance, both by one small frozen classifier.

Neither number means anything without its floor (what real images score) and the number of samples N.
"""

from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import checkpoints, data, lang
from course_lib.checks import check_tensor, is_whole

FEATURES = 64


class Classifier(nn.Module):
    """A small convolutional network for 28x28 digits: 64 features, then ten logits."""

    reference_mean: Tensor
    reference_covariance: Tensor

    def __init__(self) -> None:
        super().__init__()

        def block(a: int, b: int, stride: int = 1) -> nn.Sequential:
            return nn.Sequential(nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU())

        self.body = nn.Sequential(
            block(1, 32), block(32, 32), block(32, 64, 2),
            block(64, 64), block(64, 64), block(64, 96, 2),
            block(96, 96), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, FEATURES),
        )  # fmt: skip
        self.head = nn.Linear(FEATURES, 10)
        self.register_buffer("reference_mean", torch.zeros(FEATURES))
        self.register_buffer("reference_covariance", torch.eye(FEATURES))

    def features(self, x: Float[Tensor, "B 1 28 28"]) -> Float[Tensor, "B 64"]:
        """The 64 numbers in which the Fréchet distance is measured."""
        return self.body(x)

    def forward(self, x: Float[Tensor, "B 1 28 28"]) -> Float[Tensor, "B 10"]:
        """The ten logits."""
        return self.head(F.relu(self.features(x)))


@cache
def classifier() -> Classifier:
    """The frozen classifier that ships with the course (its card states its test accuracy)."""
    with torch.random.fork_rng(
        devices=[]
    ):  # its random weights are overwritten: the reader's seed still counts
        model = Classifier().float()  # whatever torch's default
    checkpoints.load_weights(model, "classifier")
    return model.requires_grad_(False).eval()


def _check(images: Tensor) -> None:
    data.check_images(images)
    if images.shape[1:] != (1, 28, 28):
        raise ValueError(lang.text("error.image_shape", got=tuple(images.shape), want="(N, 1, 28, 28)"))


@torch.no_grad()
def features(images: Float[Tensor, "N 1 28 28"], batch: int = 500) -> Float[Tensor, "N 64"]:
    """The classifier's features of images in [-1, 1], on the CPU in float64; ValueError for other images."""
    _check(images)
    model = classifier()
    return torch.cat([model.features(part.cpu().float()).double() for part in images.split(batch)])


@torch.no_grad()
def accuracy(images: Float[Tensor, "N 1 28 28"], labels: Int[Tensor, " N"], batch: int = 500) -> float:
    """The share of images that the classifier reads as their label.

    For class-conditional samples; the floor is its accuracy on real test images (in its card).
    images in [-1, 1], one label 0..9 each; otherwise ValueError.
    """
    _check(images)
    data.check_labels(labels, len(images), 9)
    model = classifier()
    guesses = torch.cat([model(part.cpu().float()).argmax(1) for part in images.split(batch)])
    return float((guesses == labels.cpu()).double().mean())


def moments(x: Float[Tensor, "N F"]) -> tuple[Float[Tensor, " F"], Float[Tensor, "F F"]]:
    """The mean and the (N - 1) covariance of N feature vectors, in float64; N >= 2, else ValueError."""
    check_tensor("x", x)
    if x.ndim != 2:
        raise ValueError(lang.text("error.points_shape", name="x", want="(N, F)", got=tuple(x.shape)))
    if len(x) < 2:
        raise ValueError(lang.text("error.too_few", got=len(x)))
    x = x.double()
    return x.mean(0), torch.cov(x.T).reshape(x.shape[1], x.shape[1])


def frechet_between(
    mean_1: Float[Tensor, " F"],
    cov_1: Float[Tensor, "F F"],
    mean_2: Float[Tensor, " F"],
    cov_2: Float[Tensor, "F F"],
) -> float:
    """The Fréchet distance between two Gaussians.

    ||m_1 - m_2||^2 + tr(C_1 + C_2 - 2 (C_1 C_2)^(1/2)).

    Source: Dowson & Landau 1982; Heusel et al. 2017, eq. 6. Covariances symmetric, not negative.
    """
    values, vectors = torch.linalg.eigh(cov_1.double())
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T  # C_1^(1/2)
    cross = torch.linalg.eigvalsh(root @ cov_2.double() @ root).clamp(min=0).sqrt().sum()
    means = (mean_1 - mean_2).double().square().sum()
    return float(means + cov_1.trace() + cov_2.trace() - 2 * cross)


def frechet(images: Float[Tensor, "N 1 28 28"]) -> float:
    """The Fréchet distance from these images to MNIST's 10,000 test images, on the classifier's features.

    Source: Heusel et al. 2017, eq. 6, with a digit classifier in Inception's place. Its value depends on
    N: always quote N and ``floor(N)`` with it.
    """
    model = classifier()
    return frechet_between(*moments(features(images)), model.reference_mean, model.reference_covariance)


def balanced_labels(n: int) -> Int[Tensor, " n"]:
    """The labels of n samples, spread over the ten classes as evenly as n allows: label k is k mod 10."""
    return torch.arange(n) % 10


def real(n: int = 5_000, seed: int = 0) -> tuple[Float[Tensor, "n 1 28 28"], Int[Tensor, " n"]]:
    """n real training digits drawn by lot and their labels, spread over the classes as the samples are.

    As ``balanced_labels`` spreads them, sorted by class: the classes' uneven luck would triple the floor of
    1,000 digits. 2 <= n <= 18,000; otherwise ValueError.
    """
    images, labels = data.digits("train")
    if not is_whole(n) or not 2 <= n <= len(images):
        raise ValueError(lang.text("error.floor", got=n, most=len(images)))
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    wanted = balanced_labels(n).bincount(minlength=10).tolist()
    chosen = torch.cat([order[labels[order] == k][:count] for k, count in enumerate(wanted)])
    return images[chosen], labels[chosen]


def floor(n: int = 5_000, seed: int = 0) -> float:
    """What n real training digits score: how far from 0 the distance stays for true images at this N.

    The digits are those of ``real``, and the classifier's own training images too, so this is a scale to
    read a score by, no strict bound. 2 <= n <= 18,000; otherwise ValueError.
    """
    return frechet(real(n, seed)[0])


def within_class_spread(images: Float[Tensor, "N 1 28 28"], labels: Int[Tensor, " N"]) -> float:
    """How far images of one class lie from each other, in the classifier's features: variety, not quality.

    The mean over the classes present of sqrt(tr C_k), C_k the covariance of class k's features.

    Images all alike in each class give 0. A scale to read it by is that of ``real`` digits. images in
    [-1, 1], one label 0..9 each, and at least two images of each class present; otherwise ValueError.
    """
    _check(images)
    data.check_labels(labels, len(images), 9)
    found, where = features(images), labels.cpu()
    roots = [moments(found[where == k])[1].trace().sqrt() for k in where.unique()]
    return float(torch.stack(roots).mean())
