"""What an expression says, in English, with the labels of questions and choices instead of their names.

What has no plain words is quoted as it is written, in `code quotes`. For diagrams, previews, reports and
advice to authors: it explains, and nothing is decided by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from dialogues.form import Form, Kind, Question, Text
from dialogues.outline import Outline, Spot
from dialogues.syntax import (
    REFERENCE,
    Binary,
    Call,
    Expression,
    Literal,
    Mistake,
    Negative,
    Number,
    Path,
    Step,
    parse,
)
from dialogues.values import to_moment, to_text

MOST_OF_A_LABEL = 70  # characters of a label in the middle of a sentence
_DATE_KINDS = frozenset({Kind.DATE, Kind.DATETIME, Kind.TODAY, Kind.START, Kind.END})
_NUMERIC_KINDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE})


@dataclass(frozen=True, slots=True)
class _Claim:
    """One statement: about what, a verb, and with what; `joint` is the word between several objects."""

    subject: str
    verb: str
    objects: tuple[str, ...] = ()
    denied: bool = False
    joint: str = "or"


@dataclass(frozen=True, slots=True)
class _Joined:
    """Several statements with `and` or `or` between them."""

    word: str
    parts: tuple[_Statement, ...]


_Statement: TypeAlias = _Claim | _Joined


class Conditions:
    """Says the expressions of one form. `language` is that of the labels it quotes, where they have it."""

    def __init__(self, form: Form, language: str = "en") -> None:
        self._form = form
        self._language = language
        self._outline = Outline(form)

    def say(self, source: str, path: str, *, of_choices: bool = False) -> str:
        """An expression at the node of that path, as a statement such as `“Any visits?” is “Yes”`.

        With `of_choices` it is a choice_filter: bare names are columns of the choices.
        """
        spot = self._outline.by_path.get(path, self._outline.root)
        try:
            tree = parse(source)
        except Mistake:
            return f"`{source}`"
        return _sentence(_Speaker(self._form, self._language, self._outline, spot, of_choices).truth(tree))

    def value(self, source: str, path: str) -> str:
        """An expression at the node of that path, as a value such as `the number of “Visits”`."""
        spot = self._outline.by_path.get(path, self._outline.root)
        try:
            return _Speaker(self._form, self._language, self._outline, spot).value(parse(source))
        except Mistake:
            return f"`{source}`"

    def name(self, path: str) -> str:
        """A node as it is named in a condition: its label in quotes, else its name as code."""
        return _named(self._outline.by_path[path], self._language)


def shortened(words: str, most: int) -> str:
    """Words on one line, cut between two of them when they are longer; `${name}` in them is left open."""
    line = " ".join(REFERENCE.sub("…", words).split())
    if len(line) <= most:
        return line
    return (
        line[:most].rpartition(" ")[0].rstrip(" ,;:.–-") + "…"
        if " " in line[:most]
        else line[: most - 1] + "…"
    )


def _named(spot: Spot, language: str) -> str:
    node = spot.node
    words = _shorter(node.label, language) if node is not None else ""
    return f"“{words}”" if words else f"`{spot.name}`"


def _shorter(text: Text, language: str) -> str:
    return shortened(text.to(language), MOST_OF_A_LABEL)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Says one expression, as it stands at `spot`."""

    form: Form
    language: str
    outline: Outline
    spot: Spot
    of_choices: bool = False

    # Statements

    def truth(self, tree: Expression, *, denied: bool = False) -> _Statement:
        """What must hold for an expression to be true, or with `denied` to be false."""
        match tree:
            case Binary("and" | "or" as word):
                parts = tuple(self.truth(part, denied=denied) for part in _chain(tree))
                return _Joined(
                    _OTHER[word] if denied else word, _flat(parts, _OTHER[word] if denied else word)
                )
            case Binary("=" | "!=" | "<" | "<=" | ">" | ">="):
                return self._comparison(tree, denied=denied)
            case Call("not", (inner,)):
                return self.truth(inner, denied=not denied)
            case Call("boolean", (inner,)):
                return self.truth(inner, denied=denied)
            case Call("true" | "false" as name, ()):
                return _Claim("", "always", denied=denied is (name == "true"))
            case Call("selected", (subject, wanted)):
                verb = "includes" if self._holds_many(subject) else "is"
                return _Claim(self.value(subject), verb, (self.value(wanted, about=subject),), denied)
            case Call(name, (subject, wanted)) if name in _TESTS:
                return _Claim(self.value(subject), _TESTS[name], (self._tested(name, wanted),), denied)
            case Path():
                return self._presence(tree, denied=denied)
            case _:
                return _Claim(self.value(tree), "holds", (), denied)

    def _tested(self, name: str, wanted: Expression) -> str:
        if name == "regex":
            return f"`{wanted.value}`" if isinstance(wanted, Literal) else f"`{written(wanted)}`"
        return self.value(wanted)

    def _presence(self, path: Path, *, denied: bool) -> _Claim:
        question = self._question(path)
        if question is not None and question.kind in _NUMERIC_KINDS:
            return _Claim(self.value(path), "is", ("0",), not denied)
        if question is not None and question.kind.is_asked:
            return _Claim(self.value(path), "was answered", (), denied)
        return _Claim(self.value(path), "holds", (), denied)

    def _comparison(self, tree: Binary, *, denied: bool) -> _Statement:
        left, right, operator = tree.left, tree.right, tree.operator
        if isinstance(left, Literal | Number) and not isinstance(right, Literal | Number):
            left, right, operator = right, left, _MIRROR.get(operator, operator)
        if operator in ("=", "!="):
            return self._equality(left, right, denied=denied is (operator == "="))
        verbs = _DATE_VERBS if self._is_date(left) or self._is_date(right) else _VERBS
        return _Claim(self.value(left), verbs[operator], (self.value(right, about=left),), denied)

    def _equality(self, left: Expression, right: Expression, *, denied: bool) -> _Statement:
        match right:
            case Call("true" | "false" as name, ()):
                return self.truth(left, denied=denied is (name == "true"))
            case Literal("true" | "false" as name) if self._is_calculated(left):
                return _Claim(self.value(left), "holds", (), denied is (name == "true"))
            case Literal(""):
                verb = "is empty" if self._is_calculated(left) else "was answered"
                return _Claim(self.value(left), verb, (), denied is not (verb == "was answered"))
            case _:
                return _Claim(self.value(left), "is", (self.value(right, about=left),), denied)

    # Values

    def value(self, tree: Expression, about: Expression | None = None) -> str:
        """What an expression is worth, as a noun; `about` is what it is compared with."""
        match tree:
            case Number(number):
                return to_text(number)
            case Literal(text):
                return self._literal(text, about)
            case Path():
                return self._path(tree)
            case Negative(operand):
                return f"minus {self._part(operand)}"
            case Binary(operator, left, right) if operator in _CALCULATIONS:
                return self._calculation(operator, left, right)
            case Binary():
                return f"whether {_sentence(self.truth(tree))}"
            case Call():
                return self._call(tree)

    def _literal(self, text: str, about: Expression | None) -> str:
        question = self._question(about)
        choice = self.form.choice(question, text) if question is not None else None
        if choice is not None and choice.label:
            return f"“{_shorter(choice.label, self.language)}”"
        if about is not None and self._is_date(about):
            return _day(text) or f"“{text}”"
        return f"“{text}”" if text else "nothing"

    def _part(self, tree: Expression) -> str:
        """A value in the middle of another one."""
        words = self.value(tree)
        return f"({words})" if isinstance(tree, Binary) else words

    def _calculation(self, operator: str, left: Expression, right: Expression) -> str:
        if operator in ("+", "-") and self._is_date(left) and isinstance(right, Number):
            days = f"{to_text(right.value)} day{'' if right.value == 1 else 's'}"
            return f"{days} {'after' if operator == '+' else 'before'} {self._part(left)}"
        one, two = self._part(left), self._part(right)
        return _CALCULATIONS[operator].format(one, two)

    def _call(self, call: Call) -> str:
        match call:
            case Call("date" | "date-time", (Literal(text),)) if _day(text):
                return _day(text)
            case Call("if", (test, then, other)):
                return f"({self.value(then)} if {_sentence(self.truth(test))}, otherwise {self.value(other)})"
            case Call("selected-at", (subject, Number(number))):
                return f"choice {to_text(number + 1)} of {self.value(subject)}"
            case Call(name, arguments) if name in _SAID:
                return _SAID[name](_listed([self._part(argument) for argument in arguments], "and"))
            case Call(name, (argument, *_)) if name in _LIKE_THEIR_ARGUMENT:
                return self.value(argument)
            case Call(name) if name in _TRUTHS:
                return f"whether {_sentence(self.truth(call))}"
            case _:
                return f"`{written(call)}`"

    def _path(self, path: Path) -> str:
        if self.of_choices and path.start == "" and len(path.steps) == 1 and path.steps[0].name != ".":
            return f"the “{path.steps[0].name}” of the choice"
        spot = self._target(path)
        if spot is None or spot.node is None:
            return f"`{written(path)}`"
        return "the answer" if spot is self.spot else _named(spot, self.language)

    # What an expression is about

    def _target(self, path: Path) -> Spot | None:
        """The node that a path without filters leads to."""
        if path.start not in ("", "$", "current") or any(step.predicates for step in path.steps):
            return None
        if path.start == "$":
            spot, steps = self.outline.named(path.steps[0].name, self.spot), path.steps[1:]
        else:
            spot, steps = self.spot, path.steps
        for step in steps:
            if spot is not None and step.name != ".":
                spot = spot.parent if step.name == ".." else spot.child(step.name)
        return spot

    def _question(self, tree: Expression | None) -> Question | None:
        match tree:
            case Path():
                spot = self._target(tree)
                return spot.question if spot is not None else None
            case Call("once" | "coalesce" | "string" | "selected-at", (first, *_)):
                return self._question(first)
            case _:
                return None

    def _holds_many(self, tree: Expression) -> bool:
        question = self._question(tree)
        return question is None or question.kind.is_many

    def _is_calculated(self, tree: Expression) -> bool:
        question = self._question(tree)
        return question is None or not question.kind.is_asked

    def _is_date(self, tree: Expression) -> bool:
        match tree:
            case Path():
                question = self._question(tree)
                return question is not None and question.kind in _DATE_KINDS
            case Call(name):
                return name in ("today", "now", "date", "date-time")
            case Binary("+" | "-", left):
                return self._is_date(left)
            case _:
                return False


