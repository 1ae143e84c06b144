"""The tools of `candour forms` that show, write down, translate and try a form, and compare its versions."""

from __future__ import annotations

from bot.cli.authoring.convert import convert
from bot.cli.authoring.coverage import coverage
from bot.cli.authoring.diff import diff
from bot.cli.authoring.show import diagram, preview
from bot.cli.authoring.table import table
from bot.cli.authoring.translate import app as translate

__all__ = ["convert", "coverage", "diagram", "diff", "preview", "table", "translate"]
