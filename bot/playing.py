"""One group of turns in one transaction: what each person said becomes a move, the move a new state.

Nothing here sends or waits. What a message means depends on where its person is, so it is looked up in the
same transaction in which the answer is kept: two messages of one person are never read against the same state.
Here it is found out where they are and where they want to go; what a move leads to there, `bot.stage` plays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from bot import briefing, buttons, coder, hearing, roles, wishing, wording
from bot.caseload import Caseload
from bot.clock import Clock
from bot.contacts import SHIPPED, Contacts
from bot.desk import asking, rooms
from bot.errors import (
    NowhereError,
    OthersDraftError,
    RoleMissingError,
    SlipNeededError,
    TurnError,
    UnknownInvitationError,
    WrongReceiptError,
)
from bot.messages import (
    About,
    Address,
    Admitted,
    Appointed,
    AtRisk,
    Desk,
    Doors,
    Enter,
    Go,
    Incoming,
    Invited,
    Outcome,
    Promises,
    Reply,
    Returned,
    Said,
    Sheet,
    SignIn,
    Tap,
    Welcomed,
    Wish,
    Words,
)
from bot.recording import Recorder
from bot.stage import Stage, Whose, detached, may_begin_again
from bot.stock import Stock
from bot.wishing import Wishes
from dialogues.interview import State
from dialogues.lifecycle import LIVE
from dialogues.moves import Begin, Resume
from reports.hours import HOURS, local_day
from storage.access import LATER_LINK
from storage.cases import Case
from storage.casework import CONCERN, IN_CASES, NEEDS_RECEIPT, RESPONSE, Offer
from storage.errors import (
    AuditClosedError,
    CollidedError,
    RequestError,
    UnavailableError,
    UnknownAuditError,
)
from storage.interviews import ENDED, Aside, Conversation, Ref, Tying, Visit, digest
from storage.journal import RoleGiven
from storage.slips import ANSWERING, RESPONDENT
from storage.threads import Sender
from storage.unit_of_work import Storage, UnitOfWork

TRIES = 3  # to play a turn that was undone because others wrote at the same moment


class Glance(Struct, frozen=True):
    """Somebody wants to see where they are; nothing changes."""

    address: Address
    audit: str
    form: str
    case: bytes = b""


Task: TypeAlias = Incoming | Glance
Result: TypeAlias = Outcome | Exception | None


class Played(Struct, frozen=True):
    """What came of a group: a result for each task, and the notices that wait to be sent since."""

    results: list[Result]
    notices: tuple[bytes, ...] = ()


class Player:
    """Plays groups of turns, each in one transaction. For one thread."""

    def __init__(self, storage: Storage, clock: Clock, contacts: Contacts = SHIPPED) -> None:
        self._storage = storage
        self._clock = clock
        self._contacts = contacts
        self._stock = Stock(storage.cost)

    def close(self) -> None:
        """Play no more."""
        self._stock.close()

    def play(self, tasks: Sequence[Task], tries: int = TRIES) -> Played:
        """What came of each task. One that breaks its group is set apart, and the others are played again.

        A turn is a function of what is stored, so one that was undone since others wrote is played again; so often.
        """
        try:
            return self._together(tasks)
        except Exception as error:  # noqa: BLE001 - nothing is swallowed: it is handed to whoever waits for the turn
            if len(tasks) > 1:
                return self._apart(tasks)
            again = isinstance(error, CollidedError) and tries > 1
            return self.play(tasks, tries - 1) if again else Played([error])

    def _apart(self, tasks: Sequence[Task]) -> Played:
        """One after the other; when the database cannot be reached twice in a row, the others need not try."""
        results: list[Result] = []
        notices: tuple[bytes, ...] = ()
        for task in tasks:
            if len(results) > 1 and all(isinstance(result, UnavailableError) for result in results[-2:]):
                results.append(results[-1])
                continue
            played = self.play([task])
            results += played.results
            notices += played.notices
        return Played(results, notices)

    def _together(self, tasks: Sequence[Task]) -> Played:
        refs = [self._storage.keys.ref(*_place(task)) for task in tasks]
        with self._storage.writing() as work:
            group = _Group(work, HOURS.local(self._clock.now()), self._stock, tasks, refs, self._contacts)
            results = [group.take(task, ref) for task, ref in zip(tasks, refs, strict=True)]
            group.save()
        return Played(results, tuple(group.notices))


class _Group:
    """Turns that are played in one transaction, on the conversations they belong to."""

    def __init__(
        self,
        work: UnitOfWork,
        now: datetime,
        stock: Stock,
        tasks: Sequence[Task],
        refs: Sequence[Ref],
        contacts: Contacts,
    ) -> None:
        self._work = work
        self._now = now
        self._contacts = contacts
        held = work.interviews.load(set(refs))
        audits = {task.audit for task in tasks} | {each.audit for each in held.values()}
        going_on = {task.case for task in tasks} | {each.case for each in held.values()}
        self._caseload = Caseload(work, going_on - {b""}, local_day(now))
        recorder = Recorder(work, now, stock)
        self._stage = Stage(work, now, recorder, self._caseload, held, audits - {""})
        self.notices = recorder.notices
        self.save = self._stage.save

    def take(self, task: Task, ref: Ref) -> Result:
        """What comes of one task; what it changes is written by `save`."""
        try:
            result = self._take(task, ref)
        except (RequestError, TurnError) as refused:
            return refused
        if not isinstance(result, Reply):
            return result
        here = self._stage.held.get(ref)
        return replace(result, routes=self._contacts.of(here.audit if here is not None else task.audit))

    def _take(self, task: Task, ref: Ref) -> Result:
        held = self._caseload.open(self._stage.held.get(ref), task.audit, task.form, task.case)
        if isinstance(task, Incoming):
            return self._hear(task, ref, held)
        if task.case:
            self._caseload.see_that_they_may_look(task.address, held)
            return self._stage.show(self._stage.offer_of(held), held) if held is not None else None
        offer = self._stage.offer(task.audit, task.form)
        return self._stage.show(offer, held) if held is not None else None

    # Where somebody is

    def _hear(self, incoming: Incoming, ref: Ref, held: Conversation | None) -> Result:
        update = digest(incoming.update)
        turn = Whose(ref, held, update, incoming.address)
        if held is not None and update in held.recent:
            return self._hear_again(incoming, held)
        if held is not None and incoming.case:
            return self._go_on(turn, held, incoming.said)
        if incoming.audit:
            offer = self._stage.offer(incoming.audit, incoming.form)
            if isinstance(incoming.said, Returned):
                return self._come_with_receipt(turn, incoming.said.visit, offer)
            if isinstance(incoming.said, Enter):
                return self._bring(turn, offer, incoming.said.code)
            return self._stage.play(turn, offer, incoming.said)
        return self._in_chat(turn, incoming.said)

    def _hear_again(self, incoming: Incoming, held: Conversation) -> Reply | Sheet:
        """A message that came before."""
        if held.tying is not None and not incoming.audit:
            return self._code_again(incoming.address, held, held.tying)
        if incoming.case:
            self._caseload.see_that_they_may_look(incoming.address, held)
        elif held.case:
            self._caseload.see_that_they_may(incoming.address, held)
        audit, form = incoming.audit or held.audit, incoming.form or held.form
        return self._stage.repeat(self._stage.offer_of(replace(held, audit=audit, form=form)), held)

    def _go_on(self, turn: Whose, held: Conversation, said: Said) -> Result:
        """Go on with a case, as long as they may; the way to help stays open when they may not."""
        try:
            self._caseload.see_that_they_may(turn.address, held)
        except TurnError:
            if hearing.is_telling(said) or hearing.is_concern(said):
                return self._strange(turn, said)
            if not held.case and self._caseload.is_guest(self._caseload.account(turn.address)):
                return self._at_home(turn)
            raise
        return self._stage.play(turn, self._stage.offer_of(held), said)

    def _in_chat(self, turn: Whose, said: Said) -> Result:
        """In a chat people bring their place with them, or turn to another one."""
        address = turn.address
        if isinstance(said, Returned):
            return self._come_with_receipt(turn, said.visit)
        elsewhere = _elsewhere(said)
        if isinstance(elsewhere, Enter):
            return self._enter(turn, elsewhere.code)
        if isinstance(elsewhere, Go):
            return self._stage.go(turn, elsewhere)
        if isinstance(elsewhere, About):
            language = turn.held.interview.language if turn.held else wording.SOURCE
            return Promises(language, self._work.draft_days, self._work.concern_years)
        if isinstance(elsewhere, SignIn):
            admitted = self._admit(address)
            if admitted is not None:
                return admitted
        wish = hearing.wish(said)
        granted = self._grant(turn, wish) if wish is not None else None
        if granted is not None:
            return replace(granted, wish=wish) if isinstance(granted, Desk) else granted
        coded = self._code_typed(turn, said)
        if coded is not None:
            return coded
        if turn.held is None:
            return self._strange(turn, said)
        offer = self._stage.offer_of(turn.held)
        if offer.records in IN_CASES:
            return self._go_on(turn, turn.held, said)
        return self._stage.play(turn, offer, said)

    def _grant(self, turn: Whose, wish: Wish) -> Result:
        """What somebody with a role wants beside the questions; None for others, to whom it is a word like any."""
        account = self._caseload.account(turn.address)
        if not self._caseload.has_role(account):
            if wish.about and wish.what not in wishing.TYPED:  # a button that was theirs
                raise RoleMissingError
            return None
        case = self._caseload
        match wish:
            case Wish("go", (id_,)):
                return self._take_up(turn, case.held_by(buttons.id_of(id_), account))
            case Wish("begin", (audit, form)):
                return self._take_up(turn, case.begin(audit, case.named(audit, form), account))
            case Wish("give", (id_, to)):
                return self._give(turn, case.held_by(buttons.id_of(id_), account), buttons.id_of(to))
            case Wish(what) if what in wishing.WISHES:
                return self._grant_of_plan(turn, wish, account)
            case _:
                return self._grant_asking(turn, wish, account)

    def _grant_of_plan(self, turn: Whose, wish: Wish, account: bytes) -> Result:
        """What concerns findings and the plan."""
        granted = Wishes(self._work, self._caseload, account, self._now, self.notices).grant(wish)
        if isinstance(granted, Invited) and turn.held is not None:  # the same tap again makes no other one
            self._stage.keep(turn.ref, turn.held.after(turn.update, turn.held.interview, turn.held.tries))
        return self._take_up(turn, granted) if isinstance(granted, Case) else granted

    def _grant_asking(self, turn: Whose, wish: Wish, account: bytes) -> Result:
        """What auditors and leads want who ask and code."""
        audits = self._caseload.audits_of(account)
        if not audits:
            if wish.about:
                raise RoleMissingError
            return None
        if wish.what in coder.BEGINS | coder.TAPS:
            return self._code(turn, wish, account, audits)
        if wish.what in briefing.TELLS:
            return briefing.told(self._work, wish.what, account, audits, local_day(self._now))
        case, current = self._caseload, self._caseload.held(turn.held, account)
        match wish:
            case Wish("observe") if current is not None or len(audits) == 1:
                return self._take_up(turn, case.observe(current, audits[0], account))
            case Wish("coverage"):
                return asking.coverage(self._work, [current.audit] if current is not None else audits)
            case Wish("handover") if current is not None:
                return asking.colleagues(self._work, current)
            case Wish("new"):
                return self._take_up(turn, case.found(audits, account))
            case _:
                return asking.interviews(self._work, account, audits)

    def _code_typed(self, turn: Whose, said: Said) -> Sheet | None:
        """A text of somebody who is coding; None for others, and for what is a command."""
        if turn.held is None or turn.held.tying is None or not isinstance(said, Words):
            return None
        if hearing.is_concern(said) or hearing.is_telling(said):
            return None
        if hearing.is_command(said.text) and said.text.strip().lower() != coder.STOP:
            return None
        account = self._caseload.account(turn.address)
        audits = self._caseload.audits_of(account)
        return self._code(turn, said, account, audits) if turn.held.tying.audit in audits else None

    def _code(self, turn: Whose, said: Wish | Words, account: bytes, audits: Sequence[str]) -> Sheet:
        """Code in this chat; the interview that is under way stays where it is."""
        here = turn.held or self._standing_in(audits[0])
        language = here.interview.language or wording.SOURCE
        at_work = coder.Coder(self._work, account, audits, language)
        if isinstance(said, Words):
            assert here.tying is not None
            sheet, tying = at_work.text(here.tying, said.text)
        elif said.what in coder.BEGINS:
            sheet, tying = at_work.begin(said, here.tying.audit if here.tying else here.audit)
        else:
            sheet, tying = at_work.tap(said, here.tying)
        self._stage.keep(turn.ref, replace(here.after(turn.update, here.interview, here.tries), tying=tying))
        return sheet

    def _code_again(self, address: Address, here: Conversation, tying: Tying) -> Sheet:
        """What is before somebody who is coding. Raises RoleMissingError."""
        account = self._caseload.account(address)
        audits = self._caseload.audits_of(account)
        if tying.audit not in audits:
            raise RoleMissingError
        return coder.Coder(self._work, account, audits, here.interview.language).show(tying)[0]

    def _standing_in(self, audit: str) -> Conversation:
        """A chat in which nothing was begun yet."""
        offered = [
            each for each in self._stage.offers_of(audit).values() if each.records not in NEEDS_RECEIPT
        ]
        offer = next((each for each in offered if each.records == RESPONSE), offered[0])
        return Conversation(self._stage.invite(offer), audit=audit, form=offer.form)

    def _take_up(self, turn: Whose, case: Case) -> Result:
        """Begin a case in this chat, or go on with it, and put aside what was under way."""
        aside = Aside(case.audit, case.form, case.interview, case=case.id)
        new = Conversation(case.interview, audit=case.audit, form=case.form, case=case.id)
        here = turn.held.turned_to(aside) if turn.held is not None else new
        move = Resume() if case.interview.state is State.PAUSED else Begin()
        return self._stage.play(turn, self._stage.offer_of(here), move, here)

    def _give(self, turn: Whose, case: Case, to: bytes) -> Result:
        """Hand a case over to a colleague."""
        self._caseload.hand_over(case, to)
        if turn.held is not None:
            self._stage.keep(turn.ref, turn.held.after(turn.update, turn.held.interview, 0))
        return asking.given(self._work, to)

    def _strange(self, turn: Whose, said: Said) -> Result:
        """Nobody knows where they belong. The way to help is open to them too, and names no audit."""
        if isinstance(said, Words) and self._is_code(said.text):  # without its command
            return self._enter(turn, said.text)
        telling = hearing.is_telling(said)
        if not telling and not hearing.is_concern(said):
            return self._at_home(turn)
        offer = self._only_offer()
        if telling and offer is not None:
            return self._stage.turn_to(turn, offer)
        return AtRisk(self._contacts.of(), offer is not None, hearing.language_of(said))

    def _is_code(self, typed: str) -> bool:
        moment = int(self._now.timestamp())
        return bool(self._work.slips.find(typed) or self._work.access.whose_link(typed, moment))

    def _at_home(self, turn: Whose) -> Result:
        """Who only owns actions or sits on a board has no interview to come back to: what they can do is shown."""
        account = self._caseload.account(turn.address)
        if not self._caseload.is_guest(account):
            raise NowhereError(self._work.draft_days)
        return rooms.audits(self._work, account)

    def _only_offer(self) -> Offer | None:
        """The form that reaches the lead, when there is one audit: with several, nobody knows whose lead is meant."""
        audits = self._work.casework.all()
        offered = self._stage.offers_of(audits[0].id).values() if len(audits) == 1 else ()
        return next((offer for offer in offered if offer.records == CONCERN), None)

    def _enter(self, turn: Whose, code: str) -> Result:
        """They come by a link: with a slip, or by the name of an audit."""
        address = turn.address
        code, _, form = code.partition("__")
        slip = self._work.slips.find(code)
        if slip is not None and slip.role not in ANSWERING:
            if not self._work.slips.spend(slip.hash):
                raise UnknownInvitationError
            self._work.people.add(slip.audit, slip.role, address.channel, address.id)
            given = RoleGiven(slip.role)
            self._work.journal.append(given, day=local_day(self._now), actor=slip.role, audit=slip.audit)
            return self._appointed(address, slip.audit, slip.role)
        invited = roles.come(self._work, code, address.channel, address.id, self._now) if slip is None else ()
        if invited:
            return self._appointed(address, invited[0].audit, invited[0].role)
        try:
            offered = self._stage.offers_of(slip.audit if slip else code)
        except UnknownAuditError as unknown:
            raise UnknownInvitationError from unknown
        if slip is not None:
            offered = {name: each for name, each in offered.items() if each.takes(slip.role)} or offered
        doors = [offer for offer in offered.values() if offer.takes(slip.role if slip else RESPONDENT)]
        if slip is None and turn.held is None and form not in offered and any(d.needs_slip for d in doors):
            raise SlipNeededError(code)
        if form not in offered and len(doors) > 1:
            return Doors(code, tuple(self._work.forms.get(offer.digest) for offer in doors))
        offer = offered.get(form) or next(iter(doors or offered.values()))
        return self._stage.turn_to(turn, offer, slip.hash if slip else b"")

    def _appointed(self, address: Address, audit: str, role: str) -> Appointed:
        """Somebody has a role here now. They hear at once of what was told before there was anybody to tell."""
        held = self._work.people.at(address.channel, address.id)
        person = next(each.id for each in held if (each.audit, each.role) == (audit, role))
        if self._work.casework.waits_unread(audit, role):
            self.notices.append(self._work.notices.add(person, audit, CONCERN))
        return Appointed(audit, role, frozenset(each.role for each in held))

    def _bring(self, turn: Whose, offer: Offer, code: str) -> Reply:
        """They bring a slip to a form, on which it is spent when they hand in. Nothing begins yet."""
        slip = self._work.slips.find(code)
        if slip is None or slip.audit != offer.audit or not offer.takes(slip.role):
            raise UnknownInvitationError
        if not offer.is_open:
            raise AuditClosedError(offer.audit)
        held = turn.held or Conversation(self._stage.invite(offer))
        under_way = held.interview.state in LIVE
        if under_way and held.slip not in (b"", slip.hash) and self._work.slips.is_left(held.slip):
            raise OthersDraftError
        here = replace(held, slip=slip.hash)
        if may_begin_again(here, offer):
            here = replace(here, interview=self._stage.invite(offer), tries=0, handed=None, visit=None)
        self._stage.keep(turn.ref, here)
        return self._stage.show(offer, here)

    def _come_with_receipt(self, turn: Whose, visit: Visit, offer: Offer | None = None) -> Result:
        """They are shown what was written, and may go on from there. `offer`: where they are, outside of a chat."""
        if self._work.threads.is_opened_by(visit.opened) is None:
            raise WrongReceiptError
        offers = [
            each for each in self._stage.offers_of(visit.audit).values() if each.records in NEEDS_RECEIPT
        ]
        at = offer or next(iter(offers or self._stage.offers_of(visit.audit).values()))
        here = turn.held or Conversation(self._stage.invite(at), audit=visit.audit, form=at.form)
        if here.interview.state in ENDED or (offer is None and here.audit != visit.audit):
            here = here.turned_to(self._stage.aside(here, at, b""))
        here = replace(here.after(turn.update, here.interview, here.tries), visit=visit)
        self._stage.keep(turn.ref, here)
        written = self._work.threads.read_by_respondent(visit.opened)
        self._work.threads.mark_read([visit.opened.locator], Sender.LEAD)
        title = self._work.casework.audit(visit.audit).name
        forms = tuple(self._work.forms.get(each.digest) for each in offers)
        return Welcomed(visit.audit, title, written, forms, detached(here.interview))

    def _admit(self, address: Address) -> Admitted | None:
        """A link to sign in, for who has a role at this moment; for others it is a command like any that is none."""
        there = self._work.people.at(address.channel, address.id)
        if not there:
            return None
        code = self._work.access.link(there[0].account, int(self._now.timestamp()))
        return Admitted(code, LATER_LINK // 60)


def _place(task: Task) -> tuple[str, ...]:
    """Of whom and of what a conversation is."""
    case = (task.case.hex(),) if task.case else ()
    return (task.address.channel, task.address.id, task.audit, task.form, *case)


def _elsewhere(said: Said) -> Enter | Go | About | SignIn | None:
    """Where somebody wants to go, if that does not depend on where they are."""
    if isinstance(said, Enter | Go | About):
        return said
    if isinstance(said, Words):
        if hearing.is_sign_in(said.text):
            return SignIn()
        found = hearing.command(said.text)
        return found if isinstance(found, Enter | About) else None
    return buttons.door(said.token) if isinstance(said, Tap) else None
