"""What people read: prompts as words and buttons, in the reader's language, whatever the channel.

English stands here as the message ids; `locale/<language>/LC_MESSAGES/candour.po` holds the others, read
when they are first needed. A form's own words arrive in the prompts and pass through unchanged.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import assert_never

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.numbers import format_decimal
from babel.support import Translations
from msgspec import Struct

from bot.contacts import SHIPPED, Place, Routes
from dialogues import catalogues, moves, prompts
from dialogues.form import Attribution, Form, Kind
from dialogues.moves import Move
from dialogues.prompts import Prompt, Reason
from dialogues.wordless import Wordless
from storage.casework import (
    ACTION,
    CHALLENGE,
    FINDING,
    IN_CASES,
    MESSAGE,
    OPENING,
    PLANNING,
    PROGRESS,
    VERIFICATION,
    WITHDRAWAL,
)
from storage.receipts import grouped

SOURCE = "en"
TRIES_BEFORE_HELP = 3
_ISOLATE, _END = "\u2068", "\u2069"  # Unicode's marks around what has a direction of its own
_FEW_STEPS = 11  # a range of so many steps is shown as choices
LOCALE = Path(__file__).parent / "locale"


def mark(message: str) -> str:
    """Mark a message for the catalogue where it is only named, not yet said."""
    return message


class Voice:
    """Candour's own words in one language: called with an English message, it says it."""

    def __init__(self, language: str, catalogue: Translations, *, reviewed: bool) -> None:
        self.language = language
        self.reviewed = reviewed
        self.direction = catalogues.direction(language)
        self._catalogue = catalogue

    def __call__(self, message: str, /, **values: object) -> str:
        """The message in this language, with `{name}` filled in."""
        words = str(self._catalogue.gettext(message))
        return self._filled(words, values) if values else words

    def several(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form of the message that fits the number, which it may name as `{number}`."""
        words = str(self._catalogue.ngettext(one, many, number))
        return self._filled(words, {"number": self.number(number), **values})

    def _filled(self, words: str, values: Mapping[str, object]) -> str:
        return words.format(**{name: self.apart(str(value)) for name, value in values.items()})

    def apart(self, text: str) -> str:
        """A code, a number or a name inside other words; where those run from right to left, it keeps its order."""
        return text if self.direction == "ltr" else f"{_ISOLATE}{text}{_END}"

    def number(self, number: float | Decimal, *, grouped: bool = True) -> str:
        """A number as people write it, such as 1,000 or 0.5; not `grouped` when it may be a year."""
        return str(
            format_decimal(number, locale=self.language, decimal_quantization=False, group_separator=grouped)
        )

    def date(self, day: dt.date) -> str:
        """A date as people write it, such as 4 May 2026."""
        return _date(day, self.language)


@lru_cache(maxsize=1024)
def _date(day: dt.date, language: str) -> str:
    return format_date(day, "d MMMM y", locale=language)


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages that Candour itself speaks, the source language first."""
    return SOURCE, *sorted(path.name for path in LOCALE.iterdir() if catalogue_path(path.name).exists())


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return LOCALE / language / "LC_MESSAGES" / "candour.po"


@cache
def _speaking(language: str) -> Voice:
    if language == SOURCE:
        return Voice(SOURCE, Translations(), reviewed=True)
    return spoken_from(catalogue_path(language).read_bytes())


def spoken_from(po: bytes) -> Voice:
    """The voice of a translator's catalogue. Raises `CatalogueError`."""
    catalogue, compiled = catalogues.read(po), io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    language = str(catalogue.locale_identifier)
    return Voice(language, Translations(compiled), reviewed=catalogues.is_reviewed(po))


def voice(language: str) -> Voice:
    """The voice of a language, else that of the source language."""
    return _speaking(language if language in languages() else SOURCE)


class Role(StrEnum):
    """What a button is for, so that a channel can set it apart."""

    CHOICE = "choice"
    APART = "apart"  # a choice outside the scale
    MAIN = "main"  # what most people do next
    WAY = "way"  # another way on
    ENDING = "ending"  # cannot be undone


class Button(Struct, frozen=True):
    """One thing to tap, and the move that it makes; `marked` when it is one of several that were chosen.

    `group` is the heading that a choice stands under, if any. It has no repr: a label may be an answer.
    """

    label: str
    move: Move
    role: Role = Role.WAY
    marked: bool = False
    group: str = ""

    def __repr__(self) -> str:
        return f"Button({self.move!r})"


class Line(Wordless, frozen=True):
    """One earlier question with its answer as people read it, and the move that changes it."""

    label: str
    answer: str
    change: Move


class Outgoing(Struct, frozen=True):
    """One message: its paragraphs, a hint, earlier answers, and buttons in the order of their use.

    `probe` is for an auditor alone, who asks somebody else: what to mind, and what they could ask next.
    """

    text: tuple[str, ...] = ()
    hint: str = ""
    probe: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    buttons: tuple[Button, ...] = ()

    def __repr__(self) -> str:
        return f"Outgoing({len(self.text)} paragraphs, {list(self.buttons)})"


_SECTIONS = mark("Sections")
_TO_SECTIONS = mark("Sections takes you to another part of the questions.")
_FINISH = mark("Leave the rest out")
_TO_FINISH = mark("Leave the rest out skips what you have not asked, so that you can hand in.")

NAMES = {
    "begin": mark("Start"),
    "skip": mark("Skip"),
    "back": mark("Back"),
    "keep": mark("Keep my answer"),
    "edit": mark("Change an answer"),
    "jump": _SECTIONS,
    "finish": _FINISH,
    "speak": mark("Language"),
    "pause": mark("Pause"),
    "resume": mark("Go on"),
    "look": mark("See my answers"),
    "help": mark("Help"),
    "concern": mark("Someone is at risk"),
    "submit": mark("Hand in"),
    "withdraw": mark("Stop"),
    "remove": mark("Remove"),
    "done": mark("Done"),
}

ERASE = mark("Yes, erase my answers")
HAND_IN = mark("Hand in my answers")
TELL = mark("Tell the safeguarding lead")

_EXPLAINED = {
    "skip": mark("Skip leaves a question out."),
    "back": mark("Back goes to the question before."),
    "keep": mark("Keep my answer leaves it as it was."),
    "edit": mark("Change an answer goes back to one you gave."),
    "jump": _TO_SECTIONS,
    "finish": _TO_FINISH,
    "speak": mark("Language lets you go on in another language."),
    "pause": mark("Pause keeps your answers until you come back."),
    "resume": mark("Go on takes you to the next question."),
    "look": mark("See my answers shows what you said so far."),
    "concern": mark("Someone is at risk shows who to tell. It works at any time."),
    "submit": mark("Hand in sends your answers."),
    "withdraw": mark("Stop erases all your answers here."),
}

_FOR_AUDITORS = mark(
    "In a chat, send /sections to jump. Send /finish to leave the rest out. "
    "Send /observe to note what you see. Send /coverage to see what is missing. "
    "Send /handover to pass this on. Send /interviews to go on with another one."
)

_FOR_PLANNERS = mark(
    "In a chat, send /finish to leave the rest out. Send /actions to see what is yours to do. "
    "Send /audits to see where you have a part."
)

_NOTED = mark("That is noted.")
_KEPT = {  # by what a form records: what is said to whoever has handed it in
    FINDING: (
        mark("The finding is kept, with all that it rests on."),
        mark("Send /findings to see it. It can be revised there."),
    ),
    ACTION: (
        mark("The action is in the plan. Its owner is asked whether they can do it."),
        mark("Send /plan to see how the plan stands."),
    ),
    PROGRESS: (
        mark("That is noted, and the plan is up to date."),
        mark("Send /actions to see what else is yours."),
    ),
    VERIFICATION: (
        mark("That is noted, with what you looked at."),
        mark("Send /plan to see what comes next."),
    ),
    CHALLENGE: (mark("That is noted, and whoever it is for is told."),),
}

_REASONS = {
    Reason.REQUIRED: (
        mark("I need an answer here before we go on. A few words are enough."),
        "",
    ),
    Reason.CONSTRAINT: (mark("That does not seem to fit this question. Please check it and try again."), ""),
    Reason.NOT_A_CHOICE: (
        mark("I could not match that to one of the answers. Pick one from the list, like “{example}”."),
        "2",
    ),
    Reason.SEVERAL_FIT: (
        mark("That could mean more than one of the answers. Pick one of them, like “{example}”."),
        "2",
    ),
    Reason.ONE_ONLY: (mark("Please pick just one answer here, like “{example}”."), "2"),
    Reason.NOT_WHOLE: (mark("I need a whole number, like {example}."), "3"),
    Reason.NOT_A_NUMBER: (mark("I need a number, like {example}."), "3"),
    Reason.TOO_LARGE: (
        mark("That number is too big for me. Please write a smaller one, like {example}."),
        "12",
    ),
    Reason.OUT_OF_RANGE: (
        mark("That number does not fit here. It should be in this range: {example}."),
        "1 – 10",
    ),
    Reason.NOT_A_DATE: (mark("I need a date, like {example}."), mark("4 May 2026")),
    Reason.NOT_A_TIME: (mark("I need a time, like {example}."), "14:30"),
    Reason.TOO_LONG: (
        mark("That is more than I can keep as one answer. Please make it shorter, like two pages of a book."),
        "",
    ),
    Reason.NO_WORDS: (
        mark("I could not find any words in that. A few are fine, like “{example}”."),
        mark("I told the nurse in charge"),
    ),
    Reason.NEEDS_FILE: (mark("I need a photo or a file here, like {example}."), mark("a photo of the rota")),
    Reason.FILE_TOO_BIG: (
        mark("That file is too big for me. Please send a smaller one, of up to {example}."),
        "10 MB",
    ),
    Reason.FILE_NOT_TAKEN: (
        mark("I cannot take a file of that kind here. Please send {example}."),
        mark("a photo or a PDF"),
    ),
    Reason.NOT_ALL_RANKED: (mark("Please give each line its own place, like {example}."), "1, 2, 3"),
}

_FILES = {Kind.IMAGE: mark("a photo"), Kind.AUDIO: mark("a sound recording")}

_NOT_NOW = {
    "": mark("That does not work just now, so I changed nothing."),
    "back": mark("This is the first question, so there is nothing before it."),
    "skip": mark("This question needs an answer, so it cannot be left out."),
    "submit": mark("There are still questions to answer before you can hand in."),
}

_UNTAKEN = {
    "": mark("I cannot take that, so I kept nothing of it."),
    "photo": mark("I cannot take a photo at this point, so I kept nothing of it."),
    "file": mark("I cannot take a file at this point, so I kept nothing of it."),
    "voice": mark("I cannot listen to voice messages, so I kept nothing of it. Please write instead."),
    "video": mark("I cannot watch videos, so I kept nothing of it. Please write instead."),
    "sticker": mark("I cannot read stickers, so I kept nothing of it. Please write instead."),
    "location": mark("I do not need to know where you are, and I kept nothing of it."),
    "contact": mark("I do not need anybody's phone number, and I kept nothing of it."),
    "unfetched": mark("I could not get that from Telegram. Please send it again."),
    "edited": mark(
        "I see that you changed a message. I still have what you wrote first. To change an answer, send /edit."
    ),
}

_STANDING: dict[type[Prompt], tuple[str, ...]] = {
    prompts.Stale: (
        mark("That belonged to an earlier question, so I changed nothing. Here is where we are now."),
    ),
    prompts.ConfirmStop: (
        mark("Do you want to stop?"),
        mark("All your answers here will be erased. This cannot be undone."),
    ),
    prompts.Paused: (
        mark("We have stopped for now. Your answers so far wait here for you."),
        mark("When you are ready, come back to this same chat on this same device."),
    ),
    prompts.Declined: (
        mark("That is fine. You did not take part, and nothing was kept."),
        mark("You can change your mind and start again."),
    ),
    prompts.Withdrawn: (mark("You stopped. Every answer you gave here has been erased."),),
    prompts.Expired: (
        mark("The time to finish this has run out, so your answers were erased."),
        mark("If the questions are still open, you can start again."),
    ),
}

# Whoever comes back with a receipt gives no answers: what stops or ends then is something else.
_WITH_RECEIPT: dict[tuple[str, type[Prompt]], tuple[str, ...]] = {
    (WITHDRAWAL, prompts.ConfirmStop): (
        mark("Do you want to stop?"),
        mark("Nothing is taken back then. What you handed in stays where it is."),
    ),
    (WITHDRAWAL, prompts.Withdrawn): (
        mark("You stopped. Nothing was taken back. What you handed in is still there."),
    ),
    (WITHDRAWAL, prompts.Review): (
        mark("You have come to the end. Nothing is gone yet."),
        mark("If you are sure, tap “Erase my answers”. If not, stop here."),
    ),
    (MESSAGE, prompts.ConfirmStop): (
        mark("Do you want to stop?"),
        mark("Your message is not sent then. What you wrote here is erased."),
    ),
    (MESSAGE, prompts.Withdrawn): (mark("You stopped. Your message was not sent."),),
    (MESSAGE, prompts.Review): (
        mark("This is your message."),
        mark("You can still change it. Send it when it is as you want it."),
    ),
}
_HAND_IN = {WITHDRAWAL: mark("Erase my answers"), MESSAGE: mark("Send my message")}
_STOP = mark("Yes, stop")
_STOP_EXPLAINED = {
    WITHDRAWAL: mark("Stop leaves what you handed in as it is."),
    MESSAGE: mark("Stop sends nothing, and erases what you wrote here."),
}

_PAUSED_CASE = (
    mark("This rests now. What you noted so far is kept."),
    mark("Go on when you are ready, in the chat or on the web pages."),
)

_AT_THE_END = (
    mark("You have come to the end. These are your answers."),
    mark("You can still change any of them. When they are as you want them, hand them in."),
)

_HINTS = {
    Kind.SELECT_MULTIPLE: mark("Pick all that fit."),
    Kind.RANK: mark("Give each line its own place. 1 comes first."),
    Kind.DATE: mark("For example, 4 May 2026."),
    Kind.TIME: mark("For example, 14:30."),
    Kind.DATETIME: mark("For example, 4 May 2026 14:30."),
    Kind.IMAGE: mark("Send a photo. Please leave people's faces out of it."),
    Kind.AUDIO: mark("Send a sound file."),
    Kind.FILE: mark("Send a file."),
}

Standing = (
    prompts.Stale
    | prompts.PastLead
    | prompts.ConfirmStop
    | prompts.Paused
    | prompts.Submitted
    | prompts.Declined
    | prompts.Withdrawn
    | prompts.Expired
)


def words(
    waiting: Iterable[Prompt],
    language: str,
    *,
    form: Form | None = None,
    tries: int = 0,
    routes: Routes = SHIPPED.everywhere,
) -> tuple[Outgoing, ...]:
    """Every prompt of a reply as a message, in order; `tries` counts the replies not taken before."""
    waiting = tuple(waiting)
    ask = next((prompt for prompt in waiting if isinstance(prompt, prompts.Ask)), None)
    return tuple(word(prompt, language, form=form, tries=tries, ask=ask, routes=routes) for prompt in waiting)


def word(
    prompt: Prompt,
    language: str,
    *,
    form: Form | None = None,
    tries: int = 0,
    ask: prompts.Ask | None = None,
    routes: Routes = SHIPPED.everywhere,
) -> Outgoing:
    """One prompt as a message. `form` lets the closing words fit what was handed in; `routes`: where to turn.

    `tries` and `ask` belong to `AskAgain`: how many replies in a row were not taken, and the question that
    follows. After three tries help is offered, and a way past the question unless it is required.
    """
    _ = voice(language)
    match prompt:
        case prompts.Say():
            return _note(prompt, _)
        case prompts.Ask():
            return _question(prompt, _)
        case prompts.AskAgain():
            return _again(prompt, _, tries, ask)
        case prompts.Review():
            return _review(prompt, _, form)
        case prompts.ConfirmWording():
            return _confirm(prompt, _)
        case prompts.NotNow():
            return Outgoing((_(_NOT_NOW.get(prompt.move, _NOT_NOW[""])),))
        case prompts.Untaken():
            return Outgoing((_(_UNTAKEN.get(prompt.what, _UNTAKEN[""])),))
        case prompts.ChooseLanguage() | prompts.Sections():
            return _choose(prompt, _)
        case prompts.Guide():
            return _guide(prompt, _, form)
        case prompts.Signpost():
            return signpost(language, routes)
        case (
            prompts.Stale()
            | prompts.PastLead()
            | prompts.ConfirmStop()
            | prompts.Paused()
            | prompts.Submitted()
            | prompts.Declined()
            | prompts.Withdrawn()
            | prompts.Expired()
        ):
            return _standing(prompt, _, form)
        case _ as never:
            assert_never(never)


def name(move: Move | str, language: str) -> str:
    """The name of a move as a button shows it, by the move or by its tag (`back`)."""
    tag = move if isinstance(move, str) else type(move).__name__.lower()
    return voice(language)(NAMES[tag])


def paragraphs(text: str) -> tuple[str, ...]:
    """A form's text, split where its author left a line empty."""
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def _note(prompt: prompts.Say, _: Voice) -> Outgoing:
    buttons = (_way(moves.Concern(), _),) if prompt.signpost else ()
    return Outgoing(paragraphs(prompt.text), buttons=buttons)


def _question(ask: prompts.Ask, _: Voice) -> Outgoing:
    if ask.kind.has_choices and not ask.options:
        hint = _nothing(ask, _)
    else:
        hint = ask.hint or (_(_HINTS[ask.kind]) if ask.kind in _HINTS else "")
    another = (_("Is there one more to add?"),) if ask.another else ()
    return Outgoing(
        (*paragraphs(ask.label), *another),
        hint,
        probe=_probe(ask, _),
        buttons=_choices(ask, _) + ways(ask, _.language),
    )


def _nothing(ask: prompts.Ask, _: Voice) -> str:
    """What is said where a list is empty, instead of how to choose from it."""
    if ask.required:
        return _("There is nothing to choose from here yet.")
    return _("There is nothing to choose from here yet. You can skip this question.")


def _probe(ask: prompts.Ask, _: Voice) -> tuple[str, ...]:
    """What an auditor has before them while they ask."""
    further = (_("You could ask: {probe}", probe=ask.probe),) if ask.probe else ()
    return (*paragraphs(ask.guidance), *further)


def _choices(ask: prompts.Ask, _: Voice) -> tuple[Button, ...]:
    """A button for each choice; where several may be chosen, each marks its own, and one says that it is done."""
    if not ask.kind.is_many:
        return tuple(_choice(ask, option) for option in options(ask, _.language))
    marked = (ask.current or "").split()
    buttons = tuple(_markable(ask, option, marked) for option in ask.options)
    is_ready = len(marked) == len(ask.options) if ask.kind is Kind.RANK else bool(marked)
    done = moves.Done(question=ask.question, turn=ask.turn)
    return (*buttons, _way(done, _, Role.MAIN)) if is_ready else buttons


def _markable(ask: prompts.Ask, option: prompts.Option, marked: list[str]) -> Button:
    """What marks a choice, or unmarks it; in a rank the label tells its place."""
    is_marked = option.value in marked
    place = f"{marked.index(option.value) + 1}. " if is_marked and ask.kind is Kind.RANK else ""
    move = moves.Mark(option.value, not is_marked, question=ask.question, turn=ask.turn)
    return Button(
        place + option.label, move, Role.APART if option.apart else Role.CHOICE, is_marked, option.group
    )


def options(ask: prompts.Ask, language: str) -> tuple[prompts.Option, ...]:
    """The choices as people read them: those of the form, the steps of a short range, or Candour's own words."""
    _ = voice(language)
    if ask.kind is Kind.ACKNOWLEDGE:
        return (prompts.Option("OK", _("OK")),)
    if not ask.another:
        return ask.options or steps(ask)
    own = {"yes": _("Yes"), "no": _("No")}
    return tuple(prompts.Option(option.value, own.get(option.value, option.label)) for option in ask.options)


def steps(ask: prompts.Ask) -> tuple[prompts.Option, ...]:
    """The steps of a range as choices, if they are few."""
    if ask.bounds is None:
        return ()
    start, end, step = ask.bounds
    count = round((end - start) / step) + 1 if step > 0 and end > start else 0
    if not 0 < count <= _FEW_STEPS:
        return ()
    values = [f"{start + number * step:g}" for number in range(count)]
    return tuple(prompts.Option(value, value) for value in values)


def _choice(ask: prompts.Ask, option: prompts.Option) -> Button:
    role = Role.APART if option.apart else Role.CHOICE
    return Button(option.label, reply(ask, option.value), role, group=option.group)


def reply(ask: prompts.Ask, value: str | tuple[str, ...]) -> Move:
    """The move that answers what is asked: `value` is one of its options, or what was typed."""
    if ask.another and isinstance(value, str):
        return moves.Another(value == "yes", question=ask.question, turn=ask.turn)
    return moves.Answer(value, question=ask.question, turn=ask.turn)


def ways(ask: prompts.Ask, language: str) -> tuple[Button, ...]:
    """What else can be done at a question: leave it as it was, go back, skip, pause, stop."""
    _ = voice(language)
    question, turn = ask.question, ask.turn
    buttons = []
    if ask.editing:
        buttons.append(_way(moves.Keep(question=question, turn=turn), _))
    if ask.can_go_back:
        buttons.append(_way(moves.Back(question=question, turn=turn), _))
    if _may_be_skipped(ask):
        buttons.append(_way(moves.Skip(question=question, turn=turn), _))
    if not ask.consent:
        buttons += [_way(moves.Pause(), _), _way(moves.Withdraw(), _)]
    return tuple(buttons)


def _may_be_skipped(ask: prompts.Ask) -> bool:
    return not (ask.required or ask.consent or ask.another)


def _way(move: Move, _: Voice, role: Role = Role.WAY) -> Button:
    return Button(name(move, _.language), move, role)


def _again(prompt: prompts.AskAgain, _: Voice, tries: int, ask: prompts.Ask | None) -> Outgoing:
    text = [*paragraphs(prompt.message or _reason(prompt, _, ask))]
    if tries < TRIES_BEFORE_HELP:
        return Outgoing(tuple(text))
    if ask is None or not _may_be_skipped(ask):
        text.append(_("If this is hard to answer, I can show you what else you can do here."))
        return Outgoing(tuple(text), buttons=(_way(moves.Help(), _),))
    text.append(_("If this is hard to answer, you can leave it out. Or I can show you what else you can do."))
    return Outgoing(
        tuple(text), buttons=(_way(moves.Skip(question=prompt.question), _), _way(moves.Help(), _))
    )


def _reason(prompt: prompts.AskAgain, _: Voice, ask: prompts.Ask | None) -> str:
    if ask is not None and ask.kind.has_choices and not ask.options:
        return _nothing(ask, _)
    if prompt.reason is Reason.NO_WORDS and ask is not None and ask.kind.has_choices:
        if _may_be_skipped(ask):
            return _("Please pick one of the answers. If none of them fits, you can skip this question.")
        return _("Please pick one of the answers.")
    if prompt.reason is Reason.REQUIRED and ask is not None and ask.kind.has_choices:
        return _("I need an answer here before we go on. Pick the one that comes closest.")
    sentence, example = _REASONS[prompt.reason]
    if ask is not None and ask.kind.is_file:
        example = _FILES.get(ask.kind, example) if prompt.reason is Reason.FILE_NOT_TAKEN else example
    if not example:
        return _(sentence)
    return _(sentence, example=prompt.example or _(example))


def _review(prompt: prompts.Review, _: Voice, form: Form | None) -> Outgoing:
    lines = tuple(line(item, _.language) for item in prompt.items)
    if not prompt.complete:
        return Outgoing(
            (_("These are your answers so far."),), lines=lines, buttons=(Button(_("Go on"), moves.Begin()),)
        )
    recorded = form.records if form is not None else ""
    intro = tuple(map(_, _WITH_RECEIPT.get((recorded, prompts.Review), _AT_THE_END)))
    hand_in = Button(_(_HAND_IN.get(recorded, HAND_IN)), moves.Submit(), Role.MAIN)
    rest = (_way(moves.Pause(), _), _way(moves.Withdraw(), _))
    return Outgoing(intro, lines=lines, buttons=(hand_in, *rest))


def line(item: prompts.Item, language: str) -> Line:
    """An earlier answer as people read it; one that was left out says so."""
    return Line(item.label, said(item, language), moves.Edit(item.question))


def said(item: prompts.Item, language: str) -> str:
    """An answer as people read it; a file has no words."""
    _ = voice(language)
    if not item.answer:
        return _("You left this out.")
    if item.kind in (Kind.DATE, Kind.DATETIME):
        return _moment(item.answer, _)
    if item.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.RANGE):
        return _figure(item.answer, _)
    return _("A file is here.") if item.kind.is_file else item.answer


