"""Webhook endpoints of an office: made, verified from outside, changed, caught up."""

import asyncio
import base64
import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

from shared.clock import SystemClock
from shared.identifiers import new_case_number
from shared.web.paging import encode_cursor
from shared.webhooks.desk import AT_ONCE
from tests.support.databases import ServiceDatabase
from tests.support.disnaker_service import ALL_EVENTS, BANTEN, WEST_JAVA, Gateway, running_gateway
from tests.support.eventually import eventually
from tests.support.webhook_receiver import webhook_receiver


async def test_a_notification_arrives_signed_so_that_others_libraries_verify_it(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url)
        case_number = new_case_number(2026)
        await gateway.publish(gateway.notification(case_number))
        await eventually(lambda: there.bodies(case_number))
        headers, body = there.got[0].headers, there.got[0].body
    verified = Webhook(made["secret"]).verify(body, headers)
    assert verified["case_number"] == case_number
    assert headers["webhook-id"] == verified["notification_id"]
    assert verified["worker"] == {"name": "Siti Aminah", "nik_masked": "3671********0001"}
    signatures = dict(each.split(",") for each in headers["webhook-signature"].split(" "))
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(made["public_key"].removeprefix("whpk_")))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    public.verify(base64.b64decode(signatures["v1a"]), signed)


async def test_the_body_is_flat_and_has_the_fields_of_the_interface(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        await gateway.subscribe(there.url)
        case_number = new_case_number(2026)
        await gateway.publish(gateway.notification(case_number))
        await eventually(lambda: there.bodies(case_number))
    assert set(there.bodies(case_number)[0]) == {
        "notification_id", "type", "case_number", "region_code", "occurred_at", "reported_at", "employer", "worker",
        "consequence", "accident_type", "place_type", "late", "fatal", "victims_in_same_event", "clocks",
    }  # fmt: skip


async def test_the_secret_is_told_once_and_again_only_to_the_same_request(gateway: Gateway) -> None:
    body = {"url": "http://127.0.0.1:9/hook", "region_codes": ["36"], "event_types": ALL_EVENTS}
    key = uuid.uuid4().hex
    first = await gateway.http.post("/v1/subscriptions", json=body, headers=gateway.once(key=key))
    again = await gateway.http.post("/v1/subscriptions", json=body, headers=gateway.once(key=key))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert first.json()["secret"].startswith("whsec_")
    other = await gateway.http.post(
        "/v1/subscriptions", json={**body, "region_codes": ["3671"]}, headers=gateway.once(key=key)
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key-reused")
    read = await gateway.http.get(f"/v1/subscriptions/{first.json()['id']}", headers=gateway.bearer())
    assert read.json()["secret"] is None
    assert read.json()["public_key"] == first.json()["public_key"]


@pytest.mark.parametrize("region_codes", [["32"], ["36", "3273"]])
async def test_subscribing_to_another_province_is_forbidden(gateway: Gateway, region_codes: list[str]) -> None:
    body = {"url": "http://127.0.0.1:9/hook", "region_codes": region_codes, "event_types": ALL_EVENTS}
    answer = await gateway.http.post("/v1/subscriptions", json=body, headers=gateway.once())
    assert (answer.status_code, answer.json()["code"]) == (403, "region.outside-province")


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"region_codes": []}, {"/region_codes"}),
        ({"region_codes": ["banten"], "url": 5, "extra": 1}, {"/region_codes/0", "/url", "/extra"}),
        ({"event_types": ["case.closed"]}, {"/event_types/0"}),
        ({"url": "ftp://127.0.0.1/"}, {"/url"}),
        ({"url": "http://user:pw@127.0.0.1/"}, {"/url"}),
    ],
)
async def test_every_problem_of_a_subscription_is_named(
    gateway: Gateway, change: dict[str, Any], pointers: set[str]
) -> None:
    body = {"url": "http://127.0.0.1:9/hook", "region_codes": ["36"], "event_types": ALL_EVENTS, **change}
    answer = await gateway.http.post("/v1/subscriptions", json=body, headers=gateway.once())
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == pointers


