"""A calendar program reads what its owner may see, from an address that nobody guesses and that can be ended."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from msgspec.structs import replace
from typer.testing import CliRunner

from bot.cli import app
from bot.services import appointing
from bot.web.calendars import MOST
from reports.plan import Action, Milestone, State
from storage.slips import AUDITOR, LEAD, OWNER
from tests.bot import stories
from tests.bot.notifying import opened
from tests.bot.signing import Colleague, signed_in
from tests.bot.website import AUDIT, Site, site

ADDRESS = "/lead/account/calendar"
ACTION = Action(id="0a" * 16, number=1, title="Weekly supervision", state=State.AGREED, due=date(2026, 6, 15))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        yield running


def plan(here: Site, owner: str) -> None:
    steps = (
        Milestone("Rota", date(2026, 5, 20), id=1),
        Milestone("Training", date(2026, 6, 1), done=True, id=2),
    )
    with here.storage.writing() as work:
        mine = replace(ACTION, owner=owner, milestones=steps, review=date(2026, 9, 1))
        work.actions.keep(AUDIT, mine)
        work.actions.keep(AUDIT, replace(ACTION, id="0b" * 16, number=2, title="Elsewhere"))
        work.actions.keep(
            AUDIT, replace(ACTION, id="0c" * 16, number=3, title="Over", state=State.CLOSED, owner=owner)
        )


def account(here: Site, colleague: Colleague) -> str:
    with here.storage.reading() as work:
        seats = work.people.seats(AUDIT)
    return next(each.account.hex() for each in seats if each.id.hex().startswith(colleague.person))


async def address(colleague: Colleague, button: str) -> str:
    """The address that is shown once it was made."""
    await colleague.open(ADDRESS)
    page = await colleague.browser.press(button)
    shown = re.search(r"calendar/[A-Za-z0-9_-]{43}\.ics", page.response.text)
    assert shown is not None
    return shown.group()


async def summaries(here: Site, where: str) -> list[str] | int:
    """What a calendar program reads there, that has no cookie of ours."""
    response = await here.browser().client.get(f"/{where}")
    if response.status_code != 200:
        return response.status_code
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    return [str(each["summary"]) for each in Calendar.from_ical(response.content).walk("VEVENT")]


async def test_a_calendar_program_reads_what_its_owner_has_to_do_until_the_address_is_ended(
    here: Site,
) -> None:
    ann = await signed_in(here, OWNER)
    plan(here, account(here, ann))
    mine = ["Milestone: Weekly supervision", "Due: Weekly supervision", "Review: Weekly supervision"]
    first = await address(ann, "Make an address")
    assert await summaries(here, first) == mine
    assert first.removesuffix(".ics").rpartition("/")[2] not in (await ann.open(ADDRESS)).text, (
        "it is shown once"
    )
    second = await address(ann, "Make a new address")
    assert (await summaries(here, first), await summaries(here, second)) == (404, mine)
    with here.storage.database.reading() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM calendars")]
    assert not any(second.rpartition("/")[2][:-4].encode() in bytes(cell) for row in rows for cell in row)
    await ann.open(ADDRESS)
    await ann.browser.press("Turn it off")
    assert await summaries(here, second) == 404


async def test_a_lead_reads_the_whole_plan_and_whoever_lost_their_role_nothing(here: Site) -> None:
    lead, auditor = await signed_in(here, LEAD), await signed_in(here, AUDITOR)
    plan(here, account(here, auditor))
    both = [await address(each, "Make an address") for each in (lead, auditor)]
    found = await summaries(here, both[0])
    assert isinstance(found, list) and "Due: Elsewhere" in found and len(found) == 4
    appointing.remove(here.storage, AUDIT, auditor.person, here.clock)
    assert await summaries(here, both[1]) == 404


async def test_a_program_that_asks_all_the_time_is_told_to_wait(here: Site) -> None:
    client = here.browser().client
    statuses = [(await client.get("/calendar/another.ics")).status_code for _ in range(MOST + 1)]
    assert statuses == [404] * MOST + [429]
    assert (await client.get("/calendar/other.ics")).status_code == 404
    here.clock.move(timedelta(hours=2))
    assert (await client.get("/calendar/another.ics")).status_code == 404


def test_a_plan_is_written_as_a_calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDOUR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CANDOUR_KEY", str(tmp_path / "candour.key"))
    storage = opened(tmp_path)
    with storage.writing() as work:
        work.actions.keep(stories.AUDIT, ACTION)
    storage.close()
    file = tmp_path / "plan.ics"
    assert CliRunner().invoke(app, ["plan", "ics", stories.AUDIT, "--out", str(file)]).exit_code == 0
    assert [str(each["summary"]) for each in Calendar.from_ical(file.read_bytes()).walk("VEVENT")] == [
        "Due: Weekly supervision"
    ]
    wrong = CliRunner().invoke(app, ["plan", "ics", "nowhere", "--out", str(tmp_path / "plan.ics")])
    assert wrong.exit_code != 0 and "There is no audit “nowhere”" in str(wrong.exception)
