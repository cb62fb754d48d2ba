"""The console as a client of the services: figures out of metrics, silence, refusals, a token kept while it holds."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.verification.adapters.hub_client import HubClient
from services.verification.adapters.hub_tokens import HubTokens
from services.verification.application.hub_operations import by_cause, by_partner, longest_silent_first, worst_first
from services.verification.entrypoints.console.partner_runs import newest_runs, runs_of
from shared.errors import Conflict, NotFound, Refusal, Unavailable
from shared.sealing import create_secrets
from shared.sealing.secrets_folder import OPERATOR_FILE

METRICS = """# TYPE simpul_consumer_lag gauge
simpul_consumer_lag{service="intake",topic="a"} 3.0
simpul_consumer_lag{service="intake",topic="b"} 4.0
simpul_consumer_lag{service="other",topic="b"} 400.0
# TYPE simpul_events_failed_total counter
simpul_events_failed_total{reason="bug",service="intake"} 2.0
# TYPE simpul_events_failed_created gauge
simpul_events_failed_created{reason="bug",service="intake"} 1.7e+09
"""


class Services:
    """Answers by path; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, Any]] = {"/oauth2/token": (200, {"access_token": "t", "expires_in": 300})}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.host}{request.url.path}")
        if request.url.host == "away.test":
            raise httpx.ConnectError("nobody there")
        status, body = self.answers.get(request.url.path, (404, {"code": "not-found", "detail": "Nothing."}))
        content = body.encode() if isinstance(body, str) else orjson.dumps(body)
        return httpx.Response(status, content=content)


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def hub(services: Services, tmp_path: Path) -> HubClient:
    create_secrets(tmp_path)
    return client(services, tmp_path / OPERATOR_FILE)


URLS = {"intake": "http://intake.test", "disnaker_gateway": "http://away.test"}


def client(services: Services, key_file: Path | None, urls: dict[str, str] = URLS) -> HubClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(services))
    endpoint = "http://issuer.test/oauth2/token"
    return HubClient(http, urls, HubTokens(http, key_file, endpoint, endpoint))


async def test_health_is_what_the_services_say_of_themselves(hub: HubClient, services: Services) -> None:
    services.answers["/readyz"] = (503, {"status": "unavailable", "problems": {"postgres": ["away"]}})
    services.answers["/metrics"] = (200, METRICS)
    intake, disnaker = await hub.health()
    assert intake.problems == ("postgres: away",)
    assert (intake.lag, intake.failed, intake.unsent) == (7, 2, None)
    assert disnaker.problems == ("no answer (ConnectError)",)


async def test_a_silent_service_hides_nobody_else(hub: HubClient, services: Services) -> None:
    services.answers["/v1/operations/deliveries"] = (200, {"items": [{"id": "d"}], "next_cursor": None})
    found = await hub.deliveries("exhausted")
    assert found.items == ({"id": "d", "service": "intake"},)
    assert [service for service, _ in found.silent] == ["disnaker_gateway"]


async def test_a_partners_endpoints_are_asked_of_every_service_that_sends(hub: HubClient, services: Services) -> None:
    services.answers["/v1/operations/subscriptions"] = (200, {"items": [{"id": "e"}], "next_cursor": None})
    services.answers["/v1/operations/subscriptions/e/test"] = (429, {"code": "too-many-tries", "detail": "Later."})
    found = await hub.endpoints("employer:JJ 1")
    assert found.items == ({"id": "e", "service": "intake"},)
    assert [service for service, _ in found.silent] == ["disnaker_gateway"]
    with pytest.raises(Refusal, match="Later"):
        await hub.act("intake", ("subscriptions", "e", "test"))


async def test_what_a_service_refuses_is_refused_in_its_words(hub: HubClient, services: Services) -> None:
    path = "/v1/operations/dead-letters/x/redrive"
    services.answers[path] = (409, {"code": "dead-letter.ended", "detail": "It has ended."})
    with pytest.raises(Conflict, match="It has ended"):
        await hub.act("intake", ("dead-letters", "x", "redrive"))
    services.answers[path] = (500, {})
    with pytest.raises(Unavailable):
        await hub.act("intake", ("dead-letters", "x", "redrive"))
    with pytest.raises(NotFound):
        await hub.act("moon", ("dead-letters", "x", "redrive"))


