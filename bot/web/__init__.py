"""Web pages: the conversation, where to turn, signing in, what people with a role read. Only passkeys need scripts."""

from bot.web.app import create_app

__all__ = ["create_app"]