async def test_only_wanted_regions_and_event_types_arrive_and_in_order(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        await gateway.subscribe(there.url, region_codes=["3671"], event_types=["case.updated"])
        case_number, elsewhere = new_case_number(2026), new_case_number(2026)
        events = [gateway.notification(case_number)]
        events += [gateway.notification(case_number, type_="case.updated") for _ in range(20)]
        await gateway.publish(*events, gateway.notification(elsewhere, region="3603", type_="case.updated"))
        await eventually(lambda: len(there.got) >= 20)
        wanted = [str(event.facts.notification_id) for event in events[1:]]  # type: ignore[attr-defined]
        assert [body["notification_id"] for body in there.bodies(case_number)] == wanted
        assert there.bodies(elsewhere) == []


async def test_what_is_tried_out_is_told_to_the_offices_test_clients_alone_now_and_afterwards(gateway: Gateway) -> None:
    real, trial = new_case_number(2026), new_case_number(2026)
    with webhook_receiver() as office, webhook_receiver() as testing:
        made = await gateway.subscribe(office.url)
        await gateway.subscribe(testing.url, f"{BANTEN}~test", region_codes=[BANTEN[-2:]])
        await gateway.publish(gateway.notification(trial, test=True), gateway.notification(real))
        await eventually(lambda: office.bodies(real) and testing.bodies(trial))
        await gateway.http.post(
            f"/v1/subscriptions/{made['id']}/recover",
            params={"since": "2026-01-01T00:00:00Z"},
            headers=gateway.once(),
        )
        in_line = "SELECT 1 FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id"
        others = f"{in_line} WHERE (d.line = $1 AND e.org = $2) OR (d.line = $3 AND e.org = $4)"
        assert not await gateway.rows(others, trial, BANTEN, real, f"{BANTEN}~test")
        assert office.bodies(trial) == testing.bodies(real) == []


async def test_a_paused_subscription_is_served_when_it_is_active_again(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url)
        path = f"/v1/subscriptions/{made['id']}"
        paused = await gateway.http.patch(path, json={"status": "paused"}, headers=gateway.bearer())
        assert (paused.json()["status"], paused.json()["pause_reason"]) == ("paused", "partner")
        case_number = new_case_number(2026)
        await gateway.publish(gateway.notification(case_number))

        async def in_line() -> list[dict[str, Any]]:
            found = await gateway.http.get(f"{path}/deliveries", headers=gateway.bearer())
            return [each for each in found.json()["items"] if each["case_number"] == case_number]

        assert (await eventually(in_line))[0]["state"] == "pending"
        assert there.got == []
        await gateway.http.patch(path, json={"status": "active"}, headers=gateway.bearer())
        await eventually(lambda: there.bodies(case_number))

        async def delivered() -> bool:
            return bool((await in_line())[0]["state"] == "delivered")

        await eventually(delivered)


async def test_a_rotated_secret_signs_beside_the_old_one(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url)
        rotated = await gateway.http.patch(
            f"/v1/subscriptions/{made['id']}", json={"rotate_secret": True}, headers=gateway.bearer()
        )
        assert rotated.json()["secret"] not in (None, made["secret"])
        tested = await gateway.http.post(f"/v1/subscriptions/{made['id']}/test", headers=gateway.bearer())
        assert tested.json()["delivered"] is True
        headers, body = there.got[0].headers, there.got[0].body
    for secret in (made["secret"], rotated.json()["secret"]):
        assert Webhook(secret).verify(body, headers)["type"] == "subscription.test"


async def test_a_test_tells_what_the_receiver_did(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        there.status = 500
        made = await gateway.subscribe(there.url)
        tested = await gateway.http.post(f"/v1/subscriptions/{made['id']}/test", headers=gateway.bearer())
    assert tested.status_code == 200
    assert {key: tested.json()[key] for key in ("delivered", "status", "error")} == {
        "delivered": False, "status": 500, "error": "http-500",
    }  # fmt: skip
    made = await gateway.subscribe("http://127.0.0.1:9/hook")
    tested = await gateway.http.post(f"/v1/subscriptions/{made['id']}/test", headers=gateway.bearer())
    assert tested.json()["error"] == "no-answer:refused"


async def test_a_test_tells_how_long_it_took_and_a_little_of_what_was_said(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        there.status, there.said = 401, b"unknown signature for 3671015203900001"
        made = await gateway.subscribe(there.url)
        tested = await gateway.http.post(f"/v1/subscriptions/{made['id']}/test", headers=gateway.bearer())
        body = there.got[0].notification
    assert (tested.json()["media_type"], tested.json()["excerpt"]) == ("text/plain", "unknown signature for …")
    assert 0 <= tested.json()["duration_ms"] < 8_000
    assert (body["type"], body["subscription_id"]) == ("subscription.test", made["id"])


async def test_a_receiver_that_never_answers_holds_a_test_for_seconds_only(
    disnaker_database: ServiceDatabase, secrets_folder: Path
) -> None:
    async with running_gateway(disnaker_database, secrets_folder, webhook_test_timeout_seconds=0.2) as hurried:
        with webhook_receiver() as there:
            there.status = 0
            made = await hurried.subscribe(there.url)
            tested = await hurried.http.post(f"/v1/subscriptions/{made['id']}/test", headers=hurried.bearer())
    assert (tested.json()["error"], tested.json()["status"]) == ("no-answer:timeout", None)


async def test_many_tests_at_once_wait_for_their_turn(disnaker_database: ServiceDatabase, secrets_folder: Path) -> None:
    async with running_gateway(disnaker_database, secrets_folder, webhook_test_timeout_seconds=1.5) as hurried:
        with webhook_receiver() as there:
            there.status = 0
            made = [await hurried.subscribe(there.url) for _ in range(2)]
            paths = [f"/v1/subscriptions/{each['id']}/test" for each in made] * 5
            answers = await asyncio.gather(*(hurried.http.post(path, headers=hurried.bearer()) for path in paths))
    told = sorted(answer.json().get("code") or answer.json()["error"] for answer in answers)
    assert told == ["no-answer:timeout"] * AT_ONCE + ["subscription.desk-busy"] * 2
    assert {answer.status_code for answer in answers} == {200, 429}


async def test_a_test_asks_no_address_that_a_delivery_may_not(
    disnaker_database: ServiceDatabase, secrets_folder: Path, gateway: Gateway
) -> None:
    with webhook_receiver() as there:
        inside = [there.url, there.url.replace("http:", "https:"), "https://localhost:8443/"]
        made = [await gateway.subscribe(url) for url in inside]
        async with running_gateway(disnaker_database, secrets_folder, profile="production") as strict:
            told = [
                (await strict.http.post(f"/v1/subscriptions/{each['id']}/test", headers=strict.bearer())).json()
                for each in made
            ]
    assert [each["error"] for each in told] == ["url.scheme", "url.port", "url.host"]
    assert {each["status"] for each in told} == {None}
    assert there.got == []


async def test_tests_go_past_the_queue_and_leave_it_as_it_is(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url)
        path = f"/v1/subscriptions/{made['id']}"
        await gateway.http.patch(path, json={"status": "paused"}, headers=gateway.bearer())
        await gateway.publish(gateway.notification(new_case_number(2026)))

        async def waiting() -> bool:
            found = await gateway.http.get(f"{path}/deliveries", headers=gateway.bearer())
            return bool(found.json()["items"])

        await eventually(waiting)
        for status in (204, 410):
            there.status = status
            tested = await gateway.http.post(f"{path}/test", headers=gateway.bearer())
            assert tested.json()["status"] == status
        [delivery] = (await gateway.http.get(f"{path}/deliveries", headers=gateway.bearer())).json()["items"]
        kept = (await gateway.http.get(path, headers=gateway.bearer())).json()
    assert [each.notification["type"] for each in there.got] == ["subscription.test"] * 2
    assert (delivery["state"], delivery["attempts"]) == ("pending", 0)
    assert (kept["status"], kept["pause_reason"], kept["failing_since"]) == ("paused", "partner", None)


async def test_an_endpoint_is_tried_out_a_few_times_a_minute_whoever_asks(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made, other = await gateway.subscribe(there.url), await gateway.subscribe(there.url)
        tests = [f"/v1/subscriptions/{made['id']}/test", f"/v1/operations/subscriptions/{made['id']}/test"] * 4
        headers = [gateway.bearer(), gateway.bearer("operator:hub", "operations.manage")] * 4
        answers = [await gateway.http.post(path, headers=head) for path, head in zip(tests, headers, strict=True)]
        assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
        assert 0 < int(answers[-1].headers["retry-after"]) <= 61
        # Somebody who may not cannot use up what another endpoint has.
        stranger = gateway.bearer(WEST_JAVA)
        theirs = [await gateway.http.post(f"/v1/subscriptions/{other['id']}/test", headers=stranger) for _ in range(7)]
        assert [answer.status_code for answer in theirs] == [404] * 7
        own = await gateway.http.post(f"/v1/subscriptions/{other['id']}/test", headers=gateway.bearer())
        assert own.json()["delivered"] is True
    assert len(there.got) == 7


async def test_every_test_is_in_the_audit_log_with_what_came_of_it(gateway: Gateway) -> None:
    made = await gateway.subscribe("http://127.0.0.1:9/hook")
    operator = gateway.bearer("operator:hub", "operations.manage")
    await gateway.http.post(f"/v1/subscriptions/{made['id']}/test", headers=gateway.bearer())
    await gateway.http.post(f"/v1/operations/subscriptions/{made['id']}/test", headers=operator)
    rows = await gateway.rows("SELECT org, action, detail FROM audit_log WHERE object_id = $1 ORDER BY id", made["id"])
    told = [(row["org"], row["action"]) for row in rows]
    assert told[1:] == [
        (org, action) for org in (BANTEN, "operator:hub") for action in ("subscription.test", "subscription.tested")
    ]
    assert json.loads(rows[-1]["detail"])["said"] == "no-answer:refused"


async def test_a_deleted_subscription_is_gone_and_hears_nothing(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url)
        path = f"/v1/subscriptions/{made['id']}"
        assert (await gateway.http.delete(path, headers=gateway.bearer())).status_code == 204
        assert (await gateway.http.get(path, headers=gateway.bearer())).status_code == 404
        assert (await gateway.http.delete(path, headers=gateway.bearer())).status_code == 404


async def test_a_late_subscriber_recovers_what_was_issued_before(gateway: Gateway) -> None:
    began = SystemClock().now() - timedelta(seconds=1)
    case_number = new_case_number(2026)
    await gateway.publish(*(gateway.notification(case_number) for _ in range(3)))
    await eventually(lambda: gateway.rows("SELECT 1 FROM notification WHERE case_number = $1 OFFSET 2", case_number))
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url)
        path = f"/v1/subscriptions/{made['id']}/recover"
        answer = await gateway.http.post(path, params={"since": began.isoformat()}, headers=gateway.bearer())
        assert answer.json()["requeued"] >= 3
        await eventually(lambda: len(there.bodies(case_number)) == 3)
        again = await gateway.http.post(path, params={"since": began.isoformat()}, headers=gateway.bearer())
        assert again.json() == {"requeued": 0}
    assert (await gateway.http.post(path, headers=gateway.bearer())).status_code == 422


async def test_another_office_sees_and_touches_nothing_of_a_subscription(gateway: Gateway) -> None:
    made = await gateway.subscribe("http://127.0.0.1:9/hook")
    path, other = f"/v1/subscriptions/{made['id']}", gateway.bearer(WEST_JAVA)
    calls = [
        gateway.http.get(path, headers=other),
        gateway.http.patch(path, json={"status": "paused"}, headers=other),
        gateway.http.delete(path, headers=other),
        gateway.http.post(f"{path}/test", headers=other),
        gateway.http.post(f"{path}/recover", params={"since": "2026-01-01T00:00:00Z"}, headers=other),
        gateway.http.get(f"{path}/deliveries", headers=other),
    ]
    assert [answer.status_code for answer in await asyncio.gather(*calls)] == [404] * 6
    listed = await gateway.http.get("/v1/subscriptions?limit=200", headers=other)
    assert made["id"] not in [each["id"] for each in listed.json()["items"]]


async def test_lists_are_paged_without_gap_or_repeat(gateway: Gateway) -> None:
    made = {(await gateway.subscribe("http://127.0.0.1:9/hook", "disnaker:61"))["id"] for _ in range(5)}
    seen, cursor = [], None
    for _ in range(3):
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (
            await gateway.http.get("/v1/subscriptions", params=params, headers=gateway.bearer("disnaker:61"))
        ).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert sorted(seen) == sorted(made)


async def test_a_cursor_of_another_list_is_refused(gateway: Gateway) -> None:
    made, cursor = await gateway.subscribe("http://127.0.0.1:9/hook"), encode_cursor("disnaker:36")
    for path in ("/v1/subscriptions", f"/v1/subscriptions/{made['id']}/deliveries"):
        answer = await gateway.http.get(path, params={"cursor": cursor}, headers=gateway.bearer())
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor.invalid")


async def test_a_production_profile_takes_public_https_only(
    disnaker_database: ServiceDatabase, secrets_folder: Path
) -> None:
    async with running_gateway(disnaker_database, secrets_folder, profile="production") as strict:
        for url in (
            "http://hooks.example.go.id/",
            "https://127.0.0.1/",
            "https://169.254.169.254/",
            "https://localhost/",
        ):
            body = {"url": url, "region_codes": ["36"], "event_types": ALL_EVENTS}
            answer = await strict.http.post("/v1/subscriptions", json=body, headers=strict.once())
            assert (answer.status_code, answer.json()["code"]) == (422, "subscription.url-refused"), url
        body = {"url": "https://no-such-host.invalid/", "region_codes": ["36"], "event_types": ALL_EVENTS}
        answer = await strict.http.post("/v1/subscriptions", json=body, headers=strict.once())
        assert (answer.status_code, answer.json()["code"]) == (422, "subscription.challenge-failed")


async def test_secrets_are_not_in_the_database(gateway: Gateway) -> None:
    made = await gateway.subscribe("http://127.0.0.1:9/hook", BANTEN)
    raw = base64.b64decode(made["secret"].removeprefix("whsec_"))
    rows = await gateway.rows("SELECT * FROM webhook_endpoint WHERE id = $1", uuid.UUID(made["id"]))
    stored = await gateway.rows("SELECT sealed_body FROM idempotency_key")
    assert raw not in rows[0]["sealed_keys"]
    assert all(json.dumps(made["secret"]).encode() not in row["sealed_body"] for row in stored)
