"""Entering by slip in a real browser: scanned, with the code in the fragment; and typed, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, ViewportSize

from bot.services import auditing, inviting
from dialogues import library
from storage.casework import Entry
from storage.slips import RESPONDENT
from tests.bot.stories import an_audit
from tests.bot.website import opened
from tests.journeys import test_browser
from tests.journeys.test_browser import (
    DESK,
    MOST_QUESTIONS,
    PHONE,
    complaints,
    press,
    serving,
    watched,
)

AUDIT = "elm"
browser = test_browser.browser  # the fixture

pytestmark = pytest.mark.browser


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The address of a site with an audit by slip, and three codes."""
    with serving(tmp_path, 0) as address:
        storage = opened(tmp_path)
        asked = [library.shipped("staff-culture"), library.shipped("concern")]
        auditing.open_audit(storage, replace(an_audit(AUDIT), entry=Entry.SLIPS), asked)
        codes = inviting.slips(storage, AUDIT, 3, RESPONDENT)
        storage.close()
        yield address, codes


def hand_in(page: Page) -> None:
    """From the start page to the end, leaving out what may be left out."""
    press(page, "Start")
    page.locator("input[value=yes]").check()
    press(page, "Continue")
    page.get_by_label("Care staff", exact=True).check()
    press(page, "Continue")
    for _ in range(MOST_QUESTIONS):
        if page.get_by_role("button", name="Hand in my answers").count():
            break
        press(page, "Skip")
    press(page, "Hand in my answers")
    page.get_by_text("Your answers are in.").wait_for()


def test_a_scanned_code_is_in_the_field_and_not_in_the_address(
    browser: Browser,
    house: tuple[str, tuple[str, ...]],
) -> None:
    address, (code, *_) = house
    context = browser.new_context(viewport=PHONE, base_url=address)
    page = watched(context, address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/s#{code}")
    page.wait_for_function("() => !location.hash")
    assert page.get_by_role("textbox").input_value() == code
    assert page.url == f"{address}/s"
    press(page, "Continue")
    hand_in(page)
    assert not any(code in url for url in asked if "#" not in url)
    page.goto(f"/s#{code}")
    press(page, "Continue")
    assert "I do not know this code. It was used before, or the questions are closed." in page.inner_text(
        "main"
    )
    context.close()


def test_a_typed_code_needs_no_javascript(
    browser: Browser,
    house: tuple[str, tuple[str, ...]],
) -> None:
    address, (_, code, *_) = house
    context = browser.new_context(viewport=PHONE, base_url=address, java_script_enabled=False)
    page = watched(context, address)
    page.goto("/s")
    page.get_by_role("textbox").fill(" ".join(re.findall("....", code.lower())))
    press(page, "Continue")
    hand_in(page)
    context.close()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_where_a_code_is_entered(
    browser: Browser,
    house: tuple[str, tuple[str, ...]],
    viewport: ViewportSize,
) -> None:
    address, _ = house
    context = browser.new_context(viewport=viewport, base_url=address, bypass_csp=True)
    page = watched(context, address)
    page.goto("/s")
    found = {"/s": complaints(page)}
    page.get_by_role("textbox").fill("7K3M-0000")
    press(page, "Continue")
    found["unknown"] = complaints(page)
    page.goto(f"/a/{AUDIT}")
    found["needed"] = complaints(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    context.close()
