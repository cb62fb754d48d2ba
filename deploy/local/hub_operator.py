"""The hub's own operator as a client of its services, for the commands of this machine."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from deploy.local.problems import HubProblem
from deploy.local.settings import HubSettings
from shared.sealing.keyring import KeyringUnusable
from shared.sealing.secrets_folder import OPERATOR_FILE, read_jwk_file
from shared.web.client_assertion import client_credentials_form

REQUEST_SECONDS = 30.0
_PAGE = 200


class Operator:
    """Signed in at a running hub, as `client` (`client_id` and `private_jwk`) where it is given, else as the hub's own
    operator; `discovered` is what its issuer tells of itself."""

    def __init__(self, settings: HubSettings, http: httpx.Client, client: Mapping[str, Any] | None = None) -> None:
        self._settings = settings
        self._http = http
        self.discovered: Mapping[str, Any] = _discover(http, settings)
        self._token = _token(http, client or _own_client(settings), str(self.discovered["token_endpoint"]))

    def get(self, service: str, path: str, **query: Any) -> dict[str, Any]:
        """Raises HubProblem with what the service says when it refuses."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", service, path, params=asked)

    def post(
        self, service: str, path: str, body: Mapping[str, Any] | None = None, *, once: bool = False
    ) -> dict[str, Any]:
        """`once` sends an Idempotency-Key. Raises HubProblem with what the service says when it refuses."""
        headers = {"Idempotency-Key": uuid.uuid4().hex} if once else {}
        return self._ask("POST", service, path, json=body, headers=headers)

    def every(self, service: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(service, path, cursor=cursor, limit=_PAGE, **query)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _ask(self, method: str, service: str, path: str, **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", **options.pop("headers", {})}
        url = f"{self._settings.url(service)}{path}"
        return _send(self._http.build_request(method, url, headers=headers, **options), self._http)


@contextmanager
def operator_of(settings: HubSettings, client: Mapping[str, Any] | None = None) -> Iterator[Operator]:
    """Raises HubProblem when the hub does not run or does not know its operator."""
    with httpx.Client(timeout=REQUEST_SECONDS) as http:
        yield Operator(settings, http, client)


def _discover(http: httpx.Client, settings: HubSettings) -> Mapping[str, Any]:
    return _send(http.build_request("GET", f"{settings.issuer_url}/.well-known/openid-configuration"), http)


def _own_client(settings: HubSettings) -> Mapping[str, Any]:
    try:
        return read_jwk_file(settings.secrets_dir, OPERATOR_FILE)
    except KeyringUnusable as error:
        raise HubProblem(
            f"no operator's key in {settings.secrets_dir} ({error}): start the hub with `make up`"
        ) from error


def _token(http: httpx.Client, client: Mapping[str, Any], token_endpoint: str) -> str:
    form = client_credentials_form(client, token_endpoint)
    return str(_send(http.build_request("POST", token_endpoint, data=form), http)["access_token"])


def _send(request: httpx.Request, http: httpx.Client) -> dict[str, Any]:
    """The answer's JSON. Raises HubProblem with what the server says when it refuses."""
    try:
        answer = http.send(request)
    except httpx.HTTPError as error:
        raise HubProblem(
            f"no answer from {request.url} ({type(error).__name__}): is the hub running? start it with `make up`"
        ) from error
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if answer.is_success and isinstance(body, dict):
        return body
    raise HubProblem(f"{request.url} answered {answer.status_code}{_told(body)}")


def _told(body: object) -> str:
    if not isinstance(body, dict):
        return ""
    told = str(body.get("detail") or body.get("error_description") or body.get("error") or "")
    errors = [f"{error.get('pointer')}: {error.get('detail')}" for error in body.get("errors") or []]
    return ": " + "; ".join([told, *errors]) if told or errors else ""
