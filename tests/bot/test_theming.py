"""From an auditor's interview to the themes, the matrix and a file that leaves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from bot.channels.memory import CHANNEL, Person
from bot.clock import SetClock
from bot.services import auditing, coding, interviewing, inviting, keeping, theming
from bot.services.theming import Format
from bot.turns import TurnLoop
from reports.coding import Coded, Decision, Direction
from reports.disclosure import Size
from storage.cases import CaseStatus
from storage.errors import AlreadyPublishedError, AuditOpenError
from storage.journal import ReportPublished
from storage.receipts import QUICK
from storage.slips import AUDITOR, LEAD
from storage.unit_of_work import Storage
from tests.bot import coded, instruments
from tests.bot.coded import PASSPHRASE
from tests.bot.stories import AUDIT, NOW, an_audit, clock, culture

WEAK, STRONG = Direction.WEAKNESS, Direction.STRENGTH


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = Storage.open(tmp_path / "data", tmp_path / "candour.key", cost=QUICK)
    auditing.open_audit(opened, an_audit(), [culture(), instruments.interview(), instruments.observation()])
    auditing.choose_passphrase(opened, AUDIT, PASSPHRASE)
    yield opened
    opened.close()


@pytest.fixture
async def ann(storage: Storage) -> AsyncIterator[Person]:
    """An auditor in a chat."""
    async with TurnLoop(storage, clock()) as turns:
        person = Person(turns, "ann")
        (code,) = inviting.slips(storage, AUDIT, 1, AUDITOR)
        await person.comes(code)
        yield person


async def interviews(ann: Person, who: str, told: str, rota: str) -> None:
    """Talk with somebody, and hand it in."""
    await ann.says("/interviews")
    await ann.taps("New: Talk with staff")
    if "What kind of harm is it about?" in (await ann.says(who))[-1].text:
        await ann.taps("Skip")
    for said in (told, "/skip", rota):
        await ann.says(said)
    await ann.taps("Hand in my answers")


async def test_an_interview_is_coded_seen_in_the_matrix_and_leaves_as_files(
    storage: Storage, ann: Person
) -> None:
    await interviews(ann, "A night nurse", "Nobody came before the morning.", "One nurse for thirty people.")
    await interviews(ann, "The manager", "The lead came at once.", "Two nurses, always.")
    await ann.says("/code")
    for _ in range(4):
        words = " ".join(ann.last.text)
        await ann.says("ESC" if "came" in words.rpartition("?")[2] else "CAP")
        wanted = "a strength" if "at once" in words or "always" in words else "a weakness"
        if wanted in ann.last.labels:  # else it was guessed
            await ann.taps(wanted)
    assert "Everything is coded." in ann.last.text
    found = theming.found(storage, AUDIT)
    assert not found.closed
    assert (found.results.people, found.results.sources) == (2, 2)
    staffing = next(each for each in found.results.themes if each.theme == "CAP")
    assert (staffing.people.weakness, staffing.people.strength) == (1, 1)
    charted = {
        found.labels[row.source.id]: [
            [(found.excerpts[excerpt], directions) for excerpt, directions in cell.excerpts]
            for cell in row.cells
        ]
        for row in found.matrix.rows
    }
    assert found.matrix.themes == ("ESC", "CAP")
    assert charted == {
        "A night nurse": [
            [("Nobody came before the morning.", (WEAK,))],
            [("One nurse for thirty people.", (WEAK,))],
        ],
        "The manager": [[("The lead came at once.", (STRONG,))], [("Two nurses, always.", (STRONG,))]],
    }
    project = theming.export(storage, AUDIT, Format.QDPX, clock(), AUDITOR)
    with zipfile.ZipFile(io.BytesIO(project)) as packed:
        inside = b"".join(packed.read(name) for name in packed.namelist())
    assert b"One nurse for thirty people." in inside
    assert msgspec.json.decode(theming.export(storage, AUDIT, Format.JSON, clock(), AUDITOR))
    for made in Format:
        assert theming.export(storage, AUDIT, made, clock(), AUDITOR)


async def test_an_observation_has_the_theme_that_it_was_noted_with_and_needs_no_coding(
    storage: Storage, ann: Person
) -> None:
    await ann.says("/observe")
    await ann.says("The notes of supervision are empty since March.")
    await ann.says("Office, Tuesday")
    await ann.taps("How often there is supervision")
    await ann.taps("A weakness")
    await ann.taps("Hand in my answers")
    await ann.says("/code")
    assert "Everything is coded." in ann.last.text
    auditing.close_audit(storage, AUDIT, clock())
    supervision = next(each for each in theming.found(storage, AUDIT).results.themes if each.theme == "SUP")
    assert supervision.sources.weakness == 1


async def test_what_opened_an_audit_is_no_evidence_in_it(storage: Storage) -> None:
    auditing.offer_forms(storage, AUDIT, [instruments.opening()], clock())
    async with TurnLoop(storage, clock()) as turns:
        lead = Person(turns, "lou")
        (code,) = inviting.slips(storage, AUDIT, 1, LEAD)
        await lead.comes(code)
        await lead.says("/interviews")
        await lead.taps("New: A new audit")
        await lead.says("second-audit")
        for title in ("A secret title", "A secret incident", "/skip", "5", "/skip"):
            await lead.says(title)
        await lead.taps("Hand in my answers")
    auditing.close_audit(storage, AUDIT, clock())
    with storage.reading() as work:
        assert [each.status for each in work.cases.of(AUDIT)] == [CaseStatus.HANDED_IN]
    found = theming.found(storage, AUDIT)
    assert (found.results.people, found.results.sources, found.labels) == (0, 0, {})
    assert b"secret" not in theming.export(storage, AUDIT, Format.JSON, clock(), LEAD)


async def test_what_is_settled_counts_else_what_was_coded_openly(storage: Storage, ann: Person) -> None:
    await interviews(ann, "A night nurse", "Nobody came.", "Thirty people for one nurse.")
    with storage.reading() as work:
        account = work.people.at(CHANNEL, "ann")[0].account
        excerpt = work.excerpts.of(AUDIT)[0].id
    coding.decide(storage, AUDIT, account, excerpt, Decision((Coded("CAP", WEAK),)))
    coding.decide(storage, AUDIT, b"b" * 16, excerpt, Decision((Coded("ESC", WEAK),), blind=True))
    auditing.close_audit(storage, AUDIT, clock())

    def weak() -> list[str]:
        found = theming.found(storage, AUDIT).results.themes
        return [each.theme for each in found if each.sources.weakness]

    assert weak() == ["CAP"]
    (dispute,) = coding.agreement(storage, AUDIT).disputes
    assert coding.settle(storage, AUDIT, excerpt, dispute.mark, (Coded("COM", WEAK),))
    assert weak() == ["COM"]
    assert coding.settle(storage, AUDIT, excerpt, dispute.mark, ())
    assert weak() == []


def test_what_anonymous_people_say_is_published_once_and_changes_no_more(tmp_path: Path) -> None:
    storage = coded.open_storage(tmp_path)
    coded.begin(storage, clock())
    with pytest.raises(AuditOpenError):
        theming.publish(storage, coded.AUDIT, clock())
    auditing.close_audit(storage, coded.AUDIT, clock())
    coding.unlock(storage, coded.AUDIT, PASSPHRASE, clock())
    with storage.reading() as work:
        excerpts = work.excerpts.of(coded.AUDIT)
    for each in excerpts:
        coding.decide(storage, coded.AUDIT, b"a" * 16, each.id, Decision((Coded("CAP", WEAK),)))

    def files() -> list[bytes]:
        return [theming.export(storage, coded.AUDIT, made, clock(), LEAD) for made in Format]

    before = theming.found(storage, coded.AUDIT)
    assert not before.published
    assert not any(each.unnamed for each in before.results.themes), "nothing of it is shown before"
    assert all(each.is_bare for each in interviewing.coverage(storage, coded.AUDIT))
    digest = theming.publish(storage, coded.AUDIT, clock())
    found, exported = theming.found(storage, coded.AUDIT), files()
    (told,) = next(each for each in found.results.themes if each.theme == "CAP").unnamed
    assert told.weakness is not None
    seen = interviewing.coverage(storage, coded.AUDIT)
    assert seen == found.coverage, "the chat and the pages say the same"
    assert [each.area.code for each in seen if each.unnamed and not each.sources] == ["staff_skills"]
    assert told.weakness.size is Size.NEARLY_ALL
    with storage.reading() as work:
        assert ReportPublished("themes", digest) in [each.what for each in work.journal.entries()]
        questions = {each.question for each in work.casework.published(coded.AUDIT, "themes")}
        kept = work.casework.release(coded.AUDIT, "themes")
    assert all(each.startswith("staff-culture/") for each in questions)
    assert questions
    with (
        storage.writing() as work
    ):  # half of them change their mind: nothing that is shown may tell what they wrote
        for who in range(0, len(coded.SAID), 2):
            work.answers.withdraw(
                coded.AUDIT, coded.tags(who), work.casework.keys_of(coded.AUDIT), work.forms.get
            )
    assert (theming.found(storage, coded.AUDIT).results, files()) == (found.results, exported)
    with pytest.raises(AlreadyPublishedError):
        theming.publish(storage, coded.AUDIT, clock())
    keeping.forget(storage, SetClock(NOW + timedelta(days=120)))
    with storage.reading() as work:
        assert not work.excerpts.of(coded.AUDIT)
        assert work.casework.release(coded.AUDIT, "themes") == kept
    assert theming.found(storage, coded.AUDIT).results == found.results
    storage.close()
