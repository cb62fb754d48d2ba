"""A whole hub behind sockets with a sandbox of two hospitals on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from joserfc.jwk import ECKey

from deploy.simulators.sandbox import make_sandbox
from services.partners.domain.partners import ClientKind
from tests.support.served_hub import ServedHub, served_hub
from tests.support.servers import PostgresServer


@dataclass
class Sandbox:
    """The hub and the credentials of two hospitals, the first with synthetic workers."""

    hub: ServedHub
    credentials: dict[str, Any]
    other: dict[str, Any]

    @property
    def url(self) -> str:
        return self.hub.apis["hospital_gateway"].url


def registered(hub: ServedHub, kind: str, org: str, name: str, region: str | None, *, test: bool) -> dict[str, Any]:
    """What `./simpul partner add` writes."""
    key = ECKey.generate_key("P-384")
    private = {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": "ES384", "use": "sig"}
    public = {name: value for name, value in private.items() if name != "d"}
    body = {"kind": kind, "org": org, "name": name, "region_code": region, "public_jwk": public, "test": test}
    partners = hub.apis["partners"]
    made = partners.http.post("/v1/clients", json=body, headers=hub.once(ClientKind.OPERATOR)).raise_for_status().json()
    urls = {name: api.url for name, api in hub.apis.items()}
    return {**made, "private_key_jwk": private, "token_endpoint": f"{partners.url}/oauth2/token", "base_urls": urls}


@pytest.fixture(scope="package")
def sandbox(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with served_hub(postgres.url, tmp_path_factory.mktemp("hub")) as hub:

        def register(kind: str, org: str, name: str, region: str | None, *, test: bool) -> dict[str, Any]:
            return registered(hub, kind, org, name, region, test=test)

        made = make_sandbox(register, number="900000001", name="RS Sandbox", region="3671")
        other = register("hospital", "hospital:900000002", "RS Kedua", "3171", test=True)
        hub.quiet()
        yield Sandbox(hub, made, other)
