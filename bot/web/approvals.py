"""Pages for what two people must want: K of an audit, and what waits for somebody else to agree."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.services import approving, auditing
from bot.services.approving import KFixedError, NewQuote, NotWaitingError, Waiting
from bot.web import gate, guard
from bot.web.pages import Link, Pages, voice_of
from bot.wording import Voice
from dialogues.wordless import Wordless
from reports.disclosure import LARGEST_K, SMALLEST_K
from storage.errors import UnsafeThresholdError
from storage.unit_of_work import Storage


class Shown(Wordless, frozen=True):
    """Something that waits, in words; of a quote what was asked, and the words themselves. It has no repr."""

    id: str
    sentence: str
    mine: bool
    why: str = ""
    about: str = ""
    words: str = ""


class Approvals:
    """`/lead/audits/{audit}/k` and `/lead/audits/{audit}/approvals`."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def k(self, request: Request) -> Response:
        """`GET …/k`: how small a group may be shown, and a field to change it while that is possible."""
        return await self._k(request)

    async def change_k(self, request: Request) -> Response:
        """`POST …/k`: raise it, or ask a second person to agree that it is lowered."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        typed = guard.first(fields, "k").strip()
        wanted = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0
        try:
            await run_in_threadpool(
                approving.change_k,
                self._storage,
                audit,
                wanted,
                gate.visitor(request).account,
                gate.acting(request, audit),
                self._clock,
            )
        except UnsafeThresholdError:
            return await self._k(request, wrong=True)
        except KFixedError:
            return await self._k(request)
        return RedirectResponse(gate.audit_page(audit, "approvals"), 303)

    async def show(self, request: Request) -> Response:
        """`GET …/approvals`: what waits."""
        audit, account = request.path_params["audit"], gate.visitor(request).account
        cookie, stamped = gate.stamped(request)
        found = await run_in_threadpool(auditing.audit, self._storage, audit)
        waits = await run_in_threadpool(approving.waiting, self._storage, audit, account)
        response = self._pages.page(
            request,
            "approvals.html",
            audit=audit,
            found=found,
            address=gate.audit_page(audit),
            waits=[_shown(each, found.k, voice_of(request)) for each in waits],
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def settle(self, request: Request) -> Response:
        """`POST …/approvals`: agree to something, or not; or take back what one asked for."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        try:
            await run_in_threadpool(self._settle, request, audit, fields)
        except (NotWaitingError, KFixedError):
            return self._settled(request, audit)
        return RedirectResponse(gate.audit_page(audit, "approvals"), 303)

    def _settle(self, request: Request, audit: str, fields: guard.Fields) -> None:
        role, account = gate.acting(request, audit), gate.visitor(request).account
        agreed, refused = guard.first(fields, "agree"), guard.first(fields, "refuse")
        if agreed:
            approving.agree(self._storage, audit, agreed, account, role, self._clock)
        else:
            approving.refuse(self._storage, audit, refused, role, self._clock)

    async def _k(self, request: Request, *, wrong: bool = False) -> Response:
        audit = request.path_params["audit"]
        cookie, stamped = gate.stamped(request)
        response = self._pages.page(
            request,
            "k.html",
            status=422 if wrong else 200,
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit),
            fixed=await run_in_threadpool(approving.is_k_fixed, self._storage, audit),
            smallest=SMALLEST_K,
            largest=LARGEST_K,
            stamp=stamped,
            wrong=wrong,
        )
        gate.give(request, response, cookie)
        return response

    def _settled(self, request: Request, audit: str) -> Response:
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("This cannot be agreed to any more"),
            _("It may be settled already. Or somebody else has to agree to it."),
            _("Or people were invited in the meantime."),
            links=(Link(_("Back to the audit"), gate.audit_page(audit), "secondary"),),
            status=409,
            audit=audit,
        )


def _shown(waiting: Waiting, k: int, _: Voice) -> Shown:
    if isinstance(waiting.asked, NewQuote):
        why = _("Could anybody tell from them who wrote them? If in doubt, do not agree.")
        said = _("Quote these words, without name, job or group.")
        return Shown(waiting.id, said, waiting.mine, why, waiting.about, waiting.words)
    sentence = _(
        "Show answers of {fewer} people or more together, instead of {number}.",
        fewer=waiting.asked.k,
        number=k,
    )
    return Shown(waiting.id, sentence, waiting.mine, _("Smaller groups are easier to recognise."))
