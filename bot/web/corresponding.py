"""Pages for the lead: what people with a receipt wrote, answers to them, and the passphrase of the audit."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.services import auditing, corresponding
from bot.web import gate, guard
from bot.web.pages import Link, Pages, voice_of
from bot.wording import Voice
from dialogues.wordless import Wordless
from storage.errors import PassphraseChosenError, PassphraseWeakError
from storage.slips import LEAD
from storage.threads import Sender
from storage.unit_of_work import Storage


class Shown(Wordless, frozen=True):
    """A thread as people read it: who said what. It has no repr."""

    id: str
    new: bool
    concern: bool
    lines: tuple[tuple[str, str], ...]


class Corresponding:
    """`/lead/audits/{audit}/messages` and `/lead/audits/{audit}/passphrase`."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET …/messages`: every thread that is for this reader."""
        audit = request.path_params["audit"]
        held = gate.roles(request, audit)
        cookie, stamped = gate.stamped(request)
        found = await run_in_threadpool(corresponding.threads, self._storage, audit, held)
        response = self._pages.page(
            request,
            "messages.html",
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit),
            threads=[self._shown(audit, each, voice_of(request)) for each in found],
            leads=LEAD in held,
            longest=corresponding.LONGEST,
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def write(self, request: Request) -> Response:
        """`POST …/messages`: answer one thread, note that it was read, or ask everybody."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        if not await run_in_threadpool(self._write, audit, gate.roles(request, audit), fields):
            return self._unsent(request, audit)
        return RedirectResponse(gate.audit_page(audit, "messages"), 303)

    def _unsent(self, request: Request, audit: str) -> Response:
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("This could not be sent"),
            _("There were no words in it, or this receipt is no longer there."),
            links=(Link(_("Back to the messages"), gate.audit_page(audit, "messages"), "secondary"),),
            status=409,
            audit=audit,
        )

    def _write(self, audit: str, held: frozenset[str], fields: guard.Fields) -> bool:
        """Do what was asked for. Whether something was sent, or nothing was to be."""
        text = guard.first(fields, "text").replace("\r\n", "\n").strip()
        answered, read = (self._thread(audit, held, guard.first(fields, name)) for name in ("answer", "read"))
        if answered:
            return corresponding.answer(self._storage, audit, answered, text, self._clock, held)
        if read:
            corresponding.mark_read(self._storage, audit, read, held)
        elif LEAD in held and text and guard.first(fields, "everyone"):
            corresponding.ask_everyone(self._storage, audit, text, self._clock)
        return True

    def _thread(self, audit: str, held: frozenset[str], carried: str) -> bytes:
        return corresponding.meant(self._storage, audit, carried, held) if carried else b""

    def _shown(self, audit: str, thread: corresponding.Thread, _: Voice) -> Shown:
        who = {Sender.RESPONDENT: _("They wrote"), Sender.LEAD: _("You or another reader wrote")}
        lines = tuple((who[each.sender], each.text) for each in thread.messages)
        known = corresponding.handle(self._storage, audit, thread.locator)
        return Shown(known, thread.new, thread.concern, lines)

    async def passphrase(self, request: Request) -> Response:
        """`GET …/passphrase`: choose it, or read that it was chosen."""
        return await self._passphrase(request)

    async def choose(self, request: Request) -> Response:
        """`POST …/passphrase`: choose it, once and for all."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        _ = voice_of(request)
        first, again = guard.first(fields, "passphrase"), guard.first(fields, "again")
        if first != again:
            return await self._passphrase(request, _("These two are not the same. Please write it twice."))
        try:
            await run_in_threadpool(
                auditing.choose_passphrase, self._storage, audit, first, self._clock, LEAD
            )
        except PassphraseWeakError:
            return await self._passphrase(
                request,
                _(
                    "Please choose another one. Four words are good that do not belong together, or to this audit."
                ),
            )
        except PassphraseChosenError:
            return await self._passphrase(request)
        return RedirectResponse(gate.audit_page(audit, "passphrase"), 303)

    async def _passphrase(self, request: Request, problem: str = "") -> Response:
        audit = request.path_params["audit"]
        cookie, stamped = gate.stamped(request)
        response = self._pages.page(
            request,
            "passphrase.html",
            status=422 if problem else 200,
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit),
            chosen=await run_in_threadpool(auditing.has_passphrase, self._storage, audit),
            problem=problem,
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response
