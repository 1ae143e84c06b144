"""Numbers that an audit follows: added, changed with a reason that stays, brought as a table, seen in chat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot import following
from bot.channels.memory import Person
from bot.errors import NotOpenedError
from bot.services import auditing, inviting, measuring
from bot.turns import TurnLoop
from dialogues import engine, library
from dialogues.form import Choice, Text
from dialogues.interview import State
from dialogues.moves import Answer, Begin, Move, Submit
from dialogues.problems import Problem
from dialogues.responses import Response
from reports.measures import Better, Chart, Measure, Month
from storage.journal import NumberKept, NumbersImported
from storage.plan import Followed
from storage.receipts import QUICK
from storage.slips import AUDITOR
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, NOW, an_audit, clock, culture

TODAY = NOW.date()  # 4 May 2026
HAND = measuring.hand(bytes([7]) * 16, AUDITOR, clock())
FEWER = Measure("Restraints", Better.LOWER, "a month", 5, "incident log")
TABLE = "month,value,indicator,better,target\n" + "".join(
    f"{year}-{number:02},{value},Restraints,lower,5\n"
    for (year, number), value in zip(
        [(2025, each) for each in range(5, 13)] + [(2026, each) for each in range(1, 5)],
        [12, 14, 12, 14, 12, 14, 12, 8, 10, 8, 10, 8],
        strict=True,
    )
)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = Storage.open(tmp_path / "data", tmp_path / "candour.key", cost=QUICK)
    auditing.open_audit(opened, an_audit(), [culture()])
    yield opened
    opened.close()


def only(storage: Storage) -> Followed:
    (series,) = measuring.shown(storage, AUDIT)
    return series.followed


def journal(storage: Storage) -> list[object]:
    kinds = (NumberKept, NumbersImported)
    with storage.reading() as work:
        return [entry.what for entry in work.journal.entries() if isinstance(entry.what, kinds)]


def recorded(storage: Storage, begun_on: date = TODAY, /, **answers: str | float) -> None:
    """What is handed in by the form `monthly-number`."""
    said: Response = {name: value for name, value in answers.items() if value != ""}
    with storage.writing() as work:
        following.record(work, AUDIT, said, begun_on, HAND)


def refused(storage: Storage, /, **answers: str | float) -> tuple[str, str]:
    before = measuring.shown(storage, AUDIT)
    with pytest.raises(NotOpenedError) as trouble:
        recorded(storage, **answers)
    assert measuring.shown(storage, AUDIT) == before, "nothing is kept"
    return trouble.value.question, str(trouble.value)


def begun(storage: Storage) -> str:
    new: dict[str, str | float] = {
        "indicator": "Restraints",
        "better": "lower",
        "unit": "a month",
        "target": 5,
        "source": "incident log",
    }
    recorded(storage, what="new", month="March 2026", value=12, **new)
    return only(storage).id


def test_something_new_is_followed_and_its_months_are_added_as_last_this_or_any(storage: Storage) -> None:
    series = begun(storage)
    recorded(storage, what="last", series=series, value=9)
    recorded(storage, what="this", series=series, value="8.5")
    recorded(storage, what="other", series=series, month="2026-02", value=14)
    recorded(storage, what="last", series=series, value=9)  # the same again changes nothing
    found = only(storage)
    assert found.measure == FEWER
    assert [(each.month.number, each.value) for each in found.points] == [(2, 14), (3, 12), (4, 9), (5, 8.5)]
    assert journal(storage) == [NumberKept(series[:8], f"2026-{month:02}", "added") for month in (3, 4, 5, 2)]
    assert "8.5" not in repr(found)


def test_last_month_is_the_one_before_the_day_on_which_the_question_was_asked(storage: Storage) -> None:
    recorded(storage, date(2026, 4, 30), what="last", series=begun(storage), value=12)
    assert [each.month for each in only(storage).points] == [Month(2026, 3)]


def test_what_cannot_be_kept_is_asked_again_with_the_reason(storage: Storage) -> None:
    series = begun(storage)
    assert refused(storage, what="other", series=series, month="June 2026", value=1) == (
        "month",
        "June 2026 is still to come. Please name a month that has begun.",
    )
    assert refused(storage, what="other", series=series, month="1999-01", value=1)[0] == "month"
    assert refused(storage, what="other", series=series, month="soon", value=1)[0] == "month"
    assert refused(storage, what="last", series="ff" * 16, value=1)[0] == "series"
    assert refused(storage, what="last", series=series, value="many")[0] == "value"
    assert refused(storage, what="change", series=series, month="2026-04", value=1, reason="x")[0] == "month"
    assert refused(storage, what="change", series=series, month="2026-03", value=1)[0] == "reason"
    assert refused(storage, what="new", indicator="restraints", better="lower", month="2026-04", value=1) == (
        "indicator",
        "“restraints” is followed already. Please choose it from the list.",
    )
    assert refused(storage, what="new", indicator="Falls", better="", month="2026-04", value=1)[0] == "better"
    assert (
        refused(storage, what="new", indicator="", better="lower", month="2026-04", value=1)[0] == "indicator"
    )


def test_a_number_is_changed_only_with_a_reason_and_what_it_was_stays_readable(storage: Storage) -> None:
    series = begun(storage)
    question, said = refused(storage, what="other", series=series, month="2026-03", value=13)
    assert (question, said[:27]) == ("what", "March 2026 has 12 already. ")
    recorded(
        storage,
        what="change",
        series=series,
        month="March 2026",
        value=13,
        reason="One was not written down.",
    )
    (found,) = measuring.shown(storage, AUDIT)
    (entry,) = found.corrections
    assert entry.said == {
        "month": "2026-03",
        "before": 12,
        "after": 13,
        "reason": "One was not written down.",
    }
    assert (entry.account, entry.day) == (HAND.account, TODAY)
    assert journal(storage)[-1] == NumberKept(series[:8], "2026-03", "changed")
    assert following.value_of(found.followed, Month(2026, 3)) == 13


def test_new_limits_need_a_reason_and_numbers_on_both_sides(storage: Storage) -> None:
    series = begun(storage)
    assert refused(storage, what="limits", series=series, month="2026-03", reason="New rota")[0] == "month"
    recorded(storage, what="last", series=series, value=9)
    assert refused(storage, what="limits", series=series, month="2026-04", reason=" ")[0] == "reason"
    recorded(storage, what="limits", series=series, month="2026-04", reason="New rota")
    assert refused(storage, what="limits", series=series, month="2026-04", reason="Again")[0] == "month"
    assert [each.reason for each in only(storage).rebases] == ["New rota"]
    assert journal(storage)[-1] == NumberKept(series[:8], "2026-04", "new limits")


def test_a_table_is_kept_whole_and_added_to_later(storage: Storage) -> None:
    kept = measuring.bring(storage, AUDIT, TABLE.encode(), "numbers.csv", HAND)
    assert isinstance(kept, tuple)
    more = "month,value,indicator,better\n2026-04,8,Restraints,lower\n2026-05,9,Restraints,\n2026-05,1,Falls,lower\n"
    assert isinstance(measuring.bring(storage, AUDIT, more.encode(), "more.csv", HAND), tuple)
    falls, restraints = measuring.shown(storage, AUDIT)
    assert (falls.followed.measure.indicator, len(restraints.followed.points)) == ("Falls", 13)
    assert isinstance(restraints.chart, Chart)
    assert journal(storage) == [NumbersImported(1, 12), NumbersImported(2, 3)]


def test_a_table_in_which_anything_is_wrong_names_all_of_it_and_leaves_nothing(storage: Storage) -> None:
    measuring.bring(storage, AUDIT, TABLE.encode(), "numbers.csv", HAND)
    wrong = (
        "month,value,indicator,better,target\n2026-04,9,Restraints,higher,6\n2026-07,1,Restraints,,\n"
        "2026-05,3,Falls,lower,\n"
    )
    found = measuring.bring(storage, AUDIT, wrong.encode(), "wrong.csv", HAND)
    assert isinstance(found, list)
    assert [each.message for each in found] == [
        (
            "“Restraints”: April 2026 is 8 here and 9 in the file. "
            "To change it, say why on the page of the numbers or in the chat."
        ),
        "“Restraints”: July 2026 is still to come.",
        "“Restraints”: “better” is “lower” here and “higher” in the file.",
        "“Restraints”: “target” is “5” here and “6” in the file.",
    ]
    unreadable = measuring.bring(storage, AUDIT, b"month,value,better\nsoon,many,lower\n", "x.csv", HAND)
    assert isinstance(unreadable, list)
    assert [(type(each), each.place.column) for each in unreadable] == [
        (Problem, "month"),
        (Problem, "value"),
    ]
    nameless = measuring.bring(storage, AUDIT, b"month,value,better\n2026-04,1,lower\n", "x.csv", HAND)
    assert isinstance(nameless, list)
    assert nameless[0].message == "Say in a column “indicator” what these numbers are of."
    assert len(measuring.shown(storage, AUDIT)) == 1


def test_the_usual_number_takes_five_taps_from_the_list_of_numbers() -> None:
    """New number; which kind; which one; how much, typed; hand in."""
    form = library.shipped("monthly-number")
    listed = {"measures": (Choice("ab" * 16, Text({"en": "Restraints"})),)}
    turn = engine.advance(form, engine.invite(form, lists=listed), Begin(), now=NOW)
    moves: list[Move] = [Answer("last"), Answer("Restraints"), Answer("12"), Submit()]
    for move in moves:
        turn = engine.advance(form, turn.interview, move, now=NOW)
    assert turn.interview.state is State.SUBMITTED
    said = engine.response(form, turn.interview)
    assert {name: str(value) for name, value in said.items()} == {
        "what": "last",
        "series": "ab" * 16,
        "value": "12",
    }


async def test_the_chat_lists_each_number_with_what_its_chart_shows(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        ann = Person(turns, "ann")
        (code,) = inviting.slips(storage, AUDIT, 1, AUDITOR)
        await ann.comes(code)
        assert "No numbers are followed yet." in (await ann.says("/numbers"))[-1].text
        measuring.bring(storage, AUDIT, TABLE.encode(), "numbers.csv", HAND)
        said = (await ann.says("/numbers"))[-1].text
        line = "• Restraints: April 2026: 8. A sign of worse: 7 months in a row above the mean"
        assert line in "\n".join(said)
        auditing.offer_forms(storage, AUDIT, [library.shipped("monthly-number")], clock())
        await ann.says("/numbers")
        await ann.taps("New number")
        for tapped in ("This month's number", "Restraints"):
            await ann.taps(tapped)
        await ann.says("7.5")
        await ann.taps("Hand in my answers")
    assert following.value_of(only(storage), Month(2026, 5)) == 7.5
