"""What stands in the logs, and what never does, whatever happens."""

from __future__ import annotations

import ast
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs

ROOT = Path(__file__).parents[2]
CANARY = "Mrs Jones was left alone q7Zx9"
LEVELS = st.sampled_from([logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL, 35])


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(record: logging.LogRecord, stream: io.StringIO | None = None) -> str:
    """What our handler writes of a record."""
    into = stream or io.StringIO()
    logs.Handler(into).handle(record)
    return into.getvalue()


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The last event, as it is written."""
    return dict(json.loads(written(caplog.records[-1])))


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> logs.Log:
    caplog.set_level(logging.DEBUG, logger="bot")
    return logs.logger("bot.example")


def test_an_event_is_one_line_of_json(log: logs.Log, caplog: pytest.LogCaptureFixture) -> None:
    log.warning("telegram.paused", method="sendMessage", seconds=3.0, tries=2)
    said = line(caplog)
    assert said.pop("at").endswith("+00:00")
    assert said == {
        "level": "warning",
        "event": "telegram.paused",
        "method": "sendMessage",
        "seconds": 3.0,
        "tries": 2,
    }
    assert written(caplog.records[-1]).count("\n") == 1


def test_each_level_is_named(log: logs.Log, caplog: pytest.LogCaptureFixture) -> None:
    log.debug("one")
    log.info("two")
    log.error("three")
    assert [json.loads(written(record))["level"] for record in caplog.records] == ["debug", "info", "error"]


def test_on_a_terminal_the_line_is_short(log: logs.Log, caplog: pytest.LogCaptureFixture) -> None:
    log.info("serve.ready", port=8000, worker="worker-1")
    said = written(caplog.records[-1], _Terminal())
    assert said[8:] == ' info    serve.ready port=8000 worker="worker-1"\n'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", -1),
        ("count", True),
        ("count", "3"),
        ("count", 10**30),
        ("seconds", float("nan")),
        ("seconds", float("inf")),
        ("method", "sendMoney"),
        ("method", "sendMessage\n"),
        ("audit", CANARY),
        ("worker", CANARY),
        ("check", CANARY),
        ("status", 99),
        ("kind", "voice"),
        ("chat", 4711),
        ("text", "words"),
    ],
)
def test_a_field_that_is_not_on_the_list_or_does_not_fit_is_left_out_and_its_name_is_kept(
    name: str, value: object
) -> None:
    assert logs.checked({name: value, "tries": 1}) == {"tries": 1, "dropped": [name]}


def test_a_name_that_is_no_name_is_not_kept_either() -> None:
    assert logs.checked({CANARY: 1}) == {"dropped": ["?"]}


def test_an_event_that_is_no_name_is_not_written(log: logs.Log, caplog: pytest.LogCaptureFixture) -> None:
    log.info(CANARY)
    assert line(caplog)["event"] == "event.misnamed"
    assert CANARY not in caplog.text


def test_of_trouble_its_type_and_places_are_written_with_all_that_led_to_it(
    log: logs.Log, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as first:
            raise msgspec.ValidationError(CANARY) from first
    except msgspec.ValidationError as trouble:
        log.error("job.failed", job="reminder", trouble=trouble)
    outer, inner = line(caplog)["errors"]
    assert (outer["error"], inner["error"]) == ("msgspec.ValidationError", "KeyError")
    assert outer["places"][0].startswith("tests/bot/test_logs.py:")
    assert outer["places"][0].endswith(
        " test_of_trouble_its_type_and_places_are_written_with_all_that_led_to_it"
    )
    assert "Jones" not in caplog.text + written(caplog.records[-1])


def test_a_long_or_circular_story_is_cut_short(log: logs.Log, caplog: pytest.LogCaptureFixture) -> None:
    def deeper(level: int) -> None:
        if level:
            deeper(level - 1)
        raise ValueError(CANARY)

    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    log.error("one", trouble=first)
    assert len(line(caplog)["errors"]) == 2
    try:
        deeper(200)
    except ValueError as trouble:
        log.error("two", trouble=ExceptionGroup(CANARY, [trouble] + [OSError(CANARY) for _ in range(50)]))
    errors = line(caplog)["errors"]
    assert len(errors) == logs.MOST_ERRORS
    assert len(errors[1]["places"]) == logs.MOST_FRAMES


def _exceptions(words: str) -> list[BaseException]:
    """Exceptions that hold words in every place where one can."""
    noted = ValueError(words)
    noted.add_note(words)
    made: dict[str, Any] = {"words": words}
    try:
        exec(compile("raise RuntimeError(words)", f"<{CANARY}>", "exec"), made)  # noqa: S102 - code without a file
    except RuntimeError as error:
        made["error"] = error
    caused = OSError(13, words, words)
    caused.__cause__ = noted
    group = BaseExceptionGroup(words, [noted, made["error"], KeyboardInterrupt(words)])
    unicode = UnicodeEncodeError("ascii", words, 0, 1, words)
    return [noted, made["error"], caused, group, unicode, SystemExit(words)]


@given(
    level=LEVELS,
    name=st.sampled_from(
        ["httpx", "telegram.ext", "sqlalchemy.engine.Engine", "bot.x", "py.warnings", CANARY]
    ),
    words=st.one_of(st.just(CANARY), st.text().map(lambda text: text + CANARY)),
    which=st.integers(0, 6),
    with_arguments=st.booleans(),
    terminal=st.booleans(),
)
def test_whatever_somebody_elses_record_holds_not_a_word_of_it_is_written(
    level: int, name: str, words: str, which: int, with_arguments: bool, terminal: bool
) -> None:
    error = [*_exceptions(words), None][which]
    record = logging.LogRecord(
        name,
        level,
        pathname=f"/srv/{words}.py",
        lineno=7,
        msg="%s: %s" if with_arguments else words,
        args=(words, {words: words}) if with_arguments else None,
        exc_info=None if error is None else (type(error), error, error.__traceback__),
        func=words,
        sinfo=words,
    )
    record.exc_text = words
    record.candour = words
    record.threadName = record.taskName = words
    said = written(record, _Terminal() if terminal else io.StringIO())
    assert CANARY not in said
    assert "Jones" not in said
    assert bool(said) == (level >= logging.WARNING)
    if said and not terminal:
        assert json.loads(said)["event"] == "library"


def test_of_a_library_only_where_it_warned_is_written() -> None:
    path = str(Path(logging.__file__).parent.parent / "asyncio" / "base_events.py")
    record = logging.LogRecord("asyncio", logging.ERROR, path, 12, CANARY, None, None)
    said = json.loads(written(record))
    del said["at"]
    assert said == {
        "level": "error",
        "event": "library",
        "logger": "asyncio",
        "where": "asyncio/base_events.py:12",
    }


def test_a_line_that_cannot_be_written_is_reported_without_what_was_in_it() -> None:
    record = logging.LogRecord("httpx", logging.ERROR, "x.py", 1, CANARY, None, None)
    setattr(record, "lineno", CANARY)  # noqa: B010 - a broken record
    assert json.loads(written(record)) == {"level": "error", "event": "log.failed"}


def test_a_stream_that_nobody_reads_any_more_is_no_trouble() -> None:
    stream = io.StringIO()
    handler = logs.Handler(stream)
    stream.close()
    handler.handle(logging.LogRecord("httpx", logging.ERROR, "x.py", 1, CANARY, None, None))


PROGRAM = """
import asyncio, gc, logging, sys, threading, warnings
from dbos._logger import dbos_logger, init_logger
from bot import logs

