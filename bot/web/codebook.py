"""The codebook on a page for auditors and leads: what the themes mean, how to revise them, and what fits none."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.services import coding, revising
from bot.services.revising import RevisionRefusedError
from bot.web import gate, guard
from bot.web.guard import Fields
from bot.web.pages import Pages, reading, voice_of
from bot.wording import Voice, mark
from dialogues.form import NO_TEXT, Text
from reports import revisions
from reports.revisions import Add, AddWords, Merge, Redefine, Rename, Retire, Revision, Split
from storage.codebooks import Revised
from storage.unit_of_work import Storage

CHANGES = {
    "add": mark("Add a code"),
    "rename": mark("Give a code another name"),
    "redefine": mark("Say better what belongs there"),
    "merge": mark("Make one code part of another"),
    "split": mark("Divide a code"),
    "retire": mark("Retire a code"),
    "words": mark("Add words to look for"),
}


class Codebooks:
    """`/lead/audits/{audit}/coding/codebook`."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET …/coding/codebook`: what every code means, and what fits none of them."""
        return await self._page(request)

    async def revise(self, request: Request) -> Response:
        """`POST …/coding/codebook`: one change, with its reason."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        try:
            await run_in_threadpool(
                revising.revise,
                self._storage,
                [_revision(fields, reading(request))],
                gate.acting(request, audit),
                self._clock,
            )
        except RevisionRefusedError as refused:
            return await self._page(request, refused.problems, guard.first(fields, "change"))
        return RedirectResponse(gate.audit_page(audit, "coding", "codebook"), 303)

    async def _page(self, request: Request, problems: tuple[str, ...] = (), opened: str = "") -> Response:
        audit, language, _ = request.path_params["audit"], reading(request), voice_of(request)
        cookie, stamped = gate.stamped(request)
        book = await run_in_threadpool(revising.present, self._storage)
        loose, unsure = await run_in_threadpool(coding.unplaced, self._storage, audit)
        response = self._pages.page(
            request,
            "codebook.html",
            status=422 if problems else 200,
            audit=audit,
            address=gate.audit_page(audit),
            book=book,
            reader=language,
            loose=loose,
            unsure=unsure,
            changes=[(name, _(words)) for name, words in CHANGES.items()],
            opened=opened,
            history=[_told(each, _) for each in await run_in_threadpool(revising.history, self._storage)],
            problems=problems,
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response


def _revision(fields: Fields, language: str) -> Revision:
    """The change that was asked for; whether it can be made, the service says."""
    made = _MADE.get(guard.first(fields, "change"), _MADE["retire"])
    return made(_Asked(fields, language))


class _Asked:
    """The fields of a change, trimmed."""

    def __init__(self, fields: Fields, language: str) -> None:
        self._fields = fields
        self._language = language

    def __call__(self, name: str) -> str:
        return " ".join(guard.first(self._fields, name).split())

    def text(self, name: str) -> Text:
        """Words in the language of the page; English too, which every code needs, when it is a new one."""
        words = self(name)
        return Text({self._language: words}) if words else NO_TEXT

    def english(self, name: str) -> Text:
        """Words that stand for all languages until they are translated."""
        words = self(name)
        return Text({"en": words} if self._language == "en" else {"en": words, self._language: words})

    def listed(self, name: str) -> tuple[str, ...]:
        """What stands between commas."""
        return tuple(part.strip() for part in self(name).split(",") if part.strip())


_MADE: dict[str, Callable[[_Asked], Revision]] = {
    "add": lambda it: Add(
        code=it("code"),
        name=it.english("name"),
        definition=it.english("definition"),
        includes=it("includes"),
        excludes=it("excludes"),
        lexicon={it("language") or "en": it.listed("words")} if it("words") else {},
        reason=it("reason"),
    ),
    "rename": lambda it: Rename(code=it("old"), name=it.english("name"), reason=it("reason")),
    "redefine": lambda it: Redefine(
        code=it("old"),
        definition=it.text("definition"),
        includes=it("includes"),
        excludes=it("excludes"),
        reason=it("reason"),
    ),
    "merge": lambda it: Merge(codes=(it("old"),), into=it("into"), reason=it("reason")),
    "split": lambda it: Split(code=it("old"), into=it.listed("parts"), reason=it("reason")),
    "retire": lambda it: Retire(code=it("old"), reason=it("reason")),
    "words": lambda it: AddWords(
        code=it("old"), language=it("language") or "en", words=it.listed("words"), reason=it("reason")
    ),
}


def _told(each: Revised, _: Voice) -> tuple[str, str]:
    """A revision in words: what was changed and when, and why."""
    change = each.revision
    code = ", ".join(change.codes) if isinstance(change, Merge) else change.code
    what = _(CHANGES[revisions.kind(change)])
    return f"{_.date(each.day)} – {what}: {code}", change.reason
