"""Random forms, and random walks through them in both engines at once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import yaml

from dialogues import moves
from dialogues.engine import Turn, advance, invite
from dialogues.form import Form, Kind
from dialogues.interview import State
from dialogues.prompts import Ask, AskAgain, Prompt, Review, Say
from dialogues.scene import Scene
from dialogues.xlsform import read
from tests.javarosa.oracle import JavaRosa

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
Rows = dict[str, list[dict[str, str]]]
_WORDS = ("night", "rota", "3", "12", "-4", "2.5", "yes", "no", "a b", "Ærø", "0", "true", "2026-05-04")


@dataclass
class Author:
    """Writes a random form; `random` decides everything."""

    random: Random
    survey: list[dict[str, str]] = field(default_factory=list)
    known: list[tuple[str, str]] = field(default_factory=list)  # name and type, of what stands before
    count: int = 0

    def form(self, size: int, *, repeats: bool = True) -> Rows:
        """The three sheets of a form of about `size` rows."""
        while self.count < size:
            self._any(size, depth=0, repeats=repeats)
        return {
            "survey": self.survey,
            "choices": _CHOICES,
            "settings": [{"form_title": "Random", "form_id": "random"}],
        }

    def _any(self, size: int, *, depth: int, repeats: bool) -> None:
        kind = self.random.random()
        if kind < 0.12 and depth < 3:
            self._container("group", size, depth, repeats=repeats)
        elif kind < 0.2 and depth < 3 and repeats:
            self._container("repeat", size, depth, repeats=repeats)
        elif kind < 0.3:
            self._calculate()
        else:
            self._question()

    def _container(self, what: str, size: int, depth: int, *, repeats: bool) -> None:
        name = self._name()
        begin = {
            "type": f"begin {what}",
            "name": name,
            "label::English (en)": name,
            "label::Cymraeg (cy)": f"{name} cy",
        }
        if self.random.random() < 0.5:
            begin["relevant"] = self._truth(2)
        if what == "repeat":
            begin["repeat_count"] = self._small_number()
        self.survey.append(begin)
        before = list(self.known)
        for _ in range(self.random.randint(1, 4)):
            self._any(size, depth=depth + 1, repeats=repeats)
        self._question()
        self.survey.append({"type": f"end {what}"})
        if what == "repeat":
            inside = [one for one in self.known if one not in before]
            self.known = before
            self._summary(name, inside)

    def _summary(self, repeat: str, inside: list[tuple[str, str]]) -> None:
        """What is said about a repeat from outside of it."""
        if not inside:
            return
        numbers = [name for name, kind in inside if kind in ("integer", "decimal")]
        names = [name for name, _ in inside]
        options = [f"count(${{{repeat}}})", f"count-non-empty(${{{self.random.choice(names)}}})"]
        if numbers:
            options += [f"{which}(${{{self.random.choice(numbers)}}})" for which in ("sum", "min")]
        name = self._name()
        self.survey.append({"type": "calculate", "name": name, "calculation": self.random.choice(options)})
        self.known.append((name, "calculate"))

    def _small_number(self) -> str:
        integers = [name for name, kind in self.known if kind == "integer"]
        if integers and self.random.random() < 0.5:
            return f"if(${{{self.random.choice(integers)}}} > 2, 2, 1)"
        return str(self.random.randint(1, 3))

    def _name(self) -> str:
        self.count += 1
        return f"q{self.count}"

    def _calculate(self) -> None:
        name = self._name()
        expression = self._number(3) if self.random.random() < 0.6 else self._text(3)
        self.survey.append({"type": "calculate", "name": name, "calculation": expression})
        self.known.append((name, "calculate"))

    def _question(self) -> None:
        name = self._name()
        kind = self.random.choice(("text", "integer", "decimal", "date", "one", "many", "note", "filtered"))
        written = {
            "one": "select_one colours",
            "many": "select_multiple colours",
            "filtered": "select_one towns",
        }
        row = {"type": written.get(kind, kind), "name": name}
        row["label::English (en)"] = self._label(name)
        row["label::Cymraeg (cy)"] = f"{name} cy"
        if self.random.random() < 0.3:
            row["hint::English (en)"] = self._label("hint")
            row["hint::Cymraeg (cy)"] = "awgrym"
        if self.random.random() < 0.45:
            row["relevant"] = self._truth(2)
        if kind != "note":
            self._rules(row, kind)
        self.survey.append(row)
        if kind != "note":
            self.known.append((name, kind))

    def _rules(self, row: dict[str, str], kind: str) -> None:
        if self.random.random() < 0.15:
            row["required"] = "yes"
        if self.random.random() < 0.3:
            row["constraint"] = self._constraint(kind)
            row["constraint_message::English (en)"] = f"not {row['name']}"
            row["constraint_message::Cymraeg (cy)"] = f"nid {row['name']}"
        if kind == "filtered":
            colours = [name for name, one in self.known if one in ("one", "many")]
            what = f"selected(${{{self.random.choice(colours)}}}, colour)" if colours else "colour != 'red'"
            row["choice_filter"] = what

    def _constraint(self, kind: str) -> str:
        if kind in ("integer", "decimal"):
            return self.random.choice((". > 1", ". >= 0 and . < 10", ". != 3", "not(. = 4)", ". mod 2 = 0"))
        if kind == "date":
            return self.random.choice(
                (". <= date('2026-06-01')", ". <= '2026-06-01'", ". > date('2020-01-01')", ". != ''")
            )
        if kind in ("one", "many", "filtered"):
            return self.random.choice(
                (". != 'red'", "not(selected(., 'red') and selected(., 'blue'))", "count-selected(.) < 3")
            )
        return self.random.choice(
            ("string-length(.) > 2", "regex(., '[a-z ]+')", "contains(., 'o')", ". != ''")
        )

    def _label(self, words: str) -> str:
        if self.known and self.random.random() < 0.3:
            return f"{words}: ${{{self.random.choice(self.known)[0]}}}?"
        return words

    # Expressions

    def _reference(self, *kinds: str) -> str:
        fitting = [name for name, kind in self.known if not kinds or kind in kinds]
        return f"${{{self.random.choice(fitting)}}}" if fitting else "''"

    def _truth(self, depth: int) -> str:
        pick = self.random.random()
        if depth and pick < 0.3:
            return (
                f"({self._truth(depth - 1)}) {self.random.choice(('and', 'or'))} ({self._truth(depth - 1)})"
            )
        if depth and pick < 0.4:
            return f"not({self._truth(depth - 1)})"
        if pick < 0.55:
            return f"selected({self._reference('one', 'many', 'filtered')}, '{self.random.choice(_COLOURS)}')"
        if pick < 0.65:
            operator, colour = self.random.choice(("=", "!=")), self.random.choice(_COLOURS)
            return f"{self._reference('one', 'filtered')} {operator} '{colour}'"
        if pick < 0.75:
            return f"{self._reference()} {self.random.choice(('=', '!='))} ''"
        if pick < 0.8:
            return f"{self._text(1)} {self.random.choice(('=', '!='))} {self._text(1)}"
        if pick < 0.85:
            return self.random.choice(
                (f"contains({self._text(1)}, 'o')", f"starts-with({self._text(1)}, 'n')")
            )
        operator = self.random.choice(("<", "<=", ">", ">=", "=", "!="))
        return f"{self._number(depth)} {operator} {self._number(depth)}"

    def _number(self, depth: int) -> str:
        pick = self.random.random()
        if depth == 0 or pick < 0.3:
            return self.random.choice(
                (self._reference("integer", "decimal"), str(self.random.randint(-3, 9)), "2.5")
            )
        one, two = self._number(depth - 1), self._number(depth - 1)
        if pick < 0.6:
            return f"({one} {self.random.choice(('+', '-', '*', 'div', 'mod'))} {two})"
        return self.random.choice(
            (
                f"if({self._truth(1)}, {one}, {two})",
                f"round({one})",
                f"int({one})",
                f"number({self._text(depth - 1)})",
                f"string-length({self._text(depth - 1)})",
                f"count-selected({self._reference('many', 'one')})",
                f"abs({one})",
                f"min({one}, {two})",
                f"max({one}, {two}, 1)",  # JavaRosa's max of negative numbers alone is 4.9E-324
                f"round({one}, 1)",
                f"selected({self._text(0)}, 'red') + 1",
                f"({one} div {two})",
                f"pow({one}, 2)",
            )
        )

    def _text(self, depth: int) -> str:
        pick = self.random.random()
        if depth == 0 or pick < 0.3:
            kinds = (
                "text",
                "integer",
                "decimal",
                "one",
                "many",
                "filtered",
                "calculate",
            )  # a date is stored otherwise
            return self.random.choice((self._reference(*kinds), f"'{self.random.choice(_WORDS)}'"))
        one, two = self._text(depth - 1), self._text(depth - 1)
        return self.random.choice(
            (
                f"concat({one}, {two})",
                f"if({self._truth(1)}, {one}, {two})",
                f"coalesce({one}, {two})",
                f"substr({one}, {self.random.randint(0, 3)}, {self.random.randint(2, 6)})",
                f"substring-before({one}, 'o')",
                f"substring-after({one}, ' ')",
                f"translate({one}, 'abc', 'xy')",
                f"normalize-space({one})",
                f"string({one})",
                f"selected-at({self._reference('many')}, {self.random.randint(0, 2)})",
                f"jr:choice-name({self._reference('one')}, '{self._reference('one')}')"
                if any(kind == "one" for _, kind in self.known)
                else one,
            )
        )


_COLOURS = ("red", "blue", "green")
_CHOICES = [
    {
        "list_name": "colours",
        "name": name,
        "label::English (en)": name.capitalize(),
        "label::Cymraeg (cy)": f"{name} cy",
    }
    for name in _COLOURS
] + [
    {
        "list_name": "towns",
        "name": name,
        "label::English (en)": name.capitalize(),
        "label::Cymraeg (cy)": f"{name} cy",
        "colour": colour,
    }
    for name, colour in (("rome", "red"), ("bonn", "blue"), ("lyon", "green"), ("bath", "red"))
]


def loaded(rows: Rows) -> Form:
    """The form as our engine reads it."""
    reading = read(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True).encode(), "random.yaml")
    assert reading.form is not None, [problem for problem in reading.problems if problem.is_error]
    return reading.form


def reply(random: Random, ask: Ask) -> str:
    """A random reply that both engines read alike; empty: skip."""
    if ask.consent:
        return "yes"
    if ask.kind.is_file or ask.kind is Kind.TIME or random.random() < 0.2:
        return ""  # JavaRosa would take a word for the name of a file, and takes no word for a time
    match str(ask.kind):
        case "integer":
            return str(random.randint(-5, 15))
        case "decimal":
            return random.choice(("0.5", "-2.25", "3", "10.125"))
        case "date":
            return random.choice(("2026-05-04", "2019-12-31", "2024-02-29", "2099-12-31"))
        case "range":
            low, high, _ = ask.bounds or (0, 10, 1)
            return str(random.randint(int(low), int(high)))
        case "select_one":
            return random.choice([option.value for option in ask.options]) if ask.options else ""
        case "select_multiple":
            return " ".join(option.value for option in ask.options if random.random() < 0.5)
        case _:
            return random.choice(_WORDS)


@dataclass
class Walk:
    """Plays one form in both engines, and compares all that is seen."""

    java: JavaRosa
    form: Form
    random: Random
    language: str = "en"

    def there(self, most: int = 400) -> Turn:
        """Forward to the end."""
        spoken = next(one for one in self.form.languages if one.code == self.language)
        self.java.play("language", f"{spoken.name} ({spoken.code})")
        turn = advance(self.form, invite(self.form, language=self.language), moves.Begin(), now=NOW)
        for _ in range(most):
            self._compare(turn.prompts)
            waiting = turn.prompts[-1]
            if not isinstance(waiting, Ask):
                assert isinstance(waiting, Review)
                assert self.java.play("next") == {"event": "end"}
                return turn
            turn = self._answer(turn, waiting)
        raise AssertionError("The walk does not end.")

    def _compare(self, prompts: tuple[Prompt, ...]) -> None:
        """The notes and the question that come next are the same, with their words."""
        for prompt in prompts:
            if isinstance(prompt, AskAgain | Review):
                continue
            theirs = self.java.play("next")
            assert isinstance(prompt, Say | Ask)
            if isinstance(prompt, Ask) and prompt.another:
                assert theirs.get("event") == "another", (prompt.question, theirs)
                continue
            assert theirs.get("event") == "question", (prompt.question, theirs)
            assert our_path(theirs["ref"]) == prompt.question, (theirs, prompt.question)
            if isinstance(prompt, Say):
                words = f"{theirs['label']}\n\n{theirs['hint']}" if theirs["hint"] else theirs["label"]
                assert same_text(words, prompt.text), (theirs, prompt.text)
                continue
            assert same_text(theirs["label"], prompt.label), (theirs, prompt.label)
            assert same_text(theirs["hint"], prompt.hint), (theirs, prompt.hint)
            assert theirs["required"] == prompt.required, (theirs, prompt.question)
            assert theirs["choices"] == [[option.value, option.label] for option in prompt.options], theirs

    def _answer(self, turn: Turn, ask: Ask) -> Turn:
        """A reply is taken by both or by neither; what is not taken is skipped, or made to fit."""
        if ask.another:
            return self._another(turn)
        for attempt in range(30):
            text = reply(self.random, ask) if attempt < 28 else ""
            move = (
                moves.Answer(tuple(text.split()) if " " in text and ask.options else text)
                if text
                else moves.Skip()
            )
            following = self._kept(advance(self.form, turn.interview, move, now=NOW))
            taken = following.interview is not turn.interview
            theirs = self.java.play("answer", text) if text else self.java.play("skip")
            if "Error evaluating" in theirs.get("error", ""):
                raise Stuck  # a defect of JavaRosa: some of its text functions refuse numbers
            assert theirs.get("result") == ("ok" if taken else _refusal(following)), (
                ask.question,
                text,
                theirs,
            )
            if taken:
                return following
        raise Stuck

    def _another(self, turn: Turn) -> Turn:
        """One more instance in both, or in neither."""
        wanted = self.random.random() < 0.4
        if wanted:
            self.java.play("repeat")
        return advance(self.form, turn.interview, moves.Another(wanted=wanted), now=NOW)

    def _kept(self, turn: Turn) -> Turn:
        """What may identify its writer, such as an exact date, is kept: JavaRosa does not ask."""
        if turn.interview.state is not State.CONFIRMING:
            return turn
        return advance(self.form, turn.interview, moves.Confirm(moves.Wording.KEEP), now=NOW)

    def same_state(self, turn: Turn) -> None:
        """Every relevant question and calculation has the same value in both."""
        theirs = {
            our_path(ref): value
            for ref, value in self.java.play("state").items()
            if not _is_pyxforms_own(ref)
        }
        scene: Scene = turn.interview.__dict__["scene"]
        ours = {path: scene.values.get(path, "") for path in relevant_paths(scene)}
        assert theirs.keys() == ours.keys(), theirs.keys() ^ ours.keys()
        for path, value in theirs.items():
            assert same_value(value, ours[path]), (path, value, ours[path])

    def back(self, turn: Turn) -> None:
        """Backward to the beginning, over the same questions."""
        turn = advance(self.form, turn.interview, moves.Back(), now=NOW)
        while isinstance(waiting := turn.prompts[-1], Ask):
            if waiting.another:  # no question of JavaRosa's
                turn = advance(self.form, turn.interview, moves.Back(), now=NOW)
                continue
            theirs = self._previous_asked()
            assert theirs is not None
            assert our_path(theirs["ref"]) == waiting.question, (theirs, waiting.question)
            assert same_text(theirs["label"], waiting.label)
            assert same_value(theirs["value"], waiting.current or ""), (theirs, waiting.question)
            if not waiting.can_go_back:
                break
            turn = advance(self.form, turn.interview, moves.Back(), now=NOW)
        theirs = self._previous_asked()
        assert theirs is None or self.form.questions[our_path(theirs["ref"])].appears("consent")

    def _previous_asked(self) -> Any:
        while True:
            theirs = self.java.play("previous")
            if theirs.get("event") == "beginning":
                return None
            if theirs["event"] == "question" and not self._is_note(theirs["ref"]):
                return theirs

    def _is_note(self, ref: str) -> bool:
        static = re.sub(r"\[\d+\]", "", our_path(ref))
        return self.form.questions[static].kind is Kind.NOTE


def _is_pyxforms_own(ref: str) -> bool:
    """What pyxform adds for itself: the instance's id, and a calculation for each repeat_count."""
    return "/meta[" in ref or re.search(r"/q\d+_count\[1\]$", ref) is not None


