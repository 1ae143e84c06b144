"""A reply as calls of the Bot API: values, in the order in which they are made. Nothing is sent here.

A chat must stay readable for somebody who comes back to it: a question that was answered by a tap shows its
answer and loses its buttons, choices are ticked in place, and one message holds all that belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from bot import buttons, hearing, promises, welcoming, wording
from bot.contacts import Routes
from bot.desk import rooms
from bot.errors import (
    CaseElsewhereError,
    NoColleagueError,
    NothingLeftError,
    NotTakenError,
    NowhereError,
    ReceiptMissingError,
    RoleMissingError,
    SlipNeededError,
    SlipSpentError,
    TooManyTriesError,
    UnknownInvitationError,
    WrongReceiptError,
)
from bot.messages import (
    Admitted,
    Appointed,
    AtRisk,
    Desk,
    Doors,
    Invited,
    Letter,
    Outcome,
    Promises,
    Reply,
    Sheet,
    Welcomed,
    Wish,
)
from bot.wording import Button, Outgoing, Role, Voice
from dialogues import catalogues, moves, prompts
from dialogues.form import Form
from dialogues.interview import Interview, State
from dialogues.prompts import Prompt
from dialogues.wordless import Wordless
from storage import slips
from storage.errors import AuditClosedError

MOST = 4000  # characters of one message; Telegram takes 4,096 after entities
MOST_CHOICES = 20  # below each other; of more, one page at a time is shown, with their numbers
PAGE = 10  # choices of one page
MOST_BUTTONS = 90  # Telegram takes 100
TOAST = 200  # characters of what is said about a tap
_A_ROW = 3  # ways in one row
_STEPS = 6  # short choices in one row
_LABEL = 60  # characters of a button beside the questions
_SHORT = 3  # characters of a short choice
_EXCERPT, _AROUND = 1500, 400  # characters of an excerpt, and of what stands before and after it

Spoken: TypeAlias = tuple[Prompt, Outgoing]

_LINE = re.compile(r"(?m)^(?=.)")
_FROM_RIGHT = "\u200f"

_QUIET = (prompts.Stale,)  # said about the tap, not in the chat
_APART = (prompts.Signpost, prompts.Guide)  # messages of their own


class Key(Wordless, frozen=True):
    """A button: its words and its token. It has no repr: its words may be an answer."""

    text: str
    callback_data: str


Keyboard: TypeAlias = tuple[tuple[Key, ...], ...]


class Post(Wordless, frozen=True):
    """A new message. `menu`: words that stay below the chat for good, one row each.

    `stays`: its buttons are right whatever comes after; else they go when the next question is asked.
    """

    html: str
    keyboard: Keyboard = ()
    menu: tuple[str, ...] = ()
    stays: bool = False


class Settle(Wordless, frozen=True):
    """The tapped message, with what was answered instead of its buttons, or with what comes next in its place."""

    message: int
    html: str
    keyboard: Keyboard = ()


class Refresh(Struct, frozen=True):
    """The tapped message with other buttons, or with none."""

    message: int
    keyboard: Keyboard = ()


class Toast(Wordless, frozen=True):
    """The tap was seen; `text` is shown for a moment."""

    query: str
    text: str = ""


class Picture(Wordless, frozen=True):
    """A picture (PNG) in a message of its own."""

    content: bytes


class Menu(Struct, frozen=True):
    """The commands that this chat shows beside the line to write in: each with what it does."""

    commands: tuple[tuple[str, str], ...]


Call: TypeAlias = Post | Settle | Refresh | Toast | Picture | Menu


def payload(call: Call, chat: int) -> tuple[str, dict[str, object]]:
    """The method of the Bot API, and its parameters."""
    match call:
        case Post(html, keyboard, menu, _):
            markup = _markup(keyboard, menu)
            return "sendMessage", {"chat_id": chat, "text": html, **_HTML, **markup}
        case Settle(message, html, keyboard):
            place = {"chat_id": chat, "message_id": message}
            return "editMessageText", {**place, "text": html, **_HTML, **_markup(keyboard, ())}
        case Refresh(message, keyboard):
            rows = {"inline_keyboard": keyboard}
            return "editMessageReplyMarkup", {"chat_id": chat, "message_id": message, "reply_markup": rows}
        case Toast(query, text):
            return "answerCallbackQuery", {"callback_query_id": query, "text": text[:TOAST]}
        case Picture(content):
            return "sendPhoto", {"chat_id": chat, "photo": content}
        case Menu(commands):
            listed = [{"command": name, "description": what} for name, what in commands]
            return "setMyCommands", {"commands": listed, "scope": {"type": "chat", "chat_id": chat}}


_HTML: dict[str, object] = {"parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


def _markup(keyboard: Keyboard, menu: tuple[str, ...]) -> dict[str, object]:
    if keyboard:
        return {"reply_markup": {"inline_keyboard": keyboard}}
    if menu:
        rows = [[{"text": words}] for words in menu]
        return {"reply_markup": {"keyboard": rows, "resize_keyboard": True, "is_persistent": True}}
    return {}


def screen(
    outcome: Outcome,
    *,
    query: str = "",
    message: int = 0,
    pages: str = "",
    bot: str = "",
    drawn: Sequence[bytes] = (),
) -> tuple[Call, ...]:
    """What a person sees after a message; `query` and `message` belong to the tap, if it was one.

    `pages` is the address of the web pages, `bot` the name of ours; each may be empty. `drawn` are the pictures of a
    desk (PNG).
    """
    match outcome:
        case Doors():
            return (*seen(query), _doors(outcome))
        case Appointed():
            return (*seen(query), _plain(_appointed(outcome.role)), Menu(hearing.menu(outcome.roles)))
        case Welcomed():
            return (*seen(query), *_turned(_welcomed(outcome), outcome.interview.language))
        case AtRisk(routes, can_tell, language):
            return (*seen(query), *at_risk(routes, language, can_tell=can_tell))
        case Promises(language, days, years):
            return (*seen(query), *_turned(_promises(language, days, years), language))
        case Desk():
            return (*seen(query), *_desk(outcome, message, drawn))
        case Sheet():
            return tuple(_sheet(outcome, query, message))
        case Admitted():
            return (*seen(query), _plain(_admitted(outcome, pages)))
        case Invited():
            return (*seen(query), _plain(_invited(outcome, pages, bot)))
        case Reply():
            return tuple(_turned(_reply(outcome, query, message), outcome.interview.language))


def _turned(calls: Iterable[Call], language: str) -> Iterator[Call]:
    """Calls whose lines begin at the side where their language begins.

    Telegram takes the direction of each line from its first letter, which may be of a name such as CQC. So in a
    language from right to left every line begins with a mark that says so.
    """
    if catalogues.direction(language) == "ltr":
        yield from calls
        return
    for call in calls:
        if isinstance(call, Post | Settle):
            yield replace(call, html=_LINE.sub(_FROM_RIGHT, call.html))
        else:
            yield call


def refusal(error: Exception, *, query: str = "") -> tuple[Call, ...]:
    """What a person sees when their message could not be played."""
    return (*seen(query), _plain(_refused(error)))


def at_risk(routes: Routes, language: str = wording.SOURCE, *, can_tell: bool = False) -> tuple[Call, ...]:
    """Where to turn, for somebody whom we know nothing of; `can_tell`: they can write to the lead all the same."""
    door = (Key(wording.voice(language)(wording.TELL), buttons.TO_LEAD),)
    post = _plain(wording.signpost(language, routes).text)
    return tuple(_turned([replace(post, keyboard=(door,)) if can_tell else post], language))


def only_private() -> tuple[Call, ...]:
    """In a group."""
    _ = wording.voice(wording.SOURCE)
    return (_plain([_("I only talk to one person at a time. Please write to me in a chat of your own.")]),)


def notice(letter: Letter) -> Iterator[Post | Picture]:
    """A message that starts with us: its picture first, so that the buttons stand last."""
    if letter.picture:
        yield Picture(letter.picture)
    yield from _with_ways(letter.text.split("\n\n"), letter.ways)


def not_kept() -> tuple[Call, ...]:
    """Something broke, three times."""
    _ = wording.voice(wording.SOURCE)
    return (
        _plain(
            [
                _("Something went wrong on our side, and I could not keep what you just sent."),
                _("What you answered before is safe. Please send /start to see the question again."),
            ]
        ),
    )


def _welcomed(outcome: Welcomed) -> Iterator[Post]:
    """What whoever came back with a receipt reads, and where they can go from there."""
    keyboard = tuple((Key(label, token),) for label, token in welcoming.ways(outcome))
    *before, last = _split([_escaped(part) for part in welcoming.told(outcome)])
    for part in before:
        yield Post(part, stays=True)
    yield Post(last, keyboard, stays=True)


def _desk(desk: Desk, message: int, drawn: Sequence[bytes]) -> Iterator[Call]:
    """What somebody reads beside the questions. Of many buttons a page, which takes the place of the one before."""
    wish = desk.wish
    ways = _page_of(desk.ways, wish) if wish is not None and len(desk.ways) > MOST_CHOICES else desk.ways
    if drawn:
        for said, picture in zip(desk.text, drawn, strict=True):
            yield from notice(Letter(said, picture=picture))
    elif wish is not None and wish.start is not None and message:
        yield Refresh(message, _keys(ways))
    else:
        yield from _with_ways(desk.text, ways)


def _page_of(ways: Sequence[tuple[str, str]], wish: Wish) -> list[tuple[str, str]]:
    _ = wording.voice(wording.SOURCE)
    start = wish.start or 0
    start = start - start % PAGE if start < len(ways) else 0
    turned = ((words, buttons.to_page(wish, place)) for words, place in _beside(start, len(ways), _))
    return [*ways[start : start + PAGE], *turned]


def _keys(ways: Iterable[tuple[str, str]]) -> Keyboard:
    return tuple((Key(_cut(label, _LABEL), token),) for label, token in ways)


def _with_ways(text: Iterable[str], ways: Sequence[tuple[str, str]]) -> Iterator[Post]:
    """Paragraphs, in as many messages as they need, with buttons below the last."""
    *before, last = _split([_escaped(part) for part in text])
    for part in before:
        yield Post(part, stays=True)
    yield Post(last, _keys(ways[:MOST_BUTTONS]), stays=True)


def _sheet(sheet: Sheet, query: str, message: int) -> Iterator[Call]:
    """An excerpt: in the place of the one before, when that was tapped, so that the chat stays short."""
    if query:
        yield Toast(query, sheet.said[0] if sheet.stale else "")
    around = (_escaped(_cut(sheet.before[-_AROUND:], _AROUND)), _bold(_cut(sheet.excerpt, _EXCERPT)))
    said = " ".join(filter(None, (*around, _escaped(_cut(sheet.after, _AROUND))))) if sheet.excerpt else ""
    quote = (f"<blockquote>{said}</blockquote>",) if said else ()
    parts = (*map(_escaped, sheet.said), *quote, *map(_escaped, sheet.reasons))
    keyboard = tuple(tuple(Key(_cut(label, _LABEL), token) for label, token in row) for row in sheet.rows)
    html = "\n\n".join(parts)
    yield Settle(message, html, keyboard) if message and not sheet.stale else Post(html, keyboard)


# Replies


def _reply(reply: Reply, query: str, message: int) -> Iterator[Call]:
    stale = next((prompt for prompt in reply.prompts if isinstance(prompt, _QUIET)), None)
    if query:
        yield Toast(query, _first_words(stale, reply) if stale is not None else "")
    if isinstance(reply.move, moves.Mark | moves.Leaf) and stale is None and message:
        yield Refresh(message, _keyboard(reply, _spoken(reply, reply.prompts)))
        return
    if message and isinstance(reply.move, moves.Begin) and reply.interview.state is State.SUBMITTED:
        yield _without_receipt(reply, message)
        return
    if message:
        yield _after_tap(reply, message)
    yield from _posts(reply, quiet=bool(query))
    if reply.then is not None:
        yield from _posts(reply.then, quiet=True)


def seen(query: str) -> tuple[Call, ...]:
    """Only that a tap was seen."""
    return (Toast(query),) if query else ()


def _after_tap(reply: Reply, message: int) -> Call:
    """What becomes of a message whose button was tapped: it has had its turn."""
    if reply.settled is None:
        return Refresh(message)
    answer = wording.said(reply.settled, reply.interview.language)
    return Settle(message, f"{_bold(_cut(reply.settled.label, 2000))}\n✓ {_escaped(_cut(answer, 1000))}")


def _without_receipt(reply: Reply, message: int) -> Call:
    """What becomes of the message that showed a receipt, once its owner has kept it: nobody else shall see it there."""
    _ = wording.voice(reply.interview.language)
    said = [part for _prompt, outgoing in _spoken(reply, reply.prompts) for part in outgoing.text]
    return Settle(
        message, "\n\n".join(map(_escaped, (*said, _("I have taken your receipt out of this chat."))))
    )


def _posts(reply: Reply, *, quiet: bool) -> Iterator[Post]:
    shown = [each for each in reply.prompts if not (quiet and isinstance(each, _QUIET))]
    for aside in [each for each in shown if isinstance(each, _APART)]:
        yield _apart(aside, reply)
        shown.remove(aside)
    if not shown:
        return
    notes: list[Prompt] = [each for each in shown if isinstance(each, prompts.Say)]
    rest = [each for each in shown if not isinstance(each, prompts.Say)]
    if isinstance(reply.move, moves.Begin | moves.Speak) and _is_asking(shown):
        yield from _welcome(reply, notes)
        notes = []
    together = _spoken(reply, [*_reasons(rest), *notes, *_others(rest)])
    keyboard = _keyboard(reply, together)
    parts = list(_split(_written(together, wording.voice(reply.interview.language))))
    for part in parts[:-1]:
        yield Post(part)
    yield Post(parts[-1], keyboard)


def _apart(prompt: Prompt, reply: Reply) -> Post:
    """Where to turn, and what can be done here: each a message of its own, which can be found again."""
    ((_, outgoing),) = _spoken(reply, [prompt])
    door = buttons.to_the_lead(reply) if isinstance(prompt, prompts.Signpost) else None
    keyboard = ((Key(*door),),) if door else ()
    return Post("\n\n".join(_escaped(part) for part in outgoing.text), keyboard, stays=True)


def _is_asking(shown: Iterable[Prompt]) -> bool:
    return any(isinstance(each, prompts.Ask) for each in shown)


def _reasons(shown: Iterable[Prompt]) -> list[Prompt]:
    return [each for each in shown if isinstance(each, prompts.AskAgain | prompts.NotNow)]


def _others(shown: Iterable[Prompt]) -> list[Prompt]:
    return [each for each in shown if not isinstance(each, prompts.AskAgain | prompts.NotNow)]


def _welcome(reply: Reply, notes: list[Prompt]) -> Iterator[Post]:
    """What stands before the first question, with the way to help, which stays below the chat from now on."""
    _ = wording.voice(reply.interview.language)
    risk = wording.name("concern", reply.interview.language)
    text = [part for _note, outgoing in _spoken(reply, notes) for part in outgoing.text]
    if not text:
        text = [
            _("The button below the chat shows who to tell when someone is at risk. It works at any time.")
        ]
    *before, last = _split([_escaped(part) for part in text])
    for part in before:
        yield Post(part)
    yield Post(last, menu=(risk,))


def _spoken(reply: Reply, shown: Iterable[Prompt]) -> list[Spoken]:
    language = reply.interview.language
    ask = next((each for each in reply.prompts if isinstance(each, prompts.Ask)), None)
    return [
        (
            prompt,
            wording.word(prompt, language, form=reply.form, tries=reply.tries, ask=ask, routes=reply.routes),
        )
        for prompt in shown
    ]


def _first_words(prompt: Prompt, reply: Reply) -> str:
    return " ".join(wording.word(prompt, reply.interview.language).text)


# Words


def _written(together: Iterable[Spoken], _: Voice) -> Iterator[str]:
    """The paragraphs of a message, as HTML."""
    arrow = "→" if _.direction == "ltr" else "←"
    for prompt, outgoing in together:
        is_question = isinstance(prompt, prompts.Ask)
        if isinstance(prompt, prompts.Ask) and not prompt.consent:
            yield f"<i>{_escaped(_progress(prompt, _))}</i>"
        for paragraph in outgoing.text:
            yield _bold(paragraph) if is_question else _escaped(paragraph)
        for number, line in enumerate(outgoing.lines, 1):
            yield f"{number}. {_escaped(line.label)}\n{arrow} {_escaped(line.answer)}"
        if outgoing.hint:
            yield f"<i>{_escaped(outgoing.hint)}</i>"
        if len(_choices(outgoing)) > MOST_CHOICES:
            yield f"<i>{_escaped(_counted(len(_choices(outgoing)), _))}</i>"
        if outgoing.probe:
            yield "<blockquote>{}</blockquote>".format("\n".join(map(_escaped, outgoing.probe)))


def _counted(count: int, _: Voice) -> str:
    return _(
        "{count} answers to choose from. Look through them below, or type the number or words.", count=count
    )


def _progress(ask: prompts.Ask, _: Voice) -> str:
    section = f"{ask.section} · " if ask.section else ""
    return section + _.apart(f"{ask.progress.done} / {ask.progress.relevant}")


def _split(paragraphs: Iterable[str]) -> Iterator[str]:
    """Messages that each fit, broken between paragraphs, and inside one only if it is too long by itself."""
    message = ""
    for paragraph in paragraphs:
        for piece in _pieces(paragraph):
            if message and _length(message) + 2 + _length(piece) > MOST:
                yield message
                message = ""
            message = f"{message}\n\n{piece}" if message else piece
    yield message or "…"


def _pieces(paragraph: str) -> Iterator[str]:
    """A paragraph that is too long loses its marks, so that none is left open, and is broken between words."""
    if _length(paragraph) <= MOST:
        yield paragraph
        return
    most = MOST if paragraph.isascii() else MOST // 2
    bare = without_marks(paragraph)
    while len(bare) > most:
        cut = bare.rfind(" ", 0, most)
        cut = cut if cut > 0 else most
        yield bare[:cut]
        bare = bare[cut:].lstrip()
    yield bare


def without_marks(html: str) -> str:
    """The same words, neither bold nor in italics nor set apart."""
    for tag in ("<b>", "</b>", "<i>", "</i>", "<blockquote>", "</blockquote>"):
        html = html.replace(tag, "")
    return html


def _length(text: str) -> int:
    """As Telegram counts: in UTF-16, where an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _bold(text: str) -> str:
    return f"<b>{_escaped(text)}</b>"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _plain(text: Iterable[str]) -> Post:
    return Post("\n\n".join(_escaped(part) for part in text), stays=True)


