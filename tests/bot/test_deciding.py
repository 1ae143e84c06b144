"""What a lead decides in a chat with the code of their app. What does not fit changes nothing, and it is said why."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot import hearing
from bot.channels.memory import Person
from bot.clock import SetClock
from bot.errors import NowhereError
from bot.messages import Decision, Words
from bot.services import access, auditing, inviting, planning
from bot.services.deciding import Decider
from bot.turns import TurnLoop
from reports.findings import Finding, Standing
from storage.casework import Status
from storage.journal import AuditClosed
from storage.receipts import QUICK
from storage.slips import AUDITOR, DEPUTY, LEAD
from storage.unit_of_work import Storage
from tests.bot import again
from tests.bot.again import AGAIN, BASELINE, HIGH
from tests.bot.codes import App, an_app
from tests.bot.stories import AUDIT, RELEASE, an_audit, clock, concern, culture
from tests.epochs import epochs_in


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = Storage.open(tmp_path / "data", tmp_path / "candour.key", cost=QUICK, epochs=epochs_in(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def now() -> SetClock:
    return clock()


@pytest.fixture
async def turns(storage: Storage, now: SetClock) -> AsyncIterator[TurnLoop]:
    async with TurnLoop(storage, now, decides=Decider(storage, now)) as turns:
        yield turns


async def comes(turns: TurnLoop, storage: Storage, role: str, *audits: str) -> Person:
    person = Person(turns, role)
    for audit in audits:
        (code,) = inviting.slips(storage, audit, 1, role)
        await person.comes(code)
    return person


def opened(storage: Storage, *audits: str, passphrase: bool = True) -> None:
    for name in audits:
        auditing.open_audit(storage, an_audit(name), [culture(), concern()])
        if passphrase:
            with storage.writing() as work:
                work.casework.set_release_key(name, RELEASE)


def standings(storage: Storage) -> list[Standing]:
    """Of the findings of the baseline, by their numbers."""
    found = [each.finding for each in planning.findings(storage, BASELINE)]
    return [each.standing for each in sorted(found, key=lambda each: each.number)]


def is_open(storage: Storage, audit: str = AUDIT) -> bool:
    return auditing.audit(storage, audit).status is Status.OPEN


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("/close 123456", Decision("close", "", "123456")),
        (" /Close@candour_bot Rowan-House 123 456", Decision("close", "rowan-house", "123456")),
        ("/settle 123456 f1 A12", Decision("settle", "", "123456", frozenset({"F1", "A12"}))),
        ("/settle A1 again ١٢٣٤٥٦", Decision("settle", "again", "123456", frozenset({"A1"}))),
        ("/close f2 123456", Decision("close", "f2", "123456")),
        ("/close 2026 123 456", Decision("close", "2026", "123456")),
        ("/close rowan house 123456", Decision("close", "rowan house", "123456")),
        ("/close", None),
        ("/close 123 rowan-house 456", None),
        ("/close 12345", None),
        ("/close rowan-house", None),
        ("close 123456", None),
        ("/closer 123456", None),
        ("", None),
    ],
)
def test_a_decision_is_a_command_with_six_digits(typed: str, heard: Decision | None) -> None:
    assert hearing.decision(Words(typed)) == heard


async def test_only_the_next_code_of_the_lead_closes_an_audit(
    storage: Storage, turns: TurnLoop, now: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    opened(storage, AUDIT)
    caplog.set_level(logging.DEBUG)
    lead = await comes(turns, storage, LEAD, AUDIT)
    await lead.says("/close 123456")
    assert lead.last.text[0].startswith("You have no app"), "only a passkey, or nothing yet"
    app = await an_app(lead, storage, now)
    await lead.says("/audits")
    await lead.taps("Close it")
    assert lead.last.text[1].startswith("Rowan House\nFewer than 8 people")
    for wrong in ("/close 000000", "/close rowan-house 12345"):
        await lead.says(wrong)
        assert lead.last.text[0].startswith(("These digits are not right", "Closing an audit is final."))
    assert is_open(storage)
    code = app.shows()
    await lead.says(f"/close {code}")
    assert lead.last.text[0] == "Rowan House is closed, and its report is made."
    await lead.says(f"/close {code}")
    assert lead.last.text == ("None of your audits is open.",)
    await lead.says("/close")
    assert lead.last.text == ("None of your audits is open.",)
    with storage.reading() as work:
        assert [each.actor for each in work.journal.entries() if each.what == AuditClosed()] == [LEAD]
    assert code not in caplog.text


async def test_a_code_is_taken_once_and_after_twenty_wrong_ones_none(
    storage: Storage, turns: TurnLoop, now: SetClock
) -> None:
    opened(storage, AUDIT, "second")
    lead = await comes(turns, storage, LEAD, AUDIT, "second")
    app = await an_app(lead, storage, now)
    code = app.shows()
    await lead.says(f"/close second {code}")
    assert not is_open(storage, "second")
    await lead.says(f"/close {AUDIT} {code}")
    assert "were used before" in lead.last.text[0]
    for _ in range(access.LOCKED - 1):
        await lead.says("/close 000000")
    await lead.says(f"/close {app.shows()}")
    assert lead.last.text[0].startswith("There were too many wrong codes.")
    assert is_open(storage)


async def test_it_must_be_clear_which_audit_is_meant(
    storage: Storage, turns: TurnLoop, now: SetClock
) -> None:
    opened(storage, AUDIT, "second")
    opened(storage, "third")
    lead = await comes(turns, storage, LEAD, AUDIT, "second")
    app = await an_app(lead, storage, now)
    for said in (f"/close {app.shows()}", f"/close third {app.shows()}", f"/close F1 {app.shows()}"):
        await lead.says(said)
        assert [line.split(" and then ")[0] for line in lead.last.text[1:]] == [
            f"/close {AUDIT}",
            "/close second",
        ]
    assert all(is_open(storage, name) for name in (AUDIT, "second", "third"))


async def test_what_is_called_like_a_finding_is_no_other_audit(
    storage: Storage, turns: TurnLoop, now: SetClock
) -> None:
    opened(storage, AUDIT, "f2")
    lead = await comes(turns, storage, LEAD, AUDIT, "f2")
    app = await an_app(lead, storage, now)
    await lead.says(f"/close f2 {app.shows()}")
    assert not is_open(storage, "f2")
    for name in ("f2", "F1"):
        await lead.says(f"/close {name} {app.shows()}")
        assert is_open(storage)


async def test_the_passphrase_comes_first_and_never_in_a_chat(
    storage: Storage, turns: TurnLoop, now: SetClock
) -> None:
    opened(storage, AUDIT, passphrase=False)
    lead = await comes(turns, storage, LEAD, AUDIT)
    app = await an_app(lead, storage, now)
    await lead.says(f"/close {app.shows()}")
    assert lead.last.text[0].startswith("First choose the passphrase")
    assert is_open(storage)


async def test_to_others_it_is_a_word_like_any(storage: Storage, turns: TurnLoop, now: SetClock) -> None:
    opened(storage, AUDIT)
    auditor = await comes(turns, storage, AUDITOR, AUDIT)
    app = await an_app(auditor, storage, now)
    await auditor.says(f"/close {app.shows()}")
    assert list(auditor.last.text) == ["None of your audits is open."], "none that they lead"
    deputy = await comes(turns, storage, DEPUTY, AUDIT)
    for person in (deputy, Person(turns, "stranger")):
        with pytest.raises(NowhereError):
            await person.says("/close 123456")
    assert is_open(storage)


@pytest.fixture
async def settling(storage: Storage, turns: TurnLoop, now: SetClock) -> tuple[Person, App]:
    """The lead of an audit and of its re-audit, which improved."""
    again.baseline(storage)
    again.findings(storage, "CAP")
    with storage.writing() as work:
        work.findings.keep(
            BASELINE, Finding(id="b2" * 16, number=2, title="Nights are short", themes=("CAP",))
        )
    again.again(storage, HIGH)
    lead = await comes(turns, storage, LEAD, BASELINE, AGAIN)
    return lead, await an_app(lead, storage, now)


async def test_a_lead_settles_a_part_and_then_the_rest(
    storage: Storage, settling: tuple[Person, App]
) -> None:
    lead, app = settling
    await lead.says("/changed")
    proposed = next(each for each in lead.last.text if each.startswith("This is proposed:"))
    assert proposed.count("•") == 3, proposed
    await lead.says(f"/settle {app.shows()} F7")
    assert lead.last.text[0] == "Nothing new is proposed for F7. Nothing has changed."
    await lead.says("/settle 000000 F1")
    assert lead.last.text[0].startswith("These digits are not right")
    await lead.says(f"/settle {app.shows()} F2")
    assert list(lead.last.text) == ["Done: F2.", "1 finding is closed."]
    assert standings(storage) == [Standing.OPEN, Standing.CLOSED]
    await lead.says(f"/settle {app.shows()}")
    assert list(lead.last.text) == ["Done: F1, A1.", "1 finding is closed.", "1 action is embedded."]
    await lead.says(f"/settle {app.shows()}")
    assert list(lead.last.text) == ["Nothing is left to decide here."]


@pytest.mark.usefixtures("settling")
async def test_who_leads_one_of_both_audits_settles_nothing(
    storage: Storage, turns: TurnLoop, now: SetClock
) -> None:
    other = Person(turns, "other")
    (code,) = inviting.slips(storage, AGAIN, 1, LEAD)
    await other.comes(code)
    app = await an_app(other, storage, now)
    await other.says("/changed")
    assert list(other.last.text) == ["None of your audits looks at another one again."]
    await other.says(f"/settle {app.shows()}")
    assert other.last.text == ("Only a lead of both audits can decide this.",)
    assert set(standings(storage)) == {Standing.OPEN}
