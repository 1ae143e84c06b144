"""`candour slips` and `candour audits link` as people use them: what is printed opens the door, once."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import wording
from storage.slips import RESPONDENT
from storage.unit_of_work import Storage
from tests.bot.test_audits_cli import Desk, bot
from tests.reports.test_slips import read_back
from tests.telegram.server import TelegramServer
from tests.telegram.settings import Settings

HERE = {"CANDOUR_PUBLIC_URL": "https://candour.example.org"}
NOWHERE = "set CANDOUR_PUBLIC_URL"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer(Settings(limits=None)) as telegram:
        yield telegram


def storage_of(desk: Desk) -> Storage:
    return Storage.open(desk.folder / "data", desk.folder / "candour.key")


def opened(desk: Desk, *options: str) -> str:
    return desk.says("audits", "open", "rowan", "--title", "Rowan House", *options)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_what_is_on_the_sheet_is_what_opens_the_door_and_in_no_order_that_is_kept(
    desk: Desk, telegram: TelegramServer, language: str
) -> None:
    opened(desk)
    said = desk.says("slips", "rowan", "--count", "9", "--language", language, **HERE, **bot(telegram))
    assert "9 slips are in slips.pdf." in said
    sheet = desk.folder / "slips.pdf"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    pages = read_back(sheet.read_bytes())
    scanned = [code for page in pages for code in page]
    web = [code.removeprefix("https://candour.example.org/s#") for code in scanned[::2]]
    chat = [code.removeprefix("https://t.me/candour_test_bot?start=") for code in scanned[1::2]]
    assert web == chat
    assert len(set(web)) == 9
    storage = storage_of(desk)
    with storage.reading() as work:
        hashes = [slip.hash for slip in map(work.slips.find, web) if slip]
        assert work.slips.left("rowan", RESPONDENT) == 9
    storage.close()
    assert len(set(hashes)) == 9
    assert hashes not in (sorted(hashes), sorted(hashes, reverse=True))
    kept = b"".join(path.read_bytes() for path in (desk.folder / "data").rglob("*") if path.is_file())
    assert not any(code.encode() in kept or code.encode() in said.encode() for code in web)


def test_slips_as_lines_lead_to_the_page_and_to_the_chat(desk: Desk, telegram: TelegramServer) -> None:
    opened(desk)
    desk.says(
        "slips", "rowan", "--count", "3", "--out", "a.txt", "--form", "staff-culture", **HERE, **bot(telegram)
    )
    lines = (desk.folder / "a.txt").read_text().splitlines()
    one = r"https://candour\.example\.org/s#(\w{24})__staff-culture https://t\.me/candour_test_bot\?start=\1__staff-culture"
    assert len(lines) == 3
    assert all(re.fullmatch(one, line) for line in lines)
    assert stat.S_IMODE((desk.folder / "a.txt").stat().st_mode) == 0o600


def test_what_cannot_be_printed_is_said_before_a_slip_is_made(desk: Desk) -> None:
    opened(desk)
    (desk.folder / "there.pdf").write_bytes(b"kept")
    assert NOWHERE in desk.refuses("slips", "rowan")
    assert f"There are no slips in “xx”. Choose {' or '.join(wording.languages())}." in desk.refuses(
        "slips", "rowan", "--language", "xx", **HERE
    )
    assert "has no form “nope”" in desk.refuses("slips", "rowan", "--form", "nope", **HERE)
    assert "has no form “concern”" in desk.refuses("slips", "rowan", "--form", "concern", **HERE)
    assert "There is no audit “elm”." in desk.refuses("slips", "elm", **HERE)
    assert "already there" in desk.refuses("slips", "rowan", "--out", "there.pdf", **HERE)
    assert (desk.folder / "there.pdf").read_bytes() == b"kept"
    assert not (desk.folder / "slips.pdf").exists()
    storage = storage_of(desk)
    with storage.reading() as work:
        assert work.slips.left("rowan", RESPONDENT) == 0
    storage.close()


def test_an_audit_is_by_slip_unless_it_was_opened_to_all(desk: Desk, telegram: TelegramServer) -> None:
    assert "invite people: candour slips rowan --count 1" in opened(desk)
    assert "people need slips. candour slips rowan" in desk.refuses("audits", "link", "rowan", **HERE)
    said = desk.says("audits", "open", "elm", "--title", "Elm Court", "--open-link")
    assert (
        "This is weaker than slips: people who are not staff can answer, and anyone can answer twice." in said
    )
    assert NOWHERE in desk.refuses("audits", "link", "elm")
    assert desk.says("audits", "link", "elm", **HERE, **bot(telegram)).splitlines() == [
        "https://candour.example.org/a/elm/staff-culture",
        "https://t.me/candour_test_bot?start=elm__staff-culture",
    ]
    grouped = desk.says("audits", "link", "elm", "--group", "nursing", **HERE, **bot(telegram))
    assert grouped == "https://candour.example.org/a/elm/staff-culture?group=nursing\n"
    refused = desk.refuses("audits", "link", "elm", "--group", "pilots", **HERE)
    assert "There is no group “pilots”. The groups are: care, senior, nursing, manager, support." in refused
    assert NOWHERE in desk.refuses("audits", "link", "elm", "--group", "care", **bot(telegram))
