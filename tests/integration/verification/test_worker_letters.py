"""Letters to the worker, opened at `/status` by who holds the code, and by companions where the worker lets them."""

import re
from datetime import timedelta
from typing import Any

import httpx

from shared.identifiers import new_id, new_tracking_code
from tests.support.agency_events import random_nik
from tests.support.papers import text_of
from tests.support.verification_service import AUDITOR, Verification
from tests.support.worker_status import ask, opened_page, reported


async def _refused(hub: Verification, code: str) -> dict[str, Any]:
    """A claim on which BPJS first asked the employer for something, and then said no."""
    nik = random_nik()
    await reported(hub, code, nik)
    claim = await hub.claim_with(nik, state="REPORTED")
    await hub.decide(claim, "request_completion", reason="Mohon KTP.")
    hub.clock.advance(timedelta(seconds=1))
    claim = await hub.claim(claim["case_number"])
    await hub.decide(claim, "reject", reason="Di luar hubungan kerja.", legal_basis="PP 44/2015 Pasal 1")
    return claim


def _links(page: httpx.Response) -> list[str]:
    return re.findall(r'href="(/status/letters/[0-9a-f-]+)"', page.text)


async def test_a_worker_reads_the_letters_to_them_and_their_copies_of_others(verification: Verification) -> None:
    code = new_tracking_code()
    claim = await _refused(verification, code)
    http, _ = await opened_page(verification, code)
    told = (await ask(verification, code)).json()["letters"]
    assert [(letter["kind"], letter["copy"]) for letter in told] == [
        ("conclusion", False),
        ("completion-request", True),
    ]
    conclusion, request = _links(await http.get("/status/claim"))
    page = (await http.get(conclusion)).text
    assert "Di luar hubungan kerja." in page
    pdf = await http.get(f"{conclusion}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert "Di luar hubungan kerja." in " ".join(text_of(pdf.content).split())
    copy = (await http.get(request)).text
    assert "Tembusan" in copy
    assert "Mohon KTP." not in copy, "the officer's words to the employer"
    rows = await verification.http.get(
        "/v1/audit", params={"action": "claim.letter"}, headers=verification.bearer(AUDITOR, "audit.read")
    )
    looks = [row for row in rows.json()["items"] if row["object_id"] == claim["case_number"]]
    assert {row["org"] for row in looks} == {"worker:self"}
    assert len(looks) == 3


async def test_letters_of_other_claims_and_without_the_code_stay_shut(verification: Verification) -> None:
    code, other = new_tracking_code(), new_tracking_code()
    await _refused(verification, code)
    await _refused(verification, other)
    http, _ = await opened_page(verification, code)
    stranger, _ = await opened_page(verification, other)
    letter, _ = _links(await http.get("/status/claim"))
    for path in (letter, f"{letter}.pdf"):
        assert (await stranger.get(path)).status_code == 404
        closed = await verification.http.get(path)
        assert (closed.status_code, closed.headers["location"]) == (303, "/status")


async def test_a_companion_opens_letters_only_when_the_worker_has_said_so(verification: Verification) -> None:
    code = new_tracking_code()
    await _refused(verification, code)
    http, csrf = await opened_page(verification, code)
    letter, _ = _links(await http.get("/status/claim"))
    for allowed, status in ((False, 404), (True, 200)):
        wanted = {"csrf": csrf, "once": str(new_id()), "name": "Adi", "relation": "union", "agree": "yes"}
        named = await http.post("/status/companions", data={**wanted, **({"letters": "yes"} if allowed else {})})
        found = re.search(r'class="code">([0-9A-Z-]+)<', named.text)
        assert found is not None
        companions, _ = await opened_page(verification, found[1].replace("-", ""))
        assert bool(_links(await companions.get("/status/claim"))) is allowed
        assert (await companions.get(letter)).status_code == status
