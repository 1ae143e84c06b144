"""The tools of `candour forms` that show a form, write it down, try it by chance, and compare its versions."""

from __future__ import annotations

from bot.cli.authoring.convert import convert
from bot.cli.authoring.coverage import coverage
from bot.cli.authoring.diff import diff
from bot.cli.authoring.show import diagram, preview
from bot.cli.authoring.table import table

__all__ = ["convert", "coverage", "diagram", "diff", "preview", "table"]
