"""A closed audit and its re-audit, for tests: forty people each time, findings, an action and a number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from bot.clock import SetClock
from bot.services import auditing, measuring, reauditing
from dialogues.form import Form
from dialogues.responses import Response
from reports.findings import Finding, Standing
from reports.measures import Better, Measure, Month
from reports.plan import Action, State, SuccessMeasure
from storage.answers import Submission
from storage.casework import Audit
from storage.unit_of_work import Storage
from tests.bot.stories import NOW, RELEASE
from tests.reports.material import spread
from tests.reports.test_change import asked

BASELINE, AGAIN = "rowan-house", "rowan-again"
LOW, MIDDLE, HIGH = (
    (10, 14, 2, 7, 7),
    (6, 10, 4, 10, 10),
    (2, 4, 4, 15, 15),
)  # of 40: 35, 50 and 75 % positive
THEN = NOW - timedelta(days=300)
FEWER = Measure("Restraints", Better.LOWER)


def form() -> Form:
    """Two questions about staffing that are comparable."""
    return asked("n.staff", "n.talk")


def told(storage: Storage, audit: str, staff: Sequence[int], talk: Sequence[int], groups: str) -> None:
    """Forty people hand in, and the audit is closed."""
    codes = groups.split()
    with storage.writing() as work:
        public = work.casework.keys_of(audit).public
        pairs = zip(spread(tuple(staff)), spread(tuple(talk)), strict=True)
        for who, (one, other) in enumerate(pairs):
            said: Response = {"role": codes[who % len(codes)], "staff": one, "talk": other}
            tag = hashlib.sha256(f"{audit}{who}".encode()).digest()
            work.answers.submit([Submission(audit, form().digest, public, said, tag)])
        work.casework.set_release_key(audit, RELEASE)


def baseline(storage: Storage, staff: Sequence[int] = LOW, *, groups: str = "care senior") -> SetClock:
    """The first audit, closed; the clock stands at its close."""
    clock = SetClock(THEN)
    audit = Audit(
        id=BASELINE,
        name="Rowan House",
        service="Residential care",
        incident="Neglect",
        staff_count=58,
        opened_on=THEN.date(),
        scope="leadership",
        harm_types="neglect",
        synthetic=True,
    )
    auditing.open_audit(storage, audit, [form()])
    told(storage, BASELINE, staff, MIDDLE, groups)
    auditing.close_audit(storage, BASELINE, clock)
    return clock


def again(storage: Storage, staff: Sequence[int] = HIGH, *, groups: str = "care senior") -> SetClock:
    """The re-audit, closed today."""
    clock = SetClock(NOW)
    reauditing.open_again(storage, BASELINE, AGAIN, "", 0, clock)
    told(storage, AGAIN, staff, MIDDLE, groups)
    auditing.close_audit(storage, AGAIN, clock)
    return clock


def findings(storage: Storage, *themes: str, standing: Standing = Standing.OPEN) -> str:
    """A finding of the baseline with an action that was verified; their id."""
    id_ = finding_id(*themes)
    with storage.writing() as work:
        number = work.findings.next_number(BASELINE)
        title = f"Nobody looks at rounds ({number})"
        work.findings.keep(
            BASELINE,
            Finding(
                id=id_,
                number=number,
                title=title,
                themes=themes,
                standing=standing,
                supporting=(f"report.{form().id}",),
            ),
        )
        action = Action(
            id=id_,
            number=number,
            title="A second nurse at night",
            findings=(id_,),
            state=State.VERIFIED,
            implemented_on=date(2025, 8, 1),
        )
        work.actions.keep(BASELINE, action)
    return id_


def finding_id(*themes: str) -> str:
    """The id of the finding on these themes."""
    return hashlib.blake2b("".join(themes).encode(), digest_size=16).hexdigest()


def numbers(storage: Storage, values: Iterable[float], action: str = "") -> str:
    """A number of the baseline, up to last month, which shows that an action works."""
    hand = measuring.operator(SetClock(NOW))
    listed = list(values)
    first = Month(NOW.year, NOW.month).after(-len(listed))
    series = measuring.begin(storage, BASELINE, FEWER, first, listed[0], hand)
    for place, value in enumerate(listed[1:], 1):
        series = measuring.add(storage, BASELINE, series.id, first.after(place), value, hand)
    if action:
        with storage.writing() as work:
            found = work.actions.get(action)
            assert found is not None
            measure = SuccessMeasure(indicator="Restraints", measure=series.id)
            work.actions.keep(BASELINE, replace(found[1], measure=measure))
    return series.id
