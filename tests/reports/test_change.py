"""Change has the check values of the design, says less from published figures than from counts, and never more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dialogues.form import Form
from reports import disclosure
from reports.assembly import Figures, Report, assemble, decode, encode
from reports.assembly import Verdict as Level
from reports.change import (
    Compared,
    Heard,
    ItemChange,
    Mix,
    Moved,
    Points,
    Verdict,
    compare,
    difference,
    moved,
)
from reports.disclosure import Range
from reports.gaps import Positive, newcombe
from reports.waves import Side, Withheld
from tests.reports.material import counted, facts, form, item, spread

LOW, MIDDLE, HIGH = (10, 14, 2, 7, 7), (6, 10, 4, 10, 10), (2, 4, 4, 15, 15)  # 35, 50 and 75 % of 40


def asked(*equivalences: str, names: tuple[str, ...] = ("staff", "talk")) -> Form:
    return form(
        *(
            replace(item(name, "CAP"), equivalence=each)
            for name, each in zip(names, equivalences, strict=True)
        )
    )


def report(
    staff: tuple[int, ...],
    talk: tuple[int, ...] = MIDDLE,
    *,
    of: Form | None = None,
    groups: str = "care senior",
    names: tuple[str, str] = ("staff", "talk"),
) -> Report:
    """A published report of 40 people or so; `groups` take turns."""
    first, second = spread(staff), spread(talk)
    codes = groups.split()
    people = [
        (codes[place % len(codes)], dict(zip(names, each, strict=True)))
        for place, each in enumerate(zip(first, second, strict=False))
    ]
    made = assemble(facts(), of or asked("n.staff", "n.talk"), counted(people))
    assert isinstance(made, Report)
    return made


def changes(found: Compared) -> Iterator[tuple[str, object]]:
    for each in found.items:
        yield each.equivalence, each.change.verdict if isinstance(each.change, Moved) else each.change.hidden


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ((8, 20), (14, 20), Verdict.CANNOT_TELL),
        ((12, 30), (21, 30), Verdict.IMPROVED),
        ((21, 30), (12, 30), Verdict.DETERIORATED),
        ((0, 9), (9, 9), Verdict.CANNOT_TELL),
        ((60, 100), (62, 100), Verdict.NO_CLEAR_CHANGE),
        ((10, 20), (10, 20), Verdict.CANNOT_TELL),
    ],
)
def test_a_change_has_a_verdict(before: tuple[int, int], after: tuple[int, int], verdict: Verdict) -> None:
    found = difference(Positive(*before), Positive(*after))
    assert found.verdict is verdict
    assert found.difference == pytest.approx(after[0] / after[1] - before[0] / before[1])


def test_from_forty_to_seventy_percent_has_the_intervals_of_newcombe() -> None:
    """By hand, from Wilson's ends .2459-.5768 and .5212-.8334: .3 - √(.1788² + .1768²) to .3 + √(.1334² + .1541²)."""
    found = difference(Positive(12, 30), Positive(21, 30)).interval
    assert (found.low, found.high) == pytest.approx((0.0486, 0.5038), abs=5e-5)


def figures(x: int, n: int) -> Figures:
    share, band = disclosure.share(x, n), disclosure.band(n, k=8)
    return Figures(band, (), share, Range(0, 100), Level.UNCLEAR, (), share)


counts = st.integers(8, 160).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=150)
@given(counts, counts)
def test_published_figures_never_say_more_than_the_counts_behind_them(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    exact = newcombe(Positive(*after), Positive(*before))
    found = moved(figures(*before), figures(*after))
    assert found.interval.low <= exact.low * 100 + 1e-6
    assert found.interval.high >= exact.high * 100 - 1e-6
    told = difference(Positive(*before), Positive(*after)).verdict
    assert found.verdict in {told, Verdict.CANNOT_TELL, Verdict.NO_CLEAR_CHANGE}
    mirrored = moved(figures(*after), figures(*before)).interval
    assert mirrored == Points(-found.interval.high, -found.interval.low)


def test_a_band_that_begins_below_ten_cannot_tell() -> None:
    assert moved(figures(0, 14), figures(14, 14)).verdict is Verdict.CANNOT_TELL


def test_only_questions_with_one_equivalence_are_compared_whatever_their_names() -> None:
    later = asked("n.talk", "n.new", names=("speak", "fresh"))
    found = compare(report(LOW, LOW), report(HIGH, HIGH, of=later, names=("speak", "fresh")))
    assert list(changes(found)) == [("n.talk", Verdict.IMPROVED)]
    assert [each.to("en") for each in found.only_before] == ["How often staff?"]
    assert [each.to("en") for each in found.only_after] == ["How often fresh?"]
    assert [each.label.to("en") for each in found.by(Verdict.IMPROVED)] == ["How often speak?"]


def test_each_verdict_comes_from_published_reports() -> None:
    assert dict(changes(compare(report(LOW, MIDDLE), report(HIGH, MIDDLE)))) == {
        "n.staff": Verdict.IMPROVED,
        "n.talk": Verdict.CANNOT_TELL,
    }
    assert dict(changes(compare(report(HIGH), report(LOW))))["n.staff"] is Verdict.DETERIORATED
    many = report((60, 60, 60, 60, 60), (60, 60, 60, 60, 60))
    assert dict(changes(compare(many, many)))["n.staff"] is Verdict.NO_CLEAR_CHANGE


def test_both_waves_must_show_a_question() -> None:
    few = report((1, 1, 1, 1, 1))
    assert compare(few, report(HIGH)).items == ()
    hidden = report(LOW)
    bare = tuple(replace(each, figures=None) for each in hidden.themes[0].items)
    hidden = replace(hidden, themes=(replace(hidden.themes[0], items=bare),))
    found = compare(hidden, report(HIGH))
    assert {each.change for each in found.withheld} == {Withheld(Side.BEFORE)}
    assert all(isinstance(each, ItemChange) for each in found.withheld)


def test_reports_from_before_equivalence_was_kept_compare_in_the_very_same_form_alone() -> None:
    old = report(LOW, of=asked("", ""))
    assert decode(encode(old).replace(b',"equivalence":""', b"")) == old
    assert len(compare(old, report(HIGH, of=asked("", ""))).items) == 2
    assert compare(old, report(HIGH, of=replace(asked("", ""), version="2"))).items == ()


def test_a_changed_mix_of_groups_is_said_as_far_as_it_is_published() -> None:
    """Of 120 people 20 were seniors, then 80: 20-29 and 75-99 of 100-149. One more group is hidden each time (R3)."""
    many = (24, 24, 24, 24, 24)
    then = report(many, many, groups="care care care care manager senior")
    found = compare(then, report(many, many, groups="senior senior senior senior manager care")).heard
    assert (found.mix, [each.to("en") for each in found.moved]) == (Mix.CHANGED, ["Senior"])
    assert compare(then, then).heard == Heard(Mix.ALIKE)
    assert compare(then, report(many, many, groups="care")).heard == Heard(Mix.UNKNOWN)
