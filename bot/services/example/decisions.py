"""What the auditors of the example concluded, and what was done about it: findings, the plan, numbers, the board."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from bot.clock import SetClock
from bot.services import measuring, theming
from bot.services.appointing import appoint
from bot.services.example.casework import Casework
from bot.services.example.staff import FORM
from reports.measures import Better, Measure, Month
from storage.slips import LEAD

Told: TypeAlias = Mapping[str, Any]
Act: TypeAlias = Callable[[], object]  # what comes of it is not looked at

_DAYS = ("start", "due", "review", "next_review", "until", "shared_on", "told_on", "known_on", "by")
_PUBLISHED = -170  # the day on which what anonymous people say of themes was published


class Decisions:
    """Plays what was decided, in the order of the days."""

    def __init__(self, heard: Casework) -> None:
        self._heard = heard
        self._accounts = {"lead": heard.lead}
        self._findings: dict[str, str] = {}
        self._measures: dict[str, str] = {}

    def play(self, material: Told) -> None:
        """Everything that the file says."""
        for key, role in material["roles"].items():
            self._accounts[key] = self._appoint(role["role"], role["name"])
        theming.publish(self._heard.storage, self._heard.audit, self._clock(_PUBLISHED))
        for series in material["measures"]:
            self._measures[series["key"]] = self._follow(series)
        for each in material["findings"]:
            self._conclude(each)
        concluded = material["opinion"]
        self._tell("opinion", "lead", concluded["answers"], concluded["day"])
        for _, act in sorted(self._told(material), key=lambda each: each[0]):
            act()

    def _clock(self, day: int) -> SetClock:
        return SetClock(self._heard.on(day))

    def _appoint(self, role: str, name: str) -> bytes:
        audit, storage = self._heard.audit, self._heard.storage
        appoint(storage, audit, role, name, clock=self._clock(_PUBLISHED))
        with storage.reading() as work:
            people = work.people.of(audit, role)
            return next(each.account for each in people if work.access.name(each.account) == name)

    # Findings

    def _conclude(self, each: Told) -> None:
        case = self._tell("finding", "auditor", each["answers"], each["day"])
        self._findings[f"F{len(self._findings) + 1}"] = case

    def _tell(self, form: str, by: str, answers: Told, day: int) -> str:
        """Tell something, with what the file names put in the place of its names; returns its id."""
        told = {name: self._meant(name, value) for name, value in answers.items()}
        return self._heard.tell(form, self._accounts[by], told, day).id.hex()

    def _meant(self, name: str, value: Any) -> Any:
        match name:
            case "supporting" | "contradicting":
                return [self._reference(each) for each in value]
            case "findings" | "sources":
                return [self._findings[each] for each in value]
            case "owner" | "sponsor":
                return self._accounts[value].hex()
            case "measure":
                return self._measures[value]
            case "milestones":
                return [{key: self._meant(key, part) for key, part in each.items()} for each in value]
            case _ if name in _DAYS:
                return self._heard.on(int(value)).date().isoformat()
            case _:
                return value

    def _reference(self, named: str) -> str:
        """The reference to a piece of evidence that the file names."""
        kind, _, which = named.partition(" ")
        if kind == "theme":
            return f"theme.{FORM}.{which}"
        source, _, words = named.partition(" said ")
        if words:
            return f"excerpt.{self._heard.piece(self._heard.cases[source], words).hex()}"
        return f"case.{self._heard.cases[named].id.hex()}"

    # Numbers

    def _follow(self, series: Told) -> str:
        measure = Measure(
            indicator=series["indicator"],
            better=Better(series["better"]),
            unit=series["unit"],
            target=series.get("target"),
            source=series["source"],
        )
        audit, storage, values = self._heard.audit, self._heard.storage, series["values"]
        by = measuring.hand(self._heard.lead, LEAD, self._clock(-1))
        first = _month_before(self._heard.on(0), len(values))
        followed = measuring.begin(storage, audit, measure, first, values[0], by)
        for place, value in enumerate(values[1:], 1):
            measuring.add(storage, audit, followed.id, first.after(place), value, by)
        if "rebase" in series:
            month = first.after(series["rebase"]["place"])
            measuring.rebase(storage, audit, followed.id, month, series["rebase"]["reason"], by)
        return followed.id

    # What followed

    def _told(self, material: Told) -> Iterator[tuple[int, Act]]:
        """Everything else, by its day."""
        for each in material["actions"]:
            yield from self._action(each)
        for each in material["challenges"]:
            yield from self._challenge(each)
        for form, kind in (("learning-share", "shares"), ("notification", "notifications")):
            for each in material[kind]:
                yield each["day"], partial(self._tell, form, "lead", each["answers"], each["day"])

    def _action(self, each: Told) -> Iterator[tuple[int, Act]]:
        made: list[str] = []
        answers = {"milestones": [], **each["answers"]}
        yield each["day"], lambda: made.append(self._tell("action", "auditor", answers, each["day"]))
        for then in each.get("then", ()):
            yield then["day"], self._following(made, then)

    def _following(self, made: list[str], then: Told) -> Act:
        def act() -> None:
            answers = {"action": made[0], **then["answers"]}
            if "milestone" in answers:
                answers["milestone"] = f"{made[0]}.{answers['milestone']}"
            self._tell(then["form"], then["by"], answers, then["day"])

        return act

    def _challenge(self, each: Told) -> Iterator[tuple[int, Act]]:
        asked: list[str] = []
        question = {"question": f"{each['question']}?", "asked_by": "The quality committee"}
        yield each["day"], lambda: asked.append(self._tell("challenge", "board", question, each["day"]))
        if "answer" in each:
            reply = {name: value for name, value in each["answer"].items() if name != "day"}
            day = each["answer"]["day"]
            yield day, lambda: self._tell("challenge", "lead", {"about": asked[0], **reply}, day)


def _month_before(moment: datetime, months: int) -> Month:
    return Month(moment.year, moment.month).after(-months)
