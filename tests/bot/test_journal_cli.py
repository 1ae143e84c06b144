"""What gets into the journal when people use Candour, and `candour journal` as whoever runs Candour types it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.messages import Address, Appointed, Enter, Incoming
from bot.services import auditing, inviting
from bot.turns import TurnLoop
from dialogues.moves import Answer, Begin, Submit
from storage.casework import CONCERN
from storage.journal import (
    AuditClosed,
    AuditOpened,
    ConcernRead,
    Entry,
    ReportPublished,
    RoleGiven,
    SlipsIssued,
)
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, CULTURE, clock, close, culture, opened, plays, whole
from tests.epochs import epoch_settings

CANDOUR = Path(sys.executable).with_name("candour")
FORGED = ["journal_no_update", "journal_no_delete"]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opening = opened(tmp_path)
    yield opening
    opening.close()


def entries(storage: Storage) -> tuple[Entry, ...]:
    with storage.reading() as work:
        return work.journal.entries()


# What is recorded


def test_opening_is_recorded_with_what_decides_on_what_may_be_shown(storage: Storage) -> None:
    (entry,) = entries(storage)
    assert (entry.day, entry.actor, entry.audit) == ("2026-05-01", "operator", AUDIT)
    assert isinstance(entry.what, AuditOpened)
    assert (entry.what.k, entry.what.staff) == (8, 58)
    asked = [(form.form, form.digest, form.attribution, form.breakdown) for form in entry.what.forms]
    assert asked[0] == (CULTURE, culture().digest, "anonymous", "role")
    assert asked[1][0] == CONCERN


def test_invitations_are_recorded_by_their_number(storage: Storage) -> None:
    codes = inviting.slips(storage, AUDIT, 3, "respondent", clock())
    entry = entries(storage)[-1]
    assert (entry.what, entry.day) == (SlipsIssued(3, "respondent"), "2026-05-04")
    assert not any(code in repr(entries(storage)) for code in codes)


def test_a_lead_who_enters_is_recorded_without_their_address(storage: Storage) -> None:
    (code,) = inviting.slips(storage, AUDIT, 1, "lead", clock())

    async def enter() -> None:
        async with TurnLoop(storage, clock()) as turns:
            entering = Incoming(Address("telegram", "471147114711"), "", "", "1", Enter(code))
            assert await turns.hear(entering) == Appointed(AUDIT, "lead", frozenset({"lead"}))

    asyncio.run(enter())
    entry = entries(storage)[-1]
    assert (entry.what, entry.actor, entry.audit) == (RoleGiven("lead"), "lead", AUDIT)
    assert storage.examine_journal().remembered == storage.examine_journal().head
    assert "471147114711" not in repr(entries(storage))


def test_nothing_that_a_respondent_does_is_recorded(storage: Storage) -> None:
    codes = inviting.slips(storage, AUDIT, 9, "respondent", clock())
    before = entries(storage)

    async def everyone() -> None:
        async with TurnLoop(storage, clock()) as turns:
            for number, code in enumerate(codes):
                here = Address("telegram", str(number))
                await turns.hear(Incoming(here, "", "", "0", Enter(code)))
                await plays(turns, f"p{number}", whole())
            await plays(turns, "p0", [Begin(), Answer("CANARY-31c"), Submit()], form=CONCERN)

    asyncio.run(everyone())
    assert auditing.concerns(storage, AUDIT)
    assert entries(storage) == before


def test_closing_and_each_report_are_recorded_once(storage: Storage) -> None:
    close(storage)
    close(storage)
    closed, published = entries(storage)[1:]
    assert closed.what == AuditClosed()
    assert isinstance(published.what, ReportPublished)
    assert published.what.form == CULTURE
    assert len(published.what.digest) == 64
    assert storage.examine_journal().whole


def test_a_concern_is_recorded_when_it_is_read_and_only_then(storage: Storage) -> None:
    async def tell() -> None:
        async with TurnLoop(storage, clock()) as turns:
            await plays(turns, "p", [Begin(), Answer("CANARY-31c"), Submit()], form=CONCERN)

    asyncio.run(tell())
    (concern,) = auditing.concerns(storage, AUDIT)
    for _ in range(2):
        auditing.mark_read(storage, concern.id, clock())
    assert [entry.what for entry in entries(storage)[1:]] == [ConcernRead()]
    assert entries(storage)[-1].actor == "lead"
    assert concern.id.hex() not in repr(entries(storage))


# The command


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    places = {"CANDOUR_DATA": str(folder / "data"), "CANDOUR_KEY": str(folder / "candour.key")}
    settings = places | epoch_settings(folder)
    return subprocess.run(
        [str(CANDOUR), "journal", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **settings, "COLUMNS": "200", "NO_COLOR": "1"},
    )


def said(folder: Path, *arguments: str | Path) -> str:
    """What the command prints; all went well."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
    return done.stdout


def alarm(folder: Path, *arguments: str | Path) -> str:
    """What the command prints; something is wrong with the journal."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stderr) == (1, ""), (done.stdout, done.stderr)
    return done.stdout


def forge(folder: Path, statement: str) -> None:
    """Change the journal as whoever owns the file can."""
    with closing(sqlite3.connect(folder / "data" / "candour.db")) as database, database:
        for trigger in FORGED:
            database.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        database.execute(statement)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Data with three entries in their journal."""
    storage = opened(tmp_path)
    inviting.slips(storage, AUDIT, 42, "respondent", clock())
    close(storage)
    storage.close()
    return tmp_path


