"""An action moves only when what it needs is there; what is refused says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from reports.findings import Nature, Standing
from reports.measures import Better, Chart, Measure, Month, Point, chart
from reports.plan import (
    TABLE,
    Action,
    Agree,
    Amend,
    Ask,
    Challenge,
    Close,
    Decision,
    Embed,
    Event,
    Exempt,
    Exemption,
    Finish,
    Keep,
    Later,
    LearningShare,
    Milestone,
    Notification,
    Outcome,
    Progress,
    Proof,
    Proven,
    Refusal,
    Reject,
    Reopen,
    Review,
    State,
    Step,
    Strength,
    Tell,
    Term,
    Verification,
    Verify,
    changed_terms,
    dated,
    diagram,
    flaw,
    gaps,
    lack,
    late_lines,
    line,
    moved,
    openness,
    plan_lines,
    possible,
    shift,
    status,
)
from tests.reports.planned import (
    AGREED,
    DAY,
    DOING,
    DONE,
    EMBEDDED,
    F1,
    F2,
    LEAD,
    OTHER,
    OWNER,
    PEOPLE,
    REAUDIT,
    VERIFIED,
    WRITTEN,
    context,
    played,
    written,
)

DOCS = Path(__file__).parents[2] / "docs" / "plan.md"
YES = Agree(has_time=True, has_authority=True)
LOOKED = Verify(met=True, looked_at="six records of May")
NEXT_YEAR = date(2027, 5, 4)


def refused(action: Action, event: Event, by: str = LEAD, *others: Action, today: date = DAY) -> Refusal:
    """Why an event is not taken."""
    found = moved(action, event, context(by, today, action, *others))
    assert isinstance(found, Refusal), found
    assert found.message.endswith("."), "a refusal is a sentence"
    assert "!" not in found.message
    return found


def test_an_action_is_read_from_its_form() -> None:
    found = written()
    assert (found.name, found.state, found.strength) == ("A3", State.PROPOSED, Strength.INTERMEDIATE)
    assert found.milestones[0] == Milestone("a rota", date(2026, 5, 20), id=1)
    assert found.measure is not None
    assert (found.measure.better, found.measure.measure) == (Better.HIGHER, "m1")
    assert (flaw(found), lack(found)) == (None, None)
    assert written(indicator=None).measure is None
    assert written(milestones=None).milestones == ()
    assert [written(kind=kind).strength for kind in ("forcing", "checklist", "training", "something")] == [
        Strength.STRONGER,
        Strength.INTERMEDIATE,
        Strength.WEAKER,
        Strength.WEAKER,
    ]


def test_an_action_goes_all_the_way_and_keeps_who_did_what() -> None:
    found = played(written(), *EMBEDDED, (LEAD, Close()))
    assert found.state is State.CLOSED
    assert (found.confirmed, found.reported_by, found.verified_by) == (True, OWNER, OTHER)
    assert (found.implemented_on, found.verified_on, found.proof) == (DAY, DAY, REAUDIT)
    assert (found.percent, found.evidence) == (100, ("case.e1",))
    assert [step.done for step in found.milestones] == [True, False]


@pytest.mark.parametrize(
    ("changes", "question", "says"),
    [
        ({"findings": None}, "findings", "answers a finding"),
        ({"title": None}, "title", "What will be done"),
        ({"due": "2026-05-03"}, "due", "due before it starts"),
        ({"due": "0001-05-03"}, "due", "1 cannot be the year"),
        ({"review": "3026-05-03"}, "review", "3026 cannot be the year"),
        ({"review": "2026-06-29"}, "review", "before it is due"),
        ({"milestones": [{"what": "x", "by": "2026-05-03"}]}, "milestones", "outside"),
        ({"milestones": [{"what": "x", "by": "2026-07-01"}]}, "milestones", "outside"),
    ],
)
def test_no_action_may_lack_a_finding_or_have_its_days_in_the_wrong_order(
    changes: dict[str, Any], question: str, says: str
) -> None:
    found = flaw(written(**changes))
    assert found is not None
    assert found.question == question
    assert says in found.message
    if question != "title":
        assert refused(written(**changes), YES, OWNER) == found
    assert refused(played(written(), *AGREED), Amend(written(**changes))) == found


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("owner", "an owner"),
        ("due", "a due day"),
        ("indicator", "a measure that shows whether it works"),
        ("baseline", "what its measure is today"),
        ("target", "a target"),
        ("better", "the direction that is better"),
        ("source", "a source of the number"),
        ("frequency", "how often it is counted"),
        ("evidence_required", "the evidence that will show it was done"),
        ("review", "a day on which it is looked at again"),
    ],
)
def test_nothing_is_agreed_without_its_parts(name: str, says: str) -> None:
    without: dict[str, Any] = {name: None}
    bare = written(**without)
    found = refused(bare, YES, OWNER)
    assert (found.question, found.message) == (name, f"Before A3 can be agreed, it needs {says}.")
    if name != "owner":
        assert refused(played(written(), *AGREED), Amend(bare)) == found
    assert status(bare, DAY).step is Step.COMPLETE


def test_all_that_is_missing_is_said_at_once() -> None:
    found = lack(written(owner=None, due=None, review=None))
    assert found is not None
    assert found.message.endswith("it needs an owner, a due day and a day on which it is looked at again.")


def test_only_the_owner_agrees_and_needs_both_time_and_authority() -> None:
    assert "Only the owner" in refused(written(), YES, LEAD).message
    assert refused(written(), Agree(has_time=False, has_authority=True), OWNER).question == "has_time"
    assert refused(written(), Agree(has_time=True, has_authority=False), OWNER).question == "has_authority"


def test_another_owner_is_asked_anew() -> None:
    handed = played(played(written(), *DOING), (LEAD, Amend(written(owner=OTHER, title="Weekly talks"))))
    assert (handed.state, handed.confirmed, handed.title) == (State.PROPOSED, False, "Weekly talks")
    assert [step.done for step in handed.milestones] == [True, False]
    assert "Only the owner" in refused(handed, YES, OWNER).message
    assert played(handed, (OTHER, YES)).state is State.AGREED
    same = played(played(written(), *DOING), (LEAD, Amend(written(review="2026-10-10", sponsor=OTHER))))
    assert (same.state, same.confirmed, same.review) == (State.IN_PROGRESS, True, date(2026, 10, 10))


@pytest.mark.parametrize(
    ("changes", "terms"),
    [
        ({"title": "Weekly talks"}, (Term.WHAT,)),
        ({"description": "In the night."}, (Term.WHAT,)),
        ({"due": "2026-07-10"}, (Term.DUE,)),
        ({"milestones": WRITTEN["milestones"][:1]}, (Term.STEPS,)),
        ({"target": "11 of 11"}, (Term.MEASURE,)),
        ({"evidence_required": "records of a year"}, (Term.EVIDENCE,)),
        ({"sponsor": OTHER, "kind": "staffing", "review": "2026-10-10"}, ()),
    ],
)
def test_an_owner_agrees_anew_to_other_terms_but_for_those_that_they_wrote_themselves(
    changes: dict[str, Any], terms: tuple[Term, ...]
) -> None:
    doing, amend = played(written(), *DOING), Amend(written(**changes))
    told = played(doing, (LEAD, amend))
    assert changed_terms(doing, told) == terms
    assert told.confirmed is not bool(terms)
    assert told.state is (State.PROPOSED if terms else State.IN_PROGRESS)
    assert played(doing, (OWNER, amend)).state is State.IN_PROGRESS


def test_a_step_is_known_by_its_id_wherever_it_stands_and_whatever_was_taken_out() -> None:
    rota, had = WRITTEN["milestones"]
    both = [{"what": "all had one", "by": "2026-06-10"}, had]
    start = played(written(milestones=[rota, *both]), *AGREED)
    assert [(step.id, step.due.day) for step in start.milestones] == [(1, 20), (2, 10), (3, 20)]
    new = {"what": "talks", "by": "2026-05-10"}
    after = played(start, (OWNER, Amend(written(milestones=[new, *both]))), (OWNER, Tell(milestone=3)))
    assert [(step.id, step.done) for step in after.milestones] == [(4, False), (2, False), (3, True)]
    assert refused(after, Tell(milestone=1), OWNER).question == "milestone"  # it was taken out meanwhile
    moved_on = [{"what": "all had one", "by": "2026-06-25"}, {"what": "more talks", "by": "2026-05-11"}]
    last = played(after, (OWNER, Amend(written(milestones=[both[1], *moved_on]))))
    assert [(step.id, step.done) for step in last.milestones] == [(5, False), (3, True), (2, False)]


@pytest.mark.parametrize("by", [OWNER, ""])
def test_nobody_verifies_what_they_own(by: str) -> None:
    assert "second pair of eyes" in refused(played(written(), *DONE), LOOKED, by).message


def test_nobody_verifies_what_they_reported_as_done() -> None:
    done = played(written(), *AGREED, (LEAD, Finish()))
    assert "second pair of eyes" in refused(done, LOOKED, LEAD).message
    assert played(done, (OTHER, LOOKED)).verified_by == OTHER


def test_a_verification_says_what_was_looked_at_and_what_is_missing() -> None:
    done = played(written(), *DONE)
    assert refused(done, Verify(met=True, looked_at=" "), OTHER).question == "looked_at"
    assert refused(done, Verify(met=False, looked_at="a rota"), OTHER).question == "missing"
    back = played(
        done, (OTHER, Verify(met=False, looked_at="a rota", missing="nights", evidence=("case.e2",)))
    )
    assert (back.state, back.implemented_on, back.verified_by) == (State.IN_PROGRESS, None, "")
    assert back.evidence == ("case.e1", "case.e2")


@pytest.mark.parametrize(
    "proof",
    [
        None,
        Proof(Proven.REAUDIT, "oak", NEXT_YEAR),
        Proof(Proven.REAUDIT, "elm", DAY),
        Proof(Proven.REAUDIT, "elm", NEXT_YEAR, held=False),
        Proof(Proven.SHIFT, "m2", NEXT_YEAR),
        Proof(Proven.SHIFT, "", NEXT_YEAR),
    ],
    ids=["none", "another audit", "not since it was done", "did not hold", "another measure", "no measure"],
)
def test_nothing_is_embedded_before_a_reaudit_or_a_shift_in_its_own_measure(proof: Proof | None) -> None:
    assert "is not embedded yet" in refused(played(written(), *VERIFIED), Embed(proof)).message
    unfollowed = played(written(measure=None), *VERIFIED)
    assert "is not embedded yet" in refused(unfollowed, Embed(proof)).message


def test_a_shift_in_its_measure_embeds_it_and_only_one_that_lasts() -> None:
    def numbers(*values: float) -> Chart:
        points = [Point(Month(2026, 1).after(place), value) for place, value in enumerate(values)]
        found = chart(Measure("restraints", Better.LOWER), points)
        assert isinstance(found, Chart)
        return found

    before, after = (9, 8, 10, 9, 8, 9, 10), (4, 3, 4, 3, 4, 3, 4)
    proof = shift("m1", numbers(*before, *after), date(2026, 7, 31))
    assert proof == Proof(Proven.SHIFT, "m1", date(2027, 2, 28))
    assert played(written(), *VERIFIED, (LEAD, Embed(proof))).state is State.EMBEDDED
    assert shift("m1", numbers(*before, *after), date(2026, 8, 1)) is None
    assert shift("m1", numbers(*before, *after, 10), date(2026, 7, 31)) is None
    assert shift("m1", numbers(*after, *before), date(2026, 1, 1)) is None


def test_what_did_not_hold_is_reopened_with_its_reason() -> None:
    for steps in (VERIFIED, EMBEDDED, (*EMBEDDED, (LEAD, Close()))):
        found = played(written(), *steps)
        assert refused(found, Reopen("")).question == "reason"
        back = played(found, (LEAD, Reopen("The re-audit found no change.")))
        assert (back.state, back.proof, back.verified_by) == (State.IN_PROGRESS, None, "")
        assert back.because == "The re-audit found no change."
        assert back.confirmed
    assert refused(written(), Reject(" ")).question == "reason"
    assert possible(played(written(), (LEAD, Reject("Done elsewhere."))).state) == ()


def test_a_finding_of_high_priority_needs_more_than_weaker_actions() -> None:
    weak, strong = written(kind="training"), written(4)
    found = refused(weak, YES, OWNER)
    assert (found.question, "F1 is of high priority" in found.message) == ("kind", True)
    assert not isinstance(moved(weak, YES, context(OWNER, DAY, weak, strong)), Refusal)
    assert played(written(kind="training", findings=["f2"]), *AGREED).is_committed
    agreed = played(strong, *AGREED)
    trained = replace(weak, state=State.AGREED, confirmed=True)
    assert "F1" in refused(agreed, Reject("No money."), LEAD, trained).message
    assert "F1" in refused(agreed, Amend(written(4, kind="memo")), LEAD, trained).message
    assert not isinstance(moved(agreed, Reject("No money."), context(LEAD, DAY, agreed, weak)), Refusal)


def test_an_exception_has_a_reason_and_an_end() -> None:
    weak = written(kind="training")
    until = DAY + timedelta(days=90)
    assert refused(weak, Exempt("", until)).question == "reason"
    assert refused(weak, Exempt("A new building comes.", DAY)).question == "until"
    excepted = played(weak, (LEAD, Exempt("A new building comes.", until)))
    assert excepted.exception is not None
    assert excepted.exception.by == LEAD
    assert played(excepted, *AGREED).state is State.AGREED
    later = until + timedelta(days=1)
    assert refused(excepted, YES, OWNER, today=later).question == "kind"
    agreed = played(excepted, *AGREED)
    assert gaps([F1], [agreed], until).weak == ()
    assert gaps([F1], [agreed], later).weak == (F1,)
    changed = moved(agreed, Amend(written(kind="training", due="2026-08-10")), context(LEAD, later, agreed))
    assert not isinstance(changed, Refusal), "what was weak before is no reason against another day"


@pytest.mark.parametrize(
    ("event", "question"),
    [
        (Tell(percent=101), "percent"),
        (Tell(milestone=3), "milestone"),
        (Later(DAY), "until"),
        (Later(DAY + timedelta(days=29)), "until"),
        (Keep(DAY), "next_review"),
        (Keep(DAY + timedelta(days=1)), "review"),
        (Amend(written(findings=["f9"])), "findings"),
    ],
)
def test_what_does_not_fit_the_plan_is_asked_again(event: Event, question: str) -> None:
    assert refused(played(written(), *DOING), event, OWNER).question == question


def test_whoever_asks_for_help_or_later_stays_where_they_are() -> None:
    doing = played(written(), *DOING)
    assert played(doing, (OWNER, Ask())) == doing
    rested = played(doing, (OWNER, Later(date(2026, 5, 11))))
    assert (rested.state, rested.snoozed_until) == (State.IN_PROGRESS, date(2026, 5, 11))
    assert played(rested, (OWNER, Tell(percent=50))).snoozed_until is None
    assert played(doing, (LEAD, Keep(date(2026, 12, 1)))).review == date(2026, 12, 1)


EVERY_EVENT: tuple[Event, ...] = (
    YES, Tell(percent=10), Ask(), Later(DAY + timedelta(days=7)), Finish(), LOOKED, Exempt("Because.", NEXT_YEAR),
    Keep(NEXT_YEAR), Embed(REAUDIT), Close(), Reopen("It came back."), Reject("Because."), Amend(written()),
)  # fmt: skip


@pytest.mark.parametrize("state", State)
def test_every_event_in_every_state_goes_by_the_table_or_says_what_comes_first(state: State) -> None:
    found = replace(
        written(), state=state, confirmed=True, implemented_on=DAY, reported_by=OWNER, verified_by=OTHER
    )
    for event in EVERY_EVENT:
        trigger = type(event).__name__.lower()
        by = OWNER if isinstance(event, Agree) else LEAD
        if trigger in possible(state):
            after = moved(found, event, context(by, DAY, found))
            assert not isinstance(after, Refusal), (trigger, after)
            assert (trigger, state, after.state) in set(arrows())
        else:
            assert refused(found, event, by).message.startswith("This cannot be done with A3 now. ")


def arrows() -> Iterator[tuple[str, State, State]]:
    """Each trigger with where it leads from and to."""
    return ((trigger, source, target) for trigger, sources, target, *_ in TABLE for source in sources)


def test_only_what_the_rules_ask_for_leads_to_what_they_protect() -> None:
    into: dict[State, set[tuple[str, State]]] = {state: set() for state in State}
    for trigger, source, target in arrows():
        if source is not target:
            into[target].add((trigger, source))
    assert into[State.AGREED] == {("agree", State.PROPOSED)}
    assert into[State.VERIFIED] == {("verify", State.IMPLEMENTED)}
    assert into[State.EMBEDDED] == {("embed", State.VERIFIED)}
    assert into[State.CLOSED] == {("close", State.EMBEDDED)}


def test_the_diagram_in_the_docs_is_the_table() -> None:
    text = DOCS.read_text("utf-8")
    start, end = "<!-- diagram -->\n```mermaid\n", "```\n<!-- end of diagram -->"
    assert text.partition(start)[2].partition(end)[0] == diagram()
    assert all(f"**{state.words}**" in text for state in State)


def test_the_gaps_of_a_plan_are_named() -> None:
    late = written(4, owner=None, due="2026-05-10", milestones=[{"what": "a rota", "by": "2026-05-06"}])
    later = written(5, due="2026-05-08", milestones=None)
    today = date(2026, 5, 20)
    weak = written(6, kind="memo", findings=["f2"])
    pressing = replace(F2, impact=5, likelihood=5)
    good = replace(F1, id="f3", nature=Nature.GOOD_PRACTICE)
    closed = replace(F1, id="f4", standing=Standing.CLOSED)
    bare = replace(F1, id="f5")
    found = gaps([F1, pressing, good, closed, bare], [late, later, weak], today)
    assert (found.unanswered, found.weak, found.unowned) == ((bare,), (pressing,), (late,))
    assert (found.late, found.passed) == ((later, late), ((late, late.milestones[0]),))
    assert found
    assert not gaps([F1], [played(written(), *DONE)], date(2027, 1, 1)), "what is done is not late"
    assert gaps([F1], [replace(written(), state=State.REJECTED)], DAY).unanswered == (F1,)


def test_where_an_action_stands_goes_by_the_day() -> None:
    doing = played(written(), *AGREED)
    found = status(doing, date(2026, 6, 16))
    assert (found.step, found.late, found.left, found.is_soon) == (Step.DO, 0, 14, True)
    assert [step.what for step in found.passed] == ["a rota"]
    assert found.coming == doing.milestones[1]
    assert not status(doing, date(2026, 6, 15)).is_soon
    assert status(doing, date(2026, 6, 30)).left == 0
    late = status(doing, date(2026, 7, 2))
    assert (late.late, late.left, late.is_soon, late.review_due) == (2, None, False, False)
    assert status(doing, date(2026, 9, 1)).review_due
    steps = [status(played(written(), *each), DAY).step for each in ((), DONE, VERIFIED, EMBEDDED)]
    assert steps == [Step.AGREE, Step.VERIFY, Step.PROVE, Step.CLOSE]


def test_the_plan_is_told_in_plain_sentences() -> None:
    doing, late = played(written(), *DOING), written(4, due="2026-05-10", owner=None, milestones=None)
    today = date(2026, 5, 20)
    assert dated(DAY) == "4 May 2026"
    assert line(doing, today, PEOPLE) == (
        "A3 · Weekly supervision for night staff\ndue 30 June 2026 · night team lead · 40 %"
    )
    assert late_lines([doing, late], today, PEOPLE) == (
        "A4 · Weekly supervision for night staff\nwas due 10 May 2026, 10 days ago · no owner yet · proposed",
    )
    assert plan_lines([doing, late], today, PEOPLE) == (
        "2 actions: 1 proposed, 1 in progress.\n"
        "1 action is late. The oldest: A4, Weekly supervision for night staff, due 10 May 2026, no owner yet.\n"
        "Next: A3, Weekly supervision for night staff, due 30 June 2026, night team lead."
    )
    done = played(written(), *DONE)
    assert line(done, today, PEOPLE).endswith("\ndone 4 May 2026 · night team lead · implemented")
    assert plan_lines([done], today, PEOPLE) == (
        "1 action: 1 implemented.\nNone is late.\nNext: 1 action waits for somebody to look at what was done."
    )
    assert line(written(due=None), today, PEOPLE).endswith("no due day yet · night team lead · proposed")
    assert plan_lines([], today, PEOPLE) == "There are no actions yet."


@pytest.mark.parametrize(
    ("answers", "event"),
    [
        (
            {"telling": "agree", "has_time": "yes", "has_authority": "no"},
            Agree(has_time=True, has_authority=False),
        ),
        ({"telling": "progress", "percent": "50", "milestone": "03.2"}, Tell(50, 2)),
        ({"news": "Going well.", "photo": "a.jpg"}, Tell(evidence=("a.jpg",))),
        ({"telling": "done", "photo": "a.jpg", "document": "b.pdf"}, Finish(("a.jpg", "b.pdf"))),
        ({"telling": "help", "in_the_way": "No cover."}, Ask()),
        ({"telling": "later", "later": "7"}, Later(date(2026, 5, 11))),
        ({"telling": "later", "later": "day", "until": "2026-05-20"}, Later(date(2026, 5, 20))),
    ],
)
def test_what_an_owner_tells_is_an_event(answers: dict[str, Any], event: Event) -> None:
    assert Progress.from_response({"action": "03", **answers}).event(DAY) == event


def test_what_others_say_of_an_action_is_an_event() -> None:
    seen: dict[str, Any] = {
        "action": "03",
        "looked_at": "records",
        "verdict": "not_yet",
        "missing": "nights",
        "photo": "a",
    }
    assert Verification.from_response(seen).event() == Verify(
        met=False, looked_at="records", missing="nights", evidence=("a",)
    )
    excepted = Exemption.from_response({"action": "03", "reason": "Because.", "until": "2027-05-04"})
    assert excepted.event() == Exempt("Because.", NEXT_YEAR)
    said: dict[str, Any] = {
        "action": "03",
        "shows": "Better.",
        "reason": "It came back.",
        "next_review": "2027-05-04",
    }
    meant = [Review.from_response({**said, "decision": each}).event(REAUDIT) for each in Decision]
    kept = [Keep(NEXT_YEAR), Keep(NEXT_YEAR), Embed(REAUDIT), Close()]
    assert meant == [*kept, Reopen("It came back."), Reject("It came back.")]
    never = Review.from_response({"action": "03", "decision": "reject", "why_not": "The building closes."})
    assert never.event() == Reject("The building closes.")


def test_a_challenge_keeps_its_question_when_it_is_answered() -> None:
    asked = Challenge.from_response({"question": "How do you know?", "asked_by": "trustee"})
    later = Challenge.from_response(
        {"about": "e1", "response": "We looked.", "outcome": "explained", "came_of_it": "Minuted."}
    )
    found = asked.answered(later)
    assert (found.question, found.by, found.response) == ("How do you know?", "trustee", "We looked.")
    assert (found.outcome, found.came_of_it) == (Outcome.EXPLAINED, "Minuted.")
    assert found.answered(Challenge()) == found


def test_who_was_told_and_how_soon() -> None:
    told = Notification.from_response(
        {"who": "cqc", "known_on": "2026-05-01", "told_on": "2026-05-04", "told_at": "14:30:00.000+01:00"}
    )
    assert (told.who, told.told_at, told.days_after) == ("cqc", time(14, 30), 3)
    assert [openness(days) for days in (None, 0, 1, 3)] == [
        "no day is known",
        "on the same day",
        "1 day after",
        "3 days after",
    ]
    other = Notification.from_response({"who": "other", "who_else": "landlord"})
    assert (other.who, other.days_after) == ("landlord", None)
    share = LearningShare.from_response(
        {"what": "Handover", "channel": "meeting", "audience": ["this", "others"], "reach": 34}
    )
    assert (share.audience, share.reach, share.day) == (("this", "others"), 34, None)


def test_no_words_of_a_plan_are_in_its_repr() -> None:
    action = played(written(), (LEAD, Exempt("SECRET", NEXT_YEAR)))
    values = (
        action,
        *action.milestones,
        action.measure,
        action.exception,
        Reject("SECRET"),
        Challenge(question="SECRET"),
    )
    shown = repr(values)
    assert "SECRET" not in shown
    assert "rota" not in shown
    assert "night" not in shown
