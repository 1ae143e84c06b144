"""What staff read on the narrowest screen: each page says its language, begins at the right side, and fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dialogues import catalogues
from tests.journeys import test_browser
from tests.journeys.test_browser import NARROWEST, SMALL, TAPPED, TOUCH, complaints, serving, watched

OTHERS = ("ml", "pl", "ro", "ur")  # English and Welsh are in test_browser.py
SEVERAL_NAMES = "Mrs Example, 07700 900123"
browser = test_browser.browser  # the fixture

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(Path(tmp_path_factory.mktemp("site")), 0) as found:
        yield found


def go_on(page: Page, move: str) -> None:
    """Press the button that makes this move, whatever it is called."""
    with page.expect_navigation():
        page.locator(f"main button[name=move][value*={move}]").first.click()


def choose_until(page: Page, control: str) -> None:
    """Choose the first choice of every question, until one is asked with this control."""
    while not page.locator(f"input[name=control][value={control}]").count():
        page.locator("input[name=answer]").first.check()
        go_on(page, "answer")


def pages(page: Page) -> Iterator[str]:
    """Every kind of page that staff meet, each named."""
    for path in ("/", "/risk?audit=rowan", "/privacy", "/receipt", "/s", "/nothing", "/a/rowan"):
        page.goto(path)
        yield path
    go_on(page, "begin")
    yield "consent"
    page.locator("input[value=yes]").check()
    go_on(page, "answer")
    go_on(page, "answer")
    yield "asked again"
    choose_until(page, "checkboxes")
    yield "several choices"
    go_on(page, "withdraw")
    yield "stopping"
    go_on(page, "begin")
    page.locator("input[name=answer]").first.check()
    go_on(page, "answer")
    choose_until(page, "words")
    page.locator("textarea").fill(SEVERAL_NAMES)
    go_on(page, "answer")
    yield "names in the answer"


def mistakes(page: Page, language: str) -> list[str]:
    """What is wrong with a page in this language."""
    html = page.locator("html")
    is_said = (html.get_attribute("lang"), html.get_attribute("dir"))
    width = page.evaluate("() => document.documentElement.scrollWidth")
    wrong = complaints(page) + list(page.evaluate(SMALL % (TAPPED, TOUCH, TOUCH)))
    wrong += [f"says {is_said}"] if is_said != (language, catalogues.direction(language)) else []
    return wrong + ([f"is {width} wide"] if width > NARROWEST else [])


@pytest.mark.parametrize("language", OTHERS)
def test_each_page_for_staff_says_its_language_and_fits(
    browser: Browser, address: str, language: str
) -> None:
    context = browser.new_context(
        viewport={"width": NARROWEST, "height": 640},
        base_url=address,
        locale=language,
        bypass_csp=True,
    )
    page = watched(context, address)
    found = {name: mistakes(page, language) for name in pages(page)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert "names in the answer" in found
    context.close()
