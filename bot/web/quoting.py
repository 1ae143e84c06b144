"""Pages on which the lead chooses words that somebody wrote without a name and let be quoted, and looks them over.

A second person agrees to them where everything waits that two people must want: `bot.web.approvals`.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.errors import CaseElsewhereError
from bot.services import auditing, quoting
from bot.services.quoting import LONGEST, Answer, Refused, Wrong
from bot.web import gate, guard
from bot.web.pages import Pages, voice_of
from bot.wording import Voice
from storage.slips import LEAD
from storage.unit_of_work import Storage


class Quoting:
    """`/lead/audits/{audit}/quotes`."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET …/quotes`: what two people agreed to; for a lead what may be chosen, with `?answer=` to look over."""
        audit, wanted = request.path_params["audit"], request.query_params.get("answer", "")
        leads = LEAD in gate.roles(request, audit)
        found = await run_in_threadpool(quoting.answers, self._storage, audit) if leads else ()
        chosen = next((each for each in found if each.id == wanted), None)
        if chosen is not None:
            return self._look_over(request, chosen, chosen.text)
        return self._pages.page(
            request,
            "quotes.html",
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit),
            leads=leads,
            answers=found,
            quotes=await run_in_threadpool(quoting.agreed, self._storage, audit),
        )

    async def ask(self, request: Request) -> Response:
        """`POST …/quotes`: ask a second person to agree to exactly these words."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        answer, words = guard.first(fields, "answer"), guard.first(fields, "words")
        account, role = gate.visitor(request).account, gate.acting(request, audit)
        try:
            refused = await run_in_threadpool(
                quoting.ask, self._storage, audit, answer, words, account, role, self._clock
            )
        except CaseElsewhereError:
            return RedirectResponse(gate.audit_page(audit, "quotes"), 303)
        if refused is None:
            return RedirectResponse(gate.audit_page(audit, "approvals"), 303)
        found = await run_in_threadpool(quoting.answers, self._storage, audit)
        chosen = next((each for each in found if each.id == answer), None)
        if chosen is None:
            return RedirectResponse(gate.audit_page(audit, "quotes"), 303)
        return self._look_over(request, chosen, words, _said(refused, voice_of(request)))

    def _look_over(self, request: Request, chosen: Answer, words: str, problem: str = "") -> Response:
        cookie, stamped = gate.stamped(request)
        audit = request.path_params["audit"]
        response = self._pages.page(
            request,
            "quote.html",
            status=422 if problem else 200,
            audit=audit,
            address=gate.audit_page(audit),
            chosen=chosen,
            words=words,
            longest=LONGEST,
            problem=problem,
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response


def _said(refused: Refused, _: Voice) -> str:
    """What is wrong with the words, and what to do."""
    match refused.why:
        case Wrong.EMPTY:
            return _("Please leave some of the words.")
        case Wrong.LONG:
            return _("Please keep it to {number} letters. A sentence or two say most.", number=LONGEST)
        case Wrong.IDENTIFYING:
            pieces = ", ".join(f"“{each}”" for each in refused.pieces)
            return _("This may show who somebody is: {pieces}. Put […] in its place.", pieces=pieces)
        case Wrong.OTHERS:
            return _("These are not the words that were written. Put what you change or leave out in […].")
