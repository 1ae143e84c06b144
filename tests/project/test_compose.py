"""compose.yaml holds together. It is not run here: there is no Docker where the tests run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from bot.settings import SETTINGS, Settings, read

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = ("worker-1", "worker-2")


def test_everything_that_is_named_is_there_and_everything_that_is_there_is_named() -> None:
    for what in ("secrets", "configs", "networks", "volumes"):
        used = {_named(entry) for service in SERVICES.values() for entry in service.get(what, ())}
        assert used == set(COMPOSE[what]), what
    needed = {name for service in SERVICES.values() for name in service.get("depends_on", ())}
    assert needed <= set(SERVICES)


def _named(entry: str | dict[str, str]) -> str:
    return entry["source"] if isinstance(entry, dict) else entry.partition(":")[0]


def test_the_workers_are_alike_but_for_their_names() -> None:
    one, two = (dict(SERVICES[name]) for name in WORKERS)
    settings = [dict(each.pop("environment")) for each in (one, two)]
    assert one == two
    assert [each.pop("CANDOUR_WORKER") for each in settings] == list(WORKERS)
    assert settings[0] == settings[1]


def test_the_settings_of_the_workers_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql://candour:secret@database/candour")
    (tmp_path / "telegram-token").write_text("123456789:AAExampleExampleExampleExampleExampl")
    known = {setting.name for setting in SETTINGS}
    for name in WORKERS:
        environ = {
            key: re.sub(r"\$\{PUBLIC_NAME:\?[^}]*\}", "candour.example.org", value).replace(
                "/run/secrets", str(tmp_path)
            )
            for key, value in SERVICES[name]["environment"].items()
        }
        assert set(environ) <= known
        settings = read(environ)
        assert isinstance(settings, Settings), settings
        assert settings.telegram is not None
        assert settings.telegram.receive.value == "webhook"
        assert settings.worker == name
        assert settings.proxies == (COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"],)


def test_every_secret_is_a_file_and_none_stands_in_the_environment() -> None:
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|DATABASE", name):
                assert name.endswith("_FILE"), name
                assert Path(value).parent == Path("/run/secrets")
                assert Path(value).name in service["secrets"]


def test_everything_is_closed_as_far_as_it_can_be() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["restart"] == "unless-stopped"
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["healthcheck"]["test"][0] == "CMD"
        assert any(place.partition(":")[0] == "/tmp" for place in service["tmpfs"])  # noqa: S108 - its own
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert SERVICES["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_keys_of_the_day_are_on_no_disk_and_only_the_workers_reach_them() -> None:
    redis = SERVICES["redis"]
    assert redis["command"][:5] == ["redis-server", "--save", "", "--appendonly", "no"]
    assert "volumes" not in redis
    assert redis["networks"] == ["keys"]
    assert COMPOSE["networks"]["keys"]["internal"] is True
    assert {name for name, service in SERVICES.items() if "keys" in service["networks"]} == {
        *WORKERS,
        "redis",
    }
    assert {SERVICES[name]["environment"]["CANDOUR_EPOCH_KEYS"] for name in WORKERS} == {
        "redis://redis:6379/0"
    }


def test_nobody_writes_down_who_came_when() -> None:
    told = COMPOSE["configs"]["nginx"]["content"]
    assert re.findall(r"^ *access_log (.*);", told, re.MULTILINE) == ["off"]
    assert re.findall(r"^ *error_log \S+ (\w+);", told, re.MULTILINE) == ["emerg"]
    command = SERVICES["database"]["command"]
    assert {"-clog_statement=none", "-clog_min_error_statement=panic", "-carchive_mode=off"} <= set(command)


def test_only_updates_are_tried_again_once_they_were_sent() -> None:
    told = COMPOSE["configs"]["nginx"]["content"]
    assert [place for place, rules in _places(told).items() if "non_idempotent" in rules] == ["= /telegram"]


def _places(told: str) -> dict[str, str]:
    return dict(re.findall(r"location (.+?) \{(.*?)\}", told, re.DOTALL))


def test_no_dollar_of_nginx_is_taken_for_one_of_compose() -> None:
    assert not re.search(r"(?<!\$)(\$\$)*\$(?!\$)", COMPOSE["configs"]["nginx"]["content"])


def test_what_the_image_is_made_of_is_let_into_it() -> None:
    """`.dockerignore` keeps everything out, above all the secrets, but for what is copied."""
    made = COMPOSE["x-worker"]["build"]["dockerfile_inline"]
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", made, re.MULTILINE) for name in line.split()}
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert ignored[0] == "*"
    assert {line.removeprefix("!") for line in ignored[1:]} == copied
    assert all((ROOT / name).exists() for name in copied)
