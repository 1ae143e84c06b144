"""`candour backup` and `candour restore` as whoever runs Candour types them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.services import inviting
from tests.bot.stories import AUDIT, clock, close, opened

CANDOUR = Path(sys.executable).with_name("candour")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Data of an audit that was closed."""
    storage = opened(tmp_path)
    inviting.slips(storage, AUDIT, 42, "respondent", clock())
    close(storage)
    storage.close()
    return tmp_path


def run(
    folder: Path, *arguments: str | Path, data: str = "data", ends: int = 0, **settings: str
) -> tuple[str, str]:
    """What the command prints, and what it says is the trouble."""
    here = {"CANDOUR_DATA": str(folder / data), "CANDOUR_KEY": str(folder / "candour.key"), **settings}
    done = subprocess.run(
        [str(CANDOUR), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **here, "COLUMNS": "200", "NO_COLOR": "1"},
    )
    assert done.returncode == ends, (done.stdout, done.stderr)
    return done.stdout, done.stderr


def test_a_backup_is_made_looked_through_and_put_back(folder: Path) -> None:
    out = folder / "a.backup"
    assert "can be read. Keep it apart from the key file" in run(folder, "backup", "--out", out)[0]
    told, _ = run(folder, "restore", out, "--check", data="none")
    assert not (folder / "none").exists()
    lines = told.splitlines()
    assert [line[0] for line in lines[:-1]] == ["✓"] * (len(lines) - 1)
    assert "✓ It has 1 audit, 1 of them closed." in told
    assert "✓ Its journal is whole up to entry 4." in told
    assert "✓ The journal went on: entry 5 is of after it, and not in it." in told
    assert lines[-1] == "This backup can be put back."
    told, _ = run(folder, "restore", out, data="new")
    assert "is back, with 1 audit." in told
    assert "who handed in after it was made can use their slip again" in told
    assert "The journal: entry 5 is lost of what was there before; it says so itself." in told
    told, _ = run(folder, "journal", "verify", data="new")
    assert "The journal is whole: 5 entries" in told
    assert "Entry 5 says that a backup was put back. Entry 5 is lost of what was there before" in told
    shown = run(folder, "journal", "show", data="new")[0].splitlines()
    assert "operator: put a backup back (SHA-256 " in shown[-1]
    assert shown[-1].endswith("; entry 5 is lost of what was there before")
    assert f"{AUDIT}  closed" in run(folder, "audits", "list", data="new")[0]


def test_a_checkpoint_of_what_is_lost_is_explained(folder: Path) -> None:
    run(folder, "backup", "--out", folder / "a.backup")
    line = run(folder, "journal", "checkpoint")[0].strip()
    run(folder, "restore", folder / "a.backup", data="new")
    told, _ = run(folder, "journal", "verify", "--checkpoint", line, data="new", ends=1)
    assert "- Entry 5 is lost of what was there before. A checkpoint that was given knows" in told
    assert "The journal itself says why: a backup was put back" in told


def test_in_the_place_of_a_database_it_is_said_what_stayed(folder: Path) -> None:
    out = folder / "a.backup"
    run(folder, "backup", "--out", out)
    assert "--force" in run(folder, "restore", out, ends=2)[1]
    told, _ = run(folder, "restore", out, "--force")
    assert f"As the database that was there had it: {AUDIT}." in told
    assert "can use their slip again" not in told
    assert "made a backup (SHA-256 " in run(folder, "journal", "show")[0]


def test_trouble_is_one_line(folder: Path) -> None:
    out = folder / "a.backup"
    run(folder, "backup", "--out", out)
    assert run(folder, "backup", "--out", out, ends=2)[1].startswith(f"candour: “{out}” is already there.")
    assert "name a file in a folder" in run(folder, "backup", "--out", folder / "no" / "b", ends=2)[1]
    assert "No such file" in run(folder, "restore", folder / "none", data="new", ends=2)[1]
    told, _ = run(folder, "restore", folder / "candour.key", "--check", ends=1)
    assert told.startswith(f"✗ “{folder / 'candour.key'}” cannot be put back: This is no backup of Candour.")
    assert "no key file" in run(folder, "restore", out, ends=2, CANDOUR_KEY=str(folder / "other"))[1]


def test_an_open_audit_is_backed_up_only_when_it_is_said(tmp_path: Path) -> None:
    opened(tmp_path).close()
    assert f"Still open: “{AUDIT}”." in run(tmp_path, "backup", "--out", tmp_path / "a", ends=2)[1]
    told, _ = run(tmp_path, "backup", "--out", tmp_path / "a", "--while-open")
    assert "not taken apart yet" in told
