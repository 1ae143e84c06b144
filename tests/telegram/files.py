"""The files Telegram keeps: what a bot is told of them and what it can fetch."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import msgspec
from PIL import Image

from tests.telegram.errors import bad_request

LARGEST_DOWNLOAD = 20 * 1024 * 1024
LARGEST_PHOTO_UPLOAD = 10 * 1024 * 1024
PHOTO_SIDES = (90, 320, 800, 1280)
"""The longer side, in pixels, of the sizes in which a photo is kept."""


class File(msgspec.Struct, frozen=True):
    """A kept file; `size` in bytes is what Telegram says, which a test may claim to be larger than it is."""

    id: str
    path: str
    content: bytes
    size: int

    def json(self) -> dict[str, Any]:
        """What every kind of file says of itself."""
        unique = hashlib.sha256(self.content).hexdigest()[:16]
        return {"file_id": self.id, "file_unique_id": unique, "file_size": self.size}


class Files:
    """All files, by their id and by the path they are fetched from."""

    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}
        self._by_path: dict[str, File] = {}

    def keep(self, folder: str, ending: str, content: bytes, *, size: int | None = None) -> File:
        """Keep a file; paths are numbered, like Telegram's (`photos/file_3.jpg`)."""
        number = len(self._by_id)
        path = f"{folder}/file_{number}{ending}"
        file = File(f"AgACAgQAAxkBAAI{number:08d}", path, content, len(content) if size is None else size)
        self._by_id[file.id] = self._by_path[path] = file
        return file

    def find(self, file_id: str) -> File:
        """The file with this id."""
        if file_id not in self._by_id:
            raise bad_request("invalid file_id")
        return self._by_id[file_id]

    def at(self, path: str) -> File | None:
        """The file that is fetched from this path."""
        return self._by_path.get(path)

    def keep_photo(self, content: bytes) -> list[dict[str, Any]]:
        """Keep a photo as Telegram does: in several sizes, as JPEG, without what the camera wrote into it."""
        try:
            with Image.open(io.BytesIO(content)) as picture:
                pixels = picture.convert("RGB")
        except OSError:
            raise bad_request("IMAGE_PROCESS_FAILED") from None
        longest = max(pixels.size)
        sides = [side for side in PHOTO_SIDES if side < longest] + [min(longest, PHOTO_SIDES[-1])]
        return [self._photo_size(pixels, side) for side in sorted(set(sides))]

    def _photo_size(self, pixels: Image.Image, side: int) -> dict[str, Any]:
        small = pixels.copy()
        small.thumbnail((side, side))
        written = io.BytesIO()
        small.save(written, "JPEG", quality=87)
        file = self.keep("photos", ".jpg", written.getvalue())
        return file.json() | {"width": small.width, "height": small.height}
