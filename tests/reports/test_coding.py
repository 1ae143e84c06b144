"""Texts in pieces of about a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.coding import segments


@pytest.mark.parametrize(
    "pieces",
    [
        ("We were two short again.", "Nobody rang the manager that night."),
        ("Dr. Owen came at 3.30 p.m. and looked at her.", "He wrote nothing at all down."),
        ("They lack training, e.g. in first aid.", "It was asked for in May."),
        ("She said “leave it.” and walked off down the hall.", "So I left it there too."),
        ("I asked … and waited for an hour.", "Then somebody came up at last."),
        ("We met on the 3rd. It was short."),
        ("There were three of us on. Never enough.", "The rest of them were agency staff."),
        ("No. It was never like that here.", "People help each other all the time."),
        ("it was bad that week. no one came.", "i left after that and never went back."),
        ("میں نے مینیجر کو بتایا تھا۔", "اس نے کچھ بھی نہیں کیا۔"),
        ("夜勤はいつも二人しかいません。", "マネージャーは一度も来ませんでした。"),
        ("Nie ma czasu, np. na rozmowę z ludźmi.", "Wszyscy się bardzo spieszą rano."),
        ("M. Jones said that it was her job.", "Nobody else thought it was."),
    ],
    ids=range(13),
)
def test_a_sentence_is_a_piece(pieces: tuple[str, ...] | str) -> None:
    wanted = (pieces,) if isinstance(pieces, str) else pieces
    assert tuple(each.text for each in segments(" ".join(wanted))) == wanted


def test_full_stops_that_need_no_blank_after_them_end_a_sentence() -> None:
    assert [each.text for each in segments("یہاں عملہ بہت کم ہے۔ہم سب بہت تھکے ہوئے ہیں۔")] == [
        "یہاں عملہ بہت کم ہے۔",
        "ہم سب بہت تھکے ہوئے ہیں۔",
    ]


def test_each_entry_of_a_list_is_a_piece_however_short() -> None:
    text = (
        "What got in the way:\n- no time\n- the form\n1. Nobody asked us about it.\n2. Nobody looked at it."
    )
    assert [each.text for each in segments(text)] == text.split("\n")


@given(st.text(st.sampled_from("aB .!?…۔。\n\t-•1”\"')e.g Dr.")) | st.text())
def test_pieces_stand_where_they_say_and_leave_out_nothing_but_white_space(text: str) -> None:
    found = segments(text)
    assert all(text[each.start : each.end] == each.text == each.text.strip() != "" for each in found)
    ends = [0, *(each.end for each in found)]
    starts = [*(each.start for each in found), len(text)]
    assert all(not text[end:start].strip() and end <= start for end, start in zip(ends, starts, strict=True))
