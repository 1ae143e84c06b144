"""Slips as they come out of the printer: what a telephone reads, what a screen reader reads, how they look."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from msgspec.structs import replace

from reports.slips import QR, Invitation, Sheet, pdf

CODES = tuple(f"{number:04d}-7K3M-WXYZ-9ABC-DEFG-HJKM" for number in range(10))


def sheet(codes: tuple[str, ...] = CODES, language: str = "en", heading: str = "Rowan House") -> Sheet:
    return Sheet(
        language=language,
        title="Invitations: Rowan House",
        heading=heading,
        text=("You are asked what it is like to work here.", "This slip works once."),
        risk="Call 999.",
        by_hand="Or open candour.example.org/s and type this code:",
        invitations=tuple(
            Invitation(
                code,
                (
                    QR(f"https://candour.example.org/s#{code}", "Web page", "A code for the web page"),
                    QR(f"https://t.me/candour_bot?start={code}", "Telegram", "A code for Telegram"),
                ),
            )
            for code in codes
        ),
    )


def read_back(content: bytes) -> list[list[str]]:
    """What a telephone reads on each page, from the top to the bottom and from left to right."""
    document: Any = pypdfium2.PdfDocument(content)
    pages = [page.render(scale=150 / 72).to_pil() for page in document]
    found = [
        zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        for page in pages
    ]
    return [
        [
            code.text
            for code in sorted(codes, key=lambda c: (c.position.top_left.y // 100, c.position.top_left.x))
        ]
        for codes in found
    ]


def spoken(item: Any) -> list[str]:
    """The texts that stand for pictures, through the whole tree of tags."""
    node = item.get_object()
    if isinstance(node, list):
        return [text for each in node for text in spoken(each)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/Alt"])] if "/Alt" in node else []
    return own + (spoken(node["/K"]) if "/K" in node else [])


def test_a_telephone_reads_every_code_in_the_order_of_the_sheet() -> None:
    pages = read_back(pdf(sheet()))
    assert [len(page) for page in pages] == [8, 8, 4]
    expected = [qr.address for invitation in sheet().invitations for qr in invitation.scanned]
    assert [code for page in pages for code in page] == expected


@pytest.mark.parametrize("language", ["en", "cy", "pl", "ro", "ml", "ur"])
def test_the_sheet_has_a_title_a_language_tags_and_words_for_each_picture(language: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(sheet(language=language))))
    root: Any = reader.root_object
    assert reader.metadata is not None
    assert reader.metadata.title == "Invitations: Rowan House"
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    read = [text for text in spoken(root["/StructTreeRoot"]) if text.startswith("A code")]
    assert read == ["A code for the web page", "A code for Telegram"] * len(CODES)


def test_the_file_does_not_say_when_it_was_made() -> None:
    content = pdf(sheet(CODES[:1]))
    assert b"CreationDate" not in content
    assert b"xmp:CreateDate" not in content
    assert content == pdf(sheet(CODES[:1]))


def test_each_slip_has_its_code_in_letters_and_all_the_words() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(sheet())))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for code in CODES:
        assert text.count(code) == 1
    for words in ("Rowan House", "This slip works once.", "Call 999.", "type this code:"):
        assert text.count(words) == len(CODES)


def test_words_from_outside_are_words_and_nothing_else() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(sheet(CODES[:1], heading='#panic("x") $ *a* <b> "c" \\ 屋'))))
    assert '#panic("x") $ *a* <b> "c" \\' in reader.pages[0].extract_text()


WORDS = {
    "pl": "Zażółć gęślą jaźń",
    "ro": "Vă întrebăm cum este să lucrați aici",
    "ml": "ഇവിടെ ജോലി ചെയ്യുന്നത് എങ്ങനെയാണ്",
    "ur": "یہ پرچی \u206815\u2069 منٹ لیتی ہے؟",
}


@pytest.mark.parametrize("language", WORDS)
def test_every_language_of_staff_has_letters_for_all_its_words_without_a_font_of_the_machine(
    language: str,
) -> None:
    content = pdf(replace(sheet(CODES[:1], language), text=(WORDS[language],), risk=WORDS[language]))
    reader = pypdf.PdfReader(io.BytesIO(content))
    root: Any = reader.root_object
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()  # no letter without its shape
    embedded = {str(name["/BaseFont"]) for name in fonts(reader)}
    wanted = {"ml": {"Serif", "Malayalam"}, "ur": {"Serif", "Naskh"}}.get(language, {"Serif"})
    assert all(any(part in name for name in embedded) for part in wanted)


def fonts(reader: pypdf.PdfReader) -> list[Any]:
    resources: Any = reader.pages[0]["/Resources"]
    return [font.get_object() for font in resources["/Font"].values()]


def test_in_urdu_the_words_stand_right_of_the_codes_and_a_code_reads_as_ever() -> None:
    content = pdf(sheet(CODES[:1], "ur"))
    assert read_back(content)[0][0].startswith("https://t.me")  # the one on the left is the second
    assert CODES[0] in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_no_repr_shows_a_code() -> None:
    assert CODES[0] not in repr(sheet())
