"""Coding in a real browser: by keyboard alone, with one thumb on a small phone, and as axe-core sees the pages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from reports.audit import AuditReport, assemble
from reports.audit.rendering import html
from reports.audit.views import View, document
from tests.bot import planned
from tests.bot.coded import AUDIT
from tests.journeys.test_browser import (
    AXE,
    DESK,
    PHONE,
    ROOT,
    TOUCH,
    browser,
    focused,
    press_enter,
    tab_to,
    watched,
)
from tests.reports import audited

__all__ = ["browser"]

pytestmark = pytest.mark.browser

TOTAL = 15
HERE = f"/lead/audits/{AUDIT}"
PAGES = (
    "/coding",
    "/coding/unlock",
    "/coding/agreement",
    "/coding/codebook",
    "/themes",
    "/themes/matrix",
    "",
)
PLANNED = (
    "/findings",
    f"/findings/{planned.FINDINGS[0]}",
    "/plan",
    f"/actions/{planned.ACTIONS[0]}",
    "/accountability",
)
_OPENED = "() => document.querySelectorAll('main details').forEach(each => { each.open = true; })"
_SMALL = (
    "(least) => [...document.querySelectorAll('main button, main summary, main select, main li a')]"
    ".filter(each => each.checkVisibility() && each.getBoundingClientRect().height < least)"
    ".map(each => each.innerText)"
)
_FOUND = (
    "() => axe.run().then(found => found.violations.map(each => each.id + each.nodes.map(n => n.target)))"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("coding")
    command = [sys.executable, "-m", "tests.journeys.coding_site", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, base_url=address, has_touch=True)
    yield watched(context, address)
    context.close()


def test_everything_is_coded_by_keyboard_and_nothing_is_pressed_by_chance(phone: Page) -> None:
    phone.goto(f"{HERE}/coding")
    phone.locator("summary", has_text="theme").first.focus()
    phone.keyboard.press("Enter")
    tab_to(phone, name="direction")
    press_enter(phone)  # of the list of themes, in which none was chosen
    assert "Pick one from the list." in phone.inner_text("main"), "Enter in a field presses no suggestion"
    for number in range(1, TOTAL + 1):
        assert f"{100 * (number - 1) // TOTAL // 5 * 5} % looked at" in phone.inner_text("main")
        phone.locator(".candour-excerpt").click()
        while focused(phone)["name"] not in {"code", "none"}:
            phone.keyboard.press("Tab")
        press_enter(phone)
    assert "Everything is coded." in phone.inner_text("main")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_and_a_thumb_hits_everything(
    browser: Browser, address: str, viewport: dict[str, int]
) -> None:
    context = browser.new_context(viewport=viewport, base_url=address, bypass_csp=True)  # type: ignore[arg-type]
    page = watched(context, address)
    for path in (*(HERE + each for each in PAGES), *(f"/audits/{AUDIT}{each}" for each in PLANNED)):
        page.goto(path)
        page.evaluate(_OPENED)
        page.evaluate(Path(AXE).read_text("utf-8"))
        assert page.evaluate(_FOUND) == [], path
        assert page.evaluate(_SMALL, TOUCH) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
    context.close()


def test_axe_finds_nothing_in_any_view_of_the_audit_report(browser: Browser) -> None:
    report = assemble(audited.material(3, 2, reaudited=()))
    assert isinstance(report, AuditReport)
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    for view in View:
        page.set_content(html(document(report, view)))
        page.evaluate(_OPENED)
        page.evaluate(Path(AXE).read_text("utf-8"))
        assert page.evaluate(_FOUND) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], view
    context.close()
