"""What the lead sees: how the audit goes, who is at risk, and after closing what people said together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import wording
from dialogues import catalogues
from tests.bot.website import AUDIT, STAFF, Browser, Site, site

NAMES = {catalogues.own_name(code) for code in wording.languages()}
LEAD = f"/lead/audits/{AUDIT}"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as running:
        yield running


@pytest.fixture
async def lead(here: Site) -> AsyncIterator[Browser]:
    browser = here.browser()
    yield browser
    await browser.client.aclose()


async def someone_answers(here: Site) -> None:
    """One member of staff, with one answer, hands in."""
    browser = here.browser()
    async with browser.client:
        await browser.begin(STAFF)
        await browser.press("Continue", answer="care")
        for _ in range(40):
            if "Hand in my answers" in browser.page.buttons():
                break
            await browser.press("Skip")
        await browser.press("Hand in my answers")


async def someone_worries(here: Site, words: str) -> None:
    """One person tells the lead that someone is at risk."""
    browser = here.browser()
    async with browser.client:
        await browser.open(f"/risk?audit={AUDIT}")
        await browser.press("Tell the safeguarding lead")
        await browser.press("Skip")
        await browser.press("Continue", answer=words)
        await browser.press("Skip")
        await browser.press("Continue", answer="now")
        await browser.press("Skip")
        await browser.press("Hand in my answers")


async def test_the_overview_says_how_each_audit_goes(lead: Browser) -> None:
    page = await lead.open("/lead")
    assert "Rowan House: audit" in page.text
    assert "Open since 4 May 2026. Fewer than 8 people have answered so far." in page.text
    assert "In this example nobody has to sign in" in page.text
    assert "No speaker of these languages has checked the words of Candour yet: Welsh" in page.text
    page = await lead.open(LEAD)
    assert "No speaker of these languages has checked the questions yet: Welsh" in page.text


async def test_pages_for_people_with_a_role_are_in_english_and_welsh(lead: Browser) -> None:
    assert {"English", "Cymraeg"} == {one for one in (await lead.open("/lead")).buttons() if one in NAMES}
    assert {catalogues.own_name(code) for code in wording.languages()} <= set(
        (await lead.open("/")).buttons()
    )


async def test_counts_are_banded_while_it_is_open(lead: Browser, here: Site) -> None:
    for _ in range(8):
        await someone_answers(here)
    page = await lead.open(LEAD)
    assert "8 or more people have answered." in page.text
    assert "What people said" not in page.text


async def test_there_is_no_report_while_it_is_open(lead: Browser) -> None:
    page = await lead.open(f"{LEAD}/report")
    assert page.status == 409
    assert "There is no report yet" in page.text


async def test_a_worry_is_there_at_once_and_can_be_marked_as_read(lead: Browser, here: Site) -> None:
    await someone_worries(here, "Nobody turns <b>Mrs B.</b> at night")
    assert "1 message about someone at risk that you have not read." in (await lead.open("/lead")).text
    page = await lead.open(LEAD)
    assert "What are you worried about? Nobody turns <b>Mrs B.</b> at night" in page.text
    assert "&lt;b&gt;" in page.html
    assert "Is it happening now? It is happening now" in page.text
    assert "New" in page.text
    read = await lead.press("I have read this")
    assert "I have read this" not in read.buttons()
    assert "that you have not read" not in (await lead.open("/lead")).text


async def test_closing_is_asked_back_and_publishes(lead: Browser, here: Site) -> None:
    for _ in range(8):
        await someone_answers(here)
    await lead.open(LEAD)
    await lead.open(lead.page.links["Close and publish"])
    assert "It cannot be made again." in lead.page.text
    page = await lead.press("Yes, close and publish")
    assert page.response.url.path == LEAD
    assert "Closed on 4 May 2026" in page.text
    assert "What people said" in page.text
    report = await lead.open(page.links["Read the report"])
    assert report.status == 200
    assert "/static/report.css" in report.html
    assert "<style" not in report.html
    welsh = await lead.open(f"{LEAD}/report?language=cy")
    assert 'lang="cy"' in welsh.html


async def test_a_closed_audit_takes_no_more_answers_but_hears_worries(lead: Browser, here: Site) -> None:
    anna = here.browser()
    page = await anna.begin(STAFF)
    await lead.open(f"{LEAD}/close")
    await lead.press("Yes, close and publish")
    late = await anna.press("Continue", page, answer="care")
    assert "your answers were erased" in late.text
    async with here.browser().client as client:
        newcomer = Browser(client)
        refused = await newcomer.open(f"/a/{AUDIT}")
        assert refused.status == 410
        assert "These questions are closed" in refused.text
    await anna.client.aclose()
    await someone_worries(here, "Still worried")
    assert "Still worried" in (await lead.open(LEAD)).text


async def test_closing_needs_our_token(lead: Browser) -> None:
    await lead.open(f"{LEAD}/close")
    refused = await lead.send(f"{LEAD}/close", [("csrf", "0" * 64)])
    assert refused.status == 403
    assert "Open since" in (await lead.open(LEAD)).text


async def test_an_audit_that_there_is_not_is_said_to_be_unknown(lead: Browser) -> None:
    for address in ("/lead/audits/nobody", "/lead/audits/nobody/close", "/lead/audits/nobody/report"):
        assert (await lead.open(address)).status == 404


async def test_a_form_that_the_audit_does_not_have_has_no_report(lead: Browser) -> None:
    assert (await lead.open(f"{LEAD}/report?form=concern")).status == 404
