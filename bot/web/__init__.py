"""Web pages: the conversation, where to turn, and what a lead reads. Without a line of JavaScript."""

from bot.web.app import create_app

__all__ = ["create_app"]
