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
from tests.bot.website import BASE, Browser
from tests.telegram.people import Person

ROOM = f"/lead/audits/{AUDIT}"
WITH = "A night care assistant"
TOLD = "I told the senior on the Friday, and nobody did anything about it for two weeks."
BECAME = "Nobody has sat down with me to talk about my work since the spring."
PATH = 80  # more questions than any path has


async def test_from_a_chat_to_the_matrix(tmp_path: Path) -> None:
    clock = clock_of_the_story()
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, at=clock) as here:
            await ask_in_the_chat(here, telegram.person(7))
            clock.move(timedelta(days=5))
            for epoch in tuple(here.storage.epochs.safe.held()):
                here.storage.epochs.safe.destroy(epoch)
            app = create_app(here.storage, here.turns, clock)
            transport = httpx.ASGITransport(app=app)
            client = httpx.AsyncClient(transport=transport, base_url=BASE, follow_redirects=True)
            auditor = await sign_in(here, Colleague("", Browser(client), clock))
            await go_on_in_the_browser(auditor)
            (case,) = interviewing.cases(here.storage, AUDIT)
            assert (case.status, case.participant) == (CaseStatus.HANDED_IN, WITH)
            await tie_themes(auditor)
            page = await auditor.open(f"{ROOM}/themes/matrix")
            print(page.status, page.text)
            assert page.text.index("Case by case") < page.text.index(WITH) < page.text.index(TOLD)
            assert BECAME in page.text


async def ask_in_the_chat(here: House, gita: Person) -> None:
    """Whom it is with, two answers with their probes in sight, a photo as evidence; then a rest."""
    (slip,) = here.slips(role=AUDITOR)
    await does(here, gita, f"/start {slip}", "/interviews", "[New: Guided interview]", WITH)
    seen = await does(
        here, gita, "[Frontline worker]", "/sections", "[What happened (0 of 5)]", TOLD, "/skip"
    )
    assert "You could ask: Who took it up?" in seen
    seen = await does(here, gita, BECAME)
    assert "a photo or a file" in seen
    gita.sends_photo(sent.jpeg())
    await here.quiet()
    assert "Your view: how well did seeing the early signs work?" in gita.last.text
    assert "This rests now." in await does(here, gita, "[Poorly]", "/pause")


async def sign_in(here: House, auditor: Colleague) -> Colleague:
    """The same person in a browser, by a link from whoever runs Candour."""
    (known,) = appointing.appointees(here.storage, AUDIT)
    auditor.person = known.id
    link = appointing.link(here.storage, AUDIT, known.id, clock=auditor.clock)
    auditor.secret = secret_on(await follow(auditor, link.code))
    await auditor.confirm()
    return auditor


async def go_on_in_the_browser(auditor: Colleague) -> None:
    """What was said in the chat is there; the rest is left out, and all is handed in."""
    await auditor.open(f"{ROOM}/interviews")
    page = await auditor.browser.press(f"Go on Guided interview · {WITH}")
    assert TOLD in page.text
    for _ in range(PATH):
        if "Hand in my answers" in page.text:
            break
        page = await auditor.browser.press("Skip")
    page = await auditor.browser.press("Hand in my answers")
    for said in (WITH, TOLD, BECAME, "-evidence-"):
        assert said in page.text


async def tie_themes(auditor: Colleague) -> None:
    """A suggestion is pressed for what fits it, a theme chosen for what does not."""
    page = await auditor.open(f"{ROOM}/coding")
    assert "0 % looked at" in page.text
    for _ in range(2):
        if TOLD in page.text:
            suggested = next(label for label in page.buttons() if label.startswith("What was done about it"))
            page = await auditor.browser.press(suggested)
        else:
            page = await auditor.browser.press("Use this theme", chosen="SUP", direction="weakness")
    assert "What does this say?" not in page.text
