"""Whole journeys in a real browser: by keyboard on a small phone, without JavaScript, and as axe-core sees them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "tests" / "web" / "node_modules" / "axe-core" / "axe.min.js"
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1200, "height": 900}
NARROWEST = 320  # CSS pixels: 1,280 at 400 % zoom (WCAG 1.4.10)
TOUCH = 44  # CSS pixels
MOST_QUESTIONS = 60
MOST_TABS = 40
COLLEAGUES = 7  # one fewer than may be published

pytestmark = pytest.mark.browser


def missing() -> str:
    """What is not on this machine, or nothing."""
    return next((f"{path} is not there" for path in (CHROMIUM, AXE) if not path.exists()), "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if missing() and os.environ.get("CANDOUR_REQUIRE_ALL") == "1":
        pytest.fail(f"Nothing may be skipped here, but {missing()}.")
    if missing():
        pytest.skip(missing())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield started
        started.close()


@contextmanager
def serving(folder: Path, colleagues: int) -> Iterator[str]:
    """The address of a site of its own, ended by its process id."""
    command = [sys.executable, "-m", "tests.journeys.serving", str(folder), str(colleagues)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            assert port, "the site did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path, COLLEAGUES) as found:
        yield found


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, base_url=address, has_touch=True)
    yield watched(context, address)
    context.close()


def watched(context: BrowserContext, address: str) -> Page:
    """A page that may ask nobody but us, and may not complain."""
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("request", lambda request: ours(request.url, address))
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def ours(url: str, address: str) -> None:
    assert url.startswith(address), f"{url} was asked for"


def focused(page: Page) -> dict[str, str]:
    """What has the focus."""
    found: dict[str, str] = page.evaluate(
        "() => { const e = document.activeElement; return {tag: e.tagName, id: e.id, name: e.name || '',"
        " type: e.type || '', text: e.innerText || '', value: e.value || ''} }"
    )
    return found


def tab_to(page: Page, **wanted: str) -> dict[str, str]:
    """Press Tab until what has the focus is what is wanted."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        found = focused(page)
        if all(found[name] == value for name, value in wanted.items()):
            return found
    raise AssertionError(f"{wanted} cannot be reached by keyboard")


