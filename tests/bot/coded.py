"""An audit with words to code, for tests: people wrote, it was closed, and the lead unlocked what they wrote."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from bot.clock import Clock
from bot.services import auditing, coding
from dialogues import library
from dialogues.form import Form, Kind
from dialogues.responses import Response
from storage.answers import Submission
from storage.casework import Audit
from storage.receipts import QUICK
from storage.unit_of_work import Storage

AUDIT = "rowan"
PASSPHRASE = "copper lantern tuesday marsh"
SAID = (
    "My supervision was cancelled four times. Nobody asked why we were so tired.",
    "The night manager walks round and asks how we are.",
    "Two agency staff for twenty people at night.",
    "We told the GP twice about the sore. No one rang back. The plan was not changed either.",
    "Handover is rushed, so things get lost.",
    "I was shown how to use the hoist on my first day.",
    "I like the garden.",
    "When I said something was wrong I was moved to another unit.",
)


def open_storage(folder: Path) -> Storage:
    return Storage.open(folder / "data", folder / "candour.key", cost=QUICK)


def questions(form: Form) -> list[str]:
    """Those that are answered in one's own words."""
    return [path for path, each in form.questions.items() if each.kind is Kind.TEXT and "/" not in path]


def tags(who: int) -> bytes:
    return hashlib.sha256(bytes([who])).digest()


def write(storage: Storage, audit: str = AUDIT) -> None:
    """Each of eight people answers one question in their own words, four of them a second one."""
    form = library.shipped("staff-culture")
    first, second, *_ = questions(form)
    with storage.writing() as work:
        public = work.casework.keys_of(audit).public
        for who, words in enumerate(SAID):
            said: Response = {"role_group": "care", first: words}
            if who % 2:
                said[second] = f"More time to talk about our work, {who} hours."
            work.answers.submit([Submission(audit, form.digest, public, said, tags(who))])


def begin(storage: Storage, clock: Clock, audit: str = AUDIT) -> None:
    """An open audit in which people wrote something."""
    opened = Audit(
        id=audit,
        name="Rowan House: audit",
        service="Rowan House",
        incident="Neglect",
        staff_count=20,
        opened_on=date(2026, 5, 4),
        synthetic=True,
    )
    auditing.open_audit(storage, opened, [library.shipped("staff-culture")])
    auditing.choose_passphrase(storage, audit, PASSPHRASE, clock)
    write(storage, audit)


def fill(storage: Storage, clock: Clock, audit: str = AUDIT) -> None:
    """Words that are unlocked and wait to be coded."""
    begin(storage, clock, audit)
    auditing.close_audit(storage, audit, clock)
    coding.unlock(storage, audit, PASSPHRASE, clock)
