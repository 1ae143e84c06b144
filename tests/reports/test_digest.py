"""A digest tells what is pressing first, and no more than fits under a picture."""

from __future__ import annotations

from datetime import date, timedelta

from reports import digest
from reports.digest import Bar, Next, Standings, fitted, next_steps, planned
from reports.findings import Finding, Standing
from reports.plan import Action, State

TODAY = date(2026, 5, 4)


def action(number: int, state: State = State.AGREED, due: int | None = None, review: int = 90) -> Action:
    return Action(
        id=f"{number:02}",
        number=number,
        title="Weekly supervision",
        state=state,
        findings=("f1",),
        due=None if due is None else TODAY + timedelta(days=due),
        review=TODAY + timedelta(days=review),
    )


def test_the_plan_is_sorted_into_late_this_week_and_the_rest() -> None:
    days = {1: -1, 2: 0, 3: 7, 4: 8, 5: -30, 6: None}
    plan = planned(
        [
            *(action(number, due=due) for number, due in days.items()),
            action(7, State.PROPOSED, due=-5),
            action(8, State.IMPLEMENTED, due=-5),
        ],
        TODAY,
    )
    assert [each.number for each in plan.late] == [5, 7, 1]
    assert [each.number for each in plan.soon] == [2, 3]
    assert (plan.proposed, plan.unverified, plan.under_way) == (1, 1, 6)


def standings(**changes: object) -> Standings:
    usual: dict[str, object] = {"today": TODAY, "is_open": False, "enough": True, "published": True}
    finding = Finding(id="f1", number=1, title="Rounds")
    return Standings(**{**usual, "findings": (finding,), **changes})  # type: ignore[arg-type]


def test_what_comes_next_is_three_things_the_most_pressing_first() -> None:
    assert next_steps(standings(findings=())) == (Next.WRITE_FINDINGS,)
    assert next_steps(standings()) == (Next.PLAN,)
    closed = Finding(id="f1", number=1, title="Rounds", standing=Standing.CLOSED)
    assert next_steps(standings(findings=(closed,))) == ()
    assert next_steps(standings(actions=(action(1),))) == ()
    assert next_steps(standings(actions=(action(1, review=0),))) == (Next.REVIEW,)
    assert next_steps(standings(is_open=True, enough=False, findings=())) == (Next.INVITE,)
    assert next_steps(standings(is_again=True, findings=())) == (Next.COMPARE,)
    much = standings(
        unread=True,
        undelivered=1,
        published=False,
        actions=(action(1, due=-1), action(2, State.PROPOSED), action(3, State.IMPLEMENTED)),
    )
    assert next_steps(much) == (Next.READ_CONCERN, Next.REACH, Next.ASK_FOR_NEWS)


def test_what_does_not_fit_is_left_out_and_shorter_things_still_come() -> None:
    assert fitted(["a" * 5, "b" * 90, "c"], 10) == ("a" * 5, "c")
    assert len("\n\n".join(fitted(["x" * 99] * 30))) <= digest.MOST


def test_the_picture_has_its_numbers_in_words_and_is_safe_whatever_a_theme_is_called() -> None:
    bars = [Bar("Supervision <b>", 50, "3 of 6", 30, "about 30 %"), Bar("Culture", None, "")]
    drawn = digest.svg("Weaknesses", bars, ("by name", "anonymous"))
    assert "by name: 3 of 6" in drawn
    assert "anonymous: about 30 %" in drawn
    assert "<b>" not in drawn
    assert drawn == digest.svg("Weaknesses", bars, ("by name", "anonymous"))
