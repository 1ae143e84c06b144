"""R9: change between waves is published only where both waves are."""

from __future__ import annotations

import pytest

from reports.assembly import Report, assemble
from reports.waves import Change, Side, Withheld, compared
from tests.reports.material import counted, facts, form, typical

FEW = counted([("care", {"staff": "always", "talk": "never"})] * 7)


def wave(tally: object = None) -> Report:
    made = assemble(facts(), form(), tally or typical())  # type: ignore[arg-type]
    assert isinstance(made, Report)
    return made


def test_where_both_waves_show_a_figure_they_stand_side_by_side() -> None:
    figures = wave().themes[0].figures
    assert compared(figures, figures) == Change(figures, figures)


@pytest.mark.parametrize(
    ("before", "after", "hidden"),
    [(None, "50 %", Side.BEFORE), ("50 %", None, Side.AFTER), (None, None, Side.BOTH)],
)
def test_where_one_wave_is_hidden_there_is_no_comparison(
    before: str | None, after: str | None, hidden: Side
) -> None:
    assert compared(before, after) == Withheld(hidden)


def test_a_wave_of_fewer_than_k_people_is_compared_with_nothing() -> None:
    before, after = wave(), wave(FEW)
    assert not after.themes
    assert compared(before.heard.share, after.heard.share) == Withheld(Side.AFTER)


def test_a_group_is_compared_only_where_both_waves_show_it() -> None:
    quarters = {group.code: group.quarter for group in wave().themes[0].groups}
    hidden = next(code for code, quarter in quarters.items() if quarter is None)
    assert compared(quarters[hidden], quarters[hidden]) == Withheld(Side.BOTH)
