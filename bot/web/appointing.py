"""Who has which part in an audit: a lead sees it, invites people, and ends their parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.desk.rooms import NAMES, once
from bot.errors import LastLeadError, NotToEndError, NotToInviteError
from bot.roles import SEES_NO_ANSWERS, Link
from bot.services import access, appointing, auditing, inviting
from bot.services.appointing import Appointee, UnknownPersonError
from bot.services.inviting import Ways
from bot.web import gate, guard
from bot.web.gate import audit_page
from bot.web.pages import Pages, picture, voice_of
from bot.wishing import LONGEST_NAME
from bot.wording import Voice
from dialogues.wordless import Wordless
from reports.hours import local_day
from storage.slips import DEPUTY, LEAD, PARTNER
from storage.unit_of_work import Storage

PEOPLE = "people"


class Row(Wordless, frozen=True):
    """Somebody in the list; `end`: where their part is ended, if a lead can. No name in its repr."""

    id: str
    name: str
    state: str
    has_come: bool
    end: str


class Handed(Wordless, frozen=True):
    """An invitation as it is shown, once: to what, the ways in, a picture of the first, how long. It has no repr."""

    role: str
    chat: str
    page: str
    picture: str
    once: str


class Appointing:
    """The pages under `/lead/audits/{audit}/people`. `bot`: what our bot is called by now."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages, bot: Callable[[], str]) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages
        self._bot = bot

    async def show(self, request: Request) -> Response:
        """`GET …/people`: who has which part."""
        return await self._page(request)

    async def change(self, request: Request) -> Response:
        """`POST …/people`: invite somebody, take an invitation back, or make its link anew."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        person = guard.first(fields, "person")
        try:
            match guard.first(fields, "do"):
                case "withdraw":
                    await self._do(appointing.withdraw, audit, person)
                    return RedirectResponse(audit_page(audit, PEOPLE), 303)
                case "renew":
                    role, link = await run_in_threadpool(
                        appointing.renew, self._storage, audit, person, self._clock
                    )
                    return await self._page(request, self._handed(request, role, link))
                case "partner":
                    return await self._invite_partner(request, audit)
                case _:
                    return await self._invite(request, audit, fields)
        except UnknownPersonError:
            _ = voice_of(request)
            gone = _("This invitation is not there any more. It was used meanwhile, or taken back.")
            return await self._page(request, problem=gone)

    async def confirm(self, request: Request) -> Response:
        """`GET …/people/{person}`: what it means that somebody's part ends, which is asked back."""
        audit, cookie, stamped = request.path_params["audit"], *gate.stamped(request)
        try:
            found = await run_in_threadpool(
                appointing.leaving, self._storage, audit, request.path_params["person"]
            )
        except (UnknownPersonError, NotToEndError, LastLeadError) as refused:
            return await self._page(request, problem=_why(refused, voice_of(request)), status=409)
        _ = voice_of(request)
        response = self._pages.page(
            request,
            "end-part.html",
            stamp=stamped,
            name=found.who.name or _("Somebody without a name"),
            role=_(NAMES[found.who.role]),
            actions=found.actions,
            is_oneself=found.who.account == gate.visitor(request).account,
            back=audit_page(audit, PEOPLE),
            address=audit_page(audit, PEOPLE, found.who.id),
        )
        gate.give(request, response, cookie)
        return response

    async def end(self, request: Request) -> Response:
        """`POST …/people/{person}`: end their part."""
        audit = request.path_params["audit"]
        await gate.posted(request)
        try:
            await self._do(appointing.end, audit, request.path_params["person"])
        except (UnknownPersonError, NotToEndError, LastLeadError) as refused:
            return await self._page(request, problem=_why(refused, voice_of(request)), status=409)
        known = await run_in_threadpool(appointing.appointees, self._storage, audit)
        still = any(each.account == gate.visitor(request).account and each.role == LEAD for each in known)
        demo = not gate.visitor(request).token
        return RedirectResponse(audit_page(audit, PEOPLE) if still or demo else gate.HOME, 303)

    async def _do(self, what: Callable[[Storage, str, str, Clock], None], audit: str, person: str) -> None:
        await run_in_threadpool(what, self._storage, audit, person, self._clock)

    async def _invite(self, request: Request, audit: str, fields: guard.Fields) -> Response:
        _ = voice_of(request)
        role, name = guard.first(fields, "role"), " ".join(guard.first(fields, "name").split())
        if not role:
            return await self._page(request, problem=_("Choose what they are to be."), name=name)
        try:
            link = await run_in_threadpool(
                appointing.invite, self._storage, audit, role, name[:LONGEST_NAME], self._clock
            )
        except NotToInviteError as refused:
            return await self._page(request, problem=_why(refused, _), name=name)
        return await self._page(request, self._handed(request, role, link))

    async def _invite_partner(self, request: Request, audit: str) -> Response:
        """A slip for somebody of another agency, who answers once, and has no part in the audit."""
        _ = voice_of(request)
        forms, _left = await run_in_threadpool(inviting.for_partners, self._storage, audit)
        if not forms:
            return await self._page(request, problem=_("Partners cannot be invited to this audit now."))
        codes = await run_in_threadpool(
            inviting.slips, self._storage, audit, 1, PARTNER, self._clock, gate.acting(request, audit)
        )
        leads, bot = inviting.to_form(codes[0], forms[0]), self._bot()
        ways = Ways(gate.site(request).origin, bot)
        once = _("It works once, as long as the audit is open. Give it to this one person alone.")
        chat, page = ways.chat(leads), ways.page(leads)
        return await self._page(request, Handed(_("partner agency"), chat, page, picture(page), once))

    def _handed(self, request: Request, role: str, link: Link) -> Handed:
        _ = voice_of(request)
        bot = self._bot()
        chat = Ways(bot=bot).chat(link.code) if bot else ""
        page = f"{gate.site(request).origin}/sign-in#{link.code}"
        return Handed(_(NAMES[role]), chat, page, picture(chat or page), once(link.lasts, _))

    async def _page(
        self,
        request: Request,
        handed: Handed | None = None,
        *,
        problem: str = "",
        name: str = "",
        status: int = 422,
    ) -> Response:
        _, audit = voice_of(request), request.path_params["audit"]
        cookie, stamped = gate.stamped(request)
        found = await run_in_threadpool(auditing.audit, self._storage, audit)
        known = await run_in_threadpool(appointing.appointees, self._storage, audit)
        forms, left = await run_in_threadpool(inviting.for_partners, self._storage, audit)
        response = self._pages.page(
            request,
            "people.html",
            status=status if problem else 200,
            stamp=stamped,
            found=found,
            groups=self._groups(request, known, audit),
            roles=[
                (role, _(NAMES[role]), role in SEES_NO_ANSWERS) for role in appointing.may_be_invited(known)
            ],
            handed=handed,
            partners=bool(forms),
            partners_left=left,
            problem=problem,
            name=name[:LONGEST_NAME],
            address=audit_page(audit, PEOPLE),
            back=audit_page(audit),
        )
        gate.give(request, response, cookie)
        return response

    def _groups(
        self, request: Request, known: tuple[Appointee, ...], audit: str
    ) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """Everybody, by what they are, with how that is called."""
        _, me = voice_of(request), gate.visitor(request).account
        leads = sum(each.role == LEAD and each.has_come for each in known)
        return tuple(
            (
                _(NAMES[role]),
                tuple(self._row(each, me, leads, audit, _) for each in known if each.role == role),
            )
            for role in NAMES
            if any(each.role == role for each in known)
        )

    def _row(self, each: Appointee, me: bytes, leads: int, audit: str, _: Voice) -> Row:
        name = each.name or (_("No name yet") if each.has_come else _("Invited"))
        if each.account == me:
            name = _("{name} (you)", name=name)
        stays = each.role == LEAD and leads - each.has_come < 1
        stays |= each.role == DEPUTY and each.has_come
        withdraws = not each.has_come and each.role != LEAD
        end = "" if stays or withdraws else audit_page(audit, PEOPLE, each.id)
        return Row(each.id, name, self._state(each, _), not withdraws, end)

    def _state(self, each: Appointee, _: Voice) -> str:
        if not each.has_come:
            if each.until <= access.moment(self._clock):
                return _("Not come yet. The link has run out.")
            return _("Not come yet. The link holds until {day}.", day=_.date(_day(each.until)))
        if each.channel and each.ways:
            return _("Signs in on the web, and is told in a chat.")
        return _("Is told in a chat.") if each.channel else _("Signs in on the web.")


def _day(moment: int) -> date:
    return local_day(datetime.fromtimestamp(moment, UTC))


def _why(refused: Exception, _: Voice) -> str:
    """Why something cannot be done here, and who can."""
    match refused:
        case LastLeadError():
            return _("An audit needs a lead. Ask whoever runs Candour to give somebody else this part first.")
        case NotToEndError():
            return _(
                "The deputy is told what goes past the lead. So only whoever runs Candour can end this part."
            )
        case NotToInviteError():
            return _("Nobody can be invited to this part here. Ask whoever runs Candour.")
        case _other:
            return _("There is nobody like that in this audit any more.")