# Buttons


def _keyboard(reply: Reply, together: Iterable[Spoken]) -> Keyboard:
    """Choices below each other, ways beside each other; each way once."""
    outgoing = [each for _, each in together]
    every = [button for each in outgoing for button in each.buttons]
    choices = [button for each in outgoing for button in _choices(each)]
    ways = list({button.label: button for button in every if button not in choices}.values())
    start = _leaf(reply, len(choices))
    leaves = _leaves(reply, start, len(choices))
    if leaves:
        numbered = [replace(each, label=f"{number}. {each.label}") for number, each in enumerate(choices, 1)]
        choices = numbered[start : start + PAGE]
    numbers = [
        Button(f"✎ {number}", line.change) for each in outgoing for number, line in enumerate(each.lines, 1)
    ]
    rows = [
        *_rows(choices, reply.interview, 1 if any(len(each.label) > _SHORT for each in choices) else _STEPS),
        *_rows(leaves, reply.interview, _A_ROW),
        *_rows(numbers, reply.interview, _STEPS),
        *_rows([each for each in ways if each.role is not Role.WAY], reply.interview, 1),
        *_rows([each for each in ways if each.role is Role.WAY], reply.interview, _A_ROW),
        *_doors_of(reply),
    ]
    return _bounded(rows)


