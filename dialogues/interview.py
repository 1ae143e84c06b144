"""All that is remembered of one interview between two turns.

The position inside the form is not stored: it is derived from `answers` and `done`.
Paths name a question, and inside repeats its instance: `visits[2]/length`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeAlias

import msgspec
from msgspec import Struct

from dialogues.form import Choice

Path: TypeAlias = str
Value: TypeAlias = str  # what XLSForm sees: several choices are separated by spaces, dates are ISO 8601


class State(StrEnum):
    """Where an interview stands. `dialogues.lifecycle` holds the moves between them."""

    INVITED = "invited"
    CONSENTING = "consenting"
    ASKING = "asking"
    CONFIRMING = "confirming"
    REVIEWING = "reviewing"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Interview(Struct, frozen=True, dict=True, omit_defaults=True):
    """One person's run through a form.

    `done` holds the paths that were answered or skipped; `answers` also keeps what is hidden at present,
    should it become relevant again. `counts` holds the instances of each repeat. `editing` is the path
    that is asked although it is done. `pending` is a text that waits to be confirmed: it may identify
    its writer. `marked` holds the choices that are marked at the question that waits, None before the first
    mark. `focus` is the section that was jumped to, while something in it is still to be asked. `known` holds what
    the audit knows already of what the form asks; before consent it is kept apart, since then nothing is an answer.
    `lists` holds the choices of the form's external lists, as they were when it began.
    `turn` counts what was changed, so that a button can tell which question it belongs to.
    `seed` makes chance repeatable. `seen` is the time of the last turn, noted only for forms whose rules
    look at the clock: their questions depend on it. It has no repr: nobody's words leave by accident.
    """

    form: str
    language: str
    state: State = State.INVITED
    answers: dict[Path, Value] = {}
    done: frozenset[Path] = frozenset()
    counts: dict[Path, int] = {}
    editing: Path | None = None
    pending: Value | None = None
    marked: tuple[str, ...] | None = None
    focus: Path | None = None
    known: dict[Path, Value] = {}
    lists: dict[str, tuple[Choice, ...]] = {}
    turn: int = 0
    seed: str = ""
    seen: str = ""

    def __repr__(self) -> str:
        return f"Interview({self.state}, turn {self.turn})"


def static(path: Path) -> Path:
    """`visits[2]/length` without its instance: `visits/length`."""
    return _INSTANCE.sub("", path) if "[" in path else path


def instance(path: Path) -> Path:
    """The instance of the innermost repeat that a path stands in, `visits[2]`, or '' outside of any."""
    return path[: path.rfind("]") + 1]


_INSTANCE = re.compile(r"\[\d+\]")
_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(Interview)


def encode(interview: Interview) -> bytes:
    """The interview as it is stored."""
    return _encoder.encode(interview)


def decode(content: bytes) -> Interview:
    """The interview that was stored. Raises `msgspec.DecodeError` when the bytes are none."""
    return _decoder.decode(content)
