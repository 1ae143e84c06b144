"""What anonymity costs: mixing ten thousand responses, what handing in adds to a turn, trying a receipt."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path

from nacl.bindings import crypto_box_keypair, crypto_box_seal

from bot.clock import SystemClock
from bot.errors import WrongReceiptError
from bot.messages import Address, Incoming
from bot.returning import Doorkeeper
from bot.services import auditing
from bot.turns import TurnLoop
from dialogues import library
from dialogues.form import Attribution, Choice, Form, Kind, Language, Question, Text
from dialogues.moves import Submit
from dialogues.responses import Response
from storage import receipts
from storage.answers import Submission
from storage.casework import Audit
from storage.receipts import USUAL
from storage.unit_of_work import Storage
from tests.benchmarks.people import person
from tests.benchmarks.results import OURS, Result, median, single
from tests.postgres import server

BUILD = Path("build")
AUDIT = "bench"
PASSPHRASE = "copper lantern tuesday marsh"

RESPONSES, QUESTIONS, WORDED = 10_000, 25, 5
AIM_FLUSH = 30.0  # seconds
HANDED_IN = 150
LOOKS_OVER = 0.6  # seconds, in which the receipt is made
AIM_SUBMIT = 5.0  # milliseconds
TRIES = 12


def flushing() -> Iterator[Result]:
    """Ten thousand responses of 25 answers, 5 of them in people's own words: mixed, and the database compacted."""
    unsealing = single("only sealing as many boxes", _boxes())
    for name in ("sqlite", "postgresql"):
        with _storage(name) as storage:
            _fill(storage)
            began = time.perf_counter()
            with storage.writing() as work:
                work.flush(AUDIT)
            auditing.compact(storage)
            seconds = time.perf_counter() - began
            with storage.reading() as work:
                assert (work.answers.waiting(AUDIT), work.answers.heard(AUDIT)) == (0, RESPONSES)
        peers = (single("aim", AIM_FLUSH), unsealing)
        yield Result(f"anonymity.flush.{name}", "s", single(OURS, seconds), peers, less_is_better=True)


def _boxes() -> float:
    """Seconds for the cryptography alone: what no implementation with these guarantees can save."""
    public, _ = crypto_box_keypair()
    began = time.perf_counter()
    for _ in range(1_000):
        for _ in range(WORDED + 1):
            crypto_box_seal(bytes(512), public)
    return (time.perf_counter() - began) * RESPONSES / 1_000


def _fill(storage: Storage) -> None:
    form, chance = _form(), random.Random(1)
    _open(storage, form)
    auditing.choose_passphrase(storage, AUDIT, PASSPHRASE)
    with storage.writing() as work:
        public = work.casework.offers({AUDIT})[AUDIT][form.id].public_key
        work.answers.submit(
            Submission(AUDIT, form.digest, public, _response(chance), chance.randbytes(32))
            for _ in range(RESPONSES)
        )


def _form() -> Form:
    counted = [
        Question(f"q{each}", f"q{each}", Kind.SELECT_ONE, _words("?"), choices="scale")
        for each in range(QUESTIONS - WORDED)
    ]
    worded = [Question(f"w{each}", f"w{each}", Kind.TEXT, _words("?")) for each in range(WORDED)]
    scale = tuple(Choice(str(each), _words(str(each)), float(each)) for each in range(5))
    return Form(
        id="bench",
        title=_words("Bench"),
        version="1",
        languages=(Language("en", "English"),),
        attribution=Attribution.ANONYMOUS,
        choices={"scale": scale},
        children=(*counted, *worded),
    )


def _words(text: str) -> Text:
    return Text({"en": text})


def _response(chance: random.Random) -> Response:
    counted = {f"q{each}": str(chance.randrange(5)) for each in range(QUESTIONS - WORDED)}
    return {**counted, **{f"w{each}": "They came late, " * chance.randrange(1, 20) for each in range(WORDED)}}


