"""Document -> PDF/UA-1 by Typst: tagged, with bookmarks, links to evidence and page numbers. The same, the same bytes.

What people wrote is given to Typst as values, never as source: nothing in it can run or change the page.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from reports import typesetting
from reports.audit.blocks import Card, Document, Figure, Table, lines
from reports.audit.paper import EVIDENCE, Imprint, is_drawn, paper, room, shape, softened, spoken, svg

TEMPLATE = "report.typ"
_RUNNING = 90  # letters of the title above each page
_ON_A_PAGE = 2000  # letters of a finding that fit on a page, with room to spare: such a one is not broken


def pdf(document: Document, imprint: Imprint) -> bytes:
    """The document as a file to print and to read with a screen reader."""
    running = softened(f"{document.title} – {document.subtitle}"[:_RUNNING])
    given = {"imprint": imprint, "evidence": EVIDENCE, "running": running}
    values = {"document": _laid(paper(document)), **given}
    return typesetting.pdf(TEMPLATE, {"report": msgspec.json.encode(values).decode()})


def _laid(value: object) -> object:
    """The value as Typst takes it: a struct becomes a dictionary that says of what type it is."""
    match value:
        case str():
            return softened(value)
        case tuple():
            return [_laid(each) for each in value]
        case Figure():
            drawn = _drawn(value) if is_drawn(value) else {}
            return {**_fields(value, "id", "title", "description", "table"), **drawn}
        case Card():
            return {**_fields(value, *value.__struct_fields__), "long": _letters(value) > _ON_A_PAGE}
        case Table():
            return {**_fields(value, *value.__struct_fields__), "shape": _laid(shape(value))}
        case Struct():
            return _fields(value, *value.__struct_fields__)
    return value


def _drawn(figure: Figure) -> dict[str, object]:
    picture = svg(figure)
    return {"picture": picture, "alt": spoken(figure), "room": room(picture)}


def _fields(value: Struct, *names: str) -> dict[str, object]:
    found = {name: _laid(getattr(value, name)) for name in names}
    return {"type": type(value).__name__.lower(), **found}


def _letters(card: Card) -> int:
    return sum(len(line.text) for line in lines(card))
