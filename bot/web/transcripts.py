"""One interview to be read, printed and downloaded, with the files that were given as evidence."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot import transcripts
from bot.cases import ASKING, Listed
from bot.clock import Clock
from bot.services import interviewing
from bot.services.interviewing import Transcript
from bot.web import cases, gate
from bot.web.cases import Here
from bot.web.pages import Pages, voice_of
from bot.wording import Voice, said
from dialogues.interview import instance, static
from dialogues.prompts import Item
from dialogues.wordless import Wordless
from storage.files import digest_in
from storage.unit_of_work import Storage

_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "txt": "text/plain; charset=utf-8",
}


class Told(Wordless, frozen=True):
    """A question with its answer; `file`: where the evidence is that was given, `name`: how that is called.

    `place` is what links to it name.
    """

    label: str
    answer: str
    is_left_out: bool
    file: str = ""
    name: str = ""
    place: str = ""


class Reading(Wordless, frozen=True):
    """A transcript as it is read: a line for each fact, and the sections."""

    heading: str
    facts: tuple[tuple[str, str], ...]
    chapters: tuple[tuple[str, tuple[Told, ...]], ...]
    observations: tuple[Reading, ...] = ()


class Transcripts:
    """`…/interviews/{case}/transcript`, its download, and the files of a case."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET …/transcript`: what was asked and answered, to be read and printed."""
        here = await cases.here(self._storage, request)
        _ = voice_of(request)
        known = interviewing.colleagues
        colleagues = await run_in_threadpool(known, self._storage, here.audit.id, here.case.records)
        cookie, stamped = gate.stamped(request)
        response = self._pages.page(
            request,
            "transcript.html",
            audit=here.audit.id,
            here=here,
            holder=cases.holder(here.case, _),
            reading=await self._read(here, _),
            room=cases.room_of(here),
            is_interview=here.case.records in ASKING,
            others=[
                (each.account.hex(), cases.colleague(each, _))
                for each in colleagues
                if here.may_give and not here.is_mine and each.account != here.case.holder
            ],
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def download(self, request: Request) -> Response:
        """`GET …/transcript/download`: the same as Markdown, in the language that it was held in."""
        here = await cases.here(self._storage, request)
        acting, audit, case = gate.acting(request, here.audit.id), here.audit.id, here.case
        export = interviewing.export
        written = await run_in_threadpool(export, self._storage, audit, case.id, self._clock, acting)
        name = f"{audit}-{case.form}-{case.id.hex()[:8]}.md"
        return Response(transcripts.markdown(written), media_type="text/markdown", headers=_attached(name))

    async def file(self, request: Request) -> Response:
        """`GET …/files/{file}`: a file that was given as an answer in this case. Raises HTTPException 404."""
        here = await cases.here(self._storage, request)
        digest = cases.id_of(request.path_params["file"])
        found = await run_in_threadpool(
            interviewing.evidence, self._storage, here.audit.id, here.case.id, digest
        )
        if found is None:
            raise HTTPException(404)
        name = _file_name(here.audit.id, digest, found.extension)
        kind = _TYPES.get(found.extension, "application/octet-stream")
        return Response(found.content, media_type=kind, headers=_attached(name))

    async def _read(self, here: Here, _: Voice) -> Reading:
        """The transcript, in the reader's words around those that were noted."""
        found = await run_in_threadpool(interviewing.transcript, self._storage, here.audit.id, here.case.id)
        return _reading(found, _)


def _reading(found: Transcript, _: Voice) -> Reading:
    case = found.case
    chapters = tuple(
        (chapter.label, tuple(_told(case, item, _) for item in chapter.items)) for chapter in found.chapters
    )
    facts = tuple((name, value) for name, value in _facts(found, _) if value)
    during = tuple(_reading(each, _) for each in found.observations)
    return Reading(cases.called(case), facts, chapters, during)


def _facts(found: Transcript, _: Voice) -> Iterator[tuple[str, str]]:
    case = found.case
    yield _("Audit"), "" if case.part_of else found.audit_name
    yield _("With"), case.participant
    yield _("Asked by"), cases.holder(case, _)
    yield _("Begun"), _.date(case.begun_on)
    yield _("Handed in"), _.date(case.handed_in_on) if case.handed_in_on else _("Not yet")


def _told(case: Listed, item: Item, _: Voice) -> Told:
    digest = digest_in(item.value) if item.kind.is_file else None
    anchor = cases.place_in(static(item.question), instance(item.question))
    if not item.value:
        return Told(item.label, _("Left out."), is_left_out=True, place=anchor)
    if digest is None:
        return Told(item.label, said(item, _.language), is_left_out=False, place=anchor)
    name = _file_name(case.audit, digest, item.value.rpartition(".")[2])
    place = cases.address(case.audit, case.id, "files", digest.hex())
    return Told(item.label, "", is_left_out=False, file=place, name=name, place=anchor)


def _file_name(audit: str, digest: bytes, extension: str) -> str:
    return f"{audit}-evidence-{digest.hex()[:8]}.{extension}"


def _attached(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