words = sys.argv[1]
logging.basicConfig(level=logging.DEBUG)
logging.getLogger("httpx").addHandler(logging.StreamHandler())
logs.set_up("info")
logs.set_up("info")
init_logger()
log = logs.logger("bot.example")
log.debug("hidden")
log.info("serve.ready", port=8000)
for name in ("httpx", "httpcore.http11", "telegram.Bot", "uvicorn.error", "dbos", "sqlalchemy.engine", "alembic", ""):
    other = logging.getLogger(name)
    other.setLevel(logging.DEBUG)
    for level in (logging.DEBUG, logging.INFO, logging.ERROR):
        other.log(level, "%s", words)
logging.getLogger("httpx").error(words, "too", "many")
warnings.warn(words, UserWarning)
def fail(): raise ValueError(words)
class Sad:
    def __del__(self): fail()
Sad(); gc.collect()
thread = threading.Thread(target=fail, name=words); thread.start(); thread.join()
async def lost(): fail()
async def main(watched):
    if watched: logs.watch(asyncio.get_running_loop())
    task = asyncio.get_running_loop().create_task(lost(), name=words)
    await asyncio.sleep(0.01)
    del task
    gc.collect()
asyncio.run(main(True))
asyncio.run(main(False))
fail()
"""


def test_a_process_writes_nothing_but_our_lines_whatever_happens_in_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, CANARY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "Jones" not in ended.stderr
    said = [json.loads(one) for one in ended.stderr.splitlines()]
    assert [one["event"] for one in said] == [
        "serve.ready",
        *["library"] * 9,
        "warned",
        *["uncaught"] * 3,  # an object that goes, a thread, a task
        "library",  # a task of a loop that nobody watches
        "uncaught",
    ]
    assert [one["errors"][0]["error"] for one in said if one["event"] == "uncaught"] == ["ValueError"] * 4
    assert said[-1]["level"] == "error"


def test_every_event_in_the_code_is_a_constant_and_every_field_is_written_out() -> None:
    """`log.info("turn.played", count=3)`: a name or a field that is worked out could be anybody's words."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for call in _log_calls(ast.parse(path.read_text("utf-8"))):
            place = f"{path.relative_to(ROOT)}:{call.lineno}"
            assert len(call.args) == 1, place
            [event] = call.args
            assert isinstance(event, ast.Constant), f"{place} works its event out"
            assert logs.is_event(str(event.value)), f"{place}: no name of an event"
            assert all(keyword.arg for keyword in call.keywords), f"{place} passes fields on"


def _log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name("log"), attr="debug" | "info" | "warning" | "error")
            ):
                yield node
            case _:
                continue


def test_a_number_of_another_class_fits_as_well() -> None:
    assert logs.checked({"status": int(HTTPStatus.OK)}) == {"status": 200}
