"""Connects to the very address that the policy has judged, with the host's name kept for TLS and the Host header."""

import httpx

from shared.partner_http.addresses import AddressPolicy


class PinnedTransport(httpx.AsyncBaseTransport):
    """Resolves once, judges every address, and connects to the first of them.

    Connections are not kept: two names on one address must never share a connection that was verified for one."""

    def __init__(self, policy: AddressPolicy, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._policy = policy
        self._inner = inner or httpx.AsyncHTTPTransport(
            trust_env=False, limits=httpx.Limits(max_keepalive_connections=0), retries=0
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises AddressRefused before anything is sent."""
        url = request.url
        self._policy.check(str(url))
        host, port = url.host, url.port or (443 if url.scheme == "https" else 80)
        address = (await self._policy.addresses(host, port))[0]
        pinned = httpx.Request(
            request.method,
            url.copy_with(host=address),
            headers=request.headers,  # holds the Host of the original URL
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.raw_host.decode("ascii")},
        )
        return await self._inner.handle_async_request(pinned)

    async def aclose(self) -> None:
        await self._inner.aclose()
