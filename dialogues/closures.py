"""What an expression becomes: a closure over a scope, with the kind of value it gives known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, TypeAlias

from dialogues.interview import Path, Value
from dialogues.values import Scalar, to_number, to_text, to_truth

Items: TypeAlias = Mapping[str, list[dict[str, str]]]


class Gives(Enum):
    """What a closure returns; ANY is text or a number, known only when it runs."""

    TEXT = auto()
    NUMBER = auto()
    TRUTH = auto()
    ANY = auto()


class Scope:
    """What an expression sees: the values that are relevant now, and the instance it stands in.

    `prefixes[d]` addresses the instance at repeat depth d, `indexes[d - 1]` is its number (from 1).
    `dot` is the value of the question itself. `item` is the choice that a choice filter looks at.
    """

    __slots__ = (
        "chance",
        "counts",
        "dot",
        "hidden",
        "indexes",
        "item",
        "items",
        "now",
        "outer",
        "prefixes",
        "values",
    )

    def __init__(
        self,
        values: dict[Path, Value],
        hidden: set[Path],
        counts: dict[Path, int],
        items: Items,
        now: datetime,
        chance: Callable[[], float],
    ) -> None:
        self.values = values
        self.hidden = hidden
        self.counts = counts
        self.items = items
        self.now = now
        self.chance = chance
        self.prefixes: tuple[str, ...] = ("",)
        self.indexes: tuple[int, ...] = ()
        self.dot: Value = ""
        self.item: Mapping[str, str] | None = None
        self.outer: Scope | None = None

    def at(self, prefixes: tuple[str, ...], indexes: tuple[int, ...]) -> Scope:
        """The same values seen from another instance."""
        scope = self.twin()
        scope.prefixes = prefixes
        scope.indexes = indexes
        return scope

    def twin(self) -> Scope:
        """A scope of its own that looks at the same values; `current()` in it means this one."""
        scope = Scope(self.values, self.hidden, self.counts, self.items, self.now, self.chance)
        scope.prefixes = self.prefixes
        scope.indexes = self.indexes
        scope.dot = self.dot
        scope.outer = self.outer or self
        return scope


Run: TypeAlias = Callable[[Scope], Any]
Keys: TypeAlias = Callable[[Scope], list[Path]]


@dataclass(frozen=True, slots=True)
class Code:
    """A closure and what it gives. `keys` is there for nodes: the paths of those that are relevant.

    `constant` is there for what was written as a literal.
    """

    run: Run
    gives: Gives
    keys: Keys | None = None
    constant: Scalar | None = None


def constant(value: Scalar) -> Code:
    """Always the same value."""
    gives = Gives.TEXT if isinstance(value, str) else Gives.TRUTH if isinstance(value, bool) else Gives.NUMBER
    return Code(lambda _: value, gives, constant=value)


def as_number(code: Code) -> Callable[[Scope], float]:
    """The closure, converted to a number."""
    if code.gives is Gives.NUMBER:
        return code.run
    if code.constant is not None:
        number = to_number(code.constant)
        return lambda _: number
    run = code.run
    return lambda c: to_number(run(c))


def as_text(code: Code) -> Callable[[Scope], str]:
    """The closure, converted to text."""
    if code.gives is Gives.TEXT:
        return code.run
    run = code.run
    return lambda c: to_text(run(c))


def as_truth(code: Code) -> Callable[[Scope], bool]:
    """The closure, converted to true or false."""
    if code.gives is Gives.TRUTH:
        return code.run
    run = code.run
    if code.gives is Gives.TEXT:
        return lambda c: bool(run(c))
    return lambda c: to_truth(run(c))


def as_values(code: Code) -> Callable[[Scope], list[Scalar]]:
    """The closure as a list: every node's value, or the one value."""
    keys, run = code.keys, code.run
    if keys is None:
        return lambda c: [run(c)]
    return lambda c: [c.values.get(key, "") for key in keys(c)]