def _figure(answer: str, _: Voice) -> str:
    """A number with the decimal sign of the language; what cannot be read stays as it is."""
    try:
        return _.number(Decimal(answer), grouped=False)
    except InvalidOperation:
        return answer


def _moment(answer: str, _: Voice) -> str:
    """A date, with its time if it has one, such as 4 May 2026 14:30; what cannot be read stays as it is."""
    try:
        moment = dt.datetime.fromisoformat(answer)
    except ValueError:
        return answer
    time = f" {moment:%H:%M}" if "T" in answer else ""
    return _.date(moment.date()) + time


def _quoted(pieces: Iterable[str], _: Voice) -> str:
    """Pieces of what somebody wrote, each in quotation marks and in its own direction, as one list."""
    return catalogues.listed((_("“{text}”", text=piece) for piece in pieces), _.language)


def _confirm(prompt: prompts.ConfirmWording, _: Voice) -> Outgoing:
    text = (
        _("This part of your answer may show who someone is: {found}.").format(
            found=_quoted(prompt.found, _)
        ),
        _("Do you want to keep it, change it, or take it out?"),
    )
    choices = (
        (moves.Wording.CHANGE, _("Change it"), Role.MAIN),
        (moves.Wording.REMOVE, _("Take it out"), Role.WAY),
        (moves.Wording.KEEP, _("Keep it"), Role.WAY),
    )
    buttons = (
        Button(label, moves.Confirm(what, question=prompt.question, turn=prompt.turn), role)
        for what, label, role in choices
    )
    return Outgoing(text, buttons=tuple(buttons))


