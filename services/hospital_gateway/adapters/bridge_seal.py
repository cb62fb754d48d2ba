"""Bridge tokens as sealed text: nothing is kept of them, and no other service can read them."""

import base64
import binascii
from datetime import UTC, datetime

import orjson

from services.hospital_gateway.application.bridge_tokens import BridgeClient
from shared.clock import Clock
from shared.errors import Unauthenticated, Unreadable
from shared.sealing import Sealer
from shared.web.door import Principal, Verifier

_PREFIX = "jkk."
_SEALED_AS = "bridge-token"


class BridgeSeals:
    """Makes tokens and reads them back."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, client: BridgeClient, expires_at: datetime) -> str:
        told = [client.client_id, client.org, *client.scopes]
        content = orjson.dumps([int(expires_at.timestamp()), *told])
        sealed = self._sealer.seal_bytes(content, type=_SEALED_AS, id="", version=1)
        return _PREFIX + base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, token: str) -> Principal:
        """Raises Unauthenticated for what was not sealed here."""
        text = token.removeprefix(_PREFIX)
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            expires, client_id, org, *scopes = orjson.loads(
                self._sealer.open_bytes(sealed, type=_SEALED_AS, id="", version=1)
            )
        except (Unreadable, binascii.Error, ValueError):
            raise Unauthenticated("token.invalid", "The access token is not accepted: it was not made here.") from None
        return Principal(client_id, org, frozenset(scopes), datetime.fromtimestamp(expires, UTC), client_id)


class BridgeVerifier:
    """Judges bridge tokens itself and leaves all others to the issuer's verifier."""

    def __init__(self, seals: BridgeSeals, issued: Verifier, clock: Clock) -> None:
        self._seals = seals
        self._issued = issued
        self._clock = clock

    async def verify(self, token: str) -> Principal:
        """As the port says."""
        if not token.startswith(_PREFIX):
            return await self._issued.verify(token)
        principal = self._seals.open(token)
        if principal.expires_at <= self._clock.now():
            raise Unauthenticated("token.expired", "The access token has expired; get a new one.")
        return principal
