"""One conversation on any channel: what a person does, in no channel's terms, and what they see after it.

Where a channel rightly differs from a chat, it says so here, in the comments that begin with “Differs”.
"""

from __future__ import annotations

import asyncio
import io
import queue
import re
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

import httpx
from msgspec import Struct
from rich.console import Console

from bot import wording
from bot.channels import memory
from bot.channels.console import talk
from bot.clock import Clock
from bot.turns import TurnLoop
from bot.web import create_app
from dialogues.catalogues import own_name
from dialogues.form import Form
from dialogues.interview import Interview, State
from storage.unit_of_work import Storage
from tests.bot.channels.house import AUDIT, House, held
from tests.bot.website import BASE, Browser
from tests.telegram.people import Person
from tests.telegram.world import Tap as TapThere


class Tap(Struct, frozen=True):
    """Tap the button with these words."""

    label: str


class Again(Struct, frozen=True):
    """Tap the same button once more: what it was is still in the hand, whatever the screen shows now."""


class Type(Struct, frozen=True):
    """Write this: an answer, the words of a button, or a command."""

    words: str


class Change(Struct, frozen=True):
    """Change the answer with this number in the list of answers."""

    number: int


class Risk(Struct, frozen=True):
    """Someone is at risk, by what stands in the same place on every screen."""


Step: TypeAlias = Tap | Again | Type | Change | Risk


class Seen(Struct, frozen=True):
    """What a person reads after a step, its white space made one space each, and what they can tap."""

    text: str
    labels: frozenset[str]
    paragraphs: tuple[str, ...] = ()


class Ended(Struct, frozen=True):
    """What is saved at the end; `answers` is None where a channel keeps nothing."""

    state: State
    language: str = ""
    answers: dict[str, str] | None = None


class Channel(Protocol):
    """One person on one channel."""

    async def begins(self) -> Seen: ...

    async def does(self, step: Step) -> Seen: ...

    async def ends(self) -> Ended: ...


def flat(text: str) -> str:
    return " ".join(text.split())


def toggled(marked: list[str], label: str) -> list[str]:
    return [each for each in marked if each != label] if label in marked else [*marked, label]


def _saved(interview: Interview) -> Ended:
    return Ended(interview.state, interview.language, dict(interview.answers))


# A chat in memory: what all others are compared with


class InMemory:
    def __init__(self, turns: TurnLoop, storage: Storage) -> None:
        self.person = memory.Person(turns, "amina")
        self._storage = storage
        self._tapped = ""

    async def begins(self) -> Seen:
        return _in_memory(await self.person.comes(AUDIT))

    async def does(self, step: Step) -> Seen:
        match step:
            case Tap(label):
                self._tapped = next(
                    token
                    for message in reversed(self.person.chat)
                    for words, token in message.buttons
                    if words == label
                )
                return _in_memory(await self.person.taps_on(self._tapped))
            case Again():
                return _in_memory(await self.person.taps_on(self._tapped))
            case Type(words):
                return _in_memory(await self.person.says(words))
            case Change(number):
                return _in_memory(await self.person.says(f"/edit {number}"))
            case Risk():
                return _in_memory(await self.person.says("Someone is at risk"))

    async def ends(self) -> Ended:
        conversation = held(self._storage, memory.CHANNEL, "amina")
        assert conversation is not None
        return _saved(conversation.interview)


def _in_memory(messages: tuple[memory.Message, ...]) -> Seen:
    parts = tuple(flat(part) for message in messages for part in message.text)
    return Seen(" ".join(parts), frozenset(label for each in messages for label in each.labels), parts)


# Telegram