_OTHER = {"and": "or", "or": "and"}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_VERBS = {"<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least"}
_DATE_VERBS = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
_TESTS = {"contains": "contains", "starts-with": "begins with", "ends-with": "ends with", "regex": "matches"}
_LISTING = frozenset({"is", "includes", *_TESTS.values()})
_BARE = {
    "includes": "include",
    "contains": "contain",
    "begins": "begin",
    "ends": "end",
    "matches": "match",
} | {"holds": "hold"}
_CALCULATIONS = {
    "+": "{} plus {}",
    "-": "{} minus {}",
    "*": "{} times {}",
    "div": "{} divided by {}",
    "mod": "what is left of {} divided by {}",
}
_SAID: dict[str, Callable[[str], str]] = {
    "today": lambda _: "today",
    "now": lambda _: "now",
    "position": lambda _: "the number of this one",
    "index": lambda _: "the number of this one",
    "count": lambda what: f"the number of {what}",
    "count-non-empty": lambda what: f"the number of answers to {what}",
    "count-selected": lambda what: f"the number of choices in {what}",
    "string-length": lambda what: f"the length of {what}",
    "sum": lambda what: f"the sum of {what}",
    "min": lambda what: f"the smallest of {what}",
    "max": lambda what: f"the largest of {what}",
    "abs": lambda what: f"the size of {what}",
    "int": lambda what: f"the whole part of {what}",
}
_LIKE_THEIR_ARGUMENT = frozenset({"once", "string", "number", "jr:choice-name", "date", "date-time"})
_TRUTHS = frozenset({"true", "false", "not", "boolean", "selected", *_TESTS})


