"""All screens of a form on one page, for the people who write forms: as a phone shows them, with what lies behind.

The screens are made by the web chat itself. The page stands alone: its styles are in it, it asks nobody for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from bot import wording
from bot.channels import webchat
from bot.messages import Reply
from bot.web.pages import STATIC
from dialogues import catalogues
from dialogues.asking import ANOTHER, bounds_of
from dialogues.conditions import Conditions
from dialogues.engine import invite
from dialogues.form import Form, Group, Kind, Node, Question, Repeat, Text
from dialogues.outline import Outline
from dialogues.prompts import Ask, Option, Progress, Prompt, Say
from dialogues.samples import examples
from dialogues.script import is_asked, is_consent, is_signpost, section_of
from dialogues.syntax import REFERENCE

_FIRST_LEVEL, _LAST_LEVEL = 2, 4  # of headings


class Heading(Struct, frozen=True):
    """Where a section or a repeat begins; `facts` say when it is asked, and how often."""

    title: str
    level: int
    facts: tuple[tuple[str, str], ...]


class Entry(Struct, frozen=True):
    """One screen, and what its author should know of it, each fact with its name; `level` is that of its heading.

    `number` is empty for what is no question; `screen` is None for what nobody sees.
    """

    id: str
    level: int
    number: str
    name: str
    type: str
    screen: webchat.Screen | None
    facts: tuple[tuple[str, str], ...]
    for_auditors: tuple[tuple[str, str], ...] = ()


def page(form: Form, language: str | None = None) -> str:
    """The page as HTML. The screens are in `language`, the remarks for authors in English."""
    spoken = language or form.default_language
    preview = _Preview(form, spoken)
    entries = list(preview.entries(form.children, _FIRST_LEVEL))
    values = {
        "_": wording.voice(spoken),
        "form": form,
        "language": spoken,
        "direction": catalogues.direction(spoken),
        "spoken": next(one.name for one in form.languages if one.code == spoken),
        "title": form.title.to(spoken),
        "questions": preview.count,
        "entries": entries,
        "styles": Markup((STATIC / "candour.css").read_text("utf-8")),  # noqa: S704 - our own file
    }
    return _environment().get_template("preview.html").render(values)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["own_ids"] = own_ids
    environment.tests["heading"] = lambda entry: isinstance(entry, Heading)
    return environment


def own_ids(html: str, prefix: str, level: int) -> Markup:
    """A screen that shares a page with others: its ids and names are its own, its headings stand below the page's.

    What a form says is escaped, so that its words never look like an attribute.
    """

    def renamed(match: re.Match[str]) -> str:
        return f'{match[1]}="{" ".join(f"{prefix}-{name}" for name in match[2].split())}"'

    lowered = re.sub(r"<(/?)h1\b", rf"<\1h{level}", str(html))
    return Markup(re.sub(r'\b(id|for|name|aria-describedby)="([^"]*)"', renamed, lowered))  # noqa: S704 - as it came


class _Preview:
    """Makes the entries, in the order of the form."""

    def __init__(self, form: Form, language: str) -> None:
        self._form = form
        self._language = language
        self._outline = Outline(form)
        self._conditions = Conditions(form)
        self.count = 0

    def entries(self, nodes: tuple[Node, ...], level: int) -> Iterator[Heading | Entry]:
        """A heading for each section, an entry for each screen."""
        for node in nodes:
            match node:
                case Question():
                    yield self._entry(node, level)
                case Group():
                    yield Heading(self._words(node.label) or node.name, level, self._when(node))
                    yield from self.entries(node.children, min(level + 1, _LAST_LEVEL))
                case Repeat():
                    yield Heading(
                        self._words(node.label) or node.name, level, (*self._when(node), self._often(node))
                    )
                    yield from self.entries(node.children, min(level + 1, _LAST_LEVEL))
                    if not node.count:
                        yield self._another(node, min(level + 1, _LAST_LEVEL))

    def _words(self, text: Text) -> str:
        """The words of the form; an answer that will be quoted in them is named in square brackets."""
        return REFERENCE.sub(r"[\1]", text.to(self._language))

    def _when(self, node: Node) -> tuple[tuple[str, str], ...]:
        return (("Asked only if", self._conditions.say(node.relevant, node.path)),) if node.relevant else ()

    def _often(self, repeat: Repeat) -> tuple[str, str]:
        often = (
            self._conditions.value(repeat.count, repeat.path) if repeat.count else "until there is no other"
        )
        return "Asked again", f"as often as {often}" if repeat.count else often

    def _entry(self, question: Question, level: int) -> Entry:
        spot = self._outline.by_path[question.path]
        prompt: Prompt | None = None
        number = ""
        if is_asked(spot):
            self.count += 1
            number = str(self.count)
            prompt = self._ask(question, consent=is_consent(spot))
        elif question.kind is Kind.NOTE or question.kind.is_asked:
            said = "\n\n".join(filter(None, map(self._words, (question.label, question.hint))))
            prompt = Say(question=question.path, text=said, signpost=is_signpost(spot))
        return Entry(
            id=f"s-{spot.index}",
            level=level,
            number=number,
            name=question.name,
            type=f"{question.kind} {question.choices}".rstrip(),
            screen=self._screen(prompt) if prompt is not None else None,
            facts=(*self._when(question), *self._rules(question)),
            for_auditors=tuple(
                (what, self._words(text))
                for what, text in (("Guidance", question.guidance), ("Probe", question.probe))
                if text
            ),
        )

    def _screen(self, prompt: Prompt) -> webchat.Screen:
        begun = invite(self._form, language=self._language, lists=examples(self._form))
        return webchat.screen(Reply(self._form, begun, (prompt,)), ())

    def _ask(self, question: Question, *, consent: bool) -> Ask:
        return Ask(
            question=question.path,
            kind=question.kind,
            label=self._words(question.label) or question.name,
            turn=0,
            progress=Progress(0, 0),
            hint=self._words(question.hint),
            section=self._words(section_of(self._outline.by_path[question.path])[0]),
            options=self._options(question),
            bounds=bounds_of(question),
            required=bool(question.required),
            consent=consent,
            can_go_back=self.count > 1,
        )

    def _options(self, question: Question) -> tuple[Option, ...]:
        choices = (self._form.choices | examples(self._form)).get(question.choices, ())
        scaled = any(choice.score is not None for choice in choices)
        return tuple(
            Option(
                choice.name, self._words(choice.label) or choice.name, apart=scaled and choice.score is None
            )
            for choice in choices
        )

    def _another(self, repeat: Repeat, level: int) -> Entry:
        ask = Ask(
            question=f"{repeat.path}[+]",
            kind=Kind.SELECT_ONE,
            label=self._words(repeat.label) or repeat.name,
            turn=0,
            progress=Progress(0, 0),
            options=ANOTHER,
            another=True,
            required=True,
            can_go_back=True,
        )
        spot = self._outline.by_path[repeat.path]
        return Entry(f"s-{spot.index}", level, "", repeat.name, "another one?", self._screen(ask), ())

    def _rules(self, question: Question) -> Iterator[tuple[str, str]]:
        say, path = self._conditions.say, question.path
        if question.required:
            needed = say(question.required, path)
            yield "Must be answered", needed if needed == "always" else f"if {needed}"
        if question.required_message:
            yield "Says if it is not", self._words(question.required_message)
        if question.constraint:
            yield "Accepted only if", say(question.constraint, path)
        if question.constraint_message:
            yield "Says if it is not accepted", self._words(question.constraint_message)
        if question.choice_filter:
            yield "Offers only choices for which", say(question.choice_filter, path, of_choices=True)
        if question.calculation:
            yield "Worked out", self._conditions.value(question.calculation, path)
        if question.default:
            yield "Suggested answer", question.default
        if question.kind.is_asked and question.theme:
            yield "Counts towards", _theme(question)


def _theme(question: Question) -> str:
    reversed_ = ", reversed" if question.polarity == -1 else ""
    return " ".join(filter(None, (question.theme, question.construct))) + reversed_
