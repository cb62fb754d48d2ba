"""What workers and their companions do at the page of a claim, and that it shuts again."""

import re
from datetime import timedelta

from shared.identifiers import new_id, new_tracking_code
from tests.support.agency_events import random_nik
from tests.support.verification_service import Verification
from tests.support.worker_status import ask, open_page, opened_page, reported


async def test_the_same_form_sent_twice_is_one_complaint(verification: Verification) -> None:
    code, nik = new_tracking_code(), random_nik()
    await reported(verification, code, nik)
    http = verification.http
    csrf = await open_page(http, code)
    complaint = {"csrf": csrf, "kind": "complaint", "by": "family", "text": "Belum ada kabar.", "once": str(new_id())}
    codes = set()
    for _ in range(2):
        sent = await http.post("/status/complaint", data=complaint)
        place, _, receipt = sent.headers["location"].partition("&receipt=")
        assert (sent.status_code, place) == (303, "/status/claim?sent=true")
        codes.add(receipt)
    assert len(codes) == 1, "one complaint has one receipt"
    after = (await http.get(sent.headers["location"])).text
    assert after.count(receipt) > 2, "shown to be kept, and with all that was received"
    elsewhere = await http.get("/status/claim?sent=true&receipt=R7K3-M9Q2-XTA5-B4C8")
    assert "R7K3" not in elsewhere.text, "an address makes no receipt"
    checked = (await http.get(f"/receipt/{receipt}", headers={"Accept": "application/json"})).json()
    assert (checked["kind"], len(checked["sha256"])) == ("complaint", 1)
    received = (await ask(verification, code)).json()["received"]
    assert [each["kind"] for each in received] == ["complaint", "accident_report"]
    claim = await verification.claim_with(nik)
    assert [(item["by"], item["channel"]) for item in claim["complaints"]] == [("family", "status-page")]
    assert claim["timeline"][-1]["who"] == "worker:self"
    empty = await http.post("/status/complaint", data={**complaint, "text": " "})
    assert empty.status_code == 422
    for number in range(6):
        last = await http.post("/status/complaint", data={**complaint, "once": str(new_id()), "text": str(number)})
    assert last.status_code == 429
    verification.clock.advance(timedelta(minutes=31))
    over = await http.get("/status/claim")
    assert (over.status_code, over.headers["location"]) == (303, "/status")


async def test_a_code_that_was_replaced_closes_the_page_it_had_opened(verification: Verification) -> None:
    code, nik = new_tracking_code(), random_nik()
    await reported(verification, code, nik)
    await open_page(verification.http, code)
    assert (await verification.http.get("/status/claim")).status_code == 200
    number = (await verification.claim_with(nik))["case_number"]
    await verification.http.post(
        f"/v1/claims/{number}/tracking-code", json={"reason": "Kode hilang"}, headers=verification.once()
    )
    assert (await verification.http.get("/status/claim")).status_code == 303


async def test_a_made_up_cookie_opens_nothing(verification: Verification) -> None:
    for value in ("", "x", "AAAA", "é" * 3):
        answer = await verification.http.get("/status/claim", headers=[(b"Cookie", f"status={value}".encode())])
        assert answer.status_code == 303, value


async def test_a_companion_follows_and_speaks_until_the_worker_takes_it_back(verification: Verification) -> None:
    code, nik = new_tracking_code(), random_nik()
    await reported(verification, code, nik)
    http, csrf = await opened_page(verification, code)
    wanted = {"csrf": csrf, "once": str(new_id()), "name": "Adi", "relation": "family", "agree": "yes"}
    without = {name: value for name, value in wanted.items() if name != "agree"}
    assert (await http.post("/status/companions", data=without)).status_code == 422, "not without consent"
    named = await http.post("/status/companions", data=wanted)
    found = re.search(r'class="code">([0-9A-Z-]+)<', named.text)
    assert found is not None, named.text
    again = await http.post("/status/companions", data=wanted)
    assert again.status_code == 303, "the same form names nobody twice, and the code is told once"
    own = found[1].replace("-", "")

    companions_http, companions_csrf = await opened_page(verification, own)
    page = (await companions_http.get("/status/claim")).text
    assert "Tunjuk pendamping" not in page
    other = {**wanted, "csrf": companions_csrf, "once": str(new_id())}
    assert (await companions_http.post("/status/companions", data=other)).status_code == 422
    told = {"csrf": companions_csrf, "kind": "complaint", "by": "family", "text": "Kapan?", "once": str(new_id())}
    assert (await companions_http.post("/status/complaint", data=told)).status_code == 303
    claim = await verification.claim_with(nik)
    [companion] = claim["companions"]
    assert (companion["name"], companion["relation"], companion["ended_at"]) == ("Adi", "family", None)
    assert claim["timeline"][-1]["who"] == f"companion:{companion['id']}"
    seen_by = {item["who"]["id"] for item in (await ask(verification, code)).json()["seen_by"]}
    assert any(who.startswith("Pendamping Anda") for who in seen_by)

    ended = await http.post(f"/status/companions/{companion['id']}/end", data={"csrf": csrf})
    assert ended.status_code == 303
    assert (await ask(verification, own)).status_code == 404
    assert (await companions_http.get("/status/claim")).headers["location"] == "/status"
    assert (await ask(verification, code)).status_code == 200
    [companion] = (await verification.claim_with(nik))["companions"]
    assert companion["ended_at"] is not None


async def test_only_the_worker_names_companions_and_not_without_end(verification: Verification) -> None:
    code = new_tracking_code()
    await reported(verification, code)
    http, csrf = await opened_page(verification, code)
    wanted = {"csrf": csrf, "name": "Adi", "relation": "union", "agree": "yes"}
    statuses = [
        (await http.post("/status/companions", data={**wanted, "once": str(new_id())})).status_code for _ in range(6)
    ]
    assert statuses == [200] * 5 + [409]
    number = (await ask(verification, code)).json()["case_number"]
    claim = await verification.claim(number)
    assert len(claim["companions"]) == 5


async def test_a_new_code_for_the_worker_leaves_the_companions_theirs(verification: Verification) -> None:
    code = new_tracking_code()
    await reported(verification, code)
    http, csrf = await opened_page(verification, code)
    wanted = {"csrf": csrf, "once": str(new_id()), "name": "Adi", "relation": "union", "agree": "yes"}
    found = re.search(r'class="code">([0-9A-Z-]+)<', (await http.post("/status/companions", data=wanted)).text)
    assert found is not None
    number = (await ask(verification, code)).json()["case_number"]
    await verification.http.post(
        f"/v1/claims/{number}/tracking-code", json={"reason": "Kode hilang"}, headers=verification.once()
    )
    assert (await ask(verification, code)).status_code == 404
    assert (await ask(verification, found[1])).status_code == 200
