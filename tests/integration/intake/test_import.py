"""Many reports in one table: each row by itself, from CSV as spreadsheets write it and from XLSX."""

import csv
import io
import zipfile
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.integration.intake.tables import flat, table, workbook
from tests.support.intake_service import EMPLOYER, OTHER_EMPLOYER, Intake, accident
from tests.support.papers import PDF

# As a spreadsheet tells a time: without a zone.
BORN_CELL, EVENT_CELL = datetime.fromisoformat("1990-03-12"), datetime.fromisoformat("2026-11-20T09:30")
_PATH = "/v1/accident-reports/import"


async def send(
    intake: Intake, content: bytes, *, org: str = EMPLOYER, key: str | None = None, field: str = "file"
) -> httpx.Response:
    files = {field: ("laporan.csv", content)}
    return await intake.http.post(_PATH, files=files, headers=intake.once(org, key=key))


async def result(intake: Intake, content: bytes) -> dict[str, Any]:
    answer = await send(intake, content)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_the_template_names_the_columns_and_is_passed_over_when_sent_back(intake: Intake) -> None:
    answer = await intake.http.get(f"{_PATH}/template.csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    header, titles = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    row = flat(accident())
    assert set(row) <= set(header)
    assert titles[0].startswith("# ")
    filled = answer.content + (",".join(f'"{row.get(name) or ""}"' for name in header) + "\r\n").encode()
    imported = await result(intake, filled)
    assert (imported["accepted"], imported["rejected"], imported["items"][0]["row"]) == (1, 0, 3)


async def test_every_row_stands_by_itself(intake: Intake) -> None:
    good, bad, other = flat(accident()), flat(accident()), flat(accident())
    bad |= {"worker.nik": "123", "worker.sex": "?", "event.place": ""}
    other |= {"employer.registration_number": "KK999999"}
    imported = await result(intake, table([good, bad, other]))
    assert (imported["accepted"], imported["rejected"]) == (1, 2)
    first, second, third = imported["items"]
    assert (first["row"], first["status"], len(first["tracking_code"])) == (2, "accepted", 12)
    assert await intake.read(first["report_id"])
    assert {(error["column"], error["code"]) for error in second["errors"]} == {
        ("worker.nik", "nik-format"), ("worker.sex", "unknown-code"), ("event.place", "required"),
    }  # fmt: skip
    assert second["errors"][0]["title"]["id"]
    assert [(error["column"], error["code"]) for error in third["errors"]] == [
        ("employer.registration_number", "employer.not-own")
    ]
    events = await intake.events(first["report_id"])
    assert [event.type for event in events] == ["jkk.accident-report.submitted.v1"]


async def test_the_office_is_written_once_and_means_all_rows_below(intake: Intake) -> None:
    rows = [flat(accident()) for _ in range(3)]
    for row in rows[1:]:
        row.update(dict.fromkeys((name for name in row if name.startswith(("employer.", "reporter."))), ""))
    rows[0]["employer.registration_number"] = ""
    imported = await result(intake, table(rows))
    assert imported["accepted"] == 3, imported


async def test_a_table_from_a_spreadsheet_is_taken_with_its_own_dates_and_numbers(intake: Intake) -> None:
    row = flat(accident())
    row |= {
        "worker.birth_date": BORN_CELL,
        "event.occurred_at": EVENT_CELL,
        "wage.amount_rupiah": 5_000_000,
        "employer.region_code": 3671,
        "worker.sex": "Perempuan",
    }
    lost = flat(accident()) | {"worker.nik": 3671015203900001}
    imported = await result(intake, workbook([list(row), list(row.values()), [], list(lost.values())]))
    first, second = imported["items"]
    assert first["status"] == "accepted", first
    [event] = await intake.events(first["report_id"])
    assert event.content.report.event.occurred_at.isoformat() == "2026-11-20T09:30:00+07:00"  # type: ignore[union-attr]
    assert [(error["column"], error["code"]) for error in second["errors"]] == [("worker.nik", "number-lost-digits")]
    assert second["row"] == 4, "as the spreadsheet counts"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_csv_is_read_as_spreadsheets_write_it(intake: Intake, delimiter: str, encoding: str) -> None:
    content = table([flat(accident())], delimiter).decode().encode(encoding)
    assert (await result(intake, content))["accepted"] == 1


async def test_the_same_file_under_one_key_is_taken_once(intake: Intake) -> None:
    content = table([flat(accident())])
    first, again = await send(intake, content, key="once"), await send(intake, content, key="once")
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await send(intake, table([flat(accident())]), key="once")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key-reused")
    without = await intake.http.post(_PATH, files={"file": content}, headers=intake.bearer())
    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-required")


async def test_a_misspelt_column_refuses_the_file_and_not_in_silence(intake: Intake) -> None:
    answer = await send(intake, b"worker.nik,worker.nmae,worker.nik\n1,2,3\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "import.columns")
    errors = answer.json()["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/header/1", "unknown-column"), ("/header/2", "column-repeated"),
    ]  # fmt: skip
    assert "Column B" in errors[0]["detail"]
    assert "nmae" not in answer.text, "a header may be somebody's name"


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\x20" * (65 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "import.columns"),
        (b"\xff\xfe\x00", 400, "import.unreadable"),
        (b"PK\x03\x04nonsense", 400, "import.unreadable"),
        (PDF, 415, "import.type"),
        (b"\xd0\xcf\x11\xe0old", 415, "import.type"),
        (b'"worker.nik\n', 400, "import.unreadable"),
        (b"NIK\n" + b"1\n" * 1_001, 413, "import.too-many-rows"),
        (b"NIK\n" + b"1" * 30_000, 413, "import.too-large"),
        (b"NIK" + b"," * 300 + b"x\n", 413, "import.too-large"),
        (_bomb(), 413, "import.too-large"),
    ],
    ids=["empty", "half", "no zip", "pdf", "old excel", "quote", "rows", "cell", "columns", "bomb"],
)
async def test_what_is_no_table_is_refused(intake: Intake, content: bytes, status: int, code: str) -> None:
    answer = await send(intake, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_is_no_upload_is_refused(intake: Intake) -> None:
    wrong_field = await send(intake, b"NIK\n", field="table")
    assert (wrong_field.status_code, wrong_field.json()["errors"][0]["pointer"]) == (422, "/file")
    json = await intake.http.post(_PATH, json={}, headers=intake.once())
    assert json.status_code == 415
    headers = {**intake.once(), "Content-Type": "multipart/form-data; boundary=x"}
    broken = await intake.http.post(_PATH, content=b"--y\r\nnonsense", headers=headers)
    assert broken.status_code in (400, 422)
    nobody = await intake.http.post(_PATH, files={"file": b"NIK\n"})
    assert nobody.status_code == 401


async def test_nobody_reports_for_another_employer_by_a_table(intake: Intake) -> None:
    answer = await send(intake, table([flat(accident())]), org=OTHER_EMPLOYER)
    assert (answer.json()["accepted"], answer.json()["items"][0]["errors"][0]["code"]) == (0, "employer.not-own")
