"""A lead interviews somebody with nothing but keys, and every page of it is accessible on a phone and on a desk."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.journeys.test_browser import browser, focused, press_enter, tab_to, watched
from tests.journeys.test_signing_in import context, follow, look, site

__all__ = ["browser", "context", "site"]

TOLD = "I rang at ten to six. Nobody picked up."

pytestmark = pytest.mark.browser


def sign_in(page: Page, code: str) -> None:
    follow(page, code)
    found = re.search(r"secret=([A-Z2-7]+)", page.content())
    assert found is not None
    page.fill("#code", pyotp.TOTP(found[1]).now())
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/lead")


def press(page: Page, name: str) -> None:
    """Tab to the button or link that begins with these words, and press Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if " ".join(focused(page)["text"].split()).startswith(name):
            return press_enter(page)
    raise AssertionError(f"{name} cannot be reached by keyboard")


def test_an_interview_by_keyboard_is_begun_left_and_read(
    context: BrowserContext, site: tuple[str, str]
) -> None:
    page = watched(context, site[0])
    sign_in(page, site[1])
    press(page, "Interviews")
    look(page)
    press(page, "Guided interview")
    assert focused(page)["id"] == "question"
    look(page)
    tab_to(page, id="answer")
    page.keyboard.type("A night carer")
    press(page, "Continue")
    look(page)
    tab_to(page, id="answer")
    page.keyboard.press("ArrowDown")
    press_enter(page)  # in a control, Enter is Continue: what leads away stands behind it
    assert "2 of" in page.inner_text(".candour-progress")
    tab_to(page, tag="SUMMARY", text="Sections")
    page.keyboard.press("Enter")
    press(page, "Telling someone")
    assert page.inner_text(".candour-section") == "Telling someone"
    tab_to(page, id="answer")
    page.keyboard.type(TOLD)
    press(page, "Add an observation")
    look(page)
    press(page, "Back to the interview")
    look(page)
    press(page, "Pause")
    look(page)
    press(page, "Go on Guided interview")  # there is the observation too
    press(page, "Read it all")
    assert TOLD in page.inner_text("main"), "what was typed before they left"
    look(page)