def submitting() -> Iterator[Result]:
    """What the last turn, that hands in, takes more than one with an answer; beside making the receipt on the turn."""
    ready, on_turn = asyncio.run(_handed_in(ready=True)), asyncio.run(_handed_in(ready=False))
    for name, at in (("p50", 0.5), ("p99", 0.99)):
        ours, theirs = _more(ready, at), _more(on_turn, at)
        peers = (single("aim", AIM_SUBMIT), single("the same, Argon2id on the turn", theirs))
        yield Result(f"anonymity.submit.{name}", "ms more", single(OURS, ours), peers, less_is_better=True)


def _more(taken: tuple[list[float], list[float]], at: float) -> float:
    answered, handed_in = (sorted(each)[int(at * (len(each) - 1))] for each in taken)
    return max((handed_in - answered) * 1000, 0.001)


async def _handed_in(*, ready: bool) -> tuple[list[float], list[float]]:
    """Seconds of each turn that answers the last question, and of each that hands in, one after the other."""
    form = library.shipped("staff-culture")
    answered, handed_in = list[float](), list[float]()
    with _storage("sqlite") as storage:
        _open(storage, form)
        async with TurnLoop(storage, SystemClock()) as turns:
            for number in range(HANDED_IN if ready else HANDED_IN // 5):
                steps = person(form, number)
                assert isinstance(steps[-1].move, Submit)
                taken = []
                for place, step in enumerate(steps):
                    if place == len(steps) - 1:
                        await asyncio.sleep(LOOKS_OVER if ready else 0)  # they look their answers over
                    began = time.perf_counter()
                    await turns.play(
                        Incoming(Address("bench", str(number)), AUDIT, form.id, str(place), step.move)
                    )
                    taken.append(time.perf_counter() - began)
                answered += taken[1:-2]
                handed_in.append(taken[-1])
    return answered, handed_in


def checking() -> Iterator[Result]:
    """Trying a receipt: the right one, a wrong one of a thread that there is, one of a thread that there is not."""
    with _storage("sqlite") as storage:
        _open(storage, _form())
        right = receipts.make(USUAL)
        with storage.writing() as work:
            work.threads.begin(right, AUDIT, date(2026, 5, 4))
        codes = {
            "right": lambda: right.code,
            "wrong": lambda: _with_check(right.code[:5] + receipts.make(receipts.QUICK).code[5:-1]),
            "unknown": lambda: receipts.make(receipts.QUICK).code,
        }
        taken: dict[str, list[float]] = {name: [] for name in codes}
        for _ in range(TRIES):
            for name, code in codes.items():
                taken[name].append(_tried(storage, code))
    for name, seconds in taken.items():
        others = [median(f"the same, {other}", taken[other]) for other in taken if other != name]
        aims = (single("aim, at least", 0.1), single("aim, at most", 0.4))
        yield Result(
            f"receipts.check.{name}", "s", median(OURS, seconds), (*aims, *others), less_is_better=True
        )
    apart = abs(statistics.median(taken["wrong"]) - statistics.median(taken["unknown"]))
    spread = statistics.pstdev(taken["wrong"])
    yield Result(
        "receipts.check.difference", "s", single("wrong and unknown apart", apart),
        (single("what one try differs from the next (standard deviation)", spread),), less_is_better=True,
    )  # fmt: skip


def _tried(storage: Storage, code: Callable[[], str]) -> float:
    door, typed = Doorkeeper(storage, SystemClock()), code()
    began = time.perf_counter()
    with suppress(WrongReceiptError):
        door.open(typed)
    return time.perf_counter() - began


def _with_check(code: str) -> str:
    return code + receipts._check(code)


def _open(storage: Storage, form: Form) -> None:
    audit = Audit(id=AUDIT, name="", service="", incident="", staff_count=9, opened_on=date(2026, 5, 4))
    auditing.open_audit(storage, audit, [form])


@contextmanager
def _storage(name: str) -> Iterator[Storage]:
    """A storage on a database of its own, on this disk."""
    BUILD.mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=BUILD)))
        url = stack.enter_context(server()).fresh() if name == "postgresql" else ""
        storage = Storage.open(folder / "data", folder / "candour.key", url, cost=USUAL)
        stack.callback(storage.close)
        yield storage
