"""`simpul dead-letters` and `simpul deliveries` against services that remember what they were asked."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.local import contact_commands, dead_letter_commands, delivery_commands
from deploy.local.command_line import app
from deploy.local.problems import HubProblem

SAID = {
    "edit": 1,
    "masked": False,
    "editable": True,
    "facts": {"region_code": "3671"},
    "content": {"worker": "Siti\x1b[31m"},
}
LETTERS, DELIVERIES = "/v1/operations/dead-letters", "/v1/operations/deliveries"
ENDPOINTS, CONTACTS = "/v1/operations/subscriptions", "/v1/operations/contacts"


def letter(letter_id: str, reason_code: str = "bug", parked: int = 0) -> dict[str, Any]:
    return {
        "id": letter_id,
        "topic": "jkk.accident-reports",
        "reason_code": reason_code,
        "failed_at": "2026-11-20T09:30:00+07:00",
        "attempts": 5,
        "parked_behind": parked,
        "state": "open",
        "edits": 1,
    }


def delivery(delivery_id: str, created_at: str) -> dict[str, Any]:
    return {
        "id": delivery_id,
        "event_type": "case.opened",
        "attempts": 9,
        "last_error": "timeout",
        "last_status": None,
        "created_at": created_at,
    }


def endpoint(endpoint_id: str, failing_since: str | None = None) -> dict[str, Any]:
    return {
        "id": endpoint_id,
        "org": "disnaker:36",
        "host": "https://hooks.example.go.id",
        "status": "active",
        "pause_reason": None,
        "failing_since": failing_since,
        "record": {"attempts": 4, "delivered": 3, "waiting": 2},
    }


def contact(last_at: str, org: str = "hospital:1", **counts: int) -> dict[str, Any]:
    return {"org": org, "last_at": last_at, "answered": 0, "refused": 0, "failed": 0, **counts}


@dataclass
class FakeOperator:
    """Answers as the services do; `stubborn` dead letters fail again."""

    items: dict[tuple[str, str], list[dict[str, Any]]]
    stubborn: set[str] = field(default_factory=set)
    posted: list[tuple[str, str, Mapping[str, Any] | None]] = field(default_factory=list)

    def every(self, service: str, path: str, **_: Any) -> Iterator[dict[str, Any]]:
        yield from self.items.get((service, path), [])

    def get(self, service: str, path: str, **_: Any) -> dict[str, Any]:
        if path.endswith("/payload"):
            return {**SAID, "masked": True, "content": {"worker": "•••"}}
        listed, wanted = path.rsplit("/", 1)
        return next(item for item in self.items[service, listed] if item["id"] == wanted)

    def post(self, service: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        self.posted.append((service, path, body))
        if path.endswith("/reveal"):
            return SAID
        if path.endswith("/test"):
            taken = path.endswith("/e-1/test")
            error, said = (None, None) if taken else ("http-401", "who are you?")
            return {"delivered": taken, "error": error, "duration_ms": 12, "excerpt": said}
        if path.endswith("/edits"):
            return {"number": 2, "changed": ["/facts/region_code"]}
        resolved = not any(name in path for name in self.stubborn)
        return {"resolved": resolved, "followed": 2 if resolved else 0, "still_parked": 0 if resolved else 2}


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> FakeOperator:
    made = FakeOperator(
        {
            ("verification", LETTERS): [letter("v-1", "unreadable", parked=2), letter("v-2"), letter("v-3")],
            ("intake", LETTERS): [letter("i-1")],
            ("disnaker_gateway", ENDPOINTS): [endpoint("e-1"), endpoint("e-2", failing_since="2026-11-20T09:30:00Z")],
            ("intake", CONTACTS): [contact("2026-11-20T12:00:00Z", refused=2)],
            ("hospital_gateway", CONTACTS): [contact("2026-11-19T12:00:00Z", answered=3)],
            ("partners", CONTACTS): [contact("2026-11-20T12:00:00Z", org="operator:hub", answered=9)],
            ("intake", DELIVERIES): [
                delivery("d-2", "2026-11-20T12:00:00+07:00"),
                delivery("d-1", "2026-11-20T11:00:00+07:00"),
                delivery("d-0", "2026-11-19T11:00:00+07:00"),
            ],
        }
    )
    for commands in (contact_commands, dead_letter_commands, delivery_commands):
        monkeypatch.setattr(commands, "signed_in", lambda: contextlib.nullcontext(made))
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_dead_letters_are_grouped_by_their_cause(operator: FakeOperator) -> None:
    told = run("dead-letters", "list").output.splitlines()
    assert told[0].split() == ["2", "verification", "jkk.accident-reports", "bug"]
    assert any("v-1" in line and "2 wait behind it" in line for line in told)
    assert any("i-1" in line for line in told)


def test_all_of_one_cause_are_handled_again_in_order(operator: FakeOperator) -> None:
    done = run("dead-letters", "redrive", "--reason-code", "bug", "--service", "verification")
    assert done.exit_code == 0, done.output
    assert [path for _, path, _ in operator.posted] == [f"{LETTERS}/v-2/redrive", f"{LETTERS}/v-3/redrive"]


def test_whatever_fails_again_is_the_exit_code(operator: FakeOperator) -> None:
    operator.stubborn = {"v-1"}
    done = run("dead-letters", "redrive", "v-1", "i-1")
    assert done.exit_code == 1
    assert "v-1: failed again; 0 followed, 2 still wait" in done.output
    assert "i-1: resolved" in done.output
    assert [service for service, _, _ in operator.posted] == ["verification", "intake"]


def test_a_reason_goes_along_with_what_is_put_away(operator: FakeOperator) -> None:
    assert run("dead-letters", "discard", "v-1", "--reason", "a test event").exit_code == 0
    assert operator.posted == [("verification", f"{LETTERS}/v-1/discard", {"reason": "a test event"})]


def test_what_one_says_is_masked_unless_a_purpose_is_named(operator: FakeOperator) -> None:
    shown = json.loads(run("dead-letters", "show", "v-1").output)
    assert (shown["service"], shown["payload"]["content"]) == ("verification", {"worker": "•••"})
    assert not operator.posted
    clear = run("dead-letters", "show", "v-1", "--reveal", "inspection", "--edit", "0").output
    assert json.loads(clear)["payload"]["content"] == SAID["content"]
    assert "\x1b" not in clear
    assert operator.posted == [("verification", f"{LETTERS}/v-1/reveal", {"purpose": "inspection", "edit": 0})]


def test_one_is_mended_in_the_editor_and_handled_again(operator: FakeOperator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "sed -i s/3671/3674/")
    done = run("dead-letters", "edit", "v-1", "--reason", "told by telephone", "--redrive")
    assert done.exit_code == 0, done.output
    reveal, edit, redrive = operator.posted
    assert reveal[2] == {"purpose": "mend", "edit": None}
    assert edit[2] == {
        "facts": {"region_code": "3674"},
        "content": SAID["content"],
        "based_on": 1,
        "reason": "told by telephone",
    }
    assert redrive[1] == f"{LETTERS}/v-1/redrive"
    assert "/facts/region_code" in done.output


def test_a_file_is_an_edit_too_and_what_is_no_edit_is_said_plainly(
    operator: FakeOperator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = tmp_path / "edit.json"
    given.write_text('{"facts": {}}')
    assert run("dead-letters", "edit", "v-1", "--reason", "?", "--file", str(given)).exit_code == 0
    assert operator.posted[-1][2] == {"facts": {}, "based_on": 1, "reason": "?"}
    operator.posted.clear()
    for wrong in ("[]", "{", '{"facts": {}, "headers": {}}'):
        given.write_text(wrong)
        assert isinstance(
            run("dead-letters", "edit", "v-1", "--reason", "?", "--file", str(given)).exception, HubProblem
        )
    for editor in ("true", "false", "no-such-editor-anywhere", "'"):
        monkeypatch.setenv("EDITOR", editor)
        assert isinstance(run("dead-letters", "edit", "v-1", "--reason", "?").exception, HubProblem)
    assert not [path for _, path, _ in operator.posted if path.endswith("/edits")]


def test_unknown_letter_and_unknown_service_are_said_plainly(operator: FakeOperator) -> None:
    for arguments in (["dead-letters", "redrive", "nobody"], ["dead-letters", "list", "--service", "partners"]):
        assert isinstance(run(*arguments).exception, HubProblem)
    assert isinstance(run("dead-letters", "redrive").exception, HubProblem)


def test_deliveries_since_a_moment_are_sent_again_oldest_first(operator: FakeOperator) -> None:
    since = ["deliveries", "replay", "--since", "2026-11-20T00:00:00"]
    assert "2 deliveries would be in line again" in run(*since, "--dry-run").output
    assert not operator.posted
    assert "2 deliveries are in line again" in run(*since).output
    assert [path for _, path, _ in operator.posted] == [f"{DELIVERIES}/d-1/resend", f"{DELIVERIES}/d-2/resend"]


def test_endpoints_are_listed_with_how_they_have_done(operator: FakeOperator) -> None:
    first, second = run("deliveries", "endpoints").output.splitlines()
    assert first == "e-1  disnaker:36  https://hooks.example.go.id  active, 3 of 4 attempts taken, 2 wait"
    assert "failing" in second
    assert json.loads(run("deliveries", "endpoints", "--json").output)[0]["service"] == "disnaker_gateway"
    assert run("deliveries", "endpoints", "--service", "intake").output == "no partner has a webhook endpoint\n"


def test_a_test_message_tells_what_came_of_it(operator: FakeOperator) -> None:
    taken = run("deliveries", "test", "e-1")
    assert (taken.exit_code, taken.output) == (0, "taken, 12 ms\n")
    refused = run("deliveries", "test", "e-2")
    assert (refused.exit_code, refused.output) == (1, "not taken: http-401, 12 ms, it said: who are you?\n")
    assert [service for service, _, _ in operator.posted] == ["disnaker_gateway"] * 2
    assert isinstance(run("deliveries", "test", "e-9").exception, HubProblem)


def test_whoever_is_silent_longest_is_told_first(operator: FakeOperator) -> None:
    first, second = run("partner", "contacts").output.splitlines()
    assert "hospital_gateway  3 of 3 succeeded" in first
    assert "intake  0 of 2 succeeded, 2 refused" in second
    assert [each["service"] for each in json.loads(run("partner", "contacts", "--json").output)] == [
        "intake",
        "hospital_gateway",
    ]


def test_the_hubs_operators_are_no_partners_unless_they_are_named(operator: FakeOperator) -> None:
    assert run("partner", "contacts", "--service", "partners").output == "no partner has asked for anything\n"
    named = run("partner", "contacts", "--service", "partners", "--org", "operator:hub").output
    assert "operator:hub  partners  9 of 9 succeeded" in named
