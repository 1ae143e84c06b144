"""What is written down about what happened: which event, how many, how long. Never who, never a word of theirs.

    log = logs.logger(__name__)
    log.warning("telegram.paused", method="sendMessage", seconds=3.0)
    log.error("job.failed", job="reminder", trouble=error)

An event is a constant of ours. Its fields stand on the allow-list below, which mypy checks where they are written
and the logger checks again: what does not fit is left out, and only its name goes into `dropped`. Of an exception
we write its type and the places it passed, and of whatever a library logs only where that was: their messages may
quote an answer, an address or the bot's token.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import PurePath
from typing import Annotated, Any, Final, LiteralString, TextIO, TypeAlias, TypedDict, Unpack, get_type_hints

import msgspec
from msgspec import Meta, Struct

METHODS: Final = (  # of the Bot API
    "answerCallbackQuery|deleteMessage|deleteWebhook|editMessageReplyMarkup|editMessageText|getFile|getMe|getUpdates"
    "|getWebhookInfo|sendChatAction|sendDocument|sendMessage|sendPhoto|setChatMenuButton|setMyCommands"
    "|setMyDescription|setMyName|setMyShortDescription|setWebhook"
)
MOST_FRAMES: Final = 20  # of one exception, the innermost
MOST_ERRORS: Final = 8  # of a chain or a group

Number: TypeAlias = Annotated[int, Meta(ge=0, le=2**53)]


class Fields(TypedDict, total=False):
    """What an event may say beside its name: nothing that names a person, a chat or a file; no address, no text."""

    audit: Annotated[
        str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,63}\Z")
    ]  # its id, as in the addresses of pages
    check: Annotated[str, Meta(pattern=r"\A[a-z_]{1,30}\Z")]  # of readiness: database, telegram …
    count: Number
    job: Annotated[str, Meta(pattern=r"\A[a-z_]{1,40}\Z")]  # its kind, never its id
    kind: Annotated[str, Meta(pattern=r"\A(message|tap|file|other)\Z")]  # of an update
    method: Annotated[str, Meta(pattern=rf"\A({METHODS})\Z")]
    port: Annotated[int, Meta(ge=0, le=65535)]
    receive: Annotated[str, Meta(pattern=r"\A(polling|webhook)\Z")]
    seconds: Annotated[float, Meta(ge=0, le=1e9)]
    status: Annotated[int, Meta(ge=100, le=599)]
    tries: Number
    version: Annotated[str, Meta(pattern=r"\A[0-9]{1,4}(\.[0-9]{1,4}){0,3}\Z")]
    waiting: Number
    worker: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.-]{1,64}\Z")]


_ALLOWED: Final[Mapping[str, Any]] = get_type_hints(Fields, include_extras=True)
_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_OURS: Final = ("bot", "storage", "reports", "dialogues")
_QUIET: Final = (
    "httpx",
    "httpcore",
    "telegram",
)  # below a warning they log addresses, and the token is in them
_STUBBORN: Final = ("dbos",)  # unless it finds a handler it brings its own, which prints messages
_EVENT: Final = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)*")
_FIELD: Final = re.compile(r"[a-z_]{1,40}")
_CODE: Final = re.compile(r"[\w.<>]{1,120}", re.ASCII)
_FILE: Final = re.compile(r"[\w./+-]{1,200}\.py", re.ASCII)
_FAILED: Final = '{"level":"error","event":"log.failed"}\n'


class Event(Struct, frozen=True):
    """What happened, with what may be said of it."""

    name: str
    fields: Mapping[str, object]


class Log:
    """Writes events. `trouble` is the exception behind one: of it, type and places are written."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(
        self, event: LiteralString, *, trouble: BaseException | None = None, **fields: Unpack[Fields]
    ) -> None:
        """For whoever looks for a fault."""
        self._write(logging.DEBUG, event, trouble, fields)

    def info(
        self, event: LiteralString, *, trouble: BaseException | None = None, **fields: Unpack[Fields]
    ) -> None:
        """Something worth knowing: started, ready, stopped."""
        self._write(logging.INFO, event, trouble, fields)

    def warning(
        self, event: LiteralString, *, trouble: BaseException | None = None, **fields: Unpack[Fields]
    ) -> None:
        """Something went wrong and was dealt with."""
        self._write(logging.WARNING, event, trouble, fields)

    def error(
        self, event: LiteralString, *, trouble: BaseException | None = None, **fields: Unpack[Fields]
    ) -> None:
        """Something went wrong and somebody should look."""
        self._write(logging.ERROR, event, trouble, fields)

    def _write(self, level: int, event: str, trouble: BaseException | None, fields: Fields) -> None:
        if self._logger.isEnabledFor(level):
            name = event if is_event(event) else "event.misnamed"
            said = {**checked(fields), **_errors(trouble)}
            self._logger.log(level, name, extra={"candour": Event(name, said)})


def logger(name: str) -> Log:
    """What a module logs with: `log = logs.logger(__name__)`."""
    return Log(name)


def is_event(name: str) -> bool:
    """Whether this has the form of an event's name: `turn.failed`."""
    return _EVENT.fullmatch(name) is not None


