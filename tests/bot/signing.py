"""People with a role and their browsers, for tests: appointed by the operator, signed in with an app."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pyotp

from bot.clock import SetClock
from bot.services import appointing
from tests.bot.website import AUDIT, BASE, Browser, Page, Site


@dataclass
class Colleague:
    """Somebody with a role: their id, their browser, and the app on their phone."""

    person: str
    browser: Browser
    clock: SetClock
    secret: str = ""

    def code(self) -> str:
        """What their app shows, a step later than the last time: each code works once."""
        self.clock.move(timedelta(seconds=30))
        return pyotp.TOTP(self.secret).at(self.clock.now())

    async def open(self, address: str) -> Page:
        """Go to an address, and show a code where one is asked for."""
        page = await self.browser.open(address)
        return await self.confirm() if str(page.response.url.path) == "/sign-in/confirm" else page

    async def confirm(self) -> Page:
        """Show a code on the page that asks for one."""
        return await self.browser.press("Go on", code=self.code())


def newcomer(site: Site, role: str, audit: str = AUDIT, name: str = "", base: str = BASE) -> Colleague:
    """Somebody who was given a role, and has not signed in yet."""
    person, link = appointing.appoint(site.storage, audit, role, name or f"The {role}", clock=site.clock)
    colleague = Colleague(person, site.browser(base), site.clock)
    colleague.secret = link.code  # until they have an app
    return colleague


async def follow(colleague: Colleague, code: str) -> Page:
    """Open a link, as far as the page that asks for more."""
    await colleague.browser.open("/sign-in")
    return await colleague.browser.press("Go on", code=code)


async def signed_in(site: Site, role: str, audit: str = AUDIT, name: str = "", base: str = BASE) -> Colleague:
    """Somebody with this role who has set up an app and is signed in."""
    colleague = newcomer(site, role, audit, name, base)
    page = await follow(colleague, colleague.secret)
    colleague.secret = secret_on(page)
    page = await colleague.confirm()
    assert page.response.url.path == "/lead", page.text
    return colleague


def secret_on(page: Page) -> str:
    """The secret that the page shows for an app."""
    found = re.search(r"[?&]secret=([A-Z2-7]+)", page.html)
    assert found is not None, page.text
    return found[1]
