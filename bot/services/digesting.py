"""What a lead is told of an audit once a week, for whoever sends or shows it.

`made` in `bot.digesting` does the work within one transaction.
"""

from __future__ import annotations

from datetime import datetime

from bot import digesting, wording
from bot.clock import Clock
from bot.digesting import Digest
from bot.messages import Letter
from reports import typesetting
from reports.hours import local_day
from storage.casework import Audit
from storage.unit_of_work import Storage, UnitOfWork

WIDTH = 1080  # pixels of the picture


def digest(storage: Storage, audit: str, clock: Clock, language: str = wording.SOURCE) -> Digest | None:
    """The digest of an audit as it is now; None when there is nothing to tell. Raises UnknownAuditError."""
    with storage.writing() as work:
        found = work.casework.audit(audit)
        return digesting.made(work, found, local_day(clock.now()), wording.voice(language), counting=True)


def letter(work: UnitOfWork, audit: Audit, now: datetime) -> Letter | None:
    """The digest of an audit as it is sent each week; None when there is nothing to tell. It writes nothing."""
    found = digesting.made(work, audit, local_day(now), wording.voice(wording.SOURCE))
    return None if found is None else Letter(found.text, picture=picture(found.picture))


def picture(drawn: str) -> bytes:
    """A picture (SVG) of a digest as chats show it (PNG); empty where there is none."""
    return typesetting.png(drawn, width=WIDTH) if drawn else b""
