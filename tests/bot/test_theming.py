"""From an auditor's interview to the themes, the matrix and a file that leaves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from bot.channels.memory import CHANNEL, Person
from bot.services import auditing, coding, inviting, theming
from bot.services.theming import Format
from bot.turns import TurnLoop
from reports.coding import Coded, Decision, Direction
from storage.errors import AuditOpenError
from storage.receipts import QUICK
from storage.slips import AUDITOR
from storage.unit_of_work import Storage
from tests.bot import instruments
from tests.bot.coded import PASSPHRASE
from tests.bot.stories import AUDIT, an_audit, clock, culture

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
    assert "All 4 excerpts are coded." in ann.last.text
    with pytest.raises(AuditOpenError):
        theming.found(storage, AUDIT)
    auditing.close_audit(storage, AUDIT, clock())

    found = theming.found(storage, AUDIT)
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
    assert "1 excerpt is coded." in ann.last.text
    auditing.close_audit(storage, AUDIT, clock())
    supervision = next(each for each in theming.found(storage, AUDIT).results.themes if each.theme == "SUP")
    assert supervision.sources.weakness == 1


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
