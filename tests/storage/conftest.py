"""A storage on both databases, real ones, a form and an audit to fill it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from dialogues.form import QUOTABLE, Attribution, Choice, Form, Kind, Language, Question, Repeat, Text
from storage.casework import Audit
from storage.epochs import Epochs, InMemory
from storage.unit_of_work import Storage
from tests.storage.phrases import RELEASE

AGREE = ("agree", "unsure", "disagree")


def words(text: str) -> Text:
    return Text({"en": text})


def question(name: str, kind: Kind = Kind.SELECT_ONE, choices: str = "", path: str = "") -> Question:
    return Question(name, path or name, kind, words(name), choices=choices)


@pytest.fixture(scope="session")
def form() -> Form:
    return Form(
        id="culture",
        title=words("Work here"),
        version="1",
        languages=(Language("en", "English"),),
        attribution=Attribution.ANONYMOUS,
        breakdown="role",
        choices={
            "role": (Choice("care", words("Care")), Choice("nurse", words("Nurse"))),
            "yes": (Choice("yes", words("Yes")), Choice("no", words("No"))),
            "agree": tuple(Choice(name, words(name), float(score)) for score, name in enumerate(AGREE)),
        },
        children=(
            question("role", choices="role"),
            question("listened", choices="agree"),
            question("reasons", Kind.SELECT_MULTIPLE, "agree"),
            question("story", Kind.TEXT),
            replace(question("may_story", choices="yes"), appearance=QUOTABLE),
            question("months", Kind.INTEGER),
            question("worked_out", Kind.CALCULATE),
            Repeat("shifts", "shifts", words("Shifts"), children=(
                question("rested", choices="agree", path="shifts/rested"),
                question("note", Kind.TEXT, path="shifts/note"),
                replace(question("may_note", choices="yes", path="shifts/may_note"), appearance=QUOTABLE),
            )),
        ),
    )  # fmt: skip


@pytest.fixture
def audit() -> Audit:
    return Audit(
        id="rowan-house",
        name="Rowan House",
        service="Residential care",
        incident="Neglect",
        staff_count=58,
        opened_on=date(2026, 5, 4),
        synthetic=True,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Where the database is: '' for a file in the test's folder, or the address of a new PostgreSQL database."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("database_url"))


@pytest.fixture
def reopen(tmp_path: Path, url: str) -> Iterator[Callable[[], Storage]]:
    """Opens the same database again, as a new process would."""
    opened: list[Storage] = []
    epochs = Epochs(InMemory())

    def opening() -> Storage:
        opened.append(Storage.open(tmp_path / "data", tmp_path / "key" / "candour.key", url, epochs=epochs))
        return opened[-1]

    yield opening
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(reopen: Callable[[], Storage]) -> Storage:
    return reopen()


@pytest.fixture
def filled(storage: Storage, audit: Audit, form: Form) -> Storage:
    """A storage with an audit that offers a form."""
    with storage.writing() as work:
        work.forms.pin(form)
        work.casework.open(audit, [form])
        work.casework.set_release_key(audit.id, RELEASE)
    return storage
