"""What was typed or tapped → an answer, or why it could not be taken.

A choice may be given by its value, label, number or place ("the second"); numbers in figures with comma
or point, or in words; dates as people write them. What is read is returned as XLSForm stores it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

from babel import Locale, UnknownLocaleError
from msgspec import Struct

from dialogues.form import Kind
from dialogues.interview import Value
from dialogues.prompts import Option, Reason

MAX_TEXT = 10_000  # characters of one answer; several Telegram messages' worth
MAX_DIGITS = 15  # what a double can hold exactly


class Unread(Struct, frozen=True):
    """A reply that could not be taken: why, and an example of one that could."""

    reason: Reason
    example: str = ""


class Wanted(Struct, frozen=True):
    """What a question can take: its type, its choices as offered, the bounds of a range."""

    kind: Kind
    options: tuple[Option, ...] = ()
    bounds: tuple[float, float, float] | None = None
    today: date | None = None


def read(typed: str | Sequence[str], wanted: Wanted, language: str) -> Value | Unread:
    """The answer that a reply means, or why it means none."""
    if wanted.kind.has_choices:
        return _read_choices(typed, wanted, language)
    text = clean(typed if isinstance(typed, str) else " ".join(typed))
    if not _has_words(text):
        return Unread(Reason.NO_WORDS)
    match wanted.kind:
        case Kind.TEXT:
            return text if len(text) <= MAX_TEXT else Unread(Reason.TOO_LONG)
        case Kind.ACKNOWLEDGE:
            return (
                "OK" if _fold(text) in _OKAY or _is_yes(text, language) else Unread(Reason.NOT_A_CHOICE, "OK")
            )
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            return _read_number(text, wanted, language)
        case Kind.DATE:
            return _read_date(text, wanted.today, language)
        case Kind.TIME:
            return _read_time(text)
        case Kind.DATETIME:
            return _read_moment(text, wanted.today, language)
        case _:
            return text if _FILE.fullmatch(text) else Unread(Reason.NEEDS_FILE)


_OKAY = frozenset({"ok", "okay", "iawn"})
_FILE = re.compile(r"[\w.\- ]{1,200}\.\w{2,5}")


def clean(text: str) -> str:
    """The text without what cannot be stored or seen: NUL, control and broken characters, space around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = (
        c for c in text.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")
    )
    return "".join(kept).strip()


def _has_words(text: str) -> bool:
    """Whether anything in a text can be seen: joiners and marks of direction alone say nothing."""
    return any(c.isprintable() and not c.isspace() for c in text)


