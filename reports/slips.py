"""Invitations as a sheet of A4 to print and cut: tagged PDF, with the codes to scan and to type.

The order of the slips is the caller's; each says the same but for its code. Nothing is written anywhere.
"""

from __future__ import annotations

import msgspec
import segno
from msgspec import Struct

from dialogues.wordless import Wordless
from reports import typesetting

TEMPLATE = "slips.typ"
_CORRECTED = "m"  # how much of a code may be torn or stained: 15 %


class QR(Wordless, frozen=True):
    """A code to scan: where it leads, what stands below, what is read out instead. It has no repr."""

    address: str
    caption: str
    alt: str


class Invitation(Wordless, frozen=True):
    """One slip: its code as it is typed, and those to scan. It has no repr."""

    code: str
    scanned: tuple[QR, ...]


class Sheet(Struct, frozen=True):
    """All slips of a sheet, and the words on each: heading, paragraphs, what to do at risk, before the code."""

    language: str
    title: str
    heading: str
    text: tuple[str, ...]
    risk: str
    by_hand: str
    invitations: tuple[Invitation, ...]


def pdf(sheet: Sheet) -> bytes:
    """The sheet as PDF/UA-1, without a date, in fonts that come with us: its languages are those of staff.

    A name in a script that no font here has leaves boxes, and only then it is plain tagged PDF.
    """
    values = msgspec.to_builtins(sheet)
    for invitation in values["invitations"]:
        for scanned in invitation["scanned"]:
            scanned["picture"] = _drawn(scanned.pop("address"))
    return typesetting.pdf(TEMPLATE, {"sheet": msgspec.json.encode(values).decode()})


def _drawn(address: str) -> str:
    """The code to scan, as SVG; the white around it is the template's."""
    return segno.make_qr(address, error=_CORRECTED).svg_inline(border=0, omitsize=True)
