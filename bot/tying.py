"""How codes, directions and what was decided are said, on pages and in chats; and what somebody means who types one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from bot.wording import Voice, mark
from bot.worktable import Suggested
from reports.codebook import Codebook
from reports.coding import Coded, Decision, Direction

DIRECTIONS = {
    Direction.WEAKNESS: mark("a weakness"),
    Direction.STRENGTH: mark("a strength"),
    Direction.MIXED: mark("both"),
}


MOST_WORDS = 3  # that are shown as a reason
LONGEST_LIKE = 60  # characters
SHORTEST = 4  # characters of a word that was learned: “but” is no reason that a person would give


class Named(Struct, frozen=True):
    """A code with its name in one language. `theme` is the name of the theme that it is under, empty for a theme."""

    code: str
    name: str
    theme: str = ""


def codes(book: Codebook, language: str) -> tuple[Named, ...]:
    """Every code that an excerpt can be tied to, in the order of the codebook."""
    return tuple(named(each.code, book, language) for each in book.codes)


def named(code: str, book: Codebook, language: str) -> Named:
    """What a code is called; one that is not there any more goes by what it is now, or by itself."""
    found = book.get(book.now(code).code)
    if found is None:
        return Named(code, code)
    above = None if found.is_theme else book.get(found.theme)
    return Named(found.code, found.name.to(language), above.name.to(language) if above else "")


def name_of(code: str, book: Codebook, language: str) -> str:
    """What a code is called, in a word or two."""
    return named(code, book, language).name


def direction(chosen: Direction, _: Voice) -> str:
    """A direction, as it stands after a code."""
    return _(DIRECTIONS[chosen])


def tied(coded: Coded, book: Codebook, _: Voice) -> str:
    """A code with its direction, such as “Supervision: a weakness”."""
    return _(
        "{theme}: {direction}",
        theme=name_of(coded.code, book, _.language),
        direction=direction(coded.direction, _),
    )


def decided(decision: Decision, book: Codebook, _: Voice) -> str:
    """What was decided, in one line."""
    return "; ".join(tied(each, book, _) for each in decision.codes) or _("Nothing fits")


def why(suggested: Suggested, _: Voice) -> str:
    """Why a code is suggested: words of the text, the question that it answers, or one that is like it."""
    found = suggested.suggestion
    words = dict.fromkeys(each.text for each in found.words)
    telling = (each for each in found.telling if each not in words and len(each) >= SHORTEST)
    reasons = [f"“{each}”" for each in [*words, *telling][:MOST_WORDS]]
    if found.of_question:
        reasons.append(_("the question"))
    if not reasons and suggested.like:
        reasons.append(_("it is like “{text}”", text=suggested.like[:LONGEST_LIKE]))
    elif not reasons and found.like:
        reasons.append(_("it is like one that was coded before"))
    return _("because of {reasons}", reasons=", ".join(reasons)) if reasons else _("a guess")


def meant(typed: str, offered: Sequence[Named]) -> tuple[Named, ...]:
    """The codes that somebody may mean: the one of this code or name, else those whose names have all of the words."""
    wanted = " ".join(typed.split()).casefold()
    exact = tuple(each for each in offered if wanted in (each.code.casefold(), each.name.casefold()))
    if exact or not wanted:
        return exact
    return tuple(
        each
        for each in offered
        if all(word in f"{each.code} {each.name}".casefold() for word in wanted.split())
    )
