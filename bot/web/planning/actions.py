"""The plan on pages: how it stands, what is missing, and every action."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.services import planning
from bot.services.planning import Followed, Plan
from bot.web import cases, gate
from bot.web.cases import ACTIONS, FINDINGS, PLAN
from bot.web.pages import voice_of
from bot.web.planning.entries import said
from bot.web.planning.pictures import drawn
from bot.web.planning.room import Room, sees_all
from bot.web.planning.rows import STATES, done
from bot.wording import Voice, mark
from reports.charts import timeline
from reports.charts.timeline import Step as Mark
from reports.charts.timeline import Task
from reports.findings import Finding
from reports.plan import Action, State, Status
from reports.plan import Strength as Reliance
from storage.casework import (
    ACTION,
    EXCEPTION,
    PROGRESS,
    REVIEW,
    VERIFICATION,
)
from storage.notices import NEWS_WANTED

OF_ACTIONS = (ACTION, PROGRESS, VERIFICATION, EXCEPTION, REVIEW)
RELIANCES = {
    Reliance.STRONGER: mark("A stronger action: it changes how the work is set up."),
    Reliance.INTERMEDIATE: mark("An action of middling strength: it helps people to do it."),
    Reliance.WEAKER: mark("A weaker action: it asks people to be careful."),
}
_OVER = (State.CLOSED, State.REJECTED)


class Actions:
    """`/audits/{audit}/plan`, `…/actions` and what is below them."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def plan(self, request: Request) -> Response:
        """`GET …/plan`: how it stands, what is missing, and every action; `?state=`, `?owner=`, `?late=yes` choose."""
        audit, _ = request.path_params["audit"], voice_of(request)
        found = await run_in_threadpool(planning.plan, self._room.storage, audit, self._room.clock)
        wanted = {name: request.query_params.get(name, "") for name in ("state", "owner", "late")}
        chosen = [each for each in _pressing(found.actions) if _is_wanted(each, wanted)]
        live = [each for each in found.actions if each.action.is_live]
        return await self._room.page(
            request,
            "plan.html",
            OF_ACTIONS,
            lines=found.lines.splitlines(),
            gaps=tuple(_gaps(found, audit, _)),
            filters=tuple(_filters(found, audit, wanted, _)),
            actions=[done(each, audit, found.people, _) for each in chosen],
            pictures=[
                drawn(each, f"t{place}")
                for place, each in enumerate(
                    timeline.timeline("The plan over time", list(map(_task, live)), as_of=found.day)
                )
            ],
        )

    async def mine(self, request: Request) -> Response:
        """`GET …/actions`: what whoever comes is to do in this audit."""
        audit, _ = request.path_params["audit"], voice_of(request)
        account = gate.visitor(request).account
        owned = await run_in_threadpool(planning.owned, self._room.storage, account, self._room.clock)
        sponsored = await run_in_threadpool(planning.sponsored, self._room.storage, account, self._room.clock)
        mine, behind = ([each for there, each in of if there == audit] for of in (owned, sponsored))
        return await self._room.page(
            request,
            "actions.html",
            (PROGRESS,),
            actions=[done(each, audit, {}, _) for each in _pressing(mine)],
            behind=[done(each, audit, {}, _) for each in _pressing(behind) if each.action.state not in _OVER],
        )

    async def one(self, request: Request) -> Response:
        """`GET …/actions/{action}`: one, what was said of it, and what whoever comes can do with it."""
        audit, _ = request.path_params["audit"], voice_of(request)
        account, id_ = gate.visitor(request).account, cases.id_of(request.path_params["action"])
        found = await run_in_threadpool(
            planning.action, self._room.storage, audit, id_, account, self._room.clock
        )
        asks = sees_all(request)
        if not found.may_read:
            raise gate.OtherRoleError
        return await self._room.page(
            request,
            "action.html",
            OF_ACTIONS,
            id=found.status.action.id,
            row=done(found.status, audit, found.people, _),
            facts=tuple(_facts(found, _)),
            findings=[
                (f"{each.name} · {each.title}", gate.plan_page(audit, FINDINGS, each.id) if asks else "")
                for each in found.findings
            ],
            milestones=[
                (step.what, _.date(step.due), _("reached") if step.done else _("not yet"))
                for step in found.status.action.milestones
            ],
            ways=[
                *((what, _(words)) for what, words in found.ways),
                *([(NEWS_WANTED, _("Ask for news"))] if found.may_want_news else []),
            ],
            entries=[
                said(each, audit, found.people, _, gives_files=asks or each.account == account)
                for each in found.entries
            ],
        )


