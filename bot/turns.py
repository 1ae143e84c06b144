"""The turn loop: many messages, one transaction; nothing is answered before it is on the disk.

While one group of turns is written, those that arrive wait, and become the next group: a lone message never
waits for company, and under load the cost of a commit is shared. One thread plays all turns, so that SQLite
has one writer and each conversation keeps its order. See `design/DELIVERY.md`.

A message that comes again is recognised, and answered from what is saved: the reply to a turn is a
function of the saved state, so none is ever queued on disk.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import Self, TypeAlias, cast

from msgspec import Struct
from msgspec.structs import replace

from bot.clock import Clock
from bot.errors import StoppingError, TooBusyError
from bot.messages import Address, Incoming, Reply
from dialogues import engine
from dialogues.form import Form
from dialogues.interview import Interview, State
from dialogues.moves import Begin, Concern, Expire, Help, Look, Move
from dialogues.prompts import AskAgain
from storage.answers import Submission
from storage.casework import CONCERN, Offer
from storage.errors import AuditClosedError, RequestError, UnknownAuditError, UnknownFormError
from storage.interviews import ENDED, Conversation, Ref, digest
from storage.unit_of_work import Storage, UnitOfWork

GROUP = 256  # turns in one transaction
WAITING = 4096  # turns that may wait; more are refused, so that the channel holds them back

_LEAVES_NO_TRACE = (Concern, Help, Look)  # harmless when repeated: no reason to remember a stranger


class Glance(Struct, frozen=True):
    """Somebody wants to see where they are; nothing changes."""

    address: Address
    audit: str
    form: str


Task: TypeAlias = Incoming | Glance
Outcome: TypeAlias = Reply | Exception | None


class TurnLoop:
    """Plays turns: `async with TurnLoop(storage, clock) as turns: reply = await turns.play(incoming)`.

    Leaving the block plays what waits and refuses what comes later.
    """

    def __init__(self, storage: Storage, clock: Clock, *, group: int = GROUP, waiting: int = WAITING) -> None:
        self._player = _Player(storage, clock)
        self._group = group
        self._limit = waiting
        self._waiting: deque[tuple[Task, asyncio.Future[Reply | None]]] = deque()
        self._thread: ThreadPoolExecutor | None = None
        self._draining: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="turns")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        thread, self._thread = self._thread, None
        if self._draining is not None:
            await self._draining
        if thread is not None:
            thread.shutdown()

    async def play(self, incoming: Incoming) -> Reply:
        """Play one message; what it leads to is on the disk before this returns.

        Raises UnknownAuditError, UnknownFormError, AuditClosedError; TooBusyError and StoppingError when
        it was not taken; StorageError and SQLAlchemy's errors when the database failed: nothing was changed.
        """
        return cast("Reply", await self._enter(incoming))

    async def show(self, address: Address, audit: str, form: str) -> Reply | None:
        """What is waiting for this person, or None when they never began. Raises as `play` does."""
        return await self._enter(Glance(address, audit, form))

    def _enter(self, task: Task) -> asyncio.Future[Reply | None]:
        if self._thread is None:
            raise StoppingError
        if len(self._waiting) >= self._limit:
            raise TooBusyError
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply | None] = loop.create_future()
        self._waiting.append((task, future))
        if self._draining is None:
            self._draining = loop.create_task(self._drain(self._thread))
        return future

    async def _drain(self, thread: ThreadPoolExecutor) -> None:
        """Play what waits, group by group, until nothing does."""
        try:
            await asyncio.sleep(0)  # whoever writes in the same moment comes along
            while self._waiting:
                size = min(self._group, len(self._waiting))
                tasks, futures = zip(*(self._waiting.popleft() for _ in range(size)), strict=True)
                try:
                    loop = asyncio.get_running_loop()
                    outcomes = await loop.run_in_executor(thread, self._player.play, tasks)
                except BaseException:
                    _abandon(futures)
                    raise
                _resolve(futures, outcomes)
        finally:
            self._draining = None


def _resolve(futures: Sequence[asyncio.Future[Reply | None]], outcomes: Sequence[Outcome]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():  # whoever asked has gone
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _abandon(futures: Sequence[asyncio.Future[Reply | None]]) -> None:
    for future in futures:
        future.cancel()


class _Player:
    """Plays groups of turns, each in one transaction. For one thread."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def play(self, tasks: Sequence[Task]) -> list[Outcome]:
        """What came of each task. One that breaks its group is set apart, and the others are played again."""
        try:
            return self._together(tasks)
        except Exception as error:  # noqa: BLE001 - nothing is swallowed: it is handed to whoever waits for the turn
            if len(tasks) == 1:
                return [error]
            return [outcome for task in tasks for outcome in self.play([task])]

    def _together(self, tasks: Sequence[Task]) -> list[Outcome]:
        keys = self._storage.keys
        refs = [keys.ref(task.address.channel, task.address.id, task.audit, task.form) for task in tasks]
        with self._storage.writing() as work:
            group = _Group(work, self._clock.now(), tasks, refs)
            outcomes = [group.take(task, ref) for task, ref in zip(tasks, refs, strict=True)]
            group.save()
        return outcomes