def _leaf(reply: Reply, count: int) -> int:
    """Where the page of choices begins: the one that was asked for, or on which a choice was just marked."""
    move = reply.move
    options = next((each.options for each in reply.prompts if isinstance(each, prompts.Ask)), ())
    place = 0
    if isinstance(move, moves.Leaf):
        place = move.start
    elif isinstance(move, moves.Mark):
        place = next((place for place, each in enumerate(options) if each.value == move.choice), 0)
    return place - place % PAGE if place < count else 0


def _leaves(reply: Reply, start: int, count: int) -> list[Button]:
    """To the pages before and behind, each with the numbers it shows; nothing where all fit below each other."""
    ask = next((each for each in reply.prompts if isinstance(each, prompts.Ask)), None)
    if ask is None or count <= MOST_CHOICES:
        return []
    turned = _beside(start, count, wording.voice(reply.interview.language))
    return [Button(words, moves.Leaf(place, question=ask.question, turn=ask.turn)) for words, place in turned]


def _beside(start: int, count: int, _: Voice) -> Iterator[tuple[str, int]]:
    """The pages before and behind: their words, and where each begins."""
    ways = [(_("Earlier ({first} to {last})"), start - PAGE), (_("More ({first} to {last})"), start + PAGE)]
    for words, place in ways:
        if 0 <= place < count:
            yield words.format(first=place + 1, last=min(place + PAGE, count)), place


