"""Photos and files as answers: what may be one where, under which name it is kept, which no longer is one.

The answer to a question that asks for a file is a name: the digest of its content, and its extension. The content is
kept in the same transaction, sealed to the audit, and erased in the one in which it is no answer any more.
"""

from __future__ import annotations

from bot.messages import Attached
from dialogues import engine
from dialogues.form import Form, Kind
from dialogues.interview import Interview
from dialogues.moves import Answer, Move
from dialogues.prompts import Ask, AskAgain, Reason, Untaken
from dialogues.responses import Response
from storage.files import digest, digest_in

_FITS = {
    Kind.IMAGE: frozenset({"jpg", "png", "webp"}),
    Kind.AUDIO: frozenset({"ogg", "mp3", "m4a", "wav"}),
}


def _asked(form: Form, interview: Interview) -> Ask | None:
    found = (prompt for prompt in engine.prompts(form, interview) if isinstance(prompt, Ask))
    return next(found, None)


def names(interview: Interview) -> frozenset[str]:
    """The names of the files that are answers."""
    return frozenset(value for value in interview.answers.values() if digest_in(value))


def names_in(response: Response) -> frozenset[str]:
    """The names of the files in a response."""
    found: set[str] = set()
    for value in response.values():
        if isinstance(value, str) and digest_in(value):
            found.add(value)
        elif isinstance(value, list):
            found.update(*(names_in(each) for each in value if isinstance(each, dict)))
    return frozenset(found)


def digests(found: frozenset[str]) -> list[bytes]:
    """The digests in such names."""
    return [digest for name in found if (digest := digest_in(name))]


def attached(said: Attached, form: Form, interview: Interview) -> Move | Untaken | AskAgain:
    """A file, as the answer to a question that asks for one."""
    ask = _asked(form, interview)
    if ask is None or not ask.kind.is_file:
        return Untaken(what="photo" if said.extension in _FITS[Kind.IMAGE] else "file")
    if said.problem:
        return AskAgain(question=ask.question, reason=Reason(said.problem))
    if said.extension not in _FITS.get(ask.kind, {said.extension}):
        return AskAgain(question=ask.question, reason=Reason.FILE_NOT_TAKEN)
    name = digest(said.content, interview.seed).hex()
    return Answer(f"{name}.{said.extension}", question=ask.question)


def words_for_a_file(move: Answer, form: Form, interview: Interview) -> Move | AskAgain:
    """Words where a file is asked for are no answer, even if they look like the name of one."""
    ask = _asked(form, interview)
    if ask is None or not ask.kind.is_file or move.turn not in (None, interview.turn):
        return move
    return AskAgain(question=ask.question, reason=Reason.NEEDS_FILE)