def test_the_journal_is_shown_in_words(folder: Path) -> None:
    first, second, third, fourth = said(folder, "show").splitlines()
    assert first.startswith("1  1 May 2026  operator: opened the audit “rowan-house” for 58 staff")
    assert "nothing to be shown of fewer than 8" in first
    assert "culture (anonymous, by role), concern (anonymous, no breakdown)" in first
    assert second.endswith("operator: made 42 invitations to the audit “rowan-house” as respondent")
    assert third == "3  4 May 2026  operator: closed the audit “rowan-house”"
    assert "published the report of the audit “rowan-house” on culture (SHA-256 " in fourth


def test_a_whole_journal_is_said_to_be_whole_and_what_was_not_looked_for_is_said_too(folder: Path) -> None:
    told = said(folder, "verify")
    assert told.startswith("The journal is whole: 4 entries, each as it was written.\n")
    assert "No checkpoint was given. Somebody who has both the database and the key file" in told


def test_a_checkpoint_is_kept_outside_and_given_back(folder: Path, tmp_path: Path) -> None:
    line = said(folder, "checkpoint").strip()
    assert "It has the entry of the checkpoint that was given." in said(
        folder, "verify", "--checkpoint", line
    )
    kept = tmp_path / "checkpoints.txt"
    kept.write_text(f"# of 4 May\n{line}\n\n{line}\n", "utf-8")
    assert "all 2 checkpoints" in said(folder, "verify", "--checkpoints", kept)


def test_each_forgery_is_told_in_words_with_its_entry(folder: Path) -> None:
    line = said(folder, "checkpoint").strip()
    forge(folder, 'UPDATE journal SET details = \'{"count":4,"role":"respondent"}\' WHERE seq = 2')
    told = alarm(folder, "verify", "--checkpoint", line)
    assert told.startswith(
        "The journal cannot be trusted from entry 2 on.\n- Entry 2 was changed or put in since"
    )
    assert "So there is no checkpoint of it." in alarm(folder, "checkpoint")
    forge(folder, "DELETE FROM journal WHERE seq IN (2, 4)")
    told = alarm(folder, "verify", "--checkpoint", line)
    assert "- Entry 2 is missing: deleted, or numbered anew.\n" in told
    assert "- Entry 4 is gone from the end. A checkpoint that was given knows entry 4." in told
    assert "- Entry 4 is gone from the end. What is remembered beside the key file knows entry 4." in told
    forge(folder, "DELETE FROM journal")
    assert "Nothing says that the audit “rowan-house” was opened, and yet it is there." in alarm(
        folder, "verify"
    )


def test_many_faults_are_counted_instead_of_told_one_by_one(folder: Path) -> None:
    storage = opened(folder)
    for _ in range(10):
        inviting.slips(storage, AUDIT, 1, "lead", clock())
    storage.close()
    forge(folder, "UPDATE journal SET actor = 'nobody'")
    told = alarm(folder, "verify").splitlines()
    assert (len(told), told[-1]) == (12, "- and 4 faults more.")


def test_without_the_file_beside_the_key_it_is_said_what_is_not_found(folder: Path) -> None:
    (folder / "candour.key.journal").unlink()
    assert "Nothing beside the key file remembers" in said(folder, "verify")


def test_a_clock_that_was_set_back_is_a_note(folder: Path) -> None:
    storage = opened(folder)
    inviting.slips(storage, AUDIT, 1, "lead", SetClock(datetime(2026, 5, 4, tzinfo=UTC) - timedelta(days=2)))
    storage.close()
    assert "Entry 5 has an earlier day than the one before it: a clock was set back." in said(
        folder, "verify"
    )


def test_an_empty_journal_can_be_shown_verified_and_held_on_to(tmp_path: Path) -> None:
    assert said(tmp_path, "show") == "Nothing was recorded yet.\n"
    assert said(tmp_path, "verify").startswith("The journal is whole: 0 entries")
    line = said(tmp_path, "checkpoint").strip()
    assert said(tmp_path, "verify", "--checkpoint", line)


def test_what_a_terminal_would_obey_is_not_printed(folder: Path) -> None:
    forge(
        folder, "UPDATE journal SET actor = char(27) || '[2J', action = 'danced', day = 'never' WHERE seq = 2"
    )
    shown = said(folder, "show")
    assert "\x1b" not in shown
    assert "2  never  \ufffd[2J: danced (rowan-house), which cannot be read" in shown


def test_a_line_that_is_no_checkpoint_is_one_line_of_trouble(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoints.txt"
    kept.write_text("\ncandour-journal 4\n", "utf-8")
    for arguments, sentence in (
        (("--checkpoint", "nonsense"), "This is no checkpoint"),
        (("--checkpoints", str(kept)), "Line 2 of"),
        (("--checkpoints", str(tmp_path / "nowhere")), "There is no file"),
    ):
        done = run(folder, "verify", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert sentence in done.stderr
