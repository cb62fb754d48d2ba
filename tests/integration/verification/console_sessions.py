"""Sessions of the console, as a person gets one."""

import httpx

from tests.support.verification_service import Verification


async def link(verification: Verification, role: str = "verifier", name: str = "Dewi Lestari") -> httpx.Response:
    bearer = verification.bearer("operator:hub", "operations.manage")
    return await verification.http.post(
        "/v1/operations/console-logins", json={"role": role, "name": name}, headers=bearer
    )


async def sign_in(verification: Verification, role: str = "verifier", name: str = "Dewi Lestari") -> str:
    """The session's token."""
    entered = await verification.http.get((await link(verification, role, name)).json()["url"])
    assert (entered.status_code, entered.headers["location"]) == (303, "/console")
    token: str = entered.cookies["session"]
    return token


def of(token: str) -> dict[str, str]:
    """Request headers of this session."""
    return {"Cookie": f"session={token}"}
