"""The web chat: what a page of the conversation shows, and which move a posted form makes.

It knows messages and wording, and nothing of HTTP: `bot.web` shows the screens and posts the fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from bot import wording
from bot.messages import Reply
from bot.wording import Outgoing, Role
from dialogues import moves, prompts
from dialogues.form import Kind
from dialogues.moves import Move
from dialogues.prompts import Item, Prompt
from dialogues.wordless import Wordless

CHANNEL = "web"
RECENT = 2  # earlier answers shown in full; the others fold away

Fields: TypeAlias = Mapping[str, list[str]]

_CONTROLS = {
    Kind.SELECT_ONE: "radios",
    Kind.SELECT_MULTIPLE: "checkboxes",
    Kind.RANK: "rank",
    Kind.INTEGER: "whole",
    Kind.DECIMAL: "number",
    Kind.RANGE: "number",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.DATETIME: "datetime",
    Kind.ACKNOWLEDGE: "checkboxes",
    Kind.IMAGE: "file",
    Kind.AUDIO: "file",
    Kind.FILE: "file",
}
_PICTURES = "image/jpeg,image/png,image/webp"  # a telephone that makes HEIC sends JPEG when asked for it
_ACCEPTED = {
    Kind.IMAGE: _PICTURES,
    Kind.AUDIO: "audio/*,.ogg,.mp3,.m4a,.wav",
    Kind.FILE: f"{_PICTURES},.pdf,.docx,.xlsx,.odt,.txt,audio/*,.ogg,.mp3,.m4a,.wav",
}
_DATE_PARTS = ("day", "month", "year", "time")
_NOTICES = (prompts.Stale, prompts.NotNow, prompts.Untaken, prompts.Guide, prompts.PastLead)
_CARDS = (
    prompts.Review,
    prompts.ConfirmWording,
    prompts.Signpost,
    prompts.ChooseLanguage,
    prompts.Sections,
    prompts.ConfirmStop,
    prompts.Paused,
    prompts.Submitted,
    prompts.Declined,
    prompts.Withdrawn,
    prompts.Expired,
)
_CHOICES = (prompts.ChooseLanguage, prompts.Sections)
_PASSING = (prompts.AskAgain, *_NOTICES, *_CHOICES, prompts.ConfirmStop, prompts.Signpost)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Move)


class Way(Wordless, frozen=True):
    """A button: what it says, what it sends, how it looks."""

    label: str
    token: str
    role: str = Role.WAY


class Said(Wordless, frozen=True):
    """An earlier question with its answer; `given` is false when it was left out."""

    label: str
    answer: str
    given: bool
    token: str


class Note(Wordless, frozen=True):
    """Something said before the question."""

    text: tuple[str, ...]
    signpost: bool


class Card(Wordless, frozen=True):
    """A message that is no question, with its buttons and the answers it lists."""

    text: tuple[str, ...]
    lines: tuple[Said, ...]
    buttons: tuple[Way, ...]


class Question(Wordless, frozen=True):
    """The question that is waiting, as a control with its words and what was typed into it."""

    path: str
    turn: int
    control: str
    label: str
    hint: str
    probe: tuple[str, ...]  # for the auditor who asks, apart from what they ask
    section: str
    options: tuple[prompts.Option, ...]
    typed: list[str]
    parts: dict[str, str]
    described: str
    takes: str  # of a file: `image`, `audio` or `file`
    accepted: str  # the kinds of file that the browser offers to choose from
    has_file: bool  # one was given before
    done: int
    relevant: int  # 0: there is no progress to show


class Screen(Wordless, frozen=True):
    """All that a page of the conversation shows."""

    folded: tuple[Said, ...] = ()
    recent: tuple[Said, ...] = ()
    notes: tuple[Note, ...] = ()
    problem: tuple[str, ...] = ()
    notice: tuple[str, ...] = ()
    question: Question | None = None
    ways: tuple[Way, ...] = ()
    messages: tuple[Card, ...] = ()

    @property
    def earlier(self) -> bool:
        """Whether anything was answered before."""
        return bool(self.folded or self.recent)


def token(move: Move) -> str:
    """A move as a button carries it."""
    return _encoder.encode(move).decode()


def move(fields: Fields, *, brings_file: bool = False) -> Move | None:
    """The move that a posted form makes, or None when no page of ours makes it."""
    wanted = _first(fields, "move")
    if wanted == "answer" and fields.get("has_file") and not brings_file:
        question, turn = _place(fields)
        return moves.Keep(question=question, turn=turn)  # no other file was chosen
    if wanted == "answer":
        return answer(fields)
    if wanted == "begin":
        return moves.Begin(language=_first(fields, "language") or None)
    if not wanted and fields.get("language"):
        return moves.Speak(_first(fields, "language"))
    try:
        found = _decoder.decode(wanted)
    except msgspec.DecodeError:
        return None
    return None if isinstance(found, moves.Expire) else found


def update(fields: Fields, file: bytes = b"") -> str:
    """The name of what was sent: the same for a double click, another one when anything in it changed.

    `file` is the digest of the file that came with it.
    """
    content = _encoder.encode((sorted(fields.items()), file))
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def typed(fields: Fields) -> tuple[str, ...]:
    """What was put into the control of the question, as it was put in."""
    control = _first(fields, "control")
    if control == "rank":
        return _ranked(fields)
    if control in {"date", "datetime"}:
        return tuple(_first(fields, part) for part in _DATE_PARTS)
    return tuple(_one_line_ends(value) for value in fields.get("answer", []))


def words(fields: Fields) -> tuple[str, ...]:
    """What was written in somebody's own words into the control, if that takes words."""
    return typed(fields) if _first(fields, "control") == "words" else ()


