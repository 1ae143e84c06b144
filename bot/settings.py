"""How this process is to run: read from environment variables `CANDOUR_*`, and from nothing else.

Whatever is wrong with them comes back at once, as sentences that name the variable and show a right value. None
repeats what was given: it may be a secret, also in the wrong variable.
"""

from __future__ import annotations

import difflib
import re
import socket
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Final, Never, TypeAlias, TypeVar
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from storage.epochs import DRAFT_DAYS, MEMORY
from storage.hazards import WORDS
from storage.unit_of_work import CONCERN_YEARS

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
TELEGRAM: Final = "https://api.telegram.org"
WEBHOOK_PORTS: Final = (
    443,
    80,
    88,
    8443,
)  # others Telegram does not call: core.telegram.org/bots/api#setwebhook
MOST_DRAFT_DAYS: Final = 30
LARGEST_SECRET: Final = 4096  # characters of a secret's file that are read

_PREFIX = "CANDOUR_"
_NOT_OURS = {"CANDOUR_REQUIRE_ALL"}  # what CI tells the tests
_WORKER = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{16,128}")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", re.IGNORECASE)
_SHOWN = re.compile(r"[A-Z0-9_]{1,80}")


class Secret:
    """A text that shows itself only to whoever says `reveal()`: in no repr, no format, no pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret()"

    def __reduce__(self) -> Never:
        raise TypeError("A secret is not written anywhere.")

    def __bool__(self) -> bool:
        return bool(self._value)

    def reveal(self) -> str:
        """The text itself."""
        return self._value


class Receive(StrEnum):
    """How messages come from Telegram: we ask for them, or Telegram calls us."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class LogLevel(StrEnum):
    """The least that a log line must matter to be written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Telegram(Struct, frozen=True):
    """The bot of ours that people write to. `api` has no slash at its end."""

    token: Secret
    api: str
    receive: Receive


class Settings(Struct, frozen=True):
    """Everything that whoever runs Candour decides.

    `data` and `key` are absolute. An empty `database` is SQLite in `data`; an empty `epoch_keys` is a folder in memory.
    `accept` are words of `storage.hazards`. `public_url` has no slash at its end and is
    empty when Candour is only reached from this machine. `proxies` are addresses or networks. `operations_port` 0 is
    none; `contacts` is absolute; `telegram` is None without a token.
    """

    data: Path
    key: Path
    database: Secret
    epoch_keys: Secret
    draft_days: int
    concern_years: int
    accept: frozenset[str]
    host: str
    port: int
    public_url: str
    proxies: tuple[str, ...]
    operations_host: str
    operations_port: int
    contacts: Path | None
    worker: str
    telegram: Telegram | None
    log_level: LogLevel

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which browsers may call us: that of the public address, and this machine's own."""
        host = urlsplit(self.public_url).hostname or ""
        name = f"[{host}]" if ":" in host else host
        return LOOPBACK if not name or name in LOOPBACK else (name, *LOOPBACK)


Problems: TypeAlias = tuple[str, ...]


class Setting(Struct, frozen=True):
    """One environment variable: its name, what holds without it (empty: nothing), an example, and what it says."""

    name: str
    default: str
    example: str
    meaning: str