_MAKERS: dict[str, Callable[[], Move]] = {
    "skip": moves.Skip,
    "back": moves.Back,
    "keep": moves.Keep,
    "pause": moves.Pause,
    "resume": moves.Resume,
    "jump": moves.Jump,
    "finish": moves.Finish,
    "look": moves.Look,
    "concern": moves.Concern,
    "submit": moves.Submit,
    "withdraw": moves.Withdraw,
}


def _guide(prompt: prompts.Guide, _: Voice, form: Form | None) -> Outgoing:
    recorded = form.records if form is not None else ""
    in_cases = (_(_FOR_PLANNERS if recorded in PLANNING else _FOR_AUDITORS),)
    text = (
        _("Here is what you can do."),
        *(_(_explained(move, recorded)) for move in prompt.moves if move in _EXPLAINED),
        *(in_cases if _is_case(form) else ()),
    )
    return Outgoing(text, buttons=tuple(_way(_MAKERS[move](), _) for move in prompt.moves if move in _MAKERS))


def _explained(move: str, recorded: str) -> str:
    return _STOP_EXPLAINED.get(recorded, _EXPLAINED[move]) if move == "withdraw" else _EXPLAINED[move]


def _choose(prompt: prompts.ChooseLanguage | prompts.Sections, _: Voice) -> Outgoing:
    if isinstance(prompt, prompts.Sections):
        return _sections(prompt, _)
    buttons = tuple(Button(each.label, moves.Speak(each.value), Role.CHOICE) for each in prompt.languages)
    return Outgoing((_("Which language would you like?"),), buttons=buttons)


