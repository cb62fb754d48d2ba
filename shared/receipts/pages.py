"""`/receipt/{code}`, and `.pdf` behind it for paper: whether a receipt is genuine, of what kind, of when, and whether a
file is what was accepted.

For everybody. Never the content, nor who sent it; guessing codes is slowed down, and all codes that are none get one
answer. `Accept: application/json` gets JSON.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from shared.clock import Clock
from shared.errors import NotFound, SimpulError, TooLarge, TooManyRequests
from shared.identifiers import in_fours
from shared.paper.qr_codes import qr_inline
from shared.postgres.database import Database, Transaction
from shared.receipts.codes import read_code, service_of
from shared.receipts.paper import receipt_pdf
from shared.receipts.register import Found, Receipts, digest_of, find_receipt
from shared.regulation.codes import title_of
from shared.sealing import BlindIndex
from shared.settings import ReceiptSettings
from shared.web.door import page
from shared.web.pages.forms import checked_form
from shared.web.pages.rendering import Pages
from shared.web.problem import response_of, status_of
from shared.web.throttle import Throttle

FOLDER = Path(__file__).parent
_ASK, _TELL = "/receipt", "/receipt/{code}"
# Boundaries and headers around the file.
_MULTIPART_BYTES = 65_536
_CODE_LENGTH_MAX = 60
_ELSEWHERE = "receipt.elsewhere"

Digests = Callable[[Transaction, Found], Awaitable[tuple[str, ...]]]
AsKept = Callable[[Found, bytes], bytes | None]


@dataclass(frozen=True)
class ReceiptPages:
    """What the pages work with. `digests` finds them where the register has none, because they may have to be
    forgotten; `as_kept` is what a service makes of such bytes before it keeps them, None where it keeps them as they
    come."""

    receipts: Receipts
    database: Database
    pages: Pages
    throttle: Throttle
    settings: ReceiptSettings
    digests: Digests | None
    as_kept: AsKept | None

    @classmethod
    def of(
        cls,
        settings: ReceiptSettings,
        receipts: Receipts,
        database: Database,
        pages: Pages,
        clock: Clock,
        index: BlindIndex,
        *,
        digests: Digests | None = None,
        as_kept: AsKept | None = None,
    ) -> "ReceiptPages":
        """`index` hides who tried."""
        throttle = Throttle(database, clock, index, window_seconds=settings.receipt_window_seconds)
        return cls(receipts, database, pages, throttle, settings, digests, as_kept)

    async def found(self, request: Request, text: str) -> Found:
        """What was accepted. Raises NotFound: `receipt.mistyped` for what can't be a code, `receipt.elsewhere` for one
        of another service, `receipt.unknown`. And TooManyRequests."""
        code = _read(text)
        if service_of(code) != self.receipts.service:
            there = self._elsewhere(code)["other_page"]
            where = f" and checked at {there}" if there else ""
            raise NotFound(_ELSEWHERE, f"Receipts with this letter are given by {service_of(code)}{where}.")
        tries = [self.throttle.caller("receipt", request, self.settings.receipt_tries_per_address_max)]
        await self.throttle.spend(tries)
        async with self.database.system_transaction() as transaction:
            found = await find_receipt(transaction, code)
            if found is not None and self.digests is not None:
                found = replace(found, digests=(*found.digests, *await self.digests(transaction, found)))
        if found is None:
            raise NotFound("receipt.unknown", "No receipt was given with this code.")
        await self.throttle.give_back(tries)
        return found

    def refused(self, request: Request, error: SimpulError, typed: str) -> Response:
        """The question again, with what is wrong."""
        elsewhere = self._elsewhere(typed if error.code == _ELSEWHERE else "")
        if _wants_json(request):
            return response_of(error, {"url": elsewhere["other_page"]} if elsewhere["other_page"] else None)
        response = self.pages.page(
            request,
            "receipt/ask.html",
            status=status_of(error),
            fault=error.code,
            typed=typed[:_CODE_LENGTH_MAX],
            **elsewhere,
        )
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response

    def _elsewhere(self, typed: str) -> dict[str, str]:
        """The service that gave this code, and where it checks it: empty without one, and where that is not known."""
        code = read_code(typed[:_CODE_LENGTH_MAX])
        service = service_of(code) if code else ""
        page_url = self.receipts.page_urls.get(service, "")
        return {"other_service": service, "other_page": f"{page_url}/{in_fours(code)}" if code and page_url else ""}

    def told(self, request: Request, found: Found, *, status: int = 200, **shown: Any) -> Response:
        """The receipt. `same` tells whether a file was what was accepted, None when none was sent."""
        if _wants_json(request):
            return Response(orjson.dumps(self._json(found)), media_type="application/json")
        url = self.receipts.url(found.code)
        return self.pages.page(
            request,
            "receipt/told.html",
            status=status,
            receipt=found,
            code=in_fours(found.code),
            url=url,
            picture=Markup(qr_inline(url)),  # noqa: S704 - made of an address of ours alone
            service=self.receipts.service,
            **{"same": None, "changed": False, "file_digest": "", "fault": "", **shown},
        )

    async def same_file(self, found: Found, content: bytes) -> dict[str, Any]:
        """Whether it is what was accepted: as it is, or (`changed`) with what the service takes out of such files."""
        digest = await asyncio.to_thread(digest_of, content)
        kept = None
        if digest not in found.digests and self.as_kept is not None:
            kept = await asyncio.to_thread(self.as_kept, found, content)
        changed = kept is not None and digest_of(kept) in found.digests
        return {"same": changed or digest in found.digests, "changed": changed, "file_digest": digest}

    def _json(self, found: Found) -> dict[str, Any]:
        title = title_of("receipt_kinds", found.kind)
        return {
            "code": in_fours(found.code),
            "genuine": True,
            "test": found.test,
            "kind": found.kind,
            "title": {"id": title.title_id, "en": title.title_en},
            "accepted_at": found.accepted_at.isoformat(timespec="milliseconds"),
            "replaced_at": found.replaced_at and found.replaced_at.isoformat(timespec="milliseconds"),
            "service": self.receipts.service,
            "sha256": list(found.digests),
            "url": self.receipts.url(found.code),
        }


def receipt_routes(here: ReceiptPages) -> APIRouter:
    router = APIRouter()
    _add_looking(router, here)
    _add_files(router, here)
    return router


def _add_looking(router: APIRouter, here: ReceiptPages) -> None:
    @router.get(_ASK, **page())
    async def ask(request: Request, code: str = "") -> Response:
        """The form, whose answer is the receipt's own address."""
        if not code.strip():
            return here.pages.page(request, "receipt/ask.html", fault="", typed="", other_page="")
        try:
            return RedirectResponse(f"{_ASK}/{in_fours(_read(code))}", 303)
        except NotFound as error:
            return here.refused(request, error, code)

    # Before the page, whose address it fits too.
    @router.get(_TELL + ".pdf", **page())
    async def print_receipt(request: Request, code: str) -> Response:
        try:
            found = await here.found(request, code)
        except (NotFound, TooManyRequests) as error:
            return here.refused(request, error, code)
        language, url = here.pages.language(request), here.receipts.url(found.code)
        pdf = await receipt_pdf(here.pages, language, found, here.receipts.service, url)
        named = f'inline; filename="{in_fours(found.code)}.pdf"'
        return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": named})

    @router.get(_TELL, **page())
    async def tell(request: Request, code: str) -> Response:
        try:
            return here.told(request, await here.found(request, code))
        except (NotFound, TooManyRequests) as error:
            return here.refused(request, error, code)