def _choices(outgoing: Outgoing) -> list[Button]:
    return [button for button in outgoing.buttons if button.role in (Role.CHOICE, Role.APART)]


def _rows(shown: Sequence[Button], interview: Interview, width: int) -> Keyboard:
    keys = [_key(button, interview) for button in shown]
    return tuple(tuple(keys[start : start + width]) for start in range(0, len(keys), width))


def _bounded(rows: Sequence[tuple[Key, ...]]) -> Keyboard:
    """As many rows as Telegram takes; the last ones are the ways on, so the first give way."""
    kept: list[tuple[Key, ...]] = []
    for row in reversed(rows):
        if sum(map(len, kept)) + len(row) > MOST_BUTTONS:
            break
        kept.append(row)
    return tuple(reversed(kept))


def _key(button: Button, interview: Interview) -> Key:
    ticked = "✓ " if button.marked else ""
    return Key(ticked + (_cut(button.label, 120) or "…"), buttons.token(button.move, interview))


def _doors_of(reply: Reply) -> Iterator[tuple[Key, ...]]:
    """To other languages, before consent is given."""
    if any(isinstance(each, prompts.Ask) and each.consent for each in reply.prompts):
        others = _other_languages(reply.form, reply.interview)
        for start in range(0, len(others), _A_ROW):
            yield tuple(others[start : start + _A_ROW])


