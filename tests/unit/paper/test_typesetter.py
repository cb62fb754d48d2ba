"""Papers say what they were given, as text, the same way every time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from shared.errors import TooLarge, Unavailable
from shared.paper import typesetter
from shared.paper.qr_codes import qr_svg
from shared.paper.typesetter import Typesetter, sheet_of
from tests.support.papers import text_of

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BODY = """#show: sheet
= #d.title
#letterhead
#facts(d.rows)
#qr(d.qr, d.address)
"""


@pytest.fixture
def printer() -> Typesetter:
    return Typesetter()


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    path = tmp_path / "test.typ"
    path.write_text(BODY)
    return sheet_of(path)


def shown(*values: str) -> dict[str, Any]:
    return {
        "language": "id",
        "title": "Surat uji",
        "sender": {"name": "BPJS Ketenagakerjaan", "lines": ["Jalan Contoh 1"]},
        "footer": ["Kaki surat"],
        "page": "Halaman {page} dari {pages}",
        "rows": [["Nama", value] for value in values],
        "qr": qr_svg("https://simpul.example/receipt/X"),
        "address": "https://simpul.example/receipt/X",
    }


async def test_a_paper_holds_its_text_and_is_archivable_and_accessible(printer: Typesetter, sheet: str) -> None:
    pdf = await printer.pdf(sheet, shown("Siti Aminah"), at=AT)
    text = text_of(pdf)
    assert "Siti Aminah" in text
    assert "Kaki surat" in text
    assert "Halaman 1 dari 1" in text
    assert b"pdfaid:part" in pdf
    assert b"pdfuaid:part" in pdf


async def test_the_same_paper_is_the_same_bytes(printer: Typesetter, sheet: str) -> None:
    other = Typesetter()
    one, two = [await made.pdf(sheet, shown("Siti"), at=AT) for made in (printer, other)]
    assert one == two
    assert one != await printer.pdf(sheet, shown("Sita"), at=AT)


@pytest.mark.parametrize(
    "name",
    ["#panic()", "*tebal* _miring_ `x` $y$", "<b>label</b> @rujukan", "\\ // /* komentar", '#read("/etc/passwd")',
     "= Judul", "Ångström Žižek Кириллица Ελληνικά"],
)  # fmt: skip
async def test_what_stands_on_it_is_never_markup(printer: Typesetter, sheet: str, name: str) -> None:
    assert name in text_of(await printer.pdf(sheet, shown(name), at=AT))


async def test_letters_that_no_font_has_cost_the_archive_mark_and_not_the_paper(
    printer: Typesetter, sheet: str
) -> None:
    pdf = await printer.pdf(sheet, shown("中文 Budi"), at=AT)
    assert b"pdfaid:part" not in pdf
    assert "Budi" in text_of(pdf)


async def test_what_turns_or_breaks_text_is_replaced(printer: Typesetter, sheet: str) -> None:
    pdf = await printer.pdf(sheet, shown("A\x00B\x07C\u202eD\ud800E"), at=AT)
    assert "\u202e" not in text_of(pdf)


async def test_a_long_word_stays_on_the_paper(printer: Typesetter, sheet: str) -> None:
    document = pypdfium2.PdfDocument(await printer.pdf(sheet, shown("W" * 300), at=AT))
    page = document[0]
    textpage = page.get_textpage()
    boxes = [textpage.get_charbox(each) for each in range(textpage.count_chars())]
    assert max(box[2] for box in boxes) < page.get_width() - 50
    textpage.close()
    page.close()
    document.close()


async def test_more_than_a_paper_holds_is_refused(printer: Typesetter, sheet: str) -> None:
    with pytest.raises(TooLarge):
        await printer.pdf(sheet, shown("x" * typesetter.SHOWN_BYTES_MAX), at=AT)


async def test_too_many_waiting_are_sent_away(printer: Typesetter, sheet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetter, "WAITING_MAX", 0)
    with pytest.raises(Unavailable):
        await printer.pdf(sheet, shown("Siti"), at=AT)
