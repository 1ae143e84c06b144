"""An auditor on Telegram: taps, words and a photo, by way of the real channel."""

from __future__ import annotations

from pathlib import Path

from bot.services import interviewing
from storage.cases import CaseStatus
from storage.slips import AUDITOR, LEAD
from tests.bot import instruments, sent
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, house, telegram_here
from tests.bot.channels.test_telegram_doors import does

OFFERED = (forms.work(), forms.concern(), instruments.interview(), instruments.observation())


async def test_an_interview_with_a_photo_an_observation_and_a_colleague(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=OFFERED) as here:
            gita, tom = telegram.person(7), telegram.person(8)
            (one, other) = here.slips(role=AUDITOR) + here.slips(role=LEAD)
            assert "send /interviews" in await does(here, gita, f"/start {one}")
            await does(here, tom, f"/start {other}")
            seen = await does(here, gita, "/interviews", "[New: Talk with staff]")
            assert "Whom do you speak with?" in seen
            seen = await does(here, gita, "A night nurse", "[Neglect]", "[Done]")
            assert "You could ask: Who was told, and what happened then?" in seen
            gita.sends_photo(sent.jpeg())
            await here.quiet()
            assert "I cannot take a photo at this point" in gita.last.text
            await does(here, gita, "I rang the lead.")
            gita.sends_photo(sent.jpeg())
            await here.quiet()
            assert "How are nights staffed?" in gita.last.text
            assert "What did you see?" in await does(here, gita, "/observe")
            await does(
                here,
                gita,
                "Nobody at the desk.",
                "[Skip]",
                "[Leadership]",
                "[A weakness]",
                "[Hand in my answers]",
            )
            assert "How are nights staffed?" in gita.last.text
            await does(here, gita, "/handover", "[safeguarding lead]")
            await does(here, tom, "/interviews", "[Talk with staff · A night nurse (4 of 5)]")
            seen = await does(here, tom, "One nurse.", "[Hand in my answers]")
            assert "kept as evidence" in seen
            found = interviewing.cases(here.storage, AUDIT)
            assert {each.status for each in found} == {CaseStatus.HANDED_IN}
            with here.storage.reading() as work:
                assert work.files.count(AUDIT) == 1
            assert "This was handed in or stopped" in await does(here, gita, "hello")
