"""What leaves in files: named interviews and coded records, the codebook, and counts that disclosure allows.

There is no place here for anonymous words: they cannot leave by mistake.
"""

from __future__ import annotations

from msgspec import Struct

from dialogues.form import Form
from reports import codebook
from reports.coding import Decision
from reports.themes import Results


class Entry(Struct, frozen=True):
    """An entry of a codebook. `code` says where it belongs: `SUP.frequency` below `SUP`."""

    code: str
    name: str
    definition: str = ""


class Heard(Struct, frozen=True):
    """A named interview, record check or observation that was handed in. No words in its repr.

    `id` is hexadecimal, `label` the participant's name or role, `role` and `source_type` codes, `by` the auditor as they want
    to be named (initials or a role). `answers`: path (with instances of repeats) -> stored value.
    """

    id: str
    label: str
    form: Form
    answers: dict[str, str]
    role: str = ""
    source_type: str = ""
    by: str = ""
    language: str = "en"

    def __repr__(self) -> str:
        return "Heard"


class Excerpt(Struct, frozen=True):
    """A piece of an answer, with what each coder (as they want to be named) decided. It has no repr.

    `source` is the id of what was heard, `question` a path without instances; `instance` is that of the repeat it stands in,
    `place` counts the excerpts of one answer from 0. `id` is hexadecimal.
    """

    id: str
    source: str
    question: str
    text: str
    place: int = 0
    instance: str = ""
    decisions: tuple[tuple[str, Decision], ...] = ()

    def __repr__(self) -> str:
        return "Excerpt"


class Project(Struct, frozen=True):
    """One audit, as it leaves. Excerpts of a source that is not among those heard stay behind. It has no repr."""

    name: str
    entries: tuple[Entry, ...]
    heard: tuple[Heard, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    results: Results | None = None
    synthetic: bool = False

    def __repr__(self) -> str:
        return "Project"
