"""An endpoint's signing keys at rest: sealed, with the previous ones for as long as a rotation overlaps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.sealing import Sealer
from shared.webhooks.signing import SigningKeys

_TYPE = "webhook_endpoint.keys"


class KeyedEndpoint(Protocol):
    """The columns of an endpoint that hold its keys."""

    @property
    def sealed_keys(self) -> bytes: ...
    @property
    def sealed_previous_keys(self) -> bytes | None: ...
    @property
    def previous_keys_until(self) -> datetime | None: ...
    @property
    def endpoint_id(self) -> UUID: ...


class EndpointKeys:
    """Seals and opens signing keys, bound to their endpoint's id."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, endpoint_id: UUID, keys: SigningKeys) -> bytes:
        return self._sealer.seal_bytes(keys.to_bytes(), type=_TYPE, id=endpoint_id, version=1)

    def open(self, endpoint_id: UUID, sealed: bytes) -> SigningKeys:
        return SigningKeys.from_bytes(self._sealer.open_bytes(sealed, type=_TYPE, id=endpoint_id, version=1))

    def signing(self, endpoint: KeyedEndpoint, now: datetime) -> Sequence[SigningKeys]:
        """The current keys first, then the previous ones while both count."""
        keys = [self.open(endpoint.endpoint_id, endpoint.sealed_keys)]
        if endpoint.sealed_previous_keys and endpoint.previous_keys_until and now < endpoint.previous_keys_until:
            keys.append(self.open(endpoint.endpoint_id, endpoint.sealed_previous_keys))
        return keys
