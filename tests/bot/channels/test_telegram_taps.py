"""Buttons in Telegram: they come late, twice, from long ago, at once with words, and the chat stays readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogues.interview import State
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.telegram.clock import MovableClock
from tests.telegram.people import Person

MANY = forms.small(
    "{type: select_multiple thing, name: seen, label: What did you see?}",
    "{type: text, name: story, label: What happened?}",
    more="choices:\n"
    + "".join(f"  - {{list_name: thing, name: t{n}, label: Thing {n}}}\n" for n in range(1, 7)),
)


def answers(here: House, person: Person) -> dict[str, str]:
    held = here.held(person)
    assert held is not None
    return held.interview.answers


def state(here: House, person: Person) -> State:
    held = here.held(person)
    assert held is not None
    return held.interview.state


async def begun(here: House, number: int = 5, *taps: str) -> Person:
    person = here.telegram.person(number)
    person.start(AUDIT)
    await here.quiet()
    for label in taps:
        person.taps(label)
        await here.quiet()
    return person


def button(person: Person, label: str) -> tuple[int, str]:
    """The newest button with these words: its message and what it carries."""
    for shown in reversed(person.replies):
        for row in shown.buttons:
            for words, data in row:
                if words.removeprefix("✓ ") == label:
                    return shown.message_id, data
    raise AssertionError(person.transcript())


async def test_a_question_that_was_tapped_shows_its_answer_and_has_no_buttons(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
            asked = amina.last.message_id
            amina.taps("Nurse")
            await here.quiet()
            settled = next(shown for shown in amina.replies if shown.message_id == asked)
            assert (settled.text, settled.buttons) == ("What is your work?\n✓ Nurse", ())
            assert "Whom did you tell?" in amina.last.text


async def test_after_a_typed_answer_the_question_before_has_no_buttons(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
            asked = amina.last.message_id
            amina.writes("nurse")
            await here.quiet()
            before = next(shown for shown in amina.replies if shown.message_id == asked)
            assert before.buttons == ()
            with_buttons = [shown for shown in amina.replies if shown.buttons]
            assert [shown.message_id for shown in with_buttons] == [amina.last.message_id]


async def test_the_same_tap_under_two_numbers_counts_once_and_is_answered_once(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
            tap = amina.taps("Nurse")
            amina.taps_again(tap)
            amina.taps_again(tap, same_query=True)
            await here.quiet()
            held = here.held(amina)
            assert held is not None
            assert held.interview.answers["role"] == "nurse"
            assert held.interview.turn == 3  # begun, agreed, answered
            assert sum("Whom did you tell?" in shown.text for shown in amina.replies) == 1
            assert amina.unanswered_taps == []


async def test_the_same_tap_after_a_restart_changes_nothing(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
            tap = amina.taps("Nurse")
            await here.quiet()
        amina.taps_again(tap)
        async with house(tmp_path, telegram) as here:
            await here.quiet()
            assert answers(here, amina) == {"consent": "yes", "role": "nurse"}
            assert "Whom did you tell?" in amina.last.text


async def test_a_button_of_an_earlier_question_is_stale_and_said_to_be(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
            message, data = button(amina, "Nurse")
            _, skip = button(amina, "Skip")
            amina.writes("care assistant")
            await here.quiet()
            for old in (data, skip):
                amina.taps_on(message, old)
                await here.quiet()
            assert answers(here, amina)["role"] == "care"
            assert len(amina.notices) == 2
            assert "earlier question" in amina.notices[0]
            assert "Whom did you tell?" in amina.last.text


async def test_buttons_from_before_a_restart_still_answer(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
        async with house(tmp_path, telegram) as here:
            amina.taps("Nurse")
            await here.quiet()
            assert answers(here, amina)["role"] == "nurse"


async def test_buttons_of_an_ended_interview_and_of_an_older_one_change_nothing(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
            old = [button(amina, label) for label in ("Nurse", "Skip", "Pause")]
            amina.writes("/stop yes")
            await here.quiet()
            assert state(here, amina) is State.WITHDRAWN
            for message, data in old:
                amina.taps_on(message, data)
                await here.quiet()
            assert state(here, amina) is State.WITHDRAWN
            await begun(here, 5, "Yes")
            for message, data in old:
                amina.taps_on(message, data)
                await here.quiet()
            assert (state(here, amina), answers(here, amina)) == (State.ASKING, {"consent": "yes"})
            assert amina.unanswered_taps == []


async def test_an_old_button_that_erases_only_asks_again(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes", "Stop")
            erase = button(amina, "Yes, erase my answers")
            amina.taps("No, go on")
            await here.quiet()
            amina.taps("Nurse")
            await here.quiet()
            amina.taps_on(*erase)
            await here.quiet()
            assert answers(here, amina)["role"] == "nurse"
            assert "Do you want to stop?" in amina.last.text
            amina.taps("Yes, erase my answers")
            await here.quiet()
            assert state(here, amina) is State.WITHDRAWN


async def test_somebody_elses_buttons_change_nothing_of_mine(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina, tom = await begun(here, 5, "Yes"), await begun(here, 6, "Yes")
            message, _ = button(tom, "Nurse")
            tom.taps_on(message, button(amina, "Nurse")[1])
            await here.quiet()
            assert answers(here, tom) == answers(here, amina) == {"consent": "yes"}


@pytest.mark.parametrize(
    "data", ["", "x", "....", "door:", "door:/", "door:nowhere/x", "abcdef1..", "abcdef1..g", "é" * 30]
)
async def test_what_no_button_of_ours_carries_breaks_nothing(data: str, tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
            amina.taps_on(amina.last.message_id, data)
            await here.quiet()
            assert answers(here, amina) == {"consent": "yes"}
            assert here.metrics.render().count(b"candour_updates_set_aside_total 0.0") == 1
            amina.writes("nurse")
            await here.quiet()
            assert answers(here, amina)["role"] == "nurse"


async def test_a_tap_and_typed_words_at_once_are_both_answered_and_one_counts(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            people = [await begun(here, number, "Yes") for number in range(10, 16)]
            for person in people:
                if person.id % 2:
                    person.taps("Nurse")
                    person.writes("Nobody yet")
                else:
                    person.writes("nurse")
                    person.taps("Care assistant")
            await here.quiet()
            for person in people:
                found = answers(here, person)
                assert found["role"] == "nurse"
                assert found.get("told", "") == ("nobody" if person.id % 2 else "")
                assert person.unanswered_taps == []


async def test_quick_taps_on_toggles_that_were_not_refreshed_lose_no_mark(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[MANY, forms.concern()]) as here:
            amina = await begun(here, 5)
            message = amina.last.message_id
            toggles = [button(amina, f"Thing {number}")[1] for number in (1, 3, 5)]
            for data in [*toggles, toggles[0]]:  # the last is a double tap: still marked
                amina.taps_on(message, data)
            await here.quiet()
            ticked = [label for label in amina.last.labels() if label.startswith("✓ ")]
            assert ticked == ["✓ Thing 1", "✓ Thing 3", "✓ Thing 5"]
            assert amina.last.message_id == message
            amina.taps("✓ Thing 3")
            await here.quiet()
            amina.taps("Done")
            await here.quiet()
            assert answers(here, amina)["seen"].split() == ["t1", "t5"]
            settled = next(shown for shown in amina.replies if shown.message_id == message)
            assert settled.text.endswith("✓ Thing 1, Thing 5")


async def test_a_tap_that_waited_too_long_is_gone_and_its_words_can_be_typed(tmp_path: Path) -> None:
    clock = MovableClock()
    with telegram_here(now=clock) as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
        amina.taps("Nurse")
        amina.writes("/start")
        clock.let_pass(160)
        async with house(tmp_path, telegram) as here:
            await here.quiet()
            assert len(telegram.dropped) == 1
            assert "What is your work?" in amina.last.text
            amina.writes("Nurse")
            await here.quiet()
            assert answers(here, amina)["role"] == "nurse"


async def test_a_tap_that_can_be_answered_no_longer_counts_all_the_same(tmp_path: Path) -> None:
    clock = MovableClock()
    with telegram_here(now=clock) as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
        amina.taps("Nurse")
        clock.let_pass(60)  # its clock has stopped, but it still waits for us
        async with house(tmp_path, telegram) as here:
            await here.quiet()
            assert answers(here, amina)["role"] == "nurse"
            assert "Whom did you tell?" in amina.last.text


async def test_taps_below_a_deleted_message_count(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5, "Yes")
            message, data = button(amina, "Nurse")
            await here.client.call("deleteMessage", {"chat_id": amina.id, "message_id": message})
            amina.taps_on(message, data)
            await here.quiet()
            assert answers(here, amina)["role"] == "nurse"
            assert "Whom did you tell?" in amina.last.text


async def test_every_button_fits_into_telegram_and_stands_alone_in_its_chat(tmp_path: Path) -> None:
    """At each step at most one message of a conversation has buttons, but for signposts."""
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = await begun(here, 5)
            steps = ["Yes", "Nurse", "My manager", "Done", "3", "Skip", "Back", "Skip", "Skip"]
            for label in steps:
                amina.taps(label)
                await here.quiet()
                holding = [shown for shown in amina.replies if shown.buttons]
                assert [shown.message_id for shown in holding] == [amina.last.message_id], amina.transcript()
                assert all(len(data.encode()) <= 64 for row in holding[0].buttons for _, data in row)
