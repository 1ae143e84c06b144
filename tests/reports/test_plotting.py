"""A chart is read by everybody: in words, as a table, as a picture that needs no colour; hostile words stay words."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from reports import plotting
from reports.audit import Measured, comparing
from reports.measures import Better, Chart, Measure, Month, Point, Rebase, chart, shown

START = Month(2025, 1)
HOSTILE = "</title><script>alert(1)</script>\u202e{{ 7 * 7 }}"
VALUES = [12, 14, 12, 14, 12, 14, 12, 8, 10, 8, None, 8, 10, 8]


def charted(*values: float | None, reason: str = "", **facts: object) -> Chart:
    measure = Measure(**{"indicator": "Restraints", "better": Better.LOWER, "target": 5.0, **facts})  # type: ignore[arg-type]
    rebases = [Rebase(START.after(7), reason)] if reason else []
    made = chart(measure, [Point(START.after(i), each) for i, each in enumerate(values)], rebases)
    assert isinstance(made, Chart)
    return made


def picture(made: Chart) -> ET.Element:
    return ET.fromstring(plotting.svg(made))  # noqa: S314 - our own


def shapes(root: ET.Element, kind: str) -> int:
    """How many of a shape there are, but for the one of the legend."""
    return len(root.findall(f".//{{*}}svg/{{*}}{kind}")) - 1


def test_a_picture_says_what_it_shows_and_tells_signals_apart_by_shape() -> None:
    made = charted(12, 14, 12, 14, 12, 14, 12, 8, 10, 8, 10, 8, 10, 8)
    root = picture(made)
    assert [child.tag.partition("}")[2] for child in root][:2] == ["title", "desc"]
    assert root[0].text == "Restraints"
    assert "7 months in a row below the mean" in (root[1].text or "")
    assert {root[0].get("id"), root[1].get("id")} == set((root.get("aria-labelledby") or "").split())
    assert (shapes(root, "rect"), shapes(root, "path"), shapes(root, "circle")) == (7, 7, 0)
    dashes = [line.get("stroke-dasharray") for line in root.findall("{*}line")]
    assert len({each for each in dashes if each}) == 2  # limits and target; the mean has none
    words = [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"mean 10.86", "upper 16.59", "lower 5.13", "target 5"} <= set(words)


def test_a_missing_month_breaks_the_line_and_new_limits_begin_at_theirs() -> None:
    made = charted(*VALUES, reason="New rota.")
    drawn = plotting.plot(made)
    assert len([each for each in drawn.strokes if each.kind == "value"]) == 6 + 4
    assert len(drawn.marks) == 13
    assert len(drawn.cuts) == 1
    assert sum(each.kind == "mean" for each in drawn.strokes) == 2
    assert all(one.y1 == one.y2 for one in drawn.strokes if one.kind != "value")
    assert any(
        "New limits from August 2025. The reason: New rota." in each for each in plotting.numbers(made)
    )


def test_names_of_lines_never_cover_each_other_and_nothing_leaves_the_picture() -> None:
    for values, target in (([5, 5, 5], 5.0), ([0, 1000, 0, 1], 0.5), ([7], 7.0), ([1e9, 1e9 + 1], -1e9)):
        drawn = plotting.plot(charted(*values, target=target))
        ys = [label.y for label in drawn.labels]
        assert all(after - before >= 13.9 for before, after in pairwise(ys))
        assert all(0 <= y <= 240 for y in [*ys, *(mark.y for mark in drawn.marks)])
        assert all(0 <= mark.x <= 76 for mark in drawn.marks)


def test_the_page_has_a_table_beside_each_chart_and_no_script() -> None:
    page = plotting.page(
        [charted(*VALUES, reason="New rota"), charted(1, 2, 3, indicator=HOSTILE, unit=HOSTILE)]
    )
    assert page.count("<table") == page.count('<svg class="chart xmr"') == 2
    assert len(re.findall(r'<th scope="row">', page)) == 14 + 3
    assert '<td class="number">not known</td>' in page
    assert "<script" not in page
    assert "\u202e" not in page
    assert "{{ 7 * 7 }}" in page
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))
    assert ET.fromstring(plotting.svg(charted(1, 2, indicator=HOSTILE))) is not None  # noqa: S314 - our own


def test_the_target_is_explained_and_no_signal_is_said() -> None:
    year = (5, 6) * 6
    assert plotting.findings(charted(*year, target=20.0)) == (
        "No sign of change: these ups and downs are no more than chance.",
        "Target at most 20: met month after month, also in a bad month, as long as nothing changes.",
    )
    assert "out of reach as things are" in plotting.findings(charted(*year, target=1.0))[1]
    assert plotting.findings(charted(*year, target=5.0))[1] == (
        "Target at most 5: may be met or missed by chance; so far it was met in 6 of 12 months."
    )
    assert "nobody can tell yet" in plotting.findings(charted(5))[1]
    assert plotting.findings(charted(5))[0].startswith("No limits yet")


def test_few_numbers_are_said_to_be_too_few_and_nothing_is_met_that_never_was() -> None:
    assert plotting.findings(charted(9, 7, 6, 5, 6, 4, 5, 3, target=2.0)) == (
        "No sign of change, but 8 numbers are too few to tell.",
        "Target at most 2: may be met or missed by chance; so far it was met in 0 of 8 months, too few to tell.",
    )
    assert plotting.findings(charted(14, 2))[0] == "No sign of change, but 2 numbers are too few to tell."
    assert plotting.numbers(charted(5))[0].startswith("In January 2025: mean 5")


def test_new_limits_are_named_with_both_means_and_numbers_with_their_unit() -> None:
    made = charted(20, 21, 20, 22, 20, 21, 20, 5, 6, 5, 6, reason="New rota", unit="percent", target=None)
    new = "New limits since August 2025: the mean was 20.57 before, and is 5.5 since."
    assert plotting.findings(made) == (
        new,
        "No further sign of change since then, but 4 numbers are too few to tell.",
    )
    assert plotting.lately(made).startswith(f"November 2025: 6 percent. {new} ")
    (trend,) = comparing.trends([Measured("m", made)])
    assert trend.brief.text.startswith(f"Restraints: 6 percent in November 2025. {new} No further sign")


def test_numbers_are_shown_as_people_read_them() -> None:
    given = (8.16, 8.0, 0.333333, 104.26, 12400.4, -0.004, -2.5)
    assert [shown(each) for each in given] == ["8.16", "8", "0.33", "104.3", "12,400", "0", "−2.5"]
