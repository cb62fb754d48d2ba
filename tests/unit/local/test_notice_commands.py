"""`simpul notices` against a registry that remembers what it was asked."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.local import notice_commands
from deploy.local.command_line import app
from deploy.local.settings import SERVICES
from services.partners.domain.notices import HubService, NoticeKind

WORDS = ["--title-id", "Gangguan", "--title-en", "Trouble", "--text-id", "Tunggu.", "--text-en", "Wait."]
NOTICE = {
    "id": "019e",
    "kind": "incident",
    "state": "identified",
    "phase": "current",
    "audience": "partners",
    "title": {"id": "Gangguan", "en": "Trouble"},
    "services": ["intake"],
    "begins_at": "2026-11-20T09:30:00Z",
    "ends_at": None,
}


class FakeOperator:
    def __init__(self) -> None:
        self.posted: list[tuple[str, str, Mapping[str, Any]]] = []
        self.asked: list[Any] = []

    def every(self, service: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        self.asked.append((service, path, query))
        yield NOTICE

    def post(self, service: str, path: str, body: Mapping[str, Any], *, once: bool) -> dict[str, Any]:
        assert once
        self.posted.append((service, path, body))
        return NOTICE


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> FakeOperator:
    made = FakeOperator()
    monkeypatch.setattr(notice_commands, "signed_in", lambda: contextlib.nullcontext(made))
    return made


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(app, ["notices", *arguments])
    assert done.exit_code == 0, done.output
    return done


def test_an_incident_concerns_all_services_and_is_for_partners_unless_it_is_said_otherwise(
    operator: FakeOperator,
) -> None:
    assert run("publish", "incident", *WORDS).output.strip() == "019e"
    run("publish", "maintenance", *WORDS, "--service", "intake", "--everybody", "--from", "2026-11-20T22:00:00")
    (_, path, first), (_, _, second) = operator.posted
    assert (path, first["services"], first["audience"]) == ("/v1/notices", list(SERVICES), "partners")
    assert (first["begins_at"], first["ends_at"]) == (None, None)
    assert (second["kind"], second["services"], second["audience"]) == ("maintenance", ["intake"], "everybody")
    assert second["begins_at"].startswith("2026-11-20T22:00:00")
    assert second["begins_at"][-6] in "+-"


def test_what_is_told_is_listed_and_carried_on(operator: FakeOperator) -> None:
    assert "019e  incident  identified  for partners: Trouble" in run("list").output
    assert operator.asked == [("partners", "/v1/notices", {"phase": ["upcoming", "current"]})]
    update = ["--state", "resolved", "--text-id", "Pulih.", "--text-en", "Well."]
    assert run("update", "019e", *update).output.strip() == "019e: identified, current"
    assert operator.posted[-1][1] == "/v1/notices/019e/updates"
    assert operator.posted[-1][2] == {"state": "resolved", "text": {"id": "Pulih.", "en": "Well."}, "ends_at": None}


def test_it_knows_the_kinds_and_services_of_the_registry() -> None:
    assert {each.value for each in notice_commands.NoticeKind} == {each.value for each in NoticeKind}
    parts = [each.value for each in notice_commands.HubPart]
    assert parts == [each.value for each in HubService] == list(SERVICES)
