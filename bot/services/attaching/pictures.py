"""Pictures, painted anew: what is kept is made of their pixels alone."""

from __future__ import annotations

import io
import logging
import re
import warnings
from contextlib import suppress
from threading import Lock

from PIL import ImageCms
from PIL.Image import DecompressionBombError, Image, Resampling, Transpose
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

MOST_PIXELS = 51_000_000  # what a telephone of “50 megapixels” makes
MOST_SCANS = 100  # of a progressive JPEG, which has about ten: each is one more walk over all pixels
LONGEST_SIDE = 4096  # pixels: small print on a photographed sheet can still be read

_ORIENTATION = 0x0112  # the EXIF tag
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_QUALITY = 85
_MARKER = re.compile(
    rb"\xff([\x02-\xcf\xd9-\xfe])"
)  # of a JPEG, but for those that stand alone within its data
_START_OF_SCAN, _END_OF_IMAGE = b"\xda", b"\xd9"
# One at a time: each may take 300 MB while it is open, and Python 3.11 keeps its warning filters for all threads.
_painting = Lock()

logging.getLogger("PIL").setLevel(logging.WARNING)  # below that it writes down what the EXIF of a photo says


def jpeg(content: bytes) -> tuple[bytes, str]:
    """A JPEG without anything but its picture, and `jpg`. Raises DecompressionBombError, and what Pillow raises."""
    _count_scans(content)
    with _painting, _quietly(), JpegImageFile(io.BytesIO(content)) as opened:
        _weigh(opened)
        opened.draft(opened.mode, (LONGEST_SIDE, LONGEST_SIDE))
        return _painted(opened, "JPEG", has_alpha=False), "jpg"


def png(content: bytes) -> tuple[bytes, str]:
    """A PNG without anything but its first picture, and `png`. Raises as `jpeg` does."""
    with _painting, _quietly(), PngImageFile(io.BytesIO(content)) as opened:
        _weigh(opened)
        return _painted(opened, "PNG", has_alpha=opened.has_transparency_data), "png"


def webp(content: bytes) -> tuple[bytes, str]:
    """A WebP without anything but its first picture, and `webp`. Raises as `jpeg` does."""
    with _painting, _quietly(), WebPImageFile(io.BytesIO(content)) as opened:
        _weigh(opened)
        return _painted(opened, "WEBP", has_alpha=opened.has_transparency_data), "webp"


def _quietly() -> warnings.catch_warnings[None]:
    """Pillow warns of what is broken beside the picture, and nothing beside it is kept."""
    return warnings.catch_warnings(action="ignore")


def _weigh(opened: ImageFile) -> None:
    """Before a pixel is unpacked: Pillow's own limit is one for the whole process, and only warns at first."""
    if opened.width * opened.height > MOST_PIXELS:
        raise DecompressionBombError


def _count_scans(content: bytes) -> None:
    """A few bytes make a scan, and each costs seconds where the picture is large."""
    at, scans = 0, 0
    while (marker := _MARKER.search(content, at)) and marker[1] != _END_OF_IMAGE:
        scans += marker[1] == _START_OF_SCAN
        if scans > MOST_SCANS:
            raise DecompressionBombError
        at = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2], "big")


def _painted(opened: ImageFile, kind: str, *, has_alpha: bool) -> bytes:
    turn = _TURNS.get(_orientation(opened))
    picture = _in_screen_colours(opened, "RGBA" if has_alpha else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Resampling.LANCZOS)
    if turn is not None:
        picture = picture.transpose(turn)
    picture.info = {}  # what Pillow would write into the new file
    made = io.BytesIO()
    picture.save(made, kind, quality=_QUALITY)
    return made.getvalue()


def _orientation(opened: ImageFile) -> int:
    """How the camera was held, 1 to 8; 1 where that cannot be read."""
    try:
        return int(opened.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a photo whose EXIF is broken in any way is still a photo
        return 1


def _in_screen_colours(opened: ImageFile, mode: str) -> Image:
    """As sRGB, which needs no profile; a profile that cannot be read is left out."""
    profile = opened.info.get("icc_profile")
    if profile and opened.mode in {"RGB", "RGBA", "CMYK"}:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return _converted(opened, profile, mode)
    if opened.mode.startswith("I"):  # 16 bits of grey
        return opened.point(lambda grey: grey / 256).convert("L").convert(mode)
    return opened.convert(mode)


def _converted(opened: ImageFile, profile: bytes, mode: str) -> Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    target = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(opened, source, target, outputMode=mode)
    assert converted is not None
    return converted
