"""An audit with findings and a plan, for tests and to look at. All of it is synthetic."""

from __future__ import annotations

from datetime import date

from bot.services.access import EXAMPLE_LEAD
from dialogues.responses import Response
from reports.findings import Cause, Finding, Lens, Nature, Strength, Visibility
from reports.measures import Better
from reports.plan import Action, Exempted, Milestone, State, SuccessMeasure
from reports.plan import Strength as Reliance
from storage.casework import CHALLENGE, LEARNING, NOTIFICATION, PROGRESS, VERIFICATION
from storage.plan import Entry
from storage.slips import LEAD, OWNER
from storage.unit_of_work import Storage

FINDINGS, ACTIONS = ("f1" * 16, "f2" * 16, "f3" * 16), tuple(f"a{number}" * 16 for number in range(1, 6))
_NIGHTS, _HANDOVER, _WALKS = FINDINGS
_MADE = (
    Finding(
        id=_NIGHTS,
        number=1,
        title="Night staff go without supervision for months",
        themes=("SUP",),
        framework=("cqc:safe.staffing",),
        criteria="Everybody who gives care has supervision every eight weeks.",
        condition="Of twelve night staff, nine had none in the last half year.",
        causes=(
            Cause(
                Lens.ORGANISATION, "Supervision is booked in the day.", "The rota has no overlap at night."
            ),
            Cause(Lens.PEOPLE, "One supervisor has 31 people.", "Two posts were not filled."),
        ),
        consequence="Worries about neglect are not told to anybody.",
        recommendation="Book supervision within night shifts.",
        supporting=("theme.staff-culture.SUP",),
        contradiction="Day staff have it; night staff do not.",
        visibility=Visibility.NOT_ESCALATED,
        impact=4,
        likelihood=4,
        judged=Strength.MODERATE,
        judged_because="The records say the same as the people.",
        elsewhere="Nobody has looked at the other two homes.",
    ),
    Finding(
        id=_HANDOVER,
        number=2,
        title="What is handed over between shifts is not written down where the next shift looks for it",
        themes=("COM",),
        condition="Of ten handovers, four said nothing of skin damage.",
        causes=(Cause(Lens.TOOLS, "The sheet has no place for it."),),
        searched=True,
        impact=3,
        likelihood=2,
    ),
    Finding(
        id=_WALKS,
        number=3,
        title="The night manager walks round and asks",
        nature=Nature.GOOD_PRACTICE,
        condition="Staff say that they are asked how they are.",
        searched=True,
    ),
)


def fill(storage: Storage, audit: str) -> None:
    """Findings, actions in every state that matters, and what was said of them."""
    with storage.writing() as work:
        owner, lead = work.access.open("Night team lead"), work.access.open(EXAMPLE_LEAD)
        work.people.appoint(owner, audit, OWNER)
        work.people.appoint(lead, audit, LEAD)
        for finding in _MADE:
            work.findings.keep(audit, finding)
        for action in _actions(owner.hex(), lead.hex()):
            work.actions.keep(audit, action)
        for place, (kind, subject, account, day, said) in enumerate(_said(owner, lead)):
            work.entries.add(
                Entry(
                    id=bytes([place + 1]) * 16,
                    audit=audit,
                    kind=kind,
                    subject=subject,
                    account=account,
                    day=day,
                    said=said,
                )
            )


