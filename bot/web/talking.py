"""A conversation on pages: what was posted becomes a move, a chosen file an attachment, and typed words are not lost.

Staff and auditors talk by the same steps; where they are differs (`Spot`), and how the page around it looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from msgspec import Struct
from starlette.concurrency import run_in_threadpool

from bot.channels import webchat
from bot.messages import Address, Attached, Incoming, Reply
from bot.services import attaching
from bot.turns import TurnLoop
from bot.web.uploading import Posted, Upload
from dialogues.interview import State
from dialogues.moves import Answer, Confirm, Move, Pause, Wording
from dialogues.prompts import AskAgain, NotNow, PastLead, Prompt, Stale

ENDED = (State.SUBMITTED, State.DECLINED, State.WITHDRAWN, State.EXPIRED)
PREPARED_AT_ONCE = 2  # files: each works a processor, and the others must still get their pages


class Spot(Struct, frozen=True):
    """Where somebody talks: who they are, the audit, the form, and the case if it is one."""

    address: Address
    audit: str
    form: str
    case: bytes = b""


class Heard(Struct, frozen=True):
    """What came of a posted form. `is_passing`: the page says something that will not be there when loaded again.

    `entered` was typed, and belongs into the control again; `unkept` was typed for a question that no longer waits.
    No words in its repr.
    """

    reply: Reply
    is_passing: bool
    entered: tuple[str, ...] | None = None
    unkept: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Heard({self.reply!r})"

    @property
    def status(self) -> int:
        """The status of the page that shows it."""
        if _has(self.reply, AskAgain):
            return 422
        return 409 if _has(self.reply, Stale, NotNow) else 200


class Talking:
    """Plays what is posted. One for all pages, so that few files are prepared at once."""

    def __init__(self, turns: TurnLoop) -> None:
        self._turns = turns
        self._preparing = asyncio.Semaphore(PREPARED_AT_ONCE)

    async def show(self, at: Spot) -> Reply | None:
        """What waits there, or None for whoever never began."""
        return await self._turns.show(at.address, at.audit, at.form, at.case)

    async def play(self, at: Spot, posted: Posted, move: Move) -> Heard:
        """Make the move of a posted form."""
        entered = webchat.typed(posted.fields) if isinstance(move, Answer) else None
        if isinstance(move, Confirm) and move.wording is Wording.CHANGE:
            entered = await self._pending(at)
        if isinstance(move, Pause):
            await self.keep(at, posted)
        said = await self._said(at, posted, move)
        reply = await self.hear(at, webchat.update(posted.fields, posted.digest), said)
        if _has(reply, PastLead):
            entered = None  # it was taken: what is said about it is shown with the next question
        is_passing = webchat.is_passing(reply.prompts) or (entered is not None and isinstance(move, Confirm))
        if entered and _has(reply, Stale):
            return Heard(reply, is_passing, unkept=webchat.words(posted.fields))
        return Heard(reply, is_passing, entered)

    async def keep(self, at: Spot, posted: Posted) -> Heard | None:
        """Take what stands in the control as the answer, before something else is done; None where nothing stands."""
        if posted.upload is None and not any(part.strip() for part in webchat.typed(posted.fields)):
            return None
        typed = Posted(posted.fields | {"move": ["typed"]}, posted.upload)
        return await self.play(at, typed, webchat.answer(typed.fields))

    async def hear(self, at: Spot, update: str, said: Move | Attached) -> Reply:
        """Play one thing that was said."""
        return await self._turns.play(Incoming(at.address, at.audit, at.form, update, said, at.case))

    async def _pending(self, at: Spot) -> tuple[str, ...] | None:
        """The text that waits to be confirmed, so that changing it does not mean typing it again."""
        waiting = await self.show(at)
        return (waiting.interview.pending,) if waiting is not None and waiting.interview.pending else None

    async def _said(self, at: Spot, posted: Posted, move: Move) -> Move | Attached:
        """The move, or the file that was chosen instead of words, if it is for the question that waits.

        A file has no question of its own, so one from a page that is no longer true is left to the engine as
        the move that it came with.
        """
        if posted.upload is None or not isinstance(move, Answer):
            return move
        waiting = await self.show(at)
        return await self._prepared(posted.upload) if webchat.is_asked(waiting, move) else move

    async def _prepared(self, upload: Upload) -> Attached:
        if upload.content is None:
            return attaching.TOO_BIG
        async with self._preparing:
            return await run_in_threadpool(attaching.prepare, upload.content)


def _has(reply: Reply, *kinds: type[Prompt]) -> bool:
    prompts: Iterable[Prompt] = reply.prompts
    return any(isinstance(prompt, kinds) for prompt in prompts)