def _sections(prompt: prompts.Sections, _: Voice) -> Outgoing:
    buttons = tuple(Button(_section(each, _), moves.Jump(each.path), Role.CHOICE) for each in prompt.sections)
    is_left = any(each.progress.done < each.progress.relevant for each in prompt.sections)
    rest = (_way(moves.Finish(), _),) if is_left else ()
    return Outgoing((_("Where would you like to go on?"),), buttons=(*buttons, *rest))


def _section(section: prompts.Section, _: Voice) -> str:
    done, relevant = section.progress.done, section.progress.relevant
    return _("{section} ({done} of {relevant})", section=section.label, done=done, relevant=relevant)


def signpost(language: str, routes: Routes) -> Outgoing:
    """Where to turn when someone is at risk, and that nobody asks why."""
    _ = voice(language)
    shown = (_place(place, _) for place in places(language, routes))
    return Outgoing((_("You do not have to say why you are asking."), *shown))


def _place(place: Place, _: Voice) -> str:
    called = f"{place.who}: {_.apart(place.phone)}" if place.phone else place.who
    return "\n".join(filter(None, (called, place.what, place.web)))


def places(language: str, routes: Routes = SHIPPED.everywhere) -> tuple[Place, ...]:
    """Where to turn when someone is at risk, the most urgent first."""
    return tuple(contact.to(language, otherwise=voice(language)) for contact in routes)


