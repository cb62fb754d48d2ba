"""One client for every call the hub makes to somebody else's HTTP server."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
import stamina

from shared.clock import Clock, SystemClock
from shared.errors import Unavailable
from shared.partner_http.addresses import AddressPolicy
from shared.partner_http.breaker import CircuitBreaker
from shared.partner_http.transport import PinnedTransport

_BREAKERS_MAX = 1_000


@dataclass(frozen=True)
class PartnerAnswer:
    """`body` is cut at the client's cap (`truncated`); header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False


class PartnerUnreachable(Exception):
    """No answer. `reason`: `refused`, `timeout`, `tls`, `protocol`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def careful_client(
    *, timeout_seconds: float, connections_max: int = 100, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """The httpx client under every outgoing call: no redirects, no proxies or credentials from the environment, no
    compression to inflate. Changing to another client library changes this module alone."""
    limits = httpx.Limits(max_connections=connections_max, max_keepalive_connections=20, keepalive_expiry=15.0)
    return httpx.AsyncClient(
        transport=transport or httpx.AsyncHTTPTransport(trust_env=False, limits=limits),
        headers={"Accept-Encoding": "identity"},
        follow_redirects=False,
        timeout=timeout_seconds,
        trust_env=False,
    )


class PartnerHttp:
    """Follows no redirects, reads at most `answer_bytes_max`, gives every request `timeout_seconds` in all.

    `send` tries once and tells exactly what happened: who retries (a delivery engine) keeps its own schedule. `read`
    is for GET-like calls: retried a few times, and stopped by a circuit breaker for each host."""

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        timeout_seconds: float = 20.0,
        answer_bytes_max: int = 65_536,
        connections_max: int = 100,
        read_attempts_max: int = 3,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._policy = policy
        self._timeout_seconds = timeout_seconds
        self._answer_bytes_max = answer_bytes_max
        self._read_attempts_max = read_attempts_max
        self._clock = clock or SystemClock()
        self._breakers: OrderedDict[str, CircuitBreaker] = OrderedDict()
        if policy.public_only:
            transport = PinnedTransport(policy, transport)
        self._client = careful_client(
            timeout_seconds=timeout_seconds, connections_max=connections_max, transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def send(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> PartnerAnswer:
        """One try. Raises AddressRefused when the policy says no, PartnerUnreachable when no answer came."""
        self._policy.check(url)
        try:
            # httpx counts its timeout for each read; a server that drips bytes would hold us for ever.
            async with asyncio.timeout(self._timeout_seconds):
                async with self._client.stream(method, url, content=content, headers=headers) as response:
                    body, truncated = await self._capped(response)
        except (TimeoutError, httpx.TimeoutException):
            raise PartnerUnreachable("timeout") from None
        except httpx.ConnectError as error:
            raise PartnerUnreachable(
                "tls" if "SSL" in str(error) or "certificate" in str(error) else "refused"
            ) from None
        except httpx.HTTPError:
            raise PartnerUnreachable("protocol") from None
        return PartnerAnswer(response.status_code, dict(response.headers), body, truncated)

    async def read(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> PartnerAnswer:
        """For calls that change nothing: retried with back-off on silence and 5xx. Raises AddressRefused, and
        Unavailable when the host stays silent or has been silent lately."""
        host = self._policy.check(url).netloc
        breaker = self._breaker(host)
        if not breaker.admits(self._clock.now()):
            raise Unavailable(host, breaker.seconds_to_wait(self._clock.now()))
        attempts = stamina.retry_context(
            on=(PartnerUnreachable, _ServerTrouble),
            attempts=self._read_attempts_max,
            timeout=None,
            wait_initial=0.1,
            wait_jitter=0.1,
        )
        try:
            async for attempt in attempts:
                with attempt:
                    answer = await self.send(method, url, content=content, headers=headers)
                    if answer.status >= 500:
                        raise _ServerTrouble
        except (PartnerUnreachable, _ServerTrouble) as error:
            breaker.failed(self._clock.now())
            raise Unavailable(host, breaker.pause_seconds) from error
        breaker.succeeded()
        return answer

    async def _capped(self, response: httpx.Response) -> tuple[bytes, bool]:
        parts, size = [], 0
        async for part in response.aiter_raw():  # never inflated: a small body may hold a large one
            parts.append(part)
            size += len(part)
            if size > self._answer_bytes_max:
                return b"".join(parts)[: self._answer_bytes_max], True
        return b"".join(parts), False

    def _breaker(self, host: str) -> CircuitBreaker:
        breaker = self._breakers.setdefault(host, CircuitBreaker())
        self._breakers.move_to_end(host)
        while len(self._breakers) > _BREAKERS_MAX:
            self._breakers.popitem(last=False)
        return breaker


class _ServerTrouble(Exception):
    """The partner answered 5xx."""
