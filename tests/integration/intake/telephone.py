"""Somebody without an account, who writes a report at `/lapor`."""

import re
from typing import Any

import httpx

from tests.support.intake_service import NOON, Intake

STEPS: dict[str, dict[str, str]] = {
    "pelapor": {"relation": "family", "reporter_name": "Budi", "reporter_phone": "0812 3456 7890"},
    "pekerja": {
        "worker_name": "Rini Wulandari", "birth_date_day": "4", "birth_date_month": "7", "birth_date_year": "1988",
    },
    "kejadian": {
        "event_date_day": str(NOON.day), "event_date_month": str(NOON.month), "event_date_year": str(NOON.year),
        "event_hour": "9", "province": "91", "city": "Jayapura", "place": "Pasar",
    },
    "cerita": {"chronology": "Jatuh dari tangga.", "cause": "Tangga patah", "consequence": "injury"},
}  # fmt: skip


class Telephone:
    """A browser of its own before intake."""

    def __init__(self, intake: Intake) -> None:
        transport = httpx.ASGITransport(intake.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://intake.test")
        self.csrf = ""

    async def get(self, path: str) -> httpx.Response:
        answer = await self.http.get(path)
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    async def post(self, path: str, typed: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return await self.http.post(path, data={"csrf": self.csrf, **(typed or {})}, **more)

    async def begin(self, **typed: str) -> None:
        await self.get("/lapor")
        assert (await self.post("/lapor/mulai", typed)).headers["location"] == "/lapor/pelapor"

    async def write(self, **over: dict[str, str]) -> None:
        await self.begin()
        await self.fill(STEPS, **over)

    async def fill(self, steps: dict[str, dict[str, str]], **over: dict[str, str]) -> None:
        for step, typed in steps.items():
            answer = await self.post(f"/lapor/{step}", {**typed, **over.get(step, {})})
            assert answer.status_code == 303, answer.text

    async def send(self, **more: str) -> httpx.Response:
        return await self.post("/lapor/kirim", {"true": "yes", **more})

    async def code(self) -> str:
        found = re.search(r'class="code">([0-9A-Z-]+)<', (await self.get("/lapor/selesai")).text)
        assert found is not None
        return found[1].replace("-", "")
