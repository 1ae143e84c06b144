"""A photo or a file as an answer on the web: chosen, kept, replaced, left out, refused; without JavaScript."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.messages import Address, Reply
from bot.services import auditing
from bot.services.attaching import MOST_BYTES
from bot.web import guard, uploading
from dialogues import xlsform
from dialogues.form import Form
from storage.casework import Audit
from tests.bot import sent
from tests.bot.website import AUDIT, NOW, Browser, Page, Site, site

ROTAS = "rotas"
HERE = f"/a/{ROTAS}/rota"
BOUNDARY = "----WebKitFormBoundaryCandour"
NAME = "Anna Prosser rota.jpg"
FORM = """
settings:
  - form_title: "The rota"
    form_id: rota
    version: "1"
    attribution: anonymous
survey:
  - {type: text, name: shift, label: "Which shift was it?"}
  - {type: image, name: photo, label: "Can you show me the rota?"}
  - {type: file, name: notes, label: "Did you write anything down?", hint: "Handwriting is fine."}
  - {type: audio, name: said, label: "Would you rather say it?"}
  - {type: text, name: after, label: "What happened after that?"}
"""


def rota() -> Form:
    reading = xlsform.read(FORM.encode(), "rota.yaml")
    assert reading.form is not None, reading.problems
    return reading.form


def offer(here: Site) -> None:
    """Open an audit that asks for files."""
    audit = Audit(
        id=ROTAS,
        name="Rotas",
        service="Rowan House",
        incident="Care was missed.",
        staff_count=58,
        opened_on=NOW.date(),
        synthetic=True,
    )
    auditing.open_audit(here.storage, audit, [rota()])


class Uploader(Browser):
    """A browser that sends a form with a file in it, as browsers encode it."""

    async def choose(self, file: bytes | None, button: str = "Continue", name: str = NAME) -> Page:
        """Choose a file, or none, and press a button of the page."""
        form = self.page.form(button)
        return await self.post(form.action, [*form.fields, form.buttons[button]], file, name)

    async def post(
        self, address: str, fields: list[tuple[str, str]], file: bytes | None, name: str = NAME
    ) -> Page:
        """Send these fields and this file."""
        body = multipart(fields, [] if file is None else [(name, file)])
        return await self.send_body(address, body)

    async def send_body(self, address: str, body: bytes) -> Page:
        kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        self.page = Page(await self.client.post(address, content=body, headers=kind))
        return self.page


def multipart(fields: list[tuple[str, str]], files: list[tuple[str, bytes]]) -> bytes:
    """As Chromium writes it; where no file was chosen it sends one without a name."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields
    ]
    for name, content in files or [("", b"")]:
        head = f'Content-Disposition: form-data; name="answer"; filename="{name}"\r\nContent-Type: image/jpeg'
        parts.append(head.encode() + b"\r\n\r\n" + content)
    opening = f"--{BOUNDARY}\r\n".encode()
    return b"".join(opening + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as running:
        offer(running)
        yield running


@pytest.fixture
async def anna(here: Site) -> AsyncIterator[Uploader]:
    """Somebody who has come to the photo."""
    browser = Uploader(here.browser().client)
    await browser.open(HERE)
    await browser.press("Start")
    await browser.press("Continue", answer="nights")
    yield browser
    await browser.client.aclose()


async def state(here: Site, browser: Browser) -> Reply:
    """What is kept of this person's conversation."""
    found = await here.turns.show(Address("web", browser.client.cookies["candour"]), ROTAS, "rota")
    assert found is not None
    return found


async def kept(here: Site, browser: Browser, question: str = "photo") -> bytes:
    """The file that is the answer to a question."""
    name = (await state(here, browser)).interview.answers[question]
    with here.storage.reading() as work:
        return work.files.read(bytes.fromhex(name.partition(".")[0]), work.casework.keys_of(ROTAS))


def count(here: Site) -> int:
    with here.storage.reading() as work:
        return work.files.count(ROTAS)


def is_anywhere(words: str, folder: Path) -> bool:
    """Whether any file of a folder has these words in it."""
    return any(words.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def big() -> bytes:
    return sent.jpeg() + bytes(MOST_BYTES)


async def test_a_photo_is_asked_for_in_a_form_that_can_bring_one(anna: Uploader) -> None:
    page = anna.page
    assert 'enctype="multipart/form-data"' in page.html
    assert 'type="file" accept="image/jpeg,image/png,image/webp"' in page.html
    assert 'aria-describedby="answer-hint answer-file"' in page.html
    assert "Choose a photo or take one." in page.text
    assert "Skip" in page.buttons()
    assert "A file is here." not in page.text


async def test_a_form_that_asks_for_words_is_sent_as_before(anna: Uploader) -> None:
    assert "multipart" not in (await anna.press("Back")).html


async def test_a_photo_that_was_chosen_is_the_answer(anna: Uploader, here: Site) -> None:
    page = await anna.choose(sent.jpeg())
    assert page.status == 200
    assert "Did you write anything down?" in page.text
    assert "A file is here." in page.text
    with Image.open(io.BytesIO(await kept(here, anna))) as picture:
        assert picture.size == (sent.WIDTH, sent.HEIGHT)


async def test_its_name_and_what_it_says_about_itself_are_kept_nowhere(
    anna: Uploader, here: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = await anna.choose(sent.jpeg())
    assert sent.SECRET.encode() not in await kept(here, anna)
    assert sent.SECRET not in page.html + caplog.text
    assert (await state(here, anna)).interview.answers["photo"].partition(".")[0] not in page.html
    assert not is_anywhere(sent.SECRET, tmp_path)


async def test_a_document_is_taken_where_a_file_is_asked_for(anna: Uploader, here: Site) -> None:
    await anna.choose(sent.jpeg())
    assert "Handwriting is fine." in anna.page.text
    assert "Would you rather say it?" in (await anna.choose(sent.pdf(), name="notes.exe")).text
    assert (await kept(here, anna, "notes")).startswith(b"%PDF-")
    assert "What happened after that?" in (await anna.choose(sent.ogg())).text
    assert count(here) == 3


async def test_a_document_is_not_taken_where_a_photo_is_asked_for(anna: Uploader, here: Site) -> None:
    page = await anna.choose(sent.pdf())
    assert page.status == 422
    assert "I cannot take a file of that kind here." in page.text
    assert "Can you show me the rota?" in page.text
    assert count(here) == 0


async def test_what_is_no_picture_is_not_taken_whatever_it_is_called(anna: Uploader, here: Site) -> None:
    page = await anna.choose(b"<html><script>alert(1)</script></html>", name="photo.jpg")
    assert page.status == 422
    assert 'id="answer-error"' in page.html
    assert "I cannot take a file of that kind here." in page.text
    assert "<script" not in page.html
    assert count(here) == 0


async def test_an_empty_file_is_not_taken(anna: Uploader) -> None:
    assert "I cannot take a file of that kind here." in (await anna.choose(b"")).text


async def test_a_photo_that_is_too_big_is_refused_beside_the_question(anna: Uploader) -> None:
    page = await anna.choose(big())
    assert page.status == 422
    assert "That file is too big for me. Please send a smaller one, of up to 10 MB." in page.text
    assert "Can you show me the rota?" in page.text
    assert "nights" in page.text
    assert "Did you write anything down?" in (await anna.choose(sent.png())).text


async def test_far_too_much_is_refused_with_what_to_do(
    anna: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "MOST_READ", MOST_BYTES)
    page = await anna.choose(big())
    assert page.status == 413
    assert "what you answered before is safe" in page.text
    assert "choose a smaller one, of up to 10 MB" in page.text
    assert "Can you show me the rota?" in (await anna.open(page.links["Open the questions"])).text


async def test_continuing_with_no_file_chosen_asks_again(anna: Uploader) -> None:
    page = await anna.choose(None)
    assert page.status == 422
    assert "I need a photo or a file here" in page.text


async def test_words_are_no_file_even_if_they_look_like_its_name(anna: Uploader, here: Site) -> None:
    name = "0" * 64 + ".jpg"
    assert (await anna.press("Continue", answer=name)).status == 422
    assert "photo" not in (await state(here, anna)).interview.answers


async def test_a_question_for_a_file_can_be_left_out(anna: Uploader, here: Site) -> None:
    assert "Did you write anything down?" in (await anna.choose(None, "Skip")).text
    assert count(here) == 0


async def test_skipping_leaves_out_even_a_file_that_was_chosen(anna: Uploader, here: Site) -> None:
    assert "Did you write anything down?" in (await anna.choose(sent.jpeg(), "Skip")).text
    assert count(here) == 0


async def test_a_file_that_is_here_stays_when_no_other_is_chosen(anna: Uploader, here: Site) -> None:
    await anna.choose(sent.jpeg())
    before = await kept(here, anna)
    page = await anna.choose(None, "Back")
    assert "A file is here." in page.text
    assert "Continue keeps it." in page.text
    assert 'aria-describedby="answer-hint answer-file answer-here"' in page.html
    assert "Did you write anything down?" in (await anna.choose(None)).text
    assert await kept(here, anna) == before


async def test_another_file_takes_the_place_of_the_one_that_is_here(anna: Uploader, here: Site) -> None:
    await anna.choose(sent.jpeg())
    await anna.choose(None, "Back")
    assert "Did you write anything down?" in (await anna.choose(sent.png())).text
    assert (await kept(here, anna)).startswith(b"\x89PNG")
    assert count(here) == 1


async def test_a_file_that_is_here_can_be_taken_out_again(anna: Uploader, here: Site) -> None:
    await anna.choose(sent.jpeg())
    await anna.choose(None, "Back")
    await anna.choose(None, "Skip")
    assert count(here) == 0


async def test_a_second_file_that_is_refused_leaves_the_first(anna: Uploader, here: Site) -> None:
    await anna.choose(sent.jpeg())
    before = await kept(here, anna)
    await anna.choose(None, "Back")
    page = await anna.choose(b"not a photo")
    assert page.status == 422
    assert "A file is here." in page.text
    assert await kept(here, anna) == before


async def test_sending_the_same_again_changes_nothing(anna: Uploader, here: Site) -> None:
    form = anna.page.form("Continue")
    fields = [*form.fields, form.buttons["Continue"]]
    await anna.post(form.action, fields, sent.jpeg())
    page = await anna.post(form.action, fields, sent.jpeg())
    assert "Did you write anything down?" in page.text
    assert "earlier question" not in page.text
    assert count(here) == 1


async def test_another_file_from_the_same_page_is_another_message(anna: Uploader) -> None:
    form = anna.page.form("Continue")
    fields = [*form.fields, form.buttons["Continue"]]
    assert "I cannot take" in (await anna.post(form.action, fields, b"not a photo")).text
    assert "Did you write anything down?" in (await anna.post(form.action, fields, sent.jpeg())).text


async def test_a_file_from_an_old_page_answers_no_later_question(anna: Uploader, here: Site) -> None:
    form = anna.page.form("Continue")
    fields = [*form.fields, form.buttons["Continue"]]
    await anna.choose(sent.jpeg())
    page = await anna.post(form.action, fields, sent.png())
    assert "Did you write anything down?" in page.text
    assert "notes" not in (await state(here, anna)).interview.answers
    assert count(here) == 1


async def test_a_file_where_words_are_asked_for_is_not_kept(anna: Uploader, here: Site) -> None:
    await anna.press("Back")
    page = await anna.choose(sent.jpeg())
    assert "Which shift was it?" in page.text
    assert count(here) == 0


async def test_pausing_keeps_the_file_that_was_chosen(anna: Uploader, here: Site) -> None:
    assert "Your answers so far wait here for you." in (await anna.choose(sent.jpeg(), "Pause")).text
    assert count(here) == 1
    assert "Did you write anything down?" in (await anna.press("Go on")).text


async def test_stopping_erases_the_file(anna: Uploader, here: Site) -> None:
    await anna.choose(sent.jpeg())
    await anna.choose(None, "Stop")
    await anna.press("Yes, erase my answers")
    assert count(here) == 0


async def test_a_file_without_our_token_changes_nothing(anna: Uploader, here: Site) -> None:
    form = anna.page.form("Continue")
    fields = [(name, "0" * 64 if name == "csrf" else value) for name, value in form.fields]
    assert (await anna.post(form.action, [*fields, form.buttons["Continue"]], sent.jpeg())).status == 403
    anna.client.headers["sec-fetch-site"] = "cross-site"
    await anna.open(HERE)
    assert (await anna.choose(sent.jpeg())).status == 403
    assert count(here) == 0


async def test_a_name_that_is_hostile_does_no_harm(anna: Uploader, here: Site) -> None:
    page = await anna.choose(sent.jpeg(), name="../../etc/passwd;<script>\x00")
    assert page.status == 200
    assert count(here) == 1


async def test_two_files_are_more_than_a_page_of_ours_sends(anna: Uploader, here: Site) -> None:
    form = anna.page.form("Continue")
    fields = [*form.fields, form.buttons["Continue"]]
    body = multipart(fields, [("a.jpg", sent.jpeg()), ("b.jpg", sent.jpeg())])
    assert (await anna.send_body(form.action, body)).status == 422
    assert count(here) == 0


async def test_the_words_beside_a_file_are_bounded(anna: Uploader) -> None:
    form = anna.page.form("Continue")
    long = ("answer", "x" * (uploading.MOST_WORDS + 1))
    assert (await anna.post(form.action, [*form.fields, long], None)).status == 413
    many = [("answer", "")] * (guard.MOST_FIELDS + 1)
    assert (await anna.post(form.action, [*form.fields, *many], None)).status == 422


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--",
        b"no boundary at all",
        multipart([("move", "answer")], [("a.jpg", b"x" * 500)])[:-40],
        multipart([], []).replace(b"form-data", b"\xff\xfe"),
        multipart([], []).replace(b"Content-Disposition", b"X" * 9000),
        b"--" + BOUNDARY.encode() + b"\r\n" + b"A: b\r\n" * 500,
    ],
    ids=range(7),
)
async def test_a_body_that_breaks_off_or_is_none_is_never_a_broken_page(anna: Uploader, body: bytes) -> None:
    assert 400 <= (await anna.send_body(HERE, body)).status < 500
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 999}",
    ):
        response = await anna.client.post(HERE, content=body, headers={"content-type": kind})
        assert 400 <= response.status_code < 500
    assert "Can you show me the rota?" in (await anna.open(HERE)).text


async def test_no_address_gives_a_file_out(anna: Uploader, here: Site) -> None:
    await anna.choose(sent.jpeg())
    name = (await state(here, anna)).interview.answers["photo"]
    for address in (f"/files/{name}", f"{HERE}/{name}", f"/static/{name}", f"/a/{AUDIT}/{name}"):
        assert (await anna.open(address)).status == 404
