"""A partner's page: its webhook endpoints watched, tried out with a test message, held and let go on."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow, assert_accessible
from tests.browser.offices import subscribed_office
from tests.support.served_hub import ServedHub
from tests.support.webhook_receiver import webhook_receiver


def test_an_endpoint_is_tried_out_held_and_let_go_on(open_window: OpenWindow, hub: ServedHub) -> None:
    with webhook_receiver() as receiver:
        org, made = subscribed_office(hub, receiver.url + "?token=of-the-partner")
        receiver.secret = made["secret"]
        receiver.status, receiver.said = 401, b"no such signature: 3671015203900001"
        window = open_window("en")
        window.sign_in("operator", "Rudi Hartono")
        page = window.open("verification", "/console/partners")
        page.get_by_role("link", name=f"Disnaker Provinsi {org[-2:]}").click()
        endpoint = page.locator("article")
        expect(endpoint).to_contain_text("none were made")
        assert "of-the-partner" not in page.content()
        endpoint.get_by_role("button", name="Send a test message").click()
        expect(endpoint.get_by_role("status")).to_contain_text("The test message was not taken. answered 401")
        expect(endpoint.get_by_role("status")).to_contain_text("no such signature: …")
        assert_accessible(page)
        receiver.status, receiver.said = 204, b""
        endpoint.get_by_role("button", name="Send a test message").click()
        expect(endpoint.get_by_role("status")).to_contain_text("The test message was taken. answered 204")
    [delivery] = receiver.verified()
    assert delivery.notification["type"] == "subscription.test"
    assert delivery.message_id in endpoint.inner_text()
    endpoint.get_by_role("button", name="Hold").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    expect(endpoint).to_contain_text("held by an operator")
    endpoint.get_by_role("button", name="Let it go on").click()
    expect(endpoint.locator("header")).to_contain_text("active")
    endpoint.get_by_role("link", name="What waits or was given up").click()
    expect(page.locator("#sent + nav + span")).to_contain_text("to one endpoint only")
    done = hub.rows(
        "verification", "SELECT action, officer FROM audit_log WHERE object_id = $1 ORDER BY id", made["id"]
    )
    assert [(row["action"], row["officer"]) for row in done] == [
        (f"partners.webhook-{action}", "local:rudi-hartono") for action in ("test", "test", "pause", "resume")
    ]


def test_the_page_of_a_partner_is_accessible_on_a_small_screen_and_says_what_is_not_there(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    org, _ = subscribed_office(hub, "http://127.0.0.1:9/hook")
    window = open_window("id", width=320)
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", f"/console/partners/{org}")
    page.get_by_role("button", name="Kirim pesan uji").click()
    expect(page.locator("article").get_by_role("status")).to_contain_text("Pesan uji tidak diterima. tidak tersambung")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for away in ("employer:NOBODY", "nobody"):
        page = window.open("verification", f"/console/partners/{away}")
        expect(page.locator("article")).to_have_count(0)
    window.complaints.clear()  # the browser tells of the 404