def answer(fields: Fields) -> moves.Answer:
    """What stands in the control, as the answer to the question that it was shown for."""
    control = _first(fields, "control")
    entered = typed(fields)
    value: str | tuple[str, ...]
    if control in {"checkboxes", "rank"}:
        value = entered
    elif control in {"date", "datetime"}:
        value = _date(entered)
    else:
        value = entered[0] if entered else ""
    question, turn = _place(fields)
    return moves.Answer(value, question=question, turn=turn)


def _place(fields: Fields) -> tuple[str | None, int | None]:
    """The question that the control was shown for, and its turn."""
    turn = _first(fields, "turn")
    count = int(turn) if turn.isascii() and turn.isdecimal() and len(turn) < 10 else None
    return _first(fields, "question") or None, count


def _one_line_ends(value: str) -> str:
    """Browsers send CRLF for every end of line."""
    return value.replace("\r\n", "\n")


def _ranked(fields: Fields) -> tuple[str, ...]:
    """The choices in the order of the places they were given; those without a place are missing."""
    places = [
        (name.removeprefix("place:"), _first(fields, name)) for name in fields if name.startswith("place:")
    ]
    given = [
        (int(place), choice)
        for choice, place in places
        if place.isascii() and place.isdecimal() and len(place) < 4
    ]
    taken: dict[int, str] = {}
    for place, choice in given:
        taken.setdefault(place, choice)
    return tuple(taken[place] for place in sorted(taken))


def _date(parts: tuple[str, ...]) -> str:
    """What was typed into the boxes, as ISO 8601 when it looks like a date, else as it was typed."""
    day, month, year, time = (part.strip() for part in parts)
    numbers = all(part.isascii() and part.isdecimal() for part in (day, month, year))
    if not numbers or len(year) != 4 or max(len(day), len(month)) > 2:
        return " ".join(part for part in (day, month, year, time) if part)
    date = f"{year}-{month:0>2}-{day:0>2}"
    return f"{date}T{time}" if time else date


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def is_asked(reply: Reply | None, move: moves.Answer) -> bool:
    """Whether what waits is a question for a file, and this answer is to it."""
    waiting = reply.prompts if reply is not None else ()
    asks = (prompt for prompt in waiting if isinstance(prompt, prompts.Ask) and prompt.kind.is_file)
    return any((ask.question, ask.turn) == (move.question, move.turn) for ask in asks)


def is_unchanged(reply: Reply, fields: Fields) -> bool:
    """Whether what stands in the control is the present answer, or nothing, so that there is nothing to keep."""
    entered = tuple(part for part in typed(fields) if part.strip())
    asks = (prompt for prompt in reply.prompts if isinstance(prompt, prompts.Ask))
    present = (_present(ask, _control(ask)) for ask in asks if ask.question == _first(fields, "question"))
    return not entered or any(entered == tuple(filter(None, each)) for each in present)


def is_passing(waiting: Iterable[Prompt]) -> bool:
    """Whether a reply says something that will not be there when the page is loaded again."""
    return any(isinstance(prompt, _PASSING) for prompt in waiting)


def suggesting(reply: Reply, group: str) -> Reply:
    """The reply with this group chosen already, where the declared group is asked for and was not told yet.

    It is an answer only once the person goes on with it.
    """
    waiting = tuple(_suggested(each, reply.form.breakdown, group) for each in reply.prompts)
    return replace(reply, prompts=waiting)


def _suggested(prompt: Prompt, breakdown: str, group: str) -> Prompt:
    if not isinstance(prompt, prompts.Ask) or prompt.question != breakdown or prompt.current:
        return prompt
    known = group in {option.value for option in prompt.options}
    return replace(prompt, current=group) if known else prompt


