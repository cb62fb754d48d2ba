"""The pages for employers without an HR system: who gets in until when, tables sent again, what others may not see."""

import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from joserfc.jwk import ECKey

from services.intake.adapters.workbooks import template
from services.intake.application.employers import Credentials, Known
from services.intake.application.import_columns import COLUMNS
from services.intake.application.import_guide import GUIDES, examples
from tests.integration.intake.tables import flat, table, workbook
from tests.support.databases import ServiceDatabase
from tests.support.intake_service import EMPLOYER, OTHER_EMPLOYER, Intake, accident, running_intake

_SCOPES = frozenset({"accident-reports.write", "accident-reports.read"})


@dataclass
class Registered:
    """An issuer that knows clients by id."""

    orgs: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    async def client(self, credentials: Credentials) -> Known | None:
        self.asked += 1
        org = self.orgs.get(credentials.client_id)
        return Known(credentials.client_id, org, _SCOPES) if org else None


@pytest.fixture
def issuer() -> Registered:
    return Registered({"acme": EMPLOYER, "other": OTHER_EMPLOYER, "clinic": "hospital:1", "trial": f"{EMPLOYER}~test"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One keyring for all tests, as one database."""
    return tmp_path_factory.mktemp("employer-pages")


@pytest.fixture
async def served(intake_database: ServiceDatabase, folder: Path, issuer: Registered) -> AsyncIterator[Intake]:
    async with running_intake(intake_database, folder, employers=issuer) as running:
        yield running
        await running.rows("WITH t AS (DELETE FROM throttle) DELETE FROM employer_session")


def access_file(client_id: str) -> bytes:
    key = ECKey.generate_key("P-384").as_dict(private=True)
    return json.dumps({"client_id": client_id, "private_key_jwk": key, "token_endpoint": "http://evil.test"}).encode()


async def csrf(http: httpx.AsyncClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', (await http.get(path)).text)
    assert found
    return found[1]


async def sign_in(http: httpx.AsyncClient, client_id: str, path: str = "/perusahaan/masuk") -> httpx.Response:
    data, files = {"csrf": await csrf(http, path)}, {"credentials": ("access.json", access_file(client_id))}
    return await http.post("/perusahaan/masuk", data=data, files=files)


async def send(http: httpx.AsyncClient, content: bytes, name: str = "laporan.xlsx") -> httpx.Response:
    data = {"csrf": await csrf(http, "/perusahaan/impor")}
    return await http.post("/perusahaan/impor", data=data, files={"file": (name, content)})


async def reports_of(served: Intake, org: str = EMPLOYER) -> list[Any]:
    return await served.rows("SELECT report_id FROM accident_report WHERE org = $1", org)


async def test_who_holds_an_employers_file_gets_in_and_leaves(served: Intake, issuer: Registered) -> None:
    http = served.http
    away = await http.get("/perusahaan/impor")
    assert (away.status_code, away.headers["location"]) == (303, "/perusahaan/masuk?next=/perusahaan/impor")
    for client_id, words in (("nobody", "tidak berlaku"), ("clinic", "bukan milik perusahaan")):
        refused = await sign_in(http, client_id)
        assert (refused.status_code, words in refused.text) == (422, True)
    assert (await http.get("/perusahaan")).status_code == 303
    entered = await sign_in(http, "acme", "/perusahaan/masuk?next=//evil.test")
    assert (entered.status_code, entered.headers["location"]) == (303, "/perusahaan")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/perusahaan" in cookie
    assert "NPP JJ012345" in (await http.get("/perusahaan")).text
    left = await http.post("/perusahaan/keluar", data={"csrf": await csrf(http, "/perusahaan/impor")})
    assert (left.status_code, (await http.get("/perusahaan")).status_code) == (303, 303)
    assert not await served.rows("SELECT 1 FROM employer_session")


async def test_a_client_that_is_revoked_is_out_within_a_tokens_life(served: Intake, issuer: Registered) -> None:
    await sign_in(served.http, "acme")
    asked = issuer.asked
    assert (await served.http.get("/perusahaan")).status_code == 200
    assert issuer.asked == asked
    del issuer.orgs["acme"]
    served.clock.advance(timedelta(seconds=301))
    assert (await served.http.get("/perusahaan")).status_code == 303
    issuer.orgs["acme"] = EMPLOYER
    assert (await served.http.get("/perusahaan")).status_code == 303, "the session is over for good"


async def test_a_session_that_nobody_uses_ends(served: Intake) -> None:
    await sign_in(served.http, "acme")
    served.clock.advance(timedelta(minutes=31))
    assert (await served.http.get("/perusahaan")).status_code == 303


async def test_what_is_no_access_file_is_told_and_guessing_is_slowed(served: Intake, issuer: Registered) -> None:
    data = {"csrf": await csrf(served.http, "/perusahaan/masuk"), "pasted": '{"client_id": "acme"}'}
    answer = await served.http.post("/perusahaan/masuk", files={"x": b""}, data=data)
    assert (answer.status_code, "bukan berkas akses" in answer.text, issuer.asked) == (422, True, 0)
    for _ in range(29):
        await served.http.post("/perusahaan/masuk", files={"x": b""}, data=data)
    slowed = await served.http.post("/perusahaan/masuk", files={"x": b""}, data=data)
    assert slowed.status_code == 429


async def test_the_clients_key_is_nowhere_without_the_cookie(served: Intake) -> None:
    await sign_in(served.http, "acme")
    token = served.http.cookies["session"]
    (row,) = await served.rows("SELECT token_hash, sealed_employer FROM employer_session")
    opened = served.secrets.sealer.open_bytes(
        row["sealed_employer"], type="employer-session", id=row["token_hash"].hex(), version=1
    )
    assert b'"d"' not in opened
    assert token.encode() not in opened


async def test_the_same_row_becomes_one_report_however_often_it_is_sent(served: Intake) -> None:
    await sign_in(served.http, "acme")
    before = len(await reports_of(served))
    good, bad = flat(accident()), flat(accident()) | {"worker.nik": "=1+1", "worker.sex": "?"}
    sent = await send(served.http, table([good, bad]))
    assert sent.status_code == 303, sent.text
    result = await served.http.get(sent.headers["location"])
    assert "1 laporan diterima." in result.text
    assert "NIK terdiri dari 16 angka." in result.text
    assert "Pilih salah satu dari daftar di templat." in result.text
    again = await send(served.http, table([{**good, "note": ""}, bad]))
    assert "1 baris sudah pernah diterima." in (await served.http.get(again.headers["location"])).text
    assert len(await reports_of(served)) == before + 1


async def test_refused_rows_come_back_to_be_corrected_and_are_taken_then(served: Intake) -> None:
    await sign_in(served.http, "acme")
    before = len(await reports_of(served))
    good = flat(accident())
    bad = {**good, "worker.name": "=HYPERLINK(1)", "worker.nik": "3.67101520390000E+15", "event.consequence": "?"}
    sent = await send(served.http, table([bad]))
    fetched = await served.http.get(f"{sent.headers['location']}/perbaikan.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(fetched.content))
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    cells = dict(zip(header, sheet[2], strict=False))
    assert (cells["Nama pekerja"].value, cells["Nama pekerja"].data_type) == ("=HYPERLINK(1)", "s")
    # What the spreadsheet has spoilt is not handed back as if it were right.
    assert cells["NIK"].value is None
    cells["NIK"].value, cells["Akibat"].value = good["worker.nik"], good["event.consequence"]
    out = io.BytesIO()
    book.save(out)
    mended = await send(served.http, out.getvalue())
    assert "1 laporan diterima." in (await served.http.get(mended.headers["location"])).text
    assert len(await reports_of(served)) == before + 1
    whole = await served.http.get(f"{mended.headers['location']}/hasil.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(whole.content)).worksheets[0]["C2"].value == "diterima"
    assert (await served.http.get(f"{mended.headers['location']}/perbaikan.xlsx")).status_code == 404


async def test_nobody_else_sees_an_employers_results_or_reports(served: Intake) -> None:
    await sign_in(served.http, "acme")
    sent = await send(served.http, table([flat(accident())]))
    report_id = re.search(
        r"/perusahaan/laporan/([0-9a-f-]{36})", (await served.http.get(sent.headers["location"])).text
    )
    assert report_id
    assert (await served.http.get(f"/perusahaan/laporan/{report_id[1]}")).status_code == 200
    await sign_in(served.http, "other")
    for path in (sent.headers["location"], f"/perusahaan/laporan/{report_id[1]}"):
        assert (await served.http.get(path)).status_code == 404
    assert report_id[1] not in (await served.http.get("/perusahaan")).text


async def test_a_test_clients_table_is_taken_apart_from_the_real_one(served: Intake) -> None:
    row = flat(accident())
    await sign_in(served.http, "acme")
    await send(served.http, table([row]))
    real = await reports_of(served)
    await sign_in(served.http, "trial")
    page = (await served.http.get("/perusahaan")).text
    assert "NPP JJ012345 " in page
    assert "UJI COBA" in page
    # The same row is new to it, since what is real is none of its business.
    await send(served.http, table([row]))
    [(tried,)] = await reports_of(served, f"{EMPLOYER}~test")
    assert str(tried) in (await served.http.get("/perusahaan")).text
    assert await reports_of(served) == real


async def test_a_file_that_is_no_table_is_told_in_words(served: Intake) -> None:
    await sign_in(served.http, "acme")
    for content, words in (
        (b"%PDF-1.7", "Simpan tabelnya sebagai .xlsx atau .csv."),
        (b"Nama pekerja;Umurnya\r\nSiti;30\r\n", "Kolom B: Tidak ada kolom dengan nama ini."),
        (b"", "Pilih berkasnya dulu."),
    ):
        answer = await send(served.http, content)
        assert words in answer.text, answer.text
        assert 400 <= answer.status_code < 500


async def test_the_templates_examples_are_taken(served: Intake) -> None:
    assert set(GUIDES) == {column.path for column in COLUMNS}
    await sign_in(served.http, "acme")
    for language in ("id", "en"):
        book = openpyxl.load_workbook(io.BytesIO(template(language)))
        sheet = book.worksheets[0]
        for index, text in enumerate(examples(), start=1):
            sheet.cell(2, index).value = text or None
        sheet.cell(2, 13).value = flat(accident())["worker.nik"]
        out = io.BytesIO()
        book.save(out)
        sent = await send(served.http, out.getvalue())
        assert "1 laporan diterima." in (await served.http.get(sent.headers["location"])).text


async def test_an_occupational_disease_is_a_row_too(served: Intake) -> None:
    row = {name: cell for name, cell in flat(accident()).items() if not name.startswith("event.")}
    row |= {"event.region_code": "3671", "event.consequence": "injury", "disease.diagnosed_on": "12/11/2026"}
    row |= {"disease.diagnosis": "Silikosis", "disease.exposure_source": "Debu silika"}
    row |= {"disease.service_years_total": "7,5 tahun", "disease.service_years_last_job": 3}
    await sign_in(served.http, "acme")
    sent = await send(served.http, workbook([list(row), list(row.values())]))
    text = (await served.http.get(sent.headers["location"])).text
    assert "1 laporan diterima." in text, text
    (kind,) = {r["kind"] for r in await served.rows("SELECT kind FROM accident_report WHERE kind <> 'accident'")}
    assert kind == "occupational_disease"
