"""`/notices`: how the hub is, for everybody: what goes on, what is planned, what was."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

from services.partners.domain.notices import Bilingual, Notice, Phase
from services.partners.entrypoints.http.notices import NoticeDesk
from shared.web.door import page
from shared.web.pages.notices import KIND_NAMES, SERVICE_NAMES, STATE_NAMES
from shared.web.pages.rendering import Pages

FOLDER = Path(__file__).parent
_REMEMBERED = timedelta(days=14)


def notice_page(desk: NoticeDesk, pages: Pages) -> APIRouter:
    router = APIRouter()

    @router.get("/notices", **page())
    async def notices(request: Request) -> Response:
        told, now = await desk.for_everybody(), desk.clock.now()
        phases: dict[Phase, list[dict[str, Any]]] = {phase: [] for phase in Phase}
        for notice in told:
            over_since = notice.over_since(now)
            if over_since is None or over_since > now - _REMEMBERED:
                phases[notice.phase(now)].append(_shown(notice))
        return pages.page(
            request,
            "notices/list.html",
            current=phases[Phase.CURRENT],
            upcoming=phases[Phase.UPCOMING],
            ended=phases[Phase.ENDED],
            now=now,
        )

    return router


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice.kind.value,
        "kind_name": KIND_NAMES[notice.kind.value],
        "title": _both(notice.title),
        "begins_at": notice.begins_at,
        "ends_at": notice.ends_at,
        "services": [SERVICE_NAMES[service.value] for service in notice.services],
        "updates": [
            {"at": each.at, "state": STATE_NAMES[each.state.value], "text": _both(each.text)}
            for each in reversed(notice.updates)
        ],
    }


def _both(text: Bilingual) -> dict[str, str]:
    return {"id": text.id, "en": text.en}
