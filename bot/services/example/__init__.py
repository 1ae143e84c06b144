"""The example audits of `candour demo`: a made-up home from its audit to its re-audit, and one that is still open.

Everybody in it is synthetic. All of it is played through the real engine and kept as if people had told it, on the days
on which they would have.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.clock import Clock, SetClock
from bot.services import auditing, measuring, reauditing, reporting
from bot.services.access import EXAMPLE_LEAD
from bot.services.appointing import appoint
from bot.services.example import staff
from bot.services.example.casework import Casework
from bot.services.example.decisions import Decisions
from bot.services.example.staff import FORM, PASSPHRASE
from reports.audit.views import View
from storage.slips import LEAD
from storage.unit_of_work import Storage

__all__ = ["AGAIN", "FIRST", "FORM", "OPEN", "PASSPHRASE", "play_example"]

FIRST, AGAIN, OPEN = "rowan-house", "rowan-house-later", "alder-court"
_HEARD_OF_OPEN = 12  # people who have answered where it is still open


async def play_example(storage: Storage, clock: Clock) -> None:
    """The first audit with all that followed, its re-audit, which is closed, and another audit that is open.

    All have the same made-up lead, as whom everybody acts who looks at the example.
    """
    now = clock.now()
    first, later, other = (staff.material_of(name) for name in (FIRST, AGAIN, OPEN))
    opened = SetClock(now - timedelta(days=196))
    auditing.open_audit(storage, staff.described(FIRST, first, opened), staff.forms())
    await staff.hear(storage, FIRST, first["staff"], opened)
    lead, _ = await asyncio.to_thread(appoint, storage, FIRST, LEAD, EXAMPLE_LEAD, clock=opened)
    await asyncio.to_thread(auditing.close_audit, storage, FIRST, SetClock(now - timedelta(days=175)))
    await asyncio.to_thread(_work, storage, FIRST, clock)
    same = f"{FIRST}/{lead}"
    opened = SetClock(now - timedelta(days=45))
    reauditing.open_again(storage, FIRST, AGAIN, later["title"], int(later["staff_count"]), opened)
    await asyncio.to_thread(appoint, storage, AGAIN, LEAD, EXAMPLE_LEAD, same, opened)
    await staff.hear(storage, AGAIN, later["staff"], opened)
    await asyncio.to_thread(auditing.close_audit, storage, AGAIN, SetClock(now - timedelta(days=12)))
    await asyncio.to_thread(_settle, storage, SetClock(now - timedelta(days=6)))
    opened = SetClock(now - timedelta(days=9))
    auditing.open_audit(storage, staff.described(OPEN, other, opened), staff.forms())
    await asyncio.to_thread(appoint, storage, OPEN, LEAD, EXAMPLE_LEAD, same, opened)
    await staff.hear(storage, OPEN, later["staff"][:_HEARD_OF_OPEN], opened)


def _settle(storage: Storage, clock: Clock) -> None:
    """Do what the re-audit proposes, and publish what the board and staff read."""
    found = reauditing.outcome(storage, AGAIN)
    proposed = [each.finding.id for each in found.findings if each.is_new]
    lasting = [each.action.id for each in found.actions if each.proof is not None]
    with storage.reading() as work:
        lead = next(each.account for each in work.people.of(FIRST, LEAD))
    reauditing.settle(storage, AGAIN, [*proposed, *lasting], measuring.hand(lead, LEAD, clock))
    for view in (View.BOARD, View.STAFF):
        reporting.publish(storage, FIRST, view, clock)


def _work(storage: Storage, audit: str, clock: Clock) -> None:
    """What auditors heard and concluded, and what was done about it."""
    heard = Casework(storage, audit, clock)
    heard.play(staff.material_of(f"{audit}-casework"))
    Decisions(heard).play(staff.material_of(f"{audit}-plan"))
