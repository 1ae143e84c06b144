"""A notice is decided on when its time comes: whether it still holds, what it says, and what the lead is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.contacts import SHIPPED
from bot.services import noticing
from bot.services.noticing import Decision, Due, Parked
from storage import keys
from storage.casework import CONCERN
from storage.journal import Remembered
from storage.keys import Keys
from storage.notices import REMINDER
from storage.slips import LEAD, OWNER
from storage.unit_of_work import Storage
from tests.bot import website
from tests.bot.notifying import opened
from tests.bot.stories import AUDIT
from tests.bot.website import Browser, Site, site

ADDRESS = "7004001337"
NIGHT = datetime(2026, 5, 5, 3, tzinfo=UTC)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = opened(tmp_path)
    yield storage
    storage.close()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as running:
        yield running


@pytest.fixture
async def browser(here: Site) -> AsyncIterator[Browser]:
    browser = here.browser()
    yield browser
    await browser.client.aclose()


def noted(
    storage: Storage, audit: str = AUDIT, kind: str = CONCERN, channel: str = "telegram"
) -> tuple[bytes, bytes]:
    """A lead of the audit, and a notice for them."""
    with storage.writing() as work:
        lead = work.people.add(audit, LEAD, channel, ADDRESS)
        return lead, work.notices.add(lead, audit, kind)


def due(storage: Storage, notice: bytes, language: str = "en") -> Decision:
    """What is to be done with it in the middle of the night: what is urgent never waits."""
    return noticing.due_message(storage, notice, NIGHT, SHIPPED, language)


def test_the_lead_is_told_that_there_is_a_concern_and_what_to_do(storage: Storage) -> None:
    lead, notice = noted(storage)
    found = due(storage, notice)
    assert isinstance(found, Due)
    assert (found.person.id, found.person.channel, found.person.address) == (lead, "telegram", ADDRESS)
    assert (
        found.letter.text
        == "Someone raised a concern in the audit “Rowan House”.\n\nOpen Candour and read it today."
    )


def test_it_is_said_in_welsh_too(storage: Storage) -> None:
    _, notice = noted(storage)
    found = due(storage, notice, "cy")
    assert isinstance(found, Due)
    assert found.letter.text.startswith("Cododd rhywun bryder yn yr archwiliad “Rowan House”.")


def test_what_was_sent_is_not_due_any_more(storage: Storage) -> None:
    _, notice = noted(storage)
    noticing.mark_sent(storage, notice)
    assert due(storage, notice) is None
    assert not noticing.park(storage, notice, NIGHT)
    assert noticing.parked(storage, AUDIT) == ()


def test_what_is_parked_is_not_due_any_more(storage: Storage) -> None:
    _, notice = noted(storage)
    assert noticing.park(storage, notice, NIGHT)
    assert due(storage, notice) is None
    assert not noticing.park(storage, notice, NIGHT)
    assert noticing.parked(storage, AUDIT) == (Parked(LEAD, "telegram", CONCERN),)


def test_nobody_is_told_who_was_removed(storage: Storage) -> None:
    lead, notice = noted(storage)
    with storage.writing() as work:
        work.people.remove(lead)
    assert due(storage, notice) is None


def test_nobody_is_told_of_an_audit_that_there_is_not(storage: Storage) -> None:
    _, notice = noted(storage, audit="elsewhere")
    assert due(storage, notice) is None


def test_whom_no_key_opens_is_not_told_but_shown(storage: Storage, tmp_path: Path) -> None:
    _, notice = noted(storage)
    another = tmp_path / "another.key"
    keys.create(another)
    stranger = Storage(storage.database, Keys.open(another), Remembered(another))
    assert due(stranger, notice) is None
    assert noticing.park(stranger, notice, NIGHT)
    assert noticing.parked(stranger, AUDIT) == (Parked("", "", CONCERN),)


def test_there_is_nothing_to_say_of_a_kind_that_we_do_not_know(storage: Storage) -> None:
    _, notice = noted(storage, kind="birthday")
    assert due(storage, notice) is None


def test_of_a_notice_that_there_is_not_nothing_is_due(storage: Storage) -> None:
    assert due(storage, bytes(16)) is None
    assert not noticing.park(storage, bytes(16), NIGHT)


def test_no_repr_says_how_to_reach_anybody(storage: Storage) -> None:
    _, notice = noted(storage)
    assert ADDRESS not in repr(due(storage, notice))


async def test_the_lead_reads_what_could_not_be_delivered(here: Site, browser: Browser) -> None:
    page = await browser.open(f"/lead/audits/{website.AUDIT}")
    assert "could not be delivered" not in page.text
    for channel in ("telegram", "telegram", "pigeon"):
        _, notice = noted(here.storage, website.AUDIT, channel=channel)
        noticing.park(here.storage, notice, NIGHT)
    with here.storage.writing() as work:
        owner = work.people.add(website.AUDIT, OWNER, "telegram", ADDRESS)
        late = work.notices.add_once(owner, website.AUDIT, REMINDER, bytes(16), "due:2026-05-04:+0")
        person = work.people.get(owner)
        assert person is not None
        work.access.rename(person.account, "night team lead")
    assert late is not None
    noticing.park(here.storage, late, NIGHT)
    page = await browser.open(f"/lead/audits/{website.AUDIT}")
    assert "Reminders do not reach night team lead. Please speak to them." in page.text
    assert "1 reminder of an action could not be delivered." in page.text
    assert "2 messages could not be delivered to the safeguarding lead on Telegram." in page.text
    assert "1 message could not be delivered to the safeguarding lead." in page.text
    assert "What it was about is on this page." in page.text
