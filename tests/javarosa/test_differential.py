"""Our engine against JavaRosa: the same form, the same replies, the same questions, words and values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from dialogues.form import Form
from dialogues.library import names, path_of, shipped
from dialogues.samples import examples
from dialogues.sheets import Sheet, as_plain, read_sheets
from tests.javarosa.oracle import JavaRosa, as_xform, is_here
from tests.javarosa.walks import Author, Rows, Stuck, Walk, loaded, mark_repeats

REQUIRE_ALL = os.environ.get("CANDOUR_REQUIRE_ALL") == "1"
LARGE = os.environ.get("HYPOTHESIS_PROFILE") == "large"
SEEDS = 3_000 if LARGE else 200
BATCH = 50
_FROM_FILE = re.compile(r"^select_(one|multiple)_from_file (\w+)\.csv$")
pytestmark = pytest.mark.skipif(not is_here() and not REQUIRE_ALL, reason="needs Java 17 and its compiler")


@pytest.fixture(scope="module")
def java() -> Iterator[JavaRosa]:
    with JavaRosa() as running:
        yield running


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_random_forms_are_played_alike_there_and_back_in_both_languages(
    java: JavaRosa, tmp_path: Path, first: int
) -> None:
    played = 0
    for seed in range(first, first + BATCH):
        random = Random(seed)
        rows = Author(random).form(random.randint(3, 25))
        played += _walked(java, rows, loaded(rows), random, tmp_path)
    assert played > BATCH // 2


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("seed", range(10))
def test_shipped_forms_are_played_alike(java: JavaRosa, tmp_path: Path, name: str, seed: int) -> None:
    path = path_of(name)
    sheets = read_sheets(path.read_bytes(), path.name)
    rows = dict(as_plain([sheet for sheet in sheets if isinstance(sheet, Sheet)]))
    form = shipped(name)
    if form.external:
        rows = _filled(rows, form)
        form = loaded(rows)
    assert _walked(java, rows, form, Random(seed), tmp_path)


def _filled(rows: Rows, form: Form) -> Rows:
    """The same form with made-up choices in it, where its lists come from outside: JavaRosa wants files for those."""
    made_up = [
        {"list_name": name, "name": choice.name, "label": choice.label.to("en"), **choice.columns}
        for name, choices in examples(form).items()
        for choice in choices
    ]
    survey = [{**row, "type": _FROM_FILE.sub(r"select_\1 \2", row.get("type", ""))} for row in rows["survey"]]
    return {**rows, "survey": survey, "choices": [*rows.get("choices", []), *made_up]}


def _walked(java: JavaRosa, rows: Rows, form: Form, random: Random, folder: Path) -> bool:
    """Whether both engines could play the form to its end; every difference on the way fails."""
    mark_repeats(rows)
    if not java.load(as_xform(rows), folder / "form.xml"):
        return False
    walk = Walk(java, form, random, random.choice([language.code for language in form.languages]))
    try:
        turn = walk.there()
    except Stuck:
        return False
    walk.same_state(turn)
    walk.back(turn)
    return True
