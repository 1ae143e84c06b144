"""`candour codebook …`, as whoever runs Candour meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import codebook
from reports.codebook import shipped
from tests.bot.test_audits_cli import Desk

REVISIONS = """
- change: merge
  codes: CAP.night
  into: CAP.numbers
  reason: Nobody could tell them apart.
- change: words
  code: SUP
  language: en
  words: catch up
  reason: Night staff say so.
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _file(desk: Desk, content: str) -> str:
    path = desk.folder / "revisions.yaml"
    path.write_text(content, "utf-8")
    return str(path)


def test_the_shipped_codebook_is_shown_before_there_is_a_database(desk: Desk) -> None:
    said = desk.says("codebook", "show")
    assert f"Codebook {shipped().version}" in said
    assert "  SUP.frequency  How often" in said
    assert "Goruchwyliaeth" in desk.says("codebook", "show", "SUP", "--language", "cy")
    one = desk.says("codebook", "show", "CARE.restraint")
    assert "restrain*" in one
    assert "Proportionality" in one
    assert not (desk.folder / "candour.key").exists()
    assert "There is no code “SUP.tea”" in desk.refuses("codebook", "show", "SUP.tea")


def test_a_revision_is_checked_made_recorded_and_shown(desk: Desk) -> None:
    file = _file(desk, REVISIONS)
    assert "nothing is wrong" in desk.says("codebook", "check", file)
    said = desk.says("codebook", "revise", file)
    assert "merge: CAP.night. Nobody could tell them apart." in said
    assert f"The codebook is {shipped().version}+2 now." in said
    assert "CAP.night is CAP.numbers today." in desk.says("codebook", "show", "CAP.night")
    assert f"changed the codebook (merge), which is {shipped().version}+1 now" in desk.says("journal", "show")
    assert "CAP.night is CAP.numbers today. Use that." in desk.refuses("codebook", "revise", file)


def test_of_revisions_all_are_made_or_none(desk: Desk) -> None:
    file = _file(desk, REVISIONS + "- {change: retire, code: SUP, reason: Too long.}\n")
    assert "Revision 3 cannot be made, so none was." in desk.refuses("codebook", "revise", file)
    assert f"Codebook {shipped().version}\n" in desk.says("codebook", "show")


def test_what_is_exported_can_be_checked_and_read(desk: Desk) -> None:
    out = desk.folder / "mine.yaml"
    desk.says("codebook", "export", "--format", "yaml", "--out", str(out))
    assert codebook.read(out.read_bytes()) == shipped()
    assert "nothing is wrong" in desk.says("codebook", "check", str(out))
    other = desk.folder / "mine.qdc"
    desk.says("codebook", "export", "--format", "qdc", "--out", str(other))
    told = desk.says("codebook", "check", str(other)).splitlines()
    assert told[0].startswith("= ESC  ")
    number = len(shipped().codes)
    assert told[-1].endswith(f"{number} codes, of which {number} are in our codebook too (=).")
    other.write_bytes(b"<nothing/>")
    assert "has no codes" in desk.refuses("codebook", "check", str(other))
    assert "is already there" in desk.refuses("codebook", "export", "--out", str(out))
