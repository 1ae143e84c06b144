"""Whom to call when someone is at risk: in the right order, of the right nation, checked, and in memory."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import textstat
import yaml

from bot import contacts
from bot.contacts import FRESH_DAYS, ORDER, SHIPPED, Contact, Contacts, Routes
from reports.hours import Nation
from tests.contacts import checked

DAY = date(2026, 5, 4)
REGULATORS = {
    Nation.ENGLAND: "03000 616161",
    Nation.WALES: "0300 7900 126",
    Nation.SCOTLAND: "0345 600 9527",
    Nation.NORTHERN_IRELAND: "028 9536 1111",
}
EVERYWHERE = ("999", "020 3117 2520", "116 123")
READING_AGE, GRADE_AT_FIVE = 12, 5
WALES = {"nation": "wales", "council": {"name": "Cyngor", "phone": "01632 960009"}}


def used(path: Path) -> Contacts:
    found = contacts.read(path)
    assert isinstance(found, Contacts), found
    return found


def problems(path: Path) -> str:
    found = contacts.read(path)
    assert not isinstance(found, Contacts)
    return " ".join(found)


def phones(routes: Routes) -> list[str]:
    return [each.phone for each in routes if each.phone]


def every_entry() -> list[Contact]:
    return [each for nation in Nation for each in contacts.of_nation(nation)]


@pytest.mark.parametrize("nation", Nation)
def test_each_nation_has_its_own_regulator_and_what_there_is_everywhere(nation: Nation) -> None:
    found = contacts.of_nation(nation)
    assert found[0].phone == "999"
    assert {REGULATORS[nation], *EVERYWHERE} <= set(phones(found))
    assert not set(REGULATORS.values()) - {REGULATORS[nation]} & set(phones(found))
    assert [each.id for each in found] == sorted((each.id for each in found), key=ORDER.index)
    assert ("111" in phones(found)) == (nation is not Nation.NORTHERN_IRELAND)


def test_whoever_is_in_a_nation_that_nobody_named_is_told_of_every_regulator() -> None:
    assert set(REGULATORS.values()) <= set(phones(SHIPPED.of()))
    assert phones(SHIPPED.of("any-audit")) == phones(SHIPPED.of())


def test_every_shipped_number_has_a_day_and_every_text_is_there_in_every_language() -> None:
    for each in every_entry():
        assert each.verified_on or each.phone in {"", "999"}, each.id
        for words in filter(None, (each.who, each.what, each.hours)):
            assert set(words) == {"en", "cy"}, each.id  # other languages have theirs in the catalogue
            assert "!" not in "".join(words.values())


def test_what_is_said_about_them_can_be_read_by_a_twelve_year_old() -> None:
    said = {each.what["en"].replace("safeguarding", "safety") for each in every_entry()}
    assert textstat.automated_readability_index(" ".join(sorted(said))) + GRADE_AT_FIVE <= READING_AGE - 2


def test_the_council_the_lead_and_whoever_is_past_the_lead_come_before_the_regulator(tmp_path: Path) -> None:
    more = {
        "nominated": {"name": {"en": "The nominated individual", "cy": "Yr unigolyn enwebedig"}},
        "whistleblowing": {"name": "The speak-up line", "phone": "01632 960004", "hours": "Day and night."},
    }
    found = used(checked(tmp_path, DAY, **more)).of()
    assert [each.id for each in found] == list(ORDER)
    assert phones(found)[:5] == ["999", "01632 960001", "01632 960002", "01632 960003", "03000 616161"]
    assert found[4].to("cy").who == "Yr unigolyn enwebedig"
    assert found[6].to("en").what.endswith("Day and night.")
    assert "website of the local council" not in found[1].to("en").what


def test_an_audit_in_another_nation_has_the_numbers_of_that_nation(tmp_path: Path) -> None:
    found = used(checked(tmp_path, DAY, audits={"aber": WALES}))
    assert REGULATORS[Nation.WALES] in phones(found.of("aber"))
    assert REGULATORS[Nation.ENGLAND] not in phones(found.of("aber"))
    assert phones(found.of("aber"))[:3] == ["999", "01632 960009", "01632 960002"]
    assert "01632 960001" in phones(found.of("another"))
    assert (found.nation_of("aber"), found.nation_of("another")) == (Nation.WALES, Nation.ENGLAND)
    strangers = phones(found.of())
    assert {REGULATORS[Nation.WALES], REGULATORS[Nation.ENGLAND]} <= set(strangers)


@pytest.mark.parametrize(
    ("days", "right"), [(0, True), (FRESH_DAYS, True), (FRESH_DAYS + 1, False), (-1, False)]
)
def test_a_number_is_good_for_180_days_after_somebody_checked_it(
    tmp_path: Path, days: int, right: bool
) -> None:
    found = used(checked(tmp_path, DAY))
    overdue = found.overdue(DAY + timedelta(days=days))
    assert (overdue == ()) is right
    assert len(overdue) in {0, len([each for each in found.all if each.verified_on])}


def test_one_old_number_among_new_ones_is_named_with_what_to_do(tmp_path: Path) -> None:
    old = {"name": "The council", "phone": "01632 960001", "verified_on": DAY - timedelta(days=300)}
    (sentence,) = used(checked(tmp_path, DAY, council=old)).overdue(DAY)
    assert sentence.startswith(
        "“The council” (council) was last checked on 2025-07-08, 300 days ago. Whoever runs Candour"
    )


def test_what_comes_with_candour_grows_old_too() -> None:
    assert SHIPPED.overdue(date(2030, 1, 1))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("verified_on: 2026-05-04\nnation: france", "Invalid enum value"),
        ("nation: wales", "missing required field `verified_on`"),
        ("verified_on: 2026-05-04\ncouncil: {name: C, fax: '1'}", "unknown field `fax`"),
        ("verified_on: 2026-05-04\ncouncil: {name: C, phone: 112}", "Put numbers to call in quotes."),
        ("verified_on: 2026-05-04\ncouncil: {name: C, phone: call us}", "must be digits and blanks"),
        ("verified_on: 2026-05-04\ncouncil: {name: ' '}", "has no name"),
        ("verified_on: 2026-05-04\ncouncil: {name: {}}", "has no name"),
        ("verified_on: 2026-05-04\nchecked: {nobody: 2026-05-04}", "names what there is not"),
        ("verified_on: soon", "Expected"),
        ("{{", "it is no YAML."),
        ("", "Expected `object`"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_words(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_text(content)
    found = problems(path)
    assert said in found
    assert "call us" not in found.replace(said, "")


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    assert "cannot be read" in problems(tmp_path / "none.yaml")


def test_the_example_in_the_documentation_can_be_used(tmp_path: Path) -> None:
    running = (Path(__file__).parents[2] / "docs" / "running.md").read_text("utf-8")
    example = next(part for part in running.split("```") if part.startswith("yaml\n") and "council:" in part)
    path = tmp_path / "contacts.yaml"
    path.write_text(example.removeprefix("yaml\n"), "utf-8")
    assert {each.id for each in used(path).of()} == set(ORDER)
    assert yaml.safe_load(path.read_text("utf-8"))["audits"]
