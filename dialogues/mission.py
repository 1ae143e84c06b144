"""What a review after a serious incident has to find out, and which question of which form asks it.

The points are those that the mission was written from, in short. Each names its themes and the constructs that are
asked about; the shipped forms say which questions those are, and playing them says who is asked. A point that no
question alone can answer names the part of Candour that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache

from msgspec import Struct

from dialogues import library
from dialogues.form import Attribution, Question
from dialogues.rehearsal import Prepared, rehearse

RATING = "rating"  # the appearance of the auditor's own view, which is never read out
_ANY_DAY = datetime(2026, 11, 1, tzinfo=UTC)  # no question goes by the day


class Who(StrEnum):
    """Who is asked; the auditor also by what they look at and how they judge it."""

    STAFF = "Staff"
    MANAGER = "Manager"
    AUDITOR = "Auditor"
    PARTNER = "Partner"
    BOARD = "Board"


class Point(Struct, frozen=True):
    """One thing to find out. `part`: the part of Candour that answers it besides the questions, or instead of them."""

    asks: str
    themes: tuple[str, ...]
    constructs: tuple[str, ...] = ()
    part: str = ""


class Asked(Struct, frozen=True):
    """A question, by the name of its form and its path, and one of those who are asked it."""

    who: Who
    form: str
    path: str

    @property
    def question(self) -> Question:
        """The question itself."""
        return library.shipped(self.form).questions[self.path]


def _point(asks: str, themes: str, constructs: str = "", part: str = "") -> Point:
    return Point(asks, tuple(themes.split()), tuple(constructs.split()), part)


_ROLES = {"manager": Who.MANAGER, "board": Who.BOARD}  # of the guided interview; the others are staff
_PLAN = "the plan"
_REAUDIT = "the re-audit"

MISSION: dict[str, tuple[Point, ...]] = {
    "What the review does": (
        _point(
            "Causes beyond the incident itself",
            "LEAD CAP",
            "difference local_sense system_factors root_cause shift_conditions enough_staff staffing_model",
        ),
        _point(
            "Whether policies, processes and ways of telling someone worked in practice",
            "ESC",
            "work_as_planned work_as_done shared_plan policy_in_practice worry_reflection route_used"
            " knows_route response_experienced incident_met route_rated",
        ),
        _point(
            "Gaps in skills, supervision or oversight",
            "TRN SUP LEAD",
            "training_used training_wanted supervision_regular oversight_seen training_prepares"
            " not_ready competence_checked supervision_received supervision_given oversight"
            " training_met supervision_met minutes_met",
        ),
        _point(
            "Whether risks were seen and not acted on",
            "ESC",
            "visibility_of_risk first_sign signs_acted_on risk_visibility signs_before_incident"
            " worry_raised worry_told incident_seen signs_rated",
        ),
        _point(
            "Assurance that boards, commissioners and CQC can believe",
            "ASR",
            "checks_true evidence_based independent_assurance checks_told minutes_seen evidence_rated"
            " checks_rated",
            "the report",
        ),
    ),
    "How the system worked, not who is to blame": (
        _point(
            "Enough staff, with the right skills",
            "CAP",
            "hard_times short_shift enough_staff skill_mix staffing_model staffing_against_need"
            " rota_met rotas_show staffing_rated",
        ),
        _point("Clear roles, and who may decide", "LEAD", "role_clarity joint_lead"),
        _point(
            "Supervision, and ways to take a worry further, that work",
            "SUP ESC",
            "supervision_reflective support_instead supervision_useful supervision_wanted"
            " supervision_received reflection supervision_assured route_used"
            " supervision_shows supervision_rated",
        ),
        _point(
            "Communication between teams and agencies",
            "COM MAW",
            "shared_information shared_plan handover team_communication upward_communication feedback"
            " information_sharing"
            " communication_rated sharing_rated",
        ),
        _point(
            "Culture, and the confidence to speak up",
            "CUL",
            "after_a_mistake respect safe_to_speak blame support_for_staff barriers_to_telling"
            " treated_after_telling heard_directly"
            " speaking_rated",
        ),
    ),
    "How far the review looks": (
        _point(
            "Early signs: seen, and passed on",
            "ESC CUL",
            "first_sign visibility_of_risk knows_what_to_do recognises_signs signs_before_incident"
            " worry_told barriers_to_telling incident_met signs_rated",
        ),
        _point(
            "The response: in time, and the right one",
            "ESC LEAD",
            "time_to_response support_after first_response response response_experienced"
            " governance_response support_for_person incidents_show"
            " response_rated",
        ),
        _point(
            "Work with other agencies, and sharing what is known",
            "MAW COM",
            "roles_between_services shared_information shared_information_example"
            " outside_help_in_time referral information_sharing referral_met agencies_rated"
            " sharing_rated",
        ),
        _point(
            "Staff: skills, training, supervision",
            "TRN SUP CAP",
            "training_prepares competence_checked supervision_received skill_mix training_met"
            " training_shows training_rated",
        ),
        _point(
            "Leaders: what they looked at, and what they did",
            "LEAD ASR",
            "oversight_seen oversight oversight_wanted challenge checks_told governance_response"
            " sight_rated minutes_show"
            " leaders_rated",
        ),
        _point(
            "Care plans, risk, and looking at them again",
            "CARE",
            "care_plan_known support_plan_known care_plan_current care_review risk_known involvement"
            " care_plan_met care_plans_show risk_met risk_seen"
            " risks_show plans_rated",
        ),
    ),
    "Example 1: neglect in a care home": (
        _point(
            "Rotas, supervision records, incident logs and interviews are looked at together",
            "CAP SUP ESC",
            "rota_seen supervision_seen incident_seen worry_told observed",
        ),
        _point(
            "Too few staff for a long time",
            "CAP",
            "hard_times care_that_waits short_shift call_bells enough_staff staffing_against_need"
            " missed_care rota_met",
        ),
        _point(
            "Supervision that comes and goes",
            "SUP",
            "supervision_regular months_since_supervision supervision_received supervision_assured"
            " supervision_met",
        ),
        _point(
            "Weak oversight by managers",
            "LEAD",
            "oversight_seen oversight missed_care_known challenge minutes_met",
        ),
        _point(
            "Care that people went without: food, drink, skin",
            "CARE",
            "basic_care food_and_drink skin neglect_rated",
        ),
        _point(
            "Staffing, management and supervision that were changed, and a follow-up that shows it",
            "LRN ASR",
            "what_changed monitoring review",
            _REAUDIT,
        ),
    ),
    "Example 2: restraint in supported living": (
        _point(
            "Care plans, debriefs, behaviour support and training records are looked at together",
            "CARE SUP TRN",
            "care_plan_seen debrief debrief_seen training_seen behaviour_support_plan",
        ),
        _point(
            "Skill in positive behaviour support", "TRN", "support_plan_known pbs_competence training_met"
        ),
        _point(
            "Calming things down, the same on every shift",
            "TRN",
            "de_escalation de_escalation_practice de_escalation_example deescalation",
        ),
        _point(
            "Supervision that makes room to think, and debriefs",
            "SUP",
            "debrief_staff debrief_person debrief_useful supervision_reflective reflection debrief"
            " debrief_met",
        ),
        _point("Looking into each restraint, also from outside", "LEAD", "restraint_review restraint_use"),
        _point(
            "Fewer restraints afterwards, and staff who feel able",
            "ASR CARE",
            "restraint_figures restraint_rated",
            "measures over time",
        ),
    ),
    "Example 3: several agencies": (
        _point("The ways a referral goes", "MAW", "referral referral_met threshold"),
        _point(
            "Sharing what is known",
            "MAW",
            "shared_information shared_information_example information_sharing sharing_rated",
        ),
        _point(
            "How long each answer took",
            "MAW",
            "time_to_answer referral_timeline referral_answer referral_seen referrals_show",
        ),
        _point(
            "Delay and confusion between agencies",
            "COM MAW",
            "roles_between_services information_stopped disagreement earlier_help",
        ),
        _point(
            "Better ways of working together since, and answers that come sooner",
            "LRN",
            "what_changed",
            "measures over time",
        ),
    ),
    "The plan": (
        _point(
            "Actions that come from what was found",
            "LRN",
            "help_next_time help_hindered hope improvement_wanted plan",
            f"{_PLAN}: the finding of each action",
        ),
        _point("A named person for each", "LRN", part=f"{_PLAN}: the owner"),
        _point("Times that can be kept, and steps on the way", "LRN", part=f"{_PLAN}: due date, milestones"),
        _point(
            "Measures of success, and the evidence for them",
            "LRN",
            "plan_measure plan_strength plan_rated",
            f"{_PLAN}: success measure, evidence",
        ),
        _point(
            "Days on which it is looked at again", "ASR", "review monitoring", f"{_PLAN}: review; {_REAUDIT}"
        ),
    ),
    "What boards should see": (
        _point("Conclusions from evidence", "ASR", "evidence_based evidence_rated", "the board report"),
        _point("Causes beyond one person", "LEAD", "root_cause causes_rated", "the board report"),
        _point(
            "Challenge by senior leaders",
            "LEAD",
            "challenge minutes_seen challenge_rated",
            "the challenge log",
        ),
        _point("Plans with outcomes that can be measured", "LRN", "plan plan_measure plan_rated", _PLAN),
        _point(
            "Watching what is done, and whether it works",
            "ASR",
            "monitoring review monitoring_rated",
            "measures over time",
        ),
    ),
    "Learning beyond the service": (
        _point("What was learned is told in the whole organisation", "LRN", "learning_shared debriefs_show"),
        _point("It is part of training and supervision", "LRN", "learning_in_training"),
        _point("It is in policies, procedures and care plans", "LRN", "learning_in_policy"),
        _point("It is in checks and audits", "LRN", "learning_in_checks"),
    ),
    "Each kind of harm": (
        _point(
            "Physical abuse",
            "ESC",
            "gentle_handling marks_looked_into physical_signs physical_enquiry physical_rated",
        ),
        _point(
            "Domestic abuse",
            "ESC MAW",
            "seen_alone knows_what_to_do domestic_signs domestic_advice domestic_rated",
        ),
        _point("Sexual abuse", "CARE ESC", "knows_what_to_do sexual_safety sexual_response sexual_rated"),
        _point(
            "Emotional abuse",
            "CUL",
            "harsh_words psychological_signs psychological_response psychological_rated kindness",
        ),
        _point(
            "Abuse of money or belongings",
            "CARE ASR",
            "money_safe money_checked financial_records financial_checks financial_rated",
        ),
        _point("Modern slavery", "ESC MAW", "knows_what_to_do slavery_signs slavery_referral slavery_rated"),
        _point(
            "Discrimination",
            "CUL CARE",
            "respect discrimination_signs discrimination_plan discrimination_rated",
        ),
        _point(
            "Harm by how care is run", "CUL LEAD", "own_day routine_first routine_change organisational_rated"
        ),
        _point(
            "Neglect",
            "CAP CARE",
            "basic_care call_bells care_that_waits staffing_against_need missed_care food_and_drink"
            " skin neglect_rated",
        ),
        _point(
            "Self-neglect",
            "CARE MAW",
            "care_turned_down help_refused capacity_weighed self_neglect_help self_neglect_rated",
        ),
        _point(
            "Restraint and limits",
            "CARE TRN",
            "de_escalation support_plan_known debrief_person restraint_use behaviour_support_plan"
            " deescalation restraint_rated",
        ),
        _point(
            "Harm that several agencies knew of",
            "MAW COM",
            "roles_between_services joint_lead information_stopped joint_rated",
        ),
    ),
    "Commissioners": (
        _point(
            "Learning, accountability, and improvement that lasts",
            "LRN ASR",
            "learning_kept changed_since what_changed monitoring learning_rated",
            "the commissioner's view",
        ),
        _point("Telling them early and openly", "LEAD", "told_outside openness", "the notification timeline"),
    ),
    "CQC": (
        _point(
            "Learning in the whole system, and stronger oversight",
            "LRN LEAD",
            "what_changed challenge board_change learning_rated",
            "the CQC view",
        ),
        _point(
            "Lessons that are part of daily work",
            "LRN",
            "learning_kept learning_example learning_in_training learning_shared learning_in_checks",
        ),
        _point("The same risk elsewhere in the organisation", "LRN", "similar_risks"),
    ),
}


@cache
def asked() -> tuple[Asked, ...]:
    """Every question of the shipped forms with those who are asked it, each once, in the order of the forms.

    Anonymous forms are for staff, and whatever they ask, somebody is asked.
    """
    return tuple(dict.fromkeys([*_of_staff(), *(one for play in _plays() for one in _played(*play))]))


def _of_staff() -> Iterator[Asked]:
    for name in library.names():
        form = library.shipped(name)
        if form.attribution is Attribution.ANONYMOUS and form.records == "response":
            for path, question in form.questions.items():
                if question.kind.is_asked:
                    yield Asked(Who.STAFF, name, path)


def _plays() -> Iterator[tuple[Who, str, Prepared]]:
    """Who is asked a named form, and the answers that open what they are asked."""
    steps = {"has_dates": "yes", "steps": [{"asked_what": "x"}]}
    told = {"participant": "x", "harm_types": _choices("guided-interview", "harm_types"), **steps}
    for role in _choices("guided-interview", "role"):
        yield _ROLES.get(role, Who.STAFF), "guided-interview", {**told, "role": role}
    yield Who.PARTNER, "partner-agency", told
    harms = " ".join(_choices("guided-interview", "harm_types"))  # known there, not asked
    yield Who.PARTNER, "partner-view", {"consent": "yes", "participant": "x", "harm_types": harms}
    yield Who.BOARD, "board-questions", told
    for kind in _choices("record-review", "record_kind"):
        yield Who.AUDITOR, "record-review", {"kind": kind, "standard": "x", "sampled": [{"reference": "x"}]}
    yield Who.AUDITOR, "observation", {"seen": "x"}


def _choices(form: str, name: str) -> list[str]:
    return [choice.name for choice in library.shipped(form).choices[name]]


def _played(who: Who, name: str, answers: Prepared) -> Iterator[Asked]:
    form = library.shipped(name)
    for turn in rehearse(form, answers, now=_ANY_DAY).turns:
        question = form.questions[turn.question.replace("[1]", "")]
        if question.kind.is_asked:
            yield Asked(Who.AUDITOR if question.appears(RATING) else who, name, question.path)


def asking(point: Point) -> tuple[Asked, ...]:
    """The questions about one point, by who is asked."""
    return _ordered(one for one in asked() if one.question.construct in point.constructs)


def _ordered(found: Iterable[Asked]) -> tuple[Asked, ...]:
    return tuple(sorted(found, key=lambda one: list(Who).index(one.who)))


def besides() -> tuple[Asked, ...]:
    """The questions with a theme that no point names: asked for their own sake."""
    named = {construct for points in MISSION.values() for point in points for construct in point.constructs}
    return _ordered(one for one in asked() if one.question.theme and one.question.construct not in named)


def table() -> str:
    """The points of the mission with their themes and questions, as Markdown: at a glance, then in full."""
    return "\n".join([*_overview(), *_in_full(), "## Asked besides", "", *_rows(besides()), ""])


def _overview() -> Iterator[str]:
    yield from ["## At a glance", "", "How many questions ask about each point. “—”: none.", ""]
    yield f"| to find out | themes | {' | '.join(Who)} | besides |"
    yield "|---|---|" + "--:|" * len(Who) + "---|"
    for heading, points in MISSION.items():
        yield f"| **{heading}** |" + " |" * (len(Who) + 2)
        yield from map(_counted, points)
    yield ""


def _counted(point: Point) -> str:
    found = [one.who for one in asking(point)]
    counts = [str(found.count(who) or "—") for who in Who]
    return f"| {point.asks} | {', '.join(point.themes)} | {' | '.join(counts)} | {point.part} |"


def _in_full() -> Iterator[str]:
    for heading, points in MISSION.items():
        yield from [f"## {heading}", ""]
        for point in points:
            yield from [f"### {point.asks}", "", _said(point), "", *_rows(asking(point))]


def _said(point: Point) -> str:
    themes = f"Themes: {', '.join(point.themes)}."
    if not point.part:
        return themes
    return (
        f"{themes} Also answered by {point.part}."
        if point.constructs
        else f"{themes} Answered by {point.part}."
    )


def _rows(found: tuple[Asked, ...]) -> Iterator[str]:
    if found:
        yield "| asked of | question | form | theme |"
        yield "|---|---|---|---|"
        yield from map(_row, found)
        yield ""


def _row(one: Asked) -> str:
    label = one.question.label.to("en").replace("|", "\\|")
    return f"| {one.who} | {label} | `{one.form}` `{one.question.name}` | {one.question.theme} |"
