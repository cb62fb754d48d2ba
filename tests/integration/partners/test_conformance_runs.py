"""What a partner's own run of the conformance kit found, kept for the hub's operators."""

from typing import Any
from uuid import uuid4

import pytest

from services.partners.domain.conformance import RUNS_KEPT
from tests.integration.partners.conftest import Hub, Partner, unused_org

RUN: dict[str, Any] = {
    "kit": "hospital",
    "kit_version": "0.1.0",
    "url": "https://gateway.example",
    "at": "2026-11-20T09:30:00+07:00",
    "rules": [
        {"rule": "metadata-public", "outcome": "passed", "says": "It needs no token."},
        {"rule": "others-hidden", "outcome": "failed", "says": "404.", "reference": "section 2", "detail": "200"},
        {"rule": "sandbox-answers", "outcome": "not_checked"},
    ],
}


async def hospital(hub: Hub) -> tuple[Partner, dict[str, str]]:
    partner = await hub.register("hospital", unused_org("hospital"), region_code="3671")
    token = (await hub.token(partner)).json()["access_token"]
    return partner, {"Authorization": f"Bearer {token}"}


async def report(hub: Hub, headers: dict[str, str], **changes: Any) -> Any:
    return await hub.http.post(
        "/v1/conformance-runs", json={**RUN, **changes}, headers={**headers, "Idempotency-Key": uuid4().hex}
    )


async def test_a_run_is_kept_under_the_callers_own_organisation_and_shown_to_operators(hub: Hub) -> None:
    partner, headers = await hospital(hub)
    answer = await report(hub, headers)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["org"], told["passed"], told["failed"], told["not_checked"]) == (partner.answer["org"], 1, 1, 1)
    path = f"/v1/conformance-runs?org={partner.answer['org']}"
    assert (await hub.http.get(path, headers=await hub.as_operator())).json()["items"] == [told]
    (row,) = await hub.audit(object_id=told["id"])
    assert (row["action"], row["org"]) == ("conformance.report", partner.answer["org"])


async def test_what_the_test_client_found_stands_at_the_real_organisation(hub: Hub) -> None:
    real, headers = await hospital(hub)
    trial = await hub.register("hospital", real.answer["org"], region_code="3671", test=True)
    token = (await hub.token(trial)).json()["access_token"]
    told = (await report(hub, {"Authorization": f"Bearer {token}"})).json()
    for org in (real.answer["org"], trial.answer["org"]):
        path = f"/v1/conformance-runs?org={org}"
        assert (await hub.http.get(path, headers=await hub.as_operator())).json()["items"] == [told]
    assert (await hub.http.get("/v1/conformance-runs", headers=headers)).json()["items"] == []


async def test_another_hospital_sees_nothing_of_it(hub: Hub) -> None:
    mine, headers = await hospital(hub)
    await report(hub, headers)
    _, theirs = await hospital(hub)
    for query in ("", f"?org={mine.answer['org']}"):
        assert (await hub.http.get(f"/v1/conformance-runs{query}", headers=theirs)).json()["items"] == []
    employer = await hub.register("employer", unused_org("employer"))
    token = {"Authorization": f"Bearer {(await hub.token(employer)).json()['access_token']}"}
    assert (await report(hub, token)).status_code == 403


async def test_the_oldest_runs_of_an_organisation_are_forgotten(hub: Hub) -> None:
    _, headers = await hospital(hub)
    first = (await report(hub, headers)).json()["id"]
    for _ in range(RUNS_KEPT):
        assert (await report(hub, headers)).status_code == 201
    kept = [each["id"] for each in (await hub.http.get("/v1/conformance-runs", headers=headers)).json()["items"]]
    assert len(kept) == RUNS_KEPT
    assert first not in kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"kit": "employer"},
        {"url": "javascript:alert(1)"},
        {"rules": []},
        {"rules": [RUN["rules"][0]] * 201},
        {"rules": [{**RUN["rules"][0], "rule": "Not a name"}]},
        {"rules": [{**RUN["rules"][0], "detail": "x" * 501}]},
    ],
)
async def test_what_is_no_report_is_refused(hub: Hub, wrong: dict[str, Any]) -> None:
    _, headers = await hospital(hub)
    assert (await report(hub, headers, **wrong)).status_code == 422
