"""Pages on which the report of an audit is read as it stands, published, and read as it was published."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.clock import Clock
from bot.services import auditing, reporting
from bot.services.reporting import Format
from bot.web import gate
from bot.web.gate import OtherRoleError, reports_page
from bot.web.pages import REPORT_STYLES, Link, Pages, risk_link, static, voice_of
from bot.wording import Voice, mark
from reports.audit import AuditReport, Unsupported
from reports.audit.rendering import html
from reports.audit.views import View, document
from reports.rendering import Links
from storage.errors import NotPublishedError
from storage.plan import Publication
from storage.slips import AUDITOR, LEAD
from storage.unit_of_work import Storage

READS_DRAFTS = frozenset({LEAD, AUDITOR})
_VIEWS = {
    View.FULL: mark("Everything"),
    View.BOARD: mark("For the board"),
    View.COMMISSIONER: mark("For commissioners"),
    View.CQC: mark("For the regulator (CQC)"),
    View.STAFF: mark("For staff"),
}
_FORMATS = {
    Format.HTML: mark("Page to keep (HTML)"),
    Format.PDF: mark("To print (PDF)"),
    Format.DOCX: mark("To change in Word (DOCX)"),
    Format.XLSX: mark("Tables (Excel)"),
    Format.JSON: mark("JSON for programs"),
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_KINDS = {
    Format.HTML: "text/html; charset=utf-8",
    Format.PDF: "application/pdf",
    Format.DOCX: f"{_OFFICE}.wordprocessingml.document",
    Format.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    Format.JSON: "application/json",
}


class Edition(Struct, frozen=True):
    """A published report in words: where it is, and the files it can be had as."""

    title: str
    address: str
    published: str
    digest: str
    files: tuple[tuple[str, str], ...]


class Reporting:
    """`/audits/{audit}/reports` and what is below it."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def list(self, request: Request) -> Response:
        """`GET …/reports`: what was published for whoever comes, and for leads and auditors the drafts."""
        audit = request.path_params["audit"]
        held, _ = gate.roles(request, audit), voice_of(request)
        every = await run_in_threadpool(reporting.published, self._storage, audit, held)
        return self._pages.page(
            request,
            "reports.html",
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            editions=tuple(_editions(every, audit, _)),
            drafts=[(view.value, _(title)) for view, title in _VIEWS.items()] if held & READS_DRAFTS else [],
            leads=LEAD in held,
            address=reports_page(audit),
            back=gate.HOME if held.isdisjoint(gate.MAIN) else gate.audit_page(audit),
        )

    async def draft(self, request: Request) -> Response:
        """`GET …/reports/{view}`: how the report would be published now."""
        audit, view = request.path_params["audit"], _view(request)
        found = await run_in_threadpool(reporting.found, self._storage, audit, self._clock)
        if isinstance(found, Unsupported):
            return self._unsupported(request, found)
        return self._page(request, found, view, draft=True)

    async def confirm(self, request: Request) -> Response:
        """`GET …/reports/{view}/publish`: what is published stays, so it is asked back."""
        cookie, stamped = gate.stamped(request)
        audit, view = request.path_params["audit"], _view(request)
        response = self._pages.page(
            request,
            "publish-report.html",
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            title=voice_of(request)(_VIEWS[view]),
            address=reports_page(audit),
            view=view.value,
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def publish(self, request: Request) -> Response:
        """`POST …/reports/{view}/publish`: freeze it, and tell its readers."""
        await gate.posted(request)
        audit, view = request.path_params["audit"], _view(request)
        made = await run_in_threadpool(reporting.publish, self._storage, audit, view, self._clock, LEAD)
        if isinstance(made, Unsupported):
            return self._unsupported(request, made)
        return RedirectResponse(reports_page(audit), 303)

    async def read(self, request: Request) -> Response:
        """`GET …/reports/{view}/{edition}`: what was published."""
        found = await self._edition(request)
        if found is None:
            return self._not_published(request)
        return self._page(request, found[1], View(found[0].view))

    async def download(self, request: Request) -> Response:
        """`GET …/reports/{view}/{edition}/{format}`: the same as a file."""
        wanted = request.path_params["format"]
        if wanted not in set(Format):
            raise HTTPException(404)
        found = await self._edition(request)
        if found is None:
            return self._not_published(request)
        published, report = found
        content = await run_in_threadpool(reporting.written, report, View(published.view), Format(wanted))
        file = quote(f"{published.audit}-{published.view}-{published.edition}.{wanted}", safe="")
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{file}"}
        return Response(content, media_type=_KINDS[Format(wanted)], headers=headers)

    async def _edition(self, request: Request) -> tuple[Publication, AuditReport] | None:
        """What is asked for, if it was published. Raises OtherRoleError where it is for others."""
        audit, view = request.path_params["audit"], _view(request)
        if not reporting.may_read(gate.roles(request, audit), view):
            raise OtherRoleError
        edition = request.path_params["edition"]
        try:
            return await run_in_threadpool(reporting.publication, self._storage, audit, view.value, edition)
        except NotPublishedError:
            return None

    def _page(self, request: Request, report: AuditReport, view: View, *, draft: bool = False) -> Response:
        audit = request.path_params["audit"]
        links = Links(stylesheet=static(REPORT_STYLES), back=reports_page(audit), risk=risk_link(audit))
        return HTMLResponse(html(document(report, view, draft=draft), links))

    def _unsupported(self, request: Request, found: Unsupported) -> Response:
        _, audit = voice_of(request), request.path_params["audit"]
        return self._pages.message(
            request,
            _("Something in the report has no evidence yet"),
            _("A report is made when every claim in it names its evidence. These do not:"),
            *dict.fromkeys(each.sentence for each in found.lacks),
            links=(Link(_("Back to the reports"), reports_page(audit)),),
            status=409,
            audit=audit,
        )

    def _not_published(self, request: Request) -> Response:
        _, audit = voice_of(request), request.path_params["audit"]
        return self._pages.message(
            request,
            _("This report was not published"),
            _("What you may read is in the list of reports."),
            links=(Link(_("Back to the reports"), reports_page(audit)),),
            status=409,
            audit=audit,
        )


def _view(request: Request) -> View:
    """The view that the address names. Raises HTTPException 404."""
    try:
        return View(request.path_params["view"])
    except ValueError as unknown:
        raise HTTPException(404) from unknown


def _editions(every: Iterable[Publication], audit: str, _: Voice) -> Iterable[Edition]:
    for each in every:
        here = reports_page(audit, each.view, str(each.edition))
        title = _(_VIEWS[View(each.view)])
        yield Edition(
            title=_("{title}, edition {number}", title=title, number=each.edition),
            address=here,
            published=_("Published on {day}", day=_.date(each.day)),
            digest=each.digest,
            files=tuple((_(label), f"{here}/{wanted}") for wanted, label in _FORMATS.items()),
        )
