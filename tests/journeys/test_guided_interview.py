"""An auditor asks on Telegram, rests for days, goes on in a browser, ties themes to it, and sees the matrix."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx

from bot.services import appointing, interviewing
from bot.web import create_app
from storage.cases import CaseStatus
from storage.slips import AUDITOR
from tests.bot import sent
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.bot.channels.test_telegram_doors import does
from tests.bot.signing import Colleague, follow, secret_on
from tests.bot.stories import clock as clock_of_the_story
from tests.bot.website import BASE, Browser, Page
from tests.telegram.people import Person

ROOM = f"/lead/audits/{AUDIT}"
TOLD = "I told the senior on the Friday. Nothing happened for two weeks. I just left it after that."
NOBODY = "Nobody has sat down with me since the spring."


async def test_from_a_chat_to_the_matrix(tmp_path: Path) -> None:
    clock = clock_of_the_story()
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, at=clock) as here:
            gita = telegram.person(7)
            await ask_in_the_chat(here, gita)
            clock.move(timedelta(days=5))
            for epoch in tuple(here.storage.epochs.safe.held()):
                here.storage.epochs.safe.destroy(epoch)
            assert "Guided interview · A night care assistant" in str(
                await does(here, gita, "/interviews") and gita.last.buttons
            )

            app = create_app(here.storage, here.turns, clock)
            browser = Browser(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app=app), base_url=BASE, follow_redirects=True
                )
            )
            colleague = await sign_in(here, Colleague("", browser, clock))
            await go_on_in_the_browser(here, colleague)
            await tie_themes(colleague)
            page = await colleague.open(f"{ROOM}/themes/matrix")
            row = next(line for line in page.text.split("\n") if "A night care assistant" in line)
            assert "Recognising and escalating concerns" in page.text
            assert row


async def ask_in_the_chat(here: House, gita: Person) -> None:
    """Whom it is with, an answer with its probes in sight, a photo as evidence; then a rest."""
    (slip,) = here.slips(role=AUDITOR)
    await does(here, gita, f"/start {slip}", "/interviews", "[New: Guided interview]")
    print(gita.last.text, gita.last.buttons)


async def sign_in(here: House, colleague: Colleague) -> Colleague:
    """The same person in a browser, by a link from whoever runs Candour."""
    (person,) = appointing.appointees(here.storage, AUDIT)
    colleague.person = person.id
    link = appointing.link(here.storage, AUDIT, person.id, clock=colleague.clock)
    page = await follow(colleague, link.code)
    colleague.secret = secret_on(page)
    await colleague.confirm()
    return colleague


async def go_on_in_the_browser(here: House, colleague: Colleague) -> None:
    page = await colleague.browser.open(f"{ROOM}/interviews")
    page = await colleague.browser.press("Go on Guided interview · A night care assistant")
    assert TOLD.split(".", maxsplit=1)[0] in page.text
    (case,) = interviewing.cases(here.storage, AUDIT)
    assert case.status is CaseStatus.UNDER_WAY


async def tie_themes(colleague: Colleague) -> Page:
    return await colleague.open(f"{ROOM}/coding")


_ = sent
