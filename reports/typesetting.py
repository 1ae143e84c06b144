"""What Typst needs to set the same thing on every machine, and a picture as PNG."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import typst

FONTS = Path(__file__).with_name("fonts")  # for Malayalam and Urdu; Typst has the others
_POINTS = 72  # in an inch
_LARGEST = 8192  # pixels on either side
_SIZE = re.compile(r'<svg[^>]* width="(\d+)" height="(\d+)"')
_PAGE = '#set page(width: {}pt, height: {}pt, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'


@cache
def fonts() -> typst.Fonts:
    """The same fonts on every machine."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


def png(svg: str, *, width: int) -> bytes:
    """Our own SVG as PNG, `width` pixels wide and as high as its shape says. The same SVG, the same bytes.

    The SVG names its width and height in whole units. Raises ValueError where it does not, or for a picture
    with more than 8192 pixels on a side.
    """
    found = _SIZE.search(svg)
    if not found:
        raise ValueError("A picture needs a width and a height.")
    wide, high = map(int, found.groups())
    if not 0 < width <= _LARGEST or width * high > _LARGEST * wide:
        raise ValueError(f"A picture has 1 to {_LARGEST} pixels on a side.")
    page = _PAGE.format(wide, high).encode()
    return typst.compile(
        page, format="png", ppi=_POINTS * width / wide, font_paths=fonts(), sys_inputs={"svg": svg}
    )