def _pressing(found: Collection[Status]) -> list[Status]:
    """The late first, then what is due soonest, then what waits for others, then what is over."""
    far = date.max.toordinal()
    return sorted(
        found,
        key=lambda each: (
            each.action.state in _OVER,
            -each.late,
            far if each.left is None else each.left,
            each.action.number,
        ),
    )


def _is_wanted(each: Status, wanted: dict[str, str]) -> bool:
    return (
        wanted["state"] in ("", each.action.state)
        and wanted["owner"] in ("", each.action.owner)
        and (wanted["late"] != "yes" or bool(each.late))
    )


def _filters(found: Plan, audit: str, wanted: dict[str, str], _: Voice) -> Iterator[tuple[str, str, bool]]:
    """Links that choose actions: words, address, whether it is chosen now."""
    here = gate.plan_page(audit, PLAN)
    states = [state for state in State if any(each.action.state is state for each in found.actions)]
    owners = sorted({each.action.owner for each in found.actions if each.action.owner})
    named = [(name, {"owner": owner}) for owner in owners if (name := found.people.get(owner))]
    choices: list[tuple[str, dict[str, str]]] = [(_("All"), {}), (_("Late"), {"late": "yes"})]
    choices += [(_(STATES[state]), {"state": state.value}) for state in states]
    chosen = {name: value for name, value in wanted.items() if value}
    for words, query in choices + named:
        yield words, here + (f"?{urlencode(query)}" if query else "") + "#actions", query == chosen


def _gaps(found: Plan, audit: str, _: Voice) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """What is missing in the plan: a heading, and findings or actions with their pages."""
    gaps = found.gaps

    def named(these: Collection[Finding] | Collection[Action], room: str) -> tuple[tuple[str, str], ...]:
        return tuple((f"{each.name} · {each.title}", gate.plan_page(audit, room, each.id)) for each in these)

    passed = tuple(
        (f"{each.name} · {step.what}, {_.date(step.due)}", gate.plan_page(audit, ACTIONS, each.id))
        for each, step in gaps.passed
    )
    for heading, these in (
        (_("Findings without an action"), named(gaps.unanswered, FINDINGS)),
        (_("High priority, and only weaker actions"), named(gaps.weak, FINDINGS)),
        (_("Actions without an owner"), named(gaps.unowned, ACTIONS)),
        (_("Late actions"), named(gaps.late, ACTIONS)),
        (_("Steps whose day has gone by"), passed),
    ):
        if these:
            yield heading, these


def _facts(found: Followed, _: Voice) -> Iterator[tuple[str, str]]:
    """The fields of an action, those that it has."""
    action, people = found.status.action, found.people
    measure = action.measure
    told = (
        (_("What will be done"), action.description),
        (_("How far it can be relied on"), _(RELIANCES[action.strength])),
        (_("Owner"), people.get(action.owner, "") if action.owner else _("No owner yet")),
        (_("Sponsor"), people.get(action.sponsor, "")),
        (_("Begins"), _.date(action.start) if action.start else ""),
        (_("Looked at again"), _.date(action.review) if action.review else ""),
        (_("What shows that it was done"), action.evidence_required),
        (_("What shows that it works"), measure.indicator if measure else ""),
        (_("At the beginning"), measure.baseline if measure else ""),
        (_("Target"), measure.target if measure else ""),
        (_("Done on"), _.date(action.implemented_on) if action.implemented_on else ""),
        (_("Reported by"), people.get(action.reported_by, "")),
        (_("Seen by"), people.get(action.verified_by, "")),
        (_("Seen on"), _.date(action.verified_on) if action.verified_on else ""),
        (_("Exception"), action.exception.reason if action.exception else ""),
        (_("It holds until"), _.date(action.exception.until) if action.exception else ""),
        (_("Because"), action.because),
    )
    return ((name, words) for name, words in told if words)


def _task(each: Status) -> Task:
    action = each.action
    steps = tuple(Mark(step.due, step.done) for step in action.milestones)
    state = action.state.words
    return Task(f"{action.name} {action.title}", state, action.start, action.due, bool(each.late), steps)
