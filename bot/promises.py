"""What people are told about their answers: what is kept, for how long, who sees it, and what nobody can promise.

One source of words for the page “What is kept about you”, for `/privacy` in a chat, and for the terminal. Each sentence
is true of what the system does: docs/threat-model.md names the test that shows it.
"""

from __future__ import annotations

from msgspec import Struct

from bot.wording import Voice, mark, voice
from storage.epochs import DRAFT_DAYS
from storage.unit_of_work import CONCERN_YEARS


class Section(Struct, frozen=True):
    """A heading with what stands below it, in one language. `is_list`: each line is a point of its own."""

    heading: str
    lines: tuple[str, ...]
    is_list: bool = False

    @property
    def text(self) -> str:
        """What stands below the heading, as a chat shows it."""
        return "\n".join(f"• {line}" if self.is_list else line for line in self.lines)


_DAYS = "days"  # stands for the line that says how long a draft is kept
_YEARS = "years"  # for the one that says how long what was told about someone at risk is
_SECTIONS = (
    Section(
        mark("In short"),
        (
            mark("What you say is anonymous to your organisation. Nobody there can see who wrote what."),
            mark("There are limits. They are listed below."),
        ),
    ),
    Section(
        mark("While you answer"),
        (
            mark("Your answers so far are kept, locked, so that you can take a break."),
            _DAYS,
            mark("The key is also lost if this computer starts again. Then begin again with the same slip."),
            mark("If you stop before you hand in, every answer is erased."),
            mark(
                "On the web, your browser keeps a random number, called a cookie, so that I find your answers again."
                " It says nothing about you. Until you hand in, others who use the same browser could see them."
            ),
        ),
    ),
    Section(
        mark("When you hand in"),
        (
            mark("Your answers are sealed. Your name, your number and the time are not kept with them."),
            mark("When the round closes, they are mixed with those of others, and each one is kept apart."),
            mark(
                "Numbers are only shown for 8 people or more together. A review may set another number, never below 5."
            ),
            mark(
                "The people doing the review read what you wrote. They quote nothing unless you said yes to that."
            ),
            mark(
                "If you say yes under an answer, two people look first. It is quoted without name, job or group."
            ),
            mark("90 days after the report, your answers are destroyed."),
        ),
    ),
    Section(
        mark("Your receipt"),
        (
            mark(
                "When you hand in, you get a receipt: 20 letters and numbers. It is shown until you have kept it."
            ),
            mark("With it you can take your answers back later. What was in a report by then stays there."),
            mark("You can also read what the lead asks you, and write back. You need not say who you are."),
            mark("Whoever has your receipt can do the same. Keep it where nobody else looks."),
        ),
    ),
    Section(
        mark("If you tell me that someone is at risk"),
        (
            mark("The safeguarding lead can read it at once, even if nobody else has written."),
            mark("If you say that it is about the lead, it goes past them. Then they cannot see it here."),
            _YEARS,
            mark("“Someone is at risk” shows who else to tell. In a chat, send /risk."),
        ),
    ),
    Section(
        mark("What I cannot protect you from"),
        (
            mark(
                "The people who run this computer could link you to your words while you answer."
                " So could someone who broke into it."
            ),
            mark("Telegram knows that you use it to write to me, and what you write. The web page is safer."),
            mark("The way you write may show who you are. So may a fact that only you know."),
            mark("Whoever gave out the slips may have noted who got which one."),
            mark(
                "All the others who answered might share what they wrote. Then they could tell which answers are yours."
            ),
            mark("Your phone may show that you were here, in this chat or in your browser."),
        ),
        is_list=True,
    ),
)


def sections(language: str, days: int = DRAFT_DAYS, years: int = CONCERN_YEARS) -> tuple[Section, ...]:
    """Everything there is to say, in this language.

    `days` is how long a draft is kept, `years` how long after the close what was told about someone at risk is.
    """
    _ = voice(language)
    return tuple(
        Section(_(each.heading), tuple(_line(line, days, years, _) for line in each.lines), each.is_list)
        for each in _SECTIONS
    )


def _line(line: str, days: int, years: int, _: Voice) -> str:
    if line is _YEARS:
        return _.several(
            "It is kept for {number} year after the review closes. Then it is destroyed, once somebody has read it.",
            "It is kept for {number} years after the review closes. Then it is destroyed, once somebody has read it.",
            years,
        )
    if line is not _DAYS:
        return _(line)
    return _.several(
        "They stay for {number} day after your last answer. Then their key is destroyed. Nobody can open them.",
        "They stay for {number} days after your last answer. Then their key is destroyed. Nobody can open them.",
        days,
    )


def text(language: str, days: int = DRAFT_DAYS, years: int = CONCERN_YEARS) -> tuple[str, ...]:
    """The same as paragraphs, each heading above what belongs to it."""
    return tuple(f"{each.heading}\n{each.text}" for each in sections(language, days, years))
