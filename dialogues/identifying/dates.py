"""Exact dates, in figures and in words, in the languages that staff are asked in.

English and Welsh as people write them; in the others a day with the name of its month, by the names in Unicode's CLDR.
A year, a month or "last Tuesday" is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel import Locale

from dialogues.identifying.pieces import Kind, Piece, cut

_MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
    r"|(?:mis )?(?:ionawr|chwefror|mawrth|fawrth|ebrill|mai|fai|mehefin|fehefin|gorffennaf|orffennaf|awst|medi|fedi"
    r"|hydref|tachwedd|dachwedd|rhagfyr))"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_ORDINAL = r"(?: ?(?:st|nd|rd|th)|af|il|ydd|fed|ed|ain|eg)"
_WORD = (
    r"(?:twenty[ -]|thirty[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
    r"|twentieth|thirtieth"
)
_YEAR = r"(?:,? {1,2}(?:19|20)\d\d|,? ?['’]\d\d)(?!\d)"
_WEEKDAY = (
    r"(?:mon|tues?|wednes|wed|thurs?|fri|satur|sat|sun)(?:day)?"
    r"|dydd (?:llun|mawrth|mercher|iau|gwener|sadwrn|sul)"
)

_IN_WORDS = re.compile(
    rf"(?<![\w/.:\-])(?:(?:{_WEEKDAY}),? (?:the )?)?"
    rf"(?:{_DAY}(?P<ordinal>{_ORDINAL})?|(?P<word>{_WORD}))(?P<of>,? (?:of |o )?|-)?{_MONTH}\b\.?(?P<year>{_YEAR})?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b{_MONTH}\.? (?:the )?(?:(?:{_DAY})(?:{_ORDINAL}\b(?:{_YEAR})?|{_YEAR})|(?:{_WORD})\b(?! of\b)(?:{_YEAR})?)",
    re.IGNORECASE,
)
_MONTH_LAST_WORD = re.compile(rf"\b{_MONTH} {_DAY}(?= ?(?:[.,;!?)](?:\s|$)|$))", re.IGNORECASE | re.MULTILINE)
_WEEKDAY_NUMBER = re.compile(
    rf"\b(?:{_WEEKDAY}),? (?:the )?{_DAY}{_ORDINAL}\b(?! (?:shift|floor|time|carer|nurse|person|fall|week|day))",
    re.IGNORECASE,
)
_FIGURES = re.compile(
    r"(?<![\w/.\-:])(?P<a>\d{1,2})(?P<sep>[/.\-])(?P<b>\d{1,2})(?P=sep)(?:(?:19|20)\d\d|\d\d)(?![\w/]|[.\-:]\d)"
)
_ISO = re.compile(r"(?<![\w/.\-])(?:19|20)\d\d([/.\-])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)")
_DAY_AND_MONTH = re.compile(
    r"(?<![\w/.\-])(?:0[1-9]/(?:0[1-9]|1[0-2])|(?:[12]\d|3[01])/0[1-9])(?![\w/%]|[.\-:]\d)"
)
# "2 may have left", "3 march on": words too. They are months with a capital, an ordinal, a year or after one of these.
_ALSO_WORDS = frozenset({"may", "march", "mar", "fai", "mai"})
_BEFORE_A_DATE = re.compile(
    r"(?:\b(?:on|since|from|until|till|by|before|after|dated|dob|born|ar|ers|pe|din|la|până|dnia|od|do)|[(:])\s*$",
    re.IGNORECASE,
)
_BARE_MONTHS = frozenset({"May", "March", "Mar", "Mai"})


def _months(language: str) -> str:
    """The months of a language in full, alone and as they stand beside a day."""
    months = Locale.parse(language).months
    names = {name for form in ("format", "stand-alone") for name in months[form]["wide"].values()}
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


# Polish, Romanian, Urdu; in Malayalam the month may have an ending, and the year comes first.
_ELSEWHERE = "|".join(_months(language) for language in ("pl", "ro", "ur"))
_MALAYALAM = _months("ml")
_DAY_ELSEWHERE = re.compile(
    rf"(?<![\w/.:\-])(?P<ordinal>){_DAY}\.? (?P<of>de )?(?P<word>)(?P<month>{_ELSEWHERE}|{_MALAYALAM})(?![^\W_])"
    rf"(?P<year>(?:,|،)? (?:19|20)\d\d)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(rf"(?:(?:19|20)\d\d,? )?(?:{_MALAYALAM}) {_DAY}(?!\d)")


def find_dates(text: str) -> Iterator[Piece]:
    """Every day of a month that is named, with or without its year."""
    for match in _IN_WORDS.finditer(text):
        if _is_said(match, text):
            yield cut(Kind.DATE, text, *match.span())
    if any(character.isdecimal() for character in text):
        figures = "".join(str(int(each)) if each.isdecimal() else each for each in text)  # each in its place
        yield from (cut(Kind.DATE, text, *found.span()) for found in _elsewhere(figures))
        for match in _FIGURES.finditer(text):
            if _is_day(int(match["a"]), int(match["b"])):
                yield cut(Kind.DATE, text, *match.span())
        for pattern in (_ISO, _MONTH_FIRST, _MONTH_LAST_WORD, _WEEKDAY_NUMBER, _DAY_AND_MONTH):
            for match in pattern.finditer(text):
                yield cut(Kind.DATE, text, *match.span())


def _elsewhere(text: str) -> Iterator[re.Match[str]]:
    yield from (match for match in _DAY_ELSEWHERE.finditer(text) if _is_said(match, text))
    yield from _YEAR_FIRST.finditer(text)


def _is_day(day: int, month: int) -> bool:
    """Whether it is a day and a month, in the British or the American order."""
    return min(day, month) >= 1 and min(day, month) <= 12 and max(day, month) <= 31


def _is_said(match: re.Match[str], text: str) -> bool:
    """Whether a number before a word like "may" is a date."""
    month = match["month"]
    if match["of"] == "de ":
        return True
    if match["ordinal"] or match["word"] or match["year"] or month.casefold() not in _ALSO_WORDS:
        return not match["word"] or "of" in (match["of"] or "") or bool(match["year"])
    return month in _BARE_MONTHS or bool(
        _BEFORE_A_DATE.search(text, max(0, match.start() - 12), match.start())
    )
