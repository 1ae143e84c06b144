"""A small anonymous form, an audit that offers it, and what people do with it: for the tests of the turn loop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from bot.clock import Clock, SetClock
from bot.messages import Address, Incoming
from bot.services import auditing
from bot.turns import TurnLoop
from dialogues.form import Attribution, Choice, Form, Kind, Language, Question, Text
from dialogues.moves import Answer, Begin, Move, Submit
from reports.assembly import Report
from storage import passphrases
from storage.casework import CONCERN, Audit
from storage.receipts import QUICK
from storage.unit_of_work import Storage
from tests.epochs import epochs_in

AUDIT = "rowan-house"
CULTURE = "culture"
PASSPHRASE = "copper lantern tuesday marsh"
RELEASE = passphrases.choose(PASSPHRASE)
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def words(english: str, welsh: str = "") -> Text:
    return Text({"en": english, "cy": welsh or f"{english} (cy)"})


def choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(name, words(name.title()), float(score)) for score, name in enumerate(names))


def culture() -> Form:
    return Form(
        id=CULTURE,
        title=words("Work here"),
        version="1",
        languages=(Language("en", "English"), Language("cy", "Cymraeg")),
        attribution=Attribution.ANONYMOUS,
        breakdown="role",
        choices={
            "yes_no": choices("no", "yes"),
            "role": choices("care", "nurse"),
            "agree": choices("disagree", "unsure", "agree"),
        },
        children=(
            Question(
                "consent", "consent", Kind.SELECT_ONE, words("May we?"),
                choices="yes_no", required="true()", appearance="consent",
            ),
            Question("role", "role", Kind.SELECT_ONE, words("Your work?"), choices="role"),
            Question("listened", "listened", Kind.SELECT_ONE, words("Are you heard?"), choices="agree"),
            Question("months", "months", Kind.INTEGER, words("Months?"), constraint=". <= 60"),
            Question("story", "story", Kind.TEXT, words("Tell us")),
        ),
    )  # fmt: skip


def concern() -> Form:
    return Form(
        id=CONCERN,
        title=words("Someone is at risk"),
        version="1",
        languages=(Language("en", "English"),),
        records=CONCERN,
        attribution=Attribution.ANONYMOUS,
        children=(
            Question("what", "what", Kind.TEXT, words("What are you worried about?"), required="true()"),
        ),
    )


def an_audit(name: str = AUDIT, k: int = 8) -> Audit:
    return Audit(
        id=name,
        name="Rowan House",
        service="Residential care",
        incident="Neglect",
        staff_count=58,
        opened_on=date(2026, 5, 1),
        k=k,
        synthetic=True,
    )


def opened(folder: Path) -> Storage:
    """The storage in this folder; the first time, with an open audit."""
    storage = Storage.open(folder / "data", folder / "candour.key", cost=QUICK, epochs=epochs_in(folder))
    if not auditing.audits(storage):
        auditing.open_audit(storage, an_audit(), [culture(), concern()])
    return storage


def close(storage: Storage, audit: str = AUDIT, when: Clock | None = None) -> tuple[Report, ...]:
    """Close an audit, for which there is a passphrase if nobody chose another one."""
    with storage.writing() as work:
        work.casework.set_release_key(audit, RELEASE)
    return auditing.close_audit(storage, audit, when or clock())


def clock() -> SetClock:
    return SetClock(NOW)


def message(person: str, update: str, move: Move, form: str = CULTURE, audit: str = AUDIT) -> Incoming:
    return Incoming(Address("memory", person), audit, form, update, move)


def whole(
    role: str = "care", listened: str = "agree", months: str = "7", story: str = "All is well."
) -> list[Move]:
    """Everything one does from the beginning to handing in, typed, so that each turn depends on the one before."""
    typed = ("yes", role, listened, months, story)
    return [Begin(), *(Answer(value) for value in typed), Submit()]


async def plays(turns: TurnLoop, person: str, moves: Iterable[Move], form: str = CULTURE) -> None:
    for number, move in enumerate(moves):
        await turns.play(message(person, f"{form}-{number}", move, form))
