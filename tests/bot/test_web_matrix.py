"""Every route × every role × every audit. The routes are the router's: a new one fails until it is listed here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.services import access, appointing, auditing
from bot.web.app import create_app
from bot.web.gate import EVERYONE, Door, among
from bot.web.operations import Checks, needs, routes
from bot.web.webhook import route as webhook
from dialogues import library
from reports.findings import Finding
from reports.plan import Action
from storage.casework import Audit
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER
from tests.bot import asking
from tests.bot.signing import Colleague, follow, newcomer, signed_in
from tests.bot.website import AUDIT, NOW, PASSPHRASE, Browser, Site, site

ELSEWHERE, NOWHERE = "elm", "nobody"
ALL, BEGUN, IN = "everyone", "followed a link", "signed in"
EVERY = {LEAD, DEPUTY, AUDITOR}
CODERS = {LEAD, AUDITOR}
READERS = {*EVERY, OWNER, BOARD}
FRESH = "showed it a moment ago"

# Cases and actions are here those of somebody else: owners and board members see none but their own.
# What each route asks of whoever comes: a stage, or roles in the audit of its path; and whether it asks once more.
MATRIX: dict[tuple[str, str], tuple[object, str]] = {
    ("GET", "/"): (ALL, ""),
    ("GET", "/risk"): (ALL, ""),
    ("POST", "/language"): (ALL, ""),
    ("GET", "/privacy"): (ALL, ""),
    ("GET", "/s"): (ALL, ""),
    ("POST", "/s"): (ALL, ""),
    ("GET", "/receipt"): (ALL, ""),
    ("POST", "/receipt"): (ALL, ""),
    ("GET", "/a/{audit}"): (ALL, ""),
    ("GET", "/a/{audit}/{form}"): (ALL, ""),
    ("POST", "/a/{audit}/{form}"): (ALL, ""),
    ("GET", "/static/report.css"): (ALL, ""),
    ("GET", "/healthz"): (ALL, ""),
    ("GET", "/readyz"): (ALL, ""),
    ("POST", "/telegram"): (ALL, ""),
    ("GET", "/sign-in"): (ALL, ""),
    ("POST", "/sign-in"): (ALL, ""),
    ("POST", "/sign-in/passkey"): (ALL, ""),
    ("GET", "/sign-in/confirm"): (BEGUN, ""),
    ("POST", "/sign-in/confirm"): (BEGUN, ""),
    ("POST", "/sign-out"): (BEGUN, ""),
    ("GET", "/lead"): (IN, ""),
    ("GET", "/lead/account"): (IN, FRESH),
    ("POST", "/lead/account"): (IN, FRESH),
    ("GET", "/calendar/{token}.ics"): (ALL, ""),
    ("GET", "/lead/account/calendar"): (IN, FRESH),
    ("POST", "/lead/account/calendar"): (IN, FRESH),
    ("GET", "/lead/audits/{audit}"): (EVERY, ""),
    ("GET", "/lead/audits/{audit}/close"): ({LEAD}, FRESH),
    ("POST", "/lead/audits/{audit}/close"): ({LEAD}, FRESH),
    ("POST", "/lead/audits/{audit}/concerns"): ({LEAD, DEPUTY}, ""),
    ("GET", "/lead/audits/{audit}/messages"): ({LEAD, DEPUTY}, ""),
    ("POST", "/lead/audits/{audit}/messages"): ({LEAD, DEPUTY}, ""),
    ("GET", "/lead/audits/{audit}/passphrase"): ({LEAD}, FRESH),
    ("POST", "/lead/audits/{audit}/passphrase"): ({LEAD}, FRESH),
    ("GET", "/lead/audits/{audit}/report"): (EVERY, ""),
    ("GET", "/lead/audits/{audit}/report/download"): (EVERY, FRESH),
    ("GET", "/lead/audits/{audit}/k"): ({LEAD}, FRESH),
    ("POST", "/lead/audits/{audit}/k"): ({LEAD}, FRESH),
    ("GET", "/lead/audits/{audit}/quotes"): (CODERS, FRESH),
    ("POST", "/lead/audits/{audit}/quotes"): ({LEAD}, FRESH),
    ("GET", "/lead/audits/{audit}/people"): ({LEAD}, FRESH),
    ("POST", "/lead/audits/{audit}/people"): ({LEAD}, FRESH),
    ("GET", "/lead/audits/{audit}/people/{person}"): ({LEAD}, FRESH),
    ("POST", "/lead/audits/{audit}/people/{person}"): ({LEAD}, FRESH),
    ("GET", "/lead/audits/{audit}/approvals"): (EVERY, FRESH),
    ("POST", "/lead/audits/{audit}/approvals"): (EVERY, FRESH),
    ("GET", "/lead/audits/{audit}/coding"): (CODERS, ""),
    ("POST", "/lead/audits/{audit}/coding"): (CODERS, ""),
    ("GET", "/lead/audits/{audit}/coding/second"): (CODERS, ""),
    ("POST", "/lead/audits/{audit}/coding/second"): (CODERS, ""),
    ("GET", "/lead/audits/{audit}/coding/unlock"): ({LEAD}, FRESH),
    ("POST", "/lead/audits/{audit}/coding/unlock"): ({LEAD}, FRESH),
    ("GET", "/lead/audits/{audit}/coding/agreement"): (CODERS, ""),
    ("POST", "/lead/audits/{audit}/coding/agreement"): (CODERS, ""),
    ("GET", "/lead/audits/{audit}/coding/codebook"): (CODERS, ""),
    ("POST", "/lead/audits/{audit}/coding/codebook"): (CODERS, FRESH),
    ("GET", "/lead/audits/{audit}/themes"): (CODERS, ""),
    ("GET", "/lead/audits/{audit}/themes/publish"): ({LEAD}, FRESH),
    ("POST", "/lead/audits/{audit}/themes/publish"): ({LEAD}, FRESH),
    ("GET", "/lead/audits/{audit}/themes/matrix"): (CODERS, ""),
    ("GET", "/lead/audits/{audit}/export/{format}"): (CODERS, FRESH),
    ("GET", "/lead/audits/{audit}/measures"): (CODERS, ""),
    ("POST", "/lead/audits/{audit}/measures"): (CODERS, ""),
    ("GET", "/lead/audits/{audit}/change"): (CODERS, ""),
    ("POST", "/lead/audits/{audit}/change"): ({LEAD}, FRESH),
    ("GET", "/lead/audits/{audit}/interviews"): ({LEAD, AUDITOR}, ""),
    ("POST", "/lead/audits/{audit}/interviews"): ({LEAD, AUDITOR}, ""),
    ("GET", "/lead/audits/{audit}/interviews/{case}"): ({LEAD, AUDITOR}, ""),
    ("POST", "/lead/audits/{audit}/interviews/{case}"): ({LEAD, AUDITOR}, ""),
    ("GET", "/lead/audits/{audit}/interviews/{case}/transcript"): ({LEAD, AUDITOR}, ""),
    ("GET", "/lead/audits/{audit}/interviews/{case}/transcript/download"): ({LEAD, AUDITOR}, FRESH),
    ("GET", "/lead/audits/{audit}/interviews/{case}/files/{file}"): ({LEAD, AUDITOR}, ""),
    ("GET", "/audits/{audit}/findings"): (CODERS, ""),
    ("GET", "/audits/{audit}/findings/{finding}"): (CODERS, ""),
    ("GET", "/audits/{audit}/plan"): (CODERS, ""),
    ("POST", "/audits/{audit}/plan"): ({*CODERS, OWNER, BOARD}, ""),
    ("GET", "/audits/{audit}/actions"): ({LEAD, OWNER}, ""),
    ("GET", "/audits/{audit}/actions/{action}"): (CODERS, ""),
    ("GET", "/audits/{audit}/accountability"): ({*CODERS, BOARD}, ""),
    ("GET", "/audits/{audit}/reports"): (READERS, ""),
    ("GET", "/audits/{audit}/reports/{view}"): (CODERS, ""),
    ("GET", "/audits/{audit}/reports/{view}/publish"): ({LEAD}, FRESH),
    ("POST", "/audits/{audit}/reports/{view}/publish"): ({LEAD}, FRESH),
    ("GET", "/audits/{audit}/reports/{view}/{edition}"): (READERS, ""),
    ("GET", "/audits/{audit}/reports/{view}/{edition}/{format}"): (READERS, FRESH),
}
GUARDED = [route for route, (rule, _) in MATRIX.items() if rule != ALL]
ROLES = {
    "a lead": LEAD,
    "a deputy": DEPUTY,
    "an auditor": AUDITOR,
    "an owner of actions": OWNER,
    "a board member": BOARD,
    "a lead of another audit": LEAD,
    "a lead who was removed": LEAD,
}
VISITORS = ["nobody", "a lead with no more than a link", *ROLES]
PASSED, SIGN_IN, CONFIRM, UNKNOWN, OTHER_ROLE = "passed", "sign in", "confirm", "unknown", "other role"


# In each audit a case of somebody else, and the photo in it, as addresses name them.
CASES: dict[str, tuple[str, str]] = {}
PLANNED = {  # and a finding, and an action that nobody here is to do
    audit: {"finding": bytes([number]).hex() * 16, "action": bytes([number + 16]).hex() * 16}
    for number, audit in enumerate((AUDIT, ELSEWHERE), 1)
}


def address_of(path: str, audit: str) -> str:
    """The address of a route in an audit."""
    case, file = CASES.get(audit, CASES[ELSEWHERE])
    given = {"audit": audit, "case": case, "file": file, "format": "json", "person": "00"} | {
        "view": "board",
        "edition": "1",
    }
    given |= PLANNED.get(audit, PLANNED[ELSEWHERE])
    return path.format_map(given)


async def _unused(_content: bytes) -> None:
    raise AssertionError


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        elm = Audit(id=ELSEWHERE, name="Elm", service="Elm", incident="", staff_count=9, opened_on=NOW.date())
        auditing.open_audit(running.storage, elm, [library.shipped("staff-culture")])
        auditing.choose_passphrase(running.storage, ELSEWHERE, PASSPHRASE, running.clock)
        for audit in (AUDIT, ELSEWHERE):
            CASES[audit] = await asking.with_a_photo(running, audit)
            with running.storage.writing() as work:
                work.findings.keep(audit, Finding(id=PLANNED[audit]["finding"], number=1, title="Found"))
                work.actions.keep(audit, Action(id=PLANNED[audit]["action"], number=1, title="To do"))
        yield running


def all_routes(here: Site) -> set[tuple[str, str]]:
    """Every route that there can be, by its method; HEAD goes with GET."""
    more = [*routes(Checks(needs(here.storage))), webhook(_unused, lambda _: True)]
    app = create_app(here.storage, here.turns, here.clock, more=more)
    doors = [route for route in app.routes if isinstance(route, Door)]
    assert len(doors) == len(app.routes) - 1, "all but the files"
    return {(method, door.path) for door in doors for method in door.methods or () if method != "HEAD"}


async def come(here: Site, visitor: str) -> Colleague:
    """The browser of somebody like this."""
    audit = ELSEWHERE if visitor == "a lead of another audit" else AUDIT
    if visitor == "nobody":
        return Colleague("", here.browser(), here.clock)
    if visitor == "a lead with no more than a link":
        half = newcomer(here, LEAD)
        await follow(half, half.secret)
        return half
    colleague = await signed_in(here, ROLES[visitor], audit)
    if visitor == "a lead who was removed":
        appointing.remove(here.storage, audit, colleague.person, here.clock)
    return colleague


def held(visitor: str, audit: str) -> str:
    """The role that they have in the audit."""
    place = ELSEWHERE if visitor == "a lead of another audit" else AUDIT
    return ROLES.get(visitor, "") if audit == place else ""


def expected(rule: object, fresh: str, visitor: str, audit: str, *, late: bool) -> str:
    """What should come of it."""
    if visitor in {"nobody", "a lead who was removed"}:
        return SIGN_IN
    if visitor == "a lead with no more than a link":
        return PASSED if rule == BEGUN else CONFIRM
    if isinstance(rule, set):
        role = held(visitor, audit)
        if not role:
            return UNKNOWN
        if role not in rule:
            return OTHER_ROLE
    return CONFIRM if fresh and late else PASSED


async def came(browser: Browser, method: str, address: str) -> str:
    """What comes of it. Nothing is done: a post has no token of ours, which is said behind the gate."""
    response = await browser.client.request(method, address, follow_redirects=False)
    location = response.headers.get("location", "").partition("?")[0]
    if location in {"/sign-in", "/sign-in/confirm"}:
        assert response.status_code == 303
        return SIGN_IN if location == "/sign-in" else CONFIRM
    if "There is nothing at this address" in response.text:
        assert response.status_code == 404
        return UNKNOWN
    if "somebody with another part in this audit" in response.text:
        assert response.status_code == 403
        return OTHER_ROLE
    if method == "POST":
        assert response.status_code == 403
        assert "I could not tell that this page is yours" in response.text
    else:
        assert response.status_code in {200, 303, 409}  # 303: somebody else's case is only read
    return PASSED


async def test_every_route_is_listed_and_every_listed_route_exists(here: Site) -> None:
    assert all_routes(here) == set(MATRIX)


@pytest.mark.parametrize("late", [False, True], ids=["at once", "later"])
@pytest.mark.parametrize("visitor", VISITORS)
async def test_nobody_gets_further_than_their_role(here: Site, visitor: str, *, late: bool) -> None:
    colleague = await come(here, visitor)
    if late:
        here.clock.move(timedelta(seconds=access.FRESH + 1))
    for method, path in GUARDED:
        rule, fresh = MATRIX[method, path]
        for audit in [AUDIT, ELSEWHERE, NOWHERE] if "{audit}" in path else [""]:
            address = address_of(path, audit)
            for asked in [method, "HEAD"] if method == "GET" else [method]:
                if asked == "HEAD":
                    status = (await colleague.browser.client.head(address)).status_code
                    assert status == (await colleague.browser.client.get(address)).status_code
                    continue
                found = await came(colleague.browser, asked, address)
                assert found == expected(rule, fresh, visitor, audit, late=late), (asked, address)
    await colleague.browser.client.aclose()


async def test_an_audit_of_others_and_one_that_there_is_not_get_the_same_answer(here: Site) -> None:
    auditor = await signed_in(here, AUDITOR)
    for method, path in GUARDED:
        if "{audit}" in path:
            answers = set()
            for audit in (ELSEWHERE, NOWHERE):
                response = await auditor.browser.client.request(method, address_of(path, audit))
                answers.add(
                    (response.status_code, response.text.replace(audit, "…"), *sorted(response.headers))
                )
            assert len(answers) == 1, path


async def test_a_list_shows_no_audit_but_ones_own(here: Site) -> None:
    auditor, elsewhere = await signed_in(here, AUDITOR), await signed_in(here, LEAD, ELSEWHERE)
    assert "Rowan House" in (page := await auditor.browser.open("/lead")).text
    assert "Elm" not in page.text
    assert "Elm" in (page := await elsewhere.browser.open("/lead")).text
    assert "Rowan House" not in page.text


async def test_a_route_that_does_not_say_who_may_use_it_keeps_us_from_starting(here: Site) -> None:
    async def hello(_request: Request) -> Response:
        return Response("hello")

    for forgotten in (Route("/new", hello), Route("/lead/new", hello)):
        with pytest.raises(ValueError, match="does not say who may use it"):
            create_app(here.storage, here.turns, here.clock, more=[forgotten])
    with pytest.raises(ValueError, match="names no audit"):
        Door("/lead/new", hello, among(LEAD))
    create_app(here.storage, here.turns, here.clock, more=[Door("/new", hello, EVERYONE)])
