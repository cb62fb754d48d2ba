"""The operator's brakes, and the shape of the service."""

import asyncio
import json
from typing import Any

import asyncpg

from shared.identifiers import new_case_number
from shared.kafka.bus import Record
from tests.support.disnaker_service import BANTEN, Gateway
from tests.support.eventually import eventually
from tests.support.webhook_receiver import webhook_receiver

OPERATOR = ("operator:hub", "operations.manage")


async def operate(gateway: Gateway, path: str) -> Any:
    return await gateway.http.post(f"/v1/operations/{path}", headers=gateway.bearer(*OPERATOR))


async def listed(gateway: Gateway, subscription_id: str) -> list[dict[str, Any]]:
    answer = await gateway.http.get(
        "/v1/operations/deliveries", params={"subscription_id": subscription_id}, headers=gateway.bearer(*OPERATOR)
    )
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_an_operator_holds_an_endpoint_and_lets_it_go_on(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url)
        held = await operate(gateway, f"subscriptions/{made['id']}/pause")
        assert (held.json()["status"], held.json()["pause_reason"]) == ("paused", "operator")
        case_number = new_case_number(2026)
        await gateway.publish(gateway.notification(case_number))
        [delivery] = await eventually(lambda: listed(gateway, made["id"]))
        assert (delivery["state"], there.got) == ("pending", [])
        assert (await operate(gateway, f"subscriptions/{made['id']}/resume")).json()["status"] == "active"
        await eventually(lambda: there.bodies(case_number))


async def test_an_operator_sends_a_delivered_message_again_under_its_old_id(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url)
        await gateway.publish(gateway.notification(new_case_number(2026)))

        async def delivered() -> list[dict[str, Any]]:
            return [each for each in await listed(gateway, made["id"]) if each["state"] == "delivered"]

        [delivery] = await eventually(delivered)
        assert (await operate(gateway, f"deliveries/{delivery['id']}/pause")).status_code == 409
        assert (await operate(gateway, f"deliveries/{delivery['id']}/resend")).status_code == 200
        await eventually(lambda: len(there.got) == 2)
        assert there.got[0].message_id == there.got[1].message_id


async def test_an_operator_sees_and_discards_what_could_not_be_handled(gateway: Gateway) -> None:
    case_number = new_case_number(2026)
    event = gateway.notification(case_number)
    await gateway.publish(event)
    record = gateway.bus.records("jkk.case-notifications")[-1]
    await gateway.bus.publish([Record(record.topic, case_number, b"{", record.headers)])

    async def letters() -> list[dict[str, Any]]:
        answer = await gateway.http.get("/v1/operations/dead-letters", headers=gateway.bearer(*OPERATOR))
        return [each for each in answer.json()["items"] if each["key"] == case_number]

    [letter] = await eventually(letters)
    path = f"/v1/operations/dead-letters/{letter['id']}"
    assert (await gateway.http.get(path, headers=gateway.bearer(*OPERATOR))).json()["reason_code"] == "event.not-json"
    answer = await gateway.http.post(f"{path}/discard", json={"reason": "planted"}, headers=gateway.bearer(*OPERATOR))
    assert answer.json()["resolved"] is True
    assert await letters() == []


async def test_an_operator_sees_how_every_endpoint_of_a_partner_has_done(gateway: Gateway) -> None:
    with webhook_receiver() as there:
        made = await gateway.subscribe(there.url, "disnaker:62", region_codes=["62"])
        await gateway.subscribe(there.url)
        quiet = await gateway.subscribe("http://127.0.0.1:9/hook?token=hidden", "disnaker:62", region_codes=["6201"])
        await gateway.publish(gateway.notification(new_case_number(2026), region="6203"))

        async def known() -> list[dict[str, Any]]:
            answer = await gateway.http.get(
                "/v1/operations/subscriptions", params={"org": "disnaker:62"}, headers=gateway.bearer(*OPERATOR)
            )
            found: list[dict[str, Any]] = answer.json()["items"]
            return found if any(each["record"]["delivered"] for each in found) else []

        first, second = await eventually(known)
    assert [first["id"], second["id"]] == [made["id"], quiet["id"]]
    assert (first["org"], first["status"], first["filters"]) == ("disnaker:62", "active", {"region_codes": ["62"]})
    record = first["record"]
    assert (record["messages"], record["attempts"], record["success_percent"], record["last_status"]) == (
        1,
        1,
        100,
        204,
    )
    assert record["last_delivered_at"] == record["last_attempt_at"]
    assert (second["record"]["success_percent"], second["host"]) == (None, "http://127.0.0.1:9")
    assert "hidden" not in json.dumps(second)
    assert not {"secret", "url"} & set(second)


async def test_what_waits_for_an_endpoint_is_counted_whatever_its_age(gateway: Gateway) -> None:
    made = await gateway.subscribe("http://127.0.0.1:9/hook", "disnaker:63", region_codes=["63"])
    await operate(gateway, f"subscriptions/{made['id']}/pause")
    await gateway.publish(*(gateway.notification(new_case_number(2026), region="6371") for _ in range(3)))

    async def all_in_line() -> bool:
        return len(await listed(gateway, made["id"])) == 3

    await eventually(all_in_line)
    await gateway.http.patch(
        f"/v1/subscriptions/{made['id']}", json={"rotate_secret": True}, headers=gateway.bearer("disnaker:63")
    )
    await gateway.rows("UPDATE webhook_delivery SET created_at = now() - interval '8 days' WHERE org = 'disnaker:63'")
    answer = await gateway.http.get("/v1/operations/subscriptions?limit=200", headers=gateway.bearer(*OPERATOR))
    [found] = [each for each in answer.json()["items"] if each["id"] == made["id"]]
    assert (found["record"]["waiting"], found["record"]["messages"]) == (3, 0)
    assert (found["pause_reason"], found["record"]["oldest_waiting_at"] is None) == ("operator", False)
    assert found["old_keys_until"] is not None


async def test_offices_have_no_way_to_the_operators_routes(gateway: Gateway) -> None:
    calls = [
        gateway.http.get("/v1/operations/deliveries", headers=gateway.bearer(BANTEN)),
        gateway.http.get("/v1/operations/subscriptions", headers=gateway.bearer(BANTEN)),
        gateway.http.post("/v1/operations/subscriptions/x/test", headers=gateway.bearer(BANTEN)),
        gateway.http.get("/v1/operations/dead-letters", headers=gateway.bearer(BANTEN)),
        gateway.http.post("/v1/operations/subscriptions/x/pause", headers=gateway.bearer(BANTEN)),
    ]
    assert [answer.status_code for answer in await asyncio.gather(*calls)] == [403] * 5


async def test_the_service_becomes_ready(gateway: Gateway) -> None:
    async def ready() -> bool:
        return (await gateway.http.get("/readyz")).status_code == 200

    await eventually(ready)


async def test_without_an_org_the_partners_role_sees_no_row(gateway: Gateway) -> None:
    made = await gateway.subscribe("http://127.0.0.1:9/hook")
    await gateway.known_case()
    connection = await asyncpg.connect(gateway.database.url)
    try:
        await connection.execute("SET ROLE simpul_disnaker_gateway_app")
        for table in ("webhook_endpoint", "webhook_delivery", "notification", "known_case", "determination"):
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
            await connection.execute("SELECT set_config('app.org', $1, false)", BANTEN)
            if table == "webhook_endpoint":
                assert await connection.fetchval("SELECT count(*) FROM webhook_endpoint WHERE id = $1", made["id"]) == 1
            await connection.execute("SELECT set_config('app.org', '', false)")
    finally:
        await connection.close()
