"""Signing in: a link that works once, a code or a passkey, sessions that end, and what must not get anybody in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from bot.services import access, appointing
from storage import tables
from storage.access import IDLE, LATER_LINK, LONGEST, UNCONFIRMED
from storage.slips import AUDITOR, LEAD
from tests.bot.signing import Colleague, follow, newcomer, secret_on, signed_in
from tests.bot.website import AUDIT, Site, site

PAGE = f"/lead/audits/{AUDIT}"
NOT_WORTH = "This code does not work."


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        yield running


@pytest.fixture
async def ann(here: Site) -> Colleague:
    return await signed_in(here, LEAD, name="Ann Example")


def cookie(colleague: Colleague) -> str:
    return str(colleague.browser.client.cookies.get("candour-session", ""))


async def seems_signed_out(colleague: Colleague) -> bool:
    page = await colleague.browser.open("/lead")
    return page.response.url.path in {"/sign-in", "/sign-in/confirm"}


async def test_a_link_and_the_code_of_an_app_let_a_lead_in(here: Site) -> None:
    ann = newcomer(here, LEAD, name="Ann Example")
    page = await follow(ann, ann.secret)
    assert "A link alone is not safe enough" in page.text
    assert "<svg" in page.html
    ann.secret = secret_on(page)
    assert " ".join(ann.secret[at : at + 4] for at in range(0, 32, 4)) in page.text
    assert secret_on(await ann.browser.open("/sign-in/confirm")) == ann.secret, (
        "the same when it is looked at again"
    )
    page = await ann.confirm()
    assert page.response.url.path == "/lead"
    assert "Rowan House: audit" in page.text
    assert "You are signed in as Ann Example." in page.text


async def test_a_code_may_be_typed_as_people_type_it(here: Site) -> None:
    ann = newcomer(here, LEAD)
    typed = "-".join(ann.secret[at : at + 4] for at in range(0, 28, 4)).lower().replace("0", "o")
    assert "Set up how you sign in" in (await follow(ann, f" {typed} ")).text


async def test_a_link_works_once_and_until_another_is_made_or_it_is_too_old(here: Site) -> None:
    ann = newcomer(here, LEAD)
    first = ann.secret
    second = appointing.link(here.storage, AUDIT, ann.person, clock=here.clock).code
    assert NOT_WORTH in (await follow(ann, first)).text
    assert "Set up how you sign in" in (await follow(ann, second)).text
    assert NOT_WORTH in (await follow(ann, second)).text
    third = appointing.link(here.storage, AUDIT, ann.person, clock=here.clock)
    assert third.lasts == 24 * 3600, "they have nothing else to show yet"
    here.clock.move(timedelta(seconds=third.lasts))
    assert NOT_WORTH in (await follow(ann, third.code)).text


async def test_a_later_link_works_for_a_quarter_of_an_hour(here: Site, ann: Colleague) -> None:
    link = appointing.link(here.storage, AUDIT, ann.person, clock=here.clock)
    assert link.lasts == LATER_LINK == 900
    here.clock.move(timedelta(seconds=901))
    assert NOT_WORTH in (await follow(ann, link.code)).text


async def test_wrong_old_and_used_codes_get_the_same_answer(here: Site) -> None:
    ann, ben = newcomer(here, LEAD), newcomer(here, AUDITOR)
    appointing.remove(here.storage, AUDIT, ben.person, here.clock)
    await follow(ann, ann.secret)
    said = set()
    for code in ("", "x", "0" * 28, ann.secret, ben.secret, "é" * 28, ann.secret * 1000):
        page = await follow(ben, code)
        assert page.status == 422
        said.add((page.status, page.text))
    assert len(said) == 1


async def test_a_link_alone_shows_nothing_and_soon_leads_nowhere(here: Site) -> None:
    ann = newcomer(here, LEAD)
    await follow(ann, ann.secret)
    for address in ("/lead", PAGE, "/lead/account", f"{PAGE}/report"):
        page = await ann.browser.open(address)
        assert page.response.url.path == "/sign-in/confirm"
    here.clock.move(timedelta(seconds=UNCONFIRMED))
    assert (await ann.browser.open("/lead")).response.url.path == "/sign-in"


async def test_a_code_of_the_app_works_once_and_may_be_a_step_off(here: Site, ann: Colleague) -> None:
    async def again(code: str) -> str:
        await follow(ann, appointing.link(here.storage, AUDIT, ann.person, clock=here.clock).code)
        page = await ann.browser.press("Go on", code=code)
        return str(page.response.url.path)

    codes, now = pyotp.TOTP(ann.secret), here.clock.now()
    assert await again(codes.at(now)) == "/sign-in/confirm", "used when it was set up"
    assert await again(codes.at(now - timedelta(seconds=30))) == "/sign-in/confirm", (
        "older than one that was used"
    )
    assert await again(codes.at(now + timedelta(seconds=60))) == "/sign-in/confirm", "two steps ahead"
    assert (
        await again(
            f" {codes.at(now + timedelta(seconds=30))[:3]} {codes.at(now + timedelta(seconds=30))[3:]}"
        )
        == "/lead"
    )
    here.clock.move(timedelta(seconds=90))
    assert await again(codes.at(here.clock.now() - timedelta(seconds=30))) == "/lead"


async def test_five_wrong_codes_end_the_attempt_and_twenty_end_all(here: Site, ann: Colleague) -> None:
    for attempt in range(4):
        await follow(ann, appointing.link(here.storage, AUDIT, ann.person, clock=here.clock).code)
        for _ in range(4):
            page = await ann.browser.press("Go on", code="000000")
            assert page.status == 422
            assert "That did not fit." in page.text
        page = await ann.browser.press("Go on", code="000000")
        assert page.status == 403
        assert (
            "There were too many wrong codes." in page.text
            if attempt == 3
            else "ask for a new link" in page.text
        )
        assert await seems_signed_out(ann)
    await follow(ann, appointing.link(here.storage, AUDIT, ann.person, clock=here.clock).code)
    assert (await ann.confirm()).status == 403, "also the right one"
    anew = appointing.link(here.storage, AUDIT, ann.person, anew=True, clock=here.clock)
    ann.secret = secret_on(await follow(ann, anew.code))
    assert (await ann.confirm()).response.url.path == "/lead"


async def test_a_right_code_makes_up_for_wrong_ones(here: Site, ann: Colleague) -> None:
    for _ in range(3):
        await follow(ann, appointing.link(here.storage, AUDIT, ann.person, clock=here.clock).code)
        for _ in range(4):
            await ann.browser.press("Go on", code="000000")
        assert (await ann.confirm()).response.url.path == "/lead"


async def test_what_matters_most_asks_again_after_five_minutes(here: Site, ann: Colleague) -> None:
    assert (await ann.browser.open(f"{PAGE}/close")).response.url.path == f"{PAGE}/close"
    here.clock.move(timedelta(seconds=access.FRESH + 1))
    assert (await ann.browser.open(PAGE)).response.url.path == PAGE
    page = await ann.browser.open(f"{PAGE}/close")
    assert page.response.url.path == "/sign-in/confirm"
    assert "Show once more that it is you" in page.text
    assert (await ann.confirm()).response.url.path == f"{PAGE}/close"


async def test_a_post_that_comes_too_late_is_asked_back_and_does_nothing(here: Site, ann: Colleague) -> None:
    await ann.browser.open(f"{PAGE}/close")
    here.clock.move(timedelta(seconds=access.FRESH + 1))
    page = await ann.browser.press("Yes, close and publish")
    assert page.response.url.path == "/sign-in/confirm"
    page = await ann.confirm()
    assert "Yes, close and publish" in page.buttons()
    assert "Open since" in (await ann.browser.open(PAGE)).text


async def test_every_step_of_signing_in_gives_a_new_session_and_ends_the_old_one(here: Site) -> None:
    ann = newcomer(here, LEAD)
    ann.browser.client.cookies.set("candour-session", "A" * 43, domain="localhost.local")
    page = await follow(ann, ann.secret)
    half = cookie(ann)
    ann.secret = secret_on(page)
    await ann.confirm()
    whole = cookie(ann)
    here.clock.move(timedelta(seconds=access.FRESH + 1))
    await ann.open(f"{PAGE}/close")
    fresh = cookie(ann)
    assert len({"A" * 43, half, whole, fresh}) == 4
    for token in ("A" * 43, half, whole):
        thief = here.browser()
        thief.client.cookies.set("candour-session", token, domain="localhost.local")
        assert (await thief.open("/lead")).response.url.path == "/sign-in"
        await thief.client.aclose()


async def test_a_session_ends_when_it_is_idle_when_it_is_long_and_when_they_sign_out(here: Site) -> None:
    ann, ben, cat = [await signed_in(here, LEAD) for _ in range(3)]
    here.clock.move(timedelta(seconds=IDLE - 120))
    assert not await seems_signed_out(ann)
    here.clock.move(timedelta(seconds=IDLE - 120))
    assert not await seems_signed_out(ann)
    assert await seems_signed_out(ben)
    for _ in range(LONGEST // 1500):
        here.clock.move(timedelta(seconds=1500))
        await ann.open("/lead")
    assert await seems_signed_out(ann)
    cat = await signed_in(here, LEAD)
    token = cookie(cat)
    await cat.browser.open("/lead")
    page = await cat.browser.press("Sign out")
    assert page.response.url.path == "/sign-in"
    assert await seems_signed_out(cat)
    cat.browser.client.cookies.set("candour-session", token, domain="localhost.local")
    assert await seems_signed_out(cat)


async def test_showing_it_once_more_does_not_make_a_session_longer(here: Site, ann: Colleague) -> None:
    for _ in range(LONGEST // 1400 + 1):
        here.clock.move(timedelta(seconds=1400))
        await ann.open(f"{PAGE}/close")
    assert await seems_signed_out(ann)


async def test_a_role_that_was_taken_is_gone_at_the_next_request(here: Site, ann: Colleague) -> None:
    assert (await ann.browser.open(PAGE)).status == 200
    appointing.remove(here.storage, AUDIT, ann.person, here.clock)
    assert await seems_signed_out(ann)
    assert (await ann.browser.open(PAGE)).response.url.path == "/sign-in"
    with here.storage.database.reading() as connection:
        for table in tables.ACCESS:
            assert connection.execute(select(table)).all() == []


async def test_what_was_forgotten_lets_nobody_in(here: Site, ann: Colleague) -> None:
    appointing.link(here.storage, AUDIT, ann.person, anew=True, clock=here.clock)
    assert await seems_signed_out(ann)


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/lead",
        "/\\evil.example",
        "/lead\\@evil.example",
        "/lead/../../evil",
        "javascript:alert(1)",
        "/lead\r\nx: y",
        "/leader",
        "/sign-in",
        " /lead",
        "/lead@evil.example",
        "http:/lead",
        "",
    ],
)
async def test_nobody_is_sent_anywhere_but_to_our_own_pages(ann: Colleague, onward: str) -> None:
    ann.browser.client.follow_redirects = False
    page = await ann.browser.open("/sign-in/confirm")
    fields = [("csrf", page.values("csrf")[0]), ("next", onward), ("code", ann.code())]
    response = (await ann.browser.send("/sign-in/confirm", fields)).response
    assert (response.status_code, response.headers["location"]) == (303, "/lead")


async def test_the_cookie_of_a_session_is_out_of_reach_and_bound_to_us(here: Site) -> None:
    ann = newcomer(here, LEAD, base="https://localhost")
    page = await follow(ann, ann.secret)
    [given] = page.response.history[0].headers.get_list("set-cookie")
    assert given.startswith("__Host-candour-session=")
    for part in ("Secure", "HttpOnly", "Path=/"):
        assert part in given
    assert "samesite=strict" in given.lower()
    assert "domain" not in given.lower()
    assert "max-age" not in given.lower()


async def test_nothing_that_lets_somebody_in_can_be_read_in_the_database(here: Site, ann: Colleague) -> None:
    link = appointing.link(here.storage, AUDIT, ann.person, clock=here.clock)
    stored = (tmp := Path(str(here.storage.database.engine.url.database))).read_bytes()
    stored += tmp.with_name(f"{tmp.name}-wal").read_bytes()
    for secret in (link.code, ann.secret, cookie(ann), "Ann Example"):
        assert secret.encode() not in stored
    assert pyotp.TOTP(ann.secret).byte_secret() not in stored


async def test_no_secret_is_in_an_address_that_travels(here: Site) -> None:
    ann = newcomer(here, LEAD)
    page = await follow(ann, ann.secret)
    link, ann.secret = ann.secret, secret_on(page)
    for seen in [*page.response.history, page.response]:
        for secret in (link, ann.secret, cookie(ann)):
            assert secret not in str(seen.url)
            assert secret not in seen.headers.get("location", "")
