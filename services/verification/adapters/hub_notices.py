"""What the hub tells of itself, asked of partners: all of it in the operator's name, else what is for everybody."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from services.verification.adapters.hub_tokens import HubTokens

_NOT_OVER = "/v1/notices?phase=upcoming&phase=current&limit=20"


def hub_notices(http: httpx.AsyncClient, partners_url: str, tokens: HubTokens) -> Callable[[], Awaitable[Any]]:
    """Those that are not over, for partners too. Raises httpx.HTTPError, Unavailable, Refusal."""

    async def fetch() -> Any:
        headers = {"Authorization": f"Bearer {await tokens.token()}"}
        return (await http.get(f"{partners_url}{_NOT_OVER}", headers=headers)).raise_for_status().json()

    return fetch
