"""`candour people`: giving roles, signing in, taking roles, from the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bot.test_audits_cli import Desk

CODE = r"[0-9A-HJKMNP-TV-Z]{28}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.says("audits", "open", "rowan", "--title", "Rowan House", "--form", "short.yaml")
    return desk


def listed(desk: Desk, audit: str = "rowan") -> list[list[str]]:
    return [re.split(" {2}", line) for line in desk.says("people", "list", audit).splitlines()]


def test_from_a_role_to_its_end(desk: Desk) -> None:
    assert "Nobody has a role in “rowan” yet" in desk.says("people", "list", "rowan")
    said = desk.says(
        "people",
        "add",
        "rowan",
        "--role",
        "lead",
        "--name",
        "Ann Example",
        CANDOUR_PUBLIC_URL="https://c.example",
    )
    assert re.search(rf"^  https://c\.example/sign-in#{CODE}$", said, re.MULTILINE)
    code = re.search(rf"#({CODE})", said)
    assert code is not None
    assert "-".join(code[1][at : at + 4] for at in range(0, 28, 4)) in said
    assert "within 24 hours" in said
    [[person, role, name, ways]] = listed(desk)
    assert (role, name, ways) == ("lead", "Ann Example", "signs in by: not set up yet")
    again = desk.says("people", "link", "rowan", person)
    assert f"http://localhost:8000/sign-in#{code[1]}" not in again
    assert re.search(rf"http://localhost:8000/sign-in#{CODE}", again)
    desk.says("people", "link", "rowan", person, "--anew")
    assert "They are no longer lead of “rowan”." in desk.says("people", "remove", "rowan", person)
    told = desk.says("journal", "show")
    assert "operator: the audit “rowan” has a lead" in told
    assert "operator: a lead of the audit “rowan” must set up signing in anew" in told
    assert "operator: somebody is no longer a lead of the audit “rowan”" in told
    assert "Ann" not in told
    assert "The journal is whole" in desk.says("journal", "verify")


def test_the_same_person_may_have_roles_in_several_audits(desk: Desk) -> None:
    desk.says("audits", "open", "elm", "--title", "Elm", "--form", "short.yaml")
    desk.says("people", "add", "rowan", "--role", "lead", "--name", "Ann Example")
    [[person, *_]] = listed(desk)
    desk.says("people", "add", "elm", "--role", "auditor", "--same-as", f"rowan/{person}")
    [[_, role, name, _]] = listed(desk, "elm")
    assert (role, name) == ("auditor", "Ann Example")
    desk.says("people", "remove", "rowan", person)
    assert listed(desk, "elm")[0][2] == "Ann Example", "who is somebody elsewhere keeps their account"


def test_what_cannot_be_is_said_in_words(desk: Desk) -> None:
    assert "nowhere" in desk.refuses("people", "add", "nowhere", "--role", "lead")
    assert "nowhere" in desk.refuses("people", "list", "nowhere")
    assert "boss" in desk.refuses("people", "add", "rowan", "--role", "boss")
    for given in ("00000000", "", "Ann"):
        assert f"Nobody in “rowan” is “{given}”." in desk.refuses("people", "remove", "rowan", given)
        assert "candour people list rowan" in desk.refuses("people", "link", "rowan", given)
    assert "is “”" in desk.refuses("people", "add", "rowan", "--role", "lead", "--same-as", "rowan")
    assert "Nobody has a role" in desk.says("people", "list", "rowan")


def test_invitations_to_every_role_can_be_made_for_telegram(desk: Desk) -> None:
    for role in ("lead", "deputy", "auditor"):
        assert re.fullmatch(r"/start [0-9A-Z]{24}\n", desk.says("audits", "invite", "rowan", "--role", role))
    told = desk.says("journal", "show")
    assert "made 1 invitations to the audit “rowan” as deputy" in told
