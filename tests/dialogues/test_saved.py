"""What was stored stays readable: forms and interviews saved by earlier versions load, and the conversation goes on.

`saved/` holds one form and one interview for each stored format. Add to it; never change what is there.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialogues import form as forms
from dialogues import interview as interviews
from dialogues.engine import advance, history, prompts
from dialogues.library import names, shipped
from dialogues.moves import Answer
from dialogues.prompts import Ask

SAVED = Path(__file__).with_name("saved")
NOW = datetime(2026, 11, 23, tzinfo=UTC)
FORMATS = sorted(path.stem for path in SAVED.glob("*.form"))


@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_form_still_has_the_digest_that_interviews_are_pinned_to(name: str) -> None:
    content = (SAVED / f"{name}.form").read_bytes()
    assert forms.decode(content).digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_interview_goes_on_where_it_was(name: str) -> None:
    form = forms.decode((SAVED / f"{name}.form").read_bytes())
    interview = interviews.decode((SAVED / f"{name}.interview").read_bytes())
    asked = prompts(form, interview)[-1]
    assert isinstance(asked, Ask)
    assert asked.question == "cap_skill_mix"
    assert [item.answer for item in history(form, interview)] == ["Care staff", "Rarely", ""]
    following = advance(form, interview, Answer("Often", turn=asked.turn), now=NOW).prompts[-1]
    assert isinstance(following, Ask)
    assert following.question == "com_handover"


# A form that was used never changes: a new wording is a new version. Add a line for each.
DIGESTS = {
    ("verification", "2026-11-1"): "b92135aa4bd19162",
    ("review", "2026-11-1"): "47d98ec01e655c0c",
    ("progress", "2026-11-1"): "32c5afa8458adbc2",
    ("notification", "2026-11-1"): "ecc9c36ff5dfb209",
    ("learning-share", "2026-11-1"): "63af4c8b09ece99a",
    ("exception", "2026-11-1"): "8e9459f5ce094ebf",
    ("challenge", "2026-11-1"): "d4ef899a7ad9a5b7",
    ("action", "2026-11-1"): "f5632d43198e2b24",
    ("board-questions", "2026-11-1"): "582de0e9190654cf",
    ("board-questions", "2026-11-2"): "cc1b85e5a0b7587b",
    ("finding", "2026-11-1"): "9a974ac98cce731f",
    ("opinion", "2026-11-1"): "7decca3d769d0f2c",
    ("guided-interview", "2026-11-1"): "bf5ee03f7519ad03",
    ("guided-interview", "2026-11-2"): "88e5deac020b765a",
    ("monthly-number", "2026-11-1"): "295f6d5e02b6c0c4",
    ("re-audit", "2026-11-1"): "8dc75f53b5842e47",
    ("new-audit", "2026-11-1"): "43607565abbbffe0",
    ("observation", "2026-11-1"): "e06af74f98e94911",
    ("partner-agency", "2026-11-1"): "a695ecb82f0ac2cb",
    ("partner-agency", "2026-11-2"): "f5f26daec2bcbf2a",
    ("partner-view", "2026-11-1"): "a7b13cf83b928ce8",
    ("record-review", "2026-11-1"): "f259f4d7f5ffbb72",
    ("concern", "2026-11-1"): "896b10bbd31a6027",
    ("concern", "2026-11-2"): "49bc14a712387f92",
    ("concern", "2026-11-3"): "eb83540a51fc108b",
    ("message", "2026-11-1"): "d01bd0e533249632",
    ("message", "2026-11-2"): "6aa963d29e3fbec6",
    ("reflection", "2026-11-1"): "08750c1316fb5e0b",
    ("reflection", "2026-11-2"): "8e6a906cd7804442",
    ("staff-culture", "2026-11-1"): "69923d05ee30fe32",
    ("staff-culture", "2026-11-2"): "d1cbb3f117682f1a",
    ("staff-culture", "2026-11-3"): "f49867dcb1f8fc89",
    ("staff-culture", "2026-11-4"): "c980cf364fc8d0e6",
    ("take-back", "2026-11-1"): "11e3de6ac75203fa",
    ("take-back", "2026-11-2"): "20680859970bc4eb",
}


@pytest.mark.parametrize("name", names())
def test_a_published_version_of_a_shipped_form_never_changes(name: str) -> None:
    form = shipped(name)
    assert DIGESTS[name, form.version] == form.digest[:16], (
        "give the changed form a new version, and a line above"
    )