def _past_lead(prompt: prompts.PastLead, _: Voice) -> Outgoing:
    """Who reads what goes past the lead."""
    if prompt.has_reader:
        past = _("This goes past the safeguarding lead, to their deputy. The lead cannot see it here.")
        return Outgoing((past,))
    past = _("This goes past the safeguarding lead. But nobody else can read it here yet.")
    outside = (
        _("So please tell someone outside too: tap “Someone is at risk”.")
        if prompt.handed_in
        else _("So please tell someone outside: tap “Someone is at risk”. You can still write it down here.")
    )
    return Outgoing((past, outside), buttons=(_way(moves.Concern(), _),))


def _standing(prompt: Standing, _: Voice, form: Form | None) -> Outgoing:
    if isinstance(prompt, prompts.Submitted):
        kept = (Button(_("I have kept it"), moves.Begin(), Role.MAIN),) if prompt.receipt else ()
        return Outgoing((*_handed_in(_, form), *_receipt(_, prompt.receipt)), buttons=kept)
    if isinstance(prompt, prompts.PastLead):
        return _past_lead(prompt, _)
    recorded = form.records if form is not None else ""
    standing = _WITH_RECEIPT.get((recorded, type(prompt)), _STANDING[type(prompt)])
    if _is_case(form) and isinstance(prompt, prompts.Paused):
        standing = _PAUSED_CASE
    text = tuple(_(part) for part in standing)
    match prompt:
        case prompts.ConfirmStop():
            yes = Button(_(_STOP if recorded in _HAND_IN else ERASE), moves.Withdraw(sure=True), Role.ENDING)
            return Outgoing(text, buttons=(Button(_("No, go on"), moves.Begin(), Role.MAIN), yes))
        case prompts.Paused():
            return Outgoing(text, buttons=(_way(moves.Resume(), _, Role.MAIN), _way(moves.Withdraw(), _)))
        case prompts.Declined() | prompts.Expired():
            return Outgoing(text, buttons=(Button(_("Start again"), moves.Begin(), Role.MAIN),))
        case prompts.Stale() | prompts.Withdrawn():
            return Outgoing(text)
        case _ as never:
            assert_never(never)