class Stuck(Exception):
    """A required question whose constraint nothing that we try satisfies, or a form that JavaRosa cannot play."""


def _refusal(turn: Turn) -> str:
    again = next(prompt for prompt in turn.prompts if isinstance(prompt, AskAgain))
    return "required" if again.reason == "required" else "constraint"


def relevant_paths(scene: Scene) -> list[str]:
    """Every relevant leaf of a scene, notes and calculations too."""
    found = []
    for spot in scene.script.spots:
        if spot.question is None:
            continue
        for prefixes, _ in scene._instances(spot.chain):
            path = prefixes[-1] + spot.leaf
            if path not in scene.hidden:
                found.append(path)
    return found


def our_path(ref: str) -> str:
    """`/data/q3[1]/q4[2]/q5[1]` as our path: groups are left out, repeats keep their number.

    Names are unique in random forms, so what is a repeat is told by the form: see `mark_repeats`.
    """
    steps = re.findall(r"([\w.-]+)(?:\[(\d+)\])?", ref)[1:]
    *outer, (leaf, _) = steps
    prefix = "".join(f"{name}[{number}]/" for name, number in outer if name in _MARKED)
    return f"{prefix}{leaf}"


_MARKED: set[str] = set()


def mark_repeats(rows: Rows) -> None:
    """Remember which names are repeats."""
    _MARKED.clear()
    _MARKED.update(row["name"] for row in rows["survey"] if row["type"] == "begin repeat")


def same_value(theirs: str, ours: str) -> bool:
    """Equal as texts, or as numbers to 12 digits."""
    if theirs == ours:
        return True
    try:
        return math.isclose(float(theirs), float(ours), rel_tol=1e-12, abs_tol=1e-12)
    except ValueError:
        return False


def same_text(theirs: str, ours: str) -> bool:
    """Equal but for how numbers are written, and the spaces that an XForm folds."""
    theirs, ours = _plain(theirs), _plain(ours)
    return same_value(theirs, ours) or _numbers_alike(theirs, ours)


def _plain(text: str) -> str:
    """Without what pyxform folds: rows of spaces, and curly quotes."""
    return " ".join(text.translate(str.maketrans("‘’“”", "''\"\"")).split())


def _numbers_alike(theirs: str, ours: str) -> bool:
    pattern = r"-?\d+\.?\d*(?:[eE]-?\d+)?"
    if re.split(pattern, theirs) != re.split(pattern, ours):
        return False
    pairs = zip(re.findall(pattern, theirs), re.findall(pattern, ours), strict=True)
    return all(same_value(one, two) for one, two in pairs)
