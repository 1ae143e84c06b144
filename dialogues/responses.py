"""What is handed in at the end: the relevant answers, by the names of their questions."""

from __future__ import annotations

import math
from datetime import date
from typing import TypeAlias

from dialogues.form import Kind, Question
from dialogues.interview import Value
from dialogues.outline import Spot
from dialogues.scene import Scene
from dialogues.values import to_number

Json: TypeAlias = "str | int | float | list[str] | list[Response]"
Response: TypeAlias = dict[str, Json]


def collect(scene: Scene) -> Response:
    """Every relevant, answered question and calculation; hidden ones never. Repeats are lists of objects.

    Whole numbers are integers, several choices a list, everything else the text that XLSForm stores.
    The keys are names; questions that share a name are told apart by their group (`group/name`).
    """
    return _collect(scene, scene.script.outline.root, ("",))


def _collect(scene: Scene, parent: Spot, prefixes: tuple[str, ...]) -> Response:
    found: Response = {}
    for spot in parent.children:
        path = prefixes[-1] + spot.leaf
        if path in scene.hidden:
            continue
        question = spot.question
        if question is not None:
            if path in scene.values:
                found[spot.leaf] = as_json(question, scene.values[path])
        elif spot.is_repeat:
            found[spot.leaf] = [
                _collect(scene, spot, (*prefixes, f"{path}[{number}]/"))
                for number in range(1, scene.counts.get(path, 0) + 1)
            ]
        else:
            found.update(_collect(scene, spot, prefixes))
    return found


def as_json(question: Question, value: Value) -> Json:
    """One value, as plain JSON. What a default or calculation made of a number's question may be no number."""
    match question.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            number = to_number(value)
            if not math.isfinite(number):
                return value
            return int(number) if number.is_integer() else number
        case Kind.SELECT_MULTIPLE | Kind.RANK:
            return value.split()
        case _:
            return value


def text_of(response: Response, name: str) -> str:
    """An answer as text, several choices separated by spaces; '' when there is none."""
    value = response.get(name, "")
    return " ".join(map(str, value)) if isinstance(value, list) else str(value).strip()


def whole_of(response: Response, name: str, otherwise: int = 0) -> int:
    """An answer as a whole number, or `otherwise` when it is none."""
    value = text_of(response, name)
    return int(value) if value.isascii() and value.isdecimal() else otherwise


def day_of(response: Response, name: str) -> date | None:
    """An answer as a day, or None when there is none."""
    value = text_of(response, name)
    return date.fromisoformat(value) if value else None


def rows_of(response: Response, name: str) -> tuple[Response, ...]:
    """What was said each time in a repeat."""
    value = response.get(name, ())
    return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()