class InTelegram:
    def __init__(self, house: House, number: int = 5) -> None:
        self.house = house
        self.person: Person = house.telegram.person(number)
        self._tapped: TapThere | None = None

    async def begins(self) -> Seen:
        return await self._after(lambda: self.person.start(AUDIT))

    async def does(self, step: Step) -> Seen:
        match step:
            case Tap(label):
                return await self._after(lambda: self._tap(label))
            case Again():
                tapped = self._tapped
                assert tapped is not None
                return await self._after(lambda: self.person.taps_again(tapped))
            case Type(words):
                return await self._after(lambda: self.person.writes(words))
            case Change(number):
                return await self._after(lambda: self.person.writes(f"/edit {number}"))
            case Risk():
                return await self._after(lambda: self.person.writes("Someone is at risk"))

    async def ends(self) -> Ended:
        conversation = self.house.held(self.person)
        assert conversation is not None
        return _saved(conversation.interview)

    def _tap(self, label: str) -> None:
        self._tapped = self.person.taps(lambda words, _: words.removeprefix("✓ ") == label)

    async def _after(self, act: Callable[[], object]) -> Seen:
        before = max((shown.moment for shown in self.person.chat), default=0)
        act()
        await self.house.quiet()
        news = [shown for shown in self.person.replies if shown.moment > before]
        text = flat(" ".join([*self.person.notices[-1:], *(shown.text for shown in news)]))
        labels = {label.removeprefix("✓ ") for shown in news for label in shown.labels()}
        # Differs: answers are changed by a numbered pencil each; before consent every language has its button.
        ours = {label for label in labels if not label.startswith("✎ ")} - _LANGUAGES
        return Seen(text, frozenset(ours))


# The web


_OPTION = re.compile(
    r'<input class="govuk-\w+__input"[^>]*value="([^"]*)"[^>]*>\s*<label[^>]*>(.*?)</label>', re.DOTALL
)
_WAYS = {"/back": "Back", "/skip": "Skip", "/pause": "Pause", "/stop": "Stop", "/resume": "Go on"}


class OnTheWeb:
    """Differs: one button, “Continue”, gives the answer that stands in the control, typed or chosen."""

    def __init__(self, storage: Storage, turns: TurnLoop, clock: Clock) -> None:
        app = create_app(storage, turns, clock, host="127.0.0.1", demo=False)
        transport = httpx.ASGITransport(app=app)
        self.browser = Browser(httpx.AsyncClient(transport=transport, base_url=BASE, follow_redirects=True))
        self._storage = storage
        self._marked: list[str] = []
        self._again: Callable[[], Awaitable[object]] = self._look

    async def begins(self) -> Seen:
        await self.browser.open(f"/a/{AUDIT}")
        await self.browser.press("Start")
        return self._seen()

    async def does(self, step: Step) -> Seen:
        match step:
            case Tap(label) if label in self._options() and self._control() == "checkboxes":
                # Differs: marks are only in the browser until they are sent.
                self._mark(label)
            case Tap("Done"):
                await self._press("Continue", answer=self._marked)
                self._marked = []
            case Tap(label) if label in self.browser.page.buttons():
                await self._press(label)
            case Tap(label):
                await self._press("Continue", answer=self._options()[label])
            case Again():
                await self._again()
            case Type(words):
                await self._type(words)
            case Change(number):
                await self._change(number)
            case Risk():
                # Differs: the way to help is a page of its own, and the question waits behind it.
                await self.browser.open(self.browser.page.links["Someone is at risk"])
        return self._seen()

    async def ends(self) -> Ended:
        cookie = next(
            cookie.value
            for cookie in self.browser.client.cookies.jar
            if cookie.value and len(cookie.value) > 20
        )
        await self.browser.client.aclose()
        conversation = held(self._storage, "web", cookie, AUDIT, "work")
        assert conversation is not None
        return _saved(conversation.interview)

    async def _press(self, label: str, **answers: str | list[str]) -> None:
        page = self.browser.page

        async def press() -> object:
            return await self.browser.press(label, page, **answers)

        self._again = press
        await press()

    async def _look(self) -> object:
        return await self.browser.open(f"/a/{AUDIT}/work")

    async def _type(self, words: str) -> None:
        """Differs: what has a control of its own is put into it; commands are buttons."""
        if words in _WAYS:
            return await self._press(_WAYS[words])
        if words.startswith("/language "):
            # Differs: the languages stand at the top of every page.
            await self.browser.press({"cy": "Cymraeg", "en": "English"}[words[10:]])
            return None
        if words == "/start":
            await self._look()
            return None
        if words in self.browser.page.buttons():
            return await self._press(words)
        if "Change it" in self.browser.page.buttons():
            # Differs: to write it anew, the box with the text must be asked for.
            await self._press("Change it")
        more = _continue(self.browser.page.buttons())
        options = self._options()
        if self._control() == "date":
            day, month, year, *_ = [*words.split(), "", ""]
            return await self._press(more, day=day, month=_MONTHS.get(month, month), year=year)
        if self._control() == "checkboxes":
            return await self._press(more, answer=[options[each.strip()] for each in words.split(",")])
        return await self._press(more, answer=options.get(words, words))

    async def _change(self, number: int) -> None:
        changing = [label for label in self.browser.page.buttons() if label.startswith("Change ")]
        await self._press([label for label in changing if label != "Change it"][number - 1])

    def _mark(self, label: str) -> None:
        self._marked = toggled(self._marked, self._options()[label])

    def _control(self) -> str:
        return next(iter(self.browser.page.values("control")), "")

    def _options(self) -> dict[str, str]:
        return {flat(label): value for value, label in _OPTION.findall(self.browser.page.html)}

    def _seen(self) -> Seen:
        page = self.browser.page
        labels = {label for label in page.buttons() if not label.startswith(("Change ", "Newid "))}
        if "Change it" in page.buttons():
            labels.add("Change it")
        return Seen(page.text, frozenset(labels | set(self._options())) - _CHROME)


