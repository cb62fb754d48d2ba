"""What an office answers has a receipt that anybody can check without a token."""

from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest

from shared.identifiers import in_fours, new_case_number
from shared.receipts.codes import ReceiptCodes
from tests.support.disnaker_service import Gateway, determination
from tests.support.eventually import eventually
from tests.support.papers import text_of

JSON = {"Accept": "application/json"}


async def checked(gateway: Gateway, answer: httpx.Response) -> dict[str, Any]:
    """What `/receipt/{code}` tells of the receipt in an answer."""
    receipt = answer.json()["receipt"]
    assert receipt["url"].endswith(f"/receipt/{receipt['code']}")
    told = await gateway.http.get(f"/receipt/{receipt['code']}", headers=JSON)
    assert told.status_code == 200, told.text
    found: dict[str, Any] = told.json()
    return found


async def test_a_determination_s_receipt_tells_its_digest_and_nothing_of_it(gateway: Gateway) -> None:
    case_number = await gateway.known_case(state="AWAITING_DETERMINATION")
    body = orjson.dumps(determination(case_number))
    headers = {**gateway.once(), "Content-Type": "application/json"}
    sent = await gateway.http.post("/v1/determinations", content=body, headers=headers)
    assert sent.status_code == 201, sent.text
    told = await checked(gateway, sent)
    assert (told["genuine"], told["kind"], told["service"]) == (True, "determination", "disnaker_gateway")
    assert told["sha256"] == [sha256(body).hexdigest()]
    page = await gateway.http.get(f"/receipt/{told['code']}")
    assert (page.status_code, told["sha256"][0] in page.text) == (200, True)
    for secret in (case_number, "566/123/2026", "Andi", sent.json()["id"]):
        assert secret not in page.text
        assert secret not in orjson.dumps(told).decode()


@pytest.mark.parametrize(("language", "heading"), [("id", "Tanda terima"), ("en", "Receipt")])
async def test_a_receipt_is_printed_with_what_its_page_shows(gateway: Gateway, language: str, heading: str) -> None:
    case_number = await gateway.known_case(state="AWAITING_DETERMINATION")
    sent = await gateway.http.post("/v1/determinations", json=determination(case_number), headers=gateway.once())
    told = await checked(gateway, sent)
    path = f"/receipt/{told['code']}.pdf"
    printed = await gateway.http.get(path, headers={"Cookie": f"language={language}"})
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    # Lines of a paper end where its margin is, and long words are broken anywhere.
    text = "".join(text_of(printed.content).replace("\u200b", "").split())
    for shown in (heading, told["code"], told["title"][language], told["sha256"][0], told["url"]):
        assert "".join(shown.split()) in text, shown
    assert case_number not in text


async def test_no_receipt_is_printed_for_a_guessed_code(gateway: Gateway) -> None:
    code = in_fours(ReceiptCodes(bytes(32)).code("disnaker_gateway", "determination", "guessed"))
    printed = await gateway.http.get(f"/receipt/{code}.pdf")
    assert (printed.status_code, "pdf" in printed.headers["content-type"]) == (404, False)


async def test_an_acknowledgement_sent_twice_has_one_receipt(gateway: Gateway) -> None:
    case_number = new_case_number(2026)
    event = gateway.notification(case_number)
    await gateway.publish(event)
    await eventually(lambda: gateway.rows("SELECT 1 FROM notification WHERE case_number = $1", case_number))
    path = f"/v1/notifications/{event.facts.notification_id}/acknowledgement"  # type: ignore[attr-defined]
    first = await gateway.http.post(path, headers=gateway.once())
    again = await gateway.http.post(path, headers=gateway.once())
    assert first.json()["receipt"] == again.json()["receipt"]
    assert (await checked(gateway, first))["kind"] == "acknowledgement"


async def test_a_guessed_code_is_no_receipt_and_without_an_address_another_service_is_only_named(
    gateway: Gateway,
) -> None:
    codes = ReceiptCodes(bytes(32))
    for service, why in (("disnaker_gateway", "receipt.unknown"), ("intake", "receipt.elsewhere")):
        path = f"/receipt/{codes.code(service, 'document', 'guessed')}"
        answer = await gateway.http.get(path, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (404, why)
        page = await gateway.http.get(path)
        assert (page.status_code, 'role="alert"' in page.text, "http" in page.text) == (404, True, False)
