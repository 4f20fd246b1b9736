"""The divergence: closed forms, probes without bias, planted mistakes, refusals."""

from __future__ import annotations

import pytest
import torch
from planted import rejects
from support import TOLERANCE, error, noise, refuses

from course_lib import divergence


def field(x):
    """(x^2 y, x + sin y), whose divergence is 2 x y + cos y."""
    return torch.stack([x[:, 0] ** 2 * x[:, 1], x[:, 0] + x[:, 1].sin()], 1)


def sum_of_derivatives(lib):
    x = noise(5, 2)
    answer, found = lib.of(field, x)
    assert error(answer, field(x)) == 0 and found.shape == (1, 5) and not found.requires_grad
    assert error(found[0], 2 * x[:, 0] * x[:, 1] + x[:, 1].cos()) < TOLERANCE


def probes_are_unbiased(lib):
    """z . J z is div + z_1 z_2 (J_12 + J_21): the signs average it out, and are exact for a diagonal J."""
    x, P = noise(5, 2), 400
    z = lib.signs(P, x, torch.Generator().manual_seed(1))
    assert z.shape == (P, 5, 2) and bool((z.abs() == 1).all())
    assert abs(float(z.mean())) < 5 / z.numel() ** 0.5
    _, rows = lib.of(field, x, z)
    exact = lib.of(field, x)[1]
    assert error(rows, exact + z.prod(2) * (x[:, 0] ** 2 + 1)) < TOLERANCE
    _, rows = lib.of(torch.sin, x, z[:3])
    assert error(rows, x.cos().sum(1).expand(3, 5)) < TOLERANCE


@pytest.mark.parametrize("identity", [sum_of_derivatives, probes_are_unbiased])
def test_identity(identity):
    identity(divergence)


MUTANTS = {
    "one derivative only": ("range(d if", "range(1 if", sum_of_derivatives),
    "the derivatives of one number": ("rows.append(grad[:, k] if", "rows.append(grad[:, 0] if",
        sum_of_derivatives),
    "0 and 1": ("* 2 - 1", "", probes_are_unbiased),
    "only half of the form": ("(z * grad).sum(1)", "grad.sum(1)", probes_are_unbiased),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_rejected(name):
    rejects(divergence, *MUTANTS[name])


def test_images_and_numbers_have_one_too():
    x = noise(3, 1, 2, 2)
    assert error(divergence.of(lambda x: x**3, x)[1][0], 3 * x.square().sum((1, 2, 3))) < TOLERANCE
    assert error(divergence.of(lambda x: x**3, x[:, 0, 0, 0])[1][0], 3 * x[:, 0, 0, 0].square()) < TOLERANCE


def test_x_stays_as_it_was_and_no_gradient_is_named(unchecked):
    x = noise(3, 2)
    before = x.clone()
    divergence.of(lambda x: x.mul_(2), x)
    assert error(x, before) == 0 and not x.requires_grad
    for blind in (lambda x: x.detach(), lambda x: torch.ones_like(x).requires_grad_()):
        refuses(lambda blind=blind: divergence.of(blind, x), "error.no_gradient")
