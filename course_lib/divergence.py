"""The divergence of a field, exactly or by random probes: how fast a flow along it thins a cloud out."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang


def of(
    f: Callable[[Tensor], Tensor], x: Float[Tensor, "B *D"], signs: Float[Tensor, "P B *D"] | None = None
) -> tuple[Float[Tensor, "B *D"], Float[Tensor, "P B"]]:
    """f(x), and the divergence of f there.

    div f(x) = sum_i d f_i / d x_i = E[ z . grad( z . f(x) ) ],  z of random signs.

    Source: Hutchinson 1990. signs: None for the sum itself, P = 1 row, as many derivatives as an item has
    numbers; or P draws of z, one derivative and one row each: unbiased, and exact where the Jacobian is
    diagonal. f must treat every item on its own, since what is differentiated is the sum over the batch.
    Neither answer carries a gradient. ValueError where f(x) does not depend on x, as far as autograd sees.
    """
    d = x.shape[1:].numel()
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        answer = f(leaf.clone())  # a leaf itself could not be written into, and torch would say so
        if not answer.requires_grad:
            raise ValueError(lang.text("error.no_gradient"))
        flat, rows = answer.reshape(len(x), d), []
        for k in range(d if signs is None else len(signs)):
            z = None if signs is None else signs[k].reshape(len(x), d)
            # A sum, since a list of weights would make torch load half a compiler first.
            asked = flat[:, k].sum() if z is None else (flat * z).sum()
            (grad,) = torch.autograd.grad(asked, leaf, retain_graph=True, allow_unused=True)
            if grad is None:
                raise ValueError(lang.text("error.no_gradient"))
            grad = grad.reshape(len(x), d)
            rows.append(grad[:, k] if z is None else (z * grad).sum(1))
    made = torch.stack(rows)
    return answer.detach(), made.sum(0, keepdim=True) if signs is None else made


def signs(
    P: int, like: Float[Tensor, "B *D"], generator: torch.Generator | None = None
) -> Float[Tensor, "P B *D"]:
    """P probes for each item: +1 and -1 with equal chance."""
    drawn = torch.randint(0, 2, (P, *like.shape), generator=generator, device=like.device)
    return drawn.to(like.dtype) * 2 - 1
