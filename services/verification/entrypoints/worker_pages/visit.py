"""Who has opened their claim on this telephone: a sealed cookie with code and birth date, good for half an hour.

Nothing is kept on the server: each page looks the claim up again, so that a code that was replaced shows nothing more.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from fastapi import Request, Response

from services.verification.entrypoints.http.status import StatusQuestion
from shared.clock import Clock
from shared.errors import Unreadable
from shared.sealing import Sealer
from shared.web.pages.cookies import set_token

_COOKIE, _PATH = "status", "/status"


@dataclass(frozen=True)
class Visits:
    """Opens and closes them. `secure` keeps the cookie to https."""

    sealer: Sealer
    clock: Clock
    minutes: int
    secure: bool

    def begin(self, response: Response, question: StatusQuestion) -> None:
        """The claim stays open on this telephone for a while."""
        until = self.clock.now() + timedelta(minutes=self.minutes)
        told = {**question.model_dump(mode="json"), "until": until.isoformat()}
        sealed = self.sealer.seal_bytes(orjson.dumps(told), type="status-visit", id="cookie", version=1)
        value = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        set_token(response, _COOKIE, value, secure=self.secure, seconds=self.minutes * 60, path=_PATH, strict=True)

    def of(self, request: Request) -> StatusQuestion | None:
        """What was asked when the claim was opened, None when that is over."""
        value = request.cookies.get(_COOKIE, "")
        try:
            sealed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
            told = orjson.loads(self.sealer.open_bytes(sealed, type="status-visit", id="cookie", version=1))
        except (binascii.Error, ValueError, Unreadable):
            return None
        if datetime.fromisoformat(told.pop("until")) <= self.clock.now():
            return None
        return StatusQuestion.model_validate(told)

    def end(self, response: Response) -> None:
        response.delete_cookie(_COOKIE, path=_PATH)
