"""What training minimises."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_not_empty, check_tensor


def per_image(eps_hat: Float[Tensor, "B *D"], eps: Float[Tensor, "B *D"]) -> Float[Tensor, " B"]:
    """The mean squared error of each image: (1/d) ||eps - eps_hat||^2, one number a batch item.

    Source: Ho et al. 2020, eq. 14, divided by d. ValueError when the shapes differ.
    """
    check_tensor("eps_hat", eps_hat)
    check_tensor("eps", eps)
    if eps_hat.shape != eps.shape:
        raise ValueError(
            lang.text(
                "error.noise_shape", x="eps", eps="eps_hat", want=tuple(eps.shape), got=tuple(eps_hat.shape)
            )
        )
    return (eps - eps_hat).square().flatten(1).mean(1)


def simple(eps_hat: Float[Tensor, "B *D"], eps: Float[Tensor, "B *D"]) -> Float[Tensor, ""]:
    """The simplified training loss, averaged over pixels and batch.

    L_simple = E_{t, x_0, eps} ||eps - eps_theta(x_t, t)||^2 / d,  t ~ U{1..T}.

    Source: Ho et al. 2020, eq. 14. The paper sums over the d pixels; the mean is 1/d of that, with the
    same minimiser. A perfect model's loss is not 0: the part of eps that x_t does not determine remains.
    ValueError for an empty batch, whose mean is no number.
    """
    each = per_image(eps_hat, eps)
    check_not_empty("eps", each)
    return each.mean()