def press_enter(page: Page) -> None:
    """Press Enter, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def answer_by_keyboard(page: Page) -> None:
    """Answer the question that is shown with nothing but keys."""
    control = page.locator("input[name=control]").get_attribute("value")
    assert focused(page)["id"] == "question"
    tab_to(page, name="answer")
    match control:
        case "radios":
            consent = page.locator("input[name=question]").get_attribute("value") == "consent"
            page.keyboard.press("Space" if consent else "ArrowDown")
            press_enter(page)
        case "checkboxes":
            page.keyboard.press("Space")
            press_enter(page)
        case "whole":
            page.keyboard.type("2")
            press_enter(page)
        case "words":
            page.keyboard.type("There was too little time, and the hoist was broken.")
            tab_to(page, tag="BUTTON", text="Continue")
            press_enter(page)
        case _:
            raise AssertionError(f"{control} is not known here")


def test_the_whole_form_by_keyboard_on_a_phone_is_counted_in_the_report(phone: Page) -> None:
    phone.goto("/")
    tab_to(phone, tag="A", text="Answer as a member of staff")
    press_enter(phone)
    tab_to(phone, tag="BUTTON", text="Start")
    press_enter(phone)
    asked = 0
    while phone.locator("input[name=control]").count():
        answer_by_keyboard(phone)
        asked += 1
        assert asked < MOST_QUESTIONS
    assert asked > 20
    assert focused(phone)["id"] == "question"
    assert "You have come to the end." in phone.inner_text("main")
    tab_to(phone, tag="BUTTON", text="Hand in my answers")
    press_enter(phone)
    assert "Your answers are in." in phone.inner_text("main")

    phone.goto("/")
    tab_to(phone, tag="A", text="Read as the safeguarding lead")
    press_enter(phone)
    tab_to(phone, tag="A", text="Open this audit")
    press_enter(phone)
    assert "8 or more people have answered." in phone.inner_text("main")
    tab_to(phone, tag="A", text="Close and publish")
    press_enter(phone)
    tab_to(phone, tag="BUTTON", text="Yes, close and publish")
    press_enter(phone)
    assert "What people said" in phone.inner_text("main")
    tab_to(phone, tag="A", text="Read the report")
    press_enter(phone)
    report = phone.inner_text("main")
    assert "8 to" in report or "8 or more" in report
    assert "There were enough staff" in report or "enough staff to keep people safe" in report


def test_seven_people_are_too_few_for_a_report(phone: Page) -> None:
    phone.goto("/lead/audits/rowan/close")
    press(phone, "Yes, close and publish")
    phone.goto("/lead/audits/rowan/report")
    assert "enough staff to keep people safe" not in phone.inner_text("main")
    assert "8" in phone.inner_text("main")


def test_without_javascript_everything_works(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=address, java_script_enabled=False)
    page = watched(context, address)
    page.goto("/a/rowan")
    page.get_by_label("Cymraeg").check()
    press(page, "Start")
    page.locator("input[value=yes]").check()
    press(page, "Parhau")
    press(page, "English")
    press(page, "Continue")
    page.get_by_text("Please pick one of the answers.").first.wait_for()
    page.get_by_label("Care staff", exact=True).check()
    press(page, "Continue")
    for _ in range(MOST_QUESTIONS):
        if page.get_by_role("button", name="Hand in my answers").count():
            break
        press(page, "Skip")
    press(page, "Hand in my answers")
    page.get_by_text("Your answers are in.").wait_for()
    context.close()


def test_the_browsers_own_back_button_breaks_nothing(phone: Page) -> None:
    phone.goto("/a/rowan")
    press(phone, "Start")
    phone.get_by_label("Yes, start").check()
    press(phone, "Continue")
    phone.get_by_label("Care staff", exact=True).check()
    press(phone, "Continue")
    for _ in range(3):
        phone.go_back()
        assert phone.locator("h1").count() >= 1
        assert "Candour" in phone.title()
    phone.goto("/a/rowan/staff-culture#question")
    assert "2 of 38 answered" in phone.inner_text("main")


def press(page: Page, button: str) -> None:
    """Press a button, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def states(page: Page) -> Iterator[str]:
    """Visit every kind of page, and name each."""
    for path in ("/", "/risk?audit=rowan", "/privacy", "/nothing", "/a/rowan"):
        page.goto(path)
        yield path
    press(page, "Start")
    yield "consent"
    page.get_by_label("Yes, start").check()
    press(page, "Continue")
    yield "first question"
    press(page, "Continue")
    yield "asked again"
    seen: set[str] = set()
    for _ in range(MOST_QUESTIONS):
        if not page.locator("input[name=control]").count():
            break
        control = page.locator("input[name=control]").get_attribute("value") or ""
        if control not in seen:
            yield control
        seen.add(control)
        if control == "radios":
            page.locator("input[name=answer]").first.check()
            press(page, "Continue")
        else:
            press(page, "Skip")
    assert seen >= {"radios", "words"}
    yield "review"
    press(page, "Stop")
    yield "stopping"
    press(page, "No, go on")
    press(page, "Pause")
    yield "paused"
    press(page, "Go on")
    press(page, "Hand in my answers")
    yield "handed in"
    page.goto("/risk?audit=rowan")
    press(page, "Tell the safeguarding lead")
    press(page, "Skip")  # whether it is about the lead
    page.locator("textarea").fill("Nobody turns Mrs B. at night.")
    press(page, "Continue")
    for _ in range(4):
        if page.get_by_role("button", name="Hand in my answers").count():
            break
        press(page, "Skip")
    press(page, "Hand in my answers")
    yield "a worry told"
    for path in ("/receipt", "/s", "/sign-in", "/privacy", "/lead"):
        page.goto(path)
        yield path
    for part in ("", "/interviews", "/messages", "/passphrase", "/k", "/approvals", "/report", "/close"):
        page.goto(f"/lead/audits/rowan{part}")
        yield part or "the audit"
    press(page, "Yes, close and publish")
    yield "a closed audit"
    page.goto("/lead/audits/rowan/report")
    yield "the report"
    page.goto("/lead/audits/rowan/report?language=cy")
    yield "the report in Welsh"


def complaints(page: Page) -> list[str]:
    """What axe-core finds wrong with the page."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_any_page(browser: Browser, address: str, viewport: ViewportSize) -> None:
    context = browser.new_context(viewport=viewport, base_url=address, bypass_csp=True)
    page = watched(context, address)
    found = {name: complaints(page) for name in states(page)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    context.close()


TAPPED = "button, nav a, input:not([type=hidden]), select, textarea, .govuk-button"
SMALL = """() => [...document.querySelectorAll('%s')]
  .filter(e => e.getClientRects().length && getComputedStyle(e).visibility === 'visible')
  .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
  .filter(([_, r]) => r.height < %d || r.width < %d).map(([html, r]) => `${html} ${r.width} x ${r.height}`)"""


def test_everything_can_be_tapped_and_nothing_is_cut_off(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": NARROWEST, "height": 640}, base_url=address)
    page = watched(context, address)
    wrong = {}
    for name in states(page):
        width = page.evaluate("() => document.documentElement.scrollWidth")
        small = [] if "report" in name else page.evaluate(SMALL % (TAPPED, TOUCH, TOUCH))
        if width > NARROWEST or small:
            wrong[name] = (width, small)
    assert wrong == {}
    context.close()


def test_the_way_out_stays_in_sight_while_scrolling(phone: Page) -> None:
    phone.goto("/a/rowan")
    press(phone, "Start")
    phone.mouse.wheel(0, 5000)
    phone.wait_for_function("() => scrollY > 300")
    box = phone.get_by_role("link", name="Someone is at risk", exact=True).bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 60
