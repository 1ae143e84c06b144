"""What people type is read kindly, and never breaks anything."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from dialogues.form import Kind
from dialogues.prompts import Option, Reason
from dialogues.reading import MAX_TEXT, Unread, Wanted, read
from dialogues.values import to_moment, to_number

TODAY = date(2026, 5, 4)
AGREE = (
    Option("yes", "Yes"),
    Option("partly", "Partly, and only sometimes"),
    Option("no", "No"),
    Option("dont_know", "I don't know", apart=True),
)
CYMRAEG = (
    Option("yes", "Ydw"),
    Option("some", "Do, dywedais wrth rywun am beth ohono"),
    Option("no", "Nac ydw"),
    Option("not_sure", "Ddim yn siŵr"),
)
ROLES = (
    Option("care", "Care staff"),
    Option("senior", "Senior care staff, team leaders"),
    Option("support", "Kitchen, domestic, maintenance"),
    Option("10", "Care and support"),
)


def one(typed: str, options: tuple[Option, ...] = AGREE, language: str = "en") -> str:
    return said(read(typed, Wanted(Kind.SELECT_ONE, options), language))


def several(
    typed: str | tuple[str, ...], options: tuple[Option, ...] = AGREE, kind: Kind = Kind.SELECT_MULTIPLE
) -> str:
    return said(read(typed, Wanted(kind, options), "en"))


def plain(
    kind: Kind, typed: str, language: str = "en", bounds: tuple[float, float, float] | None = None
) -> str:
    return said(read(typed, Wanted(kind, (), bounds, TODAY), language))


def said(answer: str | Unread) -> str:
    """The value, or the reason in capitals."""
    return answer if isinstance(answer, str) else answer.reason.name


# Choices


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("yes", "yes"),
        ("Yes", "yes"),
        ("YES.", "yes"),
        ("  yes\n", "yes"),
        ("y", "yes"),
        ("yeah", "yes"),
        ("nope", "no"),
        ("1", "yes"),
        ("4", "dont_know"),
        ("2.", "partly"),
        ("3)", "no"),
        ("number 3", "no"),
        ("the second", "partly"),
        ("the 2nd one", "partly"),
        ("third please", "no"),
        ("the last one", "dont_know"),
        ("٢", "partly"),
        ("３", "no"),
        ("partly", "partly"),
        ("Partly, and only sometimes", "partly"),
        ("i dont know", "dont_know"),
        ("I DON’T KNOW", "dont_know"),
        ("dont_know", "dont_know"),
        ("n\x00o", "no"),
        ("0", "NOT_A_CHOICE"),
        ("5", "NOT_A_CHOICE"),
        ("fifth", "NOT_A_CHOICE"),
        ("9999999999", "NOT_A_CHOICE"),
        ("maybe", "NOT_A_CHOICE"),
        ("1 2", "NOT_A_CHOICE"),
        ("", "NO_WORDS"),
        ("\x00", "NO_WORDS"),
        ("😀", "NOT_A_CHOICE"),
        ("x" * 100_000, "NOT_A_CHOICE"),
    ],
)
def test_a_choice_is_read_by_value_label_number_or_place(typed: str, value: str) -> None:
    assert one(typed) == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("ydw", "yes"),
        ("Nac ydw", "no"),
        ("yr ail", "some"),
        ("y trydydd", "no"),
        ("2il", "some"),
        ("yr olaf", "not_sure"),
        ("rhif 2", "some"),
        ("ddim yn siwr", "not_sure"),
        ("do, dywedais", "some"),
        ("yes", "yes"),
        ("na", "no"),
        ("ie", "yes"),
        ("efallai", "NOT_A_CHOICE"),
    ],
)
def test_a_choice_is_read_in_welsh(typed: str, value: str) -> None:
    assert one(typed, CYMRAEG, "cy") == value


def test_a_reply_that_fits_several_choices_is_asked_about() -> None:
    twins = (Option("a", "Care staff"), Option("b", "Care staff"), Option("c", "Caretaker"))
    assert one("care staff", twins) == "SEVERAL_FIT"
    assert one("care", twins) == "SEVERAL_FIT"
    assert one("caret", twins) == "c"


def test_a_value_goes_before_a_place() -> None:
    upside_down = (Option("2", "Two"), Option("1", "One"))
    assert one("1", upside_down) == "1"
    years = (Option("a", "2"), Option("b", "1"))
    assert one("1", years) == "b"


def test_what_was_not_understood_comes_with_an_example() -> None:
    assert read("what", Wanted(Kind.SELECT_ONE, AGREE), "en") == Unread(Reason.NOT_A_CHOICE, "Yes")
    assert read("x", Wanted(Kind.SELECT_ONE, ()), "en") == Unread(Reason.NOT_A_CHOICE, "")
    assert read("x", Wanted(Kind.INTEGER), "en") == Unread(Reason.NOT_A_NUMBER, "3")
    assert read("3.7", Wanted(Kind.INTEGER), "en") == Unread(Reason.NOT_WHOLE, "4")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1, 3", "yes no"),
        ("3 1", "yes no"),
        ("yes, no", "yes no"),
        ("yes and no", "yes no"),
        ("yes; no\ndont_know", "yes no dont_know"),
        ("no no no", "no"),
        (("no", "yes", "no"), "yes no"),
        (("no",), "no"),
        ((), "NO_WORDS"),
        (("",), "NO_WORDS"),
        ("", "NO_WORDS"),
        ("yes, maybe", "NOT_A_CHOICE"),
        ("Partly, and only sometimes", "partly"),
        ("١، ٣", "yes no"),
    ],
)
def test_several_choices_are_read_from_a_list(typed: str | tuple[str, ...], value: str) -> None:
    assert several(typed) == value


def test_a_label_with_a_comma_or_an_and_is_one_choice() -> None:
    assert several("Kitchen, domestic, maintenance", ROLES) == "support"
    assert several("care and support", ROLES) == "10"
    assert several("10", ROLES) == "10"


def test_only_one_choice_can_be_made_where_one_is_wanted() -> None:
    assert said(read(("yes", "no"), Wanted(Kind.SELECT_ONE, AGREE), "en")) == "ONE_ONLY"
    assert said(read(("no",), Wanted(Kind.SELECT_ONE, AGREE), "en")) == "no"


def test_a_ranking_names_every_choice_once() -> None:
    assert several("2 1 4 3", AGREE, Kind.RANK) == "partly yes dont_know no"
    assert several("2 1", AGREE, Kind.RANK) == "NOT_ALL_RANKED"
    assert several("1 1 1 1", AGREE, Kind.RANK) == "NOT_ALL_RANKED"


# Numbers


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("3", "3"),
        (" 3 ", "3"),
        ("003", "3"),
        ("+3", "3"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("3.0", "3"),
        ("three", "3"),
        ("Twenty", "20"),
        ("none", "0"),
        ("twice", "2"),
        ("1,234", "1234"),
        ("1 234 567", "1234567"),
        ("1\u00a0234", "1234"),
        ("٤٢", "42"),
        ("４２", "42"),
        ("999999999999999", "999999999999999"),
        ("3.5", "NOT_WHOLE"),
        ("3,5", "NOT_WHOLE"),
        ("1e3", "NOT_A_NUMBER"),
        ("three years", "NOT_A_NUMBER"),
        ("1,23", "NOT_WHOLE"),
        ("12,34,567", "NOT_A_NUMBER"),
        ("nan", "NOT_A_NUMBER"),
        ("inf", "NOT_A_NUMBER"),
        ("½", "NOT_A_NUMBER"),
        ("-", "NOT_A_NUMBER"),
        ("1" * 16, "TOO_LARGE"),
        ("1" * 100_000, "TOO_LARGE"),
        ("", "NO_WORDS"),
    ],
)
def test_whole_numbers_are_read_in_figures_and_words(typed: str, value: str) -> None:
    assert plain(Kind.INTEGER, typed) == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("3,5", "3.5"),
        ("3.50", "3.5"),
        ("1,234.5", "1234.5"),
        ("0,500", "0.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0.0", "0"),
        ("tri", "3"),
    ],
)
def test_decimal_numbers_are_read_with_comma_or_point(typed: str, value: str) -> None:
    assert plain(Kind.DECIMAL, typed, "cy") == value


def test_welsh_number_words_are_read() -> None:
    assert [plain(Kind.INTEGER, word, "cy") for word in ("dim", "dwy", "tair", "deuddeg", "un ar ddeg", "ugain")] == [
        "0", "2", "3", "12", "11", "20",
    ]  # fmt: skip
    assert plain(Kind.INTEGER, "dwy", "en") == "NOT_A_NUMBER"


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [
        ("pl", "piętnaście", "15"), ("pl", "piec", "5"), ("pl", "dwie", "2"), ("pl", "nigdy", "0"),
        ("ro", "șapte", "7"), ("ro", "sapte", "7"), ("ro", "două", "2"), ("ro", "douazeci", "20"),
        ("ml", "പതിനൊന്ന്", "11"), ("ml", "൧൨", "12"), ("ml", "മൂന്നു", "3"), ("ml", "ഒരിക്കൽ", "1"),
        ("ml", "ഒരിക്കല്\u200d", "1"), ("ur", "آٹھ", "8"), ("ur", "ايک", "1"), ("ur", "۱۲", "12"),
        ("ur", "\u2067٣\u2069", "3"), ("ur", "کبھی نہیں", "0"), ("ur", "\u200f۱۲٫۰\u200f", "12"),
    ],
)  # fmt: skip
def test_numbers_are_read_in_the_words_and_digits_of_staff(language: str, typed: str, value: str) -> None:
    assert plain(Kind.INTEGER, typed, language) == value


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [
        ("pl", "tak", "yes"), ("pl", "Nie.", "no"), ("pl", "druga", "partly"), ("pl", "numer 3", "no"),
        ("ro", "da", "yes"), ("ro", "al doilea", "partly"), ("ro", "ultima", "dont_know"), ("ro", "NU", "no"),
        ("ml", "അതെ", "yes"), ("ml", "ഇല്ല", "no"), ("ml", "രണ്ടാമത്തെ", "partly"), ("ml", "൨", "partly"),
        ("ur", "جی ہاں", "yes"), ("ur", "نہیں۔", "no"), ("ur", "دوسرا والا", "partly"), ("ur", "نمبر ۲", "partly"),
        ("ur", "nahi", "no"), ("ur", "آخری", "dont_know"),
    ],
)  # fmt: skip
def test_a_choice_is_read_in_the_languages_of_staff(language: str, typed: str, value: str) -> None:
    options = tuple(Option(each.value, f"— {each.value} —", each.apart) for each in AGREE)
    assert read(typed, Wanted(Kind.SELECT_ONE, options), language) == value


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("pl", "4 maja 2026 r."), ("pl", "poniedziałek, 4 maj 2026"), ("pl", "dziś"), ("ro", "4 mai 2026"),
        ("ro", "luni, 4 mai 2026"), ("ro", "azi"), ("ml", "4 മേയ് 2026"), ("ml", "2026, മേയ് 4"),
        ("ml", "൪ മേയ് ൨൦൨൬"), ("ml", "ഇന്ന്"), ("ur", "4 مئی 2026"), ("ur", "۴ مئی، ۲۰۲۶"),
        ("ur", "\u200f۴/۵/۲۰۲۶"), ("ur", "آج"),
    ],
)  # fmt: skip
def test_dates_are_read_in_the_languages_of_staff(language: str, typed: str) -> None:
    assert read(typed, Wanted(Kind.DATE, today=TODAY), language) == "2026-05-04"


@pytest.mark.parametrize("language", ["en", "cy", "pl", "ro", "ml", "ur"])
def test_a_date_that_candour_writes_is_read_back(language: str) -> None:
    for month in range(1, 13):
        day = date(2026, month, 4)
        for pattern in ("d MMMM y", "d MMM y", "EEEE, d MMMM y"):
            written = format_date(day, pattern, locale=language)
            assert read(written, Wanted(Kind.DATE), language) == day.isoformat(), written


def test_a_range_takes_its_steps_only() -> None:
    def within(typed: str) -> str:
        return plain(Kind.RANGE, typed, bounds=(0.0, 10.0, 2.5))

    assert [within(typed) for typed in ("0", "2.5", "10", "3", "-2.5", "12.5")] == [
        "0", "2.5", "10", "OUT_OF_RANGE", "OUT_OF_RANGE", "OUT_OF_RANGE",
    ]  # fmt: skip


# Dates and times


@pytest.mark.parametrize(
    ("typed", "language", "value"),
    [
        ("4 May 2026", "en", "2026-05-04"),
        ("4th of May, 2026", "en", "2026-05-04"),
        ("Monday 4 May 2026", "en", "2026-05-04"),
        ("May 4, 2026", "en", "2026-05-04"),
        ("4 dec. 2026", "en", "2026-12-04"),
        ("04/05/2026", "en", "2026-05-04"),
        ("4.5.2026", "en", "2026-05-04"),
        ("4-5-2026", "en", "2026-05-04"),
        ("2026-5-4", "en", "2026-05-04"),
        ("٤/٥/٢٠٢٦", "en", "2026-05-04"),
        ("today", "en", "2026-05-04"),
        ("Yesterday.", "en", "2026-05-03"),
        ("heddiw", "cy", "2026-05-04"),
        ("ddoe", "cy", "2026-05-03"),
        ("4 Mai 2026", "cy", "2026-05-04"),
        ("4 o Fai 2026", "cy", "2026-05-04"),
        ("1af Ionawr 2026", "cy", "2026-01-01"),
        ("11eg o Dachwedd 2026", "cy", "2026-11-11"),
        ("4 May 2026", "cy", "2026-05-04"),
        ("31/02/2026", "en", "NOT_A_DATE"),
        ("29 February 2026", "en", "NOT_A_DATE"),
        ("29 February 2024", "en", "2024-02-29"),
        ("4 May", "en", "NOT_A_DATE"),
        ("5/13/2026", "en", "NOT_A_DATE"),
        ("0000-01-01", "en", "NOT_A_DATE"),
        ("last week", "en", "NOT_A_DATE"),
        ("ddoe", "en", "NOT_A_DATE"),
        ("4 Mai 2026", "xx-nonsense", "NOT_A_DATE"),
        ("", "en", "NO_WORDS"),
    ],
)
def test_dates_are_read_as_people_write_them(typed: str, language: str, value: str) -> None:
    assert plain(Kind.DATE, typed, language) == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("14:30", "14:30:00.000"),
        ("14.30", "14:30:00.000"),
        ("14h30", "14:30:00.000"),
        ("14:30:15", "14:30:15.000"),
        ("2pm", "14:00:00.000"),
        ("2.30 p.m.", "14:30:00.000"),
        ("12am", "00:00:00.000"),
        ("12 pm", "12:00:00.000"),
        ("١٤:٣٠", "14:30:00.000"),
        ("9", "NOT_A_TIME"),
        ("24:00", "NOT_A_TIME"),
        ("14:60", "NOT_A_TIME"),
        ("13pm", "NOT_A_TIME"),
        ("noon", "NOT_A_TIME"),
    ],
)
def test_times_are_read_as_people_write_them(typed: str, value: str) -> None:
    assert plain(Kind.TIME, typed) == value


@pytest.mark.parametrize(
    ("typed", "language", "value"),
    [
        ("4 May 2026 14:30", "en", "2026-05-04T14:30:00.000"),
        ("4 May 2026, 2:30 pm", "en", "2026-05-04T14:30:00.000"),
        ("4 May 2026 at 9am", "en", "2026-05-04T09:00:00.000"),
        ("2026-05-04T14:30", "en", "2026-05-04T14:30:00.000"),
        ("Today 14:30", "en", "2026-05-04T14:30:00.000"),
        ("4 Tachwedd 2026 14:30", "cy", "2026-11-04T14:30:00.000"),
        ("4 May 2026", "en", "NOT_A_DATE"),
        ("14:30", "en", "NOT_A_DATE"),
    ],
)
def test_a_date_with_its_time_is_read(typed: str, language: str, value: str) -> None:
    assert plain(Kind.DATETIME, typed, language) == value


# Words


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("  It was\r\nlate.  ", "It was\nlate."),
        ("a\x00b\x07c", "abc"),
        ("broken \ud800 half", "broken  half"),
        ("<b>&amp; '\"", "<b>&amp; '\""),
        ("😀👩‍👩‍👧", "😀👩‍👩‍👧"),
        ("שלום \u202eabc", "שלום \u202eabc"),
        ("e\u0301", "e\u0301"),
        ("x" * MAX_TEXT, "x" * MAX_TEXT),
        ("x" * (MAX_TEXT + 1), "TOO_LONG"),
        ("x" * 100_000, "TOO_LONG"),
        ("", "NO_WORDS"),
        (" \n\t", "NO_WORDS"),
        ("\x00\x01", "NO_WORDS"),
        ("\u200b\u200d\ufeff", "NO_WORDS"),
    ],
)
def test_text_is_kept_without_what_cannot_be_stored(typed: str, value: str) -> None:
    assert plain(Kind.TEXT, typed) == value


def test_agreeing_is_said_in_many_ways() -> None:
    assert [plain(Kind.ACKNOWLEDGE, typed) for typed in ("OK", "okay", "Yes", "no", "x")] == [
        "OK", "OK", "OK", "NOT_A_CHOICE", "NOT_A_CHOICE",
    ]  # fmt: skip
    assert plain(Kind.ACKNOWLEDGE, "iawn", "cy") == "OK"


def test_a_file_is_taken_by_its_name() -> None:
    assert plain(Kind.IMAGE, "rota 4.jpg") == "rota 4.jpg"
    assert [plain(Kind.FILE, typed) for typed in ("my answer", "../../etc/passwd", "a/b.jpg")] == [
        "NEEDS_FILE"
    ] * 3


# Anything at all

ASKED = [kind for kind in Kind if kind.is_asked]


@given(
    typed=st.one_of(
        st.text(max_size=80),
        st.text(alphabet=st.characters(categories=["Nd", "Zs", "Cf", "Cs", "Mn", "So"]), max_size=40),
        st.text(alphabet="0123456789.,:/-+ TapmMayof٣½²①", max_size=30),
        st.lists(st.text(max_size=20), max_size=5).map(tuple),
    ),
    kind=st.sampled_from(ASKED),
    language=st.sampled_from(("en", "cy", "xx", "")),
    options=st.sampled_from((AGREE, CYMRAEG, ROLES, ())),
)
def test_nothing_that_is_typed_breaks_anything(
    typed: str | tuple[str, ...], kind: Kind, language: str, options: tuple[Option, ...]
) -> None:
    bounds = (0.0, 10.0, 1.0) if kind is Kind.RANGE else None
    answer = read(typed, Wanted(kind, options, bounds, TODAY), language)
    if isinstance(answer, Unread):
        return
    assert answer
    assert "\x00" not in answer
    answer.encode()
    match kind:
        case Kind.INTEGER:
            assert str(int(answer)) == answer
        case Kind.DECIMAL | Kind.RANGE:
            assert to_number(answer) == float(answer)
        case Kind.DATE:
            date.fromisoformat(answer)
        case Kind.DATETIME:
            assert to_moment(answer) is not None
        case Kind.SELECT_ONE:
            assert answer in {option.value for option in options}
        case Kind.SELECT_MULTIPLE | Kind.RANK:
            assert set(answer.split()) <= {option.value for option in options}


@given(number=st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_whole_number_is_read_as_itself(number: int) -> None:
    assert plain(Kind.INTEGER, str(number)) == str(number)
    assert plain(Kind.INTEGER, f"{number:,}") == str(number)


@given(day=st.dates(min_value=date(1000, 1, 1)))
def test_every_date_is_read_as_itself(day: date) -> None:
    for written in (day.isoformat(), f"{day.day}/{day.month}/{day.year}", day.strftime("%d %B %Y")):
        assert plain(Kind.DATE, written) == day.isoformat()


@given(options=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8, unique=True))
def test_every_choice_is_reached_by_its_value(options: list[str]) -> None:
    offered = tuple(Option(value, f"Label {number}") for number, value in enumerate(options))
    assert [one(value, offered) for value in options] == options
