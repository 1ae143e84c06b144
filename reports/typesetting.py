"""Typst: what it needs to set the same thing on every machine, our templates as PDF, and pictures as PNG.

Typst keeps all that it ever laid out in memory: 150 MB for each large report. So it works in a process of its own,
which ends with what it was asked for. It starts in no time, since nothing but Typst is imported here.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import typst

FONTS = Path(__file__).with_name("fonts")  # for Malayalam and Urdu; Typst has the others
TEMPLATES = Path(__file__).with_name("templates")
_POINTS = 72  # in an inch
_SECONDS = 120  # after which Typst hangs
_LENGTH = 8  # bytes that say how long a file is
_LARGEST = 8192  # pixels on either side
_SIZE = re.compile(r'<svg[^>]* width="(\d+)" height="(\d+)"')
_PAGE = '#set page(width: {}pt, height: {}pt, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'


class _Job(NamedTuple):
    """What Typst is asked for: source, values, and as what. It has no repr."""

    source: str
    inputs: Mapping[str, str]
    format: Literal["pdf", "png"]
    ppi: float | None = None

    def __repr__(self) -> str:
        return "_Job"


@cache
def fonts() -> typst.Fonts:
    """The same fonts on every machine."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


def pdf(template: str, inputs: Mapping[str, str]) -> bytes:
    """One of our templates with these values as PDF/UA-1, without a date. The same values, the same bytes.

    A word in a script that no font here has leaves boxes, and only then it is plain tagged PDF.
    """
    source = TEMPLATES.joinpath(template).read_text("utf-8")
    return _made([_Job(source, inputs, "pdf")])[0]


def png(svg: str, *, width: int) -> bytes:
    """Our own SVG as PNG, `width` pixels wide and as high as its shape says. The same SVG, the same bytes.

    The SVG names its width and height in whole units. Raises ValueError where it does not, or for a picture
    with more than 8192 pixels on a side.
    """
    return pngs([svg], width=width)[0]


def pngs(svgs: Iterable[str], *, width: int) -> list[bytes]:
    """Several at once, which is quicker."""
    jobs = [_picture(svg, width) for svg in svgs]
    return _made(jobs) if jobs else []


def size(svg: str) -> tuple[int, int]:
    """Width and height of a picture in its units. Raises ValueError where it does not name them."""
    found = _SIZE.search(svg)
    if not found:
        raise ValueError("A picture needs a width and a height.")
    return int(found[1]), int(found[2])


def _picture(svg: str, width: int) -> _Job:
    wide, high = size(svg)
    if not 0 < width <= _LARGEST or width * high > _LARGEST * wide:
        raise ValueError(f"A picture has 1 to {_LARGEST} pixels on a side.")
    return _Job(_PAGE.format(wide, high), {"svg": svg}, "png", _POINTS * width / wide)


def _made(jobs: list[_Job]) -> list[bytes]:
    """What another process makes of them. Raises SubprocessError when Typst refuses our source, or hangs."""
    command, given = [sys.executable, "-P", "-m", "reports.typesetting"], json.dumps(jobs).encode()
    done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=_SECONDS)  # noqa: S603 - ourselves
    return list(_taken(io.BytesIO(done.stdout)))


def _taken(file: io.BytesIO) -> Iterator[bytes]:
    """The files one after the other, each behind its length."""
    while length := file.read(_LENGTH):
        yield file.read(int.from_bytes(length))


def _compiled(job: _Job) -> bytes:
    if job.format == "png":
        return typst.compile(
            job.source.encode(), format="png", ppi=job.ppi, font_paths=fonts(), sys_inputs=dict(job.inputs)
        )
    try:
        return _set(job, "ua-1")
    except typst.TypstError:
        return _set(job, "1.7")


def _set(job: _Job, standard: Literal["ua-1", "1.7"]) -> bytes:
    return typst.compile(
        job.source.encode(),
        format="pdf",
        font_paths=fonts(),
        sys_inputs=dict(job.inputs),
        pdf_standards=standard,
    )


def _work() -> None:
    """In the other process: jobs come in, files go out."""
    for job in json.load(sys.stdin.buffer):
        made = _compiled(_Job(*job))
        sys.stdout.buffer.write(len(made).to_bytes(_LENGTH) + made)


if __name__ == "__main__":
    _work()
