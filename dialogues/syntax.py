"""XLSForm expressions as they are written: text → a small tree, or what is wrong at which character.

The language is the part of XPath 1.0 that XLSForm uses, with `${name}` for questions.
Source: ODK XForms specification, section "XPath Functions and Operators".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

MAX_DEPTH = 60  # of brackets and operators inside each other; deeper ones are refused, never a crash
MAX_CHAIN = 200  # parts joined by operators of the same rank
MAX_TREE = 250  # levels of the tree that comes of both
MAX_LENGTH = 20_000


class Mistake(Exception):
    """An expression that cannot be used: the sentence for its author, and the character it is about (from 1)."""

    def __init__(self, message: str, character: int) -> None:
        super().__init__(message)
        self.message = message
        self.character = character


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    value: float
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """Text in quotes."""

    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a name, `.`, `..` or `*`, with its predicates."""

    name: str
    predicates: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Path:
    """A way to nodes. `start` is `` (here), `/` (the root), `$` (`${name}`: the first step's name),
    `current` or `instance` (the first step is the name of a list)."""

    start: str
    steps: tuple[Step, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    name: str
    arguments: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two expressions."""

    operator: str
    left: Expression
    right: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Negative:
    """A minus sign before an expression."""

    operand: Expression
    at: int


Expression: TypeAlias = Number | Literal | Path | Call | Binary | Negative


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, literal, reference, name, symbol, end
    text: str
    at: int


_NAME = r"[^\W\d][\w.\-]*"
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<literal>'[^']*'|"[^"]*")
    | (?P<reference>\$\{{\s*(?:last-saved\#)?{_NAME}\s*\}})
    | (?P<name>{_NAME}(?::{_NAME})?)
    | (?P<symbol>\.\.|!=|<=|>=|==|&&|\|\||//|::|[()\[\],=<>+\-*/.|@])
    )""",
    re.VERBOSE,
)
_CURLY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_HINTS = {
    "==": "Write one equals sign, “=”, instead of “==”.",
    "&&": "Write “and” instead of “&&”.",
    "||": "Write “or” instead of “||”.",
    "|": "Candour cannot join lists of nodes with “|”.",
    "@": "Candour does not know attributes (“@”).",
    "//": "Candour cannot search the whole form with “//”; use ${name}.",
    "::": "Candour does not know axes (“::”).",
}
_WORDS_IN_CAPITALS = {"AND": "and", "OR": "or", "DIV": "div", "MOD": "mod", "NOT": "not"}
_OPERATOR_WORDS = frozenset({"and", "or", "div", "mod"})


def parse(source: str) -> Expression:
    """The tree of an expression. Raises `Mistake` with the first character that cannot be understood."""
    if len(source) > MAX_LENGTH:
        raise Mistake(f"This expression is longer than {MAX_LENGTH:,} characters.", 1)
    parser = _Parser(_tokens(source.translate(_CURLY)))
    tree = parser.expression()
    parser.must_end()
    _refuse_depth(tree)
    return tree


def _refuse_depth(tree: Expression) -> None:
    """Chains lean to the left, and chains inside chains add up to a tree that would be too deep to compile."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_TREE:
            raise _too_deep(node.at)
        waiting.extend((child, depth + 1) for child in children(node))


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions that one is made of."""
    match node:
        case Binary(_, left, right):
            return (left, right)
        case Negative(operand):
            return (operand,)
        case Call(_, arguments):
            return arguments
        case Path(_, steps):
            return tuple(tree for step in steps for tree in step.predicates)
        case _:
            return ()


def _too_deep(at: int) -> Mistake:
    return Mistake(f"This is nested more than {MAX_DEPTH} levels deep; split it into calculations.", at)


def references(source: str) -> list[tuple[str, int]]:
    """Every `${name}` in a label or expression, with the character where it begins."""
    return [(match[1], match.start() + 1) for match in REFERENCE.finditer(source)]


REFERENCE = re.compile(r"\$\{\s*((?:last-saved#)?[^\W\d][\w.\-]*)\s*\}")


def _tokens(source: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, end = 0, len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if match is None or match.lastgroup is None:
            raise _unreadable(source, position)
        at = match.start(match.lastgroup) + 1
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], at))
        position = match.end()
    tokens.append(_Token("end", "", end + 1))
    return tokens


def _unreadable(source: str, position: int) -> Mistake:
    while source[position].isspace():
        position += 1
    character = source[position]
    if character in "'\"":
        return Mistake(f"This text has no closing quote ({character}).", position + 1)
    if character in "${":
        return Mistake("A question is named as ${name}: a dollar sign and curly brackets.", position + 1)
    return Mistake(f"The character “{character}” has no meaning here.", position + 1)


_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_RANKS = {operator: rank for rank, operators in enumerate(_LEVELS) for operator in operators}


