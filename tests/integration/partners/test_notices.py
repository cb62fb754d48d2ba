"""Incidents and maintenance: written by operators, read by every partner, and by everybody as far as it is for them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.partners.adapters.notice_rows import PostgresNoticeRows
from services.partners.domain.notices import (
    Audience,
    Bilingual,
    HubService,
    Notice,
    NoticeKind,
    NoticeState,
    NoticeUpdate,
    Phase,
)
from services.partners.settings import PartnersSettings
from shared.clock import FixedClock, SystemClock
from shared.identifiers import new_id
from tests.integration.partners.conftest import Hub, running, unused_org

BOTH = {"id": "Gateway rumah sakit lambat", "en": "The hospital gateway is slow"}
INCIDENT = {"kind": "incident", "services": ["hospital_gateway"], "title": BOTH, "text": BOTH}


def maintenance(begins_in_hours: float, hours: float = 2, **members: Any) -> dict[str, Any]:
    begins_at = SystemClock().now() + timedelta(hours=begins_in_hours)
    window = {"begins_at": begins_at.isoformat(), "ends_at": (begins_at + timedelta(hours=hours)).isoformat()}
    return {**INCIDENT, "kind": "maintenance", "services": ["intake"], **window, **members}


async def post(hub: Hub, body: dict[str, Any], path: str = "", key: str | None = None) -> httpx.Response:
    headers = {**await hub.as_operator(), "Idempotency-Key": key or uuid4().hex}
    return await hub.http.post(f"/v1/notices{path}", json=body, headers=headers)


async def published(hub: Hub, body: dict[str, Any]) -> dict[str, Any]:
    answer = await post(hub, body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def of_everybody(hub: Hub) -> list[str]:
    return [each["id"] for each in (await hub.http.get("/v1/notices/public")).json()["items"]]


async def test_an_incident_is_told_from_its_beginning_to_its_end(hub: Hub) -> None:
    notice = await published(hub, {**INCIDENT, "audience": "everybody", "officer": {"id": "oidc:rudi"}})
    assert (notice["phase"], notice["state"], notice["ends_at"]) == ("current", "investigating", None)
    assert notice["id"] in await of_everybody(hub)
    told = {"state": "resolved", "text": {"id": "Sudah pulih.", "en": "It is well again."}}
    answer = await post(hub, told, f"/{notice['id']}/updates")
    assert (answer.status_code, answer.json()["phase"]) == (200, "ended")
    assert [(each["state"], each["by"]) for each in answer.json()["updates"]] == [
        ("investigating", "oidc:rudi"),
        ("resolved", hub.operator.client_id),
    ]
    assert notice["id"] not in await of_everybody(hub)
    again = await post(hub, told, f"/{notice['id']}/updates")
    assert (again.status_code, again.json()["code"]) == (409, "notice.closed")
    assert [row["action"] for row in await hub.audit(object_id=notice["id"])] == ["notice.publish", "notice.update"]


async def test_every_partner_reads_what_is_for_partners_and_nobody_else_does(hub: Hub) -> None:
    title = {"id": "Hanya untuk mitra", "en": "For partners only"}
    notice = await published(hub, {**INCIDENT, "title": title})
    for kind, prefix in (("employer", "employer"), ("hospital", "hospital"), ("channel", "channel")):
        partner = await hub.register(kind, unused_org(prefix))
        token = (await hub.token(partner)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        listed = (await hub.http.get("/v1/notices?phase=current", headers=headers)).json()["items"]
        assert notice["id"] in [each["id"] for each in listed]
        read = (await hub.http.get(f"/v1/notices/{notice['id']}", headers=headers)).json()
        assert (read["title"], read["updates"][0]["by"]) == (title, None)
        refused = await hub.http.post("/v1/notices", json=INCIDENT, headers=headers)
        assert refused.status_code == 403
    assert (await hub.http.get("/v1/notices")).status_code == 401
    assert notice["id"] not in await of_everybody(hub)
    assert title["id"] not in (await hub.http.get("/notices")).text


async def test_maintenance_is_planned_goes_on_and_is_over_at_its_end(settings: PartnersSettings) -> None:
    clock = FixedClock(SystemClock().now())
    async with running(settings, clock=clock) as hub:
        notice = await published(hub, maintenance(3, audience="everybody"))
        assert (notice["phase"], notice["state"]) == ("upcoming", "scheduled")
        ids = {}
        for hours in (0, 4, 2):
            clock.advance(timedelta(hours=hours))
            page = await hub.http.get("/notices", headers={"Cookie": "language=en"})
            ids[hours] = notice["id"] in await of_everybody(hub)
            assert BOTH["en"] in page.text
        assert ids == {0: True, 4: True, 2: False}


@pytest.mark.parametrize(("days", "is_shown"), [(1, True), (15, False)])
async def test_maintenance_that_was_announced_long_before_is_remembered_from_its_end_on(
    hub: Hub, days: int, is_shown: bool
) -> None:
    now, title = SystemClock().now(), Bilingual("Pindah pusat data", f"Moved {days} days ago")
    told_at, ended_at = now - timedelta(days=40), now - timedelta(days=days)
    notice = Notice(
        id=new_id(),
        kind=NoticeKind.MAINTENANCE,
        audience=Audience.EVERYBODY,
        services=(HubService.INTAKE,),
        title=title,
        begins_at=ended_at - timedelta(hours=2),
        ends_at=ended_at,
        created_at=told_at,
        updates=(NoticeUpdate(NoticeState.SCHEDULED, title, told_at, hub.operator.client_id),),
    )
    async with hub.database.system_transaction() as transaction:
        await PostgresNoticeRows(transaction).add(notice, "operator:hub")
    page = await hub.http.get("/notices", headers={"Cookie": "language=en"})
    assert (title.en in page.text) is is_shown


async def test_the_database_and_the_rules_agree_on_where_a_notice_stands_in_time(hub: Hub) -> None:
    over = await published(hub, INCIDENT)
    await post(hub, {"state": "resolved", "text": BOTH}, f"/{over['id']}/updates")
    for body in (INCIDENT, maintenance(3), {**maintenance(3), "kind": "incident", "begins_at": None}):
        await published(hub, body)
    for hours in (0, 4, 8):
        now = SystemClock().now() + timedelta(hours=hours)
        async with hub.database.system_transaction() as transaction:
            rows = PostgresNoticeRows(transaction)
            of_phase = {
                phase: await rows.listed(now, phases=[phase], audience=None, after=None, limit=200) for phase in Phase
            }
            every = await rows.listed(now, phases=(), audience=None, after=None, limit=200)
        assert all(each.phase(now) is phase for phase, found in of_phase.items() for each in found)
        assert sum(map(len, of_phase.values())) == len(every)
        assert of_phase[Phase.CURRENT]
        assert of_phase[Phase.ENDED]
        assert bool(of_phase[Phase.UPCOMING]) is (hours == 0)


async def test_who_reads_in_public_sees_at_once_what_was_told_here(hub: Hub) -> None:
    for _ in range(3):
        notice = await published(hub, {**INCIDENT, "audience": "everybody"})
        assert notice["id"] in await of_everybody(hub)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({**INCIDENT, "state": "scheduled"}, "notice.state-other-kind"),
        ({**INCIDENT, "state": "resolved"}, "notice.state-closing"),
        ({**INCIDENT, "begins_at": "2099-01-01T00:00:00+07:00"}, "notice.begins-later"),
        ({**INCIDENT, "kind": "maintenance"}, "notice.end-missing"),
        (maintenance(2, hours=-1), "notice.end-before-beginning"),
        (maintenance(-3, hours=1), "notice.end-passed"),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_is_told(hub: Hub, wrong: dict[str, Any], code: str) -> None:
    answer = await post(hub, wrong)
    assert answer.status_code == 422
    assert code in [each["code"] for each in answer.json()["errors"]]


async def test_the_same_notice_sent_twice_is_one(hub: Hub) -> None:
    key = uuid4().hex
    first, second = await post(hub, INCIDENT, key=key), await post(hub, INCIDENT, key=key)
    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_pages_of_the_list_hold_every_notice_once(hub: Hub) -> None:
    made = [(await published(hub, INCIDENT))["id"] for _ in range(3)]
    found: list[str] = []
    headers = await hub.as_operator()
    cursor: str | None = ""
    while cursor is not None:
        page = (await hub.http.get(f"/v1/notices?limit=2{cursor}", headers=headers)).json()
        found += [each["id"] for each in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert found[:3] == made[::-1]
    assert len(found) == len(set(found))
