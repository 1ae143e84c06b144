"""Fifteen people who answer one after the other, and what a thief would have to find out about them.

Whoever looks on knows who they are and in which order they came. Only we know which row is whose: we have the receipts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from random import Random

from msgspec import Struct

from bot.channels.memory import Message, Person
from bot.clock import SetClock
from bot.services import auditing, inviting
from bot.turns import TurnLoop
from dialogues.form import QUOTABLE, Attribution, Choice, Form, Kind, Language, Question, Text
from storage import receipts
from storage.answers import HEARD
from storage.casework import Audit
from storage.receipts import answer_tag, file_tag
from storage.unit_of_work import Storage
from tests.bot.stories import PASSPHRASE
from tests.journeys.attackers.theft import Loot, Row
from tests.journeys.attackers.words import canary

AUDIT = "rowan-house"
FORM = "work"
PEOPLE = 15
K = 5
ROLES, SCALE, SIGNS = (
    ("care", "nurse", "night"),
    ("never", "seldom", "often", "always", "unsure"),
    ("rota", "doors", "weight"),
)


class Target(Struct, frozen=True):
    """Rows of which each person has one: those of a table, or those of it that answer one question."""

    name: str
    table: str
    key: str
    question: str | None = None

    def rows(self, loot: Loot) -> list[Row]:
        """These rows, as they were stolen."""
        rows = loot.rows[self.table]
        return [row for row in rows if self.question is None or row["question"] == self.question]


TARGETS = (
    *(Target(f"answers:{each}", "answers", "id", each) for each in (HEARD, "role", "heard", "signs")),
    *(Target(f"texts:{each}", "texts", "id", each) for each in ("months", "story", "proof")),
    Target("threads", "threads", "locator"),
    Target("files", "files", "id"),
)


class Respondent:
    """One of them: how they are reached, what they say, and once they have handed in, their receipt."""

    def __init__(self, number: int, own: int, chance: Random) -> None:
        """`own` is another number of theirs, on which depends what they choose: no choice says when they came."""
        self.number = number
        self.address = str(chance.randrange(10**9, 10**10))
        self.role, self.heard = ROLES[own % 3], SCALE[own // 3 % 5]
        self.signs = ", ".join(sign for place, sign in enumerate(SIGNS) if not place or own >> place & 1)
        self.months, self.may = str(own + 1), ("no", "yes")[own % 2]
        self.story, self.proof = canary(chance, 24 + 3 * chance.randrange(100)), canary(chance, 200)
        self.message = canary(chance)
        self.receipt = ""

    def __repr__(self) -> str:
        return f"Respondent({self.number})"

    @property
    def typed(self) -> tuple[str, ...]:
        """What they type, question by question."""
        return ("yes", self.role, self.heard, self.signs, self.months, self.story, self.may)

    def rows(self, digest: str, salts: Mapping[bytes, bytes]) -> dict[str, bytes]:
        """What tells their rows, by the name of the target: tags, and the locator. `salts`: those of threads."""
        code = receipts.read(self.receipt)
        assert code is not None
        locator = receipts.locator_of(code)
        tags = receipts.derive(code, salts[locator]).tags
        tagged = {
            each.name: answer_tag(tags, digest, each.question)
            for each in TARGETS
            if each.question is not None
        }
        return tagged | {"threads": locator, "files": file_tag(tags, 0)}


Turn = Callable[[Respondent], Awaitable[None]]


def the_form() -> Form:
    """Choices, a number, words, a file."""
    return Form(
        id=FORM,
        title=_words("Work here"),
        version="1",
        languages=(Language("en", "English"),),
        attribution=Attribution.ANONYMOUS,
        breakdown="role",
        choices={
            "yes_no": _choices("no", "yes"),
            "role": _choices(*ROLES),
            "scale": _choices(*SCALE),
            "signs": _choices(*SIGNS),
        },
        children=(
            Question("consent", "consent", Kind.SELECT_ONE, _words("May we?"), choices="yes_no",
                     required="true()", appearance="consent"),
            Question("role", "role", Kind.SELECT_ONE, _words("Your work?"), choices="role"),
            Question("heard", "heard", Kind.SELECT_ONE, _words("Are you heard?"), choices="scale"),
            Question("signs", "signs", Kind.SELECT_MULTIPLE, _words("What did you see?"), choices="signs"),
            Question("months", "months", Kind.INTEGER, _words("Months?")),
            Question("story", "story", Kind.TEXT, _words("Tell us")),
            Question("may", "may", Kind.SELECT_ONE, _words("May we quote it?"), choices="yes_no",
                     appearance=QUOTABLE),
            Question("proof", "proof", Kind.FILE, _words("Show us")),
        ),
    )  # fmt: skip


def _words(text: str) -> Text:
    return Text({"en": text})


def _choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(name, _words(name.title()), float(score)) for score, name in enumerate(names))


def open_audit(storage: Storage) -> None:
    """An audit with its lead's passphrase."""
    audit = Audit(
        id=AUDIT,
        name="Rowan House",
        service="Residential care",
        incident="Neglect",
        staff_count=58,
        opened_on=date(2026, 5, 1),
        k=K,
        synthetic=True,
    )
    auditing.open_audit(storage, audit, [the_form()])
    auditing.choose_passphrase(storage, AUDIT, PASSPHRASE)


class Cast:
    """They and their chats, in memory."""

    def __init__(self, storage: Storage, turns: TurnLoop, clock: SetClock, chance: Random) -> None:
        owns = chance.sample(range(PEOPLE), PEOPLE)
        self.people = [Respondent(number, own, chance) for number, own in enumerate(owns)]
        self._storage, self._turns, self._clock = storage, turns, clock
        self._slips = inviting.slips(storage, AUDIT, PEOPLE, "respondent")

    async def hands_in(self, one: Respondent) -> None:
        """Everything from the invitation to the receipt. A day later it is the next one's turn."""
        chat = Person(self._turns, one.address)
        await chat.comes(self._slips[one.number])
        for words in one.typed:
            await chat.says(words)
        await chat.attaches(one.proof.encode(), "txt")
        one.receipt = receipt_in(await chat.taps("Hand in my answers"))
        await chat.taps("I have kept it")
        self._clock.move(timedelta(days=1))

    async def writes(self, one: Respondent) -> None:
        """From another phone, to the lead."""
        chat = Person(self._turns, f"{one.address}0")
        await chat.says(one.receipt)
        await chat.taps("Write a message")
        await chat.says(one.message)
        await chat.taps("Send my message")

    async def takes_back(self, one: Respondent) -> None:
        """From another phone, everything they said."""
        chat = Person(self._turns, f"{one.address}1")
        await chat.says(one.receipt)
        for label in ("Take my answers back", "Yes, erase them", "Erase my answers"):
            await chat.taps(label)


def receipt_in(shown: tuple[Message, ...]) -> str:
    """The receipt in what somebody was shown."""
    line = next(part for each in shown for part in each.text if part.startswith("Your receipt:\n"))
    return line.removeprefix("Your receipt:\n")


def truth(loot: Loot, people: list[Respondent], target: Target) -> list[bytes]:
    """The keys of the rows of the target that are theirs, in the order of the people, of those who have one."""
    rows = target.rows(loot)
    salts = {row["locator"]: row["salt"] for row in loot.rows["threads"]}
    digest = the_form().digest
    found = {row.get("tag", row[target.key]): row[target.key] for row in rows}
    mine = [each.rows(digest, salts)[target.name] for each in people]
    return [found[key] for key in mine if key in found]
