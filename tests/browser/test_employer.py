"""An employer without an HR system, on a small telephone without scripts: access file, template, a table with a wrong
row, the corrected row, and where the claims stand."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from joserfc.jwk import ECKey
from playwright.sync_api import FilePayload, Page, expect

from services.partners.domain.partners import ClientKind
from shared.identifiers import WIB
from tests.browser.conftest import OpenWindow, Window, assert_accessible
from tests.browser.looking import assert_fits, shot
from tests.browser.telephone import go_on
from tests.support.served_hub import ServedHub

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def access_file(hub: ServedHub, number: str) -> FilePayload:
    """A registered employer's file."""
    key = ECKey.generate_key("P-384", parameters={"alg": "ES384", "use": "sig"})
    kid = key.thumbprint()
    public, private = ({**key.as_dict(private=secret), "kid": kid} for secret in (False, True))
    wanted = {"kind": "employer", "org": f"employer:{number}", "name": "PT Tanpa Sistem", "public_jwk": public}
    made = hub.apis["partners"].http.post("/v1/clients", json=wanted, headers=hub.bearer(ClientKind.OPERATOR))
    assert made.status_code == 201, made.text
    told = {"client_id": made.json()["client_id"], "org": wanted["org"], "private_key_jwk": private}
    return {"name": "akses.json", "mimeType": "application/json", "buffer": json.dumps(told).encode()}


def sign_in(window: Window, file: FilePayload) -> Page:
    page = window.open("intake", "/perusahaan/impor")
    page.locator("#credentials").set_input_files(file)
    page.locator("main form button").click()
    return page


def send(page: Page, content: bytes) -> None:
    page.locator("#file").set_input_files({"name": "laporan.xlsx", "mimeType": MEDIA_TYPE, "buffer": content})
    page.locator("main form button").click()


def fetched(page: Page, name: str) -> Any:
    with page.expect_download() as told:
        page.get_by_role("link", name=name).click()
    return openpyxl.load_workbook(io.BytesIO(told.value.path().read_bytes()))


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(book: Any, rows: list[dict[str, str]]) -> bytes:
    """The template with the examples of its sheet of explanations, changed row by row."""
    sheet, _, guide = book.worksheets
    examples = {row[0].value: row[3].value for row in guide.iter_rows(min_row=2)}
    for number, changed in enumerate(rows, start=2):
        for index, cell in enumerate(sheet[1], start=1):
            sheet.cell(number, index).value = {**examples, **changed}.get(cell.value)
    return saved(book)


def test_a_table_is_sent_corrected_and_followed(open_window: OpenWindow, hub: ServedHub) -> None:
    window = open_window(width=320, height=640, java_script_enabled=False, accept_downloads=True)
    page = window.open("intake", "/perusahaan")
    assert_fits(page)
    shot(page, "perusahaan-masuk")
    go_on(page, "Masuk")
    expect(page.get_by_role("alert")).to_have_text("Pilih berkas aksesnya dulu.")
    sign_in(window, access_file(hub, "JJ771234"))
    expect(page.locator("h1")).to_have_text("Kirim tabel")
    assert_fits(page)
    shot(page, "perusahaan-kirim")

    book = fetched(page, "Unduh templat")
    when = (datetime.now(WIB) - timedelta(hours=5)).strftime("%d/%m/%Y %H:%M")
    right = {"Waktu kejadian": when, "NIK": "3671015203900071", "Nama pekerja": "Wahyuningsih Kusumawardhani Putri"}
    wrong = {"Waktu kejadian": when, "NIK": "36710152", "Nama pekerja": "Budi", "Akibat": "parah"}
    send(page, filled(book, [right, wrong]))
    expect(page.get_by_role("status")).to_contain_text("1 laporan diterima. 1 baris perlu diperbaiki.")
    expect(page.locator("main")).to_contain_text("NIK terdiri dari 16 angka.")
    assert_fits(page)
    shot(page, "perusahaan-hasil")

    mended = fetched(page, "Unduh baris yang perlu diperbaiki")
    sheet = mended.worksheets[0]
    at = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, at["NIK"]).value, sheet.cell(2, at["Akibat"]).value = "3671011203900072", "Cedera"
    sheet.cell(2, at["Akibat"]).value = "injury"
    sheet.cell(2, at["Jenis kelamin"]).value = "laki-laki"
    window.open("intake", "/perusahaan/impor")
    send(page, saved(mended))
    expect(page.get_by_role("status")).to_have_text("1 laporan diterima.")

    hub.quiet()
    window.open("intake", "/perusahaan")
    expect(page.locator(".reports > li")).to_have_count(2)
    expect(page.locator(".reports > li").first).to_contain_text("JKK-")
    assert_fits(page)
    shot(page, "perusahaan-laporan")
    page.get_by_role("link", name="Wahyuningsih").click()
    expect(page.locator("main")).to_contain_text("Sampai di mana klaimnya")
    assert_fits(page)
    shot(page, "perusahaan-satu")
    go_on(page, "Keluar")
    expect(page.locator("h1")).to_have_text("Laporan kecelakaan kerja perusahaan saya")
    window.complaints.clear()  # the browser itself tells of the 422


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_is_accessible(open_window: OpenWindow, hub: ServedHub, language: str) -> None:
    window = open_window(language)
    page = window.open("intake", "/perusahaan/masuk")
    assert_accessible(page)
    page = sign_in(window, access_file(hub, f"JJ77123{'5' if language == 'id' else '6'}"))
    expect(page.locator("#file")).to_be_visible()
    assert_accessible(page)
    template = page.request.get(hub.apis["intake"].url + "/perusahaan/templat.xlsx").body()
    book = openpyxl.load_workbook(io.BytesIO(template))
    book.worksheets[0].cell(2, 1).value = "PU"
    send(page, saved(book))
    expect(page.get_by_role("status")).to_be_visible()
    assert_accessible(page)
    window.open("intake", "/perusahaan/impor")
    book = openpyxl.load_workbook(io.BytesIO(template))
    nik, time, name = (str(book.worksheets[0].cell(1, place).value) for place in (13, 23, 16))
    when = (datetime.now(WIB) - timedelta(hours=5)).strftime("%d/%m/%Y %H:%M")
    mine = {nik: f"367101520390007{3 if language == 'id' else 4}", time: when, name: "Rahmat Hidayat"}
    send(page, filled(book, [mine]))
    window.open("intake", "/perusahaan")
    assert_accessible(page)
    page.locator(".reports a").first.click()
    expect(page.locator("h1")).to_have_text("Rahmat Hidayat")
    assert_accessible(page)
    shot(page, f"perusahaan-satu-{language}")
    window.open("intake", "/perusahaan/impor")
    page.locator("main form button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    window.complaints.clear()  # the browser itself tells of the 422
