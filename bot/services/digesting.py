"""What leads read once a week: nothing yet. When it comes, and to whom it goes, `bot.services.reminding` decides."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Letter
from storage.casework import Audit
from storage.unit_of_work import UnitOfWork


def digest(work: UnitOfWork, audit: Audit, now: datetime) -> Letter | None:  # noqa: ARG001 - for what is to come
    """The digest of an audit as it is now, perhaps with a picture; None when there is nothing to say."""
    return None
