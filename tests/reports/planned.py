"""A finding, an action and a plan for tests, all of it made up."""

from __future__ import annotations

from datetime import date
from typing import Any

from reports.findings import Finding
from reports.plan import (
    Action,
    Agree,
    Context,
    Embed,
    Event,
    Finish,
    Proof,
    Proven,
    Refusal,
    Tell,
    Verify,
    action,
    moved,
)

DAY = date(2026, 5, 4)
OWNER, OTHER, LEAD = "0a", "0b", "0c"
PEOPLE = {OWNER: "night team lead", OTHER: "deputy manager", LEAD: "safeguarding lead"}
F1 = Finding(id="f1", number=1, title="Supervision at night", impact=4, likelihood=3)
F2 = Finding(id="f2", number=2, title="Handover notes", impact=2, likelihood=3)
WRITTEN: dict[str, Any] = {
    "findings": ["f1"],
    "title": "Weekly supervision for night staff",
    "kind": "supervision",
    "owner": OWNER,
    "sponsor": LEAD,
    "start": "2026-05-04",
    "due": "2026-06-30",
    "milestones": [{"what": "a rota", "by": "2026-05-20"}, {"what": "all had one", "by": "2026-06-20"}],
    "indicator": "night staff with supervision in the last month",
    "baseline": "2 of 11",
    "target": "10 of 11",
    "better": "higher",
    "source": "supervision records",
    "frequency": "monthly",
    "measure": "m1",
    "evidence_required": "supervision records of two months",
    "review": "2026-09-01",
}
AUDIT = "elm"
REAUDIT = Proof(Proven.REAUDIT, AUDIT, date(2027, 5, 4))


def written(number: int = 3, **changes: Any) -> Action:
    """An action as it is written, with these answers changed; None leaves one out."""
    answers = {name: value for name, value in (WRITTEN | changes).items() if value is not None}
    return action(answers, id=f"{number:02x}", number=number)


def context(by: str = LEAD, today: date = DAY, *actions: Action) -> Context:
    """What a move is decided from."""
    return Context(audit=AUDIT, today=today, by=by, findings=(F1, F2), actions=actions)


def played(start: Action, *events: tuple[str, Event], today: date = DAY) -> Action:
    """The action after these events, by whom each; every one must be taken."""
    for by, event in events:
        after = moved(start, event, context(by, today, start))
        assert not isinstance(after, Refusal), after.message
        start = after
    return start


AGREED: tuple[tuple[str, Event], ...] = ((OWNER, Agree(has_time=True, has_authority=True)),)
DOING = (*AGREED, (OWNER, Tell(percent=40, milestone=1)))
DONE = (*DOING, (OWNER, Finish(("case.e1",))))
VERIFIED = (*DONE, (OTHER, Verify(met=True, looked_at="six records of May")))
EMBEDDED = (*VERIFIED, (LEAD, Embed(REAUDIT)))
