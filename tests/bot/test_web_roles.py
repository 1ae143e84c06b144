"""What each role sees on the pages that several may open: a lead nothing of what goes past them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.services import auditing
from storage.notices import Sending
from storage.slips import AUDITOR, DEPUTY, LEAD
from storage.tables import concerns
from tests.bot.signing import signed_in
from tests.bot.test_web_lead import someone_worries
from tests.bot.website import AUDIT, Site, site

PAGE = f"/lead/audits/{AUDIT}"
UNREAD, PROGRESS = "that you have not read", "Fewer than 8 people have answered so far."


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        yield running


async def past_the_lead(here: Site) -> bytes:
    """Somebody has told the deputy, and not the lead, of a concern. Returns its id."""
    await someone_worries(here, "CANARY about the lead")
    [concern] = auditing.concerns(here.storage, AUDIT)
    with here.storage.database.writing() as connection:
        connection.execute(update(concerns).where(concerns.c.id == concern.id).values(route="deputy"))
    return concern.id


async def test_a_lead_learns_nothing_of_what_goes_past_them_and_the_deputy_all(here: Site) -> None:
    id_ = await past_the_lead(here)
    with here.storage.writing() as work:
        deputy = work.people.add(AUDIT, DEPUTY, "telegram", "9")
        work.notices.mark(work.notices.add(deputy, AUDIT, "concern"), Sending.PARKED)
    lead, deputy_, auditor = [await signed_in(here, role) for role in (LEAD, DEPUTY, AUDITOR)]
    for other in (lead, auditor):
        for address in ("/lead", PAGE):
            page = await other.browser.open(address)
            assert "CANARY" not in page.html
            assert UNREAD not in page.text
            assert "could not be delivered" not in page.text
    token = (await lead.browser.open("/lead")).values("csrf")[0]
    await lead.browser.send(f"{PAGE}/concerns", [("csrf", token), ("concern", id_.hex())])
    assert UNREAD in (await deputy_.browser.open("/lead")).text, "the lead cannot mark it as read either"
    page = await deputy_.browser.open(PAGE)
    assert "CANARY about the lead" in page.text
    assert "could not be delivered" in page.text
    await deputy_.browser.press("I have read this")
    assert UNREAD not in (await deputy_.browser.open("/lead")).text
    with here.storage.reading() as work:
        assert work.journal.entries()[-1].actor == DEPUTY


async def test_what_is_for_the_lead_is_not_for_the_others(here: Site) -> None:
    await someone_worries(here, "CANARY for the lead")
    for role in (DEPUTY, AUDITOR):
        other = await signed_in(here, role)
        assert "CANARY" not in (await other.browser.open(PAGE)).html
        assert UNREAD not in (await other.browser.open("/lead")).text
    lead = await signed_in(here, LEAD)
    assert "CANARY for the lead" in (await lead.browser.open(PAGE)).text


@pytest.mark.parametrize(
    ("role", "progress", "worries", "ways"),
    [(LEAD, True, True, True), (DEPUTY, False, True, False), (AUDITOR, True, False, False)],
)
async def test_each_role_sees_what_it_is_for(
    here: Site, role: str, *, progress: bool, worries: bool, ways: bool
) -> None:
    person = await signed_in(here, role)
    page = await person.browser.open(PAGE)
    assert (PROGRESS in page.text) is progress
    assert ("Messages about someone at risk" in page.text) is worries
    assert ("Close and publish" in page.links) is ways
    assert ("How small a group may be shown" in page.links) is ways
    assert (PROGRESS in (await person.browser.open("/lead")).text) is progress
