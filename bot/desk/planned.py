"""Findings and the plan in a chat: the fact first, then what can be done by tapping."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import TypeAlias

from bot import buttons, cases, listing, planning, weighing, wording
from bot.desk.rooms import Way, going_on, where
from bot.messages import Desk
from bot.planning import Wanted
from bot.weighing import Weighed
from bot.wording import Voice, mark
from dialogues.responses import text_of
from reports import plan as rules
from reports.plan import Action, State
from storage.casework import ACTION, FINDING, PROGRESS, VERIFICATION
from storage.unit_of_work import UnitOfWork

NEWS = {  # what came of asking for news, in chats and on pages
    Wanted.ASKED: mark("I ask {name} for news of {action}"),
    Wanted.BEFORE: mark("{name} was asked today already: {action}"),
    Wanted.UNREACHED: mark("I cannot reach {name} in a chat. Please speak to them about {action}"),
    Wanted.SETTLED: mark("There is nobody to ask about {action}"),
}
LATER_DAYS = (1, 3, 7)  # for so long a reminder can be put off
_WEEK = 7


def findings(work: UnitOfWork, account: bytes, audits: Collection[str]) -> Desk:
    """Every finding with how sure it is and how pressing, to revise or to add to."""
    _ = wording.voice(wording.SOURCE)
    found = {audit: weighing.weighed(work, audit) for audit in audits}
    told = [_finding(each, _) for each_audit in found.values() for each in each_audit]
    revise = (
        (where(audit, audits) + _("Revise {name}", name=each.finding.name), _token("revise", each.finding.id))
        for audit in audits
        for each in found[audit]
    )
    intro = _("These are the findings so far.") if told else _("There are no findings yet.")
    return Desk((intro, *told), (*_new(work, account, audits, FINDING, _), *revise))


def _finding(each: Weighed, _: Voice) -> str:
    made = each.finding
    strength = _("Strength of evidence: {strength}.", strength=each.strength.replace("_", " "))
    priority = _("Priority: {priority}.", priority=each.priority) if each.priority else ""
    return f"{made.name} · {made.title}\n{strength} {priority}".rstrip()


def plan(work: UnitOfWork, account: bytes, audits: Collection[str], today: date) -> Desk:
    """How the plan stands, what is late first, what is to be reviewed, and what can be done about it.

    Where something is late, the other actions are one tap further.
    """
    _ = wording.voice(wording.SOURCE)
    told: list[str] = []
    first: list[Way] = []
    ways: list[Way] = []
    for audit in audits:
        known, people = work.actions.of(audit), listing.people(work, audit)
        late, prefix = rules.late(known, today), where(audit, audits)
        told += [
            *([work.casework.audit(audit).name] if len(audits) > 1 else []),
            rules.plan_lines(known, today, people),
            *rules.late_lines(known, today, people),
        ]
        if any(planning.may_want_news(work, account, audit, each) for each in late):
            first.append((prefix + _("Ask for news"), buttons.to_desk("news", buttons.short(audit))))
        if late:
            first.append((prefix + _("Show all"), buttons.to_desk("whole", buttons.short(audit))))
        ways += [_to_review(each, prefix, _) for each in known if rules.status(each, today).review_due]
        ways += [_way(each, prefix) for each in late or _late_first(known, today)]
    return Desk(tuple(told), (*first, *_new(work, account, audits, ACTION, _), *ways))


def whole(work: UnitOfWork, account: bytes, audits: Collection[str], today: date) -> Desk:
    """Every action that is not over, to look at."""
    _ = wording.voice(wording.SOURCE)
    found = [(audit, each) for audit in audits for each in _late_first(work.actions.of(audit), today)]
    ways = (_way(each, where(audit, audits)) for audit, each in found)
    told = _("These are all actions that are not closed, the late ones first. Tap one to read it.")
    return Desk((told,), (*_new(work, account, audits, ACTION, _), *ways))


def _late_first(actions: Collection[Action], today: date) -> list[Action]:
    found = {each.number: rules.status(each, today) for each in actions if each.state not in _OVER}
    return [each.action for each in sorted(found.values(), key=lambda each: (-each.late, each.action.number))]


_OVER = (State.CLOSED, State.REJECTED)
_UNDER_WAY = (State.PROPOSED, State.AGREED, State.IN_PROGRESS)


def actions(work: UnitOfWork, account: bytes, audits: Collection[str], today: date) -> Desk:
    """What somebody is to do, the late first; then what they stand behind as its sponsor."""
    _ = wording.voice(wording.SOURCE)
    mine = _under_way_in(work.actions.owned(account), audits, today)
    behind = _under_way_in(work.actions.sponsored(account), audits, today)
    intro = _("These are your actions. Tap one to go on with it.") if mine else _("You have no actions now.")
    others = (
        [_("You stand behind these. Tap one to read it, or to ask its owner for news.")] if behind else []
    )
    told = (intro, *_lines(work, mine, today), *others, *_lines(work, behind, today))
    ways = (_way(each, where(audit, audits)) for audit, each in (*mine, *behind))
    return Desk(told, (*going_on(work, account, audits, _), *ways))


_Placed: TypeAlias = tuple[str, Action]  # with its audit


def _under_way_in(found: Iterable[_Placed], audits: Collection[str], today: date) -> list[_Placed]:
    """Those of these audits that are not over, the late first."""
    kept = [(audit, each) for audit, each in found if audit in audits and each.state not in _OVER]
    return sorted(kept, key=lambda pair: (-rules.status(pair[1], today).late, pair[1].number))


def _lines(work: UnitOfWork, found: Iterable[_Placed], today: date) -> Iterator[str]:
    for audit, each in found:
        yield rules.line(each, today, listing.people(work, audit))


def action(work: UnitOfWork, account: bytes, audit: str, found: Action, today: date) -> Desk:
    """One action: what it says, and what this account can do with it."""
    _ = wording.voice(wording.SOURCE)
    told = (
        rules.line(found, today, listing.people(work, audit)),
        found.description,
        _("What shows that it was done: {evidence}", evidence=found.evidence_required)
        if found.evidence_required
        else "",
        _("What shows that it works: {indicator}", indicator=found.measure.indicator)
        if found.measure
        else "",
        *(_step(each, _) for each in found.milestones),
        *_troubles(work, audit, found, _),
    )
    return Desk(tuple(filter(None, told)), tuple(_ways(work, account, audit, found, _)))


def _step(step: rules.Milestone, _: Voice) -> str:
    until = _("{what}, by {day}", what=step.what, day=rules.dated(step.due))
    return f"✓ {until}" if step.done else f"· {until}"


def _troubles(work: UnitOfWork, audit: str, found: Action, _: Voice) -> Iterator[str]:
    """What was in the way, or missing, on the newest day on which anything was said of an action under way."""
    said = work.entries.of(audit, (PROGRESS, VERIFICATION), found.id)
    newest = [each.said for each in said if each.day == said[-1].day] if found.state in _UNDER_WAY else []
    for each in newest:
        for told, words in (("in_the_way", _("In the way:")), ("missing", _("Still missing:"))):
            if text_of(each, told):
                yield f"{words} {text_of(each, told)}"


def _ways(work: UnitOfWork, account: bytes, audit: str, found: Action, _: Voice) -> Iterator[Way]:
    for what, words in planning.ways(work, account, audit, found):
        yield _(words), _token(what, found.id)
    if planning.may_want_news(work, account, audit, found):
        yield _("Ask for news"), _token("news", found.id)


def asked(work: UnitOfWork, came: Collection[tuple[str, Action, Wanted]]) -> Desk:
    """What came of asking owners for news of these actions."""
    _ = wording.voice(wording.SOURCE)
    told = [_(NEWS[what], **_whom(work, audit, each, _)) for audit, each, what in came]
    if any(what is Wanted.ASKED for _audit, _action, what in came):
        told.append(_("At night and on days off I wait until the next working morning."))
    return Desk(tuple(told) or (_("Nothing is late."),))


def _whom(work: UnitOfWork, audit: str, each: Action, _: Voice) -> dict[str, str]:
    name = listing.people(work, audit).get(each.owner, _("its owner"))
    return {"name": name, "action": f"{each.name} · {each.title}"}


def later(found: Action) -> Desk:
    """For how long the owner does not want to be reminded."""
    _ = wording.voice(wording.SOURCE)
    about = buttons.id_in(bytes.fromhex(found.id))
    ways = tuple((_for(days, _), buttons.to_desk("later", about, str(days))) for days in LATER_DAYS)
    return Desk((_("When shall I remind you of {name}?", name=found.name),), ways)


def _for(days: int, _: Voice) -> str:
    return _("In a week") if days == _WEEK else _.several("In {number} day", "In {number} days", days)


def put_off(found: Action) -> Desk:
    """It was put off."""
    _ = wording.voice(wording.SOURCE)
    assert found.snoozed_until is not None
    told = _("I remind you again on {day}.", day=rules.dated(found.snoozed_until))
    due = _("{name} is still due on {day}.", name=found.name, day=rules.dated(found.due)) if found.due else ""
    return Desk(tuple(filter(None, (told, due))))


def _new(work: UnitOfWork, account: bytes, audits: Collection[str], recorded: str, _: Voice) -> Iterator[Way]:
    words = {FINDING: _("New finding"), ACTION: _("New action")}[recorded]
    for audit in audits:
        for offer in cases.may_begin(work, account, audit, (recorded,)):
            token = buttons.to_desk("begin", audit, buttons.short(offer.form))
            yield where(audit, audits) + words, token


def _to_review(each: Action, prefix: str, _: Voice) -> Way:
    words = _("Review it, its day has come: {name} · {title}", name=each.name, title=each.title)
    return prefix + words, _token("review", each.id)


def _way(each: Action, prefix: str) -> Way:
    return f"{prefix}{each.name} · {each.title}", _token("action", each.id)


def _token(what: str, id_: str) -> str:
    return buttons.to_desk(what, buttons.id_in(bytes.fromhex(id_)))
