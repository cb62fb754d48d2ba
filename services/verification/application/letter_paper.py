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
# What makes a value or an article uncertain to its reader; explained at the letter's end.
MARK = "*"


class Formats(Protocol):
    """How a language writes times and money."""

    def moment(self, value: datetime | str, language: str, *, zone: ZoneInfo) -> str: ...

    def day(self, value: date | datetime | str, language: str, *, zone: ZoneInfo) -> str: ...

    def rupiah(self, amount: int, language: str) -> str: ...


class Printer(Protocol):
    """What turns a letter into a PDF."""

    async def pdf(self, letter: "Letter") -> bytes:
        """Raises Unavailable when too many wait, TooLarge for more than a paper holds."""


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


@dataclass(frozen=True)
class Paragraph:
    text: str
    strong: bool = False
    small: bool = False
    block: str = "paragraph"


@dataclass(frozen=True)
class Facts:
    """Pairs of label and value."""

    rows: tuple[tuple[str, str], ...]
    block: str = "facts"


@dataclass(frozen=True)
class Items:
    """A list; each item with a line in small print under it, which may be empty."""

    rows: tuple[tuple[str, str], ...]
    block: str = "items"


@dataclass(frozen=True)
class Table:
    """Rows of texts, the last column amounts; `total` is the last row's label and amount."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, str]
    block: str = "table"


Block = Heading | Paragraph | Facts | Items | Table


@dataclass(frozen=True)
class Letter:
    """One letter in one language; `at` is the date that it bears, at the place of the event."""

    kind: str
    language: Language
    number: str
    at: datetime
    office: Office
    head: Facts
    to: tuple[str, ...]
    subject: str
    blocks: tuple[Block, ...]
    footer: tuple[str, ...]

    def shown(self) -> dict[str, Any]:
        """JSON values for the sheet."""
        words = words_of(self.language)
        return {
            "language": self.language,
            "title": f"{self.subject} {self.number}",
            "sender": {"name": self.office.name, "lines": self.office.lines},
            "footer": self.footer,
            "page": words["page"],
            "head": self.head.rows,
            "to_label": words["to"],
            "to": self.to,
            "subject": self.subject,
            "blocks": [asdict(block) for block in self.blocks],
        }


@cache
def _all_words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("letter_words.yaml").read_text())
    return words


def words_of(language: Language) -> Mapping[str, Any]:
    """All wording of letters in this language."""
    words: Mapping[str, Any] = _all_words()[language]
    return words
