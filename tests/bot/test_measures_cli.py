"""`candour measures` and `candour reports`, as people meet them: sentences, files, and no database."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import tables
from tests.bot.test_audits_cli import Desk
from tests.reports.test_change import HIGH, LOW, report

NUMBERS = "month,value,indicator,better,target\n" + "".join(
    f"2026-{number:02},{value},Restraints,lower,5\n"
    for number, value in enumerate([12, 14, 12, 14, 12, 14, 12, 8, 10, 8, 10, 8], 1)
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _file(desk: Desk, content: str | bytes, name: str = "numbers.csv") -> str:
    (desk.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def test_monthly_numbers_are_said_in_words_and_drawn(desk: Desk) -> None:
    said = desk.says("measures", "chart", _file(desk, NUMBERS), "--out", "chart.html")
    assert "Restraints: Lower is better." in said
    assert "A sign of worse: 7 months in a row above the mean: from January to July 2026." in said
    assert "mean 11.17, limits 5.36 and 16.97" in said
    assert "The chart is in chart.html." in said
    assert "<svg" in (desk.folder / "chart.html").read_text("utf-8")
    desk.says("measures", "chart", "numbers.csv", "--out", "chart.svg", "--no-screening")
    assert (desk.folder / "chart.svg").read_text("utf-8").startswith("<svg")
    assert not (desk.folder / "data").exists()
    assert "should end in" in desk.refuses("measures", "chart", "numbers.csv", "--out", "chart.png")
    two = _file(desk, f"{NUMBERS}2026-01,3,Other,higher,\n", "two.csv")
    assert "holds one chart, and these are 2" in desk.refuses("measures", "chart", two, "--out", "two.svg")


def test_an_audit_keeps_the_numbers_of_a_table_and_says_what_they_show(desk: Desk) -> None:
    desk.says("audits", "open", "rowan", "--title", "Rowan House", "--form", "short.yaml")
    assert "There are no findings in “rowan” yet." in desk.says("findings", "list", "rowan")
    assert desk.says("plan", "list", "rowan") == "There are no actions yet.\n"
    last_year = _file(desk, NUMBERS.replace("2026-", "2025-"))
    assert "“rowan” follows “Restraints”." in desk.says("measures", "import", "rowan", last_year)
    assert "Restraints: December 2025: 8. A sign of worse" in desk.says("measures", "list", "rowan")


def test_what_cannot_be_read_is_named_by_row_and_column(desk: Desk) -> None:
    done = desk.run("measures", "chart", _file(desk, "month,value,better\n2026-05,many,lower\nMai,1,\n"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        (
            "numbers.csv: row 2, column value: “many” is not a number. I need one like 12 or 3.5; "
            "leave it empty where it is not known."
        ),
        "numbers.csv: row 3, column month: “Mai” is not a month. Write it like 2026-05 or May 2026.",
    ]
    late = _file(desk, "month,value,better,rebase\n2026-05,1,lower,New team\n2026-06,2,,\n")
    assert "New limits from May 2026 need a number before" in desk.refuses("measures", "chart", late)


def test_two_published_reports_are_compared_with_their_ranges(desk: Desk) -> None:
    first = _file(desk, tables.as_json(report(LOW)), "first.json")
    later = _file(desk, tables.as_json(report(HIGH)), "later.json")
    said = desk.says("reports", "compare", first, later).replace("\u00a0", " ").splitlines()
    assert said[0] == (
        "2 questions compared: improved 1, deteriorated 0, no clear change 0, cannot tell 1, hidden 0."
    )
    assert said[1].endswith("the same groups were heard as then.")
    assert said[2] == (
        "Improved: How often staff?: positive 35 % then, 75 % now; change +14 to +61 "
        "(40 to 49 people then, 40 to 49 people now)"
    )
    assert said[3].startswith("Cannot tell: How often talk?: positive 50 % then, 50 % now; change −")
    few = _file(desk, tables.as_json(report((1, 1, 1, 1, 1))), "few.json")
    assert "in the later audit fewer than 8 people answered" in desk.refuses("reports", "compare", first, few)
    assert "is no report" in desk.refuses("reports", "compare", first, _file(desk, "{}", "none.json"))