def _other_languages(form: Form, interview: Interview) -> list[Key]:
    return [
        Key(language.name, buttons.token(moves.Speak(language.code), interview))
        for language in form.languages
        if language.code != interview.language
    ]


def _doors(found: Doors) -> Post:
    _ = wording.voice(wording.SOURCE)
    keys = tuple(
        (Key(form.title.to(wording.SOURCE), buttons.to_door(found.code, form.id)),) for form in found.forms
    )
    return Post(_escaped(_("What would you like to answer?")), keys)


# Without an interview


def _promises(language: str, days: int, years: int) -> Iterator[Post]:
    """What is kept and what is not, in as few messages as it takes."""
    written = (
        f"{_bold(section.heading)}\n{_escaped(section.text)}"
        for section in promises.sections(language, days, years)
    )
    for part in _split(written):
        yield Post(part, stays=True)


def _appointed(role: str) -> list[str]:
    _ = wording.voice(wording.SOURCE)
    signing = _("To read about it, send /signin. I then give you a link to the web pages.")
    asking = _("To interview people and to check records, send /interviews.")
    match role:
        case slips.DEPUTY:
            return [
                _("You are now known here as the deputy of the safeguarding lead of this audit."),
                _(
                    "I tell you at once when a concern goes past the lead to you. I never send what they wrote."
                ),
                signing,
            ]
        case slips.AUDITOR:
            plan = _("To write findings and to follow the plan, send /findings and /plan.")
            return [_("You are now known here as an auditor in this audit."), asking, plan, signing]
        case slips.OWNER:
            return [
                _("You are now known here as somebody who gets things done after this audit."),
                _("I tell you when there is something for you to do, and remind you before it is due."),
                _("Send /actions to see what is yours. You can do all of it here, by tapping."),
                _("So that others know your part, send it like this: /name night team lead"),
            ]
        case slips.BOARD:
            return [
                _("You are now known here as a member of the board for this audit."),
                _("I tell you when a report is published. To ask a question about it, send /challenge."),
                signing,
            ]
        case _:
            return [
                _("You are now known here as a safeguarding lead of this audit."),
                _("I tell you at once when somebody raises a concern. I never send what they wrote."),
                asking,
                _("To write findings and to follow the plan, send /findings and /plan."),
                signing,
            ]


