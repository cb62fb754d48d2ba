"""Letters of a claim over HTTP, read back from their PDFs."""

from datetime import timedelta
from typing import Any

import httpx

from tests.support.agency_events import accident_report, random_nik
from tests.support.papers import text_of
from tests.support.verification_service import AUDITOR, Verification


def _text(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


async def _letter(hub: Verification, claim: dict[str, Any], kind: str, lang: str = "id", **who: Any) -> httpx.Response:
    path = f"/v1/claims/{claim['case_number']}/letters/{kind}"
    return await hub.http.get(path, params={"lang": lang}, headers=hub.bearer(**who))


async def test_a_claim_grows_its_letters_and_each_is_a_pdf_that_can_be_read(verification: Verification) -> None:
    hub, nik = verification, random_nik()
    await hub.publish(accident_report(nik, documents=("KPJ",), name="Siti #Aminah <b>"))
    claim = await hub.claim_with(nik, state="REPORTED")
    refused = await _letter(hub, claim, "conclusion")
    assert (refused.status_code, refused.json()["code"]) == (409, "letter.nothing-to-write")
    unknown = await _letter(hub, claim, "love")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "letter.unknown-kind")
    assert (await _letter(hub, claim, "conclusion", lang="fr")).status_code == 422

    hub.clock.advance(timedelta(seconds=1))
    await hub.decide(claim, "request_completion", reason="Mohon KTP.", officer={"id": "V-1", "name": "Dewi"})
    asked = await _letter(hub, claim, "completion-request")
    assert (asked.status_code, asked.headers["content-type"]) == (200, "application/pdf"), asked.text
    text = _text(asked.content)
    for words in ("BPJS Ketenagakerjaan", "PT Contoh Baja", claim["case_number"], "Siti #Aminah <b>", "Mohon KTP."):
        assert words in text
    assert nik not in text
    assert claim["worker"]["nik_masked"] in text

    hub.clock.advance(timedelta(seconds=1))
    claim = await hub.claim(claim["case_number"])
    await hub.decide(claim, "reject", reason="Di luar hubungan kerja.", legal_basis="PP 44/2015 Pasal 1")
    listed = await hub.http.get(f"/v1/claims/{claim['case_number']}/letters", headers=hub.bearer())
    assert [item["kind"] for item in listed.json()["items"]] == ["conclusion"]
    told = await _letter(hub, claim, "conclusion", "en", org=AUDITOR, scope="claims.read")
    text = _text(told.content)
    for words in ("REJECTED", "Di luar hubungan kerja.", listed.json()["items"][0]["number"], "If you do not agree"):
        assert words in text
    rows = await hub.http.get("/v1/audit", params={"action": "claim.letter"}, headers=hub.bearer(AUDITOR, "audit.read"))
    letters = [row["detail"]["letter"] for row in rows.json()["items"] if row["object_id"] == claim["case_number"]]
    assert "completion-request" in letters
    other = await _letter(hub, claim, "conclusion", scope="claims.decide")
    assert other.status_code == 403
