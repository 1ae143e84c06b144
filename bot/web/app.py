"""The web application: which page is where, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bot.clock import Clock
from bot.errors import (
    CaseElsewhereError,
    NothingLeftError,
    ReceiptMissingError,
    RoleMissingError,
    SlipNeededError,
    SlipSpentError,
    TurnError,
)
from bot.settings import LOOPBACK, is_loopback
from bot.turns import TurnLoop
from bot.web import gate, guard
from bot.web.appointing import Appointing
from bot.web.approvals import Approvals
from bot.web.calendars import PATH as CALENDAR
from bot.web.calendars import Calendars
from bot.web.changing import Changing
from bot.web.codebook import Codebooks
from bot.web.coding import Coder
from bot.web.conversation import Conversation, path
from bot.web.corresponding import Corresponding
from bot.web.entering import PATH as SLIP
from bot.web.entering import Entering
from bot.web.gate import BEGUN, EVERYONE, FRESH, SIGNED_IN, Door, Gate, among
from bot.web.interviewing import Interviewing
from bot.web.lead import Lead
from bot.web.measuring import Measuring
from bot.web.pages import EXIT, REPORT_STYLES, STATIC, Link, Pages, risk_link, voice_of
from bot.web.planning.accountability import Accountability
from bot.web.planning.actions import Actions
from bot.web.planning.beginning import Beginning
from bot.web.planning.findings import Findings
from bot.web.planning.room import Room
from bot.web.public import Public
from bot.web.quoting import Quoting
from bot.web.reporting import Reporting
from bot.web.returning import Returning
from bot.web.signing import SignIn
from bot.web.talking import Talking
from bot.web.theming import Theming
from bot.web.transcripts import Transcripts
from reports import rendering
from storage.errors import AuditClosedError, RequestError, UnavailableError
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER, ROLES
from storage.unit_of_work import Storage

_KEEP = "public, max-age=86400"


def create_app(
    storage: Storage,
    turns: TurnLoop,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    demo: bool = False,
    allowed_hosts: Sequence[str] = LOOPBACK,
    exit_link: str = EXIT,
    more: Sequence[BaseRoute] = (),
    bot: Callable[[], str] = str,
) -> Starlette:
    """The web pages. `turns` must be entered by whoever serves them, and left after serving.

    `host` is the address that the server binds: when that is this machine alone and `demo` is set, nobody has to
    sign in. `allowed_hosts`: names by which browsers may call us. `more`: what is reached here and is no page.
    `bot`: what our bot is called on Telegram by now, '' without one.
    Raises ValueError for a route that does not say who may use it.
    """
    pages = Pages(demo=demo, exit_link=exit_link)
    errors, talking = Errors(pages), Talking(turns)
    files = Mount("/static", _Static(directory=STATIC))
    routes = [
        *more,
        *_for_everyone(
            Public(storage, pages, turns.contacts),
            Entering(storage, turns, pages),
            Conversation(storage, talking, pages),
        ),
        *_with_a_receipt(Returning(turns, pages)),
        *_to_sign_in(SignIn(storage, clock, pages)),
        *_with_a_calendar(Calendars(storage, clock, pages)),
        *_for_people_with_a_role(
            Lead(storage, clock, pages),
            Approvals(storage, clock, pages),
            Corresponding(storage, clock, pages),
            Quoting(storage, clock, pages),
        ),
        *_for_who_leads(Appointing(storage, clock, pages, bot)),
        *_for_auditors(
            Coder(storage, clock, pages),
            Codebooks(storage, clock, pages),
            Theming(storage, clock, pages),
        ),
        *_on_change(Measuring(storage, clock, pages), Changing(storage, clock, pages)),
        *_for_readers(Reporting(storage, clock, pages)),
        *_of_the_plan(Room(storage, clock, pages)),
        *_for_who_asks(Interviewing(storage, talking, clock, pages), Transcripts(storage, clock, pages)),
        files,
    ]
    gate.check_routes(routes, files)
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(guard.Headers),
            Middleware(guard.LastResort, page=errors.broken),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False),
        ],
        exception_handlers={
            gate.OtherRoleError: errors.other_role,
            HTTPException: errors.http,
            RequestError: errors.request,
            NothingLeftError: errors.nothing_left,
            ReceiptMissingError: errors.receipt_missing,
            RoleMissingError: errors.other_role,
            CaseElsewhereError: errors.request,
            SlipNeededError: errors.slip_needed,
            SlipSpentError: errors.slip_spent,
            TurnError: errors.busy,
            UnavailableError: errors.busy,
        },
    )
    app.state.draft_days = storage.epochs.draft_days
    app.state.concern_years = storage.concern_years
    app.state.gate = Gate(storage, clock, open_here=demo and is_loopback(host))
    return app


def _for_everyone(public: Public, entering: Entering, conversation: Conversation) -> list[Door]:
    return [
        Door("/", public.welcome, EVERYONE),
        Door("/risk", public.risk, EVERYONE),
        Door("/language", public.language, EVERYONE, ["POST"]),
        Door("/privacy", public.privacy, EVERYONE),
        Door(SLIP, entering.show, EVERYONE),
        Door(SLIP, entering.enter, EVERYONE, ["POST"]),
        Door("/a/{audit}", conversation.choose, EVERYONE),
        Door("/a/{audit}/{form}", conversation.show, EVERYONE),
        Door("/a/{audit}/{form}", conversation.play, EVERYONE, ["POST"]),
        Door(f"/static/{REPORT_STYLES}", _report_styles, EVERYONE),
    ]


def _with_a_receipt(returning: Returning) -> list[Door]:
    return [
        Door("/receipt", returning.ask, EVERYONE),
        Door("/receipt", returning.open, EVERYONE, ["POST"]),
    ]


def _to_sign_in(sign_in: SignIn) -> list[Door]:
    return [
        Door("/sign-in", sign_in.show, EVERYONE),
        Door("/sign-in", sign_in.follow, EVERYONE, ["POST"]),
        Door("/sign-in/passkey", sign_in.passkey, EVERYONE, ["POST"]),
        Door("/sign-in/confirm", sign_in.ask, BEGUN),
        Door("/sign-in/confirm", sign_in.confirm, BEGUN, ["POST"]),
        Door("/sign-out", sign_in.leave, BEGUN, ["POST"]),
        Door("/lead/account", sign_in.account, FRESH),
        Door("/lead/account", sign_in.add, FRESH, ["POST"]),
    ]


def _with_a_calendar(calendars: Calendars) -> list[Door]:
    return [
        Door(CALENDAR, calendars.fetch, EVERYONE),
        Door("/lead/account/calendar", calendars.show, FRESH),
        Door("/lead/account/calendar", calendars.change, FRESH, ["POST"]),
    ]


def _for_people_with_a_role(
    lead: Lead, approvals: Approvals, corresponding: Corresponding, quoting: Quoting
) -> list[Door]:
    every = (LEAD, DEPUTY, AUDITOR)
    audit = "/lead/audits/{audit}"
    return [
        Door("/lead", lead.overview, SIGNED_IN),
        Door(audit, lead.audit, among(*every)),
        Door(f"{audit}/close", lead.confirm, among(LEAD, fresh=True)),
        Door(f"{audit}/close", lead.close, among(LEAD, fresh=True), ["POST"]),
        Door(f"{audit}/concerns", lead.read, among(LEAD, DEPUTY), ["POST"]),
        Door(f"{audit}/messages", corresponding.show, among(LEAD, DEPUTY)),
        Door(f"{audit}/messages", corresponding.write, among(LEAD, DEPUTY), ["POST"]),
        Door(f"{audit}/passphrase", corresponding.passphrase, among(LEAD, fresh=True)),
        Door(f"{audit}/passphrase", corresponding.choose, among(LEAD, fresh=True), ["POST"]),
        Door(f"{audit}/report", lead.report, among(*every)),
        Door(f"{audit}/report/download", lead.download, among(*every, fresh=True)),
        Door(f"{audit}/k", approvals.k, among(LEAD, fresh=True)),
        Door(f"{audit}/k", approvals.change_k, among(LEAD, fresh=True), ["POST"]),
        Door(f"{audit}/quotes", quoting.show, among(LEAD, AUDITOR, fresh=True)),
        Door(f"{audit}/quotes", quoting.ask, among(LEAD, fresh=True), ["POST"]),
        Door(f"{audit}/approvals", approvals.show, among(*every, fresh=True)),
        Door(f"{audit}/approvals", approvals.settle, among(*every, fresh=True), ["POST"]),
    ]


def _for_who_leads(appointing: Appointing) -> list[Door]:
    people, leads = "/lead/audits/{audit}/people", among(LEAD, fresh=True)
    return [
        Door(people, appointing.show, leads),
        Door(people, appointing.change, leads, ["POST"]),
        Door(f"{people}/{{person}}", appointing.confirm, leads),
        Door(f"{people}/{{person}}", appointing.end, leads, ["POST"]),
    ]


def _for_auditors(coder: Coder, codebooks: Codebooks, theming: Theming) -> list[Door]:
    code, audit = among(LEAD, AUDITOR), "/lead/audits/{audit}"
    return [
        Door(f"{audit}/coding", coder.show, code),
        Door(f"{audit}/coding", coder.decide, code, ["POST"]),
        Door(f"{audit}/coding/second", coder.second, code),
        Door(f"{audit}/coding/second", coder.decide_second, code, ["POST"]),
        Door(f"{audit}/coding/unlock", coder.unlock, among(LEAD, fresh=True)),
        Door(f"{audit}/coding/unlock", coder.unlocked, among(LEAD, fresh=True), ["POST"]),
        Door(f"{audit}/coding/agreement", coder.agreement, code),
        Door(f"{audit}/coding/agreement", coder.settle, code, ["POST"]),
        Door(f"{audit}/coding/codebook", codebooks.show, code),
        Door(f"{audit}/coding/codebook", codebooks.revise, among(LEAD, AUDITOR, fresh=True), ["POST"]),
        Door(f"{audit}/themes", theming.show, code),
        Door(f"{audit}/themes/publish", theming.confirm, among(LEAD, fresh=True)),
        Door(f"{audit}/themes/publish", theming.publish, among(LEAD, fresh=True), ["POST"]),
        Door(f"{audit}/themes/matrix", theming.matrix, code),
        Door(f"{audit}/export/{{format}}", theming.export, among(LEAD, AUDITOR, fresh=True)),
    ]


def _on_change(measuring: Measuring, changing: Changing) -> list[Door]:
    ours, audit = among(LEAD, AUDITOR), "/lead/audits/{audit}"
    return [
        Door(f"{audit}/measures", measuring.show, ours),
        Door(f"{audit}/measures", measuring.keep, ours, ["POST"]),
        Door(f"{audit}/change", changing.show, ours),
        Door(f"{audit}/change", changing.settle, among(LEAD, fresh=True), ["POST"]),
    ]


def _for_who_asks(interviewing: Interviewing, transcripts: Transcripts) -> list[Door]:
    interviews = "/lead/audits/{audit}/interviews"
    case, ours = f"{interviews}/{{case}}", among(LEAD, AUDITOR)
    everybody = among(LEAD, AUDITOR, OWNER, BOARD)  # owners and the board their own alone: see `cases.here`
    return [
        Door(interviews, interviewing.list, ours),
        Door(interviews, interviewing.begin, ours, ["POST"]),
        Door(case, interviewing.show, everybody),
        Door(case, interviewing.play, everybody, ["POST"]),
        Door(f"{case}/transcript", transcripts.show, everybody),
        Door(f"{case}/transcript/download", transcripts.download, among(LEAD, AUDITOR, fresh=True)),
        Door(f"{case}/files/{{file}}", transcripts.file, everybody),
    ]


def _of_the_plan(room: Room) -> list[Door]:
    findings, actions = Findings(room), Actions(room)
    audit, ours = "/audits/{audit}", among(LEAD, AUDITOR)
    return [
        Door(f"{audit}/findings", findings.all, ours),
        Door(f"{audit}/findings/{{finding}}", findings.one, ours),
        Door(f"{audit}/plan", actions.plan, ours),
        Door(f"{audit}/plan", Beginning(room).begin, among(LEAD, AUDITOR, OWNER, BOARD), ["POST"]),
        Door(f"{audit}/actions", actions.mine, among(LEAD, OWNER)),
        Door(f"{audit}/actions/{{action}}", actions.one, among(LEAD, AUDITOR, OWNER)),  # theirs alone
        Door(f"{audit}/accountability", Accountability(room).show, among(LEAD, AUDITOR, BOARD)),
    ]


def _for_readers(reporting: Reporting) -> list[Door]:
    reports, view = "/audits/{audit}/reports", "/audits/{audit}/reports/{view}"
    return [
        Door(reports, reporting.list, among(*ROLES)),
        Door(view, reporting.draft, among(LEAD, AUDITOR)),
        Door(f"{view}/publish", reporting.confirm, among(LEAD, fresh=True)),
        Door(f"{view}/publish", reporting.publish, among(LEAD, fresh=True), ["POST"]),
        Door(f"{view}/{{edition}}", reporting.read, among(*ROLES)),
        Door(f"{view}/{{edition}}/{{format}}", reporting.download, among(*ROLES, fresh=True)),
    ]


async def _report_styles(request: Request) -> Response:  # noqa: ARG001 - the same for everyone
    return Response(rendering.stylesheet(), media_type="text/css", headers={"cache-control": _KEEP})


class _Static(StaticFiles):
    """Our own files, which browsers may keep: their addresses change with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["cache-control"] = _KEEP
        return response


