"""`Content-Digest` (RFC 9530): the sender says what the bytes hash to; what arrived must hash to the same."""

import base64
import binascii
import hashlib
import re

from shared.errors import Problem, Refusal, Unreadable

_HEADER_LENGTH_MAX = 2_000
# One member of a structured-field dictionary whose value is a byte sequence; parameters may follow and say nothing.
_MEMBER = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):(?:;[^,]*)?")
_ALGORITHMS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def check_content_digest(header: str | None, content: bytes) -> None:
    """Nothing without the header or with unknown algorithms only. Raises Unreadable when the header is malformed and
    Refusal `content-digest-mismatch` when the bytes are others."""
    for algorithm, expected in _members(header or "").items():
        hash_of = _ALGORITHMS.get(algorithm)
        if hash_of is not None and hash_of(content).digest() != expected:
            detail = "The bytes that arrived do not have the digest given."
            pointer = "/header/content-digest"
            raise Refusal("content-digest-mismatch", detail, [Problem(pointer, "content-digest-mismatch", detail)])


def _members(header: str) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    for part in header.split(",") if header.strip() else ():
        found = _MEMBER.fullmatch(part.strip())
        if found is None or len(header) > _HEADER_LENGTH_MAX:
            raise _malformed()
        try:
            members[found[1]] = base64.b64decode(found[2], validate=True)
        except binascii.Error:
            raise _malformed() from None
    return members


def _malformed() -> Unreadable:
    detail = "Content-Digest reads sha-256=:<base64>:."
    return Unreadable("content-digest-malformed", detail, [Problem("/header/content-digest", "malformed", detail)])
