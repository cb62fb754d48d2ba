"""The console as a client of the hub's services: signed in as the hub's operator, by the same door as anybody."""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson
from prometheus_client.parser import text_string_to_metric_families

from services.verification.adapters.hub_tokens import HubTokens
from services.verification.application.hub_operations import Health, Listed
from shared.errors import Conflict, NotFound, Problem, Refusal, Unavailable

_ITEMS_MAX = 200
_CLIENTS_MAX = 5_000
_SENDING = ("intake", "disnaker_gateway")
_CONSUMING = ("intake", "hospital_gateway", "disnaker_gateway", "verification")
# Metric, and how its samples become one figure.
_FIGURES: dict[str, tuple[str, Callable[[list[float]], float]]] = {
    "simpul_consumer_lag": ("lag", sum),
    "simpul_outbox_unsent": ("unsent", sum),
    "simpul_outbox_oldest_unsent_seconds": ("oldest_seconds", max),
    "simpul_events_failed": ("failed", sum),
    "simpul_component_restarts": ("restarts", sum),
}
_METRIC_LINE = re.compile(rf"(# [A-Z]+ )?({'|'.join(_FIGURES)})")


class HubClient:
    """See `application.hub_operations.HubOperations`. `urls` by service; `tokens` of the hub's operator."""

    def __init__(self, http: httpx.AsyncClient, urls: Mapping[str, str], tokens: HubTokens) -> None:
        self._http = http
        self._urls = dict(urls)
        self._tokens = tokens

    async def health(self) -> list[Health]:
        return list(await asyncio.gather(*(self._health(service, url) for service, url in self._urls.items())))

    async def _health(self, service: str, url: str) -> Health:
        try:
            ready = await self._http.get(f"{url}/readyz")
            problems = orjson.loads(ready.content)["problems"]
            figures = _figures(service, (await self._http.get(f"{url}/metrics")).text)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            return Health(service, url, (f"no answer ({type(error).__name__})",))
        told = tuple(f"{part}: {', '.join(said)}" for part, said in problems.items())
        return Health(service, url, told, **figures)

    async def dead_letters(self) -> Listed:
        return await self._every(_CONSUMING, "/v1/operations/dead-letters?state=open")

    async def deliveries(self, state: str, endpoint_id: str | None = None) -> Listed:
        to_one = f"&subscription_id={quote(endpoint_id)}" if endpoint_id else ""
        return await self._every(_SENDING, f"/v1/operations/deliveries?state={quote(state)}{to_one}")

    async def endpoints(self, org: str) -> Listed:
        return await self._every(_SENDING, f"/v1/operations/subscriptions?org={quote(org)}")

    async def clients(self, org: str | None = None) -> Listed:
        of_one = f"&org={quote(org)}" if org else ""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        try:
            while len(items) < _CLIENTS_MAX:
                after = f"&cursor={quote(cursor)}" if cursor else ""
                page = await self._ask("GET", "partners", f"/v1/clients?limit={_ITEMS_MAX}{of_one}{after}")
                items += page["items"]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
        except (Refusal, Unavailable) as error:
            return Listed(tuple(items), (("partners", error.detail),))
        return Listed(tuple(items))

    async def register_client(self, wanted: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await self._ask("POST", "partners", "/v1/clients", wanted, once=uuid.uuid4().hex)
        return answer

    async def change_client(self, client_id: str, path: Sequence[str], body: dict[str, Any]) -> dict[str, Any]:
        place = "/".join(quote(part, safe="") for part in (client_id, *path))
        answer: dict[str, Any] = await self._ask("POST", "partners", f"/v1/clients/{place}", body)
        return answer

    async def revoke_client(self, client_id: str) -> None:
        await self._ask("DELETE", "partners", f"/v1/clients/{quote(client_id, safe='')}")

    async def notices(self) -> Listed:
        return await self._every(("partners",), "/v1/notices?phase=upcoming&phase=current&phase=ended")

    async def tell(self, path: Sequence[str], body: dict[str, Any], once: str) -> dict[str, Any]:
        place = "/".join(("/v1/notices", *(quote(part, safe="") for part in path)))
        answer: dict[str, Any] = await self._ask("POST", "partners", place, body, once=once)
        return answer

    async def conformance_runs(self, org: str | None = None) -> Listed:
        of_one = f"org={quote(org)}" if org else ""
        return await self._every(("partners",), f"/v1/conformance-runs?{of_one}")

    async def look(self, service: str, path: Sequence[str], **query: str) -> dict[str, Any]:
        place = "/".join(quote(part, safe="") for part in path)
        asked = f"?{urlencode(query)}" if query else ""
        answer: dict[str, Any] = await self._ask("GET", service, f"/v1/operations/{place}{asked}")
        return answer

    async def act(self, service: str, path: Sequence[str], body: dict[str, Any] | None = None) -> dict[str, Any]:
        place = "/".join(quote(part, safe="") for part in path)
        answer: dict[str, Any] = await self._ask("POST", service, f"/v1/operations/{place}", body)
        return answer

    async def _every(self, services: Sequence[str], path: str) -> Listed:
        asked = [service for service in services if service in self._urls]
        answers = await asyncio.gather(
            *(_told(self._ask("GET", service, f"{path}&limit={_ITEMS_MAX}")) for service in asked)
        )
        items: list[dict[str, Any]] = []
        silent: list[tuple[str, str]] = []
        for service, answer in zip(asked, answers, strict=True):
            if isinstance(answer, str):
                silent.append((service, answer))
            else:
                items += [{**item, "service": service} for item in answer["items"]]
        return Listed(tuple(items), tuple(silent))

    async def _ask(
        self, method: str, service: str, path: str, body: dict[str, Any] | None = None, *, once: str | None = None
    ) -> Any:
        if service not in self._urls:
            raise NotFound("operations.unknown-service", "This console knows no such service.")
        headers = {"Authorization": f"Bearer {await self._tokens.token()}"}
        if once:
            headers["Idempotency-Key"] = once
        try:
            answer = await self._http.request(method, f"{self._urls[service]}{path}", headers=headers, json=body)
            told = orjson.loads(answer.content)
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(service) from error
        if answer.is_success:
            return told
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unavailable(service)
        refusal = {404: NotFound, 409: Conflict}.get(answer.status_code, Refusal)
        problems = [Problem(one["pointer"], one["code"], one["detail"]) for one in told.get("errors", ())]
        raise refusal(str(told.get("code", "refused")), str(told.get("detail", "The service refused.")), problems)


async def _told(asking: Awaitable[Any]) -> Any:
    """The answer, or why there is none."""
    try:
        return await asking
    except (Refusal, Unavailable) as error:
        return error.detail


def _figures(service: str, metrics: str) -> dict[str, Any]:
    """The figures of `Health` out of the text that Prometheus reads."""
    found: dict[str, Any] = {}
    # Of thousands of lines a dozen are wanted, and what parses them is slow, in the process that serves the console.
    wanted = "\n".join(line for line in metrics.splitlines() if _METRIC_LINE.match(line))
    for family in text_string_to_metric_families(f"{wanted}\n"):
        if family.name in _FIGURES:
            name, fold = _FIGURES[family.name]
            ours = [sample for sample in family.samples if sample.labels.get("service") == service]
            values = [sample.value for sample in ours if not sample.name.endswith("_created")]
            if values:
                found[name] = fold(values) if name == "oldest_seconds" else int(fold(values))
    return found
