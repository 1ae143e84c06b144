"""Signing in with a real browser: a passkey of a virtual authenticator, and the code of an app without scripts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pyotp
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.journeys.test_browser import AXE, DESK, NARROWEST, PHONE, ROOT, browser, watched

__all__ = ["browser"]
CLOSE = "/lead/audits/rowan/close"

pytestmark = pytest.mark.browser


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, str]]:
    """The address of a site where people must sign in, and the code of a lead; ended by its process id."""
    command = [sys.executable, "-m", "tests.journeys.serving", str(folder), "0", "lead"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            code, port = process.stdout.readline().strip(), process.stdout.readline().strip()
            assert port, "the site did not start"
            yield f"http://localhost:{port}", code
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, str]]:
    with serving(tmp_path) as found:
        yield found


@pytest.fixture
def context(browser: Browser, site: tuple[str, str]) -> Iterator[BrowserContext]:
    found = browser.new_context(viewport=PHONE, base_url=site[0])
    yield found
    found.close()


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A device that makes passkeys, and that its owner has unlocked."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, str(made["authenticatorId"])


def follow(page: Page, code: str) -> None:
    """Open the link, as far as the page that asks for more."""
    page.goto(f"/sign-in#{code}")
    assert page.input_value("#code") == code, "the page takes it out of the fragment"
    assert page.url.endswith("/sign-in"), "and out of the address"
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/sign-in/confirm")


def test_a_passkey_from_the_first_link_to_signing_in_with_nothing_else(
    context: BrowserContext, site: tuple[str, str]
) -> None:
    page = watched(context, site[0])
    session, device = authenticator(page)
    follow(page, site[1])
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url("**/lead")
    assert "You are signed in as Ann Example." in page.inner_text("main")
    [credential] = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/lead")
    page.goto(CLOSE)
    assert "It cannot be made again." in page.inner_text("main"), "a moment ago is fresh enough"


def test_a_passkey_that_its_owner_did_not_unlock_lets_nobody_in(
    context: BrowserContext, site: tuple[str, str]
) -> None:
    page = watched(context, site[0])
    session, device = authenticator(page)
    follow(page, site[1])
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url("**/lead")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The passkey did not come through.").wait_for()
    page.goto("/lead")
    assert page.url.endswith("/sign-in")


def test_an_answer_of_a_passkey_works_once_and_in_its_own_browser(
    context: BrowserContext, browser: Browser, site: tuple[str, str]
) -> None:
    page = watched(context, site[0])
    authenticator(page)
    follow(page, site[1])
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url("**/lead")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    with page.expect_request("**/sign-in/passkey") as sent:
        page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/lead")
    body = sent.value.post_data
    assert body
    context.request.post("/sign-in/passkey", data=body, headers=FORM, max_redirects=0)
    cookies = [each for each in context.cookies() if each["name"] == "candour"]
    again = browser.new_context(base_url=site[0])
    again.add_cookies([{"name": "candour", "value": cookies[0]["value"], "url": site[0]}])
    for thief in (again, browser.new_context(base_url=site[0])):
        answer = thief.request.post("/sign-in/passkey", data=body, headers=FORM, max_redirects=0)
        assert answer.status in {403, 422}
        thief.close()


FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_the_code_of_an_app_works_without_scripts(browser: Browser, site: tuple[str, str]) -> None:
    context = browser.new_context(viewport=PHONE, base_url=site[0], java_script_enabled=False)
    page = watched(context, site[0])
    page.goto("/sign-in")
    page.fill("#code", site[1])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/sign-in/confirm")
    assert not page.get_by_role("button", name="Make a passkey").is_visible()
    found = re.search(r"secret=([A-Z2-7]+)", page.content())
    assert found is not None
    seen = Image.open(BytesIO(page.locator("svg").screenshot()))
    [scanned] = zxingcpp.read_barcodes(seen)
    assert pyotp.parse_uri(scanned.text).secret == found[1]
    page.fill("#code", pyotp.TOTP(found[1]).now())
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/lead")
    context.close()


def look(page: Page) -> None:
    """See that the page fits a phone and a desk, and that axe-core finds nothing wrong with it."""
    for size in (PHONE, DESK, {"width": NARROWEST, "height": 700}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate(
            "axe.run().then(found => found.violations.map(each => each.id + ' ' + each.nodes[0].html))"
        )
        assert found == [], page.url
    page.set_viewport_size(PHONE)


def test_every_page_for_who_signs_in_is_accessible_and_fits_a_phone(
    context: BrowserContext, site: tuple[str, str]
) -> None:
    page = watched(context, site[0])
    authenticator(page)

    page.goto("/sign-in")
    look(page)
    follow(page, site[1])
    look(page)
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url("**/lead")
    for address in (
        "/lead",
        "/lead/account",
        "/lead/account/calendar",
        "/lead/audits/rowan",
        CLOSE,
        f"{CLOSE[:-6]}/k",
        f"{CLOSE[:-6]}/approvals",
    ):
        page.goto(address)
        assert page.url.endswith(address)
        look(page)
