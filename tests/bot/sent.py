"""Small real files of every kind that people send, each with more in it than its sender sees."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
from xml.sax.saxutils import escape

import openpyxl
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

SECRET = "Anna Prosser"  # must not come out again
WIDTH, HEIGHT = 60, 40
RED, BLUE = (200, 30, 30), (30, 30, 200)


def halves() -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    made = Image.new("RGB", (WIDTH, HEIGHT), RED)
    made.paste(BLUE, (WIDTH // 2, 0, WIDTH, HEIGHT))
    return made


def exif(orientation: int = 1) -> Image.Exif:
    """Who took it, where, when, and how the camera was held."""
    made = Image.Exif()
    made[ExifTags.Base.Artist] = SECRET
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.DateTime] = "2026:05:04 21:30:00"
    gps = made.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (51.0, 28.0, 40.0)
    return made


def saved(picture: Image.Image, kind: str, **more: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, kind, **more)
    return made.getvalue()


def jpeg(orientation: int = 1) -> bytes:
    content = saved(halves(), "JPEG", quality=95, exif=exif(orientation), comment=SECRET.encode())
    return content + b"<html>" + SECRET.encode()


def png() -> bytes:
    told = PngInfo()
    told.add_text("Author", SECRET)
    told.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET}</x:xmpmeta>")
    return saved(halves(), "PNG", pnginfo=told, exif=exif()) + b"<script>" + SECRET.encode()


def webp() -> bytes:
    return saved(halves(), "WEBP", quality=95, exif=exif(), xmp=SECRET.encode())


def wav() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x01\x02" * 400)
    artist = SECRET.encode().ljust(14, b"\0")
    told = b"INFOIART" + struct.pack("<I", len(artist)) + artist
    content = made.getvalue() + b"LIST" + struct.pack("<I", len(told)) + told
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]


FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1, layer III, 128 kbit/s, 44,100 Hz


def mp3() -> bytes:
    told = SECRET.encode()
    before = b"ID3\x04\0\0" + bytes((0, 0, len(told) >> 7, len(told) & 0x7F)) + told
    return before + FRAME * 5 + b"TAG" + told.ljust(125, b"\0")


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def m4a(handler: bytes = b"soun") -> bytes:
    """What a phone records: `mp42`, with its time, its place and its owner."""
    times = struct.pack(">II", 3_900_000_000, 3_900_000_001)
    header = box(b"mvhd", bytes(4) + times + bytes(88))
    kind = box(b"hdlr", bytes(8) + handler + bytes(13))
    track = box(b"trak", box(b"tkhd", bytes(4) + times + bytes(72)) + box(b"mdia", kind))
    told = box(b"udta", box(b"\xa9ART", SECRET.encode()) + box(b"\xa9xyz", b"+51.4779-003.1751/"))
    return (
        box(b"ftyp", b"mp42\0\0\0\0mp42isom")
        + box(b"mdat", b"\x01sound" * 20)
        + box(b"moov", header + track + told)
    )


def crc(page: bytes) -> int:
    """The checksum of an Ogg page, bit by bit as RFC 3533 tells it."""
    found = 0
    for byte in page:
        found ^= byte << 24
        for _ in range(8):
            found = (found << 1 ^ (0x04C11DB7 if found & 0x80000000 else 0)) & 0xFFFFFFFF
    return found


def page(number: int, flag: int, sizes: bytes, body: bytes) -> bytes:
    head = struct.pack("<4sBBQIII", b"OggS", 0, flag, 0, 7, number, 0) + bytes((len(sizes),)) + sizes
    made = head + body
    return made[:22] + struct.pack("<I", crc(made)) + made[26:]


def ogg(told: str = SECRET) -> bytes:
    """Opus in Ogg; what is told of it may reach over pages of 255 bytes."""
    comment = b"ARTIST=" + told.encode()
    tags = b"OpusTags" + struct.pack("<I", 4) + b"Lavf" + struct.pack("<II", 1, len(comment)) + comment
    head = b"OpusHead\x01\x01" + bytes(9)
    pages = [page(0, 2, bytes((len(head),)), head)]
    while len(tags) >= 255:
        pages.append(page(len(pages), 0, b"\xff", tags[:255]))
        tags = tags[255:]
    pages.append(page(len(pages), 0, bytes((len(tags),)), tags))
    pages.append(page(len(pages), 4, b"\x14", b"twenty bytes of opus"))
    return b"".join(pages)


def pdf(between: bytes = b"") -> bytes:
    """A page of a PDF with its author in the open and in XMP."""
    xmp = b"<?xpacket begin='' id='W5M0'?><dc:creator>%b</dc:creator><?xpacket end='w'?>" % SECRET.encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Title (Rota (nights)) /Author (%b \\(nurse\\) (nights)) /Producer (Writer) >>"
        % SECRET.encode(),
        b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%b\nendstream" % (len(xmp), xmp),
    ]
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    made += between
    start = len(made)
    made += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size 5 /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(made)


def archive(parts: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.comment = SECRET.encode()
        for name, part in parts.items():
            packed.writestr(name, part, zipfile.ZIP_STORED if name == "mimetype" else None)
    return made.getvalue()


TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def docx(more: dict[str, str | bytes] | None = None) -> bytes:
    core = f"<cp:coreProperties><dc:creator>{escape(SECRET)}</dc:creator></cp:coreProperties>"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "docProps/core.xml": core,
        "docProps/app.xml": f"<Properties><Manager>{SECRET}</Manager></Properties>",
        "word/document.xml": "<w:document>Nobody answered the bell.</w:document>",
    }
    return archive(parts | (more or {}))


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = SECRET
    assert book.active is not None
    book.active.append(["Monday", "two on nights"])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def odt() -> bytes:
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": "<office:document-content>Nobody answered the bell.</office:document-content>",
            "meta.xml": f"<office:document-meta>{SECRET}</office:document-meta>",
        }
    )


def txt() -> bytes:
    return "\ufeffNobody answered the bell. Neb – dŵr.\r\n".encode()


EVERY = {
    "jpg": jpeg(),
    "png": png(),
    "webp": webp(),
    "ogg": ogg(),
    "mp3": mp3(),
    "m4a": m4a(),
    "wav": wav(),
    "pdf": pdf(),
    "docx": docx(),
    "xlsx": xlsx(),
    "odt": odt(),
    "txt": txt(),
}
