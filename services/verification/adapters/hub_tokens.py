"""Tokens for clients of the hub's own, by the same door as anybody's: the console calls other services with them."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson

from shared.errors import Refusal, Unavailable
from shared.sealing.keyring import KeyringUnusable
from shared.sealing.secrets_folder import read_jwk_file
from shared.web.client_assertion import client_credentials_form

# A token is asked for anew a little before it ends.
_SPARE_SECONDS = 30.0


@dataclass
class HubTokens:
    """Access tokens of one client. `key_file` holds its id and private key; `endpoint` is what assertions are made out
    to, `reached_at` where it is reached from here."""

    http: httpx.AsyncClient
    key_file: Path | None
    endpoint: str
    reached_at: str
    _token: tuple[str, float] | None = None
    _asking: "asyncio.Future[tuple[str, float]] | None" = None

    async def token(self) -> str:
        """A token that is good for a while. Raises Refusal without a key, Unavailable without an answer."""
        if self._token is None or time.monotonic() > self._token[1]:
            self._token = await self._asked_once()
        return self._token[0]

    async def _asked_once(self) -> tuple[str, float]:
        """A page asks many services at once: whoever needs a token meanwhile waits for the same answer."""
        asking = self._asking = self._asking or asyncio.ensure_future(self._new())
        try:
            return await asyncio.shield(asking)
        finally:
            if self._asking is asking:
                self._asking = None

    async def _new(self) -> tuple[str, float]:
        form = client_credentials_form(self._client(), self.endpoint)
        try:
            answer = await self.http.post(self.reached_at, data=form)
            told = orjson.loads(answer.content)
            return str(told["access_token"]), time.monotonic() + float(told["expires_in"]) - _SPARE_SECONDS
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Unavailable("issuer") from error

    def _client(self) -> Mapping[str, Any]:
        if self.key_file is None:
            raise Refusal("operations.no-key", "The console was given no operator's key (SIMPUL_OPERATOR_KEY_FILE).")
        try:
            return read_jwk_file(self.key_file.parent, self.key_file.name)
        except KeyringUnusable as error:
            raise Refusal("operations.no-key", "The key with which the console signs in can't be read.") from error