class Errors:
    """Pages for when something went wrong: what happened, what is safe, what to do."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def http(self, request: Request, trouble: Exception) -> Response:
        """What the network layer refuses: no such page, not that way, too much, not ours."""
        status = trouble.status_code if isinstance(trouble, HTTPException) else 500
        headers = dict(trouble.headers or {}) if isinstance(trouble, HTTPException) else {}
        response = self._page(request, status)
        response.headers.update({name.lower(): value for name, value in headers.items()})
        return response

    async def receipt_missing(self, request: Request, _trouble: Exception) -> Response:
        """They want to write to the lead, or to take answers back: first they must show their receipt."""
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("Please enter your receipt first"),
            _("You got it when you handed in. Nobody sees who you are."),
            links=(Link(_("I have a receipt"), "/receipt"),),
            status=403,
        )

    async def nothing_left(self, request: Request, _trouble: Exception) -> Response:
        """They want to take answers back, and there are none of theirs."""
        _ = voice_of(request)
        text = _("There are no answers that belong to this receipt. Nothing was erased.")
        return self._pages.message(request, _("There is nothing to take back"), text, status=409)

    async def other_role(self, request: Request, _trouble: Exception) -> Response:
        """They have a role in this audit, but not one that this is for."""
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("This is for somebody with another part in this audit"),
            _("Nothing was changed. What is for you is on the page of the audit."),
            links=(Link(_("All audits"), gate.HOME, "secondary"),),
            status=403,
        )

    async def request(self, request: Request, trouble: Exception) -> Response:
        """No such audit or form, or it takes no answers now."""
        if not isinstance(trouble, AuditClosedError):
            return self._page(request, 404)
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("These questions are closed"),
            _("No more answers are taken. If you are worried about someone, you can still say so."),
            links=(Link(_("Someone is at risk"), risk_link(trouble.audit)),),
            status=410,
            audit=trouble.audit,
        )

    async def slip_needed(self, request: Request, trouble: Exception) -> Response:
        """Only those who have a slip may answer here."""
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("You need a code for this"),
            _("These questions are for people who were given a slip of paper with a code."),
            _("If you are worried about someone, you can say so without a code."),
            links=(Link(_("Enter my code"), SLIP),),
            status=403,
            audit=trouble.audit if isinstance(trouble, SlipNeededError) else "",
        )

    async def slip_spent(self, request: Request, _trouble: Exception) -> Response:
        """Somebody else handed in with the same slip."""
        _ = voice_of(request)
        audit, form = request.path_params.get("audit", ""), request.path_params.get("form", "")
        return self._pages.message(
            request,
            _("This code was used by someone else"),
            _("They sent their answers first. So I cannot take yours with the same code."),
            _("What you answered is still here. Ask for another slip, and enter its code in this browser."),
            links=(
                Link(_("Enter another code"), SLIP),
                Link(_("See my answers"), f"{path(audit, form)}#question", "secondary"),
            ),
            status=409,
            audit=audit,
            form=form,
        )

    async def busy(self, request: Request, _trouble: Exception) -> Response:
        """Too many messages wait, we are stopping, or the database cannot be reached."""
        response = self._page(request, 503)
        response.headers["retry-after"] = "5"
        return response

    async def broken(self, request: Request) -> Response:
        """Something broke."""
        try:
            return self._page(request, 500)
        except Exception:  # noqa: BLE001 - when even the page breaks, the number to call must be said
            return PlainTextResponse(
                "Something went wrong here. If someone is in danger right now, call 999.", 500
            )

    def _page(self, request: Request, status: int) -> Response:
        _ = voice_of(request)
        home = (Link(_("Go to the first page"), "/", "secondary"),)
        again = _("Please go back in your browser and try again.")
        heading, *text = {
            403: (
                _("I could not tell that this page is yours"),
                _("It may have been open for a long time, or this browser keeps no cookies."),
                _("Nothing was changed."),
                again,
            ),
            404: (
                _("There is nothing at this address"),
                _("Check the link that you were given. A letter may be missing at its end."),
            ),
            405: (_("That does not work from here"), again),
            413: (
                _("That was more than I can take at once"),
                _("Nothing of it was kept, but what you answered before is safe."),
                _("Please go back in your browser and make it shorter, like two pages of a book."),
            ),
            422: (_("I could not read what was sent"), _("Nothing was changed."), again),
            503: (
                _("A lot is going on right now"),
                _("What you just sent was not taken. What you answered before is safe."),
                _("Please wait a few seconds, go back in your browser, and send it again."),
            ),
        }.get(
            status,
            (
                _("Something went wrong on our side"),
                _("I do not know whether what you just sent was kept. What you answered before is safe."),
                _("Please wait a minute, go back in your browser, and look at your last answer."),
            ),
        )
        return self._pages.message(request, heading, *text, links=home, status=status)
