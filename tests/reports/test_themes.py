"""Theme results count people, keep small numbers in, and press only where several kinds of evidence do."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dialogues.form import Form, SourceType
from reports import gaps, scope
from reports import themes as reported
from reports.assembly import Report, assemble
from reports.coding import Coded, Direction, theme_of
from reports.disclosure import Share, Size
from reports.scope import Heard
from reports.scoring import wilson
from reports.themes import (
    AREAS,
    Material,
    Passage,
    Pool,
    Prevalence,
    Priority,
    Rating,
    Results,
    Source,
    ThemeResult,
    decode,
    encode,
    matrix,
    ratings,
    release,
    strongest,
)
from tests.reports.material import LEVELS, counted, facts, form, item

W, S, M = Direction.WEAKNESS, Direction.STRENGTH, Direction.MIXED
DIRECTIONS = {"w": W, "s": S, "m": M}


def person(number: int, *, role: str = "care", kind: str = "staff") -> Source:
    return Source(b"%03d" % number, "guided", kind, role)


def record(number: int) -> Source:
    return Source(b"%03d" % number, "records", "processes")


def says(source: Source, *words: str) -> list[Passage]:
    """An excerpt for each word: `SUP-` a weakness, `SUP+` a strength, `SUP~` both; several codes with commas."""
    sign = {"-": W, "+": S, "~": M}
    return [
        Passage(
            b"%s/%d" % (source.id, i),
            source.id,
            tuple(Coded(each[:-1], sign[each[-1]]) for each in word.split(",")),
        )
        for i, word in enumerate(words)
    ]


def material(spoken: dict[Source, list[str]], **more: object) -> Material:
    passages = [each for source, words in spoken.items() for each in says(source, *words)]
    return Material(tuple(spoken), tuple(passages), **more)  # type: ignore[arg-type]


def results(each: Material) -> Results:
    """The results, with what is published of anonymous people as it is once it was stored."""
    return reported.results(each, decode(encode(release(each)[0])))


def of(found: Results, theme: str) -> ThemeResult:
    return next(each for each in found.themes if each.theme == theme)


def test_prevalence_counts_people_never_excerpts() -> None:
    found = results(
        material({person(1): ["SUP-"] * 9, person(2): ["SUP+"], person(3): [], record(4): ["SUP-"]})
    )
    theme = of(found, "SUP")
    assert theme.people == Prevalence(heard=3, weakness=1, strength=1)
    assert theme.sources == Prevalence(heard=4, weakness=2, strength=1)
    assert {each.code: each.prevalence.weakness for each in theme.types} == {"processes": 1, "staff": 1}
    assert (found.people, found.sources) == (3, 4)


def test_what_somebody_mostly_says_is_what_they_say() -> None:
    found = results(
        material(
            {person(1): ["SUP-", "SUP-", "SUP+"], person(2): ["SUP-", "SUP+"], person(3): ["SUP~", "SUP-"]}
        )
    )
    assert of(found, "SUP").people == Prevalence(heard=3, weakness=2, mixed=1)


def test_an_excerpt_counts_once_for_a_theme_however_many_codes_below_it_say_so() -> None:
    found = results(material({person(1): ["SUP.frequency-,SUP.quality-", "SUP+", "SUP+"]}))
    theme = of(found, "SUP")
    assert theme.people.strength == 1
    assert {each.code: each.people.weakness for each in theme.codes} == {
        "SUP": 0, "SUP.frequency": 1, "SUP.quality": 1,
    }  # fmt: skip


def test_who_says_the_opposite_of_most_is_listed() -> None:
    found = results(material({person(i): ["CUL-"] for i in (1, 2, 3)} | {record(9): ["CUL+"]}))
    assert (of(found, "CUL").majority, of(found, "CUL").negative) == (W, (b"009",))
    even = results(material({person(1): ["CUL-"], person(2): ["CUL+"]}))
    assert (of(even, "CUL").majority, of(even, "CUL").negative) == (None, ())


def test_closed_answers_of_named_people_have_their_interval() -> None:
    definition = form(item("helps", "SUP"), item("chats", "SUP", polarity=-1))
    rated = [
        each
        for i, (helps, chats) in enumerate([("always", "never"), ("never", "always"), ("dont_know", "often")])
        for each in ratings(b"%03d" % i, definition, {"helps": helps, "chats": chats, "role": "care"})
    ]
    found = results(Material(tuple(person(i) for i in range(3)), ratings=tuple(rated)))
    assert [(each.item, each.positive, each.n) for each in of(found, "SUP").items] == [
        ("chats", 1, 3),
        ("helps", 1, 2),
    ]
    assert of(found, "SUP").items[0].interval == wilson(1, 3)
    assert of(found, "SUP").positive == pytest.approx((1 / 3 + 1 / 2) / 2), (
        "the mean of the items, not 2 of 5"
    )


# How pressing

NEGLECT = {
    **{person(i): ["CAP-", "SUP-" if i < 5 else "SUP+"] for i in range(8)},
    person(8, role="manager"): ["CAP~", "SUP+", "LEAD+"],
    record(10): ["CAP-", "SUP-"],
    record(11): ["CAP-"],
}


def test_a_theme_that_most_people_and_records_call_weak_is_high_and_says_why() -> None:
    found = results(material(NEGLECT))
    judged = of(found, "CAP").judged
    assert judged.priority is Priority.HIGH
    assert (judged.evidence.people, judged.evidence.heard, judged.evidence.types) == (
        8,
        9,
        ("processes", "staff"),
    )
    assert strongest(found)[0].theme == "CAP"


def test_contradicted_evidence_is_not_high() -> None:
    judged = of(results(material(NEGLECT)), "SUP").judged
    assert (judged.priority, judged.evidence.against) == (Priority.MEDIUM, 4 / 10)


def test_sparse_evidence_is_not_high() -> None:
    few = results(
        material({person(1): ["ESC-"], person(2): ["ESC-"], person(3): ["ESC-"], record(4): ["ESC-"]})
    )
    one_kind = results(material({person(i): ["ESC-"] for i in range(9)}))
    assert of(few, "ESC").judged.priority is Priority.MEDIUM
    assert of(one_kind, "ESC").judged.priority is Priority.MEDIUM
    assert of(results(material({person(1): ["ESC-"], person(2): []})), "ESC").judged.priority is Priority.LOW


def test_where_nothing_is_wrong_nothing_is_pressing() -> None:
    spoken = {person(i): [f"{theme}+" for area in AREAS.values() for theme in area] for i in range(9)}
    spoken[person(10)] = ["CAP-", "COM-"]
    spoken[record(11)] = ["SUP+", "CAP+", "CAP-"]
    found = results(material(spoken))
    assert {each.judged.priority for each in found.themes} == {Priority.LOW, Priority.NONE}
    assert results(Material()).themes[0].judged.priority is Priority.NONE


# Leaders and frontline


def test_leaders_who_see_no_weakness_where_the_frontline_does_make_a_gap() -> None:
    spoken = {person(i): ["CUL-"] for i in range(10)}
    spoken |= {person(20 + i, role="manager"): ["CUL+"] for i in range(6)}
    found = of(results(material(spoken)), "CUL")
    assert (found.voiced.verdict, found.voiced.difference) == (gaps.Verdict.NOTABLE, 1.0)
    assert of(results(material(spoken)), "SUP").voiced.verdict is gaps.Verdict.INSUFFICIENT


def test_named_ratings_are_compared_on_items_that_both_sides_answered() -> None:
    sources = [person(i) for i in range(10)] + [person(20 + i, role="manager") for i in range(10)]
    rated = [Rating(each.id, "CUL", "safe", each.role == "manager" or each.id < b"003") for each in sources]
    rated += [Rating(each.id, "CUL", "board", positive=False) for each in sources if each.role == "manager"]
    found = of(results(Material(tuple(sources), ratings=tuple(rated))), "CUL").gap
    assert found.interval == gaps.newcombe(gaps.Positive(10, 10), gaps.Positive(3, 10))


# Anonymous people


def pool(leaders: int, frontline: int, *, good: int, bad: int) -> tuple[Form, Pool]:
    """Leaders of whom all but two, frontline staff of whom `good` are positive on CUL; the rest are not."""
    definition = form(item("safe", "CUL"))
    answers = [("manager", {"safe": "always" if i > 1 else "never"}) for i in range(leaders)]
    answers += [("care", {"safe": "always"})] * good + [("care", {"safe": "never"})] * bad
    assert good + bad == frontline
    tally = counted(answers)
    report = assemble(facts(), definition, tally)
    assert isinstance(report, Report)
    return definition, Pool(definition, tally, report)


def unnamed(definition: Form, **spoken: int) -> tuple[tuple[Source, ...], tuple[Passage, ...]]:
    """So many answers to one question, and to another one fewer, each with one excerpt: theme_w=5."""
    sources, passages = [], []
    for word, people in spoken.items():
        theme, _, sign = word.partition("_")
        for question, number in (("words", people), ("more", people - 1)):
            for i in range(number):
                found = Source(
                    f"{word}/{question}/{i}".encode(),
                    definition.digest,
                    "staff",
                    named=False,
                    question=question,
                )
                sources.append(found)
                passages.append(Passage(found.id, found.id, (Coded(theme, DIRECTIONS[sign]),)))
    return tuple(sources), tuple(passages)


def test_anonymous_people_are_at_least_the_most_for_one_question_and_rounded() -> None:
    definition, answers = pool(10, 30, good=6, bad=24)
    sources, passages = unnamed(definition, CUL_w=14, SUP_w=4, CAP_s=5)
    found = results(Material(sources, passages, pools=(answers,)))
    (told,) = of(found, "CUL").unnamed
    assert (told.weakness, told.strength) == (Share(Size.PERCENT, 35), None)
    assert of(found, "SUP").unnamed[0].weakness is None
    assert of(found, "CAP").unnamed[0].strength == Share(Size.PERCENT, 10)
    assert (told.band.low, told.band.high, of(found, "CUL").people.heard) == (40, 49, 0)


def test_nothing_is_said_of_what_fewer_than_k_people_wrote() -> None:
    definition, answers = pool(3, 4, good=2, bad=2)
    sources, passages = unnamed(definition, CUL_w=6)
    (told,) = of(results(Material(sources, passages, pools=(answers,))), "CUL").unnamed
    assert (told.spoke, told.weakness, told.figures) == (None, None, None)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 4), st.integers(0, 4))
def test_results_are_the_same_whoever_of_fewer_than_five_wrote(one: int, other: int) -> None:
    definition, answers = pool(10, 30, good=6, bad=24)
    found = [
        results(Material(*unnamed(definition, CUL_w=n, FOOD_s=m), pools=(answers,)))
        for n, m in ((one, other), (0, 0))
    ]
    assert found[0] == found[1]


def test_an_anonymous_gap_is_made_of_what_may_be_published() -> None:
    _, answers = pool(10, 30, good=6, bad=24)
    found = of(results(Material(pools=(answers,))), "CUL").unnamed[0].gap
    low = gaps.newcombe(gaps.Positive(0.8 * 8, 8), gaps.Positive(0.2 * 30, 30))
    assert (found.verdict, found.interval) == (gaps.Verdict.NOTABLE, low)


def test_where_all_leaders_say_the_same_an_anonymous_gap_is_not_told() -> None:
    definition = form(item("safe", "CUL"))
    tally = counted([("manager", {"safe": "always"})] * 9 + [("care", {"safe": "never"})] * 30)
    report = assemble(facts(), definition, tally)
    assert isinstance(report, Report)
    told = of(results(Material(pools=(Pool(definition, tally, report),))), "CUL").unnamed[0].gap
    assert (told.verdict, told.difference) == (gaps.Verdict.INSUFFICIENT, None)


def test_a_gap_with_fewer_than_k_leaders_is_not_told() -> None:
    _, answers = pool(7, 30, good=6, bad=24)
    assert of(results(Material(pools=(answers,))), "CUL").unnamed[0].gap.verdict is gaps.Verdict.INSUFFICIENT


def test_anonymous_weakness_and_records_together_are_pressing() -> None:
    definition, answers = pool(10, 30, good=6, bad=24)
    sources, passages = unnamed(definition, CUL_w=18)
    named = {record(1): ["CUL-"], record(2): []}
    base = material(named)
    both = Material((*base.sources, *sources), (*base.passages, *passages), pools=(answers,))
    assert of(results(both), "CUL").judged.priority is Priority.HIGH
    alone = Material(sources, passages, pools=(answers,))
    assert of(results(alone), "CUL").judged.priority is Priority.MEDIUM


# The scope and the matrix


def test_each_area_of_the_scope_shows_which_evidence_it_has() -> None:
    def heard(name: bytes, kind: SourceType, *themes: str) -> Heard:
        return Heard(name, kind, frozenset(themes))

    spoken = (heard(b"a", SourceType.STAFF, "MAW"), heard(b"a", SourceType.STAFF, "MAW", "SUP"))
    first, second, third = scope.coverage("multi_agency staff_skills care_planning", spoken, {"LRN", "SUP"})
    assert (first.sources, first.silent, first.unnamed) == ({SourceType.STAFF: 1}, ("COM",), False)
    assert (second.unnamed, second.is_thin) == (True, True), "anonymous people are staff too"
    assert (third.sources, third.silent, third.is_bare) == ({}, ("CARE",), False)


def test_the_matrix_charts_the_excerpts_of_each_case() -> None:
    chart = matrix(
        material({record(2): ["SUP-"], person(1, role="manager"): ["SUP+,CAP-", "SUP-"], person(3): []})
    )
    assert chart.themes == ("SUP", "CAP")
    assert [row.source.id for row in chart.rows] == [b"002", b"003", b"001"]
    assert chart.rows[2].cells[0].excerpts == ((b"001/0", (S,)), (b"001/1", (W,)))
    assert chart.rows[1].cells[0].excerpts == ()


# Properties

_codes = st.sampled_from(["SUP", "SUP.frequency", "SUP.quality", "CUL", "CAP.night", "CAP.cover"])
_coded = st.builds(Coded, _codes, st.sampled_from(Direction))
_said = st.lists(st.lists(_coded, max_size=4, unique=True).map(tuple), max_size=5)


@st.composite
def materials(draw: st.DrawFn) -> Material:
    kinds = draw(st.lists(st.tuples(st.sampled_from(["staff", "processes", "partners"]), _said), max_size=7))
    sources = [
        Source(b"%d" % i, "f", kind, draw(st.sampled_from(["", "care", "manager"])))
        for i, (kind, _) in enumerate(kinds)
    ]
    passages = [
        Passage(b"%d/%d" % (i, j), b"%d" % i, codes)
        for i, (_, said) in enumerate(kinds)
        for j, codes in enumerate(said)
    ]
    rated = draw(
        st.lists(
            st.builds(
                Rating, st.sampled_from([b"0", b"1", b"2"]), st.just("SUP"), st.just("q"), st.booleans()
            )
        )
    )
    return Material(tuple(sources), tuple(passages), tuple(rated))


def shuffled(each: Material, seed: int) -> Material:
    chance = random.Random(seed)

    def mixed(values: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(values, len(values)))

    passages = tuple(replace(one, codes=mixed(one.codes)) for one in each.passages)
    return replace(each, sources=mixed(each.sources), passages=mixed(passages), ratings=mixed(each.ratings))


@settings(max_examples=60, deadline=None)
@given(materials(), st.integers(0, 99))
def test_the_order_of_what_goes_in_changes_nothing(each: Material, seed: int) -> None:
    other = shuffled(each, seed)
    assert results(other) == results(each)
    assert matrix(other) == matrix(each)


@settings(max_examples=60, deadline=None)
@given(materials())
def test_prevalence_is_what_a_plain_count_says(each: Material) -> None:
    balance: dict[tuple[str, bytes], int] = defaultdict(int)
    for passage in each.passages:
        for theme, direction in {(theme_of(c.code), c.direction) for c in passage.codes}:
            balance[theme, passage.source] += {W: -1, S: 1, M: 0}[direction]
    for found in results(each).themes:
        people = [source.id for source in each.sources if source.type != "processes"]
        values = [balance[found.theme, one] for one in people if (found.theme, one) in balance]
        expected = (sum(v < 0 for v in values), sum(v > 0 for v in values), sum(v == 0 for v in values))
        assert (found.people.weakness, found.people.strength, found.people.mixed) == expected
        assert found.people.heard == len(people)


@pytest.mark.parametrize("level", LEVELS)
def test_each_answer_on_the_scale_is_rated(level: str) -> None:
    (only,) = ratings(b"1", form(item("helps", "SUP")), {"helps": level})
    assert only.positive == (level in {"often", "always"})
