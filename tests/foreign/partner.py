"""A partner as an outsider writes one: registered by `./simpul`, signed in by Authlib, speaking through requests."""

import json
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, RSAKey

from deploy.local.hub import Hub
from tests.support.running_hub import simpul

_REQUEST_SECONDS = 30
_ASSERTION_SECONDS = 120


class Partner:
    """One client. `info` is the file that `./simpul partner add` writes, or its like."""

    def __init__(self, info: dict[str, Any]) -> None:
        self.info = info
        self.http = OAuth2Session(info["client_id"], default_timeout=_REQUEST_SECONDS)
        self._sign_in()

    def _sign_in(self) -> None:
        jwk = self.info["private_key_jwk"]
        key, algorithm = (ECKey, "ES384") if jwk["kty"] == "EC" else (RSAKey, "RS384")
        endpoint = self.info["token_endpoint"]
        with OAuth2Session(
            self.info["client_id"],
            key.import_key(jwk),
            # Its own assertions live for an hour, longer than RFC 7523 servers like.
            token_endpoint_auth_method=PrivateKeyJWT(
                endpoint,
                claims={"exp": int(time.time()) + _ASSERTION_SECONDS},
                headers={"kid": jwk["kid"]},
                alg=algorithm,
            ),
            default_timeout=_REQUEST_SECONDS,
        ) as signing_in:
            self.http.token = signing_in.fetch_token(endpoint, grant_type="client_credentials")

    @property
    def token(self) -> str:
        return str(self.http.token["access_token"])

    @property
    def scopes(self) -> set[str]:
        """Those of the token, as the token endpoint told them."""
        return set(self.http.token["scope"].split())

    def url(self, service: str, path: str) -> str:
        return f"{self.info['base_urls'][service]}{path}"

    def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON value of a GET that must succeed."""
        answer = self.http.get(self.url(service, path), params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, service: str, path: str, body: Any, *, expected: int = 201) -> Any:
        """The JSON value of a POST that must succeed."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        answer = self.http.post(self.url(service, path), json=body, headers=headers)
        assert answer.status_code == expected, answer.text
        return answer.json()

    def post_fhir(self, text: str) -> Any:
        """A Bundle as the bytes that a hospital's bridge sends."""
        headers = {"Content-Type": "application/fhir+json"}
        answer = self.http.post(self.url("hospital_gateway", "/fhir"), data=text.encode(), headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def close(self) -> None:
        self.http.close()


def add_partner(hub: Hub, kind: str, org: str, name: str, *more: str) -> Partner:
    """Registered by the command that a hub's operator runs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "partner.json"
        simpul(hub, ["partner", "add", kind, "--org", org, "--name", name, *more, "--out", str(file)])
        assert file.stat().st_mode & 0o777 == 0o600
        return Partner(json.loads(file.read_text(encoding="utf-8")))