class _Parser:
    """Recursive descent; operators by their rank."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _accept(self, *symbols: str) -> _Token | None:
        if self._token.kind == "symbol" and self._token.text in symbols:
            return self._take()
        return None

    def _expect(self, symbol: str, opened: _Token) -> None:
        if self._accept(symbol) is not None:
            return
        if self._token.kind != "end":
            raise self._unexpected()
        raise Mistake(
            f"The bracket “{opened.text}” at character {opened.at} is not closed with “{symbol}”.", opened.at
        )

    def must_end(self) -> None:
        if self._token.kind != "end":
            raise self._unexpected()

    def _unexpected(self) -> Mistake:
        """What is wrong with a token after a complete expression."""
        token = self._token
        if token.text in _HINTS:
            return Mistake(_HINTS[token.text], token.at)
        if token.text in _WORDS_IN_CAPITALS:
            word = _WORDS_IN_CAPITALS[token.text]
            return Mistake(f"Write “{word}” in small letters instead of “{token.text}”.", token.at)
        if token.text in (")", "]"):
            return Mistake(f"This “{token.text}” closes a bracket that was never opened.", token.at)
        return Mistake(f"Something is missing before “{token.text}”, such as “and” or “+”.", token.at)

    def expression(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _too_deep(self._token.at)
        tree = self._level(0)
        self._depth -= 1
        return tree

    def _level(self, least: int) -> Expression:
        """What operators of at least this rank join, from the left."""
        left = self._signed()
        links = 0
        while (rank := self._rank()) >= least:
            token = self._take()
            left = Binary(token.text, left, self._level(rank + 1), token.at)
            links += 1
            if links > MAX_CHAIN:
                raise Mistake(
                    f"More than {MAX_CHAIN} parts in one row; split it into calculations.", token.at
                )
        return left

    def _rank(self) -> int:
        """How tightly the operator that follows binds; -1 when none follows."""
        return _RANKS.get(self._token.text, -1) if self._token.kind in ("symbol", "name") else -1

    def _signed(self) -> Expression:
        minuses: list[_Token] = []
        while (minus := self._accept("-")) is not None:
            minuses.append(minus)
            if len(minuses) > MAX_DEPTH:
                raise Mistake("There are too many minus signs.", minus.at)
        tree = self._primary()
        for minus in reversed(minuses):
            tree = Negative(tree, minus.at)
        return tree

    def _primary(self) -> Expression:
        token = self._token
        if token.kind == "number":
            self._take()
            return Number(float(token.text), token.at)
        if token.kind == "literal":
            self._take()
            return Literal(token.text[1:-1], token.at)
        if token.kind == "reference":
            return self._reference()
        if self._accept("("):
            tree = self.expression()
            self._expect(")", token)
            return tree
        if token.kind == "name" and self._follows("("):
            return self._call()
        return self._path()

    def _follows(self, symbol: str) -> bool:
        following = self._tokens[self._next + 1]
        return following.kind == "symbol" and following.text == symbol

    def _reference(self) -> Path:
        token = self._take()
        first = Step(token.text[2:-1].strip(), self._predicates(), token.at)
        return Path("$", (first, *self._more_steps()), token.at)

    def _call(self) -> Expression:
        name, bracket = self._take(), self._take()
        arguments: list[Expression] = []
        if not self._accept(")"):
            arguments.append(self.expression())
            while self._accept(","):
                arguments.append(self.expression())
            self._expect(")", bracket)
        if name.text == "current" and not arguments:
            return Path("current", self._more_steps(), name.at)
        if name.text == "instance" and len(arguments) == 1 and isinstance(arguments[0], Literal):
            first = Step(arguments[0].value, (), arguments[0].at)
            return Path("instance", (first, *self._more_steps()), name.at)
        return Call(name.text, tuple(arguments), name.at)

    def _path(self) -> Expression:
        token = self._token
        if self._accept("/"):
            return Path("/", (self._step(), *self._more_steps()), token.at)
        return Path("", (self._step(), *self._more_steps()), token.at)

    def _more_steps(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self._accept("/"):
            steps.append(self._step())
        return tuple(steps)

    def _step(self) -> Step:
        token = self._token
        if token.kind == "name" and token.text not in _OPERATOR_WORDS:
            self._take()
            return Step(token.text, self._predicates(), token.at)
        if self._accept("..", ".", "*"):
            return Step(token.text, self._predicates(), token.at)
        raise self._missing(token)

    def _missing(self, token: _Token) -> Mistake:
        if token.kind == "end":
            return Mistake("The expression ends too early: something is missing at its end.", token.at)
        if token.text in _HINTS:
            return Mistake(_HINTS[token.text], token.at)
        return Mistake(f"Something is missing before “{token.text}”.", token.at)

    def _predicates(self) -> tuple[Expression, ...]:
        predicates: list[Expression] = []
        while (bracket := self._accept("[")) is not None:
            predicates.append(self.expression())
            self._expect("]", bracket)
        return tuple(predicates)