def _chain(tree: Binary) -> list[Expression]:
    """The parts that one operator joins: `a and b and c` leans to the left."""
    parts: list[Expression] = []
    node: Expression = tree
    while isinstance(node, Binary) and node.operator == tree.operator:
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _flat(parts: tuple[_Statement, ...], word: str) -> tuple[_Statement, ...]:
    """The parts, with those that the same word joins taken apart."""
    flat: list[_Statement] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, _Joined) and part.word == word else (part,))
    return tuple(flat)


def _day(text: str) -> str:
    """`2026-05-04` as 4 May 2026; empty when it is no date."""
    moment = to_moment(text)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}" if moment is not None else ""


_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


# Sentences


def _sentence(statement: _Statement) -> str:
    if isinstance(statement, _Claim):
        return f"{statement.subject} {_predicate(statement)}".strip()
    parts = _merged(statement)
    pieces: list[str] = []
    before: _Statement | None = None
    for part in parts:
        pieces.append(_piece(part, before))
        before = part
    if len(pieces) == 1:
        return pieces[0]
    apart = any(isinstance(part, _Joined) or len(part.objects) > 1 for part in parts)
    return _listed(pieces, f", {statement.word}" if apart else statement.word)


def _piece(part: _Statement, before: _Statement | None) -> str:
    """One part of a joined statement; what it is about is said once."""
    if isinstance(part, _Joined):
        return _sentence(part) if len(_merged(part)) == 1 else f"({_sentence(part)})"
    if not isinstance(before, _Claim) or before.subject != part.subject:
        return _sentence(part)
    both_are = before.verb.startswith("is ") and part.verb.startswith("is ")
    predicate = _predicate(part)
    return predicate.removeprefix("is ") if both_are and not before.denied and not part.denied else predicate


