"""Our engine against JavaRosa: the same form, the same replies, the same questions, words and values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.javarosa.oracle import JavaRosa, as_xform, is_here
from tests.javarosa.walks import Author, Stuck, Walk, loaded, mark_repeats

REQUIRE_ALL = os.environ.get("CANDOUR_REQUIRE_ALL") == "1"
pytestmark = pytest.mark.skipif(not is_here() and not REQUIRE_ALL, reason="needs Java 17 and its compiler")
_RUNS = 600 if os.environ.get("HYPOTHESIS_PROFILE") == "large" else 60


@pytest.fixture(scope="module")
def java() -> Iterator[JavaRosa]:
    with JavaRosa() as running:
        yield running


@settings(max_examples=_RUNS, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False), size=st.integers(3, 25))
def test_random_forms_are_played_alike(
    java: JavaRosa, tmp_path_factory: pytest.TempPathFactory, random: Random, size: int
) -> None:
    rows = Author(random).form(size)
    form = loaded(rows)
    mark_repeats(rows)
    if not java.load(as_xform(rows), tmp_path_factory.mktemp("forms") / "form.xml"):
        reject()
    walk = Walk(java, form, random)
    try:
        turn = walk.there()
    except Stuck:
        reject()
    walk.same_state(turn)
    walk.back(turn)
