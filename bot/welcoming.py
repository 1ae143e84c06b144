"""What whoever comes back with their receipt reads, whatever the channel, and where they can go from there."""

from __future__ import annotations

from bot import buttons, wording
from bot.messages import Go, Welcomed
from bot.wording import Voice, mark
from storage.threads import Message, Sender

_WHO = {Sender.RESPONDENT: mark("You wrote"), Sender.LEAD: mark("They answered")}


def told(welcomed: Welcomed) -> tuple[str, ...]:
    """The audit, and what they and the lead wrote each other, as they wrote it."""
    _ = wording.voice(welcomed.interview.language)
    written = tuple(_said(message, _) for message in welcomed.messages)
    nothing = (_("Nobody has written to you so far."),)
    return (
        _("This receipt belongs to “{audit}”. Nobody sees who you are.", audit=welcomed.title),
        *(written or nothing),
        _("To see what comes, use your receipt again. Nothing is sent to you."),
    )


def ways(welcomed: Welcomed) -> tuple[tuple[str, str], ...]:
    """What they can do now: words and token of each button."""
    language = welcomed.interview.language
    return tuple(
        (form.title.to(language), buttons.token(Go(form.id), welcomed.interview)) for form in welcomed.forms
    )


def who(message: Message, voice: Voice) -> str:
    """Who wrote a message, as whoever has the receipt reads it."""
    return voice(_WHO[message.sender])


def _said(message: Message, voice: Voice) -> str:
    return f"{who(message, voice)}:\n{message.text}"
