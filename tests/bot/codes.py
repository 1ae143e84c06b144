"""An app that shows codes, for people of the tests who are in a chat."""

from __future__ import annotations

from datetime import timedelta

import pyotp

from bot.channels.memory import Person
from bot.clock import SetClock
from bot.services import access
from storage.unit_of_work import Storage


class App:
    """What is on their phone: each code works once."""

    def __init__(self, secret: str, clock: SetClock) -> None:
        self._codes, self._clock = pyotp.TOTP(secret), clock

    def shows(self) -> str:
        """The next code."""
        self._clock.move(timedelta(seconds=30))
        return self._codes.at(self._clock.now())


async def an_app(person: Person, storage: Storage, clock: SetClock) -> App:
    """The app that somebody sets up on their page, by a link that they ask for in the chat."""
    await person.says("/signin")
    token = access.follow(storage, person.last.text[0], clock)
    assert token is not None
    visitor = access.who(storage, token, clock)
    assert visitor is not None
    app = App(access.new_app(storage, visitor).secret, clock)
    assert isinstance(access.confirm_code(storage, visitor, app.shows(), clock), str)
    return app
