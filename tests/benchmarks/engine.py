"""How fast a large form is played, checked and stored, beside those who do the same.

The form has the shape of a WHO verbal autopsy (`large_form`); JavaRosa plays the same answers in the same run.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pyxform.xls2xform import convert

from dialogues import interview, moves
from dialogues.checker import check, for_pyxform
from dialogues.engine import Turn, advance, invite
from dialogues.form import Form
from dialogues.prompts import Ask
from dialogues.xlsform import read
from tests.benchmarks import large_form
from tests.benchmarks.results import OURS, Result, median, single
from tests.javarosa.oracle import JavaRosa, as_xform

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ROUNDS = 7
INTERVIEWS = 15  # in one round, by each engine
WARM_UP = 60  # interviews that JavaRosa plays before it is measured


def large() -> Iterator[Result]:
    """Whole interviews a second through the large form."""
    form, answers = _form(), _answers()
    ours: list[float] = []
    theirs: list[float] = []
    with JavaRosa() as java, tempfile.TemporaryDirectory() as folder:
        java.load(as_xform(large_form.rows()), Path(folder) / "form.xml")
        walk = Path(folder) / "walk.txt"
        walk.write_text("\n".join(answers) + "\n")
        java.play("time", f"{WARM_UP} {walk}")
        for _ in range(ROUNDS):
            began = time.perf_counter()
            for _ in range(INTERVIEWS):
                _play(form, answers)
            ours.append(INTERVIEWS / (time.perf_counter() - began))
            timed = java.play("time", f"{INTERVIEWS} {walk}")
            theirs.append(timed["runs"] / timed["seconds"])
    peer = f"JavaRosa 5.1, {len(answers)} answers each"
    yield Result("engine.large_form", "interviews/s", median(OURS, ours), (median(peer, theirs),))


def slowest() -> Iterator[Result]:
    """The time of one answer that 99 of 100 stay below, in milliseconds, beside the aim of 1 ms."""
    form, answers = _form(), _answers()
    times: list[float] = []
    for _ in range(2 * INTERVIEWS):
        _play(form, answers, times)
    p99 = statistics.quantiles(times, n=100)[98] * 1000
    yield Result("engine.answer_p99", "ms", single(OURS, p99), (single("the aim", 1.0),), less_is_better=True)


def checking() -> Iterator[Result]:
    """Seconds to find everything wrong with a form of 1,000 questions, pyxform's opinion included."""
    rows = large_form.rows(sections=25)
    content = yaml.safe_dump(rows, sort_keys=False).encode()
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        problems = check(content, "large.yaml")
        ours.append(time.perf_counter() - began)
        assert not any(problem.is_error for problem in problems)
        began = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            convert(xlsform=for_pyxform(rows), validate=False, form_name="data")
        theirs.append(time.perf_counter() - began)
    peer = "pyxform's conversion alone, which stops at its first error"
    yield Result("forms.check", "s", median(OURS, ours), (median(peer, theirs),), less_is_better=True)


def codec() -> Iterator[Result]:
    """Milliseconds to encode and decode a state of 500 answers, beside the standard library's JSON."""
    names = [f"question_{number:03d}" for number in range(500)]
    state = interview.Interview(
        "form", "en", answers=dict.fromkeys(names, "an answer"), done=frozenset(names)
    )
    plain = {"answers": dict(state.answers), "done": sorted(state.done)}
    ours = _milliseconds(lambda: interview.decode(interview.encode(state)))
    theirs = _milliseconds(lambda: json.loads(json.dumps(plain)))
    peer = single("json of the standard library", theirs)
    yield Result("engine.state_codec", "ms", single(OURS, ours), (peer,), less_is_better=True)


def _milliseconds(run: object) -> float:
    assert callable(run)
    times = []
    for _ in range(300):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _form() -> Form:
    form = read(yaml.safe_dump(large_form.rows(), sort_keys=False).encode(), "large.yaml").form
    assert form is not None
    return form


def _answers() -> list[str]:
    """The replies of one walk: what the form asks depends on them, so they are found by playing it."""
    form = _form()
    answers: list[str] = []
    turn = advance(form, invite(form), moves.Begin(), now=NOW)
    while isinstance(ask := turn.prompts[-1], Ask):
        answers.append(large_form.reply(ask, len(answers)))
        turn = _answered(form, turn, answers[-1])
    return answers


def _play(form: Form, answers: list[str], times: list[float] | None = None) -> None:
    turn = advance(form, invite(form), moves.Begin(), now=NOW)
    for answer in answers:
        began = time.perf_counter()
        turn = _answered(form, turn, answer)
        if times is not None:
            times.append(time.perf_counter() - began)
    assert not isinstance(turn.prompts[-1], Ask)


def _answered(form: Form, turn: Turn, answer: str) -> Turn:
    value = tuple(answer.split()) if " " in answer else answer
    return advance(form, turn.interview, moves.Answer(value), now=NOW)
