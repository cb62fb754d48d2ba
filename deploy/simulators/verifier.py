"""A BPJS verifier: reads the live stream of claims, looks at a claim, decides."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.simulators.partner_client import PartnerClient, StepFailed

SERVICE = "verification"
_RECONNECT_SECONDS = 0.5
_LOOKS_MAX = 3


@dataclass(frozen=True)
class ClaimChange:
    """One event of the stream. `at` is the monotonic clock's second of its coming."""

    at: float
    position: str
    case_number: str
    claim_version: int
    state: str
    waiting_on: str
    changes: tuple[str, ...]


class ClaimStream:
    """Follows `/v1/claims/stream` in a thread; goes on after the last position when the connection ends."""

    def __init__(self, client: PartnerClient) -> None:
        self._client = client
        self._changes: list[ClaimChange] = []
        self._news = threading.Condition()
        self._open = threading.Event()
        self._closed = threading.Event()
        self._last_position: str | None = None
        threading.Thread(target=self._follow, name="claim-stream", daemon=True).start()
        if not self._open.wait(20):
            raise StepFailed("the stream of claims did not open")

    def count(self) -> int:
        with self._news:
            return len(self._changes)

    def wait_for(
        self, wanted: Callable[[ClaimChange], bool], *, since: int = 0, timeout_seconds: float = 20.0
    ) -> ClaimChange:
        """The first wanted change among those after the `since` first ones. Raises StepFailed when none comes."""

        def first() -> ClaimChange | None:
            return next(filter(wanted, self._changes[since:]), None)

        with self._news:
            self._news.wait_for(lambda: first() is not None, timeout_seconds)
            found = first()
        if found is None:
            raise StepFailed(f"nothing of the kind appeared on the stream within {timeout_seconds:.0f} s")
        return found

    def close(self) -> None:
        self._closed.set()

    def _follow(self) -> None:
        while not self._closed.is_set():
            try:
                self._read()
            except (httpx.HTTPError, StepFailed):
                self._closed.wait(_RECONNECT_SECONDS)

    def _read(self) -> None:
        headers = {"Accept": "text/event-stream", **self._client.authorization()}
        if self._last_position is not None:
            headers["Last-Event-ID"] = self._last_position
        url = self._client.url(SERVICE) + "/v1/claims/stream"
        with httpx.stream("GET", url, headers=headers, timeout=httpx.Timeout(30, read=60)) as answer:
            answer.raise_for_status()
            self._open.set()
            for line in answer.iter_lines():
                if self._closed.is_set():
                    return
                self._take(line)

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        if name == "id":
            self._position = value.strip()
        elif name == "data":
            at, data = time.monotonic(), json.loads(value)["data"]
            change = ClaimChange(
                at,
                self._position,
                data["case_number"],
                data["claim_version"],
                data["state"],
                data["waiting_on"],
                tuple(data["changes"]),
            )
            with self._news:
                self._last_position = self._position
                self._changes.append(change)
                self._news.notify_all()


class Verifier:
    """Works on claims."""

    def __init__(self, client: PartnerClient) -> None:
        self._client = client

    def claim(self, case_number: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.call("GET", SERVICE, f"/v1/claims/{case_number}").json()
        return found

    def timeline(self, case_number: str) -> list[dict[str, Any]]:
        found = self._client.call("GET", SERVICE, f"/v1/claims/{case_number}/timeline").json()
        entries: list[dict[str, Any]] = found["items"] if isinstance(found, dict) else found
        return entries

    def decide(self, case_number: str, decision: str, reason: str, **more: Any) -> dict[str, Any]:
        """Under the decision version that is current now; looked at again when the claim changes meanwhile."""
        body = {
            "decision": decision,
            "reason_code": decision.replace("_", "-"),
            "reason": reason,
            "legal_basis": "PP 44/2015",
            "officer": {"id": "V-1", "name": "Dewi"},
            **more,
        }
        for _ in range(_LOOKS_MAX):
            answer = self._client.call(
                "POST",
                SERVICE,
                f"/v1/claims/{case_number}/decisions",
                once=True,
                headers={"If-Match": f'"{self.claim(case_number)["decision_version"]}"'},
                json=body,
                expect=(200, 201, 202, 412),
            )
            if answer.status_code != httpx.codes.PRECONDITION_FAILED:
                break
        else:
            raise StepFailed(f"{case_number} changed {_LOOKS_MAX} times while it was being decided")
        made: dict[str, Any] = answer.json()
        return made
