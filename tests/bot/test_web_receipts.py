"""On the web: a receipt, what it opens, and the pages on which leads and deputies answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.services import auditing, corresponding
from dialogues import library
from storage.casework import Audit
from storage.slips import DEPUTY, LEAD
from tests.bot.signing import signed_in
from tests.bot.website import AUDIT, NOW, PASSPHRASE, Browser, Page, Site, site

MOST_QUESTIONS = 80
ELM = "elm"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        yield running


async def hands_in(browser: Browser) -> str:
    """Skip everything and hand in. The receipt."""
    await browser.begin()
    for _ in range(MOST_QUESTIONS):
        if "Hand in my answers" in browser.page.buttons():
            break
        await browser.press("Skip")
    page = await browser.press("Hand in my answers")
    return receipt_in(page)


def receipt_in(page: Page) -> str:
    return page.text.partition("Your receipt: ")[2][:24]


async def comes_back(browser: Browser, receipt: str) -> Page:
    await browser.open("/receipt")
    return await browser.press("Open", receipt=receipt)


async def goes(browser: Browser, link: str) -> Page:
    """Follow a link of the page, and begin."""
    await browser.open(browser.page.links[link])
    return await browser.press("Start")


def heard(here: Site) -> int:
    with here.storage.reading() as work:
        return work.answers.waiting(AUDIT) + work.answers.heard(AUDIT)


async def test_the_receipt_stays_on_the_page_until_it_was_kept(here: Site) -> None:
    anna = here.browser()
    receipt = await hands_in(anna)
    assert receipt in (await anna.open(f"/a/{AUDIT}/staff-culture")).text
    page = await anna.press("I have kept it")
    assert receipt not in page.text
    assert receipt not in (await anna.open(f"/a/{AUDIT}/staff-culture")).text


async def test_somebody_comes_back_in_another_browser_and_writes_to_the_lead(here: Site) -> None:
    receipt = await hands_in(here.browser())
    anna = here.browser()
    page = await comes_back(anna, receipt.lower().replace(" ", ""))
    assert "Nobody has written to you so far." in page.text
    assert receipt not in str(page.response.url)
    await goes(anna, "Write a message")
    await anna.press("Continue", answer="It is always at night.")
    page = await anna.press("Send my message")
    assert "Your message is in." in page.text
    lead = await signed_in(here, LEAD)
    page = await lead.open(f"/lead/audits/{AUDIT}/messages")
    assert "It is always at night." in page.text
    page = await lead.browser.press("Send", text="On which unit?")
    assert "On which unit?" in page.text
    page = await comes_back(here.browser(), receipt)
    assert "They answered On which unit?" in page.text


async def test_somebody_takes_their_answers_back(here: Site) -> None:
    receipt = await hands_in(here.browser())
    anna = here.browser()
    await comes_back(anna, receipt)
    await goes(anna, "Take my answers back")
    await anna.press("Continue", answer="yes")
    page = await anna.press("Erase my answers")
    assert "Your answers have been erased." in page.text
    assert heard(here) == 0


@pytest.mark.parametrize("page", ["message", "take-back"])
async def test_without_a_receipt_the_page_asks_for_it(here: Site, page: str) -> None:
    await hands_in(here.browser())
    anna = here.browser()
    await anna.open(f"/a/{AUDIT}/{page}")
    told = await anna.press("Start")
    assert told.status == 403
    assert told.links["I have a receipt"] == "/receipt"
    assert heard(here) == 1


@pytest.mark.parametrize("typed", ["", "nonsense", "0" * 20])
async def test_what_opens_nothing_is_said_kindly_and_stays_in_the_field(here: Site, typed: str) -> None:
    page = await comes_back(here.browser(), typed)
    assert page.status == 422
    assert page.values("receipt") == [typed]


async def test_everybody_who_answered_can_be_asked(here: Site) -> None:
    receipts = [await hands_in(here.browser()) for _ in range(2)]
    lead = await signed_in(here, LEAD)
    await lead.open(f"/lead/audits/{AUDIT}/messages")
    await lead.browser.press("Ask everybody", text="What would help most?")
    for receipt in receipts:
        assert "What would help most?" in (await comes_back(here.browser(), receipt)).text


async def test_a_thread_past_the_lead_is_for_the_deputy_alone(here: Site) -> None:
    anna = here.browser()
    await anna.open(f"/a/{AUDIT}/concern")
    await anna.press("Start")
    await anna.press("Continue", answer="yes")  # it is about the lead
    await anna.press("Continue", answer="She shouted.")
    for _ in range(MOST_QUESTIONS):
        if "Hand in my answers" in anna.page.buttons():
            break
        await anna.press("Skip")
    receipt = receipt_in(await anna.press("Hand in my answers"))
    lead, deputy = await signed_in(here, LEAD), await signed_in(here, DEPUTY)
    page = await deputy.open(f"/lead/audits/{AUDIT}/messages")
    assert "From a message about someone at risk" in page.text
    await deputy.browser.press("Send", text="Are you safe?")
    await comes_back(anna, receipt)
    assert "Are you safe?" in anna.page.text
    await goes(anna, "Write a message")
    await anna.press("Continue", answer="Yes, for now.")
    await anna.press("Send my message")
    assert "Yes, for now." in (await deputy.open(f"/lead/audits/{AUDIT}/messages")).text
    page = await lead.open(f"/lead/audits/{AUDIT}/messages")
    assert "Nobody has written." in page.text
    assert "safe" not in page.text
    (thread,) = corresponding.threads(here.storage, AUDIT, {DEPUTY})
    fields = lead.browser.page.form("Ask everybody").fields
    await lead.browser.send(
        f"/lead/audits/{AUDIT}/messages",
        [
            *fields,
            ("answer", corresponding.handle(here.storage, AUDIT, thread.locator)),
            ("text", "Who are you?"),
        ],
    )
    assert "Who are you?" not in (await comes_back(here.browser(), receipt)).text


async def test_an_audit_is_not_closed_before_its_lead_has_chosen_a_passphrase(here: Site) -> None:
    elm = Audit(id=ELM, name="Elm", service="Elm", incident="", staff_count=9, opened_on=NOW.date())
    auditing.open_audit(here.storage, elm, [library.shipped("staff-culture")])
    lead = await signed_in(here, LEAD, ELM)
    page = await lead.open(f"/lead/audits/{ELM}/close")
    assert page.response.url.path == f"/lead/audits/{ELM}/passphrase"
    page = await lead.browser.press("Keep it", passphrase=PASSPHRASE, again="something else")
    assert (page.status, "These two are not the same." in page.text) == (422, True)
    page = await lead.browser.press("Keep it", passphrase="short", again="short")
    assert (page.status, "Please choose another one" in page.text) == (422, True)
    page = await lead.browser.press("Keep it", passphrase=PASSPHRASE, again=PASSPHRASE)
    assert "It was chosen." in page.text
    assert PASSPHRASE not in page.html
    page = await lead.open(f"/lead/audits/{ELM}/close")
    assert page.response.url.path == f"/lead/audits/{ELM}/close"
