"""The papers that employers have brought, read at intake as a client of its API: each service owns its data."""

from dataclasses import dataclass
from urllib.parse import quote

import httpx

from services.verification.adapters.hub_tokens import HubTokens
from services.verification.application.console_claim import PaperBytes
from shared.errors import NotFound, Unavailable
from shared.receipts.derived import SCENE


@dataclass(frozen=True)
class IntakePapers:
    """`tokens` are those of the console's own client."""

    http: httpx.AsyncClient
    intake_url: str
    tokens: HubTokens
    bytes_max: int

    async def paper(self, report_id: str, code: str, version: int) -> PaperBytes:
        """Raises NotFound, and Unavailable when intake or the issuer does not answer as it should."""
        report = quote(report_id, safe="")
        if code == SCENE:
            url = f"{self.intake_url}/v1/self-reports/{report}/photos/{version}"
        else:
            url = f"{self.intake_url}/v1/accident-reports/{report}/documents/{quote(code, safe='')}"
        headers = {"Authorization": f"Bearer {await self.tokens.token()}"}
        try:
            answer = await self.http.get(url, params={"version": version}, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable("intake") from error
        if answer.status_code in (404, 410):
            raise NotFound("paper.not-found", "This paper is not there any more.")
        if answer.status_code != 200 or len(answer.content) > self.bytes_max:
            raise Unavailable("intake")
        return PaperBytes(answer.content, answer.headers.get("content-type", "application/octet-stream"))