def _merged(joined: _Joined) -> list[_Statement]:
    """`is A or is B` as one statement: is A or B."""
    merged: list[_Statement] = []
    for part in joined.parts:
        place = next((i for i, earlier in enumerate(merged) if _fits(earlier, part, joined.word)), None)
        if place is None:
            merged.append(part)
            continue
        earlier = merged[place]
        assert isinstance(earlier, _Claim)
        assert isinstance(part, _Claim)
        joint = "nor" if part.denied else joined.word
        merged[place] = replace(earlier, objects=(*earlier.objects, *part.objects), joint=joint)
    return merged


def _fits(earlier: _Statement, part: _Statement, word: str) -> bool:
    if isinstance(earlier, _Joined) or isinstance(part, _Joined) or part.verb not in _LISTING:
        return False
    alike = (earlier.subject, earlier.verb, earlier.denied) == (part.subject, part.verb, part.denied)
    return alike and (not part.denied if word == "or" else part.denied or part.verb != "is")


def _predicate(claim: _Claim) -> str:
    if claim.verb == "always":
        return "never" if claim.denied else "always"
    if claim.joint == "nor":
        return f"{claim.verb} neither {' nor '.join(claim.objects)}"
    objects = f" {_listed(list(claim.objects), claim.joint)}" if claim.objects else ""
    return f"{_denied(claim.verb) if claim.denied else claim.verb}{objects}"


def _denied(verb: str) -> str:
    if verb.startswith("is not "):
        return f"is {verb.removeprefix('is not ')}"
    first, _, rest = verb.partition(" ")
    denied = f"does not {_BARE[first]}" if first in _BARE else f"{first} not"
    return f"{denied} {rest}".rstrip()


def _listed(parts: list[str], word: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    joint = f"{word} " if word.startswith(",") else f" {word} "
    return f"{', '.join(parts[:-1])}{joint}{parts[-1]}"


# Expressions as they are written

_RANKS = {"or": 0, "and": 1, "=": 2, "!=": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4} | {
    "*": 5,
    "div": 5,
    "mod": 5,
}


def written(tree: Expression) -> str:
    """A tree as an expression, the same for expressions that differ only in spaces, quotes and idle brackets."""
    match tree:
        case Number(number):
            return to_text(number)
        case Literal(text):
            return f'"{text}"' if "'" in text else f"'{text}'"
        case Negative(operand):
            return f"-{_bracketed(operand, 6)}"
        case Call(name, arguments):
            return f"{name}({', '.join(written(argument) for argument in arguments)})"
        case Binary(operator, left, right):
            rank = _RANKS[operator]
            return f"{_bracketed(left, rank)} {operator} {_bracketed(right, rank + 1)}"
        case Path():
            return _written_path(tree)


def _bracketed(tree: Expression, rank: int) -> str:
    words = written(tree)
    return f"({words})" if isinstance(tree, Binary) and _RANKS[tree.operator] < rank else words


def _written_path(path: Path) -> str:
    steps = [_written_step(step) for step in path.steps]
    if path.start == "$":
        first = path.steps[0]
        steps[0] = f"${{{first.name}}}{steps[0].removeprefix(first.name)}"
    elif path.start == "instance":
        steps[0] = f"instance('{path.steps[0].name}')"
    elif path.start == "current":
        steps.insert(0, "current()")
    return ("/" if path.start == "/" else "") + "/".join(steps)


def _written_step(step: Step) -> str:
    return step.name + "".join(f"[{written(predicate)}]" for predicate in step.predicates)


def normalized(source: str) -> str:
    """An expression in its one way of writing; as it is when it cannot be read."""
    try:
        return written(parse(re.sub(r"\s+", " ", source)))
    except Mistake:
        return source
