"""A file of contacts that was checked today, for tests that start `candour serve`: what is shipped grows old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from bot.contacts import ORDER


def checked(folder: Path, on: date | None = None, **more: object) -> Path:
    """Write the file into this folder; `on`: the day of the last check, otherwise today. `more` stands in it too."""
    day = on or datetime.now(UTC).date()
    content: Mapping[str, object] = {
        "nation": "england",
        "verified_on": day,
        "checked": dict.fromkeys(ORDER, day),
        "council": {"name": "Rowanshire adult safeguarding team", "phone": "01632 960001"},
        "lead": {"name": "The safeguarding lead", "phone": "01632 960002"},
        "deputy": {"name": "The deputy lead", "phone": "01632 960003"},
    }
    path = folder / "contacts.yaml"
    path.write_text(yaml.safe_dump({**content, **more}, allow_unicode=True), "utf-8")
    return path
