"""The pictures of the audit report: numbers stand where they belong, nothing is cut off, hostile words stay words."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from reports import frameworks
from reports.assembly import Tone
from reports.charts import framework, heat, likert, risks, sides, strengths, timeline
from reports.charts.drawing import NARROW, SIZE, Box, Drawing, Figure, Line, Mark, Word, length, svg
from reports.charts.heat import Heat, Hidden, Theme
from reports.charts.sides import Pair
from reports.charts.strengths import Strength
from reports.charts.timeline import Step, Task
from reports.disclosure import FEW, NEARLY_ALL, Share, Size
from reports.gaps import Positive, gap
from reports.rendering import pages
from reports.typesetting import png

HOSTILE = (
    "<b>&\u202e {{ 7 * 7 }} </title><script>alert(1)</script> " + "Donaudampfschifffahrtsgesellschaft" * 3
)
SMALL_GROUP = "fewer than 8 people answered"
TODAY = date(2026, 11, 25)


def percent(number: int) -> Share:
    return Share(Size.PERCENT, number)


def shares(name: str = "Voice") -> Figure:
    told = (percent(35), FEW, NEARLY_ALL, Hidden(SMALL_GROUP), None)
    groups = ("Care staff", "Nurses", "Managers", "Night staff", "Agency staff")
    return heat.heat(Heat("By role", groups, (Theme(name, told), Theme("Handover", told[::-1]))))


def gaps(name: str = "Voice") -> Figure:
    far, few = gap("x", Positive(18, 20), Positive(12, 40)), gap("y", Positive(2, 3), Positive(20, 40))
    return sides.sides("Both sides", [Pair(name, far, 90, 30), Pair("Escalation", few)])


def plan(name: str = "A1 Supervision", count: int = 1) -> tuple[Figure, ...]:
    first = Task(
        name,
        "in progress",
        date(2026, 9, 1),
        date(2026, 11, 1),
        late=True,
        steps=(Step(TODAY, reached=True),),
    )
    rest = [
        Task(f"A{i} {'A long name of an action ' * 4}", "agreed", due=date(2026, 12, 31))
        for i in range(2, count + 1)
    ]
    return timeline.timeline("The plan", [first, *rest], as_of=TODAY)


def cqc() -> Figure:
    items = [
        framework.Item(each.name, (1,) * 6 if each.above else ())
        for each in frameworks.all_of_them()["cqc"].items
    ]
    return framework.coverage(framework.Coverage("CQC", tuple("abcdef"), tuple(items)))


def asked(name: str = "I can speak up") -> Figure:
    """A question of which all five answers are shown, and one of which only the good ones and the rest are."""
    five = tuple(
        likert.Piece(words, tone, percent(each))
        for words, tone, each in (
            ("Always", Tone.BEST, 30),
            ("Often", Tone.GOOD, 20),
            ("Sometimes", Tone.MIDDLE, 20),
            ("Rarely", Tone.POOR, 20),
            ("Never", Tone.WORST, 10),
        )
    )
    two = (
        likert.Piece("Never or Rarely", Tone.FAVOURABLE, FEW),
        likert.Piece("The rest", Tone.REST, NEARLY_ALL),
    )
    questions = [
        likert.Question(name, "40 to 49 people", percent(50), five, percent(25)),
        likert.Question("I am afraid to say so", "30 to 39 people", FEW, two, FEW),
    ]
    return likert.bars("Answers", questions)[0]


@cache
def every(name: str) -> tuple[Figure, ...]:
    kinds = (
        "People who use the service",
        "Staff and leaders",
        "Partners",
        "Observations",
        "Records",
        "Outcomes",
    )
    items = (
        framework.Item("Safe"),
        framework.Item(name, (0, 1, 2, 3, 6, 40)),
        framework.Item("Staffing", (0,) * 6),
    )
    rated = [risks.Risk(f"F{i}", 4, 4) for i in range(1, 41)]
    return (
        shares(name),
        gaps(name),
        framework.coverage(framework.Coverage(name, kinds, items)),
        *plan(name),
        risks.matrix(name, rated),
        strengths.bars(name, [Strength(name, "Strongly", percent(80)), Strength("Late", "", None)]),
        asked(name),
    )


def drawings(name: str) -> Iterator[Drawing]:
    for figure in every(name):
        yield from (figure.wide, figure.narrow)


def texts(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Word)]


@pytest.mark.parametrize("name", ["Voice", HOSTILE])
def test_nothing_leaves_the_picture(name: str) -> None:
    for drawing in drawings(name):
        for shape in drawing.shapes:
            left, top, right, bottom = extent(shape)
            assert 0 <= left <= right <= drawing.width, shape
            assert 0 <= top <= bottom <= drawing.height, shape


def extent(shape: Box | Line | Mark | Word) -> tuple[float, float, float, float]:
    match shape:
        case Box():
            return shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
        case Line():
            return (
                min(shape.x1, shape.x2),
                min(shape.y1, shape.y2),
                max(shape.x1, shape.x2),
                max(shape.y1, shape.y2),
            )
        case Mark():
            return shape.x - 8, shape.y - 8, shape.x + 8, shape.y + 8
    long = length(shape.text, bold=shape.bold)
    left = shape.x - {"start": 0.0, "middle": long / 2, "end": long}[shape.anchor]
    return left, shape.y - SIZE, left + long, shape.y + 3


def test_words_from_outside_stay_words_and_no_picture_has_a_style_or_a_link() -> None:
    for figure in every(HOSTILE):
        for narrow in (False, True):
            drawn = svg(figure, narrow=narrow)
            tags = {each.tag.partition("}")[2] for each in ET.fromstring(drawn).iter()}  # noqa: S314 - our own
            assert tags <= {
                "svg",
                "title",
                "desc",
                "defs",
                "pattern",
                "path",
                "rect",
                "line",
                "text",
                "g",
                "circle",
            }
            assert not [each for each in ("style=", "href", "\u202e") if each in drawn]


def test_a_hidden_share_says_why_and_each_other_cell_has_its_number_and_a_line_as_long() -> None:
    table = shares()
    assert table.rows[0] == (
        "Voice",
        "35 %",
        "few or none",
        "nearly all or all",
        f"not shown: {SMALL_GROUP}",
        "not asked",
    )
    assert table.sentences[-1] == "Not shown: 2 of 8 shares."
    for drawing in (table.wide, table.narrow):
        assert texts(drawing).count("a") == texts(drawing).count("35") == 2
        assert f"a: not shown: {SMALL_GROUP}" in " ".join(texts(drawing))
    cell = next(each for each in table.wide.shapes if isinstance(each, Box))
    line = next(each for each in table.wide.shapes if isinstance(each, Line))
    assert line.x2 - line.x1 == pytest.approx((cell.width - 6) * 0.35, abs=0.11)


def test_columns_whose_names_do_not_fit_are_numbered_and_named() -> None:
    said = " ".join(texts(every("Voice")[2].narrow))
    assert "1 People who use the service; 2 Staff and leaders" in said


def test_both_sides_stand_on_the_line_from_0_to_100_and_too_few_are_not_marked() -> None:
    figure = gaps()
    marks = [each for each in figure.narrow.shapes if isinstance(each, Mark)][2:]
    left, right = 12, NARROW - 12
    assert [(each.kind, each.x) for each in marks] == [
        ("square", round(left + (right - left) * 0.9, 1)),
        ("circle", round(left + (right - left) * 0.3, 1)),
    ]
    assert figure.rows == (
        ("Voice", "90 %", "30 %", "+60 points (+35 to +74)", "notable"),
        ("Escalation", "not shown", "not shown", "not known", "too few people to compare"),
    )
    assert figure.sentences[1] == "Too few people to compare on 1 of 2 themes."


def test_good_answers_stand_right_of_the_line_poor_ones_left_and_each_share_is_as_long_as_it_is() -> None:
    figure = asked()
    for drawing in (figure.wide, figure.narrow):
        pieces = [each for each in drawing.shapes if isinstance(each, Box) and each.height == 20]
        middle = next(each.x1 for each in drawing.shapes if isinstance(each, Line) and each.thick == 2)
        neutral, good, best, poor, worst, favourable, rest = pieces
        assert neutral.x + neutral.width / 2 == pytest.approx(middle, abs=0.1)
        across = [worst, poor, neutral, good, best]
        for left, right in pairwise(across):
            assert left.x + left.width == pytest.approx(right.x, abs=0.2)
        assert [round(each.width / best.width, 1) for each in across] == [0.3, 0.7, 0.7, 0.7, 1]
        assert favourable.x == rest.x + rest.width == middle
        assert rest.fill == "hatch"
        said = " ".join(texts(drawing))
        assert {"30", "20", "nearly all"} <= set(texts(drawing))
        assert "40 to 49 people" in said
        assert "Did not know: 25 %" in said
    assert figure.rows[0][1:3] == ("40 to 49 people", "50 %")
    assert figure.rows[1][2:] == (
        "few or none",
        "Never or Rarely: few or none; The rest: nearly all or all",
        "few or none",
    )
    assert figure.sentences == (
        "Fewest good answers: “I am afraid to say so” (few or none).",
        "Most: “I can speak up” (50 %).",
    )


def test_ten_questions_stand_on_a_picture_which_then_fits_on_a_page() -> None:
    long = " ".join(["How often were you told what came of it"] * 3)
    piece = likert.Piece("Always or often or sometimes or rarely or never" * 2, Tone.FAVOURABLE, percent(50))
    pages = likert.bars("Answers", [likert.Question(long, "8 to 14 people", FEW, (piece,), FEW)] * 12)
    assert [(each.title, len(each.rows)) for each in pages] == [
        ("Answers (1 of 2)", 10),
        ("Answers (2 of 2)", 2),
    ]
    assert pages[0].wide.height < 1.6 * pages[0].wide.width


def test_a_framework_counts_each_once_and_names_what_has_nothing_yet() -> None:
    figure = every("Voice")[2]
    assert figure.sentences == (
        "1 of 2 items have pieces of evidence; 52 in all.",
        "Nothing yet on: Staffing.",
    )
    assert texts(figure.wide).count("–") == 7
    items = [
        framework.Item(
            each.name, (2, 1) if each.code == "safe.staffing" else (0, 0) if each.above else (), each.above
        )
        for each in frameworks.all_of_them()["cqc"].items
    ]
    told = framework.coverage(framework.Coverage("CQC", ("a", "b"), tuple(items), "findings", 2)).sentences
    assert told == (
        "1 of 34 items have findings; 2 in all.",
        "Nothing yet on: effective, caring, responsive, well_led.",
    )


def test_a_plan_has_a_line_for_the_day_and_marks_what_is_late() -> None:
    (figure,) = plan()
    drawn = figure.wide.shapes
    bar = next(each for each in drawn if isinstance(each, Box) and each.fill == "hatch")
    day = next(each for each in drawn if isinstance(each, Line) and each.dashes == "5 3")
    assert bar.width == pytest.approx((720 - 4 - 126 - 240) * 2 / 3, abs=0.2)  # two of three months
    assert day.x1 == pytest.approx(240 + (720 - 4 - 126 - 240) * (2 + 24 / 31) / 3, abs=0.2)
    assert [each.kind for each in drawn if isinstance(each, Mark)][:2] == ["diamond", "flag"]
    assert {"Sep 26", "Oct 26", "Nov 26", "as of 25 Nov 2026", "late, in"} <= set(texts(figure.wide))
    assert figure.sentences == ("1 action, as of 25 Nov 2026. Late: A1.",)


def test_a_long_plan_has_twenty_four_actions_a_page_on_the_same_months() -> None:
    made = plan(count=120)
    assert [len(each.rows) for each in made] == [24] * 5
    assert made[4].title == "The plan (5 of 5)"
    assert len({tuple(text for text in texts(each.wide) if text.endswith(" 26")) for each in made}) == 1
    assert (
        max(each.wide.height for each in (*made, cqc())) <= 720 * 257 / 180
    )  # a page of A4 within its margins
    assert timeline.timeline("None", [], as_of=TODAY) == ()


def test_findings_stand_by_likelihood_to_the_right_and_impact_upwards() -> None:
    figure = risks.matrix("Risk", [risks.Risk("F1", 5, 1), risks.Risk("F2", 1, 5), risks.Risk("F3", 0, 0)])
    first, second = (
        next(each for each in figure.wide.shapes if isinstance(each, Word) and each.text == f)
        for f in ("F1", "F2")
    )
    assert first.x < second.x
    assert first.y < second.y
    assert len(figure.rows) == 2
    crowded = every("Voice")[4]
    assert any(text.startswith("+") for text in texts(crowded.narrow))
    assert len(crowded.rows) == 40


def test_a_picture_for_chat_has_a_bar_as_long_as_its_share_and_hatches_what_is_hidden() -> None:
    figure = every("Voice")[5]
    frame, filled, hidden, *_ = (each for each in figure.narrow.shapes if isinstance(each, Box))
    assert filled.width == pytest.approx(frame.width * 0.8, abs=0.1)
    assert hidden.fill == "hatch"
    assert figure.sentences == ("Share of positive answers: Voice 80 %.", "Not shown: 1 of 2 themes.")


def test_a_figure_in_a_page_has_its_table_and_no_name_twice() -> None:
    macro = pages.get_template("charts.svg.j2").module.figure  # type: ignore[attr-defined]
    page = str(macro("f1", shares())) + str(macro("f2", gaps()))
    root = ET.fromstring(f"<div>{page}</div>")  # noqa: S314 - our own
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids)) == 4 * 3
    assert len(root.findall(".//tbody/tr")) == 2 + 2


def test_a_png_is_as_large_as_asked_and_always_the_same() -> None:
    drawn = svg(every(HOSTILE)[0], narrow=True)
    made = png(drawn, width=656)
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", made[16:24]) == (656, every(HOSTILE)[0].narrow.height * 2)
    assert png(drawn, width=656) == made
    with pytest.raises(ValueError, match="pixels"):
        png(drawn, width=9000)
    with pytest.raises(ValueError, match="width and a height"):
        png("<svg/>", width=10)
