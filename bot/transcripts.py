"""One interview of an auditor, to be read or kept as a file: as Markdown, in the language it was held in."""

from __future__ import annotations

from collections.abc import Iterator

from bot import wording
from bot.services.interviewing import Transcript
from bot.wording import Voice
from dialogues.prompts import Item


def markdown(transcript: Transcript) -> str:
    """The whole transcript, and what was seen on the way at its end."""
    return "\n\n".join(_written(transcript, "#")) + "\n"


def _written(transcript: Transcript, mark: str) -> Iterator[str]:
    _, case = wording.voice(transcript.language), transcript.case
    yield f"{mark} {_plain(' · '.join(filter(None, (case.title, case.participant))))}"
    yield "  \n".join(_facts(transcript, _))
    for chapter in transcript.chapters:
        if chapter.label:
            yield f"{mark}# {_plain(chapter.label)}"
        for item in chapter.items:
            yield f"**{_plain(item.label)}**"
            yield _answer(item, _)
    for observation in transcript.observations:
        yield from _written(observation, f"{mark}#")


def _facts(transcript: Transcript, _: Voice) -> Iterator[str]:
    case = transcript.case
    yield _plain(transcript.audit_name)
    if case.holder_name:
        yield _("Asked by {name}", name=_plain(case.holder_name))
    yield _("Begun on {day}", day=_.date(case.begun_on))
    if case.handed_in_on is not None:
        yield _("Handed in on {day}", day=_.date(case.handed_in_on))


def _answer(item: Item, _: Voice) -> str:
    """An answer as a quotation; of a file there is its name."""
    if item.kind.is_file and item.answer:
        return f"> {_('A file is here.')} `{item.answer}`"
    said = wording.said(item, _.language)
    return "\n".join(f"> {_plain(line)}" for line in said.splitlines())


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})


def _plain(text: str) -> str:
    """Words that are words in Markdown too."""
    return text.translate(_MARKS)
