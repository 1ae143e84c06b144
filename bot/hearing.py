"""What was typed, as a move: a command, the words of a button, or an answer to the question that waits.

Everything that a button does can be typed, in every state: buttons grow old, get lost, or cannot be tapped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache

from bot import buttons, wording
from bot.messages import About, Decision, Enter, Go, Said, Tap, Wish, Words
from bot.wording import Outgoing, Role
from dialogues import moves, reading
from dialogues.interview import Interview, State
from dialogues.moves import Move
from storage import receipts, slips
from storage.casework import CONCERN

# Every command, in the order of the menu, with what it does.
COMMANDS: dict[str, str] = {
    "risk": wording.mark("Someone is at risk"),
    "back": wording.mark("Go to the question before"),
    "skip": wording.mark("Leave this question out"),
    "review": wording.mark("See my answers"),
    "edit": wording.mark("Change an answer"),
    "pause": wording.mark("Pause and come back later"),
    "receipt": wording.mark("Come back with a receipt"),
    "language": wording.mark("Use another language"),
    "stop": wording.mark("Stop and erase my answers"),
    "help": wording.mark("What I can do here"),
    "privacy": wording.mark("What is kept about you"),
    "start": wording.mark("Start, or show the question again"),
}

# What a chat lists before them for whoever has a role, in the order of the menu.
_PLANNING = {
    "interviews": wording.mark("Interviews, records and observations"),
    "code": wording.mark("Tie what was said to themes"),
    "themes": wording.mark("The most pressing themes"),
    "findings": wording.mark("What was found"),
    "plan": wording.mark("What is done about it"),
    "verify": wording.mark("See whether an action is done"),
    "challenge": wording.mark("Questions of the board"),
    "share": wording.mark("Note who was told what was learned"),
    "notify": wording.mark("Note who outside was told"),
    "changed": wording.mark("What has changed since the audit before"),
}
_LEADING = {
    "close": wording.mark("Close an audit"),
}
_ASKED = {"challenge": wording.mark("Ask a question about an audit")}
_ACTIONS = {"actions": wording.mark("What is yours to do")}
_INVITING = {"invite": wording.mark("Invite somebody to a part in an audit")}
_AUDITS = {
    "audits": wording.mark("The audits in which you have a part"),
    "name": wording.mark("Say what others call you"),
    "signin": wording.mark("A link to the web pages"),
}
_MENUS: dict[str, dict[str, str]] = {
    slips.LEAD: {**_PLANNING, **_LEADING, **_ACTIONS, **_INVITING, **_AUDITS},
    slips.AUDITOR: {**_PLANNING, **_AUDITS},
    slips.OWNER: {**_ACTIONS, **_AUDITS},
    slips.BOARD: {**_ASKED, **_AUDITS},
    slips.DEPUTY: _AUDITS,
}

_MOVES: dict[str, Callable[[], Move]] = {
    "back": moves.Back,
    "skip": moves.Skip,
    "keep": moves.Keep,
    "done": moves.Done,
    "pause": moves.Pause,
    "resume": moves.Resume,
    "review": moves.Look,
    "edit": moves.Look,
    "sections": moves.Jump,
    "finish": moves.Finish,
    "help": moves.Help,
    "risk": moves.Concern,
    "submit": moves.Submit,
    "stop": moves.Withdraw,
    "start": moves.Begin,
}
_WISHES = frozenset({"interviews", "observe", "coverage", "handover", "new", "code", "second"}) | {
    *("numbers", "digest", "changed"),
    *("audits", "themes", "findings", "plan", "actions", "name"),
    *("challenge", "notify", "share", "verify", "close", "settle", "invite"),
}
_ANSWERING = frozenset({State.CONSENTING, State.ASKING, State.CONFIRMING})
_DECISIONS = frozenset({"close", "settle"})
_CODE = 6  # digits
_NAME = re.compile(r"[AF][0-9]{1,4}")  # of an action or a finding
_LONGEST_LABEL = 100  # characters: what is longer is no button


def menu(roles: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The commands of somebody with these roles, before those of everybody, each with what it does."""
    _ = wording.voice(wording.SOURCE)
    theirs = [_MENUS[role] for role in reversed(_MENUS) if role in roles]
    words = {name: what for menu in theirs for name, what in menu.items()}  # as the foremost role has them
    listed = {name: words[name] for name in _MENUS[slips.LEAD] if name in words}
    return tuple((name, _(what)) for name, what in (*listed.items(), *COMMANDS.items()))


def command(typed: str) -> Move | Enter | About | None:
    """The move of a typed command (`/back`, `/edit visits[2]/length`), or None when it is none."""
    said = typed.strip()
    if not said.startswith("/"):
        return None
    name, _, argument = said[1:].partition(" ")
    name, argument = name.partition("@")[0].lower(), argument.strip()
    match name:
        case "start" if argument:
            return Enter(argument)
        case "privacy":
            return About()
        case "language":
            return moves.Speak(argument)
        case "edit" if argument:
            return moves.Edit(argument)
        case "stop" if reading.says_yes(argument):
            return moves.Withdraw(sure=True)
    return _MOVES.get(name, moves.Help)()


def is_command(text: str) -> bool:
    """Whether this is a command, such as `/back`."""
    return text.lstrip().startswith("/")


def is_sign_in(text: str) -> bool:
    """Whether somebody types `/signin`. It is in no menu: only people with a role are told of it."""
    said = text.strip().partition("@")[0]
    return said.lower() == "/signin"


def wish(said: Said) -> Wish | None:
    """What an auditor wants beside the questions, by a command or a button. The commands are in no menu either."""
    if isinstance(said, Wish):
        return said
    if isinstance(said, Tap):
        return buttons.wish(said.token)
    return _wished(said.text.strip()) if isinstance(said, Words) else None


