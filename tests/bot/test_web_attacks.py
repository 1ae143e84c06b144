"""What attackers try against the pages, over real HTTP where it matters; the routes are the router's."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.services import auditing, inviting
from bot.serving import Server
from bot.web import guard
from bot.web.app import create_app
from bot.web.gate import EVERYONE, Door
from bot.web.operations import Checks, needs, routes
from bot.web.webhook import route as webhook
from storage.slips import LEAD
from tests.bot import sent
from tests.bot.signing import Colleague, signed_in
from tests.bot.test_web_upload import HERE, Uploader, count, is_anywhere, offer, state
from tests.bot.website import AUDIT, BASE, STAFF, Site, site

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW"]
ERRORS = [
    "/nothing",
    "/lead/audits/nobody",
    "/a/nobody",
    "/static/none.css",
    "/static/../app.py",
    "/lead/",
    "/broken",
]
NO_TOKEN = {  # posts that have no token of ours, and why that is safe
    "/language",  # chooses a language, and refuses what another site sends
    "/telegram",  # Telegram's own, with a secret in its header
}
PATHS = {"{audit}": AUDIT, "{form}": "staff-culture", "{path:path}": "candour.css"}


async def _break(_request: Request) -> Response:
    raise RuntimeError


async def _nothing(_content: bytes) -> None:
    raise AssertionError


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        more = [
            *routes(Checks(needs(running.storage))),
            webhook(_nothing, lambda _: False),
            Door("/broken", _break, EVERYONE, ["GET", "POST"]),
        ]
        running.app = create_app(running.storage, running.turns, running.clock, more=more)
        yield running


@pytest.fixture
async def ann(here: Site) -> AsyncIterator[Colleague]:
    colleague = await signed_in(here, LEAD)
    yield colleague
    await colleague.browser.client.aclose()


def doors(here: Site, method: str = "") -> list[str]:
    """The address of every route, or of those that take this method."""
    found = {
        door.path
        for door in here.app.routes  # type: ignore[attr-defined]
        if isinstance(door, Door) and (not method or method in (door.methods or ()))
    }
    return sorted(_filled(path) for path in found)


def _filled(path: str) -> str:
    for name, value in PATHS.items():
        path = path.replace(name, value)
    return path


def has_the_headers(headers: httpx.Headers, address: str) -> bool:
    """Whether a browser is told to do no more than it must."""
    kept = "/static/" in address and "max-age" in headers["cache-control"]
    return kept or all(headers.get(name) == value for name, value in guard.HEADERS.items())


# Headers


@pytest.mark.parametrize("method", METHODS)
async def test_every_answer_to_everyone_has_the_headers(here: Site, ann: Colleague, method: str) -> None:
    nobody = here.browser()
    ann.browser.client.cookies.delete("candour")
    for browser in (nobody, ann.browser):
        browser.client.follow_redirects = False
        for address in [*doors(here), *ERRORS]:
            response = await browser.client.request(method, address)
            assert has_the_headers(response.headers, address), address
            assert response.status_code != 500 or address == "/broken"
            assert "server" not in response.headers
    await nobody.client.aclose()


async def test_also_what_is_refused_has_the_headers(here: Site) -> None:
    async with here.browser().client as client:
        refused = [
            await client.get("/", headers={"host": "evil.example"}),
            await client.post(STAFF, content=b"x" * (guard.BODY_LIMIT + 1)),
            await client.post(STAFF, content=b"&" * 5000),
            await client.post("/telegram", content=b"{}"),
        ]
    assert [response.status_code for response in refused] == [400, 413, 422, 403]
    for response in refused:
        assert has_the_headers(response.headers, str(response.url))


async def raw(here: Site, request: bytes) -> bytes:
    """What comes back over a real connection."""
    server = Server(here.app)  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(), 10)
            writer.close()
        finally:
            server.stop()
            await serving
    return answer


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost@evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost.evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x00\r\nConnection: close\r\n\r\n",
    ],
    ids=range(8),
)
async def test_a_host_that_is_not_ours_is_refused_over_the_wire(here: Site, request_: bytes) -> None:
    answer = await raw(here, request_)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"evil.example" not in answer


async def test_nothing_that_a_stranger_says_about_our_address_is_believed(here: Site) -> None:
    lies = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "forwarded": "host=evil.example",
    }
    async with here.browser().client as client:
        client.follow_redirects = False
        for address in ["/lead/", "/lead", "/sign-in", "/a/rowan"]:
            response = await client.get(address, headers=lies)
            assert "evil.example" not in response.text + str(response.headers)
    trace = await raw(
        here, b"TRACE / HTTP/1.1\r\nHost: localhost\r\nCookie: candour=CANARY\r\nConnection: close\r\n\r\n"
    )
    assert b"405" in trace.splitlines()[0]
    assert b"CANARY" not in trace


async def test_two_lines_never_become_a_header(ann: Colleague) -> None:
    for address in (
        "/lead/audits/%0d%0aset-cookie:%20x=1",
        "/a/x%0d%0ax:%20y/z",
        "/lead/audits/rowan/report?form=%0d%0ax",
    ):
        response = await ann.browser.client.get(address)
        assert "x" not in response.headers
        assert "x=1" not in response.headers.get("set-cookie", "")


# Posts that we did not ask for


def unchanged(here: Site) -> object:
    """What a forged post could have changed."""
    audit = auditing.audit(here.storage, AUDIT)
    with here.storage.reading() as work:
        roles = [
            (person.role, len(work.access.shown(person.account))) for person in work.people.all_of(AUDIT)
        ]
        return audit, roles, work.approvals.of(AUDIT), work.journal.entries()


async def test_no_post_is_taken_without_the_token_of_its_own_browser(here: Site, ann: Colleague) -> None:
    before = unchanged(here)
    other = await signed_in(here, LEAD, name="Other")
    theirs = (await other.browser.open("/lead")).values("csrf")[0]
    page = await ann.browser.open("/lead")
    mine, cookie = page.values("csrf")[0], str(ann.browser.client.cookies.get("candour", ""))
    before = unchanged(here)
    checked = [address for address in doors(here, "POST") if address not in NO_TOKEN | {"/broken"}]
    assert len(checked) >= 9
    forged = ["", "0" * 64, theirs, guard.csrf(""), guard.csrf("A" * 43), mine[:-1], "é" * 64]
    for address in checked:
        before_signing_in = [guard.csrf(cookie)] if address.startswith("/lead") else []
        for token in [*forged, *before_signing_in]:
            fields = [("csrf", token), ("k", "12"), ("code", "000000"), ("move", "begin"), ("passkey", "{}")]
            assert (await ann.browser.send(address, fields)).status == 403, (address, token)
        assert (await ann.browser.send(address, [("k", "12")])).status == 403
        for site_ in ("cross-site", "same-site"):
            right = (
                mine if address.startswith(("/lead", "/sign-out", "/sign-in/confirm")) else guard.csrf(cookie)
            )
            response = await ann.browser.client.post(
                address, data={"csrf": right, "k": "12"}, headers={"sec-fetch-site": site_}
            )
            assert response.status_code == 403, (address, site_)
    assert unchanged(here) == before
    assert (await ann.browser.open("/lead")).response.url.path == "/lead", "and they are signed in still"
    await other.browser.client.aclose()


async def test_what_has_no_token_refuses_other_sites_or_has_a_secret(here: Site) -> None:
    assert set(doors(here, "POST")) >= NO_TOKEN
    async with here.browser().client as client:
        client.follow_redirects = False
        choice = {"language": "cy", "next": "/"}
        foreign = await client.post("/language", data=choice, headers={"sec-fetch-site": "cross-site"})
        assert "set-cookie" not in foreign.headers
        assert (await client.post("/telegram", content=b"{}")).status_code == 403


# Being sent elsewhere


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\t/evil.example",
        "/\n/evil.example",
        "http:evil.example",
        "\x00//evil.example",
        "https:/evil.example",
        "//evil.example/%2f..",
        "//[::1]",
        "//[",
    ],
)
async def test_no_address_that_is_asked_for_leads_away_from_us(ann: Colleague, onward: str) -> None:
    ann.browser.client.follow_redirects = False
    language = await ann.browser.send("/language", [("language", "en"), ("next", onward)])
    assert language.response.headers["location"] == "/"
    page = await ann.browser.open("/sign-in/confirm")
    fields = [("csrf", page.values("csrf")[0]), ("next", onward), ("code", ann.code())]
    assert (await ann.browser.send("/sign-in/confirm", fields)).response.headers["location"] == "/lead"


async def test_where_they_wanted_to_go_is_shown_as_words_and_nothing_else(ann: Colleague) -> None:
    page = await ann.browser.open('/sign-in/confirm?next=/lead"><script>alert(1)</script>')
    assert "<script>alert" not in page.html


# Guessing


async def test_nobody_learns_which_slip_there_is_was_or_is_for_whom(here: Site) -> None:
    lead, *_ = inviting.slips(here.storage, AUDIT, 1, LEAD, here.clock)
    with here.storage.writing() as work:
        slip = work.slips.find(lead)
        assert slip is not None
        work.slips.spend(slip.hash)
    async with here.browser().client as client:
        seen = {
            (answer := await client.get(f"/a/{code}")).status_code: answer.text.replace(code, "…")
            for code in (lead, "0" * 24, "nobody", lead.lower())
        }
    assert set(seen) == {404}


async def test_what_is_wrong_with_an_answer_of_a_passkey_is_not_said(here: Site) -> None:
    browser = here.browser()
    page = await browser.open("/sign-in")
    handle = "AAAAAAAAAAAAAAAAAAAAAA"
    answers = set()
    for passkey in (
        "",
        "{}",
        "[]",
        "null",
        "{",
        "\ud800",
        '{"rawId": 1, "response": []}',
        f'{{"id": "AA", "rawId": "AA", "type": "public-key", "response": {{"userHandle": "{handle}"}}}}',
        '{"id": "AA", "rawId": "é", "response": {"userHandle": "é", "clientDataJSON": "é"}}',
        '{"rawId": "AA", "response": {"clientDataJSON": "' + "A" * 100_000 + '"}}',
        "[" * 5000,
    ):
        answer = await browser.send(
            "/sign-in/passkey", [("csrf", page.values("csrf")[0]), ("passkey", passkey)]
        )
        answers.add((answer.status, answer.text))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 422
    await browser.client.aclose()


# Files


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/cron.d/CANARY",
        "..\\..\\CANARY.exe",
        "/etc/CANARY",
        "C:\\CANARY.jpg",
        "%2e%2e%2fCANARY",
        "CANARY.jpg\x00.php",
        "CANARY.jpg/../../x",
        "CANARY" * 1000,
        "\u202egpj.CANARY",
        '"; filename="CANARY',
        "CANARY\r\nContent-Type: text/html",
        "~/.ssh/CANARY",
        "CON",
        ".",
        "",
    ],
    ids=range(15),
)
async def test_the_name_of_a_file_is_never_a_path(here: Site, tmp_path: Path, name: str) -> None:
    offer(here)
    anna = await _at_the_photo(here)
    assert (await anna.choose(sent.jpeg(), name=name)).status < 500
    assert not is_anywhere("CANARY", tmp_path)
    assert not is_named("CANARY", tmp_path)
    await anna.client.aclose()


POLYGLOTS = {
    "html called a photo": b"<html><script>alert('CANARY')</script></html>",
    "svg with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(\'CANARY\')"/>',
    "gif that is a script": b"GIF89a/*" + bytes(100) + b"*/=1;alert('CANARY')//",
    "xml that reads files": b'<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]><x>&c;CANARY</x>',
    "php after a jpeg's head": b"\xff\xd8\xff\xe0<?php echo 'CANARY'; ?>",
    "elf": b"\x7fELF" + bytes(60) + b"CANARY",
}


@pytest.mark.parametrize("content", POLYGLOTS.values(), ids=POLYGLOTS)
async def test_what_only_looks_like_a_photo_is_not_kept(here: Site, content: bytes) -> None:
    offer(here)
    anna = await _at_the_photo(here)
    assert (await anna.choose(content)).status == 422
    assert count(here) == 0
    await anna.client.aclose()


@pytest.mark.parametrize(
    "tail", [b"<script>CANARY</script>", b"PK\x03\x04CANARY", b"%PDF-1.4 CANARY", b"\xff\xd9CANARY"]
)
async def test_a_photo_that_is_something_else_too_is_only_a_photo_afterwards(here: Site, tail: bytes) -> None:
    offer(here)
    anna = await _at_the_photo(here)
    for picture in (sent.jpeg(), sent.png()):
        await anna.open(HERE)
        if "A file is here." not in anna.page.text:
            await anna.choose(picture + tail)
    name = (await state(here, anna)).interview.answers["photo"]
    with here.storage.reading() as work:
        kept = work.files.read(bytes.fromhex(name.partition(".")[0]), work.casework.keys_of("rotas"))
    assert kept
    assert b"CANARY" not in kept
    assert tail[:4] not in kept[-2000:]
    await anna.client.aclose()


def is_named(words: str, folder: Path) -> bool:
    """Whether any file of a folder is called so."""
    return any(words in file.name for file in folder.rglob("*"))


async def _at_the_photo(here: Site) -> Uploader:
    browser = Uploader(here.browser(BASE).client)
    await browser.open(HERE)
    await browser.press("Start")
    await browser.press("Continue", answer="nights")
    return browser
