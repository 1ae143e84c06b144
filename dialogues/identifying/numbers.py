"""Numbers that belong to one person: telephones, NHS and National Insurance numbers, postcodes, vehicles."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from stdnum.gb import nhs

from dialogues.identifying.pieces import Kind, Piece, cut

_NHS = re.compile(
    r"(?<![\w+])(?P<said>nhs\W{1,3}(?:(?:no|num|number)\W{1,3})?(?:is )?)?(?P<number>\d{3}([ \-]?)\d{3}\3\d{4})(?!\d)",
    re.IGNORECASE,
)
_NATIONAL_INSURANCE = re.compile(
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:\d\d ?){3}[A-D]\b", re.IGNORECASE
)
_NMC_PIN = re.compile(r"\b\d\d[A-L]\d{4}[A-Z]\b", re.IGNORECASE)
_REFERENCE = re.compile(r"(?<![\w+])\d{8,}(?!\w)")

# https://www.royalmail.com: the letters before the first figure.
_AREAS = (
    "AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX"
    "|FK|FY|G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN"
    "|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB"
    "|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_POSTCODE = re.compile(
    rf"(?<![\w\-])(?P<out>(?:{_AREAS})\d[A-Z\d]?)(?P<gap> {{0,2}})(?P<in>\d[ABD-HJLNP-UW-Z]{{2}})(?![\w\-])",
    re.IGNORECASE,
)
_NOT_INWARD = frozenset(
    {"1st", "2nd", "3rd", "1hr", "2hr"} | {f"{n}th" for n in range(4, 10)} | {f"{n}hr" for n in range(3, 10)}
)
_UNMISTAKABLE = 6  # characters of a postcode without a space, unless it is written in capitals

_VEHICLE = re.compile(
    r"\b(?:[A-HK-PRSV-Y][A-HJ-PR-Y](?:0[1-9]|[1-7]\d) ?[A-HJ-PR-Z]{3}|[A-HJ-NPR-TVWXY]\d{3} ?[A-HJ-PR-Y]{3})\b"
    r"|\b[a-hk-prsv-y][a-hj-pr-y](?:0[1-9]|[1-7]\d)[a-hj-pr-z]{3}\b"
)

# Groups of figures with spaces, hyphens, full stops or brackets between them; each run is read once.
_FIGURES = re.compile(r"(?<![\w+])\+?\(?\d+(?:(?:[^\S\n][().\-–]{0,2}|[().\-–]{1,2})[^\S\n]?\d+)*(?![^\W_])")
_GROUP = re.compile(r"\d+")
_EXTENSION = re.compile(r",? ?(?:ext(?:ension)?\.?|x|est(?:yniad)?) ?\d{1,5}\b", re.IGNORECASE)
# Mobile numbers as they are written at home where many who are asked in another language come from.
_ABROAD = {
    "PL": r"\d{3}(?P<pl>[ \-]?)\d{3}(?P=pl)\d{3}",
    "RO": r"07\d\d(?P<ro>[ .\-]?)\d{3}(?P=ro)\d{3}",
    "IN": r"[6-9]\d{4}[ \-]?\d{5}",
    "PK": r"03\d\d[ \-]?\d{7}",
}
_MOBILES_ABROAD = re.compile(
    rf"(?<![\w+])(?:{'|'.join(f'(?P<{region}>{said})' for region, said in _ABROAD.items())})(?!\d)"
)
_FEWEST, _MOST = 8, 15  # figures of a telephone number with its country, ITU-T E.164
_MOBILE = 11  # figures of a British mobile number, with its 0
_AREA = 4  # figures of its first group at least, when the 0 is left out: "7700 900123"
_GROUPS = 5
# Neither a country nor a British area, with up to three figures that may stand apart: "0 2 4 6", "200 150".
_NO_BEGINNING = re.compile(r"0 ?0 ?0|0 ?[46]|[1235689]|4 ?[^ 4]|4 ?4 ?0 ?0")


def find_numbers(text: str) -> Iterator[Piece]:
    """NHS numbers by their check digit, telephone numbers, other numbers of a person, postcodes, vehicles."""
    if not any(character.isdecimal() for character in text):
        return
    for match in _NHS.finditer(text):
        if match["said"] or nhs.is_valid(match["number"]):
            yield cut(Kind.NUMBER, text, *match.span("number"))
    yield from _phones(text)
    for match in _MOBILES_ABROAD.finditer(text):
        if any(match[region] and _is_mobile(match[0], region) for region in _ABROAD):
            yield cut(Kind.PHONE, text, *match.span())
    for pattern in (_NATIONAL_INSURANCE, _NMC_PIN, _REFERENCE):
        for match in pattern.finditer(text):
            yield cut(Kind.NUMBER, text, *match.span())
    for match in _POSTCODE.finditer(text):
        if _is_postcode(match, text):
            yield cut(Kind.POSTCODE, text, *match.span())
    for match in _VEHICLE.finditer(text):
        yield cut(Kind.VEHICLE, text, *match.span())


def _is_postcode(match: re.Match[str], text: str) -> bool:
    """Not "B1 2nd floor"; without a space only what can be nothing else."""
    said, inward = match[0], match["in"]
    if inward.casefold() in _NOT_INWARD and (not inward.isupper() or text.isupper()):
        return False
    return bool(match["gap"]) or said.isupper() or len(said) >= _UNMISTAKABLE


def _phones(text: str) -> Iterator[Piece]:
    judged: dict[str, bool] = {}
    for run in _FIGURES.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *run.span())]
        if sum(end - start for start, end in groups) < _FEWEST:
            continue
        place = 0
        while place < len(groups):
            last = _phone_from(text, run.start(), groups, place, judged)
            if last is None:
                place += 1
                continue
            end = groups[last][1]
            start = run.start() if place == 0 and _is_whole(text[run.start() : end]) else groups[place][0]
            yield cut(Kind.PHONE, text, start, _with_extension(text, end))
            place = last + 1


def _phone_from(
    text: str, run: int, groups: list[tuple[int, int]], first: int, judged: dict[str, bool]
) -> int | None:
    """The group with which a number ends that begins at this one: the longest that is one, or None."""
    plus = first == 0 and text[run] == "+"
    figures: list[str] = []
    found, said = None, "+" * plus
    for place, (start, end) in enumerate(groups[first : first + _MOST + 2], first):
        figures.append(text[start:end])
        said = f"{said} {text[start:end]}" if figures[1:] else said + text[start:end]
        if len(said) - len(figures) > _MOST + 2 or _NO_BEGINNING.match(said):
            break
        if _may_be_phone(figures, plus=plus):
            if said not in judged:
                judged[said] = _is_phone(said)
            found = place if judged[said] else found
    return found


def _may_be_phone(figures: list[str], *, plus: bool) -> bool:
    """A quick look, before the library is asked: figures of times, doses and counts are no telephone number."""
    digits = "".join(figures)
    count, head = len(digits), digits[:2]
    if plus or head == "00":
        return count >= _FEWEST
    if head == "07":
        return count == _MOBILE
    if head == "44":
        return count == _MOBILE + 1 and len(figures) <= _GROUPS
    if head[0] == "7":
        return count == _MOBILE - 1 and len(figures[0]) >= _AREA
    in_groups = len(figures[0]) >= _AREA - 1 or len(figures) < _AREA or len(figures) >= count - 1
    return count in (_MOBILE - 1, _MOBILE) and in_groups


def _is_phone(said: str) -> bool:
    """Whether the numbering plans know it; British ones only by their length, which takes in new and made-up ones."""
    try:
        number = phonenumbers.parse("+" + said if said.startswith("44") else said, "GB")
    except phonenumbers.NumberParseException:
        return False
    judge = phonenumbers.is_possible_number if number.country_code == 44 else phonenumbers.is_valid_number
    return judge(number)


def _is_mobile(said: str, region: str) -> bool:
    try:
        number = phonenumbers.parse(said, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def _is_whole(said: str) -> bool:
    """Whether a bracket that opens is closed: not "(020 7946 0123"."""
    return not said.startswith("(") or ")" in said


def _with_extension(text: str, end: int) -> int:
    extension = _EXTENSION.match(text, end)
    return extension.end() if extension else end
