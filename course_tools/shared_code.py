"""The refusals about code cells: shared by three languages, so short, valid and without a human sentence.

Prose is two words in a row. A word is a token of letters; identifiers (x_t), file names, symbols spelled out
(beta), capitals (SNR), formulas and replacement fields are not words, and all but a number end a row.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from course_tools.source import BEGIN, END, GIVEN, Cell, Problem

MAX_LINES = 30
_SYMBOLS = """alpha beta gamma delta eps epsilon eta theta kappa lambda mu nu pi rho sigma tau phi chi psi
omega std var min max log exp sin cos sqrt snr kl mse dx dt"""
# Words that only stand in a sentence: beside any other word they make one, even around a value, as in
# "step {t} of {T}".
_FUNCTION_WORDS = """the of is are in to for and or with from by this that
yang dan dari adalah ini itu untuk pada dengan"""
SYMBOLS, FUNCTION_WORDS = frozenset(_SYMBOLS.split()), frozenset(_FUNCTION_WORDS.split())
# What Python raises for a text that is no code, or nested too deeply for its parser.
UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_FIELD = "\x00"
_NOT_PROSE = re.compile(r"\$[^$]*\$|\{[^{}]*\}|%[-+ #0]*\d*(?:\.\d+)?[sdifgeExXr]|<[^<>]*>")
_DIRECTIVE = re.compile(r"#\s*(?:type:|noqa|fmt:|ruff:|mypy:|pragma:)")
_MAGIC = re.compile(r"^\s*(?:#\s*)?(?:%{1,2}[a-zA-Z]|![a-zA-Z/])", re.M)
_EDGES = ".,;:!?()[]{}\"'“”‘’…—–-=→↦·*/|<>+#~"


def _word(token: str) -> str | None:
    bare = token.strip(_EDGES)
    if len(bare) < 2 or not all(part.isalpha() for part in re.split(r"['’-]", bare)):
        return None
    ascii_word = bare.isascii()
    if bare.lower() in SYMBOLS or (ascii_word and bare.isupper() and len(bare) <= 5):
        return None
    if ascii_word and re.search(r"[a-z][A-Z]", bare):  # DejaVu, NumPy: a name
        return None
    return bare


def is_human(text: str) -> bool:
    """Whether a text holds prose: two words in a row, or a function word beside another word."""
    row, words = 0, []
    for token in _NOT_PROSE.sub(f" {_FIELD} ", text.replace(_FIELD, f" {_FIELD} ")).split():
        word = _word(token)
        if word is not None:
            row += 1
            words.append(word.lower())
            if row == 2:
                return True
        elif not re.fullmatch(r"[\d.,]+|a|A|I", token.strip("()")):
            row = 0
    return len(words) > 1 and any(word in FUNCTION_WORDS for word in words)


def _strings(tree: ast.AST, skip: set[int]) -> Iterator[str]:
    inside = set(skip)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = []
            for part in node.values:
                inside.add(id(part))
                value = part.value if isinstance(part, ast.Constant) else None
                parts.append(value if isinstance(value, str) else _FIELD)
            yield "".join(parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def _comments(code: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        comment = token.type == tokenize.COMMENT and token.string not in (BEGIN, END)
        if comment and token.string.startswith(GIVEN):  # code, but what it says of itself
            yield from _comments(token.string.removeprefix(GIVEN))
        elif comment and not _DIRECTIVE.match(token.string):
            yield token.string


def _docstrings(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            first = node.body[0] if node.body else None
            if ast.get_docstring(node) is not None and isinstance(first, ast.Expr):
                yield first.value


def check_cell(cell: Cell) -> Iterator[Problem]:
    """Every refusal about one code cell on its own."""
    lines = [line for line in cell.text.split("\n") if line.strip() not in (BEGIN, END)]
    if len(lines) > MAX_LINES:
        yield cell.problem("long_cell", got=len(lines), most=MAX_LINES)
    if (magic := _MAGIC.search(cell.text)) is not None:
        yield cell.problem("magic", got=magic[0].strip())
        return
    try:
        tree = ast.parse(cell.text)
        comments = list(_comments(cell.text))
    except (*UNPARSABLE, tokenize.TokenError) as error:
        yield cell.problem("syntax", got=error)
        return
    docstrings = list(_docstrings(tree))
    for docstring in docstrings:
        yield cell.problem("docstring", got=" ".join(ast.literal_eval(docstring).split())[:60])
    for comment in comments:
        hangul = any(not c.isascii() and c.isalpha() and not _is_greek(c) for c in comment)
        if hangul or is_human(comment):
            yield cell.problem("human_sentence", got=comment[:60])
    for string in _strings(tree, {id(docstring) for docstring in docstrings}):
        if is_human(string):
            yield cell.problem("human_sentence", got=string.replace(_FIELD, "{…}").strip()[:60])
    yield from _check_solution(cell)


def _is_greek(char: str) -> bool:
    return "Ͱ" <= char <= "Ͽ"


def _check_solution(cell: Cell) -> Iterator[Problem]:
    marks = [line.strip() for line in cell.text.split("\n") if line.strip() in (BEGIN, END)]
    if "exercise" in cell.fields:
        if not marks or marks != [BEGIN, END] * (len(marks) // 2):
            yield cell.problem("solution_marks", begin=BEGIN, end=END)
    elif marks or GIVEN in cell.text:
        yield cell.problem("solution_outside", begin=BEGIN)


def check_exercises(cells: list[Cell]) -> Iterator[Problem]:
    """Each exercise has one check after it, and each check an exercise before it."""
    open_exercises: dict[str, Cell] = {}
    known: set[str] = set()
    for cell in cells:
        if cell.is_prose:
            continue
        name = cell.fields.get("exercise")
        if name is not None:
            if name in known:
                yield cell.problem("exercise_twice", name=name)
            known.add(name)
            open_exercises[name] = cell
        name = cell.fields.get("check")
        if name is not None:
            if open_exercises.pop(name, None) is None:
                yield cell.problem("check_alone", name=name)
            if not re.search(rf"\bcheck\(\s*[\"']{re.escape(name)}[\"']\s*,", cell.text):
                yield cell.problem("check_call", name=name)
    for name, cell in open_exercises.items():
        yield cell.problem("exercise_unchecked", name=name)
