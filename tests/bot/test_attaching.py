"""Photos and files as answers: what they are is in them, what is kept is what their sender sees."""

from __future__ import annotations

import io
import struct
import threading
import wave
import zipfile
import zlib

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from bot.services import attaching
from bot.services.attaching import MOST_BYTES, NOT_TAKEN, TOO_BIG, documents, pictures, prepare
from dialogues.prompts import Reason
from tests.bot import sent
from tests.bot.sent import BLUE, EVERY, HEIGHT, RED, SECRET, WIDTH

PICTURES = ("jpg", "png", "webp")


def seen(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def is_near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = picture.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found, colour, strict=True))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int) -> bytes:
    """The first bytes of a PNG that says it is as big as this."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    nothing = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + nothing


@pytest.mark.parametrize("extension", EVERY)
def test_what_it_is_is_found_in_it(extension: str) -> None:
    attached = prepare(EVERY[extension])
    assert (attached.extension, attached.problem) == (extension, "")
    assert attached.content


@pytest.mark.parametrize("extension", EVERY)
def test_who_made_it_does_not_come_with_it(extension: str) -> None:
    assert SECRET.encode() not in prepare(EVERY[extension]).content


@pytest.mark.parametrize("extension", EVERY)
def test_the_same_file_is_always_kept_as_the_same(extension: str) -> None:
    assert prepare(EVERY[extension]) == prepare(EVERY[extension])


@pytest.mark.parametrize("extension", EVERY)
def test_what_was_kept_can_be_sent_again(extension: str) -> None:
    assert prepare(prepare(EVERY[extension]).content).extension == extension


# Pictures


@pytest.mark.parametrize("extension", PICTURES)
def test_of_a_photo_only_the_picture_is_kept(extension: str) -> None:
    with seen(prepare(EVERY[extension]).content) as picture:
        assert picture.size == (WIDTH, HEIGHT)
        assert is_near(picture, (5, 20), RED)
        assert is_near(picture, (55, 20), BLUE)
        assert not picture.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile", "Author", "photoshop"} & set(picture.info)


@pytest.mark.parametrize(
    ("orientation", "size", "red", "blue"),
    [
        (1, (60, 40), (5, 20), (55, 20)),
        (2, (60, 40), (55, 20), (5, 20)),
        (3, (60, 40), (55, 20), (5, 20)),
        (4, (60, 40), (5, 20), (55, 20)),
        (5, (40, 60), (20, 5), (20, 55)),
        (6, (40, 60), (20, 5), (20, 55)),
        (7, (40, 60), (20, 55), (20, 5)),
        (8, (40, 60), (20, 55), (20, 5)),
        (9, (60, 40), (5, 20), (55, 20)),
    ],
)
def test_a_photo_stands_as_the_camera_was_held(
    orientation: int, size: tuple[int, int], red: tuple[int, int], blue: tuple[int, int]
) -> None:
    with seen(prepare(sent.jpeg(orientation)).content) as picture:
        assert picture.size == size
        assert is_near(picture, red, RED)
        assert is_near(picture, blue, BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_picture_of_any_depth_of_colour_is_taken(mode: str) -> None:
    content = sent.saved(Image.new(mode, (WIDTH, HEIGHT)), "PNG")
    assert prepare(content).extension == "png"


def test_sixteen_bits_of_grey_become_eight() -> None:
    with seen(prepare(sent.saved(Image.new("I;16", (9, 9), 0x8000), "PNG")).content) as picture:
        assert is_near(picture, (4, 4), (128, 128, 128))


def test_what_can_be_seen_through_stays_so() -> None:
    with seen(prepare(sent.saved(Image.new("RGBA", (9, 9), (1, 2, 3, 0)), "PNG")).content) as picture:
        assert picture.getpixel((4, 4)) == (1, 2, 3, 0)


def test_colours_are_those_of_the_screen_without_their_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for given_profile in (profile, b"no profile at all"):
        content = sent.saved(sent.halves(), "JPEG", quality=95, icc_profile=given_profile)
        with seen(prepare(content).content) as picture:
            assert "icc_profile" not in picture.info
            assert is_near(picture, (5, 20), RED)


def test_a_photo_made_for_print_is_taken_for_the_screen() -> None:
    with seen(prepare(sent.saved(sent.halves().convert("CMYK"), "JPEG", quality=95)).content) as picture:
        assert picture.mode == "RGB"
        assert is_near(picture, (5, 20), RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_picture_that_moves_the_first_is_kept(kind: str) -> None:
    frames = {"save_all": True, "append_images": [Image.new("RGB", (WIDTH, HEIGHT), "white")], "duration": 50}
    with seen(prepare(sent.saved(sent.halves(), kind, **frames)).content) as picture:
        assert getattr(picture, "n_frames", 1) == 1
        assert is_near(picture, (5, 20), RED)


def test_a_photo_whose_exif_is_broken_is_still_a_photo() -> None:
    content = sent.saved(sent.halves(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff broken")
    assert prepare(content).extension == "jpg"


def test_a_large_picture_is_made_smaller() -> None:
    for kind in ("JPEG", "PNG"):
        with seen(prepare(sent.saved(Image.new("RGB", (6000, 3000)), kind)).content) as picture:
            assert picture.size == (4096, 2048)


def test_a_picture_that_unpacks_to_too_much_is_never_unpacked() -> None:
    assert prepare(bomb(60_000, 60_000)) == TOO_BIG
    assert prepare(bomb(pictures.MOST_PIXELS + 1, 1)) == TOO_BIG
    assert prepare(sent.saved(Image.new("1", (9000, 9000)), "PNG")) == TOO_BIG


def test_a_photo_that_is_painted_over_and_over_is_refused() -> None:
    content = sent.saved(sent.halves(), "JPEG", progressive=True)
    assert prepare(content).extension == "jpg"
    scan = content[content.rindex(b"\xff\xda") : -2]
    assert prepare(content[:-2] + scan * pictures.MOST_SCANS + content[-2:]) == TOO_BIG


def test_many_photos_at_once_are_each_their_own() -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda kind=kind: found.append(prepare(EVERY[kind]).extension))
        for kind in PICTURES * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == sorted(PICTURES * 4)


# Sounds


def test_of_a_wav_every_sample_is_kept() -> None:
    with wave.open(io.BytesIO(prepare(sent.wav()).content)) as sound:
        assert sound.getparams()[:4] == (1, 2, 8000, 400)
        assert sound.readframes(400) == b"\x01\x02" * 400


def test_a_wav_that_was_never_finished_keeps_what_there_is() -> None:
    content = bytearray(sent.wav()[: 44 + 100])
    struct.pack_into("<I", content, 40, 0xFFFFFFFF)
    with wave.open(io.BytesIO(prepare(bytes(content)).content)) as sound:
        assert sound.getnframes() == 50


def test_of_an_mp3_every_frame_is_kept_and_nothing_else() -> None:
    assert prepare(sent.mp3()).content == sent.FRAME * 5
    assert prepare(sent.FRAME * 5 + sent.FRAME[:40]).content == sent.FRAME * 5


def test_an_mp3_with_something_among_its_frames_is_refused() -> None:
    assert prepare(sent.FRAME * 3 + b"<html>" * 900 + sent.FRAME * 3) == NOT_TAKEN


def test_of_an_m4a_the_time_and_the_place_go_and_nothing_moves() -> None:
    before, after = sent.m4a(), prepare(sent.m4a()).content
    assert len(after) == len(before)
    assert b"+51.4779" in before
    assert b"+51.4779" not in after
    assert b"udta" not in after
    assert struct.pack(">I", 3_900_000_000) not in after
    assert after.index(b"sound" * 1) == before.index(b"sound")


def test_a_film_is_no_sound() -> None:
    assert prepare(sent.m4a(handler=b"vide")) == NOT_TAKEN


@pytest.mark.parametrize("told", [SECRET, SECRET * 100])
def test_of_an_opus_recording_the_sound_is_kept_and_every_page_is_signed(told: str) -> None:
    after = prepare(sent.ogg(told)).content
    assert len(after) == len(sent.ogg(told))
    assert b"OpusTags" + bytes(8) in after
    assert b"twenty bytes of opus" in after
    assert b"Anna" not in after
    starts = [at for at in range(len(after)) if after.startswith(b"OggS", at)]
    for start, end in zip(starts, [*starts[1:], len(after)], strict=True):
        page = after[start:end]
        (signed,) = struct.unpack_from("<I", page, 22)
        assert signed == sent.crc(page[:22] + bytes(4) + page[26:])


# Documents


def test_of_a_pdf_nothing_moves_when_its_author_goes() -> None:
    before, after = sent.pdf(), prepare(sent.pdf()).content
    assert len(after) == len(before)
    assert b"/Title (Rota (nights)) /Author (  " in after
    assert b"dc:creator" not in after
    assert after.index(b"xref") == before.index(b"xref")


def test_an_author_in_hexadecimal_goes_too() -> None:
    named = sent.pdf(b"5 0 obj\n<< /Author <FEFF0041006E006E0061> >>\nendobj\n")
    assert b"/Author <                    >" in prepare(named).content


@pytest.mark.parametrize(
    "content",
    [
        b"\n" + sent.pdf(),
        b"<html>" + sent.pdf(),
        b"a" * 2000 + sent.pdf(),
        sent.pdf() + b"<script>alert(1)</script>",
        sent.pdf() + sent.archive({"evil.txt": "x"}),
        b"%PDF-1.7\n",
        sent.pdf()[:-30],
    ],
    ids=range(7),
)
def test_a_pdf_that_is_something_else_as_well_is_refused(content: bytes) -> None:
    assert prepare(content) == NOT_TAKEN


def test_a_workbook_opens_as_before_without_its_author() -> None:
    book = openpyxl.load_workbook(io.BytesIO(prepare(sent.xlsx()).content))
    assert book.active is not None
    assert [[cell.value for cell in row] for row in book.active.rows] == [["Monday", "two on nights"]]
    assert book.properties.creator != SECRET


@pytest.mark.parametrize(("extension", "main"), [("docx", "word/document.xml"), ("odt", "content.xml")])
def test_a_document_keeps_its_words_and_loses_its_times(extension: str, main: str) -> None:
    with zipfile.ZipFile(io.BytesIO(prepare(EVERY[extension]).content)) as archive:
        assert b"Nobody answered the bell." in archive.read(main)
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        assert archive.comment == b""
        assert archive.testzip() is None
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == (
            ("mimetype", zipfile.ZIP_STORED)
            if extension == "odt"
            else ("[Content_Types].xml", zipfile.ZIP_DEFLATED)
        )


@pytest.mark.parametrize(
    "content",
    [
        sent.archive({"notes.txt": "just an archive"}),
        sent.docx({"word/vbaProject.bin": b"macros"}),
        sent.docx({f"word/media/{number}": b"" for number in range(documents.MOST_PARTS)}),
        sent.docx({"word/media/zeros": bytes(documents.MOST_UNPACKED + 1)}),
        sent.archive({"[Content_Types].xml": sent.TYPES}),
        b"MZ" + sent.docx(),
        sent.docx()[:-40],
    ],
    ids=range(7),
)
def test_an_archive_that_is_no_plain_document_is_refused(content: bytes) -> None:
    assert prepare(content) == NOT_TAKEN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"<html><body>hello</body></html>",
        b"Dear all, <script>alert(1)</script>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<svg onload=alert(1)>",
        b"{\\rtf1 hello}",
        b"caf\xe9",
        b"a\0b",
        "hello".encode("utf-16"),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
        sent.saved(Image.new("RGB", (9, 9)), "GIF"),
        sent.saved(Image.new("RGB", (9, 9)), "TIFF"),
        sent.saved(Image.new("RGB", (9, 9)), "BMP"),
        b"\x7fELF" + bytes(100),
        b"MZ\x90\0" + bytes(100),
    ],
    ids=range(16),
)
def test_anything_else_is_refused(content: bytes) -> None:
    assert prepare(content) == NOT_TAKEN


def test_words_are_kept_as_they_are() -> None:
    assert prepare(sent.txt()).content.decode() == "Nobody answered the bell. Neb – dŵr.\r\n"


def test_what_is_too_big_is_not_even_looked_at() -> None:
    assert prepare(b"x" * MOST_BYTES).extension == "txt"
    assert prepare(b"x" * (MOST_BYTES + 1)) == TOO_BIG


def test_a_refusal_says_why_in_words_that_candour_has() -> None:
    assert Reason(TOO_BIG.problem) is Reason.FILE_TOO_BIG
    assert Reason(NOT_TAKEN.problem) is Reason.FILE_NOT_TAKEN
    assert not TOO_BIG.content
    assert not NOT_TAKEN.content


def test_what_was_attached_has_no_repr_of_itself() -> None:
    assert repr(prepare(sent.txt())) == "Attached"


# Whatever the bytes

STARTS = (b"", *(content[:16] for content in EVERY.values()))


def is_settled(content: bytes) -> bool:
    """Taken with its content, or refused for a reason, never raised."""
    attached = attaching.prepare(content)
    if attached.problem:
        return attached in (TOO_BIG, NOT_TAKEN)
    return attached.extension in EVERY and bool(attached.content)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=600))
def test_no_bytes_ever_break_it(start: bytes, rest: bytes) -> None:
    assert is_settled(start + rest)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(sorted(EVERY)))
def test_no_file_that_was_cut_or_changed_ever_breaks_it(data: st.DataObject, extension: str) -> None:
    content = bytearray(EVERY[extension])
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    assert is_settled(bytes(content[:end]))
    assert is_settled(bytes(content))
