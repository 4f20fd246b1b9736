"""Names of quantities, from the code's spelling to the page's: ``x_0_hat`` gets its hat and its subscript."""

from __future__ import annotations

import re
from typing import Any

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "epsilon": "ε", "eta": "η",
    "theta": "θ", "lambda": "λ", "mu": "μ", "sigma": "σ", "tau": "τ", "phi": "φ",
}  # fmt: skip
_OVER = {"hat": "ˆ", "bar": "¯", "tilde": "˜"}


# A letter with its subscript inside a longer name: the x_t in "q(x_{t-1} | x_t)", nothing in "log_p".
_INSIDE = re.compile(r"(?<![A-Za-z_])([A-Za-z])_(\{[^{}]+\}|[A-Za-z0-9]+)(?![A-Za-z0-9_])")


def _pieces(name: str) -> list[list[str]]:
    """``name`` cut into [text, subscript after it]."""
    pieces, at = [], 0
    for found in _INSIDE.finditer(name):
        pieces.append([name[at : found.end(1)], found[2].strip("{}").replace("-", "−")])
        at = found.end()
    return [*pieces, [name[at:], ""]]


def symbol(name: str) -> dict[str, Any]:
    """What the page writes for ``name``: {"base", "over", "sub", "spoken"}, or {"text", "spoken"} for words.

    A letter or a Greek letter's name may carry a hat, bar or tilde and one subscript, in any order:
    "x_t", "x_0_hat", "eps_hat", "alpha_bar_t", "x_{t-1}". Anything else is shown as it stands,
    but for the subscripts of single letters in it ("pieces"): "q(x_{t-1} | x_t)".
    """
    spoken = re.sub(r"[_{}]+", " ", name).strip()
    base, *rest = name.split("_")
    over = [part for part in rest if part in _OVER]
    sub = [part for part in rest if part not in _OVER]
    is_letter = base in _GREEK or re.fullmatch(r"[A-Za-z]", base) is not None
    is_sub = all(re.fullmatch(r"\w+|\{[^{}]+\}", part) for part in sub)
    if not (is_letter and is_sub) or len(over) > 1 or len(sub) > 1:
        pieces = {"pieces": _pieces(name)} if _INSIDE.search(name) else {}
        return {"text": name, "spoken": spoken, **pieces}
    parts = {"base": _GREEK.get(base, base), "over": _OVER[over[0]] if over else "", "spoken": spoken}
    return {**parts, "sub": sub[0].strip("{}").replace("-", "−") if sub else ""}
