"""Settings of the registry and token service."""

from shared.settings import ServiceSettings


class PartnersSettings(ServiceSettings):
    """`issuer` equal to `public_url` makes this service the issuer; any other value names an external one, and the
    token endpoint, discovery and JWK set are not served."""

    access_token_lifetime_seconds: int = 300
    token_request_bytes_max: int = 65_536
    assertion_purge_seconds: float = 60.0
    assertion_purge_batch: int = 5_000

    @property
    def issues_tokens(self) -> bool:
        return self.issuer.rstrip("/") == self.public_url.rstrip("/")
