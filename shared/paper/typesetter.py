"""From a sheet and what stands on it to a PDF: searchable, tagged for screen readers, the same bytes every time.

What stands on a sheet reaches it as data (`d` in the sheet) and is never read as markup. A sheet reads no file and
no network: the folder it could read from holds the shared sheets alone, and its fonts lie inside the library.
"""

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import typst

from shared.errors import TooLarge, Unavailable

if TYPE_CHECKING:
    # Known to the type checker only.
    from typst import PDFStandard

_SHEETS = Path(__file__).parent / "sheets"
_SHARED_SHEET = "sheet.typ"
# Archivable, with the text as characters (PDF/A-2a), and readable by a screen reader (PDF/UA-1).
_STANDARDS: "list[PDFStandard]" = ["a-2a", "ua-1"]
SHOWN_BYTES_MAX = 262_144
WAITING_MAX = 100
_REPLACED = "\N{REPLACEMENT CHARACTER}"
# Surrogates, private use, unassigned; and what turns the direction of the text around it.
_UNPRINTABLE = frozenset({"Cs", "Co", "Cn"})
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class Typesetter:
    """Makes one paper at a time, in a thread that leaves the event loop free."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="paper")
        self._waiting = 0

    async def pdf(self, sheet: str, shown: Mapping[str, Any], *, at: datetime) -> bytes:
        """The bytes of the PDF. `sheet` comes from `sheet_of`; `shown` holds JSON values; `at` is the date that the
        paper bears, with its offset.

        Raises Unavailable when too many papers wait, TooLarge for more than a paper holds.
        """
        told = orjson.dumps(_printable(shown))
        if len(told) > SHOWN_BYTES_MAX:
            raise TooLarge("paper.too-large", "This is more than a paper holds.")
        if self._waiting >= WAITING_MAX:
            raise Unavailable("paper")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._typeset, sheet, told, at)
        finally:
            self._waiting -= 1

    def _typeset(self, sheet: str, told: bytes, at: datetime) -> bytes:
        try:
            return self._compiled(sheet, told, at, _STANDARDS)
        except typst.TypstError:
            # The standards refuse characters that no font here has. Names are in Latin letters by law (Permendagri
            # 73/2022), so this is rare; the paper then shows a box, keeps the character, and bears no PDF/A mark.
            return self._compiled(sheet, told, at, [])

    def _compiled(self, sheet: str, told: bytes, at: datetime, standards: "list[PDFStandard]") -> bytes:
        compiler = typst.Compiler(root=_SHEETS, font_paths=fonts(), package_path=_SHEETS, package_cache_path=_SHEETS)
        pdf = compiler.compile(
            sheet.encode(),
            format="pdf",
            sys_inputs={"shown": told.decode()},
            pdf_standards=standards,
            # Typst takes whole seconds at a fixed offset.
            timestamp=int(at.timestamp()),
        )
        if not isinstance(pdf, bytes):
            raise TypeError("typst gave no single PDF")
        return pdf


@cache
def typesetter() -> Typesetter:
    """The one of this process."""
    return Typesetter()


@cache
def fonts() -> typst.Fonts:
    """Read for the first paper: they take memory, and most processes never make one."""
    return typst.Fonts(include_system_fonts=False)


def sheet_of(path: Path) -> str:
    """The sheet in this file, with what all sheets share before it."""
    return f"{(_SHEETS / _SHARED_SHEET).read_text()}\n{path.read_text()}"


def _printable(value: Any) -> Any:
    """The same JSON value with what cannot be printed, or would mislead a reader, replaced."""
    if isinstance(value, str):
        return "".join(_printed(character) for character in value)
    if isinstance(value, Mapping):
        return {str(name): _printable(each) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [_printable(each) for each in value]
    return value


def _printed(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    return _REPLACED if category in _UNPRINTABLE or character in _TURNING else character
