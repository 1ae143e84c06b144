"""Pages for auditors who tie what people said to themes: one excerpt at a time, one press for each."""

from __future__ import annotations

from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import tying, worktable
from bot.clock import Clock
from bot.services import auditing, coding, revising
from bot.web import gate, guard
from bot.web.guard import Fields
from bot.web.pages import Pages, reading, voice_of
from bot.wording import Voice, mark
from bot.worktable import Card
from dialogues.wordless import Wordless
from reports import agreement
from reports.agreement import Verdict
from reports.codebook import Codebook
from reports.coding import Coded, Decision, Direction, Shown
from storage.casework import Status
from storage.coding import Origin
from storage.errors import PassphraseWrongError
from storage.slips import LEAD
from storage.unit_of_work import Storage

CODING, SECOND = "coding", "coding/second"


class Press(Struct, frozen=True):
    """A suggestion as a button: what it decides, the theme that it is under, why, and what of it is kept.

    It has no repr.
    """

    value: str
    name: str
    theme: str
    why: str
    shown: str

    def __repr__(self) -> str:
        return f"Press({self.value!r})"


class Tied(Struct, frozen=True):
    """A code that was decided on, with its name and the direction that it has."""

    code: str
    name: str
    direction: str


class Compared(Struct, frozen=True):
    """Agreement on a theme, in words and rounded figures."""

    name: str
    share: str
    kappa: str
    alpha: str
    characters: str
    verdict: str


class Dispute(Wordless, frozen=True):
    """A disagreement in words: the excerpt, and what each side made of it. It has no repr."""

    id: str
    question: str
    text: str
    sides: tuple[tuple[str, str, str], ...]  # who, in words, and the codes as a button sends them
    mark: str
    settled: str


