"""Everything accepted has a receipt that anybody can check, and that says nothing of the content."""

from hashlib import sha256
from typing import Any

import orjson

from shared.identifiers import in_fours
from shared.receipts.codes import ReceiptCodes
from tests.support.intake_service import Intake, accident
from tests.support.papers import PDF

JSON = {"Accept": "application/json"}
GIVEN = "SELECT count(*) FROM audit_log WHERE object_type = 'receipt'"


def path_of(receipt: dict[str, Any]) -> str:
    return f"/receipt/{receipt['code']}"


async def test_a_report_has_a_receipt_of_the_bytes_that_were_sent(intake: Intake) -> None:
    body = orjson.dumps(accident())
    headers = {**intake.once(), "Content-Type": "application/json"}
    answer = await intake.http.post("/v1/accident-reports", content=body, headers=headers)
    report = answer.json()
    assert report["receipt"]["url"].endswith(path_of(report["receipt"]))
    told = (await intake.http.get(path_of(report["receipt"]), headers=JSON)).json()
    assert (told["genuine"], told["kind"], told["service"]) == (True, "accident_report", "intake")
    assert told["sha256"] == [sha256(body).hexdigest()]
    again = await intake.http.post("/v1/accident-reports", content=body, headers=headers)
    assert again.json()["receipt"] == report["receipt"]
    assert "Siti" not in orjson.dumps(told).decode()
    assert report["report_id"] not in orjson.dumps(told).decode()


async def test_a_paper_sent_twice_has_one_receipt_and_its_file_is_recognised(intake: Intake) -> None:
    report = await intake.submit()
    place = f"/v1/accident-reports/{report['report_id']}/documents/KPJ"
    added = await intake.http.put(place, content=PDF, headers=intake.bearer())
    again = await intake.http.put(place, content=PDF, headers=intake.bearer())
    assert (added.status_code, again.status_code) == (201, 200)
    receipt = added.json()["receipt"]
    assert again.json()["receipt"] == receipt

    page = await intake.http.get(path_of(receipt))
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    for content, words in ((PDF, "sama persis"), (PDF + b"x", "bukan yang diterima")):
        files = {"file": ("kpj.pdf", content, "application/pdf")}
        told = await intake.http.post(path_of(receipt), data={"csrf": token}, files=files)
        assert told.status_code == 200
        assert words in told.text
    empty = await intake.http.post(path_of(receipt), data={"csrf": token}, files={"file": ("", b"")})
    assert empty.status_code == 422
    forged = await intake.http.post(path_of(receipt), files={"file": ("kpj.pdf", PDF)})
    assert forged.status_code == 403


async def test_stage_2_corrections_and_withdrawal_have_their_own(intake: Intake) -> None:
    report = await intake.submit()
    place = f"/v1/accident-reports/{report['report_id']}"
    changes = {"changes": {"event": {"body_parts": ["hand_left"]}}, "reason": "Tangan kiri."}
    corrected = await intake.http.post(f"{place}/corrections", json=changes, headers=intake.once())
    withdrawn = await intake.http.post(f"{place}/withdrawal", json={"reason": "Ganda."}, headers=intake.once())
    kinds = []
    for answer in (corrected, withdrawn):
        assert answer.status_code == 200, answer.text
        kinds.append((await intake.http.get(path_of(answer.json()["receipt"]), headers=JSON)).json()["kind"])
    assert kinds == ["correction", "withdrawal"]


async def test_a_refused_report_leaves_no_receipt(intake: Intake) -> None:
    wrong = accident()
    wrong["worker"]["nik"] = "1"
    before = await intake.rows(GIVEN)
    refused = await intake.http.post("/v1/accident-reports", json=wrong, headers=intake.once())
    assert refused.status_code == 422
    assert await intake.rows(GIVEN) == before


async def test_whatever_is_no_receipt_gets_an_answer_that_tells_nothing(intake: Intake) -> None:
    codes = ReceiptCodes(bytes(32))
    unknown = codes.code("intake", "document", "guessed")
    elsewhere = codes.code("verification", "payment", "guessed")
    told = {}
    for name, code in (("unknown", unknown), ("elsewhere", elsewhere), ("mistyped", unknown[:-1] + "X")):
        answer = await intake.http.get(f"/receipt/{in_fours(code) if name != 'mistyped' else code}", headers=JSON)
        told[name] = (answer.status_code, answer.json()["code"])
        assert (await intake.http.get(f"/receipt/{code}")).status_code == 404
    assert told["unknown"] == (404, "receipt.unknown")
    assert told["elsewhere"] == (404, "receipt.elsewhere")
    asked = await intake.http.get("/receipt", params={"code": unknown.lower()})
    assert (asked.status_code, asked.headers["location"]) == (303, f"/receipt/{in_fours(unknown)}")


async def test_guessing_is_slowed_down_and_checking_is_not(intake: Intake) -> None:
    good = (await intake.submit())["receipt"]
    for number in range(60):
        assert (await intake.http.get(path_of(good), headers=JSON)).status_code == 200
        guessed = ReceiptCodes(bytes(32)).code("intake", "document", number)
        assert (await intake.http.get(f"/receipt/{guessed}", headers=JSON)).status_code == 404
    last = await intake.http.get(f"/receipt/{guessed}", headers=JSON)
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) > 0