SETTINGS: Final = (
    Setting(
        "CANDOUR_DATA",
        "./candour-data",
        "/var/lib/candour",
        "The folder for everything that Candour remembers.",
    ),
    Setting(
        "CANDOUR_KEY",
        "~/.config/candour/candour.key",
        "/etc/candour/candour.key",
        "The key file, which must lie outside of the data folder. It is made the first time.",
    ),
    Setting(
        "CANDOUR_DATABASE",
        "",
        "postgresql://candour:PASSWORD@db.example/candour",
        "Where PostgreSQL is. Without it: SQLite, in the data folder.",
    ),
    Setting(
        "CANDOUR_DATABASE_FILE",
        "",
        "/run/secrets/candour-database",
        "A file that holds the same, for container secrets.",
    ),
    Setting(
        "CANDOUR_EPOCH_KEYS",
        "",
        "/dev/shm/candour-keys",  # noqa: S108 - shown, not used
        "Where the keys of the day are: a folder in memory (tmpfs), `memory`, or `redis://…`. Without it: a folder in "
        "/dev/shm, or `memory` where that is on a disk.",
    ),
    Setting(
        "CANDOUR_EPOCH_KEYS_FILE",
        "",
        "/run/secrets/candour-epoch-keys",
        "A file that holds the same, for container secrets.",
    ),
    Setting(
        "CANDOUR_DRAFT_DAYS",
        str(DRAFT_DAYS),
        str(DRAFT_DAYS),
        "For how many days (1 to 30) an interview that was not handed in can be gone on with. Then nobody can read it.",
    ),
    Setting(
        "CANDOUR_CONCERN_YEARS",
        str(CONCERN_YEARS),
        str(CONCERN_YEARS),
        "For how many years (1 to 99) after an audit closed it keeps what was told about someone at risk. "
        "Then what was read is destroyed.",
    ),
    Setting(
        "CANDOUR_ACCEPT",
        "",
        "swap",
        "Words of the risks that you know of and have seen to in another way, with commas. See below.",
    ),
    Setting(
        "CANDOUR_HOST",
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104 - shown, not bound
        "The address that the web pages listen on.",
    ),
    Setting("CANDOUR_PORT", "8000", "8000", "The port that the web pages listen on."),
    Setting(
        "CANDOUR_PUBLIC_URL",
        "",
        "https://candour.example.org",
        "The address as people reach it. Without it, only this machine can.",
    ),
    Setting(
        "CANDOUR_PROXIES",
        "",
        "10.0.0.5",
        "Addresses or networks of the reverse proxies whose X-Forwarded headers are believed, with commas.",
    ),
    Setting(
        "CANDOUR_METRICS_HOST", "127.0.0.1", "127.0.0.1", "The address that metrics and health listen on."
    ),
    Setting(
        "CANDOUR_METRICS_PORT", "9464", "9464", "The port that metrics and health listen on. 0 turns it off."
    ),
    Setting(
        "CANDOUR_CONTACTS",
        "",
        "/etc/candour/contacts.yaml",
        "The file with whom to call in and near your organisation when someone is at risk.",
    ),
    Setting(
        "CANDOUR_WORKER",
        "the host name",
        "worker-1",
        "A name for this process that stays the same when it starts again, and that no other process has.",
    ),
    Setting(
        "CANDOUR_TELEGRAM_TOKEN",
        "",
        "123456789:AAExampleExampleExampleExampleExampl",
        "The bot's token from @BotFather. Without it there is no Telegram.",
    ),
    Setting(
        "CANDOUR_TELEGRAM_TOKEN_FILE",
        "",
        "/run/secrets/candour-telegram",
        "A file that holds the token, for container secrets.",
    ),
    Setting("CANDOUR_TELEGRAM_API", TELEGRAM, TELEGRAM, "The address of the Bot API."),
    Setting(
        "CANDOUR_TELEGRAM_RECEIVE",
        "polling",
        "polling",
        "How messages come: `polling` (we ask for them) or `webhook` (Telegram calls the public address).",
    ),
    Setting(
        "CANDOUR_LOG_LEVEL", "info", "info", "The least that is logged: `debug`, `info`, `warning`, `error`."
    ),
)
_BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
_Choice = TypeVar("_Choice", bound=StrEnum)


def read(environ: Mapping[str, str]) -> Settings | Problems:
    """The settings of an environment, or everything that is wrong with them.

    Reads files only where a variable names one that holds a secret.
    """
    reading = _Reading(environ)
    settings = reading.settings()
    problems = (*_unknown(environ), *reading.problems)
    return problems or settings


