"""Views: what each reader is shown of a report, in which order and under which headings."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import NamedTuple, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from reports.audit.blocks import Document, Section, lines
from reports.audit.model import AuditReport
from reports.audit.views import board, commissioner, cqc, full, staff
from reports.audit.views.sections import facts
from reports.rendering import visible

SYNTHETIC = "Synthetic example: invented people, invented answers. Nothing here is about a real service."
DRAFT = "Draft: this was not published, and may change."
_Value = TypeVar("_Value")


class View(StrEnum):
    """For whom a report is."""

    FULL = "full"
    BOARD = "board"
    COMMISSIONER = "commissioner"
    CQC = "cqc"
    STAFF = "staff"


class _Made(NamedTuple):
    title: str
    sections: Callable[[AuditReport], tuple[Section, ...]]


_VIEWS: dict[View, _Made] = {
    View.FULL: _Made(full.TITLE, full.sections),
    View.BOARD: _Made(board.TITLE, board.sections),
    View.COMMISSIONER: _Made(commissioner.TITLE, commissioner.sections),
    View.CQC: _Made(cqc.TITLE, cqc.sections),
    View.STAFF: _Made(staff.TITLE, staff.sections),
}


def document(report: AuditReport, view: View, *, draft: bool = False) -> Document:
    """A report as this reader is shown it, with the evidence that it names and no more. A draft says that it is one."""
    made = _VIEWS[view]
    shown = made.sections(report)
    named = {label for line in lines(shown) for label in line.evidence}
    found = Document(
        view=view.value,
        title=made.title,
        subtitle=report.about.name,
        facts=facts(report),
        sections=shown,
        index=tuple(replace(each, reference="") for each in report.index if each.label in named),
        notice=" ".join(filter(None, (DRAFT if draft else "", SYNTHETIC if report.about.synthetic else ""))),
    )
    return _cleared(found)


def _cleared(value: _Value) -> _Value:
    """The same without control and direction characters, wherever words stand in it."""
    found: object = value
    match value:
        case Enum():
            pass
        case str():
            found = visible(value)
        case Struct():
            fields = {name: _cleared(getattr(value, name)) for name in value.__struct_fields__}
            found = replace(value, **fields)
        case tuple():
            found = tuple(map(_cleared, value))
    return found  # type: ignore[return-value]


__all__ = ["DRAFT", "SYNTHETIC", "View", "document"]
