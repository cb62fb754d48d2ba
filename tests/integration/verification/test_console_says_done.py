"""What a page of the console says was done was done by who reads it."""

from shared.web.pages.cookies import csrf_token
from tests.integration.verification.console_sessions import of, sign_in
from tests.support.agency_events import accident_report, random_nik
from tests.support.verification_service import Verification


async def test_a_page_says_that_something_was_done_only_in_the_session_that_did_it(verification: Verification) -> None:
    nik = random_nik()
    await verification.publish(accident_report(nik))
    claim = await verification.claim_with(nik)
    own = await sign_in(verification)
    verification.http.cookies.clear()
    another = await sign_in(verification, name="Budi")
    verification.http.cookies.clear()
    path = f"/console/claims/{claim['case_number']}"
    note = {"csrf": csrf_token(own), "text": "Keluarga dihubungi."}
    noted = await verification.http.post(f"{path}/notes", data=note, headers=of(own))
    assert noted.status_code == 303
    told = noted.headers["location"]

    async def says_so(address: str, token: str) -> bool:
        answer = await verification.http.get(address, headers=of(token))
        assert answer.status_code == 200
        return "Selesai." in answer.text

    assert await says_so(told, own)
    assert not await says_so(told, another)
    for made_up in (
        "?done=claim.note",
        told.partition(path)[2].replace("claim.note", "claim.reject"),
        "?mark=é&done=1",
    ):
        assert not await says_so(path + made_up, own)
