from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from dialogues.form import Form
from storage.errors import StorageError
from storage.forms import Shelf
from storage.unit_of_work import Storage


@pytest.mark.usefixtures("filled")
def test_a_form_comes_back_by_its_digest(reopen: Callable[[], Storage], form: Form) -> None:
    with reopen().reading() as work:
        assert work.forms.get(form.digest) == form


def test_a_new_wording_is_a_new_version_and_the_old_one_stays(filled: Storage, form: Form) -> None:
    newer = replace(form, version="2")
    with filled.writing() as work:
        work.forms.pin(newer)
        work.forms.pin(newer)
    with filled.reading() as work:
        assert (work.forms.get(form.digest).version, work.forms.get(newer.digest).version) == ("1", "2")


def test_a_form_that_was_never_pinned_is_not_there(storage: Storage) -> None:
    with storage.reading() as work, pytest.raises(StorageError, match="not in this database"):
        work.forms.get("0" * 64)


def test_the_shelf_makes_room(form: Form) -> None:
    shelf = Shelf(2)
    versions = [shelf.put(replace(form, version=str(number))) for number in range(3)]
    assert [shelf.get(version.digest) for version in versions] == [None, *versions[1:]]
