"""One attempt: sign, POST, and say what the answer means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.clock import Clock
from shared.partner_http import AddressRefused, PartnerAnswer, PartnerHttp, PartnerUnreachable
from shared.webhooks.signing import SigningKeys, webhook_headers

_USER_AGENT = "Simpul-Webhooks/1"
# Statuses that speak of the whole endpoint and not of one message.
_ENDPOINT_WIDE = frozenset({401, 403, 404, 429, 502, 503, 504})
_HEEDS_RETRY_AFTER = frozenset({429, 503})


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt. `error` is a code for people, None when it was taken."""

    delivered: bool
    status: int | None
    error: str | None = None
    gone: bool = False
    endpoint_wide: bool = False
    retry_after_seconds: float | None = None
    body: bytes = b""
    content_type: str | None = None


class WebhookSender:
    """Sends signed messages through the outgoing client; never raises for what a receiver does."""

    def __init__(self, http: PartnerHttp, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def post(self, url: str, keys: Sequence[SigningKeys], message_id: str, body: bytes) -> Outcome:
        """One POST. 2xx is success and nothing else is; a redirect is a failure."""
        headers = webhook_headers(keys, message_id, self._clock.now(), body)
        try:
            answer = await self._http.send(
                "POST",
                url,
                content=body,
                headers={"Content-Type": "application/json", "User-Agent": _USER_AGENT, **headers},
            )
        except AddressRefused as refused:
            return Outcome(False, None, refused.code, endpoint_wide=True)
        except PartnerUnreachable as unreachable:
            return Outcome(False, None, f"no-answer:{unreachable.reason}", endpoint_wide=True)
        return self._judged(answer)

    def _judged(self, answer: PartnerAnswer) -> Outcome:
        status, content_type = answer.status, answer.headers.get("content-type")
        if 200 <= status < 300:
            return Outcome(True, status, body=answer.body, content_type=content_type)
        retry_after = None
        if status in _HEEDS_RETRY_AFTER:
            retry_after = retry_after_seconds(answer.headers.get("retry-after"), self._clock.now())
        return Outcome(
            False,
            status,
            f"http-{status}",
            gone=status == 410,
            endpoint_wide=status in _ENDPOINT_WIDE or 300 <= status < 400,
            retry_after_seconds=retry_after,
            body=answer.body,
            content_type=content_type,
        )


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds asked for by `Retry-After` (a number or an HTTP date); None when absent or senseless."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - now).total_seconds(), 0.0)
