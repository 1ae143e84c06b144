"""The example of `candour demo` is what it says: a whole chain, on its days, of nobody."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.services import auditing, interviewing, measuring, planning, reauditing, reporting
from bot.services.example import AGAIN, FIRST, OPEN, play_example
from bot.services.example.staff import EXAMPLES
from reports.audit import AuditReport
from reports.embedding import Way
from reports.findings import Nature, Standing
from reports.plan import State
from storage.casework import CHALLENGE, LEARNING, NOTIFICATION, Status
from storage.receipts import QUICK
from storage.slips import BOARD, OWNER
from storage.unit_of_work import Storage

CLOCK = SetClock(datetime(2026, 11, 25, 10, tzinfo=UTC))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    folder: Path = tmp_path_factory.mktemp("example")
    with closing(Storage.open(folder / "data", folder / "candour.key", cost=QUICK)) as storage:
        asyncio.run(play_example(storage, CLOCK))
        yield storage


def test_a_first_audit_its_re_audit_and_one_that_is_open(example: Storage) -> None:
    audits = {each.id: each for each in auditing.audits(example)}
    assert {name: each.status for name, each in audits.items()} == {
        FIRST: Status.CLOSED,
        AGAIN: Status.CLOSED,
        OPEN: Status.OPEN,
    }
    assert audits[AGAIN].baseline == FIRST
    assert all(each.synthetic for each in audits.values())


def test_nine_interviews_thirty_records_and_what_was_seen(example: Storage) -> None:
    cases = Counter(each.form for each in interviewing.cases(example, FIRST))
    assert (cases["guided-interview"], cases["record-review"], cases["observation"]) == (9, 3, 3)
    with example.reading() as work:
        reviews = [each for each in work.cases.of(FIRST) if each.form == "record-review"]
    assert sum(each.interview.counts["sampled"] for each in reviews) == 30


def test_findings_stand_on_evidence_and_two_are_of_good_practice(example: Storage) -> None:
    found = planning.findings(example, FIRST)
    assert Counter(each.finding.nature for each in found) == {Nature.CONCERN: 7, Nature.GOOD_PRACTICE: 2}
    assert all(each.finding.supporting for each in found)
    assert any(each.finding.contradicting for each in found)


def test_some_actions_are_late_today_and_some_last(example: Storage) -> None:
    plan = planning.plan(example, FIRST, CLOCK)
    states = Counter(each.action.state for each in plan.actions)
    assert states[State.EMBEDDED] >= 1
    assert states[State.VERIFIED] >= 1
    assert len(plan.gaps.late) >= 3
    assert any(each.left is not None and each.left <= 7 for each in plan.actions)


def test_the_re_audit_improved_in_part(example: Storage) -> None:
    found = reauditing.outcome(example, AGAIN)
    ways = Counter(each.way for each in found.themes)
    assert found.way is Way.IMPROVED
    assert ways[Way.IMPROVED]
    assert ways[Way.CANNOT_TELL]
    standings = {each.finding.name: each.finding.standing for each in planning.findings(example, FIRST)}
    assert standings["F2"] is Standing.CLOSED
    assert standings["F1"] is Standing.OPEN


def test_six_numbers_a_board_that_asks_and_who_was_told(example: Storage) -> None:
    assert len(measuring.shown(example, FIRST)) == 6
    kinds = Counter(each.kind for each in planning.entries(example, FIRST))
    assert (kinds[CHALLENGE], kinds[LEARNING], kinds[NOTIFICATION]) == (
        9,
        3,
        5,
    )  # five questions, four answered


def test_its_report_can_be_made_and_was_published(example: Storage) -> None:
    assert isinstance(reporting.found(example, FIRST, CLOCK), AuditReport)
    assert {each.view for each in reporting.published(example, FIRST, {BOARD, OWNER})} == {"board", "staff"}


def test_every_file_says_that_it_is_made_up() -> None:
    for file in EXAMPLES.glob("*.yaml"):
        assert file.read_text("utf-8").startswith("# SYNTHETIC."), file.name