def _admitted(admitted: Admitted, pages: str) -> list[str]:
    _ = wording.voice(wording.SOURCE)
    once = _("It works once, within {minutes} minutes. Give it to nobody.", minutes=admitted.minutes)
    if not pages:
        return [_("To sign in, type this code on the page “Sign in”:"), admitted.code, once]
    return [_("To sign in, open this link:"), f"{pages}/sign-in#{admitted.code}", once]


def _invited(invited: Invited, pages: str, bot: str) -> list[str]:
    _ = wording.voice(wording.SOURCE)
    code = invited.code
    return [
        _(
            "This is an invitation to the audit “{audit}”: {role}.",
            role=_(rooms.NAMES[invited.role]),
            audit=invited.title,
        ),
        _("On Telegram: {link}", link=f"https://t.me/{bot}?start={code}" if bot else f"/start {code}"),
        *([_("Or on the web: {link}", link=f"{pages}/sign-in#{code}")] if pages else []),
        rooms.once(invited.lasts, _),
        _("You see on the web page of the audit, under “People”, who has come. There you can take it back."),
    ]


def _refused(error: Exception) -> list[str]:
    """Why it could not be taken, what to do, and the way to help, which is open whatever else is not."""
    _ = wording.voice(wording.SOURCE)
    return [
        *_reason(error),
        _("Is someone in danger right now? Call 999. Send /risk to see who else you can tell."),
    ]