class Coder:
    """`/lead/audits/{audit}/coding` and what is below it."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET …/coding`: the next excerpt; `?excerpt=` one again, `?was=` what was decided just before."""
        return await self._desk(request, CODING)

    async def second(self, request: Request) -> Response:
        """`GET …/coding/second`: the next of the sample that a second auditor codes, seeing nothing but the words."""
        return await self._desk(request, SECOND)

    async def decide(self, request: Request) -> Response:
        """`POST …/coding`: what was decided about an excerpt; then the next one is shown."""
        return await self._decided(request, CODING)

    async def decide_second(self, request: Request) -> Response:
        """`POST …/coding/second`: the same, blind."""
        return await self._decided(request, SECOND)

    async def unlock(self, request: Request) -> Response:
        """`GET …/coding/unlock`: a field for the passphrase."""
        return await self._unlock(request)

    async def unlocked(self, request: Request) -> Response:
        """`POST …/coding/unlock`: cut what people wrote into excerpts, once."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        _ = voice_of(request)
        if not await run_in_threadpool(self._can_unlock, audit):
            return RedirectResponse(gate.audit_page(audit, CODING), 303)
        try:
            await run_in_threadpool(
                coding.unlock, self._storage, audit, guard.first(fields, "passphrase"), self._clock
            )
        except PassphraseWrongError:
            return await self._unlock(
                request, _("That is not the passphrase of this audit. Check each word.")
            )
        return RedirectResponse(gate.audit_page(audit, CODING), 303)

    async def agreement(self, request: Request) -> Response:
        """`GET …/coding/agreement`: how far coders agree, and where they do not, side by side."""
        audit, _ = request.path_params["audit"], voice_of(request)
        cookie, stamped = gate.stamped(request)
        found = await run_in_threadpool(coding.agreement, self._storage, audit)
        book = await run_in_threadpool(revising.present, self._storage)
        response = self._pages.page(
            request,
            "agreement.html",
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit),
            n=found.comparison.n,
            themes=[_compared(each, book, _) for each in found.comparison.themes],
            disputes=[_dispute(each, book, _) for each in found.disputes],
            codes=_grouped(book, reading(request)),
            directions=_directions(request),
            notice=_notice(request),
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def settle(self, request: Request) -> Response:
        """`POST …/coding/agreement`: what the two have settled together."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        notice = await run_in_threadpool(self._settle, audit, fields)
        query = f"?notice={notice}" if notice else ""
        return RedirectResponse(gate.audit_page(audit, "coding", "agreement") + query, 303)

    def _settle(self, audit: str, fields: Fields) -> str:
        excerpt = _id(guard.first(fields, "excerpt"))
        if "undo" in fields:
            return "" if coding.unsettle(self._storage, audit, excerpt) else "nothing"
        book = revising.present(self._storage)
        if "side" in fields:
            codes = _codes(guard.first(fields, "side"), book)
        else:
            chosen = _decision(fields, None, book, blind=False)
            codes = None if chosen is None else chosen.codes
        if codes is None:
            return "code"
        seen = guard.first(fields, "seen")
        return "" if coding.settle(self._storage, audit, excerpt, seen, codes) else "changed"

    async def _desk(self, request: Request, place: str) -> Response:
        audit = request.path_params["audit"]
        cookie, stamped = gate.stamped(request)
        card = await run_in_threadpool(self._card, request, place)
        if card is None:
            return await self._done(request, place)
        language = reading(request)
        response = self._pages.page(
            request,
            "coding.html",
            audit=audit,
            address=gate.audit_page(audit),
            action=gate.audit_page(audit, place),
            card=card,
            question=card.question.to(language),
            source=card.form.to(language),
            named=card.excerpt.origin is Origin.NAMED,
            presses=[_press(each, card.book, voice_of(request)) for each in card.suggestions],
            directions=_directions(request),
            codes=_grouped(card.book, language),
            tied=_tied(card.mine, card.book, language) if card.mine else [],
            adds="add" in request.query_params,
            was=await run_in_threadpool(self._was, request),
            places=worktable.places(card.excerpt.text),
            longest=worktable.LONGEST_MEMO,
            notice=_notice(request),
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    def _card(self, request: Request, place: str) -> Card | None:
        audit, account = request.path_params["audit"], gate.visitor(request).account
        excerpt = _id(request.query_params.get("excerpt", ""))
        if place == SECOND:
            return coding.next_blind(self._storage, audit, account)
        again = coding.again(self._storage, audit, account, excerpt) if excerpt else None
        return again or coding.next_excerpt(self._storage, audit, account)

    def _was(self, request: Request) -> dict[str, object] | None:
        """What this auditor decided just before, so that it can be turned round or taken back."""
        audit, excerpt = request.path_params["audit"], _id(request.query_params.get("was", ""))
        mine = (
            coding.decision(self._storage, audit, gate.visitor(request).account, excerpt) if excerpt else None
        )
        if mine is None:
            return None
        book = revising.present(self._storage)
        return {"excerpt": excerpt.hex(), "tied": _tied(mine, book, reading(request)), "memo": mine.memo}

    async def _done(self, request: Request, place: str) -> Response:
        """There is nothing left to decide, or nothing yet."""
        audit, _ = request.path_params["audit"], voice_of(request)
        cookie, stamped = gate.stamped(request)
        response = self._pages.page(
            request,
            "coded.html",
            audit=audit,
            address=gate.audit_page(audit),
            action=gate.audit_page(audit, place),
            blind=place == SECOND,
            progress=await run_in_threadpool(coding.progress, self._storage, audit),
            locked=await run_in_threadpool(self._can_unlock, audit),
            leads=LEAD in gate.roles(request, audit),
            was=await run_in_threadpool(self._was, request),
            directions=_directions(request),
            notice=_notice(request),
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def _decided(self, request: Request, place: str) -> Response:
        audit, fields = request.path_params["audit"], await gate.posted(request)
        after = await run_in_threadpool(self._take, audit, gate.visitor(request).account, fields, place)
        query = f"?{urlencode(after)}" if after else ""
        return RedirectResponse(gate.audit_page(audit, place) + query, 303)

    def _take(self, audit: str, account: bytes, fields: Fields, place: str) -> dict[str, str]:
        """Do what was pressed. Returns what the next page has to know."""
        excerpt = _id(guard.first(fields, "excerpt"))
        here = {"excerpt": excerpt.hex()}
        if "undo" in fields:
            coding.undo(self._storage, audit, account, excerpt)
            return {} if place == SECOND else here
        if "turn" in fields:
            code, _, direction = guard.first(fields, "turn").partition("|")
            if not coding.turn(self._storage, audit, account, excerpt, code, _direction(direction)):
                return here | {"notice": "nothing"}
            return {"was": excerpt.hex()}
        if "at" in fields:
            at = guard.first(fields, "at")
            is_place = at.isdecimal() and len(at) <= worktable.MOST_DIGITS
            done = is_place and coding.split(self._storage, audit, account, excerpt, int(at))
            return here if done else here | {"notice": "whole"}
        before = coding.decision(self._storage, audit, account, excerpt)
        book = revising.present(self._storage)
        decision = _decision(fields, before, book, blind=place == SECOND)
        if decision is None:
            return here | {"notice": "code"}
        if not coding.decide(self._storage, audit, account, excerpt, decision):
            return {"notice": "second" if place == SECOND else "gone"}
        return {"was": excerpt.hex()}

    def _can_unlock(self, audit: str) -> bool:
        """Whether there are words that wait for the passphrase."""
        return (
            auditing.audit(self._storage, audit).status is Status.CLOSED
            and auditing.has_passphrase(self._storage, audit)
            and auditing.were_enough_heard(self._storage, audit)
            and not coding.is_unlocked(self._storage, audit)
        )

    async def _unlock(self, request: Request, problem: str = "") -> Response:
        audit = request.path_params["audit"]
        cookie, stamped = gate.stamped(request)
        response = self._pages.page(
            request,
            "unlock.html",
            status=422 if problem else 200,
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit),
            possible=await run_in_threadpool(self._can_unlock, audit),
            problem=problem,
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response


def _decision(fields: Fields, before: Decision | None, book: Codebook, *, blind: bool) -> Decision | None:
    """What was decided; None when no code was said where one is needed.

    `keep` adds to what was decided before, which it replaces otherwise.
    """
    base = Decision(memo=guard.first(fields, "memo"), shown=_shown(fields), blind=blind)
    if "none" in fields:
        return base
    code, _, direction = guard.first(fields, "code").partition("|")
    if "other" in fields:
        code, direction = guard.first(fields, "chosen"), guard.first(fields, "direction")
    if not book.has(code):
        return None
    kept = before.codes if before is not None and "keep" in fields else ()
    return replace(base, codes=(*kept, Coded(code, _direction(direction))))


def _codes(sent: str, book: Codebook) -> tuple[Coded, ...] | None:
    """The codes of one side as its button sends them, none when nothing fits; None for what no button sends."""
    parts = [each.partition("|") for each in sent.split()]
    if any(direction not in set(Direction) for _code, _, direction in parts):
        return None
    if any(not book.has(code) and code not in book.gone for code, *_ in parts):
        return None
    return tuple(Coded(code, Direction(direction)) for code, _, direction in parts)


def _direction(value: str) -> Direction:
    return Direction(value) if value in set(Direction) else Direction.MIXED


def _shown(fields: Fields) -> tuple[Shown, ...]:
    """The suggestions that stood on the page, as it says."""
    found = []
    for each in fields.get("shown", [])[:3]:
        code, _, rest = each.partition("|")
        score, _, by = rest.partition("|")
        if score.replace(".", "", 1).isdecimal():
            found.append(Shown(code[:40], min(1.0, float(score)), by[:40]))
    return tuple(found)


_VERDICTS = {
    Verdict.HOLDS: mark("Good enough"),
    Verdict.REVISE: mark("Revise: it is read in two ways"),
    Verdict.CANNOT_TELL: mark("Cannot tell"),
}


def _compared(each: agreement.Compared, book: Codebook, _: Voice) -> Compared:
    return Compared(
        tying.name_of(each.theme, book, _.language),
        "–" if each.share is None else f"{each.share:.0%}",
        _coefficient(each.kappa),
        _coefficient(each.alpha),
        _coefficient(each.characters),
        _(_VERDICTS[each.verdict]),
    )


def _coefficient(value: agreement.Coefficient) -> str:
    return f"{value:.2f}" if isinstance(value, float) else "–"


def _dispute(each: worktable.Dispute, book: Codebook, _: Voice) -> Dispute:
    return Dispute(
        each.excerpt.id.hex(),
        each.question.to(_.language),
        each.excerpt.text,
        tuple(
            (
                side.name or _("Somebody"),
                tying.decided(side.decision, book, _),
                " ".join(f"{one.code}|{one.direction.value}" for one in side.decision.codes),
            )
            for side in each.sides
        ),
        each.mark,
        tying.decided(each.settled, book, _) if each.settled is not None else "",
    )


def _press(each: worktable.Suggested, book: Codebook, _: Voice) -> Press:
    named, kept = tying.named(each.code, book, _.language), each.suggestion.shown
    return Press(
        f"{each.code}|{each.coded.direction.value}",
        tying.tied(each.coded, book, _),
        named.theme,
        tying.why(each, _),
        f"{kept.code}|{kept.score}|{kept.by}",
    )


def _grouped(book: Codebook, language: str) -> list[tuple[str, list[tying.Named]]]:
    """The codes in groups, each with the name of its theme."""
    groups: dict[str, list[tying.Named]] = {}
    for each in tying.codes(book, language):
        groups.setdefault(each.theme or each.name, []).append(each)
    return list(groups.items())


def _tied(decision: Decision, book: Codebook, language: str) -> list[Tied]:
    return [
        Tied(each.code, tying.name_of(each.code, book, language), each.direction.value)
        for each in decision.codes
    ]


def _directions(request: Request) -> list[tuple[str, str]]:
    _ = voice_of(request)
    return [(each.value, tying.direction(each, _)) for each in tying.DIRECTIONS]


def _notice(request: Request) -> str:
    """What could not be done, in a sentence; nothing when all is well."""
    _ = voice_of(request)
    return {
        "gone": _("That one is not there any more: its answer was taken back. Nothing was kept."),
        "whole": _("That one stays whole: somebody else has coded it, or one part would be empty."),
        "second": _("That one is not for a second look, or is not there any more. Nothing was kept."),
        "changed": _("It has changed since you saw it, and nothing was kept. Please look at it again."),
        "nothing": _("There is nothing to take back."),
        "code": _("I do not know that theme. Pick one from the list."),
    }.get(request.query_params.get("notice", ""), "")


def _id(written: str) -> bytes:
    """The id of an excerpt as it stands in an address or a field; nothing for one that none of ours sends."""
    try:
        return bytes.fromhex(written)
    except ValueError:
        return b""
