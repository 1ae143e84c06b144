"""Coding in a chat: a tap for each excerpt; what is typed, told when it is old, and kept from those without a role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot import buttons
from bot.channels.memory import CHANNEL, Person
from bot.channels.telegram import screens
from bot.clock import SetClock
from bot.errors import NowhereError, RoleMissingError
from bot.messages import Sheet
from bot.services import coding, inviting
from bot.turns import TurnLoop
from reports.coding import Coded, Decision, Direction
from storage.coding import Excerpt, Origin
from storage.slips import AUDITOR, DEPUTY
from storage.unit_of_work import Storage
from tests.bot import coded
from tests.bot.coded import AUDIT
from tests.bot.test_coding import NOW

TOTAL = 15


def said_under_a_name(storage: Storage) -> None:
    """The same words once more, as if they had been said in interviews."""
    with storage.writing() as work:
        work.excerpts.keep(replace(each, origin=Origin.NAMED) for each in work.excerpts.of(AUDIT))


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = coded.open_storage(tmp_path)
    coded.fill(opened, SetClock(NOW))
    said_under_a_name(opened)
    yield opened
    opened.close()


@pytest.fixture
async def turns(storage: Storage) -> AsyncIterator[TurnLoop]:
    async with TurnLoop(storage, SetClock(NOW)) as running:
        yield running


async def appointed(turns: TurnLoop, storage: Storage, name: str, role: str = AUDITOR) -> Person:
    """Somebody in a chat who has come with a slip for this role."""
    person = Person(turns, name)
    (code,) = inviting.slips(storage, AUDIT, 1, role)
    await person.comes(code)
    return person


@pytest.fixture
async def anna(turns: TurnLoop, storage: Storage) -> Person:
    person = await appointed(turns, storage, "anna")
    await person.says("/code")
    return person


def sheet(person: Person) -> Sheet:
    assert isinstance(person.outcome, Sheet)
    return person.outcome


def decisions(storage: Storage) -> dict[str, Decision]:
    """What was decided, by the words of the excerpt."""
    with storage.reading() as work:
        texts = {each.id: each.text for each in work.excerpts.of(AUDIT)}
        return {texts[each.excerpt]: each.decision for each in work.codings.of(AUDIT)}


def excerpts(storage: Storage) -> tuple[Excerpt, ...]:
    with storage.reading() as work:
        return work.excerpts.of(AUDIT)


async def test_every_excerpt_is_coded_with_a_tap_each(anna: Person, storage: Storage) -> None:
    for number in range(1, TOTAL + 1):
        assert f"{100 * (number - 1) // TOTAL // 5 * 5} % looked at" in anna.last.text
        first = anna.last.labels[0]
        await anna.taps(first if first.startswith("1. ") else "Nothing fits")
    assert "Everything is coded." in anna.last.text
    assert len(decisions(storage)) == TOTAL
    assert any(decision.shown for decision in decisions(storage).values())


async def test_a_suggestion_says_why_and_its_direction_is_turned_with_a_second_tap(
    anna: Person, storage: Storage
) -> None:
    while sheet(anna).excerpt != "My supervision was cancelled four times.":
        await anna.taps("Nothing fits")
    reason = next(line for line in anna.last.text if line.startswith("1. "))
    assert "because of “supervision was cancelled”" in reason
    assert "a weakness" in reason
    await anna.says("1")
    assert any(label == "✓ a weakness" for label in anna.last.labels)
    await anna.taps("a strength")
    (coded_so,) = decisions(storage)["My supervision was cancelled four times."].codes
    assert coded_so.direction is Direction.STRENGTH
    await anna.taps("Undo")
    assert sheet(anna).excerpt == "My supervision was cancelled four times."
    assert sheet(anna).excerpt not in decisions(storage), "the direction was turned in the same decision"
    await anna.taps("Another theme")
    await anna.taps("Communication")
    await anna.taps("Communication")
    assert tied(storage) == ["COM"]


def tied(storage: Storage) -> list[str]:
    return [each.code for each in decisions(storage)["My supervision was cancelled four times."].codes]


async def test_a_theme_is_added_when_that_was_chosen_and_else_replaces_what_was_there(
    anna: Person, storage: Storage
) -> None:
    while sheet(anna).excerpt != "My supervision was cancelled four times.":
        await anna.taps("Nothing fits")
    await anna.says("SUP")
    await anna.taps("Add a theme")
    assert "What you choose now is added." in " ".join(anna.last.text)
    await anna.says("CAP")
    assert tied(storage) == ["SUP", "CAP"]
    await anna.taps("Add a theme")
    await anna.taps("Undo")
    assert "To keep it as well, tap Add a theme first." in " ".join(anna.last.text)
    await anna.says("COM")
    assert tied(storage) == ["COM"]


async def test_a_code_its_name_or_the_words_of_a_button_can_be_typed(anna: Person, storage: Storage) -> None:
    for typed, code in (("cap", "CAP"), ("Staffing and skill mix", "CAP"), ("nothing fits", "")):
        text = sheet(anna).excerpt
        await anna.says(typed)
        assert [each.code for each in decisions(storage)[text].codes] == ([code] if code else [])
    text = sheet(anna).excerpt
    await anna.says("and")
    assert "Which of these do you mean?" in anna.last.text
    await anna.says("gobbledygook")
    assert "I do not know that theme." in " ".join(anna.last.text)
    assert sheet(anna).excerpt == text


async def test_a_note_and_a_split_are_typed_when_they_were_asked_for(anna: Person, storage: Storage) -> None:
    while not sheet(anna).excerpt.startswith("Handover"):
        await anna.taps("Nothing fits")
    await anna.taps("Split")
    await anna.says("no such words")
    assert "I could not find these words." in " ".join(anna.last.text)
    await anna.says("so things")
    assert sheet(anna).excerpt == "Handover is rushed,"
    await anna.taps("Note")
    await anna.says("COM")
    assert "Your note: COM" in anna.last.text
    await anna.says("COM")
    kept = decisions(storage)["Handover is rushed,"]
    assert (kept.memo, [each.code for each in kept.codes]) == ("COM", ["COM"])


async def test_a_button_of_an_earlier_excerpt_changes_nothing_and_says_so(
    anna: Person, storage: Storage
) -> None:
    old = dict(anna.last.buttons)["Nothing fits"]
    await anna.says("CAP")
    before, now = decisions(storage), sheet(anna).excerpt
    await anna.taps_on(old)
    assert sheet(anna).stale
    assert "That belonged to an earlier excerpt." in anna.last.text[0]
    assert (decisions(storage), sheet(anna).excerpt) == (before, now)


async def test_a_button_is_of_one_account_and_one_audit(
    anna: Person, turns: TurnLoop, storage: Storage
) -> None:
    ben = await appointed(turns, storage, "ben")
    await ben.says("/code")
    await ben.taps_on(dict(anna.last.buttons)["Nothing fits"])
    assert sheet(ben).stale
    assert "made for somebody else" in ben.last.text[0]
    assert not decisions(storage)
    old = dict(ben.last.buttons)["Nothing fits"]
    coded.fill(storage, SetClock(NOW), "birch")
    (code,) = inviting.slips(storage, "birch", 1, AUDITOR)
    await ben.comes(code)
    await ben.taps_on(buttons.to_desk("code", buttons.short("birch")))
    await ben.taps_on(old)
    assert "That belonged to another audit." in ben.last.text[0]
    assert not decisions(storage)


async def test_a_role_that_ended_has_ended_with_the_next_tap(anna: Person, storage: Storage) -> None:
    token = dict(anna.last.buttons)["Nothing fits"]
    with storage.writing() as work:
        for person in work.people.at(CHANNEL, "anna"):
            work.people.remove(person.id)
    with pytest.raises(RoleMissingError):
        await anna.taps_on(token)
    assert not decisions(storage)


async def test_a_deputy_and_a_stranger_get_no_excerpt(turns: TurnLoop, storage: Storage) -> None:
    deputy = await appointed(turns, storage, "dora", DEPUTY)
    for person in (deputy, Person(turns, "nobody")):
        with pytest.raises(NowhereError):
            await person.says("/code")


async def test_stop_ends_the_coding_and_erases_nothing(anna: Person, storage: Storage) -> None:
    await anna.says("CAP")
    await anna.says("/stop")
    assert "You have stopped coding." in " ".join(anna.last.text)
    assert len(decisions(storage)) == 1
    await anna.says("/code")
    assert f"{100 // TOTAL // 5 * 5} % looked at" in anna.last.text


async def test_a_second_look_in_the_chat_is_blind(anna: Person, turns: TurnLoop, storage: Storage) -> None:
    for _ in range(TOTAL):
        await anna.says("CAP")
    ben = await appointed(turns, storage, "ben")
    await ben.says("/second")
    assert any("second look" in line for line in ben.last.text)
    assert not any(label.startswith("1. ") for label in ben.last.labels)
    await ben.says("COM")
    with storage.reading() as work:
        blind = [each.decision for each in work.codings.of(AUDIT) if each.decision.blind]
    assert [each.codes for each in blind] == [(Coded("COM", Direction.WEAKNESS),)]


async def test_what_was_taken_back_meanwhile_is_told(anna: Person, storage: Storage) -> None:
    token = dict(anna.last.buttons)["Nothing fits"]
    with storage.writing() as work:
        for who in range(8):
            work.answers.withdraw(AUDIT, coded.tags(who), work.casework.keys_of(AUDIT), work.forms.get)
    await anna.taps_on(token)
    assert "not there any more" in anna.last.text[0]
    assert not decisions(storage)


async def test_what_people_wrote_without_a_name_never_comes_to_a_chat(tmp_path: Path) -> None:
    storage = coded.open_storage(tmp_path)
    coded.fill(storage, SetClock(NOW))
    unnamed = excerpts(storage)
    async with TurnLoop(storage, SetClock(NOW)) as turns:
        anna, ben = await appointed(turns, storage, "anna"), await appointed(turns, storage, "ben")
        await anna.says("/code")
        (said,) = anna.last.text
        assert said.startswith("What people wrote without a name waits for you on the web page.")
        with storage.writing() as work:
            named = replace(unnamed[0], origin=Origin.NAMED, source=b"c" * 16, text="They told me of it.")
            work.excerpts.keep([named])
        for excerpt in unnamed[1:]:  # coded on the web page
            coding.decide(
                storage, AUDIT, b"w" * 16, excerpt.id, Decision((Coded("CAP", Direction.WEAKNESS),))
            )
        await anna.says("/code")
        assert "0 % looked at" in anna.last.text
        assert sheet(anna).excerpt == "They told me of it."
        await anna.says("COM")
        assert "waits for you on the web page" in " ".join(anna.last.text)
        await ben.says("/second")
        assert "0 % looked at · second look, without suggestions" in ben.last.text
        await ben.says("COM")
        assert "There is nothing left for a second look." in ben.last.text
        heard = " ".join(line for person in (anna, ben) for each in person.chat for line in each.text)
        assert not any(each.text in heard for each in unnamed)
    storage.close()


async def test_someone_at_risk_is_heard_while_coding(anna: Person) -> None:
    await anna.says("Someone is at risk")
    assert not isinstance(anna.outcome, Sheet)


async def test_telegram_shows_the_same_words_and_buttons_and_each_fits(anna: Person) -> None:
    for typed in ("CAP", "1", "Another theme", "Communication"):
        await anna.says(typed)
        (post,) = screens.screen(sheet(anna))
        assert isinstance(post, screens.Post)
        keys = [key for row in post.keyboard for key in row]
        assert [(key.text, key.callback_data) for key in keys] == list(anna.last.buttons)
        assert all(len(key.callback_data.encode()) <= buttons.MOST_BYTES for key in keys)
        plain = unescape(screens.without_marks(post.html))
        assert all(part in plain for part in (*sheet(anna).said, *sheet(anna).reasons, sheet(anna).excerpt))