def checked(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields that may be written; of the others, only their names, in `dropped`."""
    kept: dict[str, object] = {}
    dropped = []
    for name, value in fields.items():
        try:
            kept[name] = _plain(msgspec.convert(value, _ALLOWED[name]))
        except (KeyError, msgspec.ValidationError):
            dropped.append(name if _FIELD.fullmatch(name) else "?")
    return {**kept, "dropped": dropped} if dropped else kept


class Handler(logging.StreamHandler[TextIO]):
    """Writes each record as one line: JSON, or on a terminal something shorter.

    Of records that are no events of ours it writes where they come from, and only from a warning upwards.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._line = _short if stream.isatty() else _json
        self.addFilter(_matters)

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record. Its message and arguments are never looked at."""
        return self._line(_told(record))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the name and form of logging's own
        """Say that a line is missing; logging's own version would print the record."""
        try:
            self.stream.write(_FAILED)
            self.flush()
        except (OSError, ValueError):  # nobody reads it any more
            return


def set_up(level: str, stream: TextIO | None = None) -> None:
    """From now on, whatever this process logs, warns of or dies of is written by these rules and no others.

    `level` is debug, info, warning or error, for what is ours. Handlers that anybody put up before are taken down, so
    call it again after a library that brings its own. For a process of our own: it changes the whole interpreter.
    """
    handler = Handler(stream or sys.stderr)
    _take_down_all_handlers()
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(_LEVELS[level])
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _STUBBORN:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).propagate = False
    logging.raiseExceptions = False  # or a handler that fails prints what it was given
    warnings.showwarning = _warned
    sys.excepthook = lambda _kind, error, _trace: _uncaught(error)
    sys.unraisablehook = lambda what: _uncaught(what.exc_value)
    threading.excepthook = lambda what: _uncaught(what.exc_value)


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Log what a task of this loop died of by the same rules."""
    loop.set_exception_handler(lambda _loop, context: _uncaught(context.get("exception")))


def _take_down_all_handlers() -> None:
    known = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    for one in (logging.root, *known):
        one.propagate = True
        for handler in tuple(one.handlers):
            one.removeHandler(handler)


def _uncaught(error: BaseException | None) -> None:
    _note(logging.CRITICAL, Event("uncaught", _errors(error)))


def _warned(
    message: Warning | str,  # noqa: ARG001 - may quote what it warns of
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    said = {"warning": _type_name(category), "where": _place(filename, lineno)}
    _note(logging.WARNING, Event("warned", said))


def _note(level: int, event: Event) -> None:
    logging.getLogger(__name__).log(level, event.name, extra={"candour": event})


def _event_of(record: logging.LogRecord) -> Event | None:
    event = getattr(record, "candour", None)
    return event if isinstance(event, Event) else None


def _matters(record: logging.LogRecord) -> bool:
    return _event_of(record) is not None or record.levelno >= logging.WARNING


def _told(record: logging.LogRecord) -> dict[str, object]:
    """All that is written of a record."""
    event = _event_of(record)
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
    head = {"at": at, "level": _level_name(record.levelno)}
    if event is not None:
        return {**head, "event": event.name, **event.fields}
    where = {"logger": _logger_name(record.name), "where": _place(record.pathname, record.lineno)}
    return {**head, "event": "library", **where, **_errors(record.exc_info and record.exc_info[1])}


def _level_name(number: int) -> str:
    return next((name for name, least in reversed(_LEVELS.items()) if number >= least), "debug")


def _logger_name(name: str) -> str:
    """As much of a logger's name as is the name of a module: what follows may be anything."""
    parts = name.split(".")
    names = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
    return next((one for one in names if one in sys.modules), "?")


def _errors(error: BaseException | None) -> dict[str, object]:
    """An exception, what it was raised from, and what it is a group of: types and places."""
    if error is None:
        return {}
    return {
        "errors": [
            {"error": _type_name(type(one)), "places": _places(one)}
            for one in islice(_chain(error), MOST_ERRORS)
        ]
    }


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = deque([error]), set()
    while waiting:
        one = waiting.popleft()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting.extend([before] if before is not None else [])
        waiting.extend(one.exceptions if isinstance(one, BaseExceptionGroup) else [])


def _places(error: BaseException) -> list[str]:
    frames = deque(traceback.walk_tb(error.__traceback__), MOST_FRAMES)
    return [
        f"{_place(frame.f_code.co_filename, number)} {_code(frame.f_code.co_qualname)}"
        for frame, number in frames
    ]


def _type_name(kind: type[BaseException]) -> str:
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return _code(name)


def _code(name: str) -> str:
    return name if _CODE.fullmatch(name) else "?"


def _place(filename: str, number: int) -> str:
    return f"{_file(filename)}:{number:d}"


@lru_cache(maxsize=512)
def _file(filename: str) -> str:
    """A file of code, from where its package begins; `?` for code that has no such file."""
    path = PurePath(filename)
    roots = [root for root in map(PurePath, _roots()) if path.is_relative_to(root)]
    longest = max(roots, key=lambda root: len(root.parts), default=path.parent)
    short = path.relative_to(longest).as_posix()
    return short if _FILE.fullmatch(short) else "?"


def _roots() -> tuple[str, ...]:
    """The folders that code is imported from, our own among them."""
    return (str(PurePath(__file__).parents[1]), *(root for root in sys.path if root))


def _plain(value: object) -> object:
    """A text without the class that a library or an enum gave it."""
    return str.__str__(value) if isinstance(value, str) else value


def _json(said: object) -> str:
    return msgspec.json.encode(said).decode()


def _short(said: Mapping[str, object]) -> str:
    """The same for a person at a terminal: `14:30:05 warning telegram.paused seconds=3.0`."""
    time = str(said["at"])[11:19]
    rest = [f"{name}={_json(value)}" for name, value in said.items() if name not in {"at", "level", "event"}]
    return " ".join([time, f"{said['level']:<7}", str(said["event"]), *rest])
