"""What says who somebody is, is found; ordinary talk about care is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dialogues.identifying import REMOVED, Kind, find_identifying, find_pieces, remove_identifying

SENTENCES = Path(__file__).parent / "sentences"
EXAMPLES = Path(__file__).parents[2] / "bot" / "example"
# When they were written: before the rules; after the rules; after everything, and never looked at again.
SETS = ("", "_later", "_last")
MARKED = re.compile(r"\{(\w+):([^}]*)\}")
LEAST_OF_NAMES = 0.8
MOST_FALSE_ALARMS = 0.02


def lines(name: str) -> list[str]:
    written = (SENTENCES / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in written if line and not line.startswith("#")]


def innocent(which: str) -> list[str]:
    return lines(f"innocent{which}")


def marked(which: str) -> Iterator[tuple[str, Kind, str]]:
    """Each marked piece with its sentence."""
    for line in lines(f"identifying{which}"):
        for kind, piece in MARKED.findall(line):
            yield MARKED.sub(r"\2", line), Kind(kind), piece


def examples() -> list[str]:
    """What the synthetic people of the example audits say in their own words."""
    said: list[str] = []
    for file in EXAMPLES.glob("*.yaml"):
        for member in yaml.safe_load(file.read_text("utf-8")).get("staff", ()):
            said += [
                answer for answer in member["answers"].values() if isinstance(answer, str) and " " in answer
            ]
    return said


MIXED = [
    "Mrs ", "mr and ", "Anna", "Grace", "told", " ", ". ", "\n", "@", "07700", " 900123", "+44", "0", "4", "/", "May",
    "4 May", "th", "www.", "example.org", "SW1A", " 1AA", "my name is ", "O'Brien", "’s", "[…]", "…", "😀", "שרה",
    "\u202e", "\ud800", "٠٧", "２０", "é", "-", "_", "1", "(", ")", "dot", " at ", "called ", "Jones", "AB12CDE", "A.",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.lists(st.sampled_from(MIXED), max_size=12).map("".join),
    st.lists(st.sampled_from([MARKED.sub(r"\2", line) for line in lines("identifying")]), max_size=3).map(
        " ".join
    ),
)


def test_there_are_enough_sentences_to_tell() -> None:
    assert len(innocent("")) >= 150
    assert len(list(marked(""))) >= 80


@pytest.mark.parametrize("which", SETS)
def test_everything_but_a_name_is_always_found_with_its_kind(which: str) -> None:
    for sentence, kind, piece in marked(which):
        if kind is not Kind.NAME:
            assert any(piece in found.text and found.kind is kind for found in find_pieces(sentence)), (
                f"{kind}: {sentence}"
            )


@pytest.mark.parametrize("which", SETS)
def test_four_names_in_five_are_found(which: str) -> None:
    told = [
        any(piece in found.text and found.kind is Kind.NAME for found in find_pieces(sentence))
        for sentence, kind, piece in marked(which)
        if kind is Kind.NAME
    ]
    assert sum(told) >= LEAST_OF_NAMES * len(told), f"{sum(told)} of {len(told)}"


@pytest.mark.parametrize("which", SETS)
def test_at_most_two_in_a_hundred_innocent_sentences_are_asked_about(which: str) -> None:
    said = innocent(which)
    alarms = [sentence for sentence in said if find_identifying(sentence)]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(said), alarms


def test_nothing_that_the_people_of_the_examples_say_is_asked_about() -> None:
    assert len(examples()) > 50
    assert [said for said in examples() if find_identifying(said)] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mrs Jones fell, then mrs jones cried. Mrs Jones!", "[…] fell, then […] cried. […]!"),
        ("I told Grace. Grace is new.", "I told […]. […] is new."),
        ("Ann left annually, says Ann.", "[…] left annually, says […]."),
        ("Ring (020) 7946 0958 ext 12, or 07700 900123.", "Ring […], or […]."),
        ("Ann's form is at www.example.org/a.", "[…]'s form is at […]."),
        ("sarah_2 wrote it", "[…]_2 wrote it"),
        ("We had 3 carers for 30 people.", "We had 3 carers for 30 people."),
    ],
)
def test_what_is_taken_out_leaves_the_rest_as_it_was(text: str, left: str) -> None:
    assert remove_identifying(text) == left


def test_pieces_come_in_order_and_each_once() -> None:
    text = "Mr Khan, 07700 900123, sarah and Mr Khan on 4 May 2026"
    assert find_identifying(text) == ("Mr Khan", "07700 900123", "sarah", "4 May 2026")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("to było 12 marca 2026 rano", "12 marca 2026"),
        ("dnia 25 grudnia nikt nie przyszedł", "25 grudnia"),
        ("w poniedziałek 3 marca", "3 marca"),
        ("pe 12 martie 2026", "12 martie 2026"),
        ("s-a întâmplat pe 3 de mai", "3 de mai"),
        ("12 مارچ 2026 کو", "12 مارچ 2026"),
        ("۱۲ مارچ ۲۰۲۶ کو", "۱۲ مارچ ۲۰۲۶"),
        ("2026 മാർച്ച് 12", "2026 മാർച്ച് 12"),
        ("മാർച്ച് 12-ന്", "മാർച്ച് 12"),
        ("محمد علی نے دیکھا", "محمد علی"),
        ("میں نے فاطمہ کو بتایا", "فاطمہ"),
        ("സുരേഷ് എന്നോട് പറഞ്ഞു", "സുരേഷ്"),
        ("സുരേഷിന്റെ മുറിയിൽ", "സുരേഷിന്റെ"),
        ("proszę dzwonić 601 234 567", "601 234 567"),
        ("sunați la 0721 234 567", "0721 234 567"),
    ],
)
def test_days_names_and_numbers_are_told_in_the_other_languages_of_staff(text: str, found: str) -> None:
    assert find_identifying(text) == (found,)


@pytest.mark.parametrize(
    "text",
    [
        "sunt 3 mai mulți pe tură",
        "ہم سب تھک گئے ہیں اور رات کو اکیلے ہوتے ہیں",
        "രാത്രിയിൽ ആളുകൾ കുറവാണ്, ആരും കേൾക്കുന്നില്ല",
        "w nocy jest nas za mało, zwykle 2 na 40 osób",
        "from 6 to 8, then 120 200 30 steps",
    ],
)
def test_ordinary_talk_in_the_other_languages_is_left_alone(text: str) -> None:
    assert find_identifying(text) == ()


def test_an_nhs_number_is_told_by_its_check_digit() -> None:
    assert find_identifying("943 476 5919") == ("943 476 5919",)
    assert find_identifying("943 476 5918") == ()


@pytest.mark.parametrize("text", ["Grace Jones", "07700 900123", "4 May 2026"])
def test_a_piece_shows_nobodys_words_by_accident(text: str) -> None:
    [piece] = find_pieces(f"I saw {text}")
    assert piece.text == text
    assert text not in repr(piece)


@given(TEXTS)
def test_pieces_are_where_they_say_and_none_overlaps_another(text: str) -> None:
    pieces = find_pieces(text)
    assert all(text[piece.start : piece.end] == piece.text != "" for piece in pieces)
    assert all(one.end <= other.start for one, other in pairwise(pieces))


@given(TEXTS)
def test_what_was_taken_out_is_gone_for_good(text: str) -> None:
    left = remove_identifying(text)
    assert find_identifying(left) == ()
    assert remove_identifying(left) == left
    for piece in find_identifying(text):
        assert not re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", left)


@given(TEXTS)
def test_only_pieces_are_taken_out(text: str) -> None:
    place = 0
    for kept in remove_identifying(text).split(REMOVED):
        place = text.find(kept, place)
        assert place >= 0
        place += len(kept)


@pytest.mark.parametrize(
    "again",
    [
        "a", "0", "0 ", "07 ", "44 ", "+4 4 ", "a@", "a.", "a-", "a'", "(", ")", "www.", "a dot ", "a at ", " ",
        "mr and ", "Mr ", "Abc Def ", "1/", "1 may ", "May ", "name is ", "A. ", "https://(", "0a", "1-",
        "\n", "AB12", "٠",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "a", "!", "4"])
def test_no_text_takes_for_ever(again: str, end: str) -> None:
    text = again * (20_000 // len(again)) + end
    assert find_identifying(remove_identifying(text)) == ()


@pytest.mark.parametrize("start", ["May 4", "www.a", "a@b", "Mr", "+44", "0"])
def test_no_long_gap_takes_for_ever(start: str) -> None:
    assert remove_identifying(start + " " * 50_000 + "x").endswith("x")
