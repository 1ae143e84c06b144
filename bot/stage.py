"""What a move leads to: the conversations of one transaction, played on, turned to, put aside and come back to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot import beginning, buttons, cases, filing, hearing, wording
from bot.caseload import Caseload
from bot.errors import (
    NotTakenError,
    NowhereError,
    SlipNeededError,
    SlipSpentError,
)
from bot.messages import (
    About,
    Address,
    Attached,
    Enter,
    Go,
    Odd,
    Reply,
    Returned,
    Said,
    SignIn,
    Tap,
    Wish,
    Words,
)
from bot.recording import Recorder
from dialogues import engine
from dialogues.form import Form
from dialogues.interview import Interview, State, static
from dialogues.lifecycle import LIVE
from dialogues.moves import (
    Answer,
    Begin,
    Concern,
    Done,
    Edit,
    Expire,
    Help,
    Keep,
    Look,
    Move,
    Resume,
    Skip,
    Submit,
)
from dialogues.prompts import AskAgain, Item, Prompt, Reason, Submitted, Untaken
from reports.hours import local_day
from storage.casework import CONCERN, IN_CASES, NEEDS_RECEIPT, RESPONSE, Offer
from storage.errors import (
    AuditClosedError,
    UnknownAuditError,
    UnknownFormError,
)
from storage.interviews import ENDED, Aside, Conversation, Handed, Ref, tombstone
from storage.unit_of_work import UnitOfWork

_LEAVES_NO_TRACE = (Concern, Help, Look)  # harmless when repeated: no reason to remember a stranger
_ANSWERS = (Answer, Done, Skip, Keep)


class Whose(Struct, frozen=True):
    """Whose turn it is: where their conversation is kept, what there is of it, the digest of the update."""

    ref: Ref
    held: Conversation | None
    update: bytes
    address: Address


class Stage:
    """Conversations within one transaction, and what becomes of them."""

    def __init__(
        self,
        work: UnitOfWork,
        now: datetime,
        recorder: Recorder,
        caseload: Caseload,
        held: dict[Ref, Conversation],
        audits: Collection[str],
    ) -> None:
        """`held` are the conversations as they are stored, `audits` those that will be looked at."""
        self._work = work
        self._now = now
        self.recorder = recorder
        self.caseload = caseload
        self.held = held
        self._offers = work.casework.offers(audits)
        self._changed: dict[Ref, Conversation] = {}

    def save(self) -> None:
        """Write what was changed."""
        self._work.interviews.save(self._changed)
        self.caseload.save()
        self.recorder.save()

    # Turning to something else

    def go(self, turn: Whose, go: Go) -> Reply:
        """To another form of the audit they are in."""
        if turn.held is None:
            raise NowhereError(self._work.draft_days)
        offered = self.offers_of(turn.held.audit).values()
        offer = next((offer for offer in offered if go.form in (offer.form, offer.records)), None)
        if offer is None:
            raise UnknownFormError(turn.held.audit, go.form)
        return self.turn_to(turn, offer)

    def turn_to(self, turn: Whose, offer: Offer, slip: bytes = b"") -> Reply:
        """Begin this form in a chat, or go on with it, and put aside what was under way."""
        if not offer.is_open:
            raise AuditClosedError(offer.audit)
        held = turn.held
        if held is None:
            here = Conversation(self.invite(offer), audit=offer.audit, form=offer.form, slip=slip)
        elif (held.audit, held.form) == (offer.audit, offer.form):
            here = replace(held, slip=slip or held.slip)
        else:
            here = held.turned_to(self.aside(held, offer, slip))
        return self.play(turn, offer, Begin(), here)

    def aside(self, held: Conversation, offer: Offer, slip: bytes) -> Aside:
        """What was put aside of this form before, or a new interview."""
        for aside in held.aside:
            if (aside.audit, aside.form) == (offer.audit, offer.form):
                return replace(aside, slip=slip or aside.slip)
        return Aside(offer.audit, offer.form, self.invite(offer), slip=slip)

    # What is offered

    def offer(self, audit: str, form: str) -> Offer:
        """A form that the audit offers to whoever comes. Raises UnknownAuditError, UnknownFormError."""
        offer = self.offers_of(audit).get(form)
        if offer is None:
            raise UnknownFormError(audit, form)
        return offer

    def offer_of(self, held: Conversation) -> Offer:
        """What is played here, be it by an auditor."""
        offer = self._all_offers_of(held.audit).get(held.form)
        if offer is None:
            raise UnknownFormError(held.audit, held.form)
        return offer

    def offers_of(self, audit: str) -> dict[str, Offer]:
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

    def repeat(self, offer: Offer, held: Conversation) -> Reply:
        """What followed from a message that came before: what was handed in with it, and what waits since."""
        shown = self.show(offer, held)
        if held.handed is None or held.handed.interview == held.interview:
            return shown
        handed = held.handed
        return Reply(self._work.forms.get(handed.interview.form), handed.interview, _with(handed), then=shown)

    def show(self, offer: Offer, held: Conversation) -> Reply:
        """What waits; an interview whose audit was closed has expired."""
        form, interview = self._form(held), held.interview
        if held.handed is not None and held.handed.interview == interview:
            return Reply(form, detached(interview), _with(held.handed))
        if not offer.is_open and interview.state not in ENDED:
            turn = engine.advance(form, interview, Expire(), now=self._now)
            return Reply(form, turn.interview, turn.prompts)
        waiting = self._with_unread(form, held, engine.prompts(form, interview))
        return Reply(form, detached(interview), waiting, held.tries)

    def play(self, turn: Whose, offer: Offer, said: Said, here: Conversation | None = None) -> Reply:
        """Play what was said. `here` is where the person has just turned to, if not where they were."""
        before = here or turn.held or Conversation(self.invite(offer))
        if offer.records in NEEDS_RECEIPT:
            self.recorder.visited(offer, before)
        form = self._form(before)
        move = _move(said, form, before.interview)
        if isinstance(move, Go):
            return self.go(turn, move)
        if not offer.is_open:
            return self._play_closed(turn, offer, before, move)
        if isinstance(move, Begin) and may_begin_again(before, offer):
            before = replace(before, interview=self.invite(offer), tries=0)
            form = self._form(before)
        if before.interview.state is State.INVITED and not isinstance(move, _LEAVES_NO_TRACE):
            self._see_that_they_may_begin(offer, before.slip)
        if isinstance(move, Submit) and before.case:
            before, move = self._caught_up(form, before, move)
        if isinstance(move, Untaken | AskAgain):
            return self._not_taken(turn, form, before, move)
        try:
            return self._advance(turn, offer, form, before, move, said)
        except NotTakenError as refused:
            return self._refused(turn, form, before, refused)

    def _caught_up(
        self, form: Form, before: Conversation, move: Submit
    ) -> tuple[Conversation, Submit | AskAgain]:
        """The case with what others have written of the same since; what its holder has to read first, if anything."""
        if before.interview.state is not State.REVIEWING or move.turn not in (None, before.interview.turn):
            return before, move
        here, told = self.caseload.catch_up(before, form)
        return here, _unread(told) if told else Submit()

    def _with_unread(self, form: Form, here: Conversation, waiting: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
        """The prompts, with what the holder of a case may not have read: a page is sent twice, a message gets lost."""
        is_waiting = here.case and here.interview.state is State.REVIEWING
        told = self.caseload.told_again(here, form) if is_waiting else ""
        return (_unread(told), *waiting) if told else waiting

    def _advance(
        self, turn: Whose, offer: Offer, form: Form, before: Conversation, move: Move, said: Said
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
                self.recorder.expect()
            elif interview.state is State.SUBMITTED:
                handed = Handed(self.recorder.take(offer, form, before, interview), after.interview)
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
            self.keep(turn.ref, after)
        shown = tombstone(interview) if then else after.interview
        if isinstance(move, Begin | Resume):
            said_back = self._with_unread(form, after, said_back)
        waiting = self.recorder.tell_reader(offer, form, before.interview, interview, said_back)
        return Reply(form, detached(shown), waiting, tries, move, settled, then)

    def _end(self, before: Conversation, form: Form, interview: Interview) -> None:
        """A case is handed in, or was stopped. Raises NotTakenError."""
        case = self.caseload.end(before.case)
        if interview.state is State.SUBMITTED:
            self.recorder.take_case(case, form, interview)
        else:
            cases.erase(self._work, case, local_day(self._now))

    def _see_that_they_may_begin(self, offer: Offer, slip: bytes) -> None:
        """Nobody should answer what they cannot hand in. Raises SlipNeededError, SlipSpentError."""
        if offer.needs_slip and not slip:
            raise SlipNeededError(offer.audit)
        if slip and not self._work.slips.is_left(slip):
            raise SlipSpentError(offer.audit)

    def _not_taken(self, turn: Whose, form: Form, before: Conversation, why: Untaken | AskAgain) -> Reply:
        """What came cannot be taken: that is said, and what waits is shown again."""
        tries = before.tries + isinstance(why, AskAgain)
        if turn.held is not None:
            self.keep(turn.ref, before.after(turn.update, before.interview, tries))
        shown: tuple[Prompt, ...] = (why, *engine.prompts(form, before.interview))
        return Reply(form, detached(before.interview), shown, tries)

    def _refused(self, turn: Whose, form: Form, before: Conversation, refused: NotTakenError) -> Reply:
        """What was handed in cannot be so: why, and the question that it is about is asked again, if there is one."""
        path = _path_of(refused.question, form, before.interview)
        again = AskAgain(question=path, reason=Reason.CONSTRAINT, message=str(refused))
        asked = engine.advance(form, before.interview, Edit(path), now=self._now).interview
        here = replace(before, interview=asked) if path and asked.editing == path else before
        return self._not_taken(turn, form, here, again)

    def _come_back(self, ended: Conversation, address: Address) -> tuple[Conversation, Reply | None]:
        """To the interview that was put aside last and is still under way."""
        for aside in reversed(ended.aside):
            there = self.caseload.lay_open(aside, address)
            offered = self._all_offers_of(aside.audit) if there.interview.state in LIVE else {}
            if aside.form in offered:
                return self._back_to(ended.turned_to(there), offered[aside.form])
        return ended, None

    def _back_to(self, here: Conversation, offer: Offer) -> tuple[Conversation, Reply]:
        """To an interview that was put aside; it has expired if its audit was closed meanwhile."""
        if not offer.is_open:
            here = here.after(b"", self._expired(offer, here), 0)
        return here, self.show(offer, here)

    def _play_closed(
        self, turn: Whose, offer: Offer, before: Conversation, move: Move | Untaken | AskAgain
    ) -> Reply:
        """The audit is closed: an interview under way expires. Only the way to help stays open, for everyone."""
        at_risk = isinstance(move, Concern)
        if turn.held is None and not at_risk:
            raise AuditClosedError(offer.audit)
        form, interview = self._form(before), before.interview
        if turn.held is not None and interview.state not in ENDED:
            interview = self._expired(offer, before)
            self.keep(turn.ref, before.after(turn.update, interview, 0))
        if at_risk:
            return Reply(form, interview, engine.advance(form, interview, Concern(), now=self._now).prompts)
        return Reply(form, interview, engine.prompts(form, interview))

    def _expired(self, offer: Offer, before: Conversation) -> Interview:
        """The interview once its audit is closed: nothing of it is left, no file either."""
        form, move = self._form(before), Expire()
        interview = engine.advance(form, before.interview, move, now=self._now).interview
        self._keep_files(offer, form, before.interview, interview, move)
        return interview

    def keep(self, ref: Ref, conversation: Conversation) -> None:
        """Put a conversation in the place of what there was."""
        self.caseload.keep(conversation)
        self.held[ref] = self._changed[ref] = conversation.stored()

    def invite(self, offer: Offer) -> Interview:
        """A new interview, with what the audit knows."""
        return beginning.invite(self._work, offer)

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


def _settled(form: Form, interview: Interview, move: Move) -> Item | None:
    """The question that a tap has answered, with its answer."""
    if not isinstance(move, _ANSWERS) or move.question is None or interview.state in ENDED:
        return None
    return engine.answered(form, interview, move.question)


def _unread(told: str) -> AskAgain:
    """What others wrote meanwhile, before somebody hands in."""
    return AskAgain(question="", reason=Reason.CONSTRAINT, message=told)


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


def _path_of(name: str, form: Form, interview: Interview) -> str:
    """The question of this path; else the last that was asked of this name, or in a repeat or group of this name.

    '' when nothing was.
    """
    asked = tuple(item.question for item in engine.history(form, interview))
    if name in asked:
        return name
    return next((path for path in reversed(asked) if name in static(path).split("/")), "")


def detached(interview: Interview) -> Interview:
    """The same interview without what the engine worked out for it: that stays with the thread that plays."""
    return replace(interview)


def may_begin_again(before: Conversation, offer: Offer) -> bool:
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
