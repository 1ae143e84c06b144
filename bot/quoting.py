"""Which words of people who spoke by name or role may be quoted, and how: as they said when they were asked.

Whether those of somebody without a name may be is for themselves and two people more: `bot.services.quoting`.
"""

from __future__ import annotations

from bot import cases, wording
from dialogues.form import QUOTE_AS, ROLE, Form
from dialogues.interview import Interview
from reports import quotes
from reports.quotes import Said, Speaker, Unquoted, Wish
from storage.coding import Excerpt, Origin
from storage.quotes import Kept, Standing
from storage.unit_of_work import UnitOfWork

QUOTE = "quote"  # what a reference to words of somebody without a name begins with
UNNAMED = "written without a name"
_TOLD = {
    Unquoted.NOT_ASKED: "not quoted: nobody said that it may be",
    Unquoted.REFUSED: "not quoted: they do not want it",
    Unquoted.IDENTIFYING: "not quoted: something in it may show who somebody is",
}
_AS = {Wish.NAMED: "may be quoted by name", Wish.ROLE_ONLY: "may be quoted by role"}


def speaker(form: Form, interview: Interview) -> Speaker | None:
    """Who spoke in an interview, and how they want to be quoted; None where the form does not ask that."""
    if not any(each.appears(QUOTE_AS) for each in form.questions.values()):
        return None
    wish = next((item.value for item in cases.answers(form, interview, QUOTE_AS)), "")
    return Speaker(wish, cases.participant(form, interview), _role(form, interview))


def _role(form: Form, interview: Interview) -> str:
    """The role they chose, in the words of the form."""
    chosen = next(cases.answers(form, interview, ROLE), None)
    if chosen is None:
        return ""
    choice = form.choice(cases.question(form, chosen), chosen.value)
    return choice.label.to(wording.SOURCE) if choice else ""


def said(work: UnitOfWork, excerpt: Excerpt) -> Said | Unquoted:
    """An excerpt of an interview as a report quotes it, or why it does not."""
    case = work.cases.get(excerpt.source) if excerpt.origin is Origin.NAMED else None
    spoke = speaker(work.forms.get(case.digest), case.interview) if case is not None else None
    return quotes.said(excerpt.text, spoke) if spoke is not None else Unquoted.NOT_ASKED


def agreed(work: UnitOfWork, audit: str) -> dict[str, Kept]:
    """By reference, the words of people without a name to which a second person has agreed."""
    return {
        f"{QUOTE}.{each.id.hex()}": each
        for each in work.quotes.of(audit)
        if each.standing is not Standing.ASKED
    }


def unnamed(kept: Kept) -> Said:
    """Such words as a report shows them: without group, and without saying what they were an answer to."""
    return Said(kept.redaction.words, UNNAMED)


def told(words: str, spoke: Speaker | None) -> str:
    """What whoever audits is told of whether these words may be quoted; nothing where nobody could be asked."""
    if spoke is None:
        return ""
    found = quotes.said(words, spoke)
    return _TOLD[found] if isinstance(found, Unquoted) else _AS[Wish(spoke.wish)]
