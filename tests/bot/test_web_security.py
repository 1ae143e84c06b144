"""What the network may send and what a browser may do: headers, cookies, tokens, limits, hostile words."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.routing import Route

from bot.settings import is_loopback
from bot.web import guard
from bot.web.app import create_app
from tests.bot.website import AUDIT, BASE, STAFF, Browser, Site, site

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HOSTILE = [
    "<script>alert(1)</script>",
    "\x00\x01\x02 nul",
    "مرحبا بالعالم \u202e reversed",
    "😀🏴󠁧󠁢󠁷󠁬󠁳󠁿👩‍👩‍👧",
    "</textarea><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "' OR 1=1 --",
    "\ud800 alone",
    "é" * 3000,
]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as running:
        yield running


@pytest.fixture
async def anna(here: Site) -> AsyncIterator[Browser]:
    browser = here.browser()
    yield browser
    await browser.client.aclose()


async def to_words(browser: Browser) -> None:
    """Skip on until something can be written."""
    await browser.begin()
    for _ in range(20):
        if "words" in browser.page.values("control"):
            return
        await browser.press("Skip")
    raise AssertionError("nothing can be written")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "address",
    ["/", "/risk", "/a/nobody", STAFF, "/nothing", "/language", "/lead", "/healthz", "/static/none.css"],
)
async def test_every_answer_has_the_headers(anna: Browser, method: str, address: str) -> None:
    response = await anna.client.request(method, address, follow_redirects=False)
    assert response.status_code < 500
    assert response.headers["content-security-policy"] == CSP
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-store"
    assert "camera=()" in response.headers["permissions-policy"]


async def test_only_our_own_files_may_be_kept(anna: Browser) -> None:
    assert "max-age" in (await anna.client.get("/static/candour.css")).headers["cache-control"]
    assert "max-age" in (await anna.client.get("/static/report.css")).headers["cache-control"]


async def test_our_styles_are_our_own_brand_and_ask_nobody_for_a_font(anna: Browser) -> None:
    styles = (await anna.client.get("/static/candour.css")).text
    assert "govuk-frontend" in styles[:200]
    assert "GDS Transport" not in styles
    assert "@font-face" not in styles
    assert "url(" not in styles
    assert "Crown Copyright" in (await anna.client.get("/static/LICENCES.txt")).text


async def test_pages_ask_nobody_else_for_anything_and_run_no_script(anna: Browser) -> None:
    for address in ("/", "/risk", f"/a/{AUDIT}", "/privacy", "/lead", f"/lead/audits/{AUDIT}", "/nothing"):
        page = await anna.open(address)
        assert "<script" not in page.html
        assert " style=" not in page.html
        assert "http" not in page.html.replace("https://www.bbc.co.uk/weather", "")


async def test_the_cookie_is_random_and_out_of_reach_of_scripts(anna: Browser) -> None:
    page = await anna.open(f"/a/{AUDIT}")
    [given] = page.response.headers.get_list("set-cookie")
    assert given.startswith("candour=")
    assert len(given.split(";")[0].removeprefix("candour=")) == 43
    assert "HttpOnly" in given
    assert "samesite=lax" in given.lower()
    assert "Path=/" in given


async def test_where_the_connection_is_encrypted_the_cookie_is_bound_to_it(here: Site) -> None:
    browser = here.browser("https://localhost")
    async with browser.client:
        page = await browser.open(f"/a/{AUDIT}")
        [given] = page.response.headers.get_list("set-cookie")
        assert given.startswith("__Host-candour=")
        assert "Secure" in given
        assert "Domain" not in given
        assert "Do you want to take part?" in (await browser.press("Start")).text


async def test_no_secret_is_ever_in_an_address(anna: Browser) -> None:
    page = await anna.begin()
    cookie = anna.client.cookies["candour"]
    for seen in [*page.response.history, page.response]:
        assert cookie not in str(seen.url)
        assert guard.csrf(cookie) not in str(seen.url)


async def test_a_post_without_our_token_changes_nothing(anna: Browser, here: Site) -> None:
    page = await anna.begin()
    form = page.form("Continue")
    fields = [(name, "0" * 64 if name == "csrf" else value) for name, value in form.fields]
    refused = await anna.send(form.action, [*fields, ("answer", "care"), ("move", "answer")])
    assert refused.status == 403
    assert "Nothing was changed." in refused.text
    assert "1 of 38 answered" in (await anna.open(STAFF)).text
    other = here.browser()
    async with other.client:
        assert (
            await other.send(form.action, [*form.fields, ("answer", "care"), ("move", "answer")])
        ).status == 403


async def test_a_post_that_another_site_makes_changes_nothing(anna: Browser) -> None:
    await anna.begin()
    anna.client.headers["sec-fetch-site"] = "cross-site"
    assert (await anna.press("Continue", answer="care")).status == 403
    assert (
        "Set-Cookie" not in (await anna.send("/language", [("language", "cy")])).response.history[0].headers
    )


async def test_a_cookie_of_another_shape_is_not_taken(here: Site) -> None:
    browser = here.browser()
    async with browser.client:
        browser.client.cookies.set("candour", "chosen-by-someone-else", domain="localhost.local")
        page = await browser.open(f"/a/{AUDIT}")
        assert "candour=" in page.response.headers["set-cookie"]
        assert "chosen-by-someone-else" not in page.response.headers["set-cookie"]


async def test_a_host_that_is_not_ours_is_refused(here: Site) -> None:
    browser = here.browser("http://evil.example")
    async with browser.client:
        assert (await browser.open("/lead")).status == 400


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_words_are_kept_and_shown_safely(anna: Browser, words: str) -> None:
    await to_words(anna)
    page = await anna.press("Continue", answer=words)
    assert page.status == 200
    assert "<script>alert" not in page.html
    assert "<img" not in page.html
    assert "\x00" not in page.html
    assert "49" not in page.text


async def test_a_text_of_100_000_characters_is_asked_again_with_what_was_typed(anna: Browser) -> None:
    await to_words(anna)
    long = "ŵ" * 100_000
    page = await anna.press("Continue", answer=long)
    assert page.status == 422
    assert "Please make it shorter" in page.text
    assert page.values("answer") == [long]


async def test_more_than_two_megabytes_are_refused_kindly(anna: Browser) -> None:
    await to_words(anna)
    page = await anna.press("Continue", answer="x" * (guard.BODY_LIMIT + 1))
    assert page.status == 413
    assert "what you answered before is safe" in page.text
    assert "Someone is at risk" in page.links


@pytest.mark.parametrize(
    "fields",
    [
        [("move", "answer")],
        [("move", "answer"), ("turn", "-1"), ("question", "nothing")],
        [("move", "answer"), ("turn", "9" * 30), ("control", "rank"), ("place:x", "99999999")],
        [("move", '{"type":"edit","path":"nowhere"}')],
        [("move", '{"type":"edit","path":"' + "a[" * 500 + '"}')],
        [("move", '{"type":"remove","instance":"[[["}')],
        [("move", '{"type":"speak","language":"\\u0000"}')],
        [("move", '{"type":"begin","language":"xx"}')],
        [("move", '{"type":"confirm","wording":"keep"}')],
        [("move", '{"type":"expire"}')],
        [("move", '{"type":"answer","value":["a","b","c"]}')],
        [("language", "xx")],
        [("language", "../../etc/passwd")],
        [("control", "date"), ("move", "answer"), ("day", "31"), ("month", "2"), ("year", "2026")],
        [],
    ],
    ids=range(15),
)
async def test_garbage_is_never_a_broken_page(anna: Browser, fields: list[tuple[str, str]]) -> None:
    page = await anna.begin()
    token = page.values("csrf")[0]
    answered = await anna.send(STAFF, [("csrf", token), *fields])
    assert answered.status < 500
    assert "1 of 38 answered" in (await anna.open(STAFF)).text


async def test_bodies_that_are_no_form_are_never_a_broken_page(anna: Browser) -> None:
    await anna.begin()
    for body in (b"\xff\xfe\x00", b"&" * 5000, b"a=b&" * 5000, b"{}", b"=%zz&%00=%00"):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "application/json"):
            response = await anna.client.post(STAFF, content=body, headers={"content-type": kind})
            assert 400 <= response.status_code < 500


@pytest.mark.parametrize(
    "address",
    [
        "/a/%00",
        "/a/..%2f..%2fetc",
        "/a/rowan/%F0%9F%98%80",
        "/a/" + "x" * 5000,
        "/lead/audits/%0d%0a",
        "/a/ü/ü",
    ],
)
async def test_unknown_audits_and_forms_are_said_to_be_unknown(anna: Browser, address: str) -> None:
    page = await anna.open(address)
    assert page.status == 404
    assert "There is nothing at this address" in page.text
    assert "Someone is at risk" in page.links


async def test_the_wrong_way_of_asking_is_said(anna: Browser) -> None:
    response = await anna.client.post("/risk")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert "Someone is at risk" in response.text


async def test_a_broken_page_says_what_to_do_and_the_log_says_no_word(
    here: Site, caplog: pytest.LogCaptureFixture
) -> None:
    async def break_down(request: Request) -> None:
        raise RuntimeError(f"secret words {request.url}")

    app = create_app(here.storage, here.turns, here.clock, demo=True)
    app.router.routes.append(Route("/broken", break_down))
    transport = httpx.ASGITransport(app=app)
    with caplog.at_level(logging.ERROR):
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            response = await client.get("/broken")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "Someone is at risk" in response.text
    assert response.headers["content-security-policy"] == CSP
    assert "RuntimeError" in caplog.text
    assert "secret words" not in caplog.text


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - that is what is refused
        ("::", False),
        ("10.0.0.1", False),
        ("candour.example", False),
        ("", False),
    ],
)
async def test_the_leads_pages_are_only_open_on_this_machine(
    tmp_path: Path, host: str, *, local: bool
) -> None:
    assert is_loopback(host) is local
    async with site(tmp_path, host=host) as running:
        browser = running.browser()
        async with browser.client:
            page = await browser.open(f"/lead/audits/{AUDIT}")
            assert page.response.url.path == (f"/lead/audits/{AUDIT}" if local else "/sign-in")


async def test_without_the_demo_the_leads_pages_are_for_who_signs_in(tmp_path: Path) -> None:
    async with site(tmp_path, demo=False) as running:
        browser = running.browser()
        async with browser.client:
            page = await browser.open("/")
            assert "Read as the safeguarding lead" not in page.text
            assert "made up" not in page.text
            for address in ("/lead", f"/lead/audits/{AUDIT}", f"/lead/audits/{AUDIT}/report"):
                assert (await browser.open(address)).response.url.path == "/sign-in"


async def test_a_busy_site_says_that_nothing_was_taken(here: Site) -> None:
    browser = here.browser()
    async with browser.client:
        await browser.begin()
        await here.turns.__aexit__(None, None, None)
        page = await browser.press("Continue", answer="care")
        assert page.status == 503
        assert page.response.headers["retry-after"]
        assert "was not taken" in page.text
        await here.turns.__aenter__()