def _is_case(form: Form | None) -> bool:
    """Whether people with a role answer it; partners do not."""
    return form is not None and form.records in IN_CASES and not form.is_for_partners


def _handed_in(_: Voice, form: Form | None) -> tuple[str, ...]:
    if form is not None and form.records == "concern":
        return (
            _(
                "Your message is in. The safeguarding lead can read it now, or their deputy if it is about the lead."
            ),
            _("If someone is in danger right now, call 999. Do not wait for an answer."),
        )
    if form is not None and _is_case(form):
        return _handed_in_by_auditor(_, form)
    if form is not None and form.records == "message":
        return (
            _("Your message is in. Only those who may read it can see it, and they do not see who you are."),
            _("Come back with your receipt to see whether they have answered."),
        )
    if form is not None and form.records == "withdrawal":
        return (_("Your answers have been erased."), _("Nobody was told that it was you."))
    if form is not None and form.attribution is Attribution.ANONYMOUS:
        return (
            _("Your answers are in. Nobody in your organisation can see who wrote them."),
            _(
                "When this round closes, the safeguarding lead reads a summary. It shows what all of you said together."
            ),
            _("If too few people answer, the numbers stay hidden."),
            _("90 days after the report, your answers are destroyed."),
        )
    return (_("Your answers are in."),)


def _handed_in_by_auditor(_: Voice, form: Form) -> tuple[str, ...]:
    if form.records == OPENING:
        return (
            _("The new audit is open, and you are its lead."),
            _("Next, sign in and choose its passphrase. Then ask who runs Candour for its slips."),
        )
    if form.records in PLANNING:
        return tuple(_(part) for part in _KEPT.get(form.records, (_NOTED,)))
    return (_("This is handed in, and kept as evidence. It can be read, and not be changed any more."),)


def _receipt(_: Voice, receipt: str) -> tuple[str, ...]:
    """The receipt of what was handed in, and what it is for."""
    if not receipt:
        return ()
    return (
        _("Your receipt:") + "\n" + _.apart(grouped(receipt)),
        _(
            "Write it down or take a picture of it, and show it to nobody. Once you go on from here, it is gone."
        ),
        _(
            "With it you can come back, and still not say who you are. You can read and write messages with the "
            "lead, or take your answers back."
        ),
    )