async def test_of_a_hospital_whose_registry_is_silent_no_run_is_said_to_be_missing(
    services: Services, tmp_path: Path
) -> None:
    create_secrets(tmp_path)
    hub = client(services, tmp_path / OPERATOR_FILE, {"partners": "http://partners.test"})
    services.answers["/v1/conformance-runs"] = (503, {})
    assert await runs_of(hub, "hospital:1000001") is None
    assert await newest_runs(hub, ["hospital:1000001"]) == {}
    services.answers["/v1/conformance-runs"] = (200, {"items": [{"id": "r"}], "next_cursor": None})
    assert await runs_of(hub, "hospital:1000001") == ({"id": "r", "service": "partners"},)
    assert await runs_of(hub, "employer:JJ012345") is None


async def test_one_token_serves_until_it_expires(hub: HubClient, services: Services) -> None:
    services.answers["/v1/operations/deliveries"] = (200, {"items": [], "next_cursor": None})
    for _ in range(3):
        await asyncio.gather(hub.deliveries("paused"), hub.endpoints("employer:JJ012345"), hub.dead_letters())
    assert services.asked.count("POST issuer.test/oauth2/token") == 1


async def test_without_a_key_the_page_can_say_so(services: Services, tmp_path: Path) -> None:
    for key_file in (None, tmp_path / "missing.json"):
        with pytest.raises(Refusal, match="key"):
            await client(services, key_file).act("intake", ("deliveries", "x", "resend"))


def test_causes_are_told_the_most_frequent_first_and_in_order_within() -> None:
    def letter(service: str, reason: str, failed_at: str, parked: int = 0) -> dict[str, Any]:
        return {
            "service": service,
            "topic": "t",
            "reason_code": reason,
            "failed_at": failed_at,
            "parked_behind": parked,
        }

    causes = by_cause([letter("a", "x", "2"), letter("b", "y", "3", 4), letter("b", "y", "1")])
    assert [(cause.service, len(cause.letters), cause.parked) for cause in causes] == [("b", 2, 4), ("a", 1, 0)]
    assert [one["failed_at"] for one in causes[0].letters] == ["1", "3"]


def contact(org: str, at: str, answered: int = 0, refused: int = 0, failed: int = 0, **more: Any) -> dict[str, Any]:
    counts = {"answered": answered, "refused": refused, "failed": failed}
    return {"org": org, "last_at": at, "last_status": 200, "service": "intake", **counts, **more}


def test_what_the_services_say_of_a_partner_is_put_together() -> None:
    silent = contact("channel:jmo", "2026-10-01T09:00:00Z")
    partners = by_partner(
        [
            contact("hospital:1", "2026-11-20T09:00:00Z", answered=199),
            contact("employer:2", "2026-11-22T09:00:00Z", answered=1, refused=1),
            contact("hospital:1", "2026-11-20T09:00:00.5Z", failed=1, last_status=503, service="hospital_gateway"),
            contact("operator:hub", "2026-11-23T09:00:00Z", answered=9),
            silent,
        ]
    )
    assert [one.org for one in worst_first(partners)] == ["employer:2", "hospital:1", "channel:jmo"]
    assert [one.org for one in longest_silent_first(partners)] == ["channel:jmo", "hospital:1", "employer:2"]
    hospital = next(one for one in partners if one.org == "hospital:1")
    assert (hospital.requests, hospital.success_percent) == (200, 99)
    assert (hospital.last_service, hospital.last_status) == ("hospital_gateway", 503)
    assert next(one for one in partners if one.org == "channel:jmo").success_percent is None


async def test_contacts_are_read_page_by_page_and_a_silent_service_is_named(hub: HubClient, services: Services) -> None:
    pages = [{"items": [{"org": "a"}], "next_cursor": "c"}, {"items": [{"org": "b"}], "next_cursor": None}]
    services.answers["/v1/operations/contacts"] = (200, pages[0])
    asking = services.__call__

    def page_by_page(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("cursor") == "c":
            return httpx.Response(200, content=orjson.dumps(pages[1]))
        return asking(request)

    hub._http = httpx.AsyncClient(transport=httpx.MockTransport(page_by_page))
    found = await hub.contacts()
    assert [(item["org"], item["service"]) for item in found.items] == [("a", "intake"), ("b", "intake")]
    assert [service for service, _ in found.silent] == ["disnaker_gateway"]
