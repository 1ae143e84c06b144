"""The conversation: GET shows what waits, POST makes a move and leads back to what waits then."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import wording
from bot.channels import webchat
from bot.errors import SlipNeededError
from bot.messages import Address, Reply
from bot.services import auditing
from bot.web import guard, uploading
from bot.web.pages import LANGUAGE_COOKIE, Link, Pages, Speaking, reading, risk_link, stamp, voice_of
from bot.web.talking import ENDED, Heard, Spot, Talking
from bot.web.uploading import Posted
from dialogues import engine
from dialogues.form import Form
from dialogues.interview import State
from dialogues.moves import Concern, Move, Speak
from storage.casework import CONCERN, RESPONSE, Entry, Status
from storage.errors import AuditClosedError, UnknownFormError
from storage.unit_of_work import Storage

LEAVE = "leave"  # someone else wants to use this device
_LONGEST_GROUP = 64


class Conversation:
    """The pages under `/a/`."""

    def __init__(self, storage: Storage, talking: Talking, pages: Pages) -> None:
        self._storage = storage
        self._talking = talking
        self._pages = pages

    async def choose(self, request: Request) -> Response:
        """`/a/{audit}`: the form that staff answer; where there are several, each has its door."""
        audit = request.path_params["audit"]
        offered = await run_in_threadpool(auditing.forms, self._storage, audit)
        asked = [form for form in offered if form.records == RESPONSE]
        if len(asked) == 1:
            return await self._start(request, audit, asked[0])
        _ = voice_of(request)
        doors = tuple(
            Link(form.title.to(reading(request)), path(audit, form.id), "secondary") for form in asked
        )
        return self._pages.message(request, _("What would you like to answer?"), links=doors, audit=audit)

    async def show(self, request: Request) -> Response:
        """`GET /a/{audit}/{form}`: what waits, or the start page for whoever has not begun."""
        audit, name = request.path_params["audit"], request.path_params["form"]
        cookie = guard.known(request)
        reply = await self._talking.show(_spot(cookie, audit, name)) if cookie else None
        if reply is None or reply.interview.state is State.INVITED:
            return await self._start(request, audit, await self._form(audit, name))
        return self._render(request, reply, cookie)

    async def play(self, request: Request) -> Response:
        """`POST /a/{audit}/{form}`: make a move."""
        audit, name = request.path_params["audit"], request.path_params["form"]
        try:
            posted = await uploading.read(request)
        except uploading.TooMuchError:
            return self._too_much(request, audit, name)
        fields = posted.fields
        if not guard.is_ours(request, fields):
            return self._not_ours(request, audit, name)
        if guard.first(fields, "move") == LEAVE:
            return _leave(request, audit)
        move = webchat.move(fields, brings_file=posted.upload is not None)
        if move is None:
            return self._not_understood(request, audit, name)
        if isinstance(move, Concern):
            return RedirectResponse(risk_link(audit, name), 303)
        return await self._move(request, posted, move)

    async def _move(self, request: Request, posted: Posted, move: Move) -> Response:
        audit, name = request.path_params["audit"], request.path_params["form"]
        cookie = guard.known(request)
        heard = await self._talking.play(_spot(cookie, audit, name), posted, move)
        reply = heard.reply
        if heard.is_passing:
            response = self._render(request, reply, cookie, heard)
        else:
            response = RedirectResponse(f"{_here(request, audit, name)}#question", 303)
            guard.give(request, response, cookie)
        under_way = reply.interview.state not in (State.INVITED, *ENDED)
        guard.note_begun(request, response, path(audit, name), under_way=under_way)
        if isinstance(move, Speak) or guard.first(posted.fields, "move") == "begin":
            remember_language(request, response, reply.interview.language)
        return response

    async def _form(self, audit: str, name: str) -> Form:
        offered = await run_in_threadpool(auditing.forms, self._storage, audit)
        found = next((form for form in offered if form.id == name), None)
        if found is None:
            raise UnknownFormError(audit, name)
        return found

    async def _start(self, request: Request, audit: str, form: Form) -> Response:
        cookie = guard.known(request) or guard.new_cookie()
        reply = await self._talking.show(_spot(cookie, audit, form.id))
        under_way = reply is not None and reply.interview.state not in (State.INVITED, *ENDED)
        handed_in = (
            reply is not None and reply.interview.state is State.SUBMITTED and form.records == RESPONSE
        )
        if reply is not None and handed_in:
            return self._render(request, reply, cookie)
        is_open_link = False
        if not under_way and (form.records == RESPONSE or form.is_for_partners):
            is_open_link = await self._see_that_they_may_begin(audit, form, reply)
        spoken = [language.code for language in form.languages]
        language = reading(request)
        response = self._pages.page(
            request,
            "start.html",
            audit=audit,
            form=form.id,
            title=form.title.to(language),
            minutes=form.estimated_minutes or 0,
            concern=form.records == CONCERN,
            records=form.records,
            named=form.is_for_partners,
            choices=form.languages,
            chosen=language if language in spoken else form.default_language,
            under_way=under_way,
            is_open_link=is_open_link,
            action=_here(request, audit, form.id),
            gone=reply is None and guard.has_begun(request, path(audit, form.id)),
            days=guard.draft_days(request),
            stamp=stamp(cookie),
        )
        guard.give(request, response, cookie)
        return response

    async def _see_that_they_may_begin(self, name: str, form: Form, reply: Reply | None) -> bool:
        """Nobody should begin what they cannot hand in. Returns whether the link is enough for anyone.

        Where slips are needed, what has not begun is only kept for those who brought one. Raises AuditClosedError,
        SlipNeededError.
        """
        found = await run_in_threadpool(auditing.audit, self._storage, name)
        if found.status is Status.CLOSED:
            raise AuditClosedError(name)
        needs_slip = found.entry is Entry.SLIPS or form.is_for_partners
        if needs_slip and reply is None:
            raise SlipNeededError(name)
        return not needs_slip

    def _render(
        self,
        request: Request,
        reply: Reply,
        cookie: str,
        heard: Heard | None = None,
    ) -> Response:
        audit, form = request.path_params["audit"], reply.form
        action, mark = _here(request, audit, form.id), stamp(cookie)
        reply = webchat.suggesting(reply, _group(request))
        response = self._pages.page(
            request,
            "conversation.html",
            language=reply.interview.language,
            status=heard.status if heard else 200,
            audit=audit,
            form=form.id,
            offered=form.languages,
            speak=Speaking(action, mark),
            title=form.title.to(reply.interview.language),
            action=action,
            stamp=mark,
            ended=reply.interview.state in ENDED,
            handed_in=reply.interview.state is State.SUBMITTED,
            concern=form.records == CONCERN,
            screen=webchat.screen(
                reply, engine.history(form, reply.interview), entered=heard.entered if heard else None
            ),
            unkept=heard.unkept if heard else (),
        )
        guard.give(request, response, cookie)
        return response

    def _not_ours(self, request: Request, audit: str, name: str) -> Response:
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("I could not tell that this page is yours"),
            _("It may have been open for a long time, or this browser keeps no cookies."),
            _("Nothing was changed."),
            _("Please open the questions again and send it once more."),
            links=(Link(_("Open the questions"), f"{path(audit, name)}#question"),),
            status=403,
            audit=audit,
            form=name,
        )

    def _too_much(self, request: Request, audit: str, name: str) -> Response:
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("That file is far too big for me"),
            _("Nothing of it was kept, but what you answered before is safe."),
            _("Please open the questions again and choose a smaller one, of up to 10 MB."),
            links=(Link(_("Open the questions"), f"{path(audit, name)}#question"),),
            status=413,
            audit=audit,
            form=name,
        )

    def _not_understood(self, request: Request, audit: str, name: str) -> Response:
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("I did not understand that"),
            _("Something in what was sent did not come from a button here. Nothing was changed."),
            links=(Link(_("Open the questions"), f"{path(audit, name)}#question"),),
            status=422,
            audit=audit,
            form=name,
        )


def path(audit: str, form: str) -> str:
    """Where a conversation is."""
    return f"/a/{quote(audit, safe='')}/{quote(form, safe='')}"


def _group(request: Request) -> str:
    """The declared group that the link names; it goes along in addresses, so that nothing of it need be kept."""
    return request.query_params.get("group", "")[:_LONGEST_GROUP]


def _here(request: Request, audit: str, form: str) -> str:
    """Where this conversation is, for whoever came by this link."""
    group = _group(request)
    return path(audit, form) + (f"?{urlencode({'group': group})}" if group else "")


def remember_language(request: Request, response: Response, language: str) -> None:
    """Have the browser ask for pages in this language from now on."""
    if language in wording.languages():
        response.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=180 * 24 * 3600,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )


def _spot(cookie: str, audit: str, form: str) -> Spot:
    return Spot(Address(webchat.CHANNEL, cookie), audit, form)


def _leave(request: Request, audit: str) -> Response:
    """Forget this browser, so that the next person on this device starts with nothing of the last one."""
    response = RedirectResponse(f"/a/{quote(audit, safe='')}", 303)
    response.delete_cookie(
        guard.cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True
    )
    guard.forget_begun(request, response)
    return response
