"""One dead letter on the operator's page: masked, shown for a purpose, mended within its contract, and handled."""

from collections.abc import Callable
from typing import Any

import orjson
from playwright.sync_api import Page, expect

from services.partners.domain.partners import ClientKind
from shared.errors import Unreadable
from shared.events import Event
from shared.outbox import Consumer
from tests.browser.conftest import OpenWindow, assert_accessible
from tests.browser.keyboard import walk
from tests.support.agency_events import random_nik
from tests.support.claim_story import accident_report
from tests.support.served_hub import ServedHub
from tests.support.until import until

# The event is at fault for the consumer of this test, until an operator names another region.
WRONG_REGION, RIGHT_REGION, REFUSED = "3671", "3674", "region.unknown-to-a-test"


def refusing_region(hub: ServedHub) -> Callable[[], None]:
    """Verification takes no event of WRONG_REGION; answers what ends that."""
    consumer = next(part for part in hub.apis["verification"].service.components if isinstance(part, Consumer))
    handle = consumer._handle

    async def refuse(tx: Any, events: Any) -> None:
        if any(_region(event) == WRONG_REGION for event in events):
            raise Unreadable(REFUSED, "Nobody knows that region.")
        await handle(tx, events)

    def over() -> None:
        object.__setattr__(consumer._redrive, "handle", handle)
        consumer._handle = handle

    object.__setattr__(consumer._redrive, "handle", refuse)
    consumer._handle = refuse
    return over


def _region(event: Event) -> str | None:
    return getattr(event.facts, "region_code", None)


def document(page: Page) -> dict[str, Any]:
    """What stands in the form."""
    said: dict[str, Any] = orjson.loads(page.get_by_label("What the event is to say").input_value())
    return said


def test_a_dead_letter_is_looked_into_mended_and_handled(open_window: OpenWindow, hub: ServedHub) -> None:
    over = refusing_region(hub)
    try:
        nik = random_nik()
        sent, once = accident_report(nik), hub.once(ClientKind.EMPLOYER)
        assert sent["event"]["region_code"] == WRONG_REGION
        hub.apis["intake"].http.post("/v1/accident-reports", json=sent, headers=once).raise_for_status()
        until(lambda: hub.rows("verification", "SELECT 1 FROM dead_letter WHERE reason_code = $1", REFUSED))
        window = open_window("en")
        page = window.sign_in("operator", "Sekar Ayu")
        page.locator("article").filter(has_text=REFUSED).get_by_role("link").click()
        expect(page.locator("pre")).to_contain_text(f'"region_code": "{WRONG_REGION}"')
        assert nik not in page.content()
        assert sent["worker"]["name"] not in page.content()
        assert_accessible(page)
        walk(page)

        page.get_by_label("Why do you want to see it?").select_option("To mend the event")
        page.get_by_role("button", name="Show what it says").click()
        expect(page.locator("pre")).to_contain_text(nik)
        assert_accessible(page)
        said = document(page)
        said["facts"]["regon_code"] = RIGHT_REGION
        page.get_by_label("What the event is to say").fill(orjson.dumps(said).decode())
        page.get_by_label("Why it is changed").fill("The employer told the right region by telephone.")
        page.get_by_role("button", name="Keep and handle again").click()
        expect(page.get_by_role("alert")).to_contain_text("/facts/regon_code is not a field of this event")
        window.complaints.clear()  # the browser tells of the 422

        said = document(page)
        del said["facts"]["regon_code"]
        page.get_by_label("What the event is to say").fill("{" + orjson.dumps(said).decode())
        page.get_by_role("button", name="Keep only").click()
        expect(page.get_by_role("alert")).to_contain_text("1:2 This is where it is no longer JSON.")
        window.complaints.clear()
        said["facts"]["region_code"] = RIGHT_REGION
        page.get_by_label("What the event is to say").fill(orjson.dumps(said).decode())
        page.get_by_role("button", name="Keep and handle again").click()
        expect(page.get_by_role("status")).to_have_text("Done.")
    finally:
        over()
    bearer = hub.bearer(ClientKind.BPJS_VERIFIER)
    (claim,) = hub.apis["verification"].http.get("/v1/claims", params={"q": nik}, headers=bearer).json()["items"]
    assert (claim["state"], claim["region_code"]) == ("REPORTED", RIGHT_REGION)
    (edit,) = hub.rows("verification", "SELECT letter_id, edited_by, reason, changed FROM dead_letter_edit")
    assert (edit["edited_by"], edit["changed"]) == ("local:sekar-ayu", '["/facts/region_code"]')
    done = "SELECT action FROM audit_log WHERE officer = $1 AND action LIKE 'operations.dead-letter%' ORDER BY id"
    assert [row["action"].rpartition(".")[2] for row in hub.rows("verification", done, "local:sekar-ayu")] == [
        "reveal",
        "edit",
        "redrive",
    ]
    # What was done stays to be read, in Indonesian and on a telephone too.
    page = open_window("id", width=320).sign_in("operator", "Sekar Ayu")
    page.goto(f"{hub.apis['verification'].url}/console/operations/dead-letters/verification/{edit['letter_id']}")
    expect(page.get_by_role("row").filter(has_text="/facts/region_code")).to_contain_text("by telephone")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