def is_loopback(host: str) -> bool:
    """Whether this names the machine itself and nothing beyond."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _unknown(environ: Mapping[str, str]) -> Problems:
    """A sentence for each variable that looks like ours and is none."""
    strange = sorted(name for name in environ if name.startswith(_PREFIX) and name not in _BY_NAME)
    return tuple(_misspelt(name) for name in strange if name not in _NOT_OURS)


def _misspelt(name: str) -> str:
    shown = name if _SHOWN.fullmatch(name) else f"A variable that begins with {_PREFIX}"
    near = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.8)
    advice = (
        f"Did you mean {near[0]}?" if near else "Remove it, or look for its right name in docs/running.md."
    )
    return f"{shown} is not a setting. {advice}"


class _Reading:
    """Reads one variable after the other and notes what is wrong. What it returns then is of no meaning."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def settings(self) -> Settings:
        """All settings, by their defaults where nothing is said."""
        host = self._host("CANDOUR_HOST")
        port = self._port("CANDOUR_PORT")
        public_url = self._public_url(host)
        data, key = self._folders()
        return Settings(
            data=data,
            key=key,
            database=self._database(),
            epoch_keys=self._epoch_keys(data),
            draft_days=self._draft_days(),
            concern_years=self._concern_years(),
            accept=self._accepted(),
            host=host,
            port=port,
            public_url=public_url,
            proxies=self._proxies(),
            operations_host=self._host("CANDOUR_METRICS_HOST"),
            operations_port=self._operations_port(port),
            contacts=self._path("CANDOUR_CONTACTS") if self._given("CANDOUR_CONTACTS") else None,
            worker=self._worker(),
            telegram=self._telegram(public_url),
            log_level=self._choice("CANDOUR_LOG_LEVEL", LogLevel),
        )

    def _given(self, name: str) -> str:
        """What was said, without blanks around it; a variable that is empty says nothing."""
        return self._environ.get(name, "").strip()

    def _value(self, name: str) -> str:
        return self._given(name) or _BY_NAME[name].default

    def _wrong(self, name: str, what: str) -> None:
        self.problems.append(f"{name} {what} For example: {name}={_BY_NAME[name].example}")

    def _choice(self, name: str, choices: type[_Choice]) -> _Choice:
        try:
            return choices(self._value(name).lower())
        except ValueError:
            self._wrong(name, f"must be one of: {', '.join(choices)}.")
            return next(iter(choices))

    def _host(self, name: str) -> str:
        host = self._value(name).strip("[]")
        if not _is_host(host):
            self._wrong(name, "must be the address or the name of this machine, without a port.")
        return host

    def _port(self, name: str, smallest: int = 1) -> int:
        text = self._value(name)
        port = int(text) if re.fullmatch("[0-9]{1,5}", text) else -1
        if not smallest <= port <= 65535:
            self._wrong(name, f"must be a number from {smallest} to 65535.")
        return port

    def _operations_port(self, taken: int) -> int:
        port = self._port("CANDOUR_METRICS_PORT", smallest=0)
        if port == taken:
            self._wrong("CANDOUR_METRICS_PORT", "must be another port than CANDOUR_PORT.")
        return port

    def _folders(self) -> tuple[Path, Path]:
        """The data folder and the key file, which must lie outside of it: who copies one must not have both."""
        data, key = self._path("CANDOUR_DATA"), self._path("CANDOUR_KEY")
        if key.is_relative_to(data):
            self._wrong(
                "CANDOUR_KEY", "lies inside the data folder. Whoever copies the data would have the key."
            )
        return data, key

    def _path(self, name: str) -> Path:
        try:
            return Path(self._value(name)).expanduser().resolve()
        except (OSError, RuntimeError, ValueError):  # no home, a loop of links, a zero byte
            self._wrong(name, "cannot be used as a path on this machine.")
            return Path(f"/{name}")

    def _secret(self, name: str) -> str:
        """What the variable holds, or the file that its twin `…_FILE` names."""
        text, twin = self._given(name), f"{name}_FILE"
        path = self._given(twin)
        if text and path:
            self.problems.append(f"{name} and {twin} are both set. Keep one of them.")
        return text if text or not path else self._read_secret(twin, path)

    def _read_secret(self, name: str, path: str) -> str:
        try:
            with Path(path).open(encoding="utf-8") as file:
                text = file.read(LARGEST_SECRET).strip()
        except (OSError, ValueError):  # not there, not ours to read, not text
            self._wrong(name, "names a file that cannot be read.")
            return ""
        if not text:
            self._wrong(name, "names a file that is empty.")
        return text

    def _database(self) -> Secret:
        url = self._secret("CANDOUR_DATABASE")
        parts = _split(url)
        if url and (parts is None or parts.scheme != "postgresql" or not parts.path.strip("/")):
            self._wrong(
                "CANDOUR_DATABASE",
                "must begin with postgresql:// and end with the name of a database. Leave it out for SQLite."
                " In a password, write signs such as @ : / ? # as %40 %3A %2F %3F %23.",
            )
        return Secret(url)

    def _epoch_keys(self, data: Path) -> Secret:
        name = "CANDOUR_EPOCH_KEYS"
        place = self._secret(name)
        parts = _split(place)
        if parts is not None and parts.scheme in {"redis", "rediss"} and parts.hostname:
            return Secret(place)
        if place and place != MEMORY:
            if not Path(place).is_absolute():
                self._wrong(name, "must be the whole path of a folder, memory, or redis:// and a name.")
            elif Path(place).resolve().is_relative_to(data):
                self._wrong(name, "lies inside the data folder. Whoever copies the data would have the keys.")
        return Secret(place)

    def _draft_days(self) -> int:
        name = "CANDOUR_DRAFT_DAYS"
        text = self._value(name)
        days = int(text) if re.fullmatch("[0-9]{1,2}", text) else 0
        if not 1 <= days <= MOST_DRAFT_DAYS:
            self._wrong(name, f"must be a number of days from 1 to {MOST_DRAFT_DAYS}.")
        return days

    def _concern_years(self) -> int:
        name = "CANDOUR_CONCERN_YEARS"
        text = self._value(name)
        years = int(text) if re.fullmatch("[0-9]{1,2}", text) else 0
        if not years:
            self._wrong(name, "must be a number of years from 1 to 99.")
        return years

    def _accepted(self) -> frozenset[str]:
        words = frozenset(self._given("CANDOUR_ACCEPT").replace(",", " ").split())
        if not words <= WORDS:
            self._wrong("CANDOUR_ACCEPT", f"must be some of: {', '.join(sorted(WORDS))}.")
        return words

    def _public_url(self, host: str) -> str:
        name = "CANDOUR_PUBLIC_URL"
        url = self._given(name).rstrip("/?#")
        if not url and not is_loopback(host):
            self._wrong(name, "must be set when CANDOUR_HOST lets others than this machine in.")
        if not url:
            return ""
        parts = _split(url)
        if parts is None or parts.scheme not in {"http", "https"} or not _is_bare(parts):
            self._wrong(name, "must be https:// and a name, perhaps a port, and nothing after it.")
        elif parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            self._wrong(name, "must begin with https://: answers must not travel in the clear.")
        return url

    def _proxies(self) -> tuple[str, ...]:
        """Addresses and networks; never everybody, or anyone could say where a request comes from."""
        given = tuple(self._given("CANDOUR_PROXIES").replace(",", " ").split())
        if not all(map(_is_network, given)):
            self._wrong(
                "CANDOUR_PROXIES",
                "must be addresses or networks such as 172.28.0.0/16, with commas between them, and never everybody.",
            )
        return given

    def _worker(self) -> str:
        name = self._given("CANDOUR_WORKER")
        if name and not _WORKER.fullmatch(name):
            self._wrong("CANDOUR_WORKER", "must be 1 to 64 of: A-Z a-z 0-9 _ . -")
        return name or re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname())[:64] or "candour"

    def _telegram(self, public_url: str) -> Telegram | None:
        token = self._token()
        api = self._api()
        receive = self._choice("CANDOUR_TELEGRAM_RECEIVE", Receive)
        if not token:
            return None
        if receive is Receive.WEBHOOK:
            self._check_webhook(public_url, api)
        return Telegram(Secret(token), api, receive)

    def _token(self) -> str:
        name = "CANDOUR_TELEGRAM_TOKEN"
        token = self._secret(name)
        if token and not _TOKEN.fullmatch(token):
            self._wrong(name, "is no bot token: those are a number, a colon, and 35 letters and digits.")
        return token

    def _api(self) -> str:
        """The address of the Bot API. It carries the token, so without encryption only on a private network."""
        name = "CANDOUR_TELEGRAM_API"
        url = self._value(name).rstrip("/?#")
        parts = _split(url)
        if parts is None or parts.scheme not in {"http", "https"} or not _is_bare(parts):
            self._wrong(name, "must be https:// and a name, perhaps a port, and nothing after it.")
        elif parts.scheme == "http" and not _is_private(parts.hostname or ""):
            self._wrong(name, "must begin with https:// unless it is on a private network.")
        return url

    def _check_webhook(self, public_url: str, api: str) -> None:
        """Telegram calls only what it can reach: an encrypted public address on one of four ports."""
        name = "CANDOUR_PUBLIC_URL"
        parts = _split(public_url)
        if not public_url:
            self._wrong(name, "must be set when CANDOUR_TELEGRAM_RECEIVE is webhook: Telegram calls it.")
        elif parts is not None and api == TELEGRAM:
            if parts.scheme != "https" or is_loopback(parts.hostname or ""):
                self._wrong(name, "must be an https:// address that Telegram can reach from outside.")
            elif (parts.port or WEBHOOK_PORTS[0]) not in WEBHOOK_PORTS:
                ports = ", ".join(map(str, WEBHOOK_PORTS))
                self._wrong(name, f"must have one of the ports that Telegram calls: {ports}.")


def _split(url: str) -> SplitResult | None:
    """The parts of a URL, or None when it is none."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it checks it
    except ValueError:
        return None
    return parts


def _is_bare(parts: SplitResult) -> bool:
    """Whether a URL is a scheme, a host and perhaps a port, and nothing else."""
    rest = parts.path or parts.query or parts.fragment or "@" in parts.netloc or parts.netloc.endswith(":")
    return not rest and _is_host(parts.hostname or "")


def _is_host(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return bool(_NAME.fullmatch(host)) and ".." not in host
    return not (isinstance(address, IPv6Address) and address.scope_id)


def _is_private(host: str) -> bool:
    """Whether a host is near: this machine, a private address, or a bare name such as containers have."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host


def _is_network(text: str) -> bool:
    try:
        return ip_network(text).prefixlen > 0
    except ValueError:
        return False
