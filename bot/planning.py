"""What cases say of findings and the plan is kept, within one transaction: each under the id of its case.

What cannot be so is refused with a sentence, and the question that it is about; then nothing is kept. Whoever has to
know is told: of which action, and what was said of it, they read here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

from bot import cases, listing, wording
from bot.errors import CaseElsewhereError, NotTakenError, RoleMissingError
from bot.wording import mark
from dialogues import engine
from dialogues.responses import Response
from reports import findings, measures, plan
from reports.plan import Action, Amend, Ask, Challenge, Context, Event, Refusal, Telling
from storage.cases import Case
from storage.casework import (
    ACTION,
    CHALLENGE,
    EXCEPTION,
    FINDING,
    LEARNING,
    NOTIFICATION,
    OPINION,
    PROGRESS,
    REVIEW,
    VERIFICATION,
)
from storage.journal import (
    ActionMade,
    ActionMoved,
    ActionRevised,
    EntryMade,
    FindingMade,
    FindingRevised,
    What,
)
from storage.notices import (
    ACTION_BACK,
    ACTION_CHANGED,
    ACTION_DONE,
    ACTION_GIVEN,
    CHALLENGED,
    HELP_WANTED,
    NEWS_WANTED,
    REPLIED,
)
from storage.plan import Entry
from storage.slips import AUDITOR, BOARD, LEAD
from storage.unit_of_work import UnitOfWork

RECORDED = frozenset(
    {
        FINDING,
        ACTION,
        PROGRESS,
        VERIFICATION,
        EXCEPTION,
        CHALLENGE,
        LEARNING,
        NOTIFICATION,
        REVIEW,
        OPINION,
    }
)

FORMS: dict[str, str] = {  # by what somebody wants, what the form records that it begins
    "challenge": CHALLENGE,
    "notify": NOTIFICATION,
    "share": LEARNING,
    "verify": VERIFICATION,
    "review": REVIEW,
    "reject": REVIEW,
    "exempt": EXCEPTION,
    **{telling.value: PROGRESS for telling in Telling},
}

_Table: TypeAlias = dict[str, tuple[tuple[str, str], ...]]

# What can be done with an action, by what it must allow (`reports.plan.possible`): wishes, and words of buttons.
_OWNERS: _Table = {
    "agree": (("agree", mark("I can do this")), ("help", mark("I need help"))),
    "finish": (
        ("done", mark("Done")),
        ("progress", mark("Progress")),
        ("later", mark("Later")),
        ("help", mark("I need help")),
    ),
}
_OTHERS: _Table = {"verify": (("verify", mark("See whether it is done")),)}
_ASKERS: _Table = {
    "amend": (("change", mark("Change it")),),
    "keep": (("review", mark("Review it")),),
    "exempt": (("exempt", mark("Record an exception")),),
    "close": (("review", mark("Review it")),),
    "reject": (("reject", mark("It will not be done")),),
}


def ways(work: UnitOfWork, account: bytes, audit: str, action: Action) -> Iterator[tuple[str, str]]:
    """What an account can do with an action now: the wish, and the words of its button in English."""
    asks = cases.may_ask(work, account, audit)
    offered = [_OWNERS] if action.owner == account.hex() else [_OTHERS] if asks else []
    offered += [_ASKERS] if asks else []
    possible = plan.possible(action.state)
    yield from dict.fromkeys(
        each for table in offered for trigger in table if trigger in possible for each in table[trigger]
    )


def may_read(work: UnitOfWork, account: bytes, audit: str, action: Action) -> bool:
    """Whether an account may read an action: its owner and its sponsor, and who asks in the audit."""
    if cases.may_ask(work, account, audit):
        return True
    return account.hex() in (action.owner, action.sponsor) and cases.may_ask(work, account, audit, PROGRESS)


def may_want_news(work: UnitOfWork, account: bytes, audit: str, action: Action) -> bool:
    """Whether an account may have the owner asked how it goes: whoever else may read an action that is to be done."""
    is_others = bool(action.owner) and action.owner != account.hex()
    return action.is_open and is_others and may_read(work, account, audit, action)


def seen(work: UnitOfWork, account: bytes, id_: bytes) -> tuple[str, Action]:
    """An action that an account may read.

    Raises CaseElsewhereError, RoleMissingError, NotTakenError when it is with another owner now.
    """
    found = work.actions.get(id_.hex())
    if found is None:
        raise CaseElsewhereError
    audit, known = found
    if may_read(work, account, audit, known):
        return found
    if not cases.may_ask(work, account, audit, PROGRESS):
        raise RoleMissingError
    raise NotTakenError(_with_another(known), "")


def _with_another(action: Action) -> str:
    return f"{action.name} is with somebody else now."


def unseen(work: UnitOfWork, account: bytes, audit: str) -> list[Action]:
    """What was done in an audit and waits for somebody else to look at it, this account."""
    theirs = (each for each in work.actions.of(audit) if each.owner != account.hex())
    return [each for each in theirs if "verify" in plan.possible(each.state)]


class Wanted(StrEnum):
    """What became of the wish to have news of an action."""

    ASKED = "asked"
    BEFORE = "before"  # somebody has asked today
    UNREACHED = "unreached"  # no chat reaches its owner
    SETTLED = "settled"  # there is nobody to ask, or nothing to ask of


class Planner:
    """Findings and the plan in one transaction. `notices`: where what waits to be sent once it is committed goes."""

    def __init__(self, work: UnitOfWork, today: date, notices: list[bytes]) -> None:
        self._work = work
        self._today = today
        self._notices = notices

    def take(self, case: Case, recorded: str, response: Response) -> None:
        """Keep what a case says that is handed in. Raises NotTakenError and has kept nothing then."""
        self._work.casework.hold(case.audit)
        match recorded:
            case _ if recorded == FINDING:
                self._finding(case, response)
            case _ if recorded == ACTION:
                self._action(case, response)
            case _ if recorded == CHALLENGE:
                self._challenge(case, response)
            case _ if recorded in (PROGRESS, VERIFICATION, EXCEPTION, REVIEW):
                self._said_of_action(case, recorded, response)
            case _:
                self._enter(case, recorded, response)

    def put_off(self, action: str, days: int, account: bytes) -> Action:
        """Have the owner not be reminded of an action for so many days. Raises NotTakenError."""
        self._work.casework.hold(self._of(action)[0])
        audit, found = self._of(action)  # as it is now that nobody else changes it
        self._see_that_it_is_theirs(found, account)
        until = self._today + timedelta(days=days)
        after = _moved(found, plan.Later(until), self._context(audit, account))
        self._work.actions.keep(audit, after)
        return after

    def want_news(self, audit: str, action: Action, account: bytes) -> Wanted:
        """Have the owner of an action asked how it goes, once a day, whoever wants to know."""
        if not may_want_news(self._work, account, audit, action):
            return Wanted.SETTLED
        theirs = [each for each in self._work.people.seats(audit) if each.account.hex() == action.owner]
        reached = sorted((each.role, each.id) for each in theirs if each.reached)
        if not reached:
            return Wanted.UNREACHED
        (_, person), subject = reached[0], bytes.fromhex(action.id)
        occasion = f"{NEWS_WANTED}:{self._today}"
        noted = self._work.notices.add_once(person, audit, NEWS_WANTED, subject, occasion)
        self._notices += filter(None, [noted])
        return Wanted.ASKED if noted else Wanted.BEFORE

    def see_that_it_can(self, action: Action, audit: str, what: str, account: bytes) -> None:
        """Whether a wish can come true now, before anybody answers questions about it. Raises NotTakenError."""
        tried = _TRIED.get(what)
        if what in {*Telling, "later"}:
            self._see_that_it_is_theirs(action, account)
        if tried is not None:
            _moved(action, tried, self._context(audit, account))

    # Findings

    def _finding(self, case: Case, response: Response) -> None:
        first = (case.part_of or case.id).hex()
        before = self._work.findings.get(first) if case.part_of else None
        number = before[1].number if before else self._work.findings.next_number(case.audit)
        made = findings.finding(response, id=first, number=number)
        refused = findings.refusal(made, listing.references(self._work, case.audit))
        if refused is not None:
            raise NotTakenError(refused.message, refused.question)
        if before is None:
            self._work.findings.keep(case.audit, made)
            self._note(case, FindingMade(number))
        else:
            self._work.findings.stand(made, before[1].standing, case.audit)
            self._note(case, FindingRevised(number))

    # Actions

    def _action(self, case: Case, response: Response) -> None:
        first = (case.part_of or case.id).hex()
        before = self._work.actions.get(first) if case.part_of else None
        number = before[1].number if before else self._work.actions.next_number(case.audit)
        made = plan.action(response, id=first, number=number)
        context = self._context(case.audit, case.holder)
        if before is not None:
            self._amend(case, before[1], made, context)
            return
        refused = plan.flaw(made)
        if refused is not None:
            raise NotTakenError(refused.message, refused.question)
        self._work.actions.keep(case.audit, made)
        self._note(case, ActionMade(number))
        self._tell(case, ACTION_GIVEN, of=made, account=made.owner)

    def _amend(self, case: Case, before: Action, made: Action, context: Context) -> None:
        after = _moved(before, Amend(made), context)
        self._work.actions.keep(case.audit, after)
        redated = before.is_committed and after.due != before.due
        self._note(case, ActionRevised(after.number, redated=redated))
        self._note_state(case, before, after)
        if after.owner != before.owner:
            self._tell(case, ACTION_GIVEN, of=after, account=after.owner)
        elif plan.changed_terms(before, after):
            self._tell(case, ACTION_CHANGED, of=after, account=after.owner)

    def _said_of_action(self, case: Case, recorded: str, response: Response) -> None:
        """What was told, seen, excepted or reviewed: it is kept, and moves the action."""
        audit, before = self._of(str(response.get("action", "")))
        if audit != case.audit:
            raise NotTakenError(_GONE, "action")
        event = self._event(case, before, recorded, response)
        after = _moved(before, event, self._context(audit, case.holder))
        self._work.actions.keep(audit, after)
        self._enter(case, recorded, response, before.id, before.name)
        self._note_state(case, before, after)
        self._tell_of(case, event, after)

    def _event(self, case: Case, action: Action, recorded: str, response: Response) -> Event:
        """What it means for the action."""
        match recorded:
            case _ if recorded == PROGRESS:
                self._see_that_it_is_theirs(action, case.holder)
                told = plan.Progress.from_response(response)
                if told.telling is Telling.AGREE:
                    _see_that_they_know(action, case)
                return _told(told, self._today)
            case _ if recorded == VERIFICATION:
                return plan.Verification.from_response(response).event()
            case _ if recorded == EXCEPTION:
                return plan.Exemption.from_response(response).event()
            case _:
                return plan.Review.from_response(response).event(self._proof(action))

    def _proof(self, action: Action) -> plan.Proof | None:
        """What there is to show that a change lasts."""
        measure = action.measure.measure if action.measure else ""
        series = self._work.measures.get(measure) if measure else None
        if series is None or action.implemented_on is None:
            return action.proof
        made = measures.chart(series.measure, series.points, series.rebases)
        if not isinstance(made, measures.Chart):
            return action.proof
        return plan.shift(series.id, made, action.implemented_on) or action.proof

    def _of(self, action: str) -> tuple[str, Action]:
        found = self._work.actions.get(action)
        if found is None:
            raise NotTakenError(_GONE, "action")
        return found

    def _see_that_it_is_theirs(self, action: Action, account: bytes) -> None:
        if action.owner != account.hex():
            raise NotTakenError(_with_another(action), "action")

    # The rest

    def _challenge(self, case: Case, response: Response) -> None:
        """A question of the board, or what came of one: that is said by whoever is audited, not by who asked."""
        said = Challenge.from_response(response)
        if not said.about:
            self._enter(case, CHALLENGE, response)
            self._tell(case, CHALLENGED, (LEAD,))
            return
        if not cases.may_ask(self._work, case.holder, case.audit):
            raise NotTakenError("Only the lead or an auditor can answer a question of the board.", "about")
        asked = self._work.entries.of(case.audit, (CHALLENGE,))
        if said.about not in {each.id.hex() for each in asked}:
            raise NotTakenError("This question is not there any more.", "about")
        self._enter(case, CHALLENGE, response, said.about)
        self._tell(case, REPLIED, (BOARD,))

    def _enter(self, case: Case, kind: str, said: Response, subject: str = "", about: str = "") -> None:
        entry = Entry(
            id=case.id,
            audit=case.audit,
            kind=kind,
            subject=subject,
            account=case.holder,
            day=self._today,
            said=said,
        )
        self._work.entries.add(entry)
        self._note(case, EntryMade(kind, about))

    def _context(self, audit: str, account: bytes) -> Context:
        return Context(
            audit=audit,
            today=self._today,
            by=account.hex(),
            findings=self._work.findings.of(audit),
            actions=self._work.actions.of(audit),
        )

    def _note(self, case: Case, what: What) -> None:
        actor = cases.acting(self._work, case)
        self._work.journal.append(what, day=self._today, actor=actor, audit=case.audit)

    def _note_state(self, case: Case, before: Action, after: Action) -> None:
        if after.state is not before.state:
            self._note(case, ActionMoved(after.number, after.state))

    # Who is told

    def _tell_of(self, case: Case, event: Event, action: Action) -> None:
        match event:
            case plan.Finish():
                self._tell(case, ACTION_DONE, (LEAD, AUDITOR), of=action)
            case Ask():
                self._tell(case, HELP_WANTED, (LEAD,), of=action, account=action.sponsor)
            case plan.Verify(met=False):
                self._tell(case, ACTION_BACK, of=action, account=action.owner)

    def _tell(
        self,
        case: Case,
        kind: str,
        roles: Collection[str] = (),
        *,
        of: Action | None = None,
        account: str = "",
    ) -> None:
        """Tell those with these roles and this account, once each, where they are reached; not of their own deeds."""
        subject = bytes.fromhex(of.id) if of else case.id
        told = {case.holder}
        for person in self._work.people.seats(case.audit):
            is_meant = person.role in roles or person.account.hex() == account
            if is_meant and person.reached and person.account not in told:
                told.add(person.account)
                occasion = f"{kind}{_BY}{case.id.hex()}"
                noted = self._work.notices.add_once(person.id, case.audit, kind, subject, occasion)
                self._notices += filter(None, [noted])


_BY = ":"  # stands in the occasion of a notice before the case by which it came


def changed(work: UnitOfWork, action: Action, occasion: str) -> tuple[plan.Term, ...]:
    """What its owner agrees to that was changed in the case by which this notice came."""
    case = work.cases.get(bytes.fromhex(occasion.partition(_BY)[2]))
    before = work.cases.get(case.upon) if case is not None else None
    if case is None or before is None:
        return ()
    return plan.changed_terms(_written(work, action, before), _written(work, action, case))


def _written(work: UnitOfWork, action: Action, case: Case) -> Action:
    """The action as it was written in this case."""
    response = engine.response(work.forms.get(case.digest), case.interview)
    return plan.action(response, id=action.id, number=action.number)


_TRIED: dict[str, Event] = {
    Telling.AGREE: plan.Agree(has_time=True, has_authority=True),
    Telling.PROGRESS: plan.Tell(),
    Telling.DONE: plan.Finish(),
    Telling.HELP: Ask(),
    "verify": plan.Verify(met=True, looked_at="…"),
}
_GONE = "This action is not there any more. Please choose another one."


def _see_that_they_know(action: Action, case: Case) -> None:
    """Whether an owner agrees to what the action says now, not to what it said when they began to answer."""
    offered = {each.name: each.columns.get("terms") for each in case.interview.lists.get("actions", ())}
    if offered.get(action.id) not in (None, plan.fingerprint(action)):
        _ = wording.voice(case.interview.language)
        raise NotTakenError(
            _(
                "{name} was changed after you began to answer. Please stop here and read it with /actions. "
                "Then say whether you can do it as it is now.",
                name=action.name,
            ),
            "",
        )


def _told(progress: plan.Progress, today: date) -> Event:
    """What an owner told. Who has not the time or the authority asks for help: it is the lead who must know."""
    event = progress.event(today)
    if isinstance(event, plan.Agree) and not (event.has_time and event.has_authority):
        return Ask()
    return event


def _moved(action: Action, event: Event, context: Context) -> Action:
    after = plan.moved(action, event, context)
    if isinstance(after, Refusal):
        raise NotTakenError(after.message, after.question)
    return after
