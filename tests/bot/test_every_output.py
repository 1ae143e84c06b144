"""Two audits that differ only in what may not be known look the same wherever anything leaves: byte for byte."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.services import auditing
from bot.turns import TurnLoop
from bot.web import create_app
from bot.web.operations import Checks, needs, routes
from dialogues.moves import Answer, Begin, Move, Skip, Submit
from reports import assembly, rendering
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, CULTURE, an_audit, clock, close, concern, plays
from tests.bot.website import Page
from tests.reports.material import form, spread

Person: TypeAlias = dict[str, str]

BARRIERS = ("no_time blame", "blame", "no_change blame no_time") * 6
PAGES = ("/lead", f"/lead/audits/{AUDIT}", f"/lead/audits/{AUDIT}/close", "/healthz", "/readyz")
REPORT = f"/lead/audits/{AUDIT}/report"


def staff(groups: dict[str, int], culture: tuple[int, ...], talk: tuple[int, ...], seed: int) -> list[Person]:
    """So many people of each group ('': they do not say), who answer like this; the rest does not know."""
    roles = [group for group, people in groups.items() for _ in range(people)]
    scales = []
    for counts in (culture, talk):
        values = spread(counts) + ["dont_know"] * (len(roles) - sum(counts))
        random.Random(seed).shuffle(values)
        scales.append(values)
    return [
        {
            "role": role,
            "staff": scales[0][place],
            "talk": scales[1][place],
            "barriers": " ".join(BARRIERS[place : place + 1]),
        }
        for place, role in enumerate(roles)
    ]


MANY = (
    staff({"care": 24, "senior": 9, "manager": 4, "": 0}, (9, 11, 7, 5, 4), (3, 3, 4, 14, 12), 1),
    staff({"care": 23, "senior": 10, "manager": 5, "": 1}, (9, 11, 7, 6, 4), (4, 2, 4, 14, 12), 3),
)  # other sizes, other answers, other people in the hidden groups; one more who did not say
FEW = (
    staff({"care": 3}, (3, 0, 0, 0, 0), (0, 0, 0, 0, 3), 1),
    staff({"care": 1, "manager": 6}, (0, 0, 0, 0, 7), (1, 6, 0, 0, 0), 1),
)
NOBODY = (staff({}, (0,) * 5, (0,) * 5, 1), FEW[1])


def told(person: Person) -> list[Move]:
    answers = (person["role"], person["staff"], person["talk"], tuple(person["barriers"].split()), "")
    return [Begin(), *(Answer(each) if each else Skip() for each in answers), Submit()]


class World:
    """One audit with all its ways out."""

    def __init__(self, folder: Path, people: list[Person]) -> None:
        self.folder = folder
        self.storage = Storage.open(folder / "data", folder / "candour.key")
        auditing.open_audit(self.storage, an_audit(), [form(), concern()])
        asyncio.run(self._hear(people))

    async def _hear(self, people: list[Person]) -> None:
        async with TurnLoop(self.storage, clock()) as turns:
            await asyncio.gather(*(plays(turns, f"p{at}", told(each)) for at, each in enumerate(people)))

    def close(self) -> None:
        close(self.storage)

    def says(self) -> Iterator[tuple[str, object]]:
        """What can be had at this moment, by where it is had."""
        yield from self._commands()
        yield from asyncio.run(self._pages())
        yield "progress", auditing.progress(self.storage, AUDIT, clock())

    def _commands(self) -> Iterator[tuple[str, object]]:
        for command in (["audits", "list"], ["journal", "show"]):
            yield " ".join(command), self._run(*command)
        for format_, language in product(("html", "csv", "json"), ("en", "cy")):
            file = self.folder / f"{language}.{format_}"
            wanted = ("--form", CULTURE, "--format", format_, "--language", language, "--out", str(file))
            said = self._run("audits", "report", AUDIT, *wanted).replace(str(file), "FILE")
            yield f"{format_} {language}", (said, file.exists() and file.read_bytes())

    def _run(self, *arguments: str) -> str:
        settings = {
            "CANDOUR_DATA": str(self.folder / "data"),
            "CANDOUR_KEY": str(self.folder / "candour.key"),
        }
        done = CliRunner().invoke(app, arguments, env=settings)
        return f"{done.output}{done.exception or ''}"

    async def _pages(self) -> list[tuple[str, object]]:
        async with TurnLoop(self.storage, clock()) as turns:
            more = routes(Checks(needs(self.storage)))
            site = create_app(self.storage, turns, clock(), demo=True, more=more)
            transport = httpx.ASGITransport(app=site)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                found = [
                    (address, await client.get(address))
                    for address in (*PAGES, REPORT, f"{REPORT}?language=cy")
                ]
        return [
            (address, (response.status_code, response.content if REPORT in address else Page(response).text))
            for address, response in found  # the other pages have a token of their reader in them
        ]


@pytest.mark.parametrize("twins", [MANY, FEW, NOBODY], ids=["many people", "few people", "a few and nobody"])
def test_what_may_not_be_known_changes_nothing_that_leaves(
    twins: tuple[list[Person], list[Person]], tmp_path: Path
) -> None:
    worlds = []
    for name, people in zip(("one", "other"), twins, strict=True):
        (tmp_path / name).mkdir()
        worlds.append(World(tmp_path / name, people))
    one, other = worlds
    try:
        assert dict(one.says()) == dict(other.says())
        for world in worlds:
            world.close()
        said = dict(one.says())
        assert said == dict(other.says())
        assert "The report is in FILE." in str(said["csv en"])
        assert ("Staffing and skill mix" in str(said[PAGES[1]])) == (twins is MANY)
        reports = [auditing.report(world.storage, AUDIT, CULTURE) for world in worlds]
        assert assembly.encode(reports[0]) == assembly.encode(reports[1])
        for language in ("en", "cy"):
            one_said, other_said = (rendering.chat(each, language=language) for each in reports)
            assert one_said == other_said
    finally:
        for world in worlds:
            world.storage.close()
