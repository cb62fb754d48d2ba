"""What may be shown of a receiver's answer: a few plain words of it, without anything that could be a secret."""

import re
from dataclasses import dataclass

_LENGTH_MAX = 200
# Enough for the excerpt even when much of it is masked or several bytes long.
_READ_BYTES = 1_000
_PLAIN_TYPES = re.compile(r"^(text/plain|application/([a-z0-9.-]+\+)?json)$")
_MEDIA_TYPE = re.compile(r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}$")
# Numbers of people, addresses of mail, keys, signatures and tokens, however they are written.
_MASKED = re.compile(r"\d(?:[ .-]?\d){5,}|\S+@\S+|[A-Za-z0-9+/=_-]{20,}")
# What such a thing may begin with, where the reading was broken off in the middle of it.
_BEGUN = re.compile(r"(\d[\d .-]*|[A-Za-z0-9+/=_@.-]+)$")
_MASK = "…"


@dataclass(frozen=True)
class Excerpt:
    """`media_type` without parameters, None when the receiver named none; `text` of plain text and JSON only."""

    media_type: str | None = None
    text: str | None = None


def excerpt_of(content_type: str | None, body: bytes) -> Excerpt:
    """At most 200 characters on one line. A page of HTML is told by its type alone, which is what one wants to know."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.match(media_type):
        return Excerpt()
    if not _PLAIN_TYPES.match(media_type):
        return Excerpt(media_type)
    text = body[:_READ_BYTES].decode("utf-8", "replace")
    if len(body) > _READ_BYTES:
        text = _BEGUN.sub("", text)
    printable = "".join(each if each.isprintable() else " " for each in text)
    # Masked before it is cut: the rest of a number must not look like a short one.
    words = _MASKED.sub(_MASK, " ".join(printable.split()))
    return Excerpt(media_type, words[:_LENGTH_MAX] or None)
