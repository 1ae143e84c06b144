"""A concern about the safeguarding lead goes past them: the lead sees nothing of it, its writer is told who does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.channels.memory import Person
from bot.contacts import SHIPPED
from bot.services import auditing, inviting, noticing
from bot.services.noticing import Due
from bot.turns import TurnLoop
from dialogues import library
from storage.slips import DEPUTY, LEAD
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, an_audit, clock, culture

PAST = "This goes past the safeguarding lead, to their deputy."
UNREAD = "But nobody else can read it here yet."
IN = "Your message is in."


@dataclass
class Place:
    storage: Storage
    turns: TurnLoop
    told: list[bytes]

    async def appoints(self, name: str, role: str) -> None:
        (code,) = inviting.slips(self.storage, AUDIT, 1, role, clock())
        await Person(self.turns, name).comes(code)

    def notices(self) -> list[str]:
        """Whom the notices that were announced are for."""
        now = clock().now()
        found = [noticing.due_message(self.storage, notice, now, SHIPPED) for notice in self.told]
        return sorted(each.person.address for each in found if isinstance(each, Due))

    def seen_by(self, *roles: str) -> list[object]:
        return [concern.response["what"] for concern in auditing.concerns(self.storage, AUDIT, roles)]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    storage = Storage.open(tmp_path / "data", tmp_path / "candour.key")
    auditing.open_audit(storage, an_audit(), [culture(), library.shipped("concern")])
    told: list[bytes] = []
    async with TurnLoop(storage, clock(), announce=told.extend) as turns:
        yield Place(storage, turns, told)
    storage.close()


async def tells(here: Place, about_lead: str, what: str = "She shouts at them.", name: str = "amina") -> str:
    """One person's concern, with everything that they read."""
    person = Person(here.turns, name)
    await person.comes(AUDIT)
    await person.says("/risk")
    await person.taps("Tell the safeguarding lead")
    await person.says(about_lead)
    for line in (what, *["/skip"] * 3):
        await person.says(line)
    await person.taps("Hand in my answers")
    return "\n".join(part for message in person.chat for part in message.text)


async def test_a_concern_about_the_lead_is_for_the_deputy_alone(here: Place) -> None:
    await here.appoints("lead", LEAD)
    await here.appoints("deputy", DEPUTY)
    said = await tells(here, "Yes")
    assert said.count(PAST) == 2  # before writing, and when it was handed in
    assert said.index(PAST) < said.index("What are you worried about?") < said.index(IN)
    assert (here.seen_by(LEAD), here.seen_by(DEPUTY)) == ([], ["She shouts at them."])
    assert here.notices() == ["deputy"]


@pytest.mark.parametrize("answer", ["No", "I don't know", "/skip"])
async def test_any_other_concern_is_for_the_lead_alone(here: Place, answer: str) -> None:
    await here.appoints("lead", LEAD)
    await here.appoints("deputy", DEPUTY)
    said = await tells(here, answer)
    assert PAST not in said
    assert UNREAD not in said
    assert (here.seen_by(LEAD), here.seen_by(DEPUTY)) == (["She shouts at them."], [])
    assert here.notices() == ["lead"]


async def test_without_a_deputy_people_are_told_before_they_write_and_the_lead_sees_nothing(
    here: Place,
) -> None:
    await here.appoints("lead", LEAD)
    said = await tells(here, "Yes")
    assert said.count(UNREAD) == 2
    assert said.index(UNREAD) < said.index("What are you worried about?")
    assert "So please tell someone outside" in said
    assert here.seen_by(LEAD) == []
    assert here.notices() == []


async def test_a_deputy_who_comes_later_is_told_what_waits_for_them(here: Place) -> None:
    await tells(here, "Yes")
    await here.appoints("deputy", DEPUTY)
    assert here.notices() == ["deputy"]
    assert here.seen_by(DEPUTY) == ["She shouts at them."]


async def test_the_last_answer_counts(here: Place) -> None:
    await here.appoints("lead", LEAD)
    await here.appoints("deputy", DEPUTY)
    person = Person(here.turns, "amina")
    await person.comes(f"{AUDIT}__concern")
    for line in ("Yes", "She shouts.", *["/skip"] * 3, "/edit about_lead", "No"):
        await person.says(line)
    await person.taps("Hand in my answers")
    assert (here.seen_by(LEAD), here.seen_by(DEPUTY)) == (["She shouts."], [])


async def test_one_concern_alone_is_read_at_once_whatever_the_fewest_people_are(here: Place) -> None:
    """Nothing is banded or held back: not for K people, not until the audit is closed."""
    await here.appoints("lead", LEAD)
    assert an_audit().k > 1
    await tells(here, "No", "Bed 4 has no bell.")
    assert here.seen_by(LEAD) == ["Bed 4 has no bell."]
    assert here.notices() == ["lead"]


async def test_the_lead_does_not_learn_that_a_message_to_the_deputy_could_not_be_delivered(
    here: Place,
) -> None:
    await here.appoints("lead", LEAD)
    await here.appoints("deputy", DEPUTY)
    await tells(here, "Yes")
    (notice,) = here.told
    assert noticing.park(here.storage, notice, clock().now())
    assert noticing.parked(here.storage, AUDIT) == ()
    assert [each.role for each in noticing.parked(here.storage, AUDIT, (DEPUTY,))] == [DEPUTY]
