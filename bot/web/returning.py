"""The page for whoever comes back with a receipt: what the lead wrote, and what can be done from there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot import welcoming
from bot.channels import webchat
from bot.errors import ReceiptMissingError, TooManyTriesError, WrongReceiptError
from bot.founding import FOR_RECEIPTS
from bot.messages import Address, Incoming, Returned, Welcomed
from bot.turns import TurnLoop
from bot.web import guard
from bot.web.conversation import path
from bot.web.pages import Link, Pages, stamp, voice_of
from storage.errors import UnknownFormError


class Returning:
    """The page `/receipt`."""

    def __init__(self, turns: TurnLoop, pages: Pages) -> None:
        self._turns = turns
        self._pages = pages

    async def ask(self, request: Request) -> Response:
        """`GET /receipt`: where to enter it."""
        return self._asked(request)

    async def open(self, request: Request) -> Response:
        """`POST /receipt`: what it opens. The address does not change, so that nothing is left in the history."""
        fields = await guard.read(request)
        _ = voice_of(request)
        if not guard.is_ours(request, fields):
            return self._asked(
                request, _("This page was open for too long. Please enter your receipt again."), 403
            )
        try:
            welcomed = await self._welcomed(request, guard.first(fields, "receipt"))
        except ReceiptMissingError:
            return self._asked(
                request, _("Please write your receipt here. It has 20 letters and numbers."), 422
            )
        except WrongReceiptError:
            wrong = _("This receipt opens nothing. Please check each letter and number.")
            return self._asked(request, wrong, 422, guard.first(fields, "receipt")[:60])
        except TooManyTriesError:
            many = _("Too many receipts were tried just now. Please wait an hour and try again.")
            return self._asked(request, many, 429)
        return self._pages.page(
            request,
            "returned.html",
            audit=welcomed.audit,
            title=welcomed.title,
            messages=[(welcoming.who(each, voice_of(request)), each.text) for each in welcomed.messages],
            ways=self._ways(request, welcomed),
        )

    async def _welcomed(self, request: Request, typed: str) -> Welcomed:
        """What the receipt opens, noted for each page on which something can be done with it."""
        returned = await self._turns.returned(typed)
        address = Address(webchat.CHANNEL, guard.known(request))
        welcomed = None
        for form in FOR_RECEIPTS:
            welcomed = await self._noted(address, form, returned) or welcomed
        if welcomed is None:
            raise WrongReceiptError
        return welcomed

    async def _noted(self, address: Address, form: str, returned: Returned) -> Welcomed | None:
        """None where the audit was opened before there was such a form."""
        come = Incoming(address, returned.visit.audit, form, "", returned)
        try:
            outcome = await self._turns.hear(come)
        except UnknownFormError:
            return None
        return outcome if isinstance(outcome, Welcomed) else None

    def _ways(self, request: Request, welcomed: Welcomed) -> list[Link]:
        language = voice_of(request).language
        return [
            Link(form.title.to(language), path(welcomed.audit, form.id), "secondary")
            for form in welcomed.forms
        ]

    def _asked(self, request: Request, problem: str = "", status: int = 200, typed: str = "") -> Response:
        cookie = guard.known(request) or guard.new_cookie()
        response = self._pages.page(
            request, "receipt.html", status=status, problem=problem, typed=typed, stamp=stamp(cookie)
        )
        guard.give(request, response, cookie)
        return response
