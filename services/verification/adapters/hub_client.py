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
_WHOLE_MAX = 5_000
_BOARD_MAX = 20
_NOT_OVER = ("upcoming", "current")
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
        return await self._every(_CONSUMING, "/v1/operations/dead-letters", state="open")

    async def deliveries(self, state: str, endpoint_id: str | None = None) -> Listed:
        return await self._every(_SENDING, "/v1/operations/deliveries", state=state, subscription_id=endpoint_id)

    async def endpoints(self, org: str) -> Listed:
        return await self._every(_SENDING, "/v1/operations/subscriptions", org=org)

    async def clients(self, org: str | None = None) -> Listed:
        return await self._whole("partners", "/v1/clients", org=org)

    async def contacts(self, org: str | None = None) -> Listed:
        return await _joined(
            {service: self._whole(service, "/v1/operations/contacts", org=org) for service in self._urls}
        )

    async def register_client(self, wanted: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await self._ask("POST", "partners", "/v1/clients", wanted, once=uuid.uuid4().hex)
        return answer

    async def change_client(self, client_id: str, path: Sequence[str], body: dict[str, Any]) -> dict[str, Any]:
        place = _below("/v1/clients", client_id, *path)
        answer: dict[str, Any] = await self._ask("POST", "partners", place, body)
        return answer

    async def revoke_client(self, client_id: str) -> None:
        await self._ask("DELETE", "partners", _below("/v1/clients", client_id))

    async def notices(self) -> Listed:
        return await self._every(("partners",), "/v1/notices", phase=(*_NOT_OVER, "ended"))

    async def notices_not_over(self) -> Any:
        """A page of them, those for partners too. Raises Refusal, Unavailable."""
        return await self._ask("GET", "partners", f"/v1/notices{_asked(phase=_NOT_OVER, limit=_BOARD_MAX)}")

    async def tell(self, path: Sequence[str], body: dict[str, Any], once: str) -> dict[str, Any]:
        answer: dict[str, Any] = await self._ask("POST", "partners", _below("/v1/notices", *path), body, once=once)
        return answer

    async def conformance_runs(self, org: str, at_most: int | None = None) -> Listed:
        return await self._every(("partners",), "/v1/conformance-runs", org=org, limit=at_most or _ITEMS_MAX)

    async def look(self, service: str, path: Sequence[str], **query: str) -> dict[str, Any]:
        answer: dict[str, Any] = await self._ask("GET", service, f"{_below('/v1/operations', *path)}{_asked(**query)}")
        return answer

    async def act(self, service: str, path: Sequence[str], body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = await self._ask("POST", service, _below("/v1/operations", *path), body)
        return answer

    async def _whole(self, service: str, path: str, **query: str | None) -> Listed:
        """Page after page of one service's list, up to a bound; what was read before it fell silent."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        try:
            while len(items) < _WHOLE_MAX:
                page = await self._ask("GET", service, f"{path}{_asked(limit=_ITEMS_MAX, cursor=cursor, **query)}")
                items += page["items"]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
        except (Refusal, Unavailable) as error:
            return Listed(tuple(items), ((service, error.detail),))
        return Listed(tuple(items))

    async def _every(self, services: Sequence[str], path: str, **query: Any) -> Listed:
        place = f"{path}{_asked(**{'limit': _ITEMS_MAX, **query})}"
        return await _joined({service: self._page(service, place) for service in services if service in self._urls})

    async def _page(self, service: str, place: str) -> Listed:
        try:
            return Listed(tuple((await self._ask("GET", service, place))["items"]))
        except (Refusal, Unavailable) as error:
            return Listed((), ((service, error.detail),))

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


def _below(root: str, *path: str) -> str:
    return "/".join((root, *(quote(part, safe="") for part in path)))


def _asked(**query: Any) -> str:
    """What is asked for, of what is given."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"?{urlencode(given, doseq=True)}" if given else ""


async def _joined(asking: Mapping[str, Awaitable[Listed]]) -> Listed:
    """What all services say, each item with its `service`."""
    answers = dict(zip(asking, await asyncio.gather(*asking.values()), strict=True))
    items = [{**item, "service": service} for service, answer in answers.items() for item in answer.items]
    return Listed(tuple(items), tuple(silent for answer in answers.values() for silent in answer.silent))


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
