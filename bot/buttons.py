"""What a button carries in a chat: a token that is bound to its interview, its question and its turn.

A token is short (at most 64 bytes, as Telegram wants it) and safe to come twice, late, or never:

    abcdef  7  .  wxyz  aoften
    │       │     │     └┴─ the move, one letter, and what belongs to it
    │       │     └─ the question (a digest of its path), or nothing
    │       └─ the turn, in base 36
    └─ the interview (a digest of its seed)

One that belongs to another interview, question or turn changes nothing, whatever it would have done.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache

from bot import wording
from bot.messages import Enter, Go, Reply, Wish
from dialogues import engine, moves
from dialogues.form import Form
from dialogues.interview import Interview
from dialogues.moves import Move
from dialogues.prompts import Ask
from storage.casework import CONCERN
from storage.interviews import ENDED

MOST_BYTES = 64

_FIT = 40  # bytes of a value that is carried as it is; of a longer one, a digest
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PLAIN: dict[str, Callable[[], Move]] = {
    "s": moves.Skip,
    "b": moves.Back,
    "k": moves.Keep,
    "d": moves.Done,
    "r": moves.Resume,
    "p": moves.Pause,
    "u": moves.Submit,
    "w": moves.Withdraw,
    "x": moves.Begin,
    "l": moves.Look,
    "h": moves.Help,
    "j": moves.Jump,
    "f": moves.Finish,
    "c": moves.Concern,
}
_LETTERS = {type(make()): letter for letter, make in _PLAIN.items()}
_DOOR = "door:"
_DESK = "desk:"
_FROM = "@"
TO_LEAD = "tell:"  # to the form that reaches the safeguarding lead, for whoever has no interview
_NOWHERE = -1  # the turn of no interview: such a move is stale


def to_door(code: str, form: str) -> str:
    """What a button carries that leads to one of several forms, for whoever came by this code: a slip goes along."""
    return f"{_DOOR}{code}__{form}"


def door(token: str) -> Enter | None:
    """Where a button leads that stands for a door, or None when it is another one."""
    return Enter(token.removeprefix(_DOOR)) if token.startswith(_DOOR) else None


def to_desk(what: str, *about: str) -> str:
    """What a button carries that an auditor taps beside the questions."""
    return _DESK + ":".join((what, *about))


def to_page(wish: Wish, start: int) -> str:
    """What a button carries that shows what a wish led to, from this button on."""
    return f"{to_desk(wish.what, *wish.about)}{_FROM}{start}"


def wish(token: str) -> Wish | None:
    """What an auditor wants who taps such a button, or None when it is another one."""
    if not token.startswith(_DESK):
        return None
    said, _, start = token.removeprefix(_DESK).partition(_FROM)
    what, *about = said.split(":")
    return Wish(what, tuple(about), int(start) if _is_place(start) else None)


def _is_place(carried: str) -> bool:
    return carried.isascii() and carried.isdecimal() and len(carried) < 6


def id_in(id_: bytes) -> str:
    """An id of 16 bytes as a token carries it."""
    return base64.urlsafe_b64encode(id_).decode().rstrip("=")


def id_of(carried: str) -> bytes:
    """The id that a token carries; none for what is no id."""
    try:
        return base64.b64decode(carried + "=" * (-len(carried) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def short(name: str) -> str:
    """What stands for a long name in a token."""
    return _short(name, 8)


def to_the_lead(reply: Reply) -> tuple[str, str] | None:
    """Words and token of the way to the form that reaches the safeguarding lead; None while that is under way."""
    if reply.form.records == CONCERN and reply.interview.state not in ENDED:
        return None
    _ = wording.voice(reply.interview.language)
    return _(wording.TELL), token(Go(CONCERN), reply.interview)


def token(move: Move | Go, interview: Interview) -> str:
    """What the button of a move carries, in the interview that it is shown for. ASCII only for plain moves."""
    question = move.question if not isinstance(move, Go) else None
    where = _short(question, 4) if question else ""
    return f"{_tag(interview)}{_base36(interview.turn)}.{where}.{_written(move)}"


def move(token: str, form: Form, interview: Interview) -> Move | Go | None:
    """The move that a token makes now: stale when it belongs to something else, None when no button of ours made it."""
    bound, _, rest = token.partition(".")
    where, _, written = rest.partition(".")
    if len(bound) < 7 or not written:
        return None
    made = _read(written, form, interview)
    if isinstance(made, Go):  # an old one may be of another audit: then where to turn is shown again
        return made if bound.startswith(_tag(interview)) else moves.Concern()
    if made is None or isinstance(made, moves.Begin | moves.Look | moves.Help | moves.Concern):
        return made
    if isinstance(made, moves.Withdraw):
        return _withdraw(made, here=bound == _bound(interview))
    question = engine.waiting(form, interview) if where else None
    belongs = bound == _bound(interview) and (not where or (question and _short(question, 4) == where))
    if isinstance(made, moves.Speak):
        return made
    if isinstance(
        made, moves.Edit | moves.Jump
    ):  # the engine asks for no turn: what is changed must only be there
        return made if bound.startswith(_tag(interview)) else moves.Skip(turn=_NOWHERE)
    return _at(made, question, interview.turn if belongs else _NOWHERE)


def _withdraw(made: moves.Withdraw, *, here: bool) -> moves.Withdraw:
    """Erasing needs the question just asked: an old button only asks again."""
    return made if here else moves.Withdraw()


def _at(made: Move, question: str | None, turn: int) -> Move:
    """The move, bound to its question and turn."""
    fields = {
        name: getattr(made, name) for name in made.__struct_fields__ if name not in ("question", "turn")
    }
    return type(made)(**fields, question=question, turn=turn)


def _bound(interview: Interview) -> str:
    return _tag(interview) + _base36(interview.turn)


def _tag(interview: Interview) -> str:
    return _short(interview.seed or interview.form, 6)


@lru_cache(maxsize=4096)
def _short(text: str, length: int) -> str:
    """A digest of this many characters."""
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=6).digest()
    return base64.urlsafe_b64encode(digest).decode()[:length]


def _base36(number: int) -> str:
    digits = _DIGITS[number % 36]
    return _base36(number // 36) + digits if number >= 36 else digits


def _carried(value: str) -> str:
    """A value as a token carries it."""
    fits = len(value.encode(errors="replace")) <= _FIT and not value.startswith("~") and value.isprintable()
    return value if fits else "~" + _short(value, 8)


def _meant(carried: str, candidates: Iterable[str]) -> str | None:
    """The value that was carried: itself, or the candidate that has this digest."""
    if not carried.startswith("~"):
        return carried
    return next((value for value in candidates if "~" + _short(value, 8) == carried), None)


def _written(made: Move | Go) -> str:
    match made:
        case moves.Answer(value):
            return "a" + _carried(value if isinstance(value, str) else " ".join(value))
        case moves.Mark(choice, wanted):
            return ("m" if wanted else "n") + _carried(choice)
        case moves.Leaf(start):
            return f"v{start}"
        case moves.Another(wanted):
            return "y" if wanted else "o"
        case moves.Confirm(wording):
            return "t" + wording.value
        case moves.Edit(path):
            return "e" + _carried(path)
        case moves.Jump(section) if section:
            return "j" + _carried(section)
        case moves.Remove(instance):
            return "R" + _carried(instance)
        case moves.Speak(language):
            return "L" + language
        case moves.Withdraw(sure=True):
            return "W"
        case Go(form):
            return "g" + _carried(form)
        case _:
            return _LETTERS[type(made)]


def _read(written: str, form: Form, interview: Interview) -> Move | Go | None:
    letter, carried = written[0], written[1:]
    if not carried:
        return _read_plain(letter)
    match letter:
        case "a":
            value = _meant(carried, _offered(form, interview))
            return moves.Answer(value) if value is not None else moves.Skip(turn=_NOWHERE)
        case "m" | "n":
            value = _meant(carried, _offered(form, interview))
            return moves.Mark(value, letter == "m") if value is not None else moves.Skip(turn=_NOWHERE)
        case "v" if _is_place(carried):
            return moves.Leaf(int(carried))
        case "t" if carried in set(moves.Wording):
            return moves.Confirm(moves.Wording(carried))
        case "e":
            path = _meant(carried, (item.question for item in engine.history(form, interview)))
            return moves.Edit(path or "")
        case "j":
            path = _meant(carried, (each.path for each in engine.sections(form, interview)))
            return moves.Jump(path) if path else moves.Skip(turn=_NOWHERE)
        case "R":
            return moves.Remove(carried)
        case "L":
            return moves.Speak(carried)
        case "g":
            return Go(carried)
        case _:
            return None


def _read_plain(letter: str) -> Move | None:
    if letter in "yo":
        return moves.Another(letter == "y")
    if letter == "W":
        return moves.Withdraw(sure=True)
    plain = _PLAIN.get(letter)
    return plain() if plain else None


def _offered(form: Form, interview: Interview) -> tuple[str, ...]:
    """The values of the choices that are offered now."""
    asks = (prompt for prompt in engine.prompts(form, interview) if isinstance(prompt, Ask))
    return tuple(option.value for ask in asks for option in ask.options)
