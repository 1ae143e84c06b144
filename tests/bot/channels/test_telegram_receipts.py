"""A receipt in Telegram: shown once, taken out of the chat, and good on any other phone."""

from __future__ import annotations

from pathlib import Path

from bot.services import corresponding
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.bot.stories import clock
from tests.dialogues.playing import form_of
from tests.telegram.people import Person

SMALL = form_of("""
settings:
  - {form_title: Work here, form_id: small, version: "1", attribution: anonymous}
survey:
  - {type: text, name: story, label: What happened?}
""")


async def does(here: House, person: Person, *lines: str) -> None:
    for line in lines:
        person.taps(line[1:-1]) if line.startswith("[") else person.writes(line)
        await here.quiet()


def receipt_in(text: str) -> str:
    return text.partition("Your receipt:\n")[2].splitlines()[0]


def chat(person: Person) -> str:
    return "\n".join(shown.text for shown in person.chat)


async def test_the_receipt_is_taken_out_of_the_chat_once_it_was_kept(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[SMALL, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "It was quiet.", "[Hand in my answers]")
            receipt = receipt_in(amina.last.text)
            await does(here, amina, "[I have kept it]")
            assert receipt not in chat(amina)
            assert "I have taken your receipt out of this chat." in chat(amina)
            assert "Your answers are in." in chat(amina)


async def test_with_the_receipt_somebody_comes_back_on_another_phone(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[SMALL, forms.concern()]) as here:
            amina, other = telegram.person(5), telegram.person(6)
            await does(here, amina, f"/start {AUDIT}", "It was quiet.", "[Hand in my answers]")
            receipt = receipt_in(amina.last.text)
            await does(here, other, receipt.lower())
            assert "Nobody sees who you are." in other.last.text
            await does(here, other, "[Write a message]", "It is at night.", "[Send my message]")
            (thread,) = corresponding.threads(here.storage, AUDIT)
            corresponding.answer(here.storage, AUDIT, thread.locator, "<b>Which</b> unit?", clock())
            await does(here, other, f"/receipt {receipt}")
            assert "They answered:\n<b>Which</b> unit?" in other.last.text
            await does(here, other, "[Take my answers back]", "[Yes, erase them]", "[Erase my answers]")
            assert "Your answers have been erased." in other.last.text
            assert here.pool() == []


async def test_a_receipt_that_opens_nothing_is_said_kindly(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[SMALL, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, "/receipt 0000 0000 0000 0000 0000")
            assert "This receipt opens nothing." in amina.last.text
            await does(here, amina, "/receipt")
            assert "write /receipt and then the code" in amina.last.text
