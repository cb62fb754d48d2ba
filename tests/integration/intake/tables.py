"""Tables of reports as spreadsheets write them."""

import csv
import io
from typing import Any

import openpyxl


def flat(report: dict[str, Any], at: str = "") -> dict[str, Any]:
    """A report as a row of the template."""
    row: dict[str, Any] = {}
    for name, value in report.items():
        if isinstance(value, dict):
            row |= flat(value, f"{at}{name}.")
        elif name not in ("kind", "witnesses"):
            row[at + name] = ";".join(value) if isinstance(value, list) else value
    return row


def table(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
