"""The ledger: every numbered equation of one derivation of DDPM, executed, and proven able to fail.

``run(11)`` executes one equation, ``check(11).test(claim)`` a claim of your own about it, and
``page(*SECTIONS["forward"])`` shows a readable page of several. The equations lie in equations.toml, their
checks in the modules of this package, their errata in the strings.
"""

# Importing a module of checks registers them.
from course_lib.ledger import bound, forward, latent, loss, others, reverse, sampling, terms  # noqa: F401
from course_lib.ledger.core import Check, Equation, Measured, Result, check, equations, run
from course_lib.ledger.page import SECTIONS, Page, page, picture, ratio

__all__ = [
    "SECTIONS",
    "Check",
    "Equation",
    "Measured",
    "Page",
    "Result",
    "check",
    "equations",
    "page",
    "picture",
    "ratio",
    "run",
]
