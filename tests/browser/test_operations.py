"""The operator's page: health of every part, a dead letter handled again, and what did not reach a partner."""

import pytest
from playwright.sync_api import expect

from services.partners.domain.partners import ClientKind
from shared.errors import Unreadable
from shared.kafka.bus import Record
from shared.outbox import Consumer
from tests.browser.conftest import OpenWindow, assert_accessible
from tests.support.agency_events import random_nik
from tests.support.claim_story import accident_report
from tests.support.served_hub import ServedHub
from tests.support.until import until

REFUSED = "event.refused-by-a-test"


def spoil(hub: ServedHub, key: str) -> None:
    """An event nobody can read, behind which others of its key would wait."""
    headers = {
        "ce_id": "0198c0de-0000-7000-8000-000000000001",
        "ce_type": "jkk.accident-report.recorded.v1",
        "ce_source": "/intake",
        "ce_subject": key,
        "ce_specversion": "1.0",
        "ce_time": "2026-11-20T09:30:00Z",
        "content-type": "application/json",
    }
    hub.wait_for(hub.bus.publish([Record("jkk.accident-reports", key, b"not json", headers)]))
    until(lambda: hub.rows("verification", "SELECT 1 FROM dead_letter WHERE key = $1 AND state = 'open'", key))


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_part_of_the_hub_is_there_and_accessible(open_window: OpenWindow, hub: ServedHub, language: str) -> None:
    hub.apis["intake"].http.get("/v1/accident-reports", headers=hub.bearer(ClientKind.EMPLOYER)).raise_for_status()
    page = open_window(language).sign_in("operator", "Rudi Hartono")
    expect(page.locator("h1")).to_have_text({"id": "Operasi", "en": "Operations"}[language])
    for service in ("partners", "intake", "hospital_gateway", "disnaker_gateway", "verification"):
        expect(page.locator("section").first.get_by_role("row").filter(has_text=service)).to_contain_text(
            {"id": "Siap", "en": "Ready"}[language]
        )
    partner = page.get_by_role("row").filter(has_text="JJ012345")
    expect(partner).to_contain_text({"id": "dijawab 200", "en": "answered with 200"}[language])
    assert_accessible(page)


def test_partners_are_told_by_how_they_fare_or_how_long_they_are_silent(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    refused = hub.bearer(ClientKind.EMPLOYER, "employer:KK990011")
    for _ in range(2):
        assert hub.apis["intake"].http.get("/v1/operations/deliveries", headers=refused).status_code == 403
    hub.apis["intake"].http.get("/v1/accident-reports", headers=refused).raise_for_status()
    page = open_window("en").sign_in("operator", "Rudi Hartono")
    requests = page.get_by_role("region", name="Partners' requests")
    row = requests.get_by_role("row").filter(has_text="KK990011")
    expect(row).to_contain_text("33 %")
    requests.get_by_role("link", name="longest silent first").click()
    expect(requests.get_by_role("row").last).to_contain_text("KK990011")
    expect(requests.get_by_role("link", name="longest silent first")).to_have_attribute("aria-current", "true")


def test_a_dead_letter_fails_again_and_is_put_away_with_a_reason(open_window: OpenWindow, hub: ServedHub) -> None:
    spoil(hub, "nik:spoilt-1")
    window = open_window("en")
    page = window.sign_in("operator", "Rudi Hartono")
    assert_accessible(page)
    letter = page.get_by_role("row").filter(has_text="jkk.accident-report.recorded.v1")
    letter.get_by_role("button", name="Handle again").click()
    expect(page.get_by_role("alert")).to_contain_text("It failed again")
    window.complaints.clear()  # the browser tells of the 409
    letter.get_by_text("Discard").first.click()
    letter.get_by_label("Why it may be lost").fill("Made by a test")
    letter.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    (row,) = hub.rows("verification", "SELECT state, resolution FROM dead_letter WHERE key = $1", "nik:spoilt-1")
    assert (row["state"], row["resolution"]) == ("discarded", "Made by a test")
    done = "SELECT officer FROM audit_log WHERE action = 'operations.dead-letter.discard'"
    assert hub.rows("verification", done)[-1]["officer"] == "local:rudi-hartono"


def test_nobody_else_operates_the_hub(open_window: OpenWindow) -> None:
    window = open_window("en")
    window.sign_in("supervisor", "Dewi Lestari")
    page = window.open("verification", "/console/operations")
    expect(page.get_by_text("Parts of the hub")).to_have_count(0)
    window.complaints.clear()  # the browser tells of the 403


def test_a_dead_letter_is_handled_again_and_its_claim_opens(open_window: OpenWindow, hub: ServedHub) -> None:
    consumer = next(part for part in hub.apis["verification"].service.components if isinstance(part, Consumer))
    handle = consumer._handle

    async def refuse(*_: object) -> None:
        raise Unreadable(REFUSED, "Nothing can be made of it today.")

    consumer._handle = refuse
    try:
        nik = random_nik()
        sent, once = accident_report(nik), hub.once(ClientKind.EMPLOYER)
        hub.apis["intake"].http.post("/v1/accident-reports", json=sent, headers=once).raise_for_status()
        until(lambda: hub.rows("verification", "SELECT 1 FROM dead_letter WHERE reason_code = $1", REFUSED))
    finally:
        consumer._handle = handle
    page = open_window("en").sign_in("operator", "Rudi Hartono")
    cause = page.locator("article").filter(has_text=REFUSED)
    cause.get_by_role("button", name="Handle all of them again").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    expect(page.locator("article").filter(has_text=REFUSED)).to_have_count(0)
    bearer = hub.bearer(ClientKind.BPJS_VERIFIER)
    found = hub.apis["verification"].http.get("/v1/claims", params={"q": nik}, headers=bearer).json()["items"]
    assert [claim["state"] for claim in found] == ["REPORTED"]
