"""Mutants of a function: its source with one small slip, such as people make in these formulas.

mutmut 3 can list the mutants of a source in this process, but its slips are a programmer's (a constant + 1,
an argument that is None); a lost root, the neighbouring table, a timestep too early or an axis of another
tensor would have to be written here all the same, as they are.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
import sys
import textwrap
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Alternatives = Iterator[tuple[ast.AST, str]]  # what may stand in a node's place, and the slip's name

OTHER_SIGN: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
# Called on their only tensor and giving one of the same shape: they can be forgotten.
FORGOTTEN = {
    "sqrt", "sqrt_", "square", "abs", "exp", "log", "flip", "clamp", "clip", "roll", "round", "cumsum",
    "cumprod", "sign", "softmax", "detach", "clone", "float", "double", "long", "unsqueeze", "sum", "mean",
}  # fmt: skip
CONFUSED = {
    "sqrt": "square", "square": "sqrt", "mean": "sum", "sum": "mean", "cumprod": "cumsum",
    "cumsum": "cumprod", "min": "max", "max": "min", "amin": "amax", "amax": "amin", "sin": "cos",
    "cos": "sin", "exp": "log", "log": "exp", "zeros": "ones", "ones": "zeros", "zeros_like": "ones_like",
    "ones_like": "zeros_like", "cat": "stack", "stack": "cat", "floor": "ceil", "ceil": "floor",
    "div_": "mul_", "mul_": "div_", "sub": "add", "add": "sub", "argmin": "argmax", "argmax": "argmin",
}  # fmt: skip
TABLES = {
    "alpha": ("alpha_bar", "beta"),
    "alpha_bar": ("alpha", "beta"),
    "beta": ("alpha", "beta_tilde"),
    "beta_tilde": ("beta",),
}
# Local names of quantities that are read from the tables, or made of them.
QUANTITY = re.compile(
    r"(alpha|beta|gone|signal|noise|sigma|lambda|scale|less|direction|kept|added|share)(_|$)"
)
TIME = re.compile(r"(t|s|step|steps)(_next|_prev)?$")


@dataclass(frozen=True)
class Mutant:
    """A slip in ``function``: ``code`` may take the place of its own. name: where, and what was changed."""

    name: str
    function: types.FunctionType
    code: types.CodeType

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While this lasts, whoever calls the function gets the mutant."""
        right, self.function.__code__ = self.function.__code__, self.code
        try:
            yield
        finally:
            self.function.__code__ = right

    def answer(self, reference: Callable[..., object]) -> Callable[..., object]:
        """The reference, as it would be with this slip in the function that it calls or is."""

        def answer(*given: object) -> object:
            with self.at_work():
                return reference(*given)

        return answer


def functions(modules: Iterable[types.ModuleType]) -> dict[types.CodeType, types.FunctionType]:
    """Every function and method that is written in these modules, by its code."""
    found: dict[types.CodeType, types.FunctionType] = {}
    for module in modules:
        for owner in [module, *(c for c in vars(module).values() if inspect.isclass(c))]:
            if inspect.isclass(owner) and owner.__module__ != module.__name__:
                continue
            for held in vars(owner).values():
                held = held.func if isinstance(held, cached_property) else held
                held = held.fget if isinstance(held, property) else held
                plain = inspect.unwrap(held) if callable(held) else held
                if not isinstance(plain, types.FunctionType) or plain.__name__ == "<lambda>":
                    continue
                if plain.__code__.co_filename == module.__file__:
                    found.setdefault(plain.__code__, plain)
    return found


