"""Settings of the registry and token service."""

from typing import Literal

from pydantic import Field

from shared.settings import ServiceSettings


class PartnersSettings(ServiceSettings):
    """`issuer` equal to `public_url` makes this service the issuer; any other value names an external one, and the
    token endpoint, discovery and JWK set are not served."""

    access_token_lifetime_seconds: int = 300
    token_request_bytes_max: int = 65_536
    assertion_purge_seconds: float = 60.0
    assertion_purge_batch: int = 5_000
    partner_keys_timeout_seconds: float = Field(5.0, description="For reading a partner's `jwks_uri`, in all.")
    partner_keys_ports: tuple[int, ...] = (443, 8443)
    second_person: Literal["asked", "always"] = Field(
        "asked",
        description="`always`: clients and credentials wait for a second person whoever registers them and however.",
    )
    officers_told_by: tuple[str, ...] = Field(
        (),
        description="With `always`: client ids of the consoles whose word on who the officer is counts. Of every other "
        "client the client itself is the person.",
    )

    @property
    def issues_tokens(self) -> bool:
        return self.issuer.rstrip("/") == self.public_url.rstrip("/")
