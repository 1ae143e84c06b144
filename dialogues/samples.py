"""Replies to try a form with: what fits a question's type, and the values at which its expressions turn.

The values are mined from the literals of every expression that looks at the question, also by way of
calculations: for `${age} >= 18` the ages 17, 18 and 19.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from random import Random

from dialogues import syntax
from dialogues.asking import bounds_of
from dialogues.form import Choice, Form, Kind, Text
from dialogues.interview import Path, Value
from dialogues.outline import Spot
from dialogues.script import Script
from dialogues.syntax import Call, Expression, Literal, Number, children, parse
from dialogues.values import to_moment, to_number, to_text

Reply = str
_MOST = 60  # replies to one question
_LONGEST = 400  # characters of one reply
_NUMBERS = (0.0, 1.0, 2.0, 5.0, 10.0, 40.0, 100.0)
_TEXTS = ("It was a quiet night.", "We told the nurse", "rota", "12", "a b")
_DAYS = (0, -1, 1, -30, 30, -365, 365, -30 * 365)
_TIMES = ("00:00", "08:30", "12:00", "23:59")
_MOST_ATOMS = 2_000  # of a text that is made to match a pattern
_DEEPEST = 20  # groups in each other, in a pattern
_MOST_KNOWN = 3  # codes of one hidden question
_REACH = 5  # calculations of calculations that are followed


def examples(form: Form) -> dict[str, tuple[Choice, ...]]:
    """Made-up choices for the lists that a form gets from outside, for whoever tries it.

    The columns that filters look at hold every choice of the form, so that something passes.
    """
    columns = dict.fromkeys(_filtered_columns(form), " ".join(_names(form)))
    return {
        name: tuple(
            Choice(f"{name}-{number}", Text({"en": f"Example {number} ({name})"}), None, columns)
            for number in (1, 2, 3)
        )
        for name in form.external
    }


def _names(form: Form) -> Iterator[str]:
    return (choice.name for choices in form.choices.values() for choice in choices)


def _filtered_columns(form: Form) -> Iterator[str]:
    """Bare names in the choice filters."""
    for question in form.questions.values():
        trees = [parse(question.choice_filter)] if question.choice_filter else []
        while trees:
            tree = trees.pop()
            if isinstance(tree, syntax.Path) and not tree.start and len(tree.steps) == 1:
                yield tree.steps[0].name
            trees += children(tree)


class Samples:
    """The replies to try at each question of a form."""

    def __init__(self, script: Script, now: datetime) -> None:
        self._script = script
        self._today = now.date()
        self._literals: dict[int, dict[Expression, None]] = {}
        self._patterns: dict[int, dict[str, None]] = {}
        for spot in script.spots:
            self._mine(spot)
        self._known: dict[int, tuple[Reply, ...]] = {}

    def of(self, spot: Spot) -> tuple[Reply, ...]:
        """What to try at a question without choices, always in the same order."""
        if spot.index not in self._known:
            found = dict.fromkeys(text for text in self._made(spot) if text and len(text) <= _LONGEST)
            self._known[spot.index] = tuple(found)[:_MOST]
        return self._known[spot.index]

    def known(self, random: Random) -> dict[Path, Value]:
        """What might be known from elsewhere when an interview begins, for the questions that nobody is asked."""
        hidden = (spot for spot in self._script.spots if spot.kind is Kind.HIDDEN)
        return {spot.path: " ".join(_some(self._texts(spot), random)) for spot in hidden}

    # Mining

    def _mine(self, spot: Spot) -> None:
        rules = self._script.rules[spot.index]
        for rule in (rules.relevant, rules.constraint, rules.required, rules.count, rules.filter):
            if rule is None:
                continue
            looked_at = [use.spot for use in rule.uses]
            if rule is rules.constraint:
                looked_at.append(spot)
            found = list(_leaves(parse(rule.source)))
            for one in dict.fromkeys(self._asked(looked_at)):
                self._note(one, found)

    def _asked(self, spots: Iterable[Spot], depth: int = 0) -> Iterator[Spot]:
        """The questions among the nodes, and those that the calculations among them look at."""
        for spot in spots:
            yield spot
            calculation = self._script.rules[spot.index].calculation
            if calculation is not None and depth < _REACH:
                for one in self._asked([use.spot for use in calculation.uses], depth + 1):
                    self._note(one, list(_leaves(parse(calculation.source))))
                    yield one

    def _note(self, spot: Spot, found: list[Expression]) -> None:
        literals = self._literals.setdefault(spot.index, {})
        for tree in found:
            if isinstance(tree, Call):
                pattern = tree.arguments[1]
                if isinstance(pattern, Literal):
                    self._patterns.setdefault(spot.index, {})[pattern.value] = None
            else:
                literals[tree] = None

    def _texts(self, spot: Spot) -> list[str]:
        return [tree.value for tree in self._literals.get(spot.index, ()) if isinstance(tree, Literal)]

    def _numbers(self, spot: Spot) -> list[float]:
        numbers = [tree.value for tree in self._literals.get(spot.index, ()) if isinstance(tree, Number)]
        return [*numbers, *filter(math.isfinite, map(to_number, self._texts(spot)))]

    # Making

    def _made(self, spot: Spot) -> Iterator[Reply]:
        match spot.kind:
            case Kind.INTEGER:
                yield from (to_text(float(round(number))) for number in self._around(spot, (0, -1, 1)))
            case Kind.DECIMAL:
                yield from map(to_text, self._around(spot, (0, -1, 1, -0.5, 0.5)))
            case Kind.RANGE:
                yield from self._on_range(spot)
            case Kind.DATE:
                yield from (day.isoformat() for day in self._days(spot))
            case Kind.TIME:
                yield from _TIMES
            case Kind.DATETIME:
                yield from (f"{day.isoformat()} {time}" for day in self._days(spot) for time in _TIMES[:2])
            case Kind.ACKNOWLEDGE:
                yield "OK"
            case Kind.IMAGE | Kind.AUDIO | Kind.FILE:
                yield {"image": "photo.jpg", "audio": "sound.mp3"}.get(spot.kind, "file.pdf")
            case _:
                yield from self._words(spot)

    def _around(self, spot: Spot, steps: tuple[float, ...]) -> Iterator[float]:
        for number in (*self._numbers(spot), *_NUMBERS):
            if abs(number) < 1e12:
                yield from (number + step for step in steps)

    def _on_range(self, spot: Spot) -> Iterator[Reply]:
        assert spot.question is not None
        start, end, step = bounds_of(spot.question) or (0.0, 10.0, 1.0)
        steps = min(int((end - start) / step), 10_000)
        for place in dict.fromkeys(
            (0, steps, steps // 2, 1, steps - 1, *range(0, steps + 1, max(1, steps // 20)))
        ):
            yield f"{start + place * step:g}"
        for number in self._numbers(spot):
            yield from (f"{number + aside:g}" for aside in (0, -step, step))

    def _days(self, spot: Spot) -> Iterator[date]:
        mined = [moment.date() for moment in map(to_moment, self._texts(spot)) if moment is not None]
        for day in (*mined, self._today):
            yield from (day + timedelta(aside) for aside in (0, -1, 1))
        asides = [int(number) + more for number in self._numbers(spot) for more in (0, -1, 1)]
        for aside in (*_DAYS, *asides):
            yield from (self._today + timedelta(way) for way in (aside, -aside) if abs(way) < 60_000)

    def _words(self, spot: Spot) -> Iterator[Reply]:
        yield from self._texts(spot)
        for pattern in self._patterns.get(spot.index, ()):
            yield from matching(pattern)
        yield from _TEXTS
        for number in self._numbers(spot):
            if 0 < number <= _LONGEST:
                yield from ("x" * (int(number) + aside) for aside in (0, -1, 1))
            yield to_text(number)


def _leaves(tree: Expression) -> Iterator[Expression]:
    """The literals of an expression, and its calls of regex()."""
    if isinstance(tree, Literal | Number) or (isinstance(tree, Call) and tree.name == "regex"):
        yield tree
    else:
        for part in children(tree):
            yield from _leaves(part)


def _some(texts: list[str], random: Random) -> list[str]:
    different = list(dict.fromkeys(texts))
    return random.sample(different, random.randint(0, min(_MOST_KNOWN, len(different))))


# Texts that match a pattern


def matching(pattern: str, seed: int = 0) -> Iterator[str]:
    """A few texts that an everyday regular expression matches; whether they do is for the caller to try."""
    random = Random(f"{pattern} {seed}")  # noqa: S311 - no secret
    for _ in range(6):
        try:
            yield _Matching(pattern, random).text()
        except (IndexError, ValueError):
            return


class _Matching:
    """Writes one text that a pattern matches: characters, classes, groups, alternatives, quantifiers."""

    def __init__(self, pattern: str, random: Random) -> None:
        self._pattern = pattern
        self._random = random
        self._at = 0
        self._spent = 0  # atoms written
        self._depth = 0  # of groups

    def text(self) -> str:
        made = self._alternatives()
        if self._at < len(self._pattern):
            raise ValueError(self._pattern)
        return made

    def _alternatives(self) -> str:
        ways = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            ways.append(self._sequence())
        return self._random.choice(ways)

    def _sequence(self) -> str:
        made: list[str] = []
        while self._peek() not in ("", "|", ")"):
            start = self._at
            once = self._atom()
            least, most = self._quantifier()
            end = self._at
            times = self._random.randint(least, most)
            made.append(once if times else "")
            for _ in range(times - 1):
                self._at = start
                made.append(self._atom())
            self._at = end
            if sum(map(len, made)) > _LONGEST:
                raise ValueError(self._pattern)
        return "".join(made)

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _atom(self) -> str:
        self._spent += 1
        if self._spent > _MOST_ATOMS:
            raise ValueError(self._pattern)
        sign = self._take()
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._random.choice(self._class())
        if sign == "\\":
            kind = self._take()
            return self._random.choice(_CLASSES[kind]) if kind in _CLASSES else "" if kind in "bB" else kind
        if sign == ".":
            return self._random.choice("abc")
        return "" if sign in "^$" else sign

    def _group(self) -> str:
        if self._peek() == "?":
            if self._pattern[self._at : self._at + 2] != "?:":
                raise ValueError(self._pattern)
            self._at += 2
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(self._pattern)
        made = self._alternatives()
        self._depth -= 1
        if self._take() != ")":
            raise ValueError(self._pattern)
        return made

    def _class(self) -> list[str]:
        denied = self._peek() == "^"
        self._at += denied
        signs: list[str] = []
        while self._peek() != "]" or not signs:
            sign = self._take()
            if sign == "\\":
                kind = self._take()
                signs.extend(_CLASSES.get(kind, kind))
            elif sign == "-" and signs and self._peek() != "]":
                signs.extend(
                    map(chr, range(ord(signs[-1]), min(ord(self._take()), ord(signs[-1]) + 200) + 1))
                )
            else:
                signs.append(sign)
        self._at += 1
        return [sign for sign in _ANY if sign not in signs] if denied else signs

    def _quantifier(self) -> tuple[int, int]:
        match = _QUANTIFIER.match(self._pattern, self._at)
        if match is None:
            return 1, 1
        self._at = match.end()
        if match[1] is not None:
            return {"?": (0, 1), "*": (0, 3), "+": (1, 4)}[match[1]]
        least = int(match[2] or 0)
        most = least if match[3] is None else int(match[3][1:] or least + 3)
        return min(least, _LONGEST), min(max(least, most), _LONGEST)


_QUANTIFIER = re.compile(r"(?:([?*+])|\{(\d{0,4})(,\d{0,4})?\})[?+]?")
_ANY = "abcxyzABCXYZ0123456789 .-_"
_CLASSES = {"d": "0123456789", "w": "abcxyz019_", "s": " ", "D": "abc-", "W": " -.", "S": "abc019"}