def in_figures(text: str) -> str:
    """The text with the digits of every script as 0 to 9, and without marks of direction, which nobody sees."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else _SIGNS.get(c, c) for c in text)


_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SIGNS = dict.fromkeys(_DIRECTIONS, "") | {"٫": ".", "٬": ",", "−": "-"}


# Choices


def _read_choices(typed: str | Sequence[str], wanted: Wanted, language: str) -> Value | Unread:
    if wanted.kind.is_many:
        return _read_many(_pieces(typed, wanted.options), wanted, language)
    if not isinstance(typed, str):
        if len(typed) > 1:
            return Unread(Reason.ONE_ONLY, _example(wanted.options))
        typed = typed[0] if typed else ""
    return find_choice(typed, wanted.options, language)


def _read_many(pieces: Sequence[str], wanted: Wanted, language: str) -> Value | Unread:
    names: list[str] = []
    for piece in pieces:
        name = find_choice(piece, wanted.options, language)
        if isinstance(name, Unread):
            return name
        if name not in names:
            names.append(name)
    if not names:
        return Unread(Reason.NO_WORDS)
    if wanted.kind is Kind.RANK:
        return " ".join(names) if len(names) == len(wanted.options) else Unread(Reason.NOT_ALL_RANKED)
    chosen = set(names)
    return " ".join(option.value for option in wanted.options if option.value in chosen)


def _pieces(typed: str | Sequence[str], options: tuple[Option, ...]) -> Sequence[str]:
    """The single choices in a reply: tapped ones, names with spaces between, or typed with commas or lines."""
    if not isinstance(typed, str):
        return [piece for piece in typed if piece.strip()]
    said = _fold(clean(typed))
    if any(said in (_fold(option.label), _fold(option.value)) for option in options):
        return [typed]
    values = {option.value for option in options}
    words = typed.split()
    if words and all(word in values or word.isdecimal() for word in words):
        return words
    return [
        piece for piece in re.split(r"[,;\n،、]|\s(?:and|a|ac|i|oraz|și|اور|&|\+)\s", typed) if piece.strip()
    ]


def find_choice(typed: str, options: tuple[Option, ...], language: str) -> Value | Unread:
    """The one choice that a reply means: by value, label, number, place, or the only label that begins so."""
    for option in options:
        if option.value == typed:
            return typed
    said = _fold(clean(typed))
    if not said:
        return Unread(Reason.NO_WORDS, _example(options))
    same = [option for option in options if said in (_fold(option.label), _fold(option.value))]
    if not same:
        place = _place(said, len(options), language)
        if place is not None:
            return options[place].value
        same = [option for option in options if len(said) > 2 and _fold(option.label).startswith(said)]
    if not same:
        same = [option for option in options if _same_answer(said, option, language)]
    if len(same) == 1:
        return same[0].value
    return Unread(Reason.SEVERAL_FIT if same else Reason.NOT_A_CHOICE, _example(same or options))


def _same_answer(said: str, option: Option, language: str) -> bool:
    value = option.value.lower()
    return (value == "yes" and said in _words(_YES, language)) or (
        value == "no" and said in _words(_NO, language)
    )


def _is_yes(text: str, language: str) -> bool:
    return _fold(text) in _words(_YES, language)


def _place(said: str, count: int, language: str) -> int | None:
    """The index that “2”, “2.”, “second” or “the last one” means, if there are so many."""
    fillers = _words(_FILLERS, language)
    words = [word for each in said.split() if (word := each.rstrip(".):")) not in fillers]
    if len(words) != 1:
        return None
    word = words[0]
    number = int(word) if word.isascii() and word.isdecimal() and len(word) < 4 else _ORDINALS.get(word)
    if word in _words(_LAST, language):
        number = count
    return number - 1 if number is not None and 1 <= number <= count else None


def _example(options: Sequence[Option]) -> str:
    return options[0].label if options else ""


def says_yes(text: str) -> bool:
    """Whether a word means yes in any language that is known here."""
    return any(_fold(text) in words for words in _YES.values())


def _fold(text: str) -> str:
    """Lower case, without accents, quotes and the marks around words."""
    plain = unicodedata.normalize("NFKD", in_figures(text.casefold()))
    kept = "".join(
        _TWINS.get(c, c) for c in plain if not unicodedata.combining(c) and c not in "'’‘`\"“”\u200c\u200d"
    )
    return " ".join(kept.split()).strip(".!?,:;()[]۔؟، ")


# Letters that keyboards give in two ways: Polish without its stroke, Arabic letters for those of Urdu, and the letters
# of Malayalam that stand for a consonant without its vowel.
_TWINS = dict.fromkeys("/-–—_", " ") | dict(zip("łيىكهൺൻർൽൾൿ", "lییکہണനരലളക", strict=True))


def _folded(table: dict[str, str]) -> dict[str, set[str]]:
    """Words by language, as replies are folded; with commas between them."""
    return {language: {_fold(word) for word in words.split(",")} for language, words in table.items()}


# Words, by language. What a language lacks is looked up in English.

_YES = _folded(
    {
        "en": "yes, y, yeah, yep, ok, okay, i agree, sure",
        "cy": "ie, ydw, oes, iawn, cytuno",
        "pl": "tak, t, zgadzam się, zgoda, dobrze, jasne",
        "ro": "da, d, sunt de acord, de acord, bine, sigur",
        "ml": "അതെ, അതേ, ഉവ്വ്, ഉണ്ട്, ശരി, സമ്മതം, സമ്മതമാണ്, athe",
        "ur": "ہاں, جی, جی ہاں, ٹھیک ہے, متفق ہوں, haan, han, ji, ji haan",
    }
)
_NO = _folded(
    {
        "en": "no, n, nope, nah",
        "cy": "na, nac ydw, nac oes, nage",
        "pl": "nie, n",
        "ro": "nu, n",
        "ml": "ഇല്ല, അല്ല, വേണ്ട, illa, alla",
        "ur": "نہیں, جی نہیں, نہ, nahi, nahin",
    }
)
_LAST = _folded(
    {
        "en": "last",
        "cy": "olaf",
        "pl": "ostatni, ostatnia, ostatnie, ostatnią",
        "ro": "ultimul, ultima",
        "ml": "അവസാനത്തെ, അവസാനത്തേത്",
        "ur": "آخری",
    }
)
_FILLERS = _folded(
    {
        "en": "the, one, number, option, answer, choice, please, no",
        "cy": "y, yr, un, rhif, opsiwn, ateb, dewis",
        "pl": "numer, nr, opcja, odpowiedź, wybieram, proszę, ten, ta, to",
        "ro": "numărul, nr, opțiunea, varianta, răspunsul, al, a, cel, cea, de",
        "ml": "നമ്പർ, ഉത്തരം, അത്",
        "ur": "نمبر, جواب, والا, والی, والے",
    }
)
_ORDINAL_WORDS = (
    (
        "first, 1st, cyntaf, 1af, pierwszy, pierwsza, pierwsze, primul, prima, întâi, ഒന്നാമത്തെ, ഒന്നാമത്തേത്, ആദ്യത്തെ, "
        "ആദ്യത്തേത്, پہلا, پہلی, پہلے"
    ),
    "second, 2nd, ail, 2il, drugi, druga, drugie, doilea, doua, രണ്ടാമത്തെ, രണ്ടാമത്തേത്, دوسرا, دوسری, دوسرے",
    (
        "third, 3rd, trydydd, trydedd, 3ydd, trzeci, trzecia, trzecie, treilea, treia, മൂന്നാമത്തെ, മൂന്നാമത്തേത്, تیسرا, "
        "تیسری, تیسرے"
    ),
    (
        "fourth, 4th, pedwerydd, pedwaredd, 4ydd, czwarty, czwarta, czwarte, patrulea, patra, നാലാമത്തെ, നാലാമത്തേത്, چوتھا, "
        "چوتھی, چوتھے"
    ),
    "fifth, 5th, pumed, 5ed, piąty, piąta, piąte, cincilea, cincea, അഞ്ചാമത്തെ, അഞ്ചാമത്തേത്, پانچواں, پانچویں",
    "sixth, 6th, chweched, 6ed, szósty, szósta, szóste, șaselea, șasea, ആറാമത്തെ, ആറാമത്തേത്, چھٹا, چھٹی, چھٹے",
    "seventh, 7th, seithfed, 7fed, siódmy, siódma, siódme, șaptelea, șaptea, ഏഴാമത്തെ, ഏഴാമത്തേത്, ساتواں, ساتویں",
    "eighth, 8th, wythfed, 8fed, ósmy, ósma, ósme, optulea, opta, എട്ടാമത്തെ, എട്ടാമത്തേത്, آٹھواں, آٹھویں",
    "ninth, 9th, nawfed, 9fed, dziewiąty, dziewiąta, dziewiąte, nouălea, noua, ഒമ്പതാമത്തെ, ഒമ്പതാമത്തേത്, نواں, نویں",
    "tenth, 10th, degfed, 10fed, dziesiąty, dziesiąta, dziesiąte, zecelea, zecea, പത്താമത്തെ, പത്താമത്തേത്, دسواں, دسویں",
)
_ORDINALS = {_fold(word): place for place, words in enumerate(_ORDINAL_WORDS, 1) for word in words.split(",")}
_NUMBER_WORDS = {  # from 0 to 20
    "en": (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty"
    ),
    "cy": (
        "dim un dau tri pedwar pump chwech saith wyth naw deg un_ar_ddeg deuddeg tri_ar_ddeg pedwar_ar_ddeg "
        "pymtheg un_ar_bymtheg dau_ar_bymtheg deunaw pedwar_ar_bymtheg ugain"
    ),
    "pl": (
        "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście "
        "czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście dwadzieścia"
    ),
    "ro": (
        "zero unu doi trei patru cinci șase șapte opt nouă zece unsprezece doisprezece treisprezece paisprezece "
        "cincisprezece șaisprezece șaptesprezece optsprezece nouăsprezece douăzeci"
    ),
    "ml": (
        "പൂജ്യം ഒന്ന് രണ്ട് മൂന്ന് നാല് അഞ്ച് ആറ് ഏഴ് എട്ട് ഒമ്പത് പത്ത് പതിനൊന്ന് പന്ത്രണ്ട് പതിമൂന്ന് "
        "പതിനാല് പതിനഞ്ച് പതിനാറ് പതിനേഴ് പതിനെട്ട് പത്തൊമ്പത് ഇരുപത്"
    ),
    "ur": ("صفر ایک دو تین چار پانچ چھ سات آٹھ نو دس گیارہ بارہ تیرہ چودہ پندرہ سولہ سترہ اٹھارہ انیس بیس"),
}
_MORE_NUMBERS = {
    "en": {"none": 0, "never": 0, "nil": 0, "once": 1, "twice": 2, "a dozen": 12},
    "cy": {"dwy": 2, "tair": 3, "pedair": 4, "unwaith": 1, "dwywaith": 2},
    "pl": {"żaden": 0, "brak": 0, "nigdy": 0, "jedna": 1, "jedno": 1, "raz": 1, "dwie": 2, "dwa razy": 2},
    "ro": {"niciunul": 0, "niciodată": 0, "un": 1, "una": 1, "o": 1, "o dată": 1, "două": 2, "de două ori": 2}
    | {"patrusprezece": 14, "șasesprezece": 16, "douăsprezece": 12},
    "ml": {"ഒരിക്കലും": 0, "ഒരിക്കലുമില്ല": 0, "ഒരു": 1, "ഒരിക്കൽ": 1, "ഒന്നു": 1, "രണ്ടു": 2, "മൂന്നു": 3, "നാലു": 4}
    | {"അഞ്ചു": 5, "ആറു": 6, "ഏഴു": 7, "എട്ടു": 8, "ഒൻപത്": 9, "പത്തു": 10},
    "ur": {
        "کبھی نہیں": 0,
        "کوئی نہیں": 0,
        "ایک بار": 1,
        "ایک دفعہ": 1,
        "دو بار": 2,
        "دو دفعہ": 2,
        "چھے": 6,
        "چھہ": 6,
    },
}
_NUMBERS = {
    language: {_fold(word): number for number, word in enumerate(words.split())}
    | {_fold(word): number for word, number in _MORE_NUMBERS[language].items()}
    for language, words in _NUMBER_WORDS.items()
}
_TODAY = {  # Urdu has one word for yesterday and tomorrow, which is asked again
    "en": {"today": 0, "yesterday": -1},
    "cy": {"heddiw": 0, "ddoe": -1},
    "pl": {"dzisiaj": 0, "dziś": 0, "dzis": 0, "wczoraj": -1},
    "ro": {"azi": 0, "astăzi": 0, "astazi": 0, "ieri": -1},
    "ml": {"ഇന്ന്": 0, "ഇന്നലെ": -1},
    "ur": {"آج": 0, "گزشتہ کل": -1, "گذشتہ کل": -1},
}


def _words(table: dict[str, set[str]], language: str) -> set[str]:
    return table["en"] | table.get(language, set())


# Numbers

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:[ \u00a0\u202f,]\d{3})+(?:\.\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


def _read_number(text: str, wanted: Wanted, language: str) -> Value | Unread:
    number = _number(text, language)
    if number is None:
        return Unread(Reason.NOT_A_NUMBER, "3")
    if len(re.sub(r"\D", "", number)) > MAX_DIGITS:
        return Unread(Reason.TOO_LARGE, "3")
    if wanted.kind is Kind.INTEGER and float(number) != int(float(number)):
        return Unread(Reason.NOT_WHOLE, str(round(float(number))))
    if wanted.bounds is not None and not _within(float(number), wanted.bounds):
        low, high, step = wanted.bounds
        return Unread(
            Reason.OUT_OF_RANGE, f"{low:g} – {high:g}" if step == 1 else f"{low:g}, {low + step:g} … {high:g}"
        )
    return number.partition(".")[0] if wanted.kind is Kind.INTEGER else number


def _number(text: str, language: str) -> str | None:
    """The number as XLSForm writes it, or None."""
    ascii_digits = in_figures(text)
    if _PLAIN.fullmatch(ascii_digits):
        return _tidy(ascii_digits)
    if _THOUSANDS.fullmatch(ascii_digits):
        return _tidy(re.sub(r"[ \u00a0\u202f,]", "", ascii_digits))
    if _COMMA.fullmatch(ascii_digits):
        return _tidy(ascii_digits.replace(",", "."))
    said = _fold(text)
    number = _NUMBERS.get(language, {}).get(said, _NUMBERS["en"].get(said))
    return None if number is None else str(number)


def _tidy(number: str) -> str:
    sign = "-" if number.startswith("-") else ""
    whole, point, rest = number.lstrip("+-").partition(".")
    whole = whole.lstrip("0") or "0"
    rest = rest.rstrip("0")
    if whole == "0" and not rest:
        return "0"
    return f"{sign}{whole}{point if rest else ''}{rest}"


def _within(number: float, bounds: tuple[float, float, float]) -> bool:
    low, high, step = bounds
    steps = (number - low) / step if step else 0.0
    return low <= number <= high and abs(steps - round(steps)) < 1e-9


# Dates and times

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_FIGURES = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})", re.ASCII)
_WORD = r"[^\s\d.,،:/]+"  # vowels of Malayalam are marks, which are no letters to a regular expression
_WRITTEN = re.compile(
    rf"(?:{_WORD}\.?[,،]?\s+){{0,2}}"  # the day of the week, which has two words in Welsh
    rf"(\d{{1,2}})(?:st|nd|rd|th|af|il|ydd|ed|fed|eg|\.)?\s+(?:of\s+|o\s+)?({_WORD})\.?[,،]?\s+(\d{{4}})"
    r"(?:\s*(?:r|roku))?"  # Polish: of the year
)
_MONTH_FIRST = re.compile(rf"({_WORD})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?[,،]?\s+(\d{{4}})")
_YEAR_FIRST = re.compile(rf"(\d{{4}})[,،]?\s+({_WORD})\.?\s+(\d{{1,2}})")
_MUTATED = {  # Welsh months after “o”, as in “4 o Fai”
    "cy": {"fawrth": 3, "fai": 5, "fehefin": 6, "orffennaf": 7, "fedi": 9, "dachwedd": 11, "ragfyr": 12}
}
_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2}))?\s*([ap])?\.?\s*(m)?\.?", re.IGNORECASE | re.ASCII
)


def _read_date(text: str, today: date | None, language: str) -> Value | Unread:
    found = _date(text, today, language)
    return found.isoformat() if found is not None else Unread(Reason.NOT_A_DATE)


def _date(text: str, today: date | None, language: str) -> date | None:
    said = _fold_date(text)
    shift = {**_TODAY["en"], **_TODAY.get(language, {})}.get(said)
    if shift is not None and today is not None:
        return today + timedelta(days=shift)
    if (match := _ISO.fullmatch(said)) is not None:
        return _day(match[1], match[2], match[3])
    if (match := _FIGURES.fullmatch(said)) is not None:
        return _day(match[3], match[2], match[1])
    if (match := _WRITTEN.fullmatch(said)) is not None:
        return _written_day(match[3], match[2], match[1], language)
    if (match := _MONTH_FIRST.fullmatch(said)) is not None:
        return _written_day(match[3], match[1], match[2], language)
    if (match := _YEAR_FIRST.fullmatch(said)) is not None:
        return _written_day(match[1], match[2], match[3], language)
    return None


def _written_day(year: str, month: str, day: str, language: str) -> date | None:
    number = _months(language).get(month)
    return _day(year, str(number), day) if number is not None else None


def _fold_date(text: str) -> str:
    return " ".join(in_figures(text).casefold().split()).strip(" .!?")


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _months(language: str) -> dict[str, int]:
    """Month names and their short forms, in the language and in English, alone and after a day."""
    names: dict[str, int] = {}
    for code in ("en", language):
        try:
            months = Locale.parse(code).months
        except (UnknownLocaleError, ValueError):
            continue
        for context, width in product(("stand-alone", "format"), ("wide", "abbreviated")):
            found = months[context][width].items()
            names.update({name.casefold().rstrip("."): number for number, name in found})
    return names | _MUTATED.get(language, {})


def _read_time(text: str) -> Value | Unread:
    match = _CLOCK.fullmatch(in_figures(text).strip(" .!?"))
    if match is None or (match[2] is None and match[4] is None):
        return Unread(Reason.NOT_A_TIME, "14:30")
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[4] is not None:
        if not 1 <= hour <= 12:
            return Unread(Reason.NOT_A_TIME, "14:30")
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return Unread(Reason.NOT_A_TIME, "14:30")
    return f"{hour:02d}:{minute:02d}:{second:02d}.000"


def _read_moment(text: str, today: date | None, language: str) -> Value | Unread:
    day, clock = _split_moment(in_figures(text).strip(" .!?"))
    found, time = _read_date(day, today, language), _read_time(clock)
    if isinstance(found, Unread) or isinstance(time, Unread):
        return Unread(Reason.NOT_A_DATE)
    return f"{found}T{time}"


def _split_moment(text: str) -> tuple[str, str]:
    """The day and the clock of “4 May 2026, 2:30 pm” or `2026-05-04T14:30`."""
    day, _, clock = re.sub(r"(?<=\d)T(?=\d)", " ", text).rpartition(" ")
    if clock.casefold().replace(".", "") in ("am", "pm", "a", "p"):
        day, _, hour = day.rpartition(" ")
        clock = f"{hour}{clock}"
    day = day.casefold().rstrip(", ")
    for word in (" at", " am", " o", " la"):  # English, Welsh, Polish, Romanian
        day = day.removesuffix(word)
    return day.rstrip(", "), clock
