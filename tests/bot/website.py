"""A small browser without JavaScript, for tests: it reads our pages and presses their buttons."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import httpx

from bot.clock import SetClock
from bot.services import auditing
from bot.turns import TurnLoop
from bot.web import create_app
from dialogues import library
from storage.casework import Audit
from storage.receipts import QUICK
from storage.unit_of_work import Storage
from tests.epochs import epochs_in

NOW = dt.datetime(2026, 5, 4, 21, 30, tzinfo=dt.UTC)
AUDIT = "rowan"
PASSPHRASE = "copper lantern tuesday marsh"
STAFF = f"/a/{AUDIT}/staff-culture"
BASE = "http://localhost"


@dataclass
class Form:
    """A form as a browser would send it: its address, its fields, its buttons by label."""

    action: str
    id: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self._into: list[str] | None = None
        self._taken: list[str] = []
        self._field = self._button = ("", "")
        self._link = self._of = ""

    def _form(self) -> Form:
        """The form that a button sends: the one that it names, else the one that it stands in."""
        return next((form for form in self.forms if self._of and form.id == self._of), self.forms[-1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self.forms.append(Form(given["action"].partition("#")[0], given.get("id", "")))
            case "input" if given["type"] in ("hidden", "text") or "checked" in given:
                self.forms[-1].fields.append((given["name"], given.get("value", "")))
            case "textarea" | "button" | "a":
                self._taken = []
                self._field = self._button = (given.get("name", ""), given.get("value", ""))
                self._link = given.get("href", "")
                self._of = given.get("form", "")

    def handle_data(self, data: str) -> None:
        self._taken.append(data)
        self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        taken = "".join(self._taken)
        if tag == "textarea":
            self.forms[-1].fields.append((self._field[0], taken.removeprefix("\n")))
        elif tag == "button":
            self._form().buttons.setdefault(" ".join(taken.split()), self._button)
        elif tag == "a":
            self.links[" ".join(taken.split())] = self._link


class Page:
    """What came back, as a person or a browser sees it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.text
        reader = _Reader()
        reader.feed(self.html)
        self.forms = reader.forms
        self.links = reader.links
        self.text = " ".join(" ".join(reader.words).split())

    def form(self, button: str) -> Form:
        """The form that has this button."""
        found = next((form for form in self.forms if button in form.buttons), None)
        assert found is not None, (
            f"no button “{button}” on the page ({self.status}); there are {self.buttons()}"
        )
        return found

    def buttons(self) -> list[str]:
        """The labels of all buttons."""
        return [label for form in self.forms for label in form.buttons]

    def values(self, name: str) -> list[str]:
        """What stands in the fields of this name."""
        return [value for form in self.forms for there, value in form.fields if there == name]


class Browser:
    """A person with a browser: keeps cookies, follows redirects, remembers the page."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = Page(httpx.Response(204))

    async def open(self, address: str) -> Page:
        """Go to an address of our site."""
        self.page = Page(await self.client.get(address))
        return self.page

    async def press(self, button: str, page: Page | None = None, **answers: str | list[str]) -> Page:
        """Press a button of the page, with what was put into its fields."""
        form = (page or self.page).form(button)
        fields = [(name, value) for name, value in form.fields if name not in answers]
        for name, given in answers.items():
            fields += [(name, value) for value in ([given] if isinstance(given, str) else given)]
        fields += [pressed for pressed in [form.buttons[button]] if pressed[0]]
        return await self.send(form.action, fields)

    async def send(self, address: str, fields: list[tuple[str, str]]) -> Page:
        """Post fields as a browser encodes them."""
        kind = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode(fields, errors="surrogatepass")
        self.page = Page(await self.client.post(address, content=body, headers=kind))
        return self.page

    async def begin(self, address: str = STAFF) -> Page:
        """Open a conversation and agree to take part."""
        await self.open(address)
        await self.press("Start")
        return await self.press("Continue", answer="yes")


@dataclass
class Site:
    """A whole site on a database of its own."""

    storage: Storage
    app: object
    turns: TurnLoop
    clock: SetClock

    def browser(self, base: str = BASE) -> Browser:
        """Another person's browser."""
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        return Browser(httpx.AsyncClient(transport=transport, base_url=base, follow_redirects=True))


@asynccontextmanager
async def site(folder: Path, *, host: str = "127.0.0.1", demo: bool = True) -> AsyncIterator[Site]:
    """The real application on a real SQLite file, with one open audit."""
    storage = opened(folder)
    clock = SetClock(NOW)
    try:
        async with TurnLoop(storage, clock) as turns:
            app = create_app(storage, turns, clock, host=host, demo=demo)
            yield Site(storage, app, turns, clock)
    finally:
        storage.close()


def opened(folder: Path) -> Storage:
    """A database with one open audit, new or as it was left."""
    storage = Storage.open(
        folder / "data", folder / "keys" / "candour.key", cost=QUICK, epochs=epochs_in(folder)
    )
    if not auditing.audits(storage):
        audit = Audit(
            id=AUDIT,
            name="Rowan House: audit",
            service="Rowan House",
            incident="Care was missed.",
            staff_count=58,
            opened_on=NOW.date(),
            synthetic=True,
        )
        auditing.open_audit(storage, audit, [library.shipped("staff-culture"), library.shipped("concern")])
        auditing.choose_passphrase(storage, AUDIT, PASSPHRASE, SetClock(NOW))
    return storage


def spoil(storage: Storage) -> None:
    """Put something into the place of the database that is none."""
    folder = Path(str(storage.database.engine.url.database)).parent
    for file in folder.glob("candour.db*"):
        file.write_bytes(b"not a database at all" * 1000)
