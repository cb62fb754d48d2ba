"""The code of a receipt: it follows from what was accepted, and nobody without the key can guess it.

A letter for the service, fourteen characters of a keyed hash (70 bits), a check character; Crockford's base 32, so that
it can be read out and typed. The same thing accepted has the same code for ever, wherever in the hub it is asked for.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from shared.identifiers import CROCKFORD, in_fours
from shared.sealing import WorkerKeys

# Letters of the alphabet, each of one service.
LETTERS = {"intake": "R", "hospital_gateway": "H", "disnaker_gateway": "D", "verification": "V"}
_HASH_CHARACTERS = 14
_LENGTH = _HASH_CHARACTERS + 2
# x⁵ + x² + 1: with it, shifting by one is multiplication by a generator of the field of 32 elements.
_FIELD = 0b100101
_AS_READ = str.maketrans("OIL", "011", " -\N{NO-BREAK SPACE}")


@dataclass(frozen=True)
class Receipt:
    """What a partner is told of it. `url` is the page where anybody can check it."""

    code: str
    url: str

    def told(self) -> dict[str, str]:
        """As a member of a JSON answer."""
        return {"code": in_fours(self.code), "url": self.url}


class ReceiptCodes:
    """Makes codes under a secret that never changes: a receipt on paper is good for as long as what it stands for."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of(cls, workers: WorkerKeys) -> "ReceiptCodes":
        """Those of this hub, the same in every service."""
        return cls(workers.key_for("receipts"))

    def code(self, service: str, kind: str, *subject: object) -> str:
        """The code of one thing that `service` accepted; `subject` are its id and whatever else tells it apart."""
        text = "|".join((service, kind, *(str(part) for part in subject)))
        number = int.from_bytes(hmac.new(self._secret, text.encode(), sha256).digest())
        digits = "".join(CROCKFORD[number >> 5 * place & 31] for place in range(_HASH_CHARACTERS))
        body = LETTERS[service] + digits
        return body + CROCKFORD[_check(body)]

    def __repr__(self) -> str:
        return "ReceiptCodes()"


def read_code(text: str) -> str | None:
    """A code as somebody typed it; None when a character is wrong or missing. O is read as 0, I and L as 1."""
    code = text.upper().translate(_AS_READ)
    known = len(code) == _LENGTH and all(character in CROCKFORD for character in code)
    return code if known and code[0] in LETTERS.values() and CROCKFORD[_check(code[:-1])] == code[-1] else None


def service_of(code: str) -> str:
    """Who gave it."""
    return next(service for service, letter in LETTERS.items() if letter == code[0])


def _check(body: str) -> int:
    """A sum over the field of 32 elements, each place with a weight of its own: every single wrong character changes
    it, and so do any two that have changed places."""
    value = 0
    for character in body:
        value = _doubled(value ^ CROCKFORD.index(character))
    return value


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value & 32 else value