def screen(reply: Reply, history: Iterable[Item], *, entered: tuple[str, ...] | None = None) -> Screen:
    """What a page shows of a reply. `entered` was typed and not taken, `history` was answered."""
    language = reply.interview.language
    said = wording.words(reply.prompts, language, form=reply.form, tries=reply.tries, routes=reply.routes)
    spoken = list(zip(reply.prompts, said, strict=True))
    ask = next((prompt for prompt in reply.prompts if isinstance(prompt, prompts.Ask)), None)
    earlier = (
        [_said(wording.line(item, language), item) for item in history] if _goes_on(reply.prompts) else []
    )
    problem = tuple(
        part for prompt, out in spoken if isinstance(prompt, prompts.AskAgain) for part in out.text
    )
    return Screen(
        folded=tuple(earlier[:-RECENT]),
        recent=tuple(earlier[-RECENT:]),
        notes=tuple(
            Note(out.text, prompt.signpost) for prompt, out in spoken if isinstance(prompt, prompts.Say)
        ),
        problem=problem,
        notice=tuple(part for prompt, out in spoken if isinstance(prompt, _NOTICES) for part in out.text),
        question=None if ask is None else _question(ask, spoken, entered, problem, language),
        ways=_ways(spoken) if ask else (),
        messages=tuple(_card(prompt, out) for prompt, out in spoken if isinstance(prompt, _CARDS)),
    )


def _goes_on(waiting: Iterable[Prompt]) -> bool:
    """Whether earlier answers belong on the page: not when it lists them, nor while nobody is answering."""
    return any(isinstance(prompt, prompts.Ask | prompts.ConfirmWording) for prompt in waiting)


def _said(line: wording.Line, item: Item) -> Said:
    return Said(line.label, line.answer, bool(item.answer), token(line.change))


def _ways(spoken: list[tuple[Prompt, Outgoing]]) -> tuple[Way, ...]:
    """The ways on from the question, and those that are offered after several tries."""
    buttons = [button for prompt, out in spoken if isinstance(prompt, prompts.Ask) for button in out.buttons]
    offered = [
        button for prompt, out in spoken if isinstance(prompt, prompts.AskAgain) for button in out.buttons
    ]
    ways = [button for button in buttons if button.role is Role.WAY]
    names = {type(button.move) for button in ways}
    ways += [button for button in offered if type(button.move) not in names]
    return tuple(_way(button) for button in ways)


def _way(button: wording.Button) -> Way:
    return Way(button.label, token(button.move), button.role)


def _card(prompt: Prompt, out: Outgoing) -> Card:
    items = prompt.items if isinstance(prompt, prompts.Review) else ()
    lines = tuple(_said(line, item) for line, item in zip(out.lines, items, strict=True))
    return Card(out.text, lines, tuple(_way(button) for button in out.buttons))


def _question(
    ask: prompts.Ask,
    spoken: list[tuple[Prompt, Outgoing]],
    entered: tuple[str, ...] | None,
    problem: tuple[str, ...],
    language: str,
) -> Question:
    out = next(out for prompt, out in spoken if isinstance(prompt, prompts.Ask))
    control = _control(ask)
    present = _present(ask, control)
    shown = present if entered is None else list(entered)
    is_file = control == "file"
    told = (
        ("answer-hint", out.hint),
        ("answer-probe", out.probe),
        ("answer-file", is_file),
        ("answer-here", is_file and present),
        ("answer-error", problem),
    )
    described = [name for name, there in told if there]
    return Question(
        path=ask.question,
        turn=ask.turn,
        control=control,
        label="\n\n".join(out.text),  # with “one more?” behind the name of a repeat
        hint=out.hint,
        probe=out.probe,
        section=ask.section,
        options=wording.options(ask, language),
        typed=shown,
        parts=_parts(shown) if control in {"date", "datetime"} else {},
        described=" ".join(described),
        takes=ask.kind.value if is_file else "",
        accepted=_ACCEPTED.get(ask.kind, ""),
        has_file=is_file and bool(present),
        done=ask.progress.done,
        relevant=0 if ask.consent else ask.progress.relevant,  # before consent nobody knows how many
    )


def _control(ask: prompts.Ask) -> str:
    if ask.another or (ask.kind is Kind.RANGE and wording.steps(ask)):
        return "radios"
    return _CONTROLS.get(ask.kind, "words")


def _present(ask: prompts.Ask, control: str) -> list[str]:
    """The present answer as the control shows it."""
    value = ask.current or ""
    if control in {"checkboxes", "rank"}:
        return value.split()
    if control in {"date", "datetime"} and value:
        date, _, time = value.partition("T")
        year, month, day = [*date.split("-"), "", ""][:3]
        return [day.lstrip("0"), month.lstrip("0"), year, time[:5]]
    return [value] if value else []


def _parts(shown: list[str]) -> dict[str, str]:
    padded = [*shown, "", "", "", ""]
    return dict(zip(_DATE_PARTS, padded, strict=False))