def _wished(typed: str) -> Wish | None:
    """`/plan`, or `/name night team lead`; of other commands, nothing stands behind them."""
    command_, _, argument = typed.partition(" ")
    name = command_.partition("@")[0].lower()
    if name[1:] in _DECISIONS:
        argument = ""  # a code or the name of an audit that is not right: what to send is said again
    if not name.startswith("/") or name[1:] not in _WISHES or (argument and name != "/name"):
        return None
    return Wish(name[1:], (argument.strip(),) if argument.strip() else ())


def decision(said: Said) -> Decision | None:
    """What a lead decides, with the digits of their app: `/close rowan-house 123 456`, `/settle 123456 F1 A2`."""
    if not isinstance(said, Words):
        return None
    command_, *rest = said.text.split() or [""]
    what = command_.partition("@")[0].lower().removeprefix("/")
    code, others = _with_code([reading.in_figures(each) for each in rest])
    if not command_.startswith("/") or what not in _DECISIONS or not code:
        return None
    # only what is settled has names: F1 may be an audit, and closing another one than was meant is final
    names = frozenset(each.upper() for each in others if what == "settle" and _NAME.fullmatch(each.upper()))
    audit = " ".join(each.lower() for each in others if each.upper() not in names)
    return Decision(what, audit, code, names)


def _with_code(words: list[str]) -> tuple[str, list[str]]:
    """The six digits, in one word or in several side by side, and the other words; no digits when there are none.

    What stands furthest back counts: an audit may be called by digits (`/close 2026 123 456`).
    """
    for end in range(len(words), 0, -1):
        for start in range(end - 1, -1, -1):
            if not _is_number(words[start]):
                break
            code = "".join(words[start:end])
            if len(code) == _CODE:
                return code, words[:start] + words[end:]
    return "", words


def is_concern(said: Said) -> bool:
    """Whether somebody says that someone is at risk: in any language, as a command, by a button however old."""
    if isinstance(said, Tap):
        return said.token.endswith(".c")
    return isinstance(said, Words) and _is_concern(said.text)


def _is_concern(text: str) -> bool:
    return isinstance(command(text), moves.Concern) or _folded(text) in _asking_for_help()


def receipt(said: Said) -> str | None:
    """The receipt that somebody comes with, as they typed it: `/receipt CODE`, or only the code; else None.

    Without its command a receipt must look like one, with two digits at least: an answer of twenty letters may
    happen to be one.
    """
    if not isinstance(said, Words):
        return None
    name, _, argument = said.text.strip().partition(" ")
    if name.lower().partition("@")[0] == "/receipt":
        return argument.strip()
    looks_so = receipts.digits(said.text) >= receipts.FEWEST_DIGITS
    return said.text if looks_so and receipts.read(said.text) else None


def is_telling(said: Said) -> bool:
    """Whether somebody wants to tell the safeguarding lead, wherever they are."""
    if isinstance(said, Tap):
        return said.token == buttons.TO_LEAD or said.token.endswith(f".g{CONCERN}")
    return isinstance(said, Words) and _folded(said.text) in _telling()


def language_of(said: Said) -> str:
    """The language in which somebody said that someone is at risk, if it shows."""
    text = _folded(said.text) if isinstance(said, Words) else ""
    return _asking_for_help().get(text, wording.SOURCE)


def typed(text: str, interview: Interview, shown: Iterable[Outgoing]) -> Move | Enter | Go | About:
    """The move that a typed line makes. `shown` is what waits for a reply: its buttons can be typed."""
    found = command(text)
    if isinstance(found, moves.Edit):
        return _edit(found.path, shown)
    if found is not None:
        return found
    if _is_concern(text):
        return moves.Concern()
    said = _folded(text)
    if said in _telling():
        return Go(CONCERN)
    outgoing = tuple(shown)
    if said in _sure(interview.language):
        return moves.Withdraw(sure=True)
    buttons = [button for each in outgoing for button in each.buttons]
    choices = {_folded(button.label) for button in buttons if button.role in (Role.CHOICE, Role.APART)}
    if said not in choices and len(said) <= _LONGEST_LABEL:
        for button in buttons:
            if _folded(button.label) == said:
                return button.move
    if interview.state in _ANSWERING:
        return moves.Answer(text)
    return _numbered(said, buttons) or moves.Begin()


def _edit(wanted: str, shown: Iterable[Outgoing]) -> Move:
    """`/edit 3`: the third of the answers as they are listed; else a question by its path."""
    wanted = reading.in_figures(wanted)
    lines = [line for outgoing in shown for line in outgoing.lines]
    if _is_number(wanted) and 1 <= int(wanted) <= len(lines):
        return lines[int(wanted) - 1].change
    return moves.Edit(wanted)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 6


def _folded(text: str) -> str:
    return " ".join(reading.in_figures(text).split()).casefold()


@cache
def _asking_for_help() -> dict[str, str]:
    """“Someone is at risk” in every language that Candour speaks, with the language."""
    return {_folded(wording.name("concern", language)): language for language in wording.languages()}


@cache
def _telling() -> frozenset[str]:
    """“Tell the safeguarding lead” in every language that Candour speaks."""
    said = (wording.voice(language)(wording.TELL) for language in wording.languages())
    return frozenset(_folded(words) for words in said)


@cache
def _sure(language: str) -> frozenset[str]:
    """What means that all answers are to be erased, whatever is waiting."""
    return frozenset({_folded(wording.ERASE), _folded(wording.voice(language)(wording.ERASE))})


def _numbered(said: str, buttons: list[wording.Button]) -> Move | None:
    if _is_number(said) and 1 <= int(said) <= len(buttons):
        return buttons[int(said) - 1].move
    return None
