"""A letter as blocks of text: what stands on the paper, and nothing of how it looks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import yaml

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")
# Who reads a block: everybody who gets the letter, whom it is addressed to, or who gets a copy (tembusan).
Audience = Literal["all", "addressee", "copies"]
Shown = dict[str, Any]
# What makes a value or an article uncertain to its reader; explained at the letter's end.
MARK = "*"


class Formats(Protocol):
    """How a language writes times and money."""

    def moment(self, value: datetime | str, language: str, *, zone: ZoneInfo) -> str: ...

    def day(self, value: date | datetime | str, language: str, *, zone: ZoneInfo) -> str: ...

    def rupiah(self, amount: int, language: str) -> str: ...


class Printer(Protocol):
    """What turns a letter into a PDF."""

    async def pdf(self, shown: Shown, at: datetime) -> bytes:
        """Of what one party reads (`read_by`); `at` is the date that the letter bears. Raises Unavailable when too many
        wait, TooLarge for more than a paper holds."""


@dataclass(frozen=True)
class Office:
    """Whose letters they are. `objection_days` is how long after a letter's date this office takes objections, None
    where nobody has laid that down."""

    name: str
    lines: tuple[str, ...] = ()
    objection_days: int | None = None


@dataclass(frozen=True)
class Heading:
    text: str
    block: str = "heading"
    audience: Audience = "all"


@dataclass(frozen=True)
class Paragraph:
    text: str
    strong: bool = False
    small: bool = False
    block: str = "paragraph"
    audience: Audience = "all"


@dataclass(frozen=True)
class Facts:
    """Pairs of label and value."""

    rows: tuple[tuple[str, str], ...]
    block: str = "facts"
    audience: Audience = "all"


@dataclass(frozen=True)
class Items:
    """A list; each item with a line in small print under it, which may be empty."""

    rows: tuple[tuple[str, str], ...]
    block: str = "items"
    audience: Audience = "all"


@dataclass(frozen=True)
class Table:
    """Rows of texts, the last column amounts; `total` is the last row's label and amount."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, str]
    block: str = "table"
    audience: Audience = "all"


Block = Heading | Paragraph | Facts | Items | Table


@dataclass(frozen=True)
class Copy:
    """Who gets a copy: `party` is a code of `waiting_on`, a hospital by its organisation."""

    party: str
    name: str


@dataclass(frozen=True)
class Letter:
    """One letter in one language. `code` and `address` are where anybody can check that it is genuine."""

    language: Language
    number: str
    office: Office
    head: Facts
    to: tuple[str, ...]
    subject: str
    blocks: tuple[Block, ...]
    footer: tuple[str, ...]
    copies: tuple[Copy, ...] = ()
    code: str = ""
    address: str = ""

    def kept(self) -> Shown:
        """JSON values, for everybody who gets the letter; `read_by` takes from it what one party may read."""
        words = words_of(self.language)
        return {
            "language": self.language,
            "title": f"{self.subject} {self.number}",
            "sender": {"name": self.office.name, "lines": list(self.office.lines)},
            "footer": list(self.footer),
            "page": words["page"],
            "head": [list(row) for row in self.head.rows],
            "to_label": words["to"],
            "to": list(self.to),
            "subject": self.subject,
            "blocks": [asdict(block) for block in self.blocks],
            "copies_label": words["copies"],
            "copy_label": words["copy_for"],
            "copies": [asdict(copy) for copy in self.copies],
            "check": words["check"].format(code=self.code),
            "address": self.address,
        }


def read_by(kept: Shown, party: str) -> Shown:
    """What one party reads of a letter that was kept: whom it is addressed to (empty), or who gets a copy."""
    audience = "copies" if party else "addressee"
    head = list(kept["head"])
    if party:
        name = next(copy["name"] for copy in kept["copies"] if copy["party"] == party)
        head.append([kept["copy_label"], name])
    blocks = [block for block in kept["blocks"] if block["audience"] in ("all", audience)]
    return {**kept, "head": head, "blocks": blocks}


@cache
def _all_words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("letter_words.yaml").read_text())
    return words


def words_of(language: Language) -> Mapping[str, Any]:
    """All wording of letters in this language."""
    words: Mapping[str, Any] = _all_words()[language]
    return words
