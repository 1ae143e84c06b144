"""One group of turns in one transaction: what each person said becomes a move, the move a new state.

Nothing here sends or waits. What a message means depends on where its person is, so it is looked up in the
same transaction in which the answer is kept: two messages of one person are never read against the same state.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from bot import buttons, filing, hearing, wording
from bot.clock import Clock
from bot.contacts import SHIPPED, Contacts
from bot.errors import (
    NothingLeftError,
    NowhereError,
    OthersDraftError,
    ReceiptMissingError,
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
    Words,
)
from bot.stock import Stock
from dialogues import engine
from dialogues.form import Form
from dialogues.interview import Interview, State
from dialogues.lifecycle import LIVE
from dialogues.moves import Answer, Begin, Concern, Done, Expire, Help, Keep, Look, Move, Skip
from dialogues.prompts import AskAgain, Item, PastLead, Prompt, Submitted, Untaken
from dialogues.responses import Response
from storage.access import LATER_LINK
from storage.answers import Submission
from storage.casework import CONCERN, MESSAGE, NEEDS_RECEIPT, RESPONSE, WITHDRAWAL, Offer
from storage.errors import (
    AuditClosedError,
    RequestError,
    UnavailableError,
    UnknownAuditError,
    UnknownFormError,
)
from storage.interviews import ENDED, Aside, Conversation, Handed, Ref, Visit, digest, tombstone
from storage.journal import RoleGiven
from storage.slips import DEPUTY, LEAD, RESPONDENT
from storage.threads import Sender, Thread
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
        keys = self._storage.keys
        refs = [keys.ref(task.address.channel, task.address.id, task.audit, task.form) for task in tasks]
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
        self._stock = stock
        self._contacts = contacts
        self._held = work.interviews.load(set(refs))
        audits = {task.audit for task in tasks} | {held.audit for held in self._held.values()}
        self._offers = work.casework.offers(audits - {""})
        self._changed: dict[Ref, Conversation] = {}
        self._submissions: list[Submission] = []
        self.notices: list[bytes] = []

    def save(self) -> None:
        """Write what the tasks changed."""
        self._work.interviews.save(self._changed)
        self._work.answers.submit(self._submissions)

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
        held = self._held.get(ref)
        if isinstance(task, Incoming):
            return self._hear(task, ref, held)
        offer = self._offer(task.audit, task.form)
        return self._show(offer, held) if held is not None else None

    # Where somebody is

    def _hear(self, incoming: Incoming, ref: Ref, held: Conversation | None) -> Result:
        update = digest(incoming.update)
        if held is not None and update in held.recent:
            return self._repeat(self._offer(incoming.audit or held.audit, incoming.form or held.form), held)
        if incoming.audit:
            offer, turn = self._offer(incoming.audit, incoming.form), _Turn(ref, held, update)
            if isinstance(incoming.said, Returned):
                return self._come_with_receipt(turn, incoming.said.visit, offer)
            if isinstance(incoming.said, Enter):
                return self._bring(turn, offer, incoming.said.code)
            return self._play(turn, offer, incoming.said)
        return self._in_chat(_Turn(ref, held, update), incoming.said, incoming.address)

    def _in_chat(self, turn: _Turn, said: Said, address: Address) -> Result:
        """In a chat people bring their place with them, or turn to another one."""
        if isinstance(said, Returned):
            return self._come_with_receipt(turn, said.visit)
        elsewhere = _elsewhere(said)
        if isinstance(elsewhere, Enter):
            return self._enter(turn, elsewhere.code, address)
        if isinstance(elsewhere, Go):
            return self._go(turn, elsewhere)
        if isinstance(elsewhere, About):
            language = turn.held.interview.language if turn.held else wording.SOURCE
            return Promises(language, self._work.draft_days)
        if isinstance(elsewhere, SignIn):
            admitted = self._admit(address)
            if admitted is not None:
                return admitted
        if turn.held is None:
            return self._strange(turn, said, address)
        return self._play(turn, self._offer(turn.held.audit, turn.held.form), said)

    def _strange(self, turn: _Turn, said: Said, address: Address) -> Result:
        """Nobody knows where they belong. The way to help is open to them too, and names no audit."""
        if isinstance(said, Words) and self._work.slips.find(said.text):  # a code, without its command
            return self._enter(turn, said.text, address)
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

    def _enter(self, turn: _Turn, code: str, address: Address) -> Result:
        """They come by a link: with a slip, or by the name of an audit."""
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

    def _offers_of(self, audit: str) -> dict[str, Offer]:
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
            self._visited(offer, before)
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
        return self._advance(turn, offer, form, before, move, said)

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
            if interview.state is State.REVIEWING:
                self._stock.expect()
            if interview.state is State.SUBMITTED:
                handed = Handed(self._hand_in(offer, form, before, interview), after.interview)
                after, said_back = replace(after, handed=handed), _with(handed)
        settled = _settled(form, interview, move) if isinstance(said, Tap) else None
        then = None
        if after.aside and interview.state in ENDED and interview is not before.interview:
            after, then = self._come_back(after)
        if (
            turn.held is not None
            or interview is not before.interview
            or not isinstance(move, _LEAVES_NO_TRACE)
        ):
            self._keep(turn.ref, after)
        shown = tombstone(interview) if then else after.interview
        waiting = self._with_reader(offer, form, before.interview, interview, said_back)
        return Reply(form, _detached(shown), waiting, tries, move, settled, then)

    def _with_reader(
        self, offer: Offer, form: Form, before: Interview, after: Interview, waiting: tuple[Prompt, ...]
    ) -> tuple[Prompt, ...]:
        """The prompts, with who gets what is told when that has just turned out not to be the lead, and at the end."""
        if offer.records != CONCERN:
            return waiting
        was, now = form.goes_past_lead(before.answers), form.goes_past_lead(after.answers)
        handed_in = after.state is State.SUBMITTED and after is not before
        if not ((was and handed_in) or (now and not was)):
            return waiting
        has_reader = bool(self._work.people.ids(offer.audit, DEPUTY))
        if handed_in:
            return (*waiting, PastLead(has_reader, handed_in=True))
        return (PastLead(has_reader), *waiting)

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

    def _come_back(self, ended: Conversation) -> tuple[Conversation, Reply | None]:
        """To the interview that was put aside last and is still under way."""
        for aside in reversed(ended.aside):
            offer = self._offers_of(aside.audit).get(aside.form) if aside.interview.state in LIVE else None
            if offer is not None:
                return self._back_to(ended.turned_to(aside), offer)
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
        self._held[ref] = self._changed[ref] = conversation

    def _invite(self, offer: Offer) -> Interview:
        return engine.invite(self._work.forms.get(offer.digest), seed=secrets.token_hex(8))

    def _form(self, conversation: Conversation) -> Form:
        return self._work.forms.get(conversation.interview.form)

    def _hand_in(self, offer: Offer, form: Form, before: Conversation, interview: Interview) -> str:
        """Do with the response what its form is for, in the same transaction. Returns its receipt, if it gets one.

        A slip is spent with it. Raises SlipSpentError when it was spent before, SlipNeededError where there must be
        one, ReceiptMissingError when somebody does without a receipt what needs one.
        """
        if offer.needs_slip and not before.slip:
            raise SlipNeededError(offer.audit)
        if before.slip and not self._work.slips.spend(before.slip):
            raise SlipSpentError(offer.audit)
        response = engine.response(form, interview)
        if form.records == MESSAGE:
            self._write_to_lead(offer, before, response)
            return ""
        if form.records == WITHDRAWAL:
            self._take_back(offer, before)
            return ""
        receipt = self._stock.take()
        self._work.threads.begin(receipt, offer.audit, self._now.date())
        tags = receipt.opened.tags
        submission = Submission(offer.audit, form.digest, offer.public_key, response, tags)
        if form.records != CONCERN:
            self._submissions.append(submission)
            return receipt.code
        route = DEPUTY if form.goes_past_lead(before.interview.answers) else LEAD
        self._work.casework.raise_concern(submission, receipt.opened.locator, route)
        self._work.files.erase(filing.digests(filing.names(interview) - filing.names_in(response)))
        self._tell(offer.audit, CONCERN, route)
        return receipt.code

    def _visited(self, offer: Offer, here: Conversation) -> tuple[Thread, Visit]:
        """The thread that their receipt has opened. Raises ReceiptMissingError."""
        visit = here.visit
        holds = visit is not None and visit.audit == offer.audit and self._now.timestamp() < visit.until
        thread = self._work.threads.is_opened_by(visit.opened) if visit is not None and holds else None
        if visit is None or thread is None:
            raise ReceiptMissingError
        return thread, visit

    def _write_to_lead(self, offer: Offer, before: Conversation, response: Response) -> None:
        """Put what they wrote into their thread, and tell the lead that there is something."""
        thread, _ = self._visited(offer, before)
        text = "\n\n".join(value for value in response.values() if isinstance(value, str))
        if self._work.threads.write(thread, Sender.RESPONDENT, text, offer.public_key, self._now.date()):
            self._tell(offer.audit, MESSAGE, self._reader_of(thread))

    def _reader_of(self, thread: Thread) -> str:
        """Whom a thread is for: the role that its concern is for, else the lead."""
        concerns = self._work.casework.concerns(thread.audit, (LEAD, DEPUTY))
        return next((each.route for each in concerns if each.locator == thread.locator), LEAD)

    def _take_back(self, offer: Offer, before: Conversation) -> None:
        """Erase what they handed in. Raises NothingLeftError when there is nothing of it."""
        _, visit = self._visited(offer, before)
        pair = self._work.casework.keys_of(offer.audit)
        if not self._work.answers.withdraw(offer.audit, visit.opened.tags, pair, self._work.forms.get):
            raise NothingLeftError
        self._work.casework.note_rewriting(offer.audit)

    def _tell(self, audit: str, kind: str, role: str = LEAD) -> None:
        """Have those with this role told, once this is committed, whether or not they can be reached."""
        for person in self._work.people.to_tell(audit, role):
            self.notices.append(self._work.notices.add(person, audit, kind))

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
    """Whose turn it is: where their conversation is kept, what there is of it, and the digest of the update."""

    ref: Ref
    held: Conversation | None
    update: bytes


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
        case Enter() | Go() | Returned() | About() | SignIn():
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
