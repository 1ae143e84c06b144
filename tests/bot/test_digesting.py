"""A lead's digest: the pressing first, in one message, and of people without a name no more than the pages say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.memory import Person
from bot.clock import SetClock
from bot.services import auditing, digesting, inviting, theming
from bot.turns import TurnLoop
from dialogues.moves import Answer, Begin, Move, Submit
from reports import digest
from reports.findings import Finding
from reports.plan import Action, State
from storage.casework import CONCERN
from storage.notices import Sending
from storage.receipts import QUICK
from storage.slips import AUDITOR, DEPUTY, LEAD
from storage.unit_of_work import Storage
from tests.bot import coded, instruments
from tests.bot.coded import PASSPHRASE
from tests.bot.signing import signed_in
from tests.bot.stories import AUDIT, NOW, an_audit, clock, concern, culture, message, whole
from tests.bot.test_theming import interviews
from tests.bot.website import site

_NUMBERS = re.compile(r"\d+")


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = Storage.open(tmp_path / "data", tmp_path / "candour.key", cost=QUICK)
    forms = [culture(), concern(), instruments.interview(), instruments.observation()]
    auditing.open_audit(opened, an_audit(), forms)
    auditing.choose_passphrase(opened, AUDIT, PASSPHRASE)
    yield opened
    opened.close()


@pytest.fixture
async def turns(storage: Storage) -> AsyncIterator[TurnLoop]:
    async with TurnLoop(storage, clock()) as loop:
        yield loop


async def somebody(storage: Storage, turns: TurnLoop, role: str) -> Person:
    """Somebody with a role, in a chat."""
    person = Person(turns, role)
    (code,) = inviting.slips(storage, AUDIT, 1, role)
    await person.comes(code)
    return person


def text(storage: Storage, days: int = 0) -> str:
    made = digesting.digest(storage, AUDIT, SetClock(NOW + timedelta(days=days)))
    assert made is not None
    assert len(made.text) <= digest.MOST
    return made.text


def action(number: int, due: int) -> Action:
    return Action(
        id=f"{number:032}",
        number=number,
        title="Weekly supervision for night staff",
        findings=("f1",),
        state=State.AGREED,
        due=NOW.date() + timedelta(days=due),
    )


async def test_it_tells_the_plan_and_that_a_concern_waits_and_nothing_of_it(
    storage: Storage, turns: TurnLoop
) -> None:
    ann = await somebody(storage, turns, LEAD)
    moves: list[Move] = [Begin(), Answer("CANARY"), Submit()]
    for step, move in enumerate(moves):
        await turns.play(message("bob", str(step), move, CONCERN))
    with storage.writing() as work:
        for number, due in enumerate((-9, -3, -2, -1, 5), 1):
            work.actions.keep(AUDIT, action(number, due))
        lead = work.people.ids(AUDIT, LEAD)[0]
        work.notices.mark(work.notices.add(lead, AUDIT, "concern"), Sending.PARKED)
        deputy = work.people.add(AUDIT, DEPUTY, "telegram", "9")
        work.notices.mark(work.notices.add(deputy, AUDIT, "concern"), Sending.PARKED)
    said = "\n".join((await ann.says("/digest"))[-1].text)
    assert "A message about someone at risk waits. Nobody has read it yet." in said
    assert "CANARY" not in said
    assert "4 actions are late:\n• A1 Weekly supervision for night staff, due 25 April 2026" in said
    assert "• and 1 more: /plan" in said
    assert "1 action is due this week:\n• A5 Weekly supervision for night staff, due 9 May 2026" in said
    assert "1 message could not be delivered." in said, "what goes past the lead is not counted"
    assert "• Ask for news of what is late." in said


async def test_a_digest_of_an_open_audit_shows_no_number_of_people_but_k(
    storage: Storage, turns: TurnLoop
) -> None:
    """Whatever was handed in, and on whichever day: fewer than 8, or 8 and more, and no more than once a day."""
    seen = {text(storage)}
    for who in range(9):
        for step, move in enumerate(whole()):
            await turns.play(message(f"p{who}", f"{who}-{step}", move))
        seen.add(text(storage))
    assert len(seen) == 1, "the count is of once a day"
    later = text(storage, days=1)
    for said, heard in ((seen.pop(), "Fewer than 8 people"), (later, "8 or more people")):
        assert heard in said
        assert set(_NUMBERS.findall(said)) == {"1", "2026", "8"}, "the day on which it was opened, and K"


async def test_named_themes_are_told_as_their_page_tells_them_with_a_picture(
    storage: Storage, turns: TurnLoop
) -> None:
    ann = await somebody(storage, turns, LEAD)
    await interviews(ann, "A night nurse", "Nobody came before the morning.", "One nurse for thirty people.")
    await ann.says("/code")
    for _ in range(2):
        await ann.says("ESC" if "came" in " ".join(ann.last.text).rpartition("?")[2] else "CAP")
        if "a weakness" in ann.last.labels:
            await ann.taps("a weakness")
    made = digesting.digest(storage, AUDIT, clock())
    assert made is not None
    assert "1 of 1: 1 weakness" in made.alternative
    assert made.alternative in made.text
    assert made.picture.startswith("<svg")
    with storage.reading() as work:
        letter = digesting.letter(work, work.casework.audit(AUDIT), NOW)
    assert letter is not None
    assert letter.text == made.text
    assert letter.picture.startswith(b"\x89PNG")
    for line in made.alternative.splitlines():
        assert line.partition(". ")[2] in made.picture
    assert "night nurse" not in made.text + made.picture
    assert "Nobody came" not in made.text + made.picture
    assert repr(made) == "Digest"


async def test_every_number_on_themes_stands_on_their_page_before_and_after_publishing(
    tmp_path: Path,
) -> None:
    async with site(tmp_path, demo=False) as here:
        auditor_of = coded.AUDIT
        coded.write(here.storage)
        auditing.close_audit(here.storage, auditor_of, here.clock)
        lead = await signed_in(here, LEAD)
        for publish in (False, True):
            if publish:
                theming.publish(here.storage, auditor_of, here.clock)
            made = digesting.digest(here.storage, auditor_of, here.clock)
            pages = [(await lead.open(f"/lead/audits/{auditor_of}{each}")).text for each in ("", "/themes")]
            assert made is not None
            for number in _NUMBERS.findall(made.text + made.alternative):
                assert number in " ".join(pages), (number, made.text)


def test_nothing_is_said_where_there_is_nothing_to_tell(storage: Storage) -> None:
    auditing.close_audit(storage, AUDIT, clock())
    with storage.writing() as work:
        work.findings.keep(AUDIT, Finding(id="aa" * 16, number=1, title="Rounds"))
        done = Action(id="bb" * 16, number=1, title="x", findings=("aa" * 16,), state=State.CLOSED)
        work.actions.keep(AUDIT, done)
    assert digesting.digest(storage, AUDIT, clock()) is None


async def test_an_auditor_is_told_no_digest(storage: Storage, turns: TurnLoop) -> None:
    cat = await somebody(storage, turns, AUDITOR)
    assert "There is nothing to tell you today." in (await cat.says("/digest"))[-1].text
