"""How a call can go wrong: Telegram refuses it in words, or hangs up."""

from __future__ import annotations


class Refused(Exception):
    """Telegram's answer to a call it does not carry out: `error_code`, `description`, `retry_after` in seconds."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after


class HungUp(Exception):
    """The connection breaks instead of an answer."""


def bad_request(what: str) -> Refused:
    """400, as Telegram words it."""
    return Refused(400, f"Bad Request: {what}")


def forbidden(what: str) -> Refused:
    """403, as Telegram words it."""
    return Refused(403, f"Forbidden: {what}")


def conflict(what: str) -> Refused:
    """409, as Telegram words it."""
    return Refused(409, f"Conflict: {what}")
