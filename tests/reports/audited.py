"""A made-up audit with all that a report can show, for tests: findings, plan, measures, a re-audit, what was told."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import cache

from dialogues import library
from dialogues.form import SourceType
from reports import scope, themes
from reports.assembly import Report, assemble
from reports.audit import Material, Measured, Reaudited, Used
from reports.audit.model import (
    About,
    Challenged,
    Claim,
    Kind,
    Notified,
    Person,
    Shared,
    Source,
    Surety,
)
from reports.change import compare
from reports.codebook import shipped
from reports.findings import Assurance, Cause, Finding, Lens, Nature, Opinion, Strength, Visibility
from reports.measures import Better, Chart, Measure, Month, Point, chart
from reports.plan import Action, Milestone, State, SuccessMeasure
from reports.plan import Strength as Reliance
from reports.themes.material import scales
from tests.audits.reading import load
from tests.audits.test_results import material as heard
from tests.reports.material import counted, facts

TODAY = date(2026, 11, 25)
OWNER, SPONSOR = "aa" * 16, "bb" * 16
NAMES = (
    "Xanthe Quill",
    "Bartholomew Ferrant",
)  # of accounts: they must stand where names are shown, and nowhere else
_CONCERNS = (
    ("Supervision lapses on night shifts", "SUP", "cqc:safe.staffing", (4, 4)),
    ("Early signs of neglect are not passed on", "ESC", "cqc:safe.safeguarding", (5, 3)),
    ("Managers see less of the night than of the day", "LEAD", "cqc:well_led.governance", (3, 3)),
    ("Care plans are not changed after a fall", "CARE", "cqc:effective.assessing", (3, 2)),
)


@cache
def answers() -> Report:
    """What 60 people answered without a name: their groups are large enough to be shown.

    As in life not all questions were put to them: of two in three nothing may be shown.
    """
    form = library.shipped("staff-culture")
    groups = [choice.name for choice in form.choices[form.questions[form.breakdown].choices]][:3]
    told = []
    for place in range(60):
        values = {}
        for number, (path, scale) in enumerate(scales(form)):
            if scale and number % 3 == 0:
                level = scale.levels[(place * 7 + number * 3 + place // 11) % len(scale.levels)]
                values[path] = level[0]
        told.append((groups[place % 3], values))
    made = assemble(facts(name="Rowan House", staff_count=80, synthetic=True), form, counted(told))
    assert isinstance(made, Report)
    return made


@cache
def spoken() -> themes.Results:
    """What named people and records say, in the made-up audit after neglect."""
    return themes.results(heard(load("neglect")))


def material(findings: int = 5, actions: int = 8, **changes: object) -> Material:
    """The audit: the last finding is good practice."""
    values: dict[str, object] = {
        "about": About(
            name="Rowan House: audit after neglect",
            service="Rowan House",
            incident="A person was found with an untreated sore",
            harm=("Neglect and acts of omission",),
            scope=tuple(area.name.to("en") for area in scope.AREAS),
            period_from=date(2025, 11, 1),
            period_to=date(2026, 4, 30),
            opened_on=date(2026, 5, 4),
            closed_on=date(2026, 6, 1),
            synthetic=True,
            as_of=TODAY,
        ),
        "findings": tuple(_finding(number, last=number == findings) for number in range(1, findings + 1)),
        "actions": tuple(_action(number, findings) for number in range(1, actions + 1)),
        "surety": {
            _id(number): Surety(Strength.MODERATE, ("Fewer than 40 % of staff answered.",), Strength.MODERATE)
            for number in range(1, findings + 1)
        },
        "people": {OWNER: Person("Action owner", NAMES[0]), SPONSOR: Person("Safeguarding lead", NAMES[1])},
        "evidence": {
            **{
                f"case.{number:02}": Source(Kind.INTERVIEW, "“Talk with staff”, handed in", "staff")
                for number in range(9)
            },
            **{
                f"case.r{number:02}": Source(Kind.RECORD, "“Record check”: supervision notes", "processes")
                for number in range(30)
            },
            "case.p1": Source(Kind.INTERVIEW, "“Talk with a partner”, handed in", "partners"),
            **{f"entry.{number}": Source(Kind.ENTRY, "Noted in this audit") for number in range(4)},
        },
        "used": (
            Used("Talk with staff", "1.0", "staff", 9),
            Used("Record check", "1.0", "processes", 30),
            Used("Talk with a partner", "1.0", "partners", 1),
        ),
        "reports": (answers(),),
        "results": spoken(),
        "coverage": scope.coverage(
            "",
            [
                scope.Heard(b"1", SourceType.STAFF, frozenset({"ESC", "SUP", "LEAD", "CARE"})),
                scope.Heard(b"2", SourceType.PROCESSES, frozenset({"ESC", "SUP", "CARE", "TRN"})),
            ],
        ),
        "measured": (Measured("m1", restraints()),),
        "reaudited": (Reaudited("Rowan House: first audit", answers().form, compare(answers(), answers())),),
        "shared": (
            Shared(
                claim=Claim("What night staff need to speak up was told to all services.", ("entry.0",)),
                channel="Team meeting",
                audience=("night staff", "managers"),
                day=date(2026, 7, 1),
                reach=64,
                services_checked="Elm House",
                found_there="Supervision was late there too",
            ),
        ),
        "notified": (
            Notified(
                who="Local authority",
                claim=Claim("The local authority was told of the incident.", ("entry.1",)),
                how="telephone",
                known_on=date(2026, 4, 30),
                told_on=date(2026, 5, 1),
                told_at=time(9, 30),
                days=1,
            ),
        ),
        "challenged": (
            Challenged(
                day=date(2026, 9, 1),
                by="The chair",
                question=Claim("How do we know that nights are safe now?", ("entry.2",)),
                response="By unannounced visits each month.",
                outcome="changed",
            ),
        ),
        "opinion": Opinion(
            purpose="Whether early signs were seen, and what must change.",
            limits="People who live there were not asked.",
            assurance=Assurance.LIMITED,
            because="Supervision has begun again, and does not reach nights yet (F1).",
            summary="Nights are less safe than days. We are fairly sure of it.",
            decide="Whether to pay for a second person on nights.",
            sources=(_id(1),),
        ),
        "book": shipped(),
        "agreement": ("Two people coded 34 excerpts apart from each other. Krippendorff’s α: 0.74.",),
    }
    return Material(**{**values, **changes})  # type: ignore[arg-type]


def _id(number: int) -> str:
    return f"{number:032x}"


def _finding(number: int, *, last: bool) -> Finding:
    if last:
        return Finding(
            id=_id(number),
            number=number,
            title="Day staff know each person well",
            nature=Nature.GOOD_PRACTICE,
            themes=("CARE",),
            condition="Day staff could say what each person likes and fears.",
            supporting=("case.02", "case.r02"),
            searched=True,
        )
    title, theme, item, (impact, likelihood) = _CONCERNS[(number - 1) % len(_CONCERNS)]
    return Finding(
        id=_id(number),
        number=number,
        title=title,
        themes=(theme,),
        framework=(item,),
        criteria="Each member of staff has supervision every six weeks.",
        condition="Of ten night staff, few had supervision in the last six months.",
        causes=(
            Cause(Lens.ORGANISATION, "No one plans supervision for those who work nights alone."),
            Cause(Lens.TASKS, "Handover leaves no time to talk."),
        ),
        factors=("Two posts were empty for a year.",),
        consequence="Signs of harm are seen late.",
        recommendation="Plan supervision into the night rota.",
        supporting=(f"case.{number % 9:02}", f"case.r{number % 30:02}", f"theme.staff-culture.{theme}"),
        contradicting=("case.p1",),
        contradiction="A partner saw notes of supervision; they were all of day staff.",
        visibility=Visibility.NOT_ACTED_ON,
        impact=impact,
        likelihood=likelihood,
        elsewhere="The other two homes plan nights in the same way.",
    )


def _action(number: int, findings: int) -> Action:
    states = (State.IN_PROGRESS, State.AGREED, State.VERIFIED, State.PROPOSED, State.IMPLEMENTED)
    return Action(
        id=f"{number:032x}",
        number=number,
        title="Weekly supervision on nights" if number % 2 else "A manager on every second night",
        findings=(_id(1 + number % max(1, findings - 2)),),
        kind="standard",
        strength=Reliance.STRONGER if number % 3 else Reliance.WEAKER,
        owner=OWNER,
        sponsor=SPONSOR,
        start=date(2026, 6, 1) + timedelta(days=number),
        due=date(2026, 10, 1) + timedelta(days=9 * number % 200),
        review=date(2027, 1, 15),
        milestones=(Milestone("The rota is drawn up", date(2026, 8, 1), done=True, id=1),),
        measure=SuccessMeasure(
            indicator="Night staff supervised each month", baseline="2 of 10", target="9 of 10"
        ),
        evidence_required="Signed supervision notes",
        state=states[number % len(states)],
        percent=40 if number % 5 == 0 else 0,
    )


@cache
def restraints() -> Chart:
    """A number that goes down after half of the time."""
    values = (12, 14, 12, 13, 14, 12, 6, 5, 6, 4, 5, 5, 6)
    measure = Measure("Missed supervisions", Better.LOWER, "a month", 4, "supervision log")
    made = chart(measure, [Point(Month(2025, 11).after(place), value) for place, value in enumerate(values)])
    assert isinstance(made, Chart)
    return made