def _reason(error: Exception) -> list[str]:
    _ = wording.voice(wording.SOURCE)
    match error:
        case NowhereError(days=days):
            return [
                _("I am Candour. I ask people who work in care what it is like, and I listen."),
                _("To begin, open the link or scan the code that you were given."),
                _.several(
                    "Did you begin before? What is not sent within {number} day is erased."
                    " The same link works until your answers are sent.",
                    "Did you begin before? What is not sent within {number} days is erased."
                    " The same link works until your answers are sent.",
                    days,
                ),
            ]
        case UnknownInvitationError():
            return [
                _("I do not know this invitation. It was used before, or the questions are closed."),
                _("Please check the link. If it still does not work, ask for another one."),
            ]
        case SlipNeededError():
            return [
                _("These questions are for people who were given a slip of paper with a code."),
                _("Please scan the code on your slip, or type it here."),
            ]
        case SlipSpentError():
            return [
                _("Someone else used the same link and sent their answers first. So I cannot take yours."),
                _("Your answers are still here. Ask for an invitation of your own and open it in this chat."),
            ]
        case WrongReceiptError():
            return [
                _("This receipt opens nothing. Please check each letter and number, and send it again."),
                _("A receipt is kept for 90 days after the last message."),
            ]
        case NothingLeftError():
            return [_("There are no answers that belong to this receipt. Nothing was erased.")]
        case TooManyTriesError():
            return [_("Too many receipts were tried just now. Please wait an hour and try again.")]
        case RoleMissingError() | CaseElsewhereError() | NoColleagueError():
            return _no_case(error)
        case NotTakenError():
            return [str(error)]
        case ReceiptMissingError():
            return [_("Please send me your receipt first: write /receipt and then the code.")]
        case AuditClosedError():
            return [_("These questions are closed, so no more answers are taken.")]
        case _:
            return [_("I could not find these questions any more. Please open your link again.")]


def _no_case(error: RoleMissingError | CaseElsewhereError | NoColleagueError) -> list[str]:
    """Why an auditor cannot go on with it."""
    _ = wording.voice(wording.SOURCE)
    match error:
        case RoleMissingError():
            return [_("You have no part in this audit at the moment, so I cannot go on with it here.")]
        case CaseElsewhereError():
            return [
                _("This was handed in or stopped, or a colleague goes on with it."),
                _("To see what you can go on with, send /interviews."),
            ]
        case _:
            return [_("Only another auditor or the lead of this audit can take this over.")]
