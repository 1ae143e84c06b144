"""The shipped forms; the one file here that opens files of its own accord."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from dialogues.form import Form
from dialogues.xlsform import load

FORMS = Path(__file__).with_name("forms")


def names() -> tuple[str, ...]:
    """The names of the shipped forms, such as `staff-culture`."""
    return tuple(sorted(path.stem for path in FORMS.glob("*.yaml")))


@lru_cache
def shipped(name: str) -> Form:
    """A shipped form. Raises `KeyError` when there is none of that name."""
    if name not in names():
        raise KeyError(name)
    reading = load(path_of(name))
    if reading.form is None:
        raise ValueError(f"The shipped form {name} cannot be used: {reading.problems[0].message}")
    return reading.form


def path_of(name: str) -> Path:
    """The file of a shipped form."""
    return FORMS / f"{name}.yaml"
