"""Pages: our templates, filled in the reader's language and sent with what every page needs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot import wording
from bot.web import guard
from dialogues import catalogues
from dialogues.form import Language
from dialogues.wordless import Wordless
from reports import rendering

STATIC = Path(__file__).parent / "static"
REPORT_STYLES = "report.css"
EXIT = "https://www.bbc.co.uk/weather"
LANGUAGE_COOKIE = "candour-language"
FOR_ROLES = ("/lead", "/audits", "/sign-in", "/sign-out")  # pages for people with a role …
ROLE_LANGUAGES = ("en", "cy")  # … are in these languages; what staff read is in all of them


class Stamp(Wordless, frozen=True):
    """What every form on a page carries: whose page it is, and which; it has no repr."""

    csrf: str
    update: str


class Speaking(Struct, frozen=True):
    """Where a conversation takes the wish for another language, instead of `/language`."""

    action: str
    stamp: Stamp


class Link(Struct, frozen=True):
    """A way on, as a button or a link."""

    label: str
    href: str
    style: str = ""


@cache
def static(name: str) -> str:
    """The address of a file in `static/`, which changes when the file does."""
    content = rendering.stylesheet().encode() if name == REPORT_STYLES else (STATIC / name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:12]
    return f"/static/{name}?{digest}"


def languages(request: Request) -> tuple[Language, ...]:
    """The languages of a page, each by its own name."""
    return tuple(Language(code, catalogues.own_name(code)) for code in _known(request))


def _known(request: Request) -> tuple[str, ...]:
    return ROLE_LANGUAGES if request.url.path.startswith(FOR_ROLES) else wording.languages()


def reading(request: Request) -> str:
    """The language of whoever reads: as they chose, else as their browser says, else English."""
    known = _known(request)
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    accepted = request.headers.get("accept-language", "").split(",")
    wished = [chosen, *(part.split(";")[0].strip()[:2].lower() for part in accepted)]
    return next((code for code in wished if code in known), wording.SOURCE)


def risk_link(audit: str = "", form: str = "") -> str:
    """Where to turn, with the way back to where one was."""
    query = {name: value for name, value in (("audit", audit), ("form", form)) if value}
    return "/risk" + (f"?{urlencode(query)}" if audit else "")


class Pages:
    """Fills templates. `demo` marks every page as an example; `exit_link` is where “Exit this page” leads."""

    def __init__(self, *, demo: bool, exit_link: str = EXIT) -> None:
        self.demo = demo
        self._common: dict[str, object] = {
            "static": static,
            "demo": demo,
            "exit_link": exit_link,
            "direction_of": catalogues.direction,
        }
        self._templates = Environment(
            loader=PackageLoader("bot.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(
        self,
        request: Request,
        template: str,
        *,
        language: str = "",
        status: int = 200,
        audit: str = "",
        form: str = "",
        offered: tuple[Language, ...] = (),
        speak: Speaking | None = None,
        **values: object,
    ) -> HTMLResponse:
        """A page. `audit` and `form` are where its reader is, so that “at risk” leads back there."""
        language = language or reading(request)
        voice = wording.voice(language)
        audit = audit or str(
            request.path_params.get("audit", "")
        )  # also where the page of this address broke
        common: dict[str, object] = {
            **self._common,
            "_": voice,
            "several": voice.several,
            "language": language,
            "page_language": voice.language,
            "direction": voice.direction,
            "languages": offered or languages(request),
            "here": request.url.path if request.method == "GET" else "/",
            "speak": speak,
            "risk_link": risk_link(audit, form),
            "audit": audit,
        }
        return HTMLResponse(self._templates.get_template(template).render(common | values), status)

    def message(
        self,
        request: Request,
        heading: str,
        *text: str,
        links: tuple[Link, ...] = (),
        status: int = 200,
        audit: str = "",
        form: str = "",
    ) -> HTMLResponse:
        """A page that says one thing, and what can be done about it."""
        return self.page(
            request,
            "message.html",
            status=status,
            audit=audit,
            form=form,
            heading=heading,
            text=text,
            links=links,
        )


def picture(address: str) -> Markup:
    """An address, to be scanned. Paths alone: nothing of it could be a script."""
    return Markup(segno.make(address, micro=False).svg_inline(scale=5, border=4, light="#fff"))  # noqa: S704


def stamp(cookie: str) -> Stamp:
    """What the forms of a new page carry, for whoever has this cookie."""
    return Stamp(guard.csrf(cookie), guard.new_update())


def voice_of(request: Request) -> wording.Voice:
    """The voice in which this reader is spoken to."""
    return wording.voice(reading(request))