def executed(call: Callable[[], object]) -> list[types.CodeType]:
    """The code of every Python function that ran, in the order of first calls."""
    seen: dict[types.CodeType, None] = {}

    def note(frame: types.FrameType, event: str, argument: object) -> None:
        if event == "call":
            seen.setdefault(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return list(seen)


def mutants(function: types.FunctionType) -> Iterator[Mutant]:
    """Every mutant of the function, in the order of its source; two of the same bytecode count once."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    (definition,) = tree.body
    assert isinstance(definition, ast.FunctionDef), function
    definition.decorator_list, definition.returns = [], None
    for argument in ast.walk(definition.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    if ast.get_docstring(definition) is not None and len(definition.body) > 1:
        del definition.body[0]
    seen, own = {_steps(_compiled(tree, function))}, ast.unparse(tree).splitlines()
    for place, node in enumerate(list(_nodes(definition))):
        for other, slip in _alternatives(node, function):
            changed = _with(tree, place, other)
            try:
                code = _compiled(changed, function)
            except (SyntaxError, ValueError, TypeError):
                continue
            if _steps(code) in seen:
                continue
            seen.add(_steps(code))
            module = function.__module__.rpartition(".")[2]
            its = ast.unparse(changed).splitlines()
            name = f"{module}.{function.__qualname__}: {slip}: {_difference(own, its)}"
            yield Mutant(name, function, code)


def _steps(code: types.CodeType) -> tuple:
    inner = tuple(_steps(c) if isinstance(c, types.CodeType) else (type(c), repr(c)) for c in code.co_consts)
    return code.co_code, inner, code.co_names, code.co_varnames


def _difference(own: list[str], its: list[str]) -> str:
    """The mutant's lines that are not the function's own; where a line is left out, that line and a dash."""
    new = [line.strip() for line in its if line not in own]
    return " / ".join(new or [f"- {line.strip()}" for line in own if line not in its])


def _compiled(tree: ast.Module, function: types.FunctionType) -> types.CodeType:
    module = compile(ast.fix_missing_locations(tree), "<mutant>", "exec", dont_inherit=True)
    (code,) = (c for c in module.co_consts if isinstance(c, types.CodeType))
    if code.co_freevars != function.__code__.co_freevars:
        raise ValueError("a mutant closes over other names")
    return code


def _is_a_check(node: ast.AST) -> bool:
    """Whether this statement only refuses bad input, which no exercise passes."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return re.search(r"\bcheck_", ast.unparse(node.value.func)) is not None
    if isinstance(node, ast.If):
        return all(isinstance(inner, ast.Raise) for inner in node.body) and not node.orelse
    return isinstance(node, ast.Assert | ast.Raise)


def _nodes(definition: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of the body in the order of its source, without those of its checks of the input."""

    def walk(node: ast.AST) -> Iterator[ast.AST]:
        yield node
        for inner in ast.iter_child_nodes(node):
            if not _is_a_check(inner):
                yield from walk(inner)

    for statement in definition.body:
        if not _is_a_check(statement):
            yield from walk(statement)


def _with(tree: ast.Module, place: int, other: ast.AST) -> ast.Module:
    changed = copy.deepcopy(tree)
    (definition,) = changed.body
    assert isinstance(definition, ast.FunctionDef)
    at = next(node for i, node in enumerate(_nodes(definition)) if i == place)

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return copy.deepcopy(other) if node is at else self.generic_visit(node)

    return Put().visit(changed)


# ---- the slips


def _alternatives(node: ast.AST, function: types.FunctionType) -> Alternatives:
    for kind, slips in SLIPS:
        if isinstance(node, kind):
            yield from slips(node, function)


def _like(node: Any, **changes: object) -> Any:
    other = copy.copy(node)
    for name, value in changes.items():
        setattr(other, name, value)
    return other


def _arithmetic(node: ast.BinOp, function: types.FunctionType) -> Alternatives:
    for sign in OTHER_SIGN.get(type(node.op), ()):
        yield _like(node, op=sign()), "other sign"
    if isinstance(node.op, ast.Pow):
        yield node.left, "no power"
    else:
        yield node.left, "part forgotten"
        yield node.right, "part forgotten"
    if isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv):
        yield _like(node, left=node.right, right=node.left), "swapped"


def _comparison(node: ast.Compare, function: types.FunctionType) -> Alternatives:
    for i, sign in enumerate(node.ops):
        for other in OTHER_SIGN.get(type(sign), ()):
            yield _like(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]]), "other comparison"


def _unary(node: ast.UnaryOp, function: types.FunctionType) -> Alternatives:
    yield node.operand, "sign dropped"


def _constant(node: ast.Constant, function: types.FunctionType) -> Alternatives:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value), "constant"
    elif isinstance(value, int | float):
        if value == 0.5:
            yield ast.Constant(2), "square for root"
        elif value == 2:
            yield ast.Constant(0.5), "root for square"
        yield ast.Constant(value + 1), "constant"
        yield ast.Constant(value - 1), "constant"


def _call(node: ast.Call, function: types.FunctionType) -> Alternatives:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    on_module = isinstance(node.func, ast.Attribute) and _is_a_module(node.func.value, function)
    subject = node.func.value if isinstance(node.func, ast.Attribute) and not on_module else None
    if subject is None and node.args and isinstance(node.args[0], ast.expr):
        subject = node.args[0]
    if name in FORGOTTEN and subject is not None:
        yield subject, f"no {name}"
    if CONFUSED.get(name):
        other = CONFUSED[name]
        func = _like(node.func, attr=other) if isinstance(node.func, ast.Attribute) else ast.Name(other)
        yield _like(node, func=func), f"{other} for {name}"
    for i, (one, two) in enumerate(zip(node.args, node.args[1:], strict=False)):
        yield _like(node, args=[*node.args[:i], two, one, *node.args[i + 2 :]]), "arguments swapped"
    for i in range(len(node.keywords)):
        yield _like(node, keywords=[*node.keywords[:i], *node.keywords[i + 1 :]]), "keyword dropped"


def _is_a_module(node: ast.expr, function: types.FunctionType) -> bool:
    return isinstance(node, ast.Name) and inspect.ismodule(function.__globals__.get(node.id))


def _attribute(node: ast.Attribute, function: types.FunctionType) -> Alternatives:
    for other in TABLES.get(node.attr, ()):
        yield _like(node, attr=other), "another table"
    if node.attr in ("T", "mT"):
        yield node.value, "not transposed"


def _name(node: ast.Name, function: types.FunctionType) -> Alternatives:
    if not isinstance(node.ctx, ast.Load):
        return
    code, own = function.__code__, inspect.signature(function).parameters
    if node.id in own:
        for other in own.values():
            if other.name != node.id and other.annotation == own[node.id].annotation:
                yield ast.Name(other.name, ast.Load()), "another argument"
    elif node.id in code.co_varnames and QUANTITY.match(node.id):
        for name in code.co_varnames[code.co_argcount :]:
            if name != node.id and QUANTITY.match(name):
                yield ast.Name(name, ast.Load()), "another quantity"
    if TIME.match(node.id) and node.id in code.co_varnames:
        for sign in (ast.Sub(), ast.Add()):
            yield ast.BinOp(node, sign, ast.Constant(1)), "shifted by one"


def _row(node: ast.Tuple | ast.List, function: types.FunctionType) -> Alternatives:
    if isinstance(node.ctx, ast.Load):
        for i, (one, two) in enumerate(zip(node.elts, node.elts[1:], strict=False)):
            yield _like(node, elts=[*node.elts[:i], two, one, *node.elts[i + 2 :]]), "swapped"


def _choice(node: ast.IfExp, function: types.FunctionType) -> Alternatives:
    yield node.body, "always"
    yield node.orelse, "never"


def _condition(node: ast.If, function: types.FunctionType) -> Alternatives:
    for always in (True, False):
        yield _like(node, test=ast.Constant(always)), "always" if always else "never"


def _assignment(node: ast.Assign, function: types.FunctionType) -> Alternatives:
    if isinstance(node.targets[0], ast.Subscript):
        yield ast.Pass(), "left out"


def _in_place(node: ast.AugAssign, function: types.FunctionType) -> Alternatives:
    for sign in OTHER_SIGN.get(type(node.op), ()):
        yield _like(node, op=sign()), "other sign"
    yield ast.Pass(), "left out"


SLIPS: list[tuple[type, Callable[[Any, types.FunctionType], Alternatives]]] = [
    (ast.BinOp, _arithmetic),
    (ast.Compare, _comparison),
    (ast.UnaryOp, _unary),
    (ast.Constant, _constant),
    (ast.Call, _call),
    (ast.Attribute, _attribute),
    (ast.Name, _name),
    (ast.Tuple, _row),
    (ast.List, _row),
    (ast.IfExp, _choice),
    (ast.If, _condition),
    (ast.Assign, _assignment),
    (ast.AugAssign, _in_place),
]