def _add_files(router: APIRouter, here: ReceiptPages) -> None:
    @router.post(_TELL, **page())
    async def compare(request: Request, code: str) -> Response:
        """Whether a file is, byte for byte, what was accepted. Only its digest is made, and nothing of it kept."""
        try:
            found = await here.found(request, code)
            files_max = here.settings.receipt_files_per_address_max
            await here.throttle.spend([here.throttle.caller("receipt-file", request, files_max)])
        except (NotFound, TooManyRequests) as error:
            return here.refused(request, error, code)
        try:
            form = await checked_form(request, here.settings.receipt_file_bytes_max + _MULTIPART_BYTES)
        except TooLarge:
            return here.told(request, found, status=413, fault="too-large")
        try:
            file = form.file("file")
            content = await file.read() if file else b""
        finally:
            await form.close()
        if not found.digests:
            return here.told(request, found)
        if not content:
            return here.told(request, found, status=422, fault="no-file")
        return here.told(request, found, **await here.same_file(found, content))


def _read(text: str) -> str:
    """The code that somebody typed. Raises NotFound."""
    code = read_code(text[:_CODE_LENGTH_MAX])
    if code is None:
        raise NotFound("receipt.mistyped", "This is no code of a receipt: a character is wrong or missing.")
    return code


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted
