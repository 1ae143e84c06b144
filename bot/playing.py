"""One group of turns in one transaction: what each person said becomes a move, the move a new state.

Nothing here sends or waits. What a message means depends on where its person is, so it is looked up in the
same transaction in which the answer is kept: two messages of one person are never read against the same state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from bot import buttons, cases, desk, filing, hearing, wording
from bot.caseload import Caseload
from bot.clock import Clock
from bot.contacts import SHIPPED, Contacts
from bot.errors import (
    NotOpenedError,
    NowhereError,
    OthersDraftError,
    RoleMissingError,
    SlipNeededError,
    SlipSpentError,
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
    Attached,
    Doors,
    Enter,
    Go,
    Incoming,
    Odd,
    Outcome,
    Promises,
    Reply,
    Returned,
    Said,
    SignIn,
    Tap,
    Welcomed,
    Wish,
    Words,
)
from bot.recording import Recorder
from bot.stock import Stock
from dialogues import engine
from dialogues.form import Form
from dialogues.interview import Interview, State
from dialogues.lifecycle import LIVE
from dialogues.moves import Answer, Begin, Concern, Done, Expire, Help, Keep, Look, Move, Resume, Skip
from dialogues.prompts import AskAgain, Item, Prompt, Reason, Submitted, Untaken
from storage.access import LATER_LINK
from storage.cases import Case
from storage.casework import CONCERN, IN_CASES, NEEDS_RECEIPT, RESPONSE, Offer
from storage.errors import (
    AuditClosedError,
    RequestError,
    UnavailableError,
    UnknownAuditError,
    UnknownFormError,
)
from storage.interviews import ENDED, Aside, Conversation, Handed, Ref, Visit, digest, tombstone
from storage.journal import RoleGiven
from storage.slips import RESPONDENT
from storage.threads import Sender
from storage.unit_of_work import Storage, UnitOfWork

_LEAVES_NO_TRACE = (Concern, Help, Look)  # harmless when repeated: no reason to remember a stranger
_ANSWERS = (Answer, Done, Skip, Keep)


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

    def play(self, tasks: Sequence[Task]) -> Played:
        """What came of each task. One that breaks its group is set apart, and the others are played again."""
        try:
            return self._together(tasks)
        except Exception as error:  # noqa: BLE001 - nothing is swallowed: it is handed to whoever waits for the turn
            return Played([error]) if len(tasks) == 1 else self._apart(tasks)

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
            group = _Group(work, self._clock.now(), self._stock, tasks, refs, self._contacts)
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
        self._recorder = Recorder(work, now, stock)
        self._held = work.interviews.load(set(refs))
        audits = {task.audit for task in tasks} | {held.audit for held in self._held.values()}
        self._offers = work.casework.offers(audits - {""})
        going_on = {task.case for task in tasks} | {held.case for held in self._held.values()}
        self._caseload = Caseload(work, going_on - {b""}, now.date())
        self._changed: dict[Ref, Conversation] = {}

    @property
    def notices(self) -> list[bytes]:
        """What waits to be sent once this is committed."""
        return self._recorder.notices

    def save(self) -> None:
        """Write what the tasks changed."""
        self._work.interviews.save(self._changed)
        self._caseload.save()
        self._recorder.save()

    def take(self, task: Task, ref: Ref) -> Result:
        """What comes of one task; what it changes is written by `save`."""
        try:
            result = self._take(task, ref)
        except (RequestError, TurnError) as refused:
            return refused
        if not isinstance(result, Reply):
            return result
        here = self._held.get(ref)
        return replace(result, routes=self._contacts.of(here.audit if here is not None else task.audit))

    def _take(self, task: Task, ref: Ref) -> Result:
        held = self._caseload.open(self._held.get(ref), task.audit, task.form, task.case)
        if isinstance(task, Incoming):
            return self._hear(task, ref, held)
        if task.case:
            self._caseload.see_that_they_may_look(task.address, held)
        offer = self._offer_of(held) if held is not None and held.case else self._offer(task.audit, task.form)
        return self._show(offer, held) if held is not None else None

    # Where somebody is

    def _hear(self, incoming: Incoming, ref: Ref, held: Conversation | None) -> Result:
        update = digest(incoming.update)
        turn = _Turn(ref, held, update, incoming.address)
        if held is not None and update in held.recent:
            return self._hear_again(incoming, held)
        if held is not None and incoming.case:
            return self._go_on(turn, held, incoming.said)
        if incoming.audit:
            offer = self._offer(incoming.audit, incoming.form)
            if isinstance(incoming.said, Returned):
                return self._come_with_receipt(turn, incoming.said.visit, offer)
            if isinstance(incoming.said, Enter):
                return self._bring(turn, offer, incoming.said.code)
            return self._play(turn, offer, incoming.said)
        return self._in_chat(turn, incoming.said)

    def _hear_again(self, incoming: Incoming, held: Conversation) -> Reply:
        """A message that came before."""
        if incoming.case:
            self._caseload.see_that_they_may_look(incoming.address, held)
        elif held.case:
            self._caseload.see_that_they_may(incoming.address, held)
        audit, form = incoming.audit or held.audit, incoming.form or held.form
        return self._repeat(self._offer_of(replace(held, audit=audit, form=form)), held)

    def _go_on(self, turn: _Turn, held: Conversation, said: Said) -> Result:
        """Go on with a case, as long as they may; the way to help stays open when they may not."""
        try:
            self._caseload.see_that_they_may(turn.address, held)
        except TurnError:
            if hearing.is_telling(said) or hearing.is_concern(said):
                return self._strange(turn, said)
            raise
        return self._play(turn, self._offer_of(held), said)

    def _in_chat(self, turn: _Turn, said: Said) -> Result:
        """In a chat people bring their place with them, or turn to another one."""
        address = turn.address
        if isinstance(said, Returned):
            return self._come_with_receipt(turn, said.visit)
        elsewhere = _elsewhere(said)
        if isinstance(elsewhere, Enter):
            return self._enter(turn, elsewhere.code)
        if isinstance(elsewhere, Go):
            return self._go(turn, elsewhere)
        if isinstance(elsewhere, About):
            language = turn.held.interview.language if turn.held else wording.SOURCE
            return Promises(language, self._work.draft_days)
        if isinstance(elsewhere, SignIn):
            admitted = self._admit(address)
            if admitted is not None:
                return admitted
        wish = hearing.wish(said)
        granted = self._grant(turn, wish) if wish is not None else None
        if granted is not None:
            return granted
        if turn.held is None:
            return self._strange(turn, said)
        offer = self._offer_of(turn.held)
        if offer.records in IN_CASES:
            return self._go_on(turn, turn.held, said)
        return self._play(turn, offer, said)

    def _grant(self, turn: _Turn, wish: Wish) -> Result:
        """What an auditor or lead wants beside the questions; None for others, to whom it is a word like any."""
        account = self._caseload.account(turn.address)
        audits = self._caseload.audits_of(account)
        if not audits:
            if wish.about:  # a button that was theirs
                raise RoleMissingError
            return None
        case, current = self._caseload, self._caseload.held(turn.held, account)
        match wish:
            case Wish("go", (id_,)):
                return self._take_up(turn, case.held_by(buttons.id_of(id_), account))
            case Wish("begin", (audit, form)):
                return self._take_up(turn, case.begin(audit, case.named(audit, form), account))
            case Wish("give", (id_, to)):
                return self._give(turn, case.held_by(buttons.id_of(id_), account), buttons.id_of(to))
            case Wish("observe") if current is not None or len(audits) == 1:
                return self._take_up(turn, case.observe(current, audits[0], account))
            case Wish("coverage"):
                return desk.coverage(self._work, [current.audit] if current is not None else audits)
            case Wish("handover") if current is not None:
                return desk.colleagues(self._work, current)
            case Wish("new"):
                return self._take_up(turn, case.found(audits, account))
            case _:
                return desk.interviews(self._work, account, audits)

    def _take_up(self, turn: _Turn, case: Case) -> Result:
        """Begin a case in this chat, or go on with it, and put aside what was under way."""
        aside = Aside(case.audit, case.form, case.interview, case=case.id)
        new = Conversation(case.interview, audit=case.audit, form=case.form, case=case.id)
        here = turn.held.turned_to(aside) if turn.held is not None else new
        move = Resume() if case.interview.state is State.PAUSED else Begin()
        return self._play(turn, self._offer_of(here), move, here)

    def _give(self, turn: _Turn, case: Case, to: bytes) -> Result:
        """Hand a case over to a colleague."""
        self._caseload.hand_over(case, to)
        if turn.held is not None:
            self._keep(turn.ref, turn.held.after(turn.update, turn.held.interview, 0))
        return desk.given(self._work, to)

    def _strange(self, turn: _Turn, said: Said) -> Result:
        """Nobody knows where they belong. The way to help is open to them too, and names no audit."""
        if isinstance(said, Words) and self._work.slips.find(said.text):  # a code, without its command
            return self._enter(turn, said.text)
        telling = hearing.is_telling(said)
        if not telling and not hearing.is_concern(said):
            raise NowhereError(self._work.draft_days)
        offer = self._only_offer()
        if telling and offer is not None:
            return self._turn_to(turn, offer)
        return AtRisk(self._contacts.of(), offer is not None, hearing.language_of(said))

    def _only_offer(self) -> Offer | None:
        """The form that reaches the lead, when there is one audit: with several, nobody knows whose lead is meant."""
        audits = self._work.casework.all()
        offered = self._offers_of(audits[0].id).values() if len(audits) == 1 else ()
        return next((offer for offer in offered if offer.records == CONCERN), None)

    def _enter(self, turn: _Turn, code: str) -> Result:
        """They come by a link: with a slip, or by the name of an audit."""
        address = turn.address
        code, _, form = code.partition("__")
        slip = self._work.slips.find(code)
        if slip is not None and slip.role != RESPONDENT:
            if not self._work.slips.spend(slip.hash):
                raise UnknownInvitationError
            person = self._work.people.add(slip.audit, slip.role, address.channel, address.id)
            if self._work.casework.waits_unread(
                slip.audit, slip.role
            ):  # told before there was anybody to tell
                self.notices.append(self._work.notices.add(person, slip.audit, CONCERN))
            given = RoleGiven(slip.role)
            self._work.journal.append(given, day=self._now.date(), actor=slip.role, audit=slip.audit)
            return Appointed(slip.audit, slip.role)
        try:
            offered = self._offers_of(slip.audit if slip else code)
        except UnknownAuditError as unknown:
            raise UnknownInvitationError from unknown
        doors = [offer for offer in offered.values() if offer.records == RESPONSE]
        if slip is None and turn.held is None and form not in offered and any(d.needs_slip for d in doors):
            raise SlipNeededError(code)
        if form not in offered and len(doors) > 1:
            return Doors(code, tuple(self._work.forms.get(offer.digest) for offer in doors))
        offer = offered.get(form) or next(iter(doors or offered.values()))
        return self._turn_to(turn, offer, slip.hash if slip else b"")

    def _bring(self, turn: _Turn, offer: Offer, code: str) -> Reply:
        """They bring a slip to a form, on which it is spent when they hand in. Nothing begins yet."""
        slip = self._work.slips.find(code)
        if slip is None or (slip.role, slip.audit) != (RESPONDENT, offer.audit):
            raise UnknownInvitationError
        if not offer.is_open:
            raise AuditClosedError(offer.audit)
        held = turn.held or Conversation(self._invite(offer))
        under_way = held.interview.state in LIVE
        if under_way and held.slip not in (b"", slip.hash) and self._work.slips.is_left(held.slip):
            raise OthersDraftError
        here = replace(held, slip=slip.hash)
        if _may_begin_again(here, offer):
            here = replace(here, interview=self._invite(offer), tries=0, handed=None, visit=None)
        self._keep(turn.ref, here)
        return self._show(offer, here)

    def _come_with_receipt(self, turn: _Turn, visit: Visit, offer: Offer | None = None) -> Result:
        """They are shown what was written, and may go on from there. `offer`: where they are, outside of a chat."""
        if self._work.threads.is_opened_by(visit.opened) is None:
            raise WrongReceiptError
        offers = [each for each in self._offers_of(visit.audit).values() if each.records in NEEDS_RECEIPT]
        at = offer or next(iter(offers or self._offers_of(visit.audit).values()))
        here = turn.held or Conversation(self._invite(at), audit=visit.audit, form=at.form)
        if here.interview.state in ENDED or (offer is None and here.audit != visit.audit):
            here = here.turned_to(self._aside(here, at, b""))
        here = replace(here.after(turn.update, here.interview, here.tries), visit=visit)
        self._keep(turn.ref, here)
        written = self._work.threads.read_by_respondent(visit.opened)
        self._work.threads.mark_read([visit.opened.locator], Sender.LEAD)
        title = self._work.casework.audit(visit.audit).name
        forms = tuple(self._work.forms.get(each.digest) for each in offers)
        return Welcomed(visit.audit, title, written, forms, _detached(here.interview))

    def _admit(self, address: Address) -> Admitted | None:
        """A link to sign in, for who has a role at this moment; for others it is a command like any that is none."""
        there = self._work.people.at(address.channel, address.id)
        if not there:
            return None
        code = self._work.access.link(there[0].account, int(self._now.timestamp()))
        return Admitted(code, LATER_LINK // 60)

    def _go(self, turn: _Turn, go: Go) -> Result:
        """To another form of the audit they are in."""
        if turn.held is None:
            raise NowhereError(self._work.draft_days)
        offered = self._offers_of(turn.held.audit).values()
        offer = next((offer for offer in offered if go.form in (offer.form, offer.records)), None)
        if offer is None:
            raise UnknownFormError(turn.held.audit, go.form)
        return self._turn_to(turn, offer)

    def _turn_to(self, turn: _Turn, offer: Offer, slip: bytes = b"") -> Result:
        """Begin this form in a chat, or go on with it, and put aside what was under way."""
        if not offer.is_open:
            raise AuditClosedError(offer.audit)
        held = turn.held
        if held is None:
            here = Conversation(self._invite(offer), audit=offer.audit, form=offer.form, slip=slip)
        elif (held.audit, held.form) == (offer.audit, offer.form):
            here = replace(held, slip=slip or held.slip)
        else:
            here = held.turned_to(self._aside(held, offer, slip))
        return self._play(turn, offer, Begin(), here)

    def _aside(self, held: Conversation, offer: Offer, slip: bytes) -> Aside:
        """What was put aside of this form before, or a new interview."""
        for aside in held.aside:
            if (aside.audit, aside.form) == (offer.audit, offer.form):
                return replace(aside, slip=slip or aside.slip)
        return Aside(offer.audit, offer.form, self._invite(offer), slip=slip)

    def _offer(self, audit: str, form: str) -> Offer:
        offer = self._offers_of(audit).get(form)
        if offer is None:
            raise UnknownFormError(audit, form)
        return offer

    def _offer_of(self, held: Conversation) -> Offer:
        """What is played here, be it by an auditor."""
        offer = self._all_offers_of(held.audit).get(held.form)
        if offer is None:
            raise UnknownFormError(held.audit, held.form)
        return offer

    def _offers_of(self, audit: str) -> dict[str, Offer]:
        """What an audit offers to whoever comes to it: nothing of its auditors."""
        offers = self._all_offers_of(audit)
        return {form: offer for form, offer in offers.items() if offer.records not in IN_CASES}

    def _all_offers_of(self, audit: str) -> dict[str, Offer]:
        if audit not in self._offers:
            self._offers.update(self._work.casework.offers({audit}))
        offers = self._offers.get(audit)
        if offers is None:
            raise UnknownAuditError(audit)
        return offers

    # What it leads to

    def _repeat(self, offer: Offer, held: Conversation) -> Reply:
        """What followed from a message that came before: what was handed in with it, and what waits since."""
        shown = self._show(offer, held)
        if held.handed is None or held.handed.interview == held.interview:
            return shown
        handed = held.handed
        return Reply(self._work.forms.get(handed.interview.form), handed.interview, _with(handed), then=shown)

    def _show(self, offer: Offer, held: Conversation) -> Reply:
        form, interview = self._form(held), held.interview
        if held.handed is not None and held.handed.interview == interview:
            return Reply(form, _detached(interview), _with(held.handed))
        if not offer.is_open and interview.state not in ENDED:
            turn = engine.advance(form, interview, Expire(), now=self._now)
            return Reply(form, turn.interview, turn.prompts)
        return Reply(form, _detached(interview), engine.prompts(form, interview), held.tries)

    def _play(self, turn: _Turn, offer: Offer, said: Said, here: Conversation | None = None) -> Result:
        """Play what was said. `here` is where the person has just turned to, if not where they were."""
        before = here or turn.held or Conversation(self._invite(offer))
        if offer.records in NEEDS_RECEIPT:
            self._recorder.visited(offer, before)
        form = self._form(before)
        move = _move(said, form, before.interview)
        if isinstance(move, Go):
            return self._go(turn, move)
        if not offer.is_open:
            return self._play_closed(turn, offer, before, move)
        if isinstance(move, Begin) and _may_begin_again(before, offer):
            before = replace(before, interview=self._invite(offer), tries=0)
            form = self._form(before)
        if before.interview.state is State.INVITED and not isinstance(move, _LEAVES_NO_TRACE):
            self._see_that_they_may_begin(offer, before.slip)
        if isinstance(move, Untaken | AskAgain):
            return self._not_taken(turn, form, before, move)
        try:
            return self._advance(turn, offer, form, before, move, said)
        except NotOpenedError as refused:
            again = AskAgain(question=refused.question, reason=Reason.CONSTRAINT, message=str(refused))
            return self._not_taken(turn, form, before, again)

    def _advance(
        self, turn: _Turn, offer: Offer, form: Form, before: Conversation, move: Move, said: Said
    ) -> Reply:
        advanced = engine.advance(form, before.interview, move, now=self._now)
        interview = advanced.interview
        again = any(type(prompt) is AskAgain for prompt in advanced.prompts)
        tries = _tries(before, interview, again=again)
        after = before.after(turn.update, interview, tries)
        said_back = advanced.prompts
        if interview is not before.interview:
            self._keep_files(offer, form, before.interview, interview, said)
            if before.case and interview.state in ENDED:
                self._end(before, form, interview)
                after = replace(after, case=b"")
            elif interview.state is State.REVIEWING:
                self._recorder.expect()
            elif interview.state is State.SUBMITTED:
                handed = Handed(self._recorder.take(offer, form, before, interview), after.interview)
                after, said_back = replace(after, handed=handed), _with(handed)
        settled = _settled(form, interview, move) if isinstance(said, Tap) else None
        then = None
        if after.aside and interview.state in ENDED and interview is not before.interview:
            after, then = self._come_back(after, turn.address)
        if (
            turn.held is not None
            or interview is not before.interview
            or not isinstance(move, _LEAVES_NO_TRACE)
        ):
            self._keep(turn.ref, after)
        shown = tombstone(interview) if then else after.interview
        waiting = self._recorder.tell_reader(offer, form, before.interview, interview, said_back)
        return Reply(form, _detached(shown), waiting, tries, move, settled, then)

    def _end(self, before: Conversation, form: Form, interview: Interview) -> None:
        """A case is handed in, or was stopped. Raises NotOpenedError."""
        case = self._caseload.end(before.case)
        if interview.state is State.SUBMITTED:
            self._recorder.take_case(case, form, interview)
        else:
            cases.erase(self._work, case, self._now.date())

    def _see_that_they_may_begin(self, offer: Offer, slip: bytes) -> None:
        """Nobody should answer what they cannot hand in. Raises SlipNeededError, SlipSpentError."""
        if offer.needs_slip and not slip:
            raise SlipNeededError(offer.audit)
        if slip and not self._work.slips.is_left(slip):
            raise SlipSpentError(offer.audit)

    def _not_taken(self, turn: _Turn, form: Form, before: Conversation, why: Untaken | AskAgain) -> Reply:
        """What came cannot be taken: that is said, and what waits is shown again."""
        tries = before.tries + isinstance(why, AskAgain)
        if turn.held is not None:
            self._keep(turn.ref, before.after(turn.update, before.interview, tries))
        shown: tuple[Prompt, ...] = (why, *engine.prompts(form, before.interview))
        return Reply(form, _detached(before.interview), shown, tries)

    def _come_back(self, ended: Conversation, address: Address) -> tuple[Conversation, Reply | None]:
        """To the interview that was put aside last and is still under way."""
        for aside in reversed(ended.aside):
            there = self._caseload.lay_open(aside, address)
            offered = self._all_offers_of(aside.audit) if there.interview.state in LIVE else {}
            if aside.form in offered:
                return self._back_to(ended.turned_to(there), offered[aside.form])
        return ended, None

    def _back_to(self, here: Conversation, offer: Offer) -> tuple[Conversation, Reply]:
        """To an interview that was put aside; it has expired if its audit was closed meanwhile."""
        if not offer.is_open:
            here = here.after(b"", self._expired(offer, here), 0)
        return here, self._show(offer, here)

    def _play_closed(
        self, turn: _Turn, offer: Offer, before: Conversation, move: Move | Untaken | AskAgain
    ) -> Reply:
        """The audit is closed: an interview under way expires. Only the way to help stays open, for everyone."""
        at_risk = isinstance(move, Concern)
        if turn.held is None and not at_risk:
            raise AuditClosedError(offer.audit)
        form, interview = self._form(before), before.interview
        if turn.held is not None and interview.state not in ENDED:
            interview = self._expired(offer, before)
            self._keep(turn.ref, before.after(turn.update, interview, 0))
        if at_risk:
            return Reply(form, interview, engine.advance(form, interview, Concern(), now=self._now).prompts)
        return Reply(form, interview, engine.prompts(form, interview))

    def _expired(self, offer: Offer, before: Conversation) -> Interview:
        """The interview once its audit is closed: nothing of it is left, no file either."""
        form, move = self._form(before), Expire()
        interview = engine.advance(form, before.interview, move, now=self._now).interview
        self._keep_files(offer, form, before.interview, interview, move)
        return interview

    def _keep(self, ref: Ref, conversation: Conversation) -> None:
        self._caseload.keep(conversation)
        self._held[ref] = self._changed[ref] = conversation.stored()

    def _invite(self, offer: Offer) -> Interview:
        return cases.invite(self._work, offer)

    def _form(self, conversation: Conversation) -> Form:
        return self._work.forms.get(conversation.interview.form)

    def _keep_files(self, offer: Offer, form: Form, before: Interview, after: Interview, said: Said) -> None:
        """Keep the file that was taken as an answer, and erase those that no longer are one."""
        if not form.takes_files:
            return
        was, now = filing.names(before), filing.names(after)
        if isinstance(said, Attached):
            for digest_of_file in filing.digests(now - was):
                self._work.files.keep(digest_of_file, offer.audit, offer.form, offer.public_key, said.content)
        if after.state is not State.SUBMITTED:
            self._work.files.erase(filing.digests(was - now))


class _Turn(Struct, frozen=True):
    """Whose turn it is: where their conversation is kept, what there is of it, the digest of the update."""

    ref: Ref
    held: Conversation | None
    update: bytes
    address: Address


def _place(task: Task) -> tuple[str, ...]:
    """Of whom and of what a conversation is."""
    case = (task.case.hex(),) if task.case else ()
    return (task.address.channel, task.address.id, task.audit, task.form, *case)


def _settled(form: Form, interview: Interview, move: Move) -> Item | None:
    """The question that a tap has answered, with its answer."""
    if not isinstance(move, _ANSWERS) or move.question is None or interview.state in ENDED:
        return None
    return engine.answered(form, interview, move.question)


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


def _move(said: Said, form: Form, interview: Interview) -> Move | Go | Untaken | AskAgain:
    """What somebody said, as a move at this point of their interview; or why it cannot be one."""
    match said:
        case Words(text):
            shown = wording.words(engine.prompts(form, interview), interview.language, form=form)
            typed = hearing.typed(text, interview, shown)
            move: Move | Go = Begin() if isinstance(typed, Enter | About) else typed
        case Tap(buttons.TO_LEAD):
            return Go(CONCERN)
        case Tap(token):
            move = buttons.move(token, form, interview) or Begin()
        case Attached():
            return filing.attached(said, form, interview)
        case Odd(kind):
            return Untaken(what=kind)
        case Enter() | Go() | Returned() | About() | SignIn() | Wish():
            return Begin()
        case _:
            move = said
    if isinstance(move, Answer) and form.takes_files:
        return filing.words_for_a_file(move, form, interview)
    return move


def _detached(interview: Interview) -> Interview:
    """The same interview without what the engine worked out for it: that stays with the thread that plays."""
    return replace(interview)


def _may_begin_again(before: Conversation, offer: Offer) -> bool:
    """Whether a new interview may follow: when this one was counted, with another slip; another form always."""
    if before.interview.state is State.SUBMITTED:
        return offer.records != RESPONSE or bool(before.slip)
    return before.interview.state in ENDED


def _with(handed: Handed) -> tuple[Prompt, ...]:
    """What is said to whoever has handed in."""
    return (Submitted(receipt=handed.receipt),)


def _tries(before: Conversation, interview: Interview, *, again: bool) -> int:
    """How many replies in a row could not be taken, of those to the question that is asked now."""
    same = 0 if interview is not before.interview else before.tries
    return same + again
