"""Twenty excerpts coded on a phone: one message that changes in place, a tap for each."""

from __future__ import annotations

import secrets
from pathlib import Path

from storage.coding import Excerpt, Origin
from storage.slips import AUDITOR, LEAD
from tests.bot import instruments
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.bot.channels.test_telegram_doors import does

MANY = 20


def fill(here: House) -> None:
    """Twenty people said something about supervision in an interview."""
    with here.storage.writing() as work:
        digest = next(iter(work.casework.offers({AUDIT})[AUDIT].values())).digest
        path = next(iter(work.forms.get(digest).questions))
        work.excerpts.keep(
            Excerpt(
                audit=AUDIT,
                form=digest,
                question=path,
                origin=Origin.NAMED,
                source=secrets.token_bytes(16),
                text=f"My supervision was <cancelled> {number} times & nobody said why.",
            )
            for number in range(MANY)
        )


def decided(here: House) -> int:
    with here.storage.reading() as work:
        return len(work.codings.of(AUDIT))


async def test_twenty_excerpts_are_twenty_taps_on_one_message(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            gita = telegram.person(7)
            (slip,) = here.slips(role=AUDITOR)
            await does(here, gita, f"/start {slip}")
            fill(here)
            said = await does(here, gita, "/code")
            assert "0 % looked at" in said
            assert "supervision was <cancelled>" in said
            messages = len(gita.chat)
            for number in range(1, MANY + 1):
                assert f"{100 * (number - 1) // MANY // 5 * 5} % looked at" in gita.chat[-1].text
                gita.taps(lambda label, _data: label.startswith("1. "))
                await here.quiet()
            assert "Everything is coded." in gita.chat[-1].text
            assert len(gita.chat) == messages, "each is shown in the place of the one before"
            assert decided(here) == MANY


async def test_a_tap_that_comes_twice_codes_once_and_an_old_card_changes_nothing(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            gita = telegram.person(7)
            (slip,) = here.slips(role=AUDITOR)
            await does(here, gita, f"/start {slip}")
            fill(here)
            await does(here, gita, "/code")
            tap = gita.taps(lambda label, _data: label.startswith("1. "))
            await here.quiet()
            gita.taps_again(tap)
            await here.quiet()
            assert decided(here) == 1
            await does(here, gita, "CAP")
            assert decided(here) == 2
            messages = len(gita.chat)
            gita.taps_on(tap.message_id, tap.data)
            await here.quiet()
            assert decided(here) == 2
            assert "10 % looked at" in gita.chat[-1].text
            assert len(gita.chat) == messages, "a tap that was answered before is only seen"


async def test_a_digest_that_is_asked_for_comes_with_its_picture_and_the_numbers_of_it(
    tmp_path: Path,
) -> None:
    offered = (forms.work(), forms.concern(), instruments.interview())
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=offered) as here:
            lee = telegram.person(7)
            (slip,) = here.slips(role=LEAD)
            await does(here, lee, f"/start {slip}", "/interviews", "[New: Talk with staff]", "A night nurse")
            await does(here, lee, "[Skip]", "Nobody came before the morning.", "/skip", "/skip")
            await does(here, lee, "[Hand in my answers]", "/code", "ESC")
            said = await does(here, lee, "/digest")
            assert [each.attachment for each in lee.replies[-2:]] == ["photo", ""]
            assert "The most pressing themes:\n• Recognising and escalating concerns" in said
            assert "1 of 1: 1 weakness" in said
