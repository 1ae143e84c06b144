"""`candour audits …` and `candour serve --check` as people use them: real processes, real settings, sentences."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.services import interviewing
from storage.slips import LEAD
from storage.unit_of_work import Storage
from tests.contacts import checked
from tests.epochs import epoch_settings
from tests.telegram.server import TelegramServer
from tests.telegram.settings import Settings

LEE = b"l" * 16
CANDOUR = Path(sys.executable).with_name("candour")
FORM = "survey:\n  - {type: text, name: story, label: What happened?}\n"


class Desk:
    """Whoever runs Candour, with settings of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "short.yaml").write_text(FORM)
        places = {"CANDOUR_DATA": str(folder / "data"), "CANDOUR_KEY": str(folder / "candour.key")}
        numbers = {"CANDOUR_CONTACTS": str(checked(folder))}
        self.settings = places | numbers | epoch_settings(folder)

    def run(self, *arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CANDOUR_")}
        done = subprocess.run(
            [str(CANDOUR), *arguments],
            input=typed,
            cwd=self.folder,
            env=kept | {"COLUMNS": "200", "NO_COLOR": "1"} | self.settings | settings,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr + done.stdout
        return done

    def says(self, *arguments: str, typed: str = "", **settings: str) -> str:
        done = self.run(*arguments, typed=typed, **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *arguments: str, typed: str = "", **settings: str) -> str:
        done = self.run(*arguments, typed=typed, **settings)
        assert done.returncode != 0, done.stdout
        return " ".join((done.stdout + done.stderr).split())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer(Settings(limits=None)) as telegram:
        yield telegram


def bot(telegram: TelegramServer) -> dict[str, str]:
    return {"CANDOUR_TELEGRAM_TOKEN": telegram.token, "CANDOUR_TELEGRAM_API": telegram.url}


def test_an_audit_from_opening_to_its_report(desk: Desk, telegram: TelegramServer) -> None:
    assert "There is no audit yet." in desk.says("audits", "list")
    opened = desk.says(
        "audits", "open", "rowan-house", "--title", "Rowan House", "--form", "short.yaml", "--staff", "9"
    )
    assert "The audit “rowan-house” is open." in opened
    assert "already" in desk.refuses(
        "audits", "open", "rowan-house", "--title", "Again", "--form", "short.yaml"
    )
    assert re.search(r"rowan-house +open +fewer than 8 heard +Rowan House", desk.says("audits", "list"))
    lines = desk.says("audits", "invite", "rowan-house", "--count", "3").splitlines()
    assert len(set(lines)) == 3
    assert all(re.fullmatch(r"/start [0-9A-HJKMNP-TV-Z]{24}", line) for line in lines)
    linked = desk.says("audits", "invite", "rowan-house", "--lead", **bot(telegram))
    assert re.fullmatch(r"https://t\.me/candour_test_bot\?start=[0-9A-Z]{24}\n", linked)
    assert "2 invitations are in slips.txt." in desk.says(
        "audits", "invite", "rowan-house", "--count", "2", "--out", "slips.txt"
    )
    assert "already there" in desk.refuses("audits", "invite", "rowan-house", "--out", "slips.txt")
    assert "rowan-house" in desk.refuses("audits", "report", "rowan-house", "--form", "short")
    assert "candour audits passphrase rowan-house" in desk.refuses("audits", "close", "rowan-house")
    choose = ("audits", "passphrase", "rowan-house")
    assert "Choose a longer passphrase" in desk.refuses(*choose, typed="short\n")
    assert "is set." in desk.says(*choose, typed="copper lantern tuesday marsh\n")
    assert "was chosen already" in desk.refuses(*choose, typed="another one of four words\n")
    assert "is closed; 1 reports are published" in desk.says("audits", "close", "rowan-house")
    assert "The report is in report.html." in desk.says("audits", "report", "rowan-house", "--form", "short")
    assert "<html" in (desk.folder / "report.html").read_text()
    assert re.search(r"rowan-house +closed", desk.says("audits", "list"))


def test_an_audit_that_is_there_offers_one_more_form(desk: Desk) -> None:
    desk.says("audits", "open", "elm", "--title", "Elm", "--form", "short.yaml", "--staff", "9")
    assert "offers observation." in desk.says("audits", "offer", "elm", "observation")
    assert "oak" in desk.refuses("audits", "offer", "oak", "observation")


def test_a_transcript_is_listed_written_once_and_only_of_evidence(desk: Desk) -> None:
    desk.says("audits", "open", "elm", "--title", "Elm", "--form", "short.yaml", "--staff", "9")
    desk.says("audits", "offer", "elm", "observation", "new-audit")
    storage = Storage.open(desk.folder / "data", desk.folder / "candour.key")
    with storage.writing() as work:
        work.people.appoint(LEE, "elm", LEAD)
    for form in ("observation", "new-audit"):
        interviewing.begin(storage, "elm", form, LEE, SystemClock())
    storage.close()
    (line,) = desk.says("audits", "transcript", "elm").splitlines()
    assert line.endswith("Observation")
    short = line.split()[0]
    assert "The transcript is in transcript.md." in desk.says("audits", "transcript", "elm", short)
    assert "# Observation" in (desk.folder / "transcript.md").read_text()
    assert "already there" in desk.refuses("audits", "transcript", "elm", short)
    assert "No interview of “elm” has this id." in desk.refuses("audits", "transcript", "elm", "zz")


@pytest.mark.parametrize("name", ["Rowan", "rowan house", "-x", "a" * 21, "../etc", "rowan__x"])
def test_a_name_that_no_address_can_hold_is_refused(desk: Desk, name: str) -> None:
    said = desk.refuses("audits", "open", "--title", "X", "--form", "short.yaml", "--", name)
    assert "small letters, digits and hyphens" in said
    assert not (desk.folder / "data").exists()


@pytest.mark.parametrize("command", ["invite", "close", "report"])
def test_an_audit_that_there_is_not_is_named(desk: Desk, command: str) -> None:
    assert "nowhere" in desk.refuses("audits", command, "nowhere")


def test_what_cannot_be_used_is_said_in_words(desk: Desk, telegram: TelegramServer) -> None:
    assert "There is no file" in desk.refuses(
        "audits", "open", "rowan", "--title", "X", "--form", "none.yaml"
    )
    assert "K must be from 5 to 20" in desk.refuses(
        "audits", "open", "rowan", "--title", "X", "--form", "short.yaml", "--k", "1"
    )
    wrong = bot(telegram) | {"CANDOUR_TELEGRAM_TOKEN": "1:AAnot-the-token-of-anybody-here-00000"}
    desk.says("audits", "open", "rowan", "--title", "X", "--form", "short.yaml")
    assert "Telegram cannot be asked for the name of the bot." in desk.refuses(
        "audits", "invite", "rowan", **wrong
    )
    assert "CANDOUR_PORT" in desk.refuses("audits", "list", CANDOUR_PORT="many")


def test_the_check_of_a_new_house_finds_nothing_wrong_and_changes_nothing(desk: Desk) -> None:
    said = desk.says("serve", "--check")
    assert "The database is new" in said
    assert "Telegram is off" in said
    assert said.endswith("Everything is ready.\n")
    assert sorted(path.name for path in desk.folder.iterdir()) == ["contacts.yaml", "short.yaml"]


def test_the_check_knows_telegram(desk: Desk, telegram: TelegramServer) -> None:
    desk.says("audits", "list")
    said = desk.says("serve", "--check", **bot(telegram))
    assert "up to date" in said
    assert "the bot is @candour_test_bot" in said
    assert "(polling)" in said
    assert telegram.token not in said


def test_the_check_says_what_is_wrong(desk: Desk, telegram: TelegramServer) -> None:
    wrong = bot(telegram) | {"CANDOUR_TELEGRAM_TOKEN": "1:AAnot-the-token-of-anybody-here-00000"}
    said = desk.refuses("serve", "--check", **wrong)
    assert "✗ Telegram does not know the token." in said
    assert "Candour cannot serve like this yet." in said
    assert wrong["CANDOUR_TELEGRAM_TOKEN"] not in said
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = bot(telegram) | {"CANDOUR_TELEGRAM_API": f"http://127.0.0.1:{port}"}
    assert "✗ Telegram cannot be reached" in desk.refuses("serve", "--check", **nobody)
    (desk.folder / "candour.key").write_bytes(b"no key")
    assert "✗ The key file cannot be used" in desk.refuses("serve", "--check")
    (desk.folder / "data").mkdir()
    (desk.folder / "data" / "candour.db").write_bytes(b"not a database at all" * 100)
    assert "✗ The database cannot be used" in desk.refuses("serve", "--check")


def test_the_numbers_to_call_are_shown_and_checked(desk: Desk) -> None:
    shown = desk.says("contacts", "show")
    assert shown.index("999") < shown.index("01632 960001") < shown.index("01632 960002")
    assert shown.index("The deputy lead: 01632 960003") < shown.index("03000 616161")
    assert "Ffoniwch 999" in desk.says("contacts", "show", "--language", "cy")
    assert "in the last 180 days" in desk.says("contacts", "check")
    assert "✓ The numbers to call in danger were checked" in desk.says("serve", "--check")
    without = {"CANDOUR_CONTACTS": ""}
    assert "RQIA, in Northern Ireland" in desk.says("contacts", "show", **without)


def test_numbers_that_nobody_checked_for_half_a_year_are_not_served(desk: Desk) -> None:
    old = datetime.now(UTC).date() - timedelta(days=181)
    checked(desk.folder, old)
    for arguments in (("serve",), ("serve", "--check"), ("contacts", "check")):
        said = desk.refuses(*arguments)
        assert (
            f"“Rowanshire adult safeguarding team” (council) was last checked on {old}, 181 days ago." in said
        )
        assert "“CQC, in England” (regulator)" in said
        assert "Whoever runs Candour checks that the number is right" in said
    assert "01632 960001" in desk.says("contacts", "show")
    assert not (desk.folder / "data").exists()


def test_a_file_of_contacts_that_cannot_be_used_stops_the_start_and_says_why(desk: Desk) -> None:
    (desk.folder / "contacts.yaml").write_text("council: {name: Council, telephone: '1'}\n")
    for arguments in (("serve",), ("serve", "--check"), ("contacts", "show")):
        assert "unknown field `telephone`" in desk.refuses(*arguments)
    (desk.folder / "contacts.yaml").unlink()
    assert "cannot be read" in desk.refuses("serve")


def test_wrong_settings_are_all_named_at_once_and_none_is_repeated(desk: Desk) -> None:
    said = desk.refuses(
        "serve", CANDOUR_PORT="many", CANDOUR_TELEGRAM_TOKEN="zebra", CANDOUR_LOG_LEVEL="loud"
    )
    for name in ("CANDOUR_PORT", "CANDOUR_TELEGRAM_TOKEN", "CANDOUR_LOG_LEVEL"):
        assert name in said
    assert "zebra" not in said


def test_a_port_that_is_taken_is_said_to_be(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} is taken by another program." in desk.refuses(
            "serve", CANDOUR_PORT=port, CANDOUR_METRICS_PORT="0"
        )