def _actions(owner: str, lead: str) -> tuple[Action, ...]:
    measure = SuccessMeasure(
        indicator="Night staff with supervision in eight weeks",
        baseline="3 of 12",
        target="12",
        better=Better.HIGHER,
        source="Supervision records",
        frequency="monthly",
    )
    shown = "Supervision records of twelve night staff"
    return (
        Action(
            id=ACTIONS[0],
            number=1,
            title="Supervision within night shifts",
            description="The night team lead books an hour for each of the twelve, every eight weeks.",
            findings=(_NIGHTS,),
            kind="supervision",
            strength=Reliance.INTERMEDIATE,
            owner=owner,
            sponsor=lead,
            start=date(2026, 3, 2),
            due=date(2026, 4, 20),
            review=date(2026, 7, 1),
            milestones=(
                Milestone("Rota with overlap agreed", date(2026, 3, 20), done=True, id=1),
                Milestone("First six supervised", date(2026, 4, 10), id=2),
            ),
            measure=measure,
            evidence_required=shown,
            state=State.IN_PROGRESS,
            confirmed=True,
            percent=40,
            exception=Exempted(
                "Until the rota changes nothing stronger is possible.", lead, date(2026, 9, 1)
            ),
        ),
        Action(
            id=ACTIONS[1],
            number=2,
            title="A handover sheet with a place for skin damage",
            findings=(_HANDOVER,),
            kind="checklist",
            strength=Reliance.INTERMEDIATE,
            owner=owner,
            start=date(2026, 4, 1),
            due=date(2026, 5, 12),
            review=date(2026, 8, 1),
            measure=measure,
            evidence_required=shown,
            state=State.AGREED,
            confirmed=True,
        ),
        Action(id=ACTIONS[2], number=3, title="A memo on telling worries", findings=(_NIGHTS,), kind="memo"),
        Action(
            id=ACTIONS[3],
            number=4,
            title="Two posts for supervisors",
            findings=(_NIGHTS,),
            kind="staffing",
            strength=Reliance.INTERMEDIATE,
            owner=owner,
            start=date(2026, 3, 1),
            due=date(2026, 4, 30),
            review=date(2026, 8, 1),
            measure=measure,
            evidence_required=shown,
            state=State.IMPLEMENTED,
            confirmed=True,
            implemented_on=date(2026, 4, 28),
            reported_by=owner,
        ),
        Action(
            id=ACTIONS[4],
            number=5,
            title="Cameras in corridors",
            findings=(_HANDOVER,),
            owner=lead,
            state=State.REJECTED,
            because="It would not have shown the harm.",
        ),
    )


_Told = tuple[str, str, bytes, date, Response]


def _said(owner: bytes, lead: bytes) -> tuple[_Told, ...]:
    return (
        (
            PROGRESS,
            ACTIONS[0],
            owner,
            date(2026, 4, 2),
            {
                "action": ACTIONS[0],
                "telling": "progress",
                "percent": 40,
                "news": "The rota has an overlap now.",
            },
        ),
        (
            VERIFICATION,
            ACTIONS[0],
            lead,
            date(2026, 4, 22),
            {
                "action": ACTIONS[0],
                "looked_at": "Supervision records of six night staff",
                "verdict": "not_yet",
                "missing": "Three of six had no date.",
            },
        ),
        (
            CHALLENGE,
            "",
            lead,
            date(2026, 4, 23),
            {"question": "How do we know that nights are covered now?", "asked_by": "Quality committee"},
        ),
        (
            CHALLENGE,
            "03" * 16,
            lead,
            date(2026, 4, 24),
            {
                "about": "03" * 16,
                "response": "By the rota of each week.",
                "outcome": "changed",
                "came_of_it": "A4 was added.",
            },
        ),
        (
            NOTIFICATION,
            "",
            lead,
            date(2026, 3, 4),
            {
                "who": "commissioner",
                "what": "Supervision lapsed at night.",
                "how": "email",
                "findings": _NIGHTS,
                "known_on": "2026-03-01",
                "told_on": "2026-03-04",
                "told_at": "14:30:00",
            },
        ),
        (
            LEARNING,
            "",
            lead,
            date(2026, 4, 30),
            {
                "what": "Supervision has to be possible at night.",
                "channel": "team_meeting",
                "audience": "night_staff managers",
                "shared_on": "2026-04-29",
                "reach": 24,
                "findings": _NIGHTS,
            },
        ),
    )
