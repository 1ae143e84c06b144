"""Words of every kind and length, in Telegram: whole, readable, and never taken for marks."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot.channels.telegram.screens import Post
from dialogues import library
from dialogues.form import Form
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.dialogues.playing import form_of
from tests.telegram.people import Person

LONGEST = 4096

STRANGE = {
    "markup": "<b>bold</b> & <a href='x'>link</a> </i> &amp; &lt;",
    "emoji": "👩🏽‍⚕️ 🏳️‍🌈 😀",
    "right to left": "لم يسمعني أحد \u202eabc\u202c שלום",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A e\u0301 ñ",
    "quotes": '“it\'s” "so" `code` *x* _y_ [a](b)',
    "lines": "one\n\n\ntwo\n three",
}


async def does(here: House, person: Person, *lines: str) -> None:
    for line in lines:
        person.taps(line[1:-1]) if line.startswith("[") else person.writes(line)
        await here.quiet()


def told(name: str, rows: list[dict[str, str]], choices: list[dict[str, str]] | None = None) -> Form:
    """A form that is written as data, so that any text may stand in it."""
    settings = [{"form_title": name, "form_id": name, "version": "1", "attribution": "anonymous"}]
    return form_of(
        msgspec.json.encode({"settings": settings, "survey": rows, "choices": choices or []}).decode()
    )


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
async def test_what_is_typed_is_kept_and_read_back_as_it_was(text: str, tmp_path: Path) -> None:
    form = told("say", [{"type": "text", "name": "story", "label": "What happened?"}])
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[form, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", text)
            assert text in amina.last.text
            await does(here, amina, "[Hand in my answers]")
            (response,) = here.pool()
            assert response["story"] == text


@pytest.mark.parametrize("text", [each for each in STRANGE.values() if "\n" not in each])
async def test_a_form_may_say_anything(text: str, tmp_path: Path) -> None:
    text = text.replace("$", "")
    form = told(
        "say",
        [
            {"type": "note", "name": "hello", "label": f"Note {text}"},
            {"type": "select_one list", "name": "one", "label": f"Ask {text}", "hint": f"Hint {text}"},
            {"type": "text", "name": "two", "label": "And?"},
        ],
        [
            {"list_name": "list", "name": "a", "label": f"A {text}"},
            {"list_name": "list", "name": "b", "label": "B"},
        ],
    )
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[form, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}")
            read = "\n".join(shown.text for shown in amina.replies)
            assert all(f"{part} {text}" in read for part in ("Note", "Ask", "Hint"))
            asked = amina.last.message_id
            await does(here, amina, f"[A {text}]")
            settled = next(shown for shown in amina.replies if shown.message_id == asked)
            assert settled.text == f"Ask {text}\n✓ A {text}"


@pytest.mark.parametrize("letter", ["word ", "<&> ", "😀", "x", "é"])
async def test_a_long_note_comes_in_parts_and_the_question_last(letter: str, tmp_path: Path) -> None:
    paragraphs = [f"{number}: " + letter * (900 // len(letter)) for number in range(12)]
    paragraphs.append("the long one: " + letter * (4000 // len(letter)))
    notes = ["\n\n".join(paragraphs[start : start + 4]) for start in range(0, len(paragraphs), 4)]
    form = told(
        "say",
        [
            {"type": "text", "name": "first", "label": "First?"},
            *({"type": "note", "name": f"n{number}", "label": note} for number, note in enumerate(notes)),
            {"type": "select_one list", "name": "one", "label": "And now?"},
        ],
        [{"list_name": "list", "name": "a", "label": "A"}],
    )
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[form, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "yes")
            read = [shown for shown in amina.replies if shown.message_id > 4]
            assert len(read) >= 3
            assert all(len(shown.text.encode("utf-16-le")) // 2 <= LONGEST for shown in read)
            assert "And now?" in read[-1].text
            assert "A" in read[-1].labels()
            assert [bool(shown.buttons) for shown in read[:-1]] == [False] * (len(read) - 1)
            whole = "".join("".join(shown.text.split()) for shown in read)
            assert all("".join(part.split()) in whole for part in paragraphs)


async def test_a_long_review_comes_in_parts_with_its_buttons_below_the_last(tmp_path: Path) -> None:
    rows = [{"type": "text", "name": f"q{number}", "label": f"Question {number}?"} for number in range(1, 9)]
    form = told("say", rows)
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[form, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}")
            for number in range(1, 9):
                await does(here, amina, f"{number} " + "It was late & cold <at night>. " * 60)
            parts = [shown for shown in amina.replies if "→ " in shown.text]
            assert len(parts) > 3
            assert all(len(shown.text) <= LONGEST for shown in parts)
            assert [label for label in parts[-1].labels() if label.startswith("✎")] == [
                f"✎ {n}" for n in range(1, 9)
            ]
            assert "Hand in my answers" in parts[-1].labels()
            assert not any(shown.buttons for shown in parts[:-1])
            await does(here, amina, "[✎ 3]", "short")
            assert "Hand in my answers" in amina.last.labels()


@pytest.mark.parametrize("count", [89, 95, 130])
async def test_more_choices_than_telegram_takes_can_be_typed_and_the_ways_on_stay(
    count: int, tmp_path: Path
) -> None:
    choices = [
        {"list_name": "list", "name": f"c{number}", "label": f"Choice {number}"} for number in range(count)
    ]
    rows = [
        {"type": "select_multiple list", "name": "many", "label": "Which ones?"},
        {"type": "select_one list", "name": "one", "label": "Which?"},
    ]
    form = told("say", rows, choices)
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[form, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}")
            asked = amina.last.message_id
            assert f"{count} answers to choose from." in amina.last.text
            first = [f"{number}. Choice {number - 1}" for number in range(1, 11)]
            assert amina.last.labels()[:11] == [*first, "More (11 to 20)"]
            assert {"Skip", "Pause", "Stop"} <= set(amina.last.labels())
            await does(here, amina, "[2. Choice 1]", "[More (11 to 20)]", "[12. Choice 11]")
            assert amina.last.message_id == asked, "the pages are turned in place"
            assert amina.last.labels()[1] == "✓ 12. Choice 11"
            assert amina.last.labels()[10:12] == ["Earlier (1 to 10)", "More (21 to 30)"]
            await does(here, amina, "[Earlier (1 to 10)]")
            assert amina.last.labels()[1] == "✓ 2. Choice 1"
            await does(here, amina, "[Done]")
            assert "Which?" in amina.last.text
            assert "1. Choice 0" in amina.last.labels()
            await does(here, amina, str(count))
            assert "Choice 1, Choice 11" in amina.last.text
            assert f"Choice {count - 1}" in amina.last.text
            assert "Hand in my answers" in amina.last.labels()


async def test_values_that_are_too_long_for_a_button_are_carried_all_the_same(tmp_path: Path) -> None:
    choices = [
        {
            "list_name": "list",
            "name": f"a-name-that-is-much-too-long-for-the-button-of-a-chat-{number}",
            "label": f"C{number}",
        }
        for number in range(3)
    ]
    form = told(
        "say",
        [
            {
                "type": "select_one list",
                "name": "a_question_with_quite_a_long_name_" + "x" * 60,
                "label": "Which?",
            },
            {"type": "select_multiple list", "name": "more", "label": "Which more?"},
        ],
        choices,
    )
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[form, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(
                here,
                amina,
                f"/start {AUDIT}",
                "[C1]",
                "[C0]",
                "[C2]",
                "[Done]",
                "[✎ 1]",
                "[C2]",
                "[Hand in my answers]",
            )
            (response,) = here.pool()
            assert [
                str(value)[-1] if isinstance(value, str) else len(str(value).split(","))
                for value in response.values()
            ] == ["2", 2]


async def test_what_telegram_cannot_read_as_marks_is_sent_as_plain_words(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, "hello")
            await here.sender.send(5, [Post("<b>half & open <i>mark")])
            assert "half" in amina.last.text
            assert "mark" in amina.last.text


async def test_a_text_as_long_as_telegram_lets_people_write_is_an_answer(tmp_path: Path) -> None:
    form = told("say", [{"type": "text", "name": "story", "label": "What happened?"}])
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[form, forms.concern()]) as here:
            amina = telegram.person(5)
            text = ("Nobody came. " * 400)[:LONGEST].strip()
            await does(here, amina, f"/start {AUDIT}", text, "[Hand in my answers]")
            (response,) = here.pool()
            assert response["story"] == text


async def test_every_line_in_urdu_begins_at_the_right_whatever_letter_it_begins_with(tmp_path: Path) -> None:
    asked = [library.shipped(name) for name in ("staff-culture", "concern")]
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=asked) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "[اردو]", "[جی ہاں، شروع کریں]", "[کیئر کا عملہ]")
            await does(here, amina, "/risk", "/privacy", "/review")
            said = [shown.text for shown in amina.replies if "۔" in shown.text]
            lines = [line for text in said for line in text.splitlines() if line]
            assert {line for line in lines if not line.startswith("\u200f")} == set()
            assert any(line.startswith("\u200fCQC") for line in lines)
            assert "\u200f← کیئر کا عملہ" in amina.last.text
            assert any("\u20682 / 38\u2069" in text for text in said)
