"""What the environment may say, and what is said back when it cannot be used."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import SETTINGS, LogLevel, Receive, Secret, Settings, read

TOKEN = "123456789:AAExampleExampleExampleExampleExampl"
PUBLIC = "https://candour.example.org"
NAMES = [setting.name for setting in SETTINGS]


def settings(**variables: str) -> Settings:
    """The settings of an environment that is right."""
    result = read({f"CANDOUR_{name}": value for name, value in variables.items()})
    assert isinstance(result, Settings), result
    return result


def problems(**variables: str) -> tuple[str, ...]:
    """What is wrong with an environment."""
    result = read({f"CANDOUR_{name}": value for name, value in variables.items()})
    assert not isinstance(result, Settings)
    return result


def test_with_nothing_set_only_this_machine_reaches_candour_and_it_keeps_sqlite() -> None:
    found = settings()
    assert (found.host, found.port, found.public_url) == ("127.0.0.1", 8000, "")
    assert found.hosts == ("127.0.0.1", "localhost", "[::1]")
    assert not found.database
    assert found.telegram is None
    assert found.proxies == ()
    assert (found.operations_host, found.operations_port) == ("127.0.0.1", 9464)
    assert found.log_level is LogLevel.INFO
    assert found.data == Path.cwd() / "candour-data"
    assert not found.key.is_relative_to(found.data)
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", found.worker)


def test_an_empty_variable_says_nothing() -> None:
    empty = read(dict.fromkeys(NAMES, " "))
    assert isinstance(empty, Settings)
    assert (empty.port, empty.data, empty.telegram) == (settings().port, settings().data, None)


def test_everything_can_be_set(tmp_path: Path) -> None:
    found = settings(
        DATA=str(tmp_path / "data"),
        KEY=str(tmp_path / "keys" / "candour.key"),
        DATABASE="postgresql://candour:hidden@db.example/candour",
        HOST="10.0.0.9",
        PORT="8080",
        PUBLIC_URL=PUBLIC + "/",
        PROXIES="10.0.0.5, 172.28.0.0/16 ::1",
        METRICS_HOST="10.0.0.9",
        METRICS_PORT="0",
        WORKER="worker-1",
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_API="http://127.0.0.1:8081/",
        TELEGRAM_RECEIVE="webhook",
        LOG_LEVEL="WARNING",
    )
    assert found.data == tmp_path / "data"
    assert found.key == tmp_path / "keys" / "candour.key"
    assert found.database.reveal() == "postgresql://candour:hidden@db.example/candour"
    assert (found.host, found.port, found.public_url) == ("10.0.0.9", 8080, PUBLIC)
    assert found.hosts == ("candour.example.org", "127.0.0.1", "localhost", "[::1]")
    assert found.proxies == ("10.0.0.5", "172.28.0.0/16", "::1")
    assert (found.operations_host, found.operations_port, found.worker) == ("10.0.0.9", 0, "worker-1")
    assert found.telegram is not None
    assert found.telegram.token.reveal() == TOKEN
    assert found.telegram.api == "http://127.0.0.1:8081"
    assert found.telegram.receive is Receive.WEBHOOK
    assert found.log_level is LogLevel.WARNING


def test_all_problems_are_named_at_once_each_with_a_right_value() -> None:
    found = problems(
        PORT="80a", LOG_LEVEL="loud", PROXIES="everybody", TELEGRAM_RECEIVE="pigeon", WORKER="a b"
    )
    names = {sentence.split()[0] for sentence in found}
    assert names == {
        "CANDOUR_PORT",
        "CANDOUR_LOG_LEVEL",
        "CANDOUR_PROXIES",
        "CANDOUR_TELEGRAM_RECEIVE",
        "CANDOUR_WORKER",
    }
    assert all(re.search(r"For example: CANDOUR_\w+=\S", sentence) for sentence in found)


def test_every_example_is_a_right_value(tmp_path: Path) -> None:
    for setting in SETTINGS:
        if setting.name.endswith("_FILE"):
            continue
        context = {"CANDOUR_PUBLIC_URL": PUBLIC, "CANDOUR_DATA": str(tmp_path)}
        found = read({**context, setting.name: setting.example})
        assert isinstance(found, Settings), found


def test_every_default_is_what_holds_without_the_variable() -> None:
    given = {s.name: s.default for s in SETTINGS if s.default and s.name != "CANDOUR_WORKER"}
    found = read(given)
    assert isinstance(found, Settings)
    assert (found.data, found.key, found.port) == (settings().data, settings().key, settings().port)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TELEGRAM_TOKN", "Did you mean CANDOUR_TELEGRAM_TOKEN?"),
        ("DATABSE", "Did you mean CANDOUR_DATABASE?"),
        ("FAVOURITE_COLOUR", "docs/running.md"),
    ],
)
def test_a_misspelt_variable_is_a_problem_and_the_right_one_is_suggested(name: str, meant: str) -> None:
    [sentence] = problems(**{name: TOKEN})
    assert sentence.startswith(f"CANDOUR_{name} is not a setting.")
    assert meant in sentence


def test_variables_of_others_and_of_ci_are_none_of_our_business() -> None:
    assert isinstance(read({"PATH": "/bin", "TELEGRAM_TOKEN": "x", "CANDOUR_REQUIRE_ALL": "1"}), Settings)


def test_the_key_may_not_lie_with_the_data_also_not_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for key in ("data/candour.key", "data/keys/candour.key", "link/candour.key", "x/../data/candour.key"):
        [sentence] = problems(DATA=str(tmp_path / "data"), KEY=str(tmp_path / key))
        assert sentence.startswith("CANDOUR_KEY lies inside the data folder.")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8000.0", "eight", "٨٠", "1e3", "99999999999"])
def test_a_port_is_a_number_from_1_to_65535(port: str) -> None:
    [sentence] = problems(PORT=port)
    assert sentence.startswith("CANDOUR_PORT must be a number from 1 to 65535.")


def test_operations_have_a_port_of_their_own() -> None:
    [sentence] = problems(PORT="9464")
    assert sentence.startswith("CANDOUR_METRICS_PORT must be another port")


@pytest.mark.parametrize(
    "url",
    [
        "candour.example.org",
        "ftp://candour.example.org",
        "http://candour.example.org",
        "https://",
        "https://candour.example.org/under",
        "https://candour.example.org/?a=1",
        "https://user:secret@candour.example.org",
        "https://candour.example.org:port",
        "https://can dour.example.org",
        "https://cändour.example.org",
        "https://[::1",
    ],
)
def test_the_public_address_is_https_and_a_name_only(url: str) -> None:
    [sentence] = problems(PUBLIC_URL=url)
    assert sentence.startswith("CANDOUR_PUBLIC_URL must")


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_without_encryption_the_public_address_is_this_machine(url: str) -> None:
    assert settings(PUBLIC_URL=url).hosts == ("127.0.0.1", "localhost", "[::1]")


def test_whoever_lets_others_in_says_by_which_address() -> None:
    [sentence] = problems(HOST="10.0.0.9")
    assert sentence.startswith("CANDOUR_PUBLIC_URL must be set")


@pytest.mark.parametrize("proxies", ["*", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.1/8"])
def test_only_named_addresses_are_believed_as_proxies(proxies: str) -> None:
    [sentence] = problems(PROXIES=proxies)
    assert sentence.startswith("CANDOUR_PROXIES must")


@pytest.mark.parametrize(
    "url",
    ["sqlite:///x.db", "postgres://db/x", "mysql://db/x", "postgresql://db", "postgresql://db:port/x", "db"],
)
def test_another_database_than_postgresql_is_refused(url: str) -> None:
    [sentence] = problems(DATABASE=url)
    assert sentence.startswith("CANDOUR_DATABASE must begin with postgresql://")


def test_a_local_bot_api_server_may_speak_plain_http_another_may_not() -> None:
    for near in ("http://telegram-bot-api:8081", "http://127.0.0.1:8081", "http://10.0.0.7:8081"):
        telegram = settings(TELEGRAM_TOKEN=TOKEN, TELEGRAM_API=near).telegram
        assert telegram is not None
        assert telegram.api == near
    [sentence] = problems(TELEGRAM_TOKEN=TOKEN, TELEGRAM_API="http://api.telegram.org")
    assert sentence.startswith("CANDOUR_TELEGRAM_API must begin with https://")


@pytest.mark.parametrize(
    "token", ["hello", "123456789", "123456789:short", f"{TOKEN} {TOKEN}", f"bot{TOKEN}"]
)
def test_what_is_no_bot_token_is_refused(token: str) -> None:
    [sentence] = problems(TELEGRAM_TOKEN=token)
    assert sentence.startswith("CANDOUR_TELEGRAM_TOKEN is no bot token")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "must be set"),
        ("http://localhost:8000", "can reach from outside"),
        ("https://127.0.0.1", "can reach from outside"),
        ("https://candour.example.org:8000", "443, 80, 88, 8443"),
    ],
)
def test_the_webhook_needs_an_address_that_telegram_calls(url: str, word: str) -> None:
    [sentence] = problems(TELEGRAM_TOKEN=TOKEN, TELEGRAM_RECEIVE="webhook", PUBLIC_URL=url)
    assert word in sentence


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "database").write_text("postgresql://db/candour\n")
    found = settings(TELEGRAM_TOKEN_FILE=str(tmp_path / "token"), DATABASE_FILE=str(tmp_path / "database"))
    assert found.telegram is not None
    assert found.telegram.token.reveal() == TOKEN
    assert found.database.reveal() == "postgresql://db/candour"


def test_a_secret_is_given_once_and_its_file_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    both = problems(TELEGRAM_TOKEN=TOKEN, TELEGRAM_TOKEN_FILE=str(tmp_path / "token"))
    assert both == ("CANDOUR_TELEGRAM_TOKEN and CANDOUR_TELEGRAM_TOKEN_FILE are both set. Keep one of them.",)
    for name, said in (("none", "cannot be read"), ("empty", "is empty"), ("bytes", "cannot be read")):
        [sentence] = problems(TELEGRAM_TOKEN_FILE=str(tmp_path / name))
        assert said in sentence
    [sentence] = problems(TELEGRAM_TOKEN_FILE=str(tmp_path))
    assert "cannot be read" in sentence


def test_a_secret_shows_itself_nowhere() -> None:
    found = settings(TELEGRAM_TOKEN=TOKEN, DATABASE="postgresql://candour:hidden@db/candour")
    assert found.telegram is not None
    shown = f"{found!r} {found} {found.telegram} {found.telegram.token} {found.database}"
    assert "AAExample" not in shown
    assert "hidden" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(Secret(TOKEN))


@given(st.dictionaries(st.sampled_from(NAMES), st.text(), max_size=len(NAMES)))
def test_whatever_is_given_comes_back_as_settings_or_as_sentences_that_do_not_repeat_it(
    environ: dict[str, str],
) -> None:
    canary = "q7Zx9-canary"
    result = read({name: value + canary for name, value in environ.items()})
    if not isinstance(result, Settings):
        assert all(canary not in sentence and sentence.startswith("CANDOUR_") for sentence in result)


def test_the_keys_of_the_day_are_in_memory_for_three_days_unless_something_else_is_said(
    tmp_path: Path,
) -> None:
    found = settings()
    assert (found.epoch_keys.reveal(), found.draft_days, found.accept) == ("", 3, frozenset())
    for place in ("memory", "redis://:secret@redis:6379/0", "rediss://redis/1", str(tmp_path / "keys")):
        assert settings(EPOCH_KEYS=place).epoch_keys.reveal() == place
    assert settings(DRAFT_DAYS="30").draft_days == 30
    assert settings(ACCEPT="swap, log_statement").accept == {"swap", "log_statement"}


@pytest.mark.parametrize("place", ["keys", "./keys", "redis:", "http://redis", "Memory"])
def test_the_place_of_keys_is_a_whole_path_memory_or_redis(place: str) -> None:
    [sentence] = problems(EPOCH_KEYS=place)
    assert sentence.startswith("CANDOUR_EPOCH_KEYS must be")


def test_the_keys_of_the_day_may_not_lie_with_the_data(tmp_path: Path) -> None:
    [sentence] = problems(DATA=str(tmp_path), EPOCH_KEYS=str(tmp_path / "keys"))
    assert sentence.startswith("CANDOUR_EPOCH_KEYS lies inside the data folder.")


@pytest.mark.parametrize("days", ["0", "31", "-1", "3.5", "three", "100"])
def test_drafts_live_one_to_thirty_days(days: str) -> None:
    [sentence] = problems(DRAFT_DAYS=days)
    assert sentence.startswith("CANDOUR_DRAFT_DAYS must be a number of days from 1 to 30.")


def test_a_risk_that_is_accepted_is_one_that_we_know() -> None:
    [sentence] = problems(ACCEPT="swap, everything")
    assert sentence.startswith("CANDOUR_ACCEPT must be some of: ")
    assert "log_statement" in sentence
