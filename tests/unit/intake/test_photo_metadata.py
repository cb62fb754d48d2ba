"""What a telephone writes into a photograph goes; the picture and which way up it is stay."""

import struct
import zlib

import pytest

from services.intake.domain.photo_metadata import NotAPicture, without_metadata

_DATA = b"\x12\xff\x00\x34\xff\xd0\x56"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(turned: int, order: str = "<") -> bytes:
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)
    place = struct.pack(f"{order}HHII", 0x8825, 4, 1, 64)
    head = {"<": b"II*\x00", ">": b"MM\x00*"}[order] + struct.pack(f"{order}I", 8)
    return b"Exif\0\0" + head + struct.pack(f"{order}H", 2) + entry + place + bytes(4) + b"GPS-6.17S106.63E"


JFIF = segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")
TABLES, SCAN = segment(0xDB, bytes(65)), segment(0xDA, bytes(10))
PICTURE = TABLES + SCAN + _DATA + segment(0xC4, bytes(20)) + SCAN + _DATA


def jpeg(*told: bytes, after: bytes = b"") -> bytes:
    return b"\xff\xd8" + JFIF + b"".join(told) + PICTURE + b"\xff\xd9" + after


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_jpeg_loses_place_comments_and_what_follows_it() -> None:
    told = (segment(0xE1, exif(1)), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>"), segment(0xFE, b"Budi"))
    assert without_metadata(jpeg(*told, segment(0xED, b"Photoshop"), after=b"ftypmp42 a film")) == jpeg()


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photograph_stays_the_right_way_up(order: str) -> None:
    cleaned = without_metadata(jpeg(segment(0xE1, exif(6, order))))
    assert cleaned == jpeg(segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"))
    assert without_metadata(cleaned) == cleaned


def test_colours_stay() -> None:
    whole = jpeg(segment(0xE2, b"ICC_PROFILE\0\x01\x01colours"), segment(0xEE, b"Adobe\0d\0\0\0\0\x01"))
    assert without_metadata(whole) == whole
    assert without_metadata(jpeg(segment(0xE2, b"MPF\0pictures"))) == jpeg()


def test_a_thumbnail_in_the_head_goes() -> None:
    small = segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01abc")
    assert without_metadata(b"\xff\xd8" + small + PICTURE + b"\xff\xd9") == jpeg()


def test_a_photograph_that_was_cut_off_ends_properly() -> None:
    assert without_metadata(b"\xff\xd8" + JFIF + TABLES + SCAN + _DATA) == b"\xff\xd8" + JFIF + TABLES + SCAN + (
        _DATA + b"\xff\xd9"
    )


def test_a_png_loses_its_texts() -> None:
    head, end = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)), chunk(b"IDAT", b"x") + chunk(b"IEND")
    told = chunk(b"tEXt", b"Author\0Budi") + chunk(b"eXIf", exif(1)) + chunk(b"tIME", bytes(7))
    assert without_metadata(head + told + end + b"more") == head + end


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\xff\xff", b"\xff\xd8abc", b"\x89PNG\r\n\x1a\n" + bytes(32), b"%PDF-1.7"],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        without_metadata(content)
