"""A photograph without what the telephone wrote into it: place, time, device, names, pictures behind the picture.

The picture itself is copied byte for byte. Which way up it is (EXIF's orientation) stays, since it would lie on
its side without; so do colour profiles. Works on the structure of the file alone (ITU-T T.81 annex B; PNG 1.2
chapter 4).
"""

import struct

_EXIF, _ICC = b"Exif\0\0", b"ICC_PROFILE\0"
_ORIENTATION, _SHORT = 0x0112, 3
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_TOLD = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
# Within the picture's data these are data.
_WITHOUT_LENGTH = frozenset({0x00, 0x01, 0xFF, *range(0xD0, 0xD8)})


class NotAPicture(ValueError):
    """Its parts can't be told apart."""


def without_metadata(content: bytes) -> bytes:
    """Of a JPEG or PNG. Raises NotAPicture."""
    try:
        return _png(content) if content.startswith(_PNG_SIGNATURE) else _jpeg(content)
    except (struct.error, IndexError) as error:
        raise NotAPicture("the file ends too early") from error


def _jpeg(content: bytes) -> bytes:
    if content[:2] != bytes((0xFF, _SOI)):
        raise NotAPicture("no JPEG")
    kept, at = [content[:2]], 2
    while True:
        if content[at] != 0xFF:
            raise NotAPicture("no marker where one must be")
        # A marker may have any number of filling bytes before it.
        while content[at + 1] == 0xFF:
            at += 1
        marker = content[at + 1]
        if marker == _EOI:
            # What follows (a film, a second picture) is not the picture.
            return b"".join((*kept, bytes((0xFF, _EOI))))
        (length,) = struct.unpack_from(">H", content, at + 2)
        segment = content[at : at + 2 + length]
        if length < 2 or len(segment) < 2 + length:
            raise NotAPicture("a segment ends too early")
        kept.append(_kept_segment(marker, segment))
        at += 2 + length
        if marker == _SOS:
            ends = _end_of_data(content, at)
            kept.append(content[at:ends])
            at = ends
            if at == len(content):
                return b"".join((*kept, bytes((0xFF, _EOI))))


def _kept_segment(marker: int, segment: bytes) -> bytes:
    body = segment[4:]
    if marker == _APP1:
        turned = _orientation(body)
        return _only_orientation(turned) if turned > 1 else b""
    if marker == _APP2:
        return segment if body.startswith(_ICC) else b""
    if marker == _COM or (_APP0 < marker <= _APP15 and marker != _APP14):
        return b""
    # APP0 may hold a small copy of the picture as it was; its first fields are all that is needed of it.
    return segment[:2] + b"\x00\x10" + segment[4:16] + b"\0\0" if marker == _APP0 and len(segment) >= 18 else segment


def _end_of_data(content: bytes, at: int) -> int:
    """Where the next marker begins that is no data, or the end of a file that was cut off."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            return len(content)
        if content[at + 1] not in _WITHOUT_LENGTH:
            return at
        at += 1 if content[at + 1] == 0xFF else 2


def _orientation(exif: bytes) -> int:
    """1 to 8; 1 (upright) when it isn't told."""
    try:
        if not exif.startswith(_EXIF):
            return 1
        tiff = exif[len(_EXIF) :]
        order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "")
        if not order:
            return 1
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
        for index in range(entries):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, directory + 2 + 12 * index)
            if tag == _ORIENTATION and kind == _SHORT and 1 <= value <= 8:
                return int(value)
    except struct.error:
        pass
    return 1


def _only_orientation(turned: int) -> bytes:
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x01" + struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, turned, 0) + bytes(4)
    body = _EXIF + tiff
    return bytes((0xFF, _APP1)) + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> bytes:
    kept, at = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while True:
        (length,) = struct.unpack_from(">I", content, at)
        kind, ends = content[at + 4 : at + 8], at + 12 + length
        if ends > len(content) or not kind.isalpha():
            raise NotAPicture("a chunk ends too early")
        if kind not in _PNG_TOLD:
            kept.append(content[at:ends])
        if kind == b"IEND":
            return b"".join(kept)
        at = ends