_MONTHS = {"May": "5"}
_LANGUAGES = frozenset(own_name(code) for code in wording.languages())
_CHROME = _LANGUAGES | {"Continue", "Parhau", "Make room for someone else"}


def _continue(buttons: list[str]) -> str:
    return "Continue" if "Continue" in buttons else "Parhau"


# A terminal


class InATerminal:
    """Differs: nothing is stored, nothing can be tapped (a button is typed), and there are no old buttons."""

    def __init__(self, form: Form, clock: Clock) -> None:
        self._heard: queue.Queue[str | None] = queue.Queue()
        self._shown: queue.Queue[str | None] = queue.Queue()
        self._form, self._clock = form, clock
        self._talk: asyncio.Future[State] | None = None
        self._seen = Seen("", frozenset())
        self._marked: list[str] = []

    async def begins(self) -> Seen:
        console = _Fed(self._heard, self._shown)
        self._talk = asyncio.ensure_future(asyncio.to_thread(self._hold, console))
        return await self._next()

    def _hold(self, console: _Fed) -> State:
        try:
            return talk(self._form, console, self._clock)
        finally:
            self._shown.put(console.taken())
            self._shown.put(None)

    async def does(self, step: Step) -> Seen:
        assert self._talk is not None
        match step:
            case Tap("Done"):
                self._heard.put(", ".join(self._marked))
                self._marked = []
            case Tap(label) if any(hint in self._seen.text for hint in _SEVERAL):
                # Differs: several choices are typed in one line.
                if label not in _WAYS.values():
                    self._marked = toggled(self._marked, label)
                    return self._seen
                self._heard.put(label)
            case Tap(words) | Type(words):
                self._heard.put(words)
            case Change(number):
                self._heard.put(f"/edit {number}")
            case Risk():
                self._heard.put("Someone is at risk")
            case Again():
                return self._seen
        return await self._next()

    async def ends(self) -> Ended:
        assert self._talk is not None
        self._heard.put(None)
        return Ended(await self._talk)

    async def _next(self) -> Seen:
        shown = await asyncio.to_thread(self._shown.get, timeout=10)
        if shown is not None:
            self._seen = _on_paper(shown)
        return self._seen


_SEVERAL = ("Pick all that fit.", "Dewiswch bob un sy’n addas.")


class _Fed(Console):
    """A terminal whose lines are typed by a test."""

    def __init__(self, heard: queue.Queue[str | None], shown: queue.Queue[str | None]) -> None:
        self._page = io.StringIO()
        super().__init__(file=self._page, width=4000, highlight=False, color_system=None)
        self._heard, self._out = heard, shown

    def taken(self) -> str:
        text = self._page.getvalue()
        self._page.seek(0)
        self._page.truncate()
        return text

    def input(self, *_: object, **__: object) -> str:
        self._out.put(self.taken())
        said = self._heard.get(timeout=10)
        if said is None:
            raise EOFError
        return said


def _on_paper(page: str) -> Seen:
    choices = re.findall(r"^  \d+\. (.+?)\s*$", page, re.MULTILINE)
    ways = [
        label
        for line in re.findall(r"^\[.+\]\s*$", page, re.MULTILINE)
        for label in re.findall(r"\[(.+?)\]", line)
    ]
    return Seen(flat(page), frozenset([*map(flat, choices), *ways]))
