"""How much goes into one statement, so that a large Bundle does not take its size several times on its way."""

import zlib
from collections.abc import Sequence

from services.hospital_gateway.application.documents import Written

_ROWS_MAX = 1_000
_CHARACTERS_MAX = 4_194_304
# Below, packing would take longer than it spares.
_PACKED_FROM_BYTES = 262_144


def packed(request: bytes) -> bytes:
    """A Bundle's bytes as they are kept. No JSON begins as zlib's format does, so both forms can be told apart."""
    return request if len(request) < _PACKED_FROM_BYTES else zlib.compress(request, 1)


def slices(written: Sequence[Written]) -> list[Sequence[Written]]:
    """New versions, in their order, as they go into one statement each."""
    bounds, size = [0], 0
    for place, one in enumerate(written):
        size += len(one.text)
        if place > bounds[-1] and (size > _CHARACTERS_MAX or place - bounds[-1] >= _ROWS_MAX):
            bounds.append(place)
            size = len(one.text)
    return [written[start:end] for start, end in zip(bounds, [*bounds[1:], len(written)], strict=True)]