class _Group:
    """Turns that are played in one transaction, on the conversations they belong to."""

    def __init__(self, work: UnitOfWork, now: datetime, tasks: Sequence[Task], refs: Sequence[Ref]) -> None:
        self._work = work
        self._now = now
        self._offers = work.casework.offers({task.audit for task in tasks})
        self._held = work.interviews.load(set(refs))
        self._changed: dict[Ref, Conversation] = {}
        self._submissions: list[Submission] = []

    def save(self) -> None:
        """Write what the tasks changed."""
        self._work.interviews.save(self._changed)
        self._work.answers.submit(self._submissions)

    def take(self, task: Task, ref: Ref) -> Outcome:
        """What comes of one task; what it changes is written by `save`."""
        try:
            offer = self._offer(task)
            held = self._held.get(ref)
            if isinstance(task, Incoming):
                return self._play(task, offer, ref, held)
            return self._show(offer, held) if held is not None else None
        except RequestError as refused:
            return refused

    def _offer(self, task: Task) -> Offer:
        offers = self._offers.get(task.audit)
        if offers is None:
            raise UnknownAuditError(task.audit)
        offer = offers.get(task.form)
        if offer is None:
            raise UnknownFormError(task.audit, task.form)
        return offer

    def _show(self, offer: Offer, held: Conversation) -> Reply:
        form, interview = self._form(held), held.interview
        if not offer.is_open and interview.state not in ENDED:
            turn = engine.advance(form, interview, Expire(), now=self._now)
            return Reply(form, turn.interview, turn.prompts)
        return Reply(form, _detached(interview), engine.prompts(form, interview), held.tries)

    def _play(self, incoming: Incoming, offer: Offer, ref: Ref, held: Conversation | None) -> Reply:
        update = digest(incoming.update)
        if held is not None and update in held.recent:
            return self._show(offer, held)
        if not offer.is_open:
            return self._play_closed(incoming, offer, ref, held)
        move = incoming.move
        before = self._before(offer, held, move)
        form = self._form(before)
        turn = engine.advance(form, before.interview, move, now=self._now)
        again = any(type(prompt) is AskAgain for prompt in turn.prompts)
        tries = _tries(before, turn.interview, again=again)
        after = before.after(update, turn.interview, tries)
        if turn.interview.state is State.SUBMITTED and before.interview.state is not State.SUBMITTED:
            self._hand_in(offer, form, turn.interview)
        if (
            held is not None
            or turn.interview is not before.interview
            or not isinstance(move, _LEAVES_NO_TRACE)
        ):
            self._keep(ref, after)
        return Reply(form, _detached(after.interview), turn.prompts, tries)

    def _play_closed(self, incoming: Incoming, offer: Offer, ref: Ref, held: Conversation | None) -> Reply:
        """The audit is closed: an interview under way expires. Only the way to help stays open, for everyone."""
        at_risk = isinstance(incoming.move, Concern)
        if held is None and not at_risk:
            raise AuditClosedError(offer.audit)
        before = held or Conversation(self._invite(offer))
        form, interview = self._form(before), before.interview
        if held is not None and interview.state not in ENDED:
            interview = engine.advance(form, interview, Expire(), now=self._now).interview
            self._keep(ref, held.after(digest(incoming.update), interview, 0))
        if at_risk:
            return Reply(
                form, interview, engine.advance(form, interview, incoming.move, now=self._now).prompts
            )
        return Reply(form, interview, engine.prompts(form, interview))

    def _keep(self, ref: Ref, conversation: Conversation) -> None:
        self._held[ref] = self._changed[ref] = conversation

    def _before(self, offer: Offer, held: Conversation | None, move: Move) -> Conversation:
        """The conversation that the move belongs to: the one there is, or a new one."""
        if held is None:
            return Conversation(self._invite(offer))
        if isinstance(move, Begin) and _may_begin_again(held.interview, offer):
            return Conversation(self._invite(offer), held.recent)
        return held

    def _invite(self, offer: Offer) -> Interview:
        return engine.invite(self._work.forms.get(offer.digest), seed=secrets.token_hex(8))

    def _form(self, conversation: Conversation) -> Form:
        return self._work.forms.get(conversation.interview.form)

    def _hand_in(self, offer: Offer, form: Form, interview: Interview) -> None:
        """Put the response to those for the pool, or, when somebody is at risk, before the lead at once."""
        response = engine.response(form, interview)
        submission = Submission(offer.audit, form.digest, offer.public_key, response)
        if form.records == CONCERN:
            self._work.casework.raise_concern(submission)
        else:
            self._submissions.append(submission)


def _detached(interview: Interview) -> Interview:
    """The same interview without what the engine worked out for it: that stays with the thread that plays."""
    return replace(interview)


def _may_begin_again(interview: Interview, offer: Offer) -> bool:
    """Whether a new interview may follow: not when this one was counted; a concern can always be told."""
    if interview.state is State.SUBMITTED:
        return offer.records == CONCERN
    return interview.state in ENDED


def _tries(before: Conversation, interview: Interview, *, again: bool) -> int:
    """How many replies in a row could not be taken, of those to the question that is asked now."""
    same = 0 if interview is not before.interview else before.tries
    return same + again
