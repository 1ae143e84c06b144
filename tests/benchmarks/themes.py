"""How long theme results take: of a million coded excerpts in memory, and of ten thousand from a real database."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from bot.clock import SystemClock
from bot.services import auditing, theming
from dialogues import engine, library
from reports.coding import Coded, Decision, Direction
from reports.themes import AREAS, Material, Passage, Rating, Source, results
from storage.casework import Audit
from storage.coding import Coding, Excerpt, Origin
from storage.receipts import QUICK
from storage.unit_of_work import Storage
from tests.benchmarks.results import OURS, Result, median, single

CODINGS = 1_000_000
_SOURCES = 4_000
_CASES, _EACH = 100, 100
_AUDIT = Audit(
    id="large", name="Large", service="Care", incident="Made up", staff_count=200, opened_on=date(2026, 5, 4),
    synthetic=True,
)  # fmt: skip
_ROUNDS = 5
_AIM = 2.0  # seconds, for the theme results of a million answers


def counting() -> Iterator[Result]:
    """A million codings of 4,000 sources; half a million with closed ratings."""
    coded, mixed = material(CODINGS, 0), material(CODINGS // 2, CODINGS // 2)
    aim = (single("aim", _AIM),)
    for name, run in (
        ("themes.results, 1,000,000 codings", lambda: results(coded)),
        ("themes.results, 500,000 codings and 500,000 ratings", lambda: results(mixed)),
    ):
        yield Result(name, "s", median(OURS, [_timed(run) for _ in range(_ROUNDS)]), aim, less_is_better=True)


def stored() -> Iterator[Result]:
    """`theming.found` as a page asks for it: SQLite, 100 interviews with 100 coded excerpts each, decrypted."""
    with tempfile.TemporaryDirectory() as folder:
        storage = _filled(Path(folder))
        taken = [_timed(lambda: theming.found(storage, _AUDIT.id)) for _ in range(_ROUNDS)]
        storage.close()
    aim = (single("aim", _AIM),)
    yield Result(
        "theming.found, 10,000 excerpts in SQLite", "s", median(OURS, taken), aim, less_is_better=True
    )


def _filled(folder: Path) -> Storage:
    storage = Storage.open(folder / "data", folder / "candour.key", cost=QUICK)
    form, chance = library.shipped("guided-interview"), random.Random(6)
    auditing.open_audit(storage, _AUDIT, [form])
    auditing.choose_passphrase(storage, _AUDIT.id, "copper lantern tuesday marsh")
    themes = sorted({theme for area in AREAS.values() for theme in area})
    with storage.writing() as work:
        for _ in range(_CASES):
            interview = engine.invite(form, seed="6")
            case = work.cases.begin(_AUDIT.id, form.id, interview, b"a" * 16, _AUDIT.opened_on)
            work.cases.hand_in(case, interview, _AUDIT.opened_on)
            said = Excerpt(
                audit=_AUDIT.id, form=form.digest, question="told", origin=Origin.NAMED, source=case.id,
                text="Nobody came before the morning, and nobody asked us why.",
            )  # fmt: skip
            for each in work.excerpts.keep(replace(said, place=place) for place in range(_EACH)):
                codes = (Coded(chance.choice(themes), chance.choice(list(Direction))),)
                work.codings.decide(_AUDIT.id, Coding(each.id, b"a" * 16, Decision(codes)))
    auditing.close_audit(storage, _AUDIT.id, SystemClock())
    return storage


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def material(codings: int, rated: int) -> Material:
    """The same for the same sizes: one excerpt in eight has two codes; one source in four is anonymous or a record."""
    chance = random.Random(6)
    themes = sorted({theme for area in AREAS.values() for theme in area})
    codes = [f"{theme}.{part}" for theme in themes for part in "abcd"] + themes
    entries = [Coded(code, direction) for code in codes for direction in Direction]
    ids = [b"%016d" % i for i in range(_SOURCES)]
    kinds = ("staff", "staff", "partners", "processes")
    sources = tuple(
        Source(each, "guided", kinds[i % 4], "manager" if i % 5 == 0 else "care")
        for i, each in enumerate(ids)
    )
    passages, made = [], 0
    while made < codings:
        several = tuple(chance.sample(entries, 2)) if chance.random() < 1 / 8 else (chance.choice(entries),)
        passages.append(Passage(b"%016d" % made, chance.choice(ids), several))
        made += len(several)
    ratings = tuple(
        Rating(chance.choice(ids), chance.choice(themes), f"q{chance.randrange(40)}", chance.random() < 0.5)
        for _ in range(rated)
    )
    return Material(sources, tuple(passages), ratings)
