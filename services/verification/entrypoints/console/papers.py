"""The papers of a claim, shown in place."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.verification.application.console_people import READERS
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.http.desk import audit
from shared.errors import NotFound
from shared.web.door import page

# What a browser shows by itself and cannot be a page of ours; whatever else intake may hold is saved instead.
_SHOWN = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
# The paper's own policy: it may load nothing, and be framed by our own pages only. The browser styles the page that it
# makes of a picture inside that page; ours are never served under this policy.
_POLICY = "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def paper_routes(console: Console) -> APIRouter:
    router = APIRouter()

    @router.get("/console/claims/{case_number}/papers/{report_id}/{code}/{version}", **page(*READERS))
    async def paper(
        request: Request,
        case_number: Annotated[str, Path(max_length=40)],
        report_id: Annotated[str, Path(max_length=64)],
        code: Annotated[str, Path(max_length=40)],
        version: Annotated[int, Path(ge=1, le=1_000_000)],
    ) -> Response:
        """The bytes, which intake keeps; only what belongs to this claim, and the looking is recorded."""
        caller, counter = console.caller(request), console.counter
        async with counter.database.transaction(caller.org) as transaction:
            file = await console.open_claims(transaction).file(case_number)
            found = file.paper(report_id, code, version)
            if found is None or console.papers is None:
                raise NotFound("paper.not-found", "This paper is not there any more.")
            await audit(
                transaction,
                caller,
                "claim.read-paper",
                case_number,
                officer=caller.subject,
                paper=code,
                version=version,
            )
        told = await console.papers.paper(report_id, code, version)
        ending = _SHOWN.get(told.media_type)
        disposition = f'inline; filename="{code}-{version}.{ending}"' if ending else "attachment"
        media_type = told.media_type if ending else "application/octet-stream"
        headers = {
            "Content-Disposition": disposition,
            "Content-Security-Policy": _POLICY,
            "X-Frame-Options": "SAMEORIGIN",
        }
        return Response(told.content, media_type=media_type, headers=headers)

    return router
