"""Report -> what people read: an HTML page, or messages in chat. The same report, the same bytes.

Words of forms and audits come from outside: they are escaped (Jinja), cleared of control and direction
characters, clipped, and set apart from the text around them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import resources

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec import Struct

from dialogues.form import Text
from reports.assembly import (
    Figures,
    GroupHeard,
    GroupResult,
    Heard,
    ItemResult,
    Limit,
    Report,
    Segment,
    ThemeResult,
    Verdict,
)
from reports.disclosure import Band, Range, Share, Size
from reports.words import UNREVIEWED, Words, words

CHAT_LIMIT = 4096  # characters in one Telegram message
_LONGEST = 300  # characters of a label that are shown; a question is much shorter
_LEADING = 3  # themes in the first sentence
_NAMED = 6  # labels listed in one sentence
ISOLATE, END_ISOLATE = "\u2068", "\u2069"  # keep a label's direction to itself in plain text


class Links(Struct, frozen=True):
    """Where the page finds its stylesheet and leads on to: addresses by the caller, languages by code."""

    stylesheet: str
    back: str = ""
    languages: dict[str, str] = {}
    risk: str = ""


class Said(Struct, frozen=True):
    """Words from outside as they may be shown, and the language they are in."""

    words: str
    language: str


class Drawn(Struct, frozen=True):
    """One rectangle of a bar, in percent of its length; wide enough for its label or not."""

    x: float
    width: float
    tone: str
    label: str

    @property
    def middle(self) -> float:
        """Where the label stands."""
        return self.x + self.width / 2

    @property
    def fits(self) -> bool:
        """Whether a label of five characters fits in, on a phone."""
        return self.width >= 14


def html(report: Report, *, language: str, links: Links | None = None) -> str:
    """The report as a page. Without links it carries its stylesheet inside, to be kept as a file."""
    voice = Voice(report, words(language), language)
    return pages.get_template("report.html.j2").render(
        report=report,
        w=voice.words,
        voice=voice,
        links=links,
        css="" if links else stylesheet(),
        unreviewed=voice.words.language in UNREVIEWED,
    )


def stylesheet() -> str:
    """The stylesheet of the page: what to serve at `Links.stylesheet`."""
    return resources.files("reports").joinpath("templates/report.css").read_text(encoding="utf-8")


def chat(report: Report, *, language: str) -> tuple[str, ...]:
    """The summary as messages in plain text, each shorter than `CHAT_LIMIT`, the point first."""
    voice = Voice(report, words(language), language)
    if not report.heard.enough:
        return tuple(_packed([[*_preface(voice), *voice.too_few()]]))
    parts = [
        [*_preface(voice), *voice.summary(), *_chat_verdicts(voice)],
        *([*_chat_theme(voice, theme)] for theme in report.themes),
        [f"{voice.words('limits')}", *(f"• {voice.limit(limit)}" for limit in report.limits)],
        [voice.words("chat_open")] if report.open_questions else [],
    ]
    return tuple(_packed(parts))


class Voice(Struct, frozen=True):
    """What the values of a report are called in one language: used by page, chat and tables alike."""

    report: Report
    words: Words
    language: str

    def said(self, text: Text) -> Said:
        """Words of the form, with the language in which there are any."""
        spoken = next(
            (code for code in (self.language, *text.words) if text.words.get(code)), self.words.language
        )
        return Said(clipped(text.to(self.language)), spoken)

    def plain(self, text: Text) -> str:
        """Words of the form within a sentence of ours, in plain text."""
        return f"{ISOLATE}{self.said(text).words}{END_ISOLATE}"

    def share(self, share: Share) -> str:
        """A share, in words at both ends."""
        match share.size:
            case Size.PERCENT:
                return self.words("percent", percent=share.percent)
            case Size.FEW | Size.NEARLY_ALL as word:
                return self.words(word.value)

    def range(self, interval: Range) -> str:
        """An interval of shares."""
        return self.words("between", low=interval.low, high=interval.high)

    def people(self, band: Band) -> str:
        """A number of people, as a band."""
        if band.low == 0:
            return self.words("people_under", k=self.report.facts.k)
        if band.high is None:
            return self.words("people_open", low=band.low)
        return self.words("people", low=band.low, high=band.high)

    def verdict(self, verdict: Verdict) -> str:
        """What an interval says, in a word or two."""
        return self.words(f"{verdict.value}_one")

    def date(self, iso: str) -> str:
        """`2026-05-04` as 4 May 2026; what is no date, as it stands."""
        try:
            day = date.fromisoformat(iso)
        except ValueError:
            return clipped(iso)
        return format_date(day, "d MMMM y", locale=_locale(self.words.language))

    def joined(self, texts: Iterable[Text]) -> str:
        """Several labels in one sentence; beyond the sixth they are only counted."""
        named = [f"{ISOLATE}{self.said(text).words.rstrip('.')}{END_ISOLATE}" for text in texts]
        rest = [self.words("more", count=len(named) - _NAMED)] if len(named) > _NAMED else []
        return "; ".join([*named[:_NAMED], *rest])

    def limit(self, limit: Limit) -> str:
        """What the answers cannot tell, in a sentence."""
        return self.words(f"doubt_{limit.doubt.value}", about=self.joined(limit.about), k=self.report.facts.k)

    def heard(self, heard: Heard) -> str:
        """How many took part, in a sentence."""
        people = self.people(heard.band)
        if heard.share is None:
            return self.words("heard_no_share", people=people)
        return self.words("heard_share", people=people, share=self.range(heard.share))

    def sure(self, heard: Heard) -> list[str]:
        """How sure we are, in sentences."""
        known = self.words("sure_half" if heard.corrected else "sure_under") if heard.share else ""
        return [sentence for sentence in (known, self.words("sure_range")) if sentence]

    def too_few(self) -> list[str]:
        """Why there are no figures at all."""
        return [self.words("too_few", k=self.report.facts.k), self.words("too_few_why")]

    def summary(self) -> list[str]:
        """The point: the weakest theme, the strongest, and how many people said so."""
        known = [theme for theme in self.report.themes if theme.figures]
        if not known:
            return [self.words("lead_all_hidden"), self.heard(self.report.heard)]
        weak, strong = self.by_verdict(Verdict.WEAK), self.by_verdict(Verdict.STRONG)[::-1]
        low = self._lead("lead_weak", weak) if weak else self._lead("lead_no_weak", known[:1])
        high = self._lead("lead_strong", strong) if strong else self._lead("lead_no_strong", known[-1:])
        return [low, high, self.heard(self.report.heard)]

    def _lead(self, key: str, themes: list[ThemeResult]) -> str:
        """At most three themes, the most telling first, each with its share."""
        named = [
            self.words(
                "lead_theme", name=self.plain(each.theme.name), share=self.share(each.figures.positive)
            )
            for each in themes[:_LEADING]
            if each.figures
        ]
        return self.words(key, themes=", ".join(named))

    def by_verdict(self, verdict: str) -> list[ThemeResult]:
        """The themes with that verdict, in order."""
        return [each for each in self.report.themes if each.figures and each.figures.verdict == verdict]

    def either(self, choices: tuple[Text, ...]) -> str:
        """Choices in words: "Agree or Agree strongly"."""
        return self.words("or").join(self.plain(text) for text in choices)

    def good(self, figures: Figures) -> str:
        """The fact of a question: "35 % said “Agree” or “Agree strongly”"."""
        choices = self.words("or").join(f"“{self.plain(text)}”" for text in figures.good)
        fact = self.words("item_good", share=self.share(figures.positive), choices=choices)
        return fact[:1].upper() + fact[1:]

    def hidden(self, groups: Iterable[GroupResult | GroupHeard]) -> str:
        """Which groups are not shown, and why."""
        names = [self.plain(group.label) if group.label else self.words("not_said") for group in groups]
        return self.words("group_hidden", groups="; ".join(names))

    def described(self, segments: tuple[Segment, ...]) -> str:
        """A bar in words, for those who do not see it."""
        return "; ".join(f"{self.either(each.choices)}: {self.share(each.share)}" for each in segments)

    def drawn(self, figures: Figures) -> list[Drawn]:
        """The rectangles of a bar. Rounded shares may miss 100: they are drawn to fill it."""
        total = sum(segment.share.percent for segment in figures.segments)
        drawn, x = [], 0.0
        for segment in figures.segments:
            width = round(100 * segment.share.percent / total, 2)
            label = self.share(segment.share) if segment.share.size is Size.PERCENT else ""
            drawn.append(Drawn(round(x, 2), width, segment.tone.value, label))
            x += width
        return drawn


def clipped(content: str) -> str:
    """Words from outside, safe to show: one line, no control or direction characters, at most 300 long."""
    line = " ".join(visible(content[: 4 * _LONGEST]).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def visible(content: str) -> str:
    """Words from outside without control, surrogate and direction characters; several scripts need the joiners."""
    if content.isascii() and content.isprintable():
        return content
    return "".join(" " if _disturbs(character) else character for character in content)


def _disturbs(character: str) -> bool:
    if character in "\u200c\u200d":
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def _preface(voice: Voice) -> Iterator[str]:
    facts = voice.report.facts
    if facts.synthetic:
        yield f"{voice.words('synthetic_title')}. {voice.words('synthetic')}"
    yield f"{ISOLATE}{clipped(facts.name)}{END_ISOLATE}"


def _chat_verdicts(voice: Voice) -> Iterator[str]:
    for verdict in Verdict:
        themes = [each.theme.name for each in voice.by_verdict(verdict)]
        if themes:
            yield voice.words(f"chat_{verdict.value}", themes=voice.joined(themes))


def _chat_theme(voice: Voice, theme: ThemeResult) -> Iterator[str]:
    name, figures, k = voice.plain(theme.theme.name), theme.figures, voice.report.facts.k
    if figures is None:
        yield voice.words("chat_theme_hidden", name=name, k=k)
        return
    yield voice.words(
        "chat_theme",
        name=name,
        share=voice.share(figures.positive),
        range=voice.range(figures.interval),
        verdict=voice.verdict(figures.verdict),
    )
    for item in theme.items:
        yield _chat_item(voice, item)


def _chat_item(voice: Voice, item: ItemResult) -> str:
    label = voice.plain(item.label)
    if item.figures is None:
        return voice.words("chat_item_hidden", label=label, k=voice.report.facts.k)
    return voice.words(
        "chat_item",
        label=label,
        fact=voice.good(item.figures),
        people=voice.people(item.figures.band),
    )


def _packed(parts: Iterable[list[str]]) -> Iterator[str]:
    """Paragraphs as few messages: a part is kept whole where it fits; the first stands alone."""
    message, first = "", True
    for part in filter(None, parts):
        paragraph = "\n".join(part)
        if message and (first or len(message) + len(paragraph) + 2 >= CHAT_LIMIT):
            yield from _cut(message)
            message, first = "", False
        message = f"{message}\n\n{paragraph}" if message else paragraph
    yield from _cut(message)


def _cut(message: str) -> Iterator[str]:
    """One message in pieces that may be sent; cut at lines, each of which is shorter."""
    piece = ""
    for line in message.split("\n"):
        if piece and len(piece) + len(line) + 1 >= CHAT_LIMIT:
            yield piece
            piece = ""
        piece = f"{piece}\n{line}" if piece else line[: CHAT_LIMIT - 1]
    if piece:
        yield piece


pages = Environment(
    loader=PackageLoader("reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
pages.filters["clipped"] = clipped
