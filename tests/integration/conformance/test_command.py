"""`./simpul conformance hospital` as people and programs run it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.conformance.hospital import HOSPITAL_RULES
from deploy.conformance.reported import NotReported, kit_version, send_report
from deploy.local import conformance_commands
from deploy.local.command_line import app
from deploy.local.problems import HubProblem
from services.partners.domain.partners import ClientKind
from tests.integration.conformance.conftest import Sandbox


@pytest.fixture
def files(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    """The clients as files, and one whose secret is not the hub's."""
    made = {
        "client": sandbox.credentials,
        "other": sandbox.other,
        "stranger": {**sandbox.credentials, "client_secret": "not-this-one"},
    }
    for name, credentials in made.items():
        (tmp_path / name).write_text(json.dumps(credentials))
    return {name: str(tmp_path / name) for name in made}


def test_each_rule_is_printed_and_all_kept_exits_0(sandbox: Sandbox, files: dict[str, str]) -> None:
    arguments = ["--url", sandbox.url, "--client", files["client"], "--only", "metadata-open", "--only", "create"]
    done = CliRunner().invoke(app, ["conformance", "hospital", *arguments])
    assert done.exit_code == 0, done.output
    assert "pass  metadata-open" in done.output
    assert done.output.rstrip().endswith("4 rules: 4 passed, 0 failed, 0 not checked")


def test_a_broken_rule_exits_1_and_programs_read_which_and_why(sandbox: Sandbox, files: dict[str, str]) -> None:
    arguments = ["--client", files["stranger"], "--only", "create", "--json"]  # the address is the client file's
    done = CliRunner().invoke(app, ["conformance", "hospital", *arguments])
    assert done.exit_code == 1, done.output
    told = json.loads(done.output)
    assert (told["url"], told["conforms"]) == (sandbox.url, False)
    assert told["counts"] == {"passed": 0, "failed": 1, "not_checked": 2}
    by_code = {one["rule"]: one for one in told["rules"]}
    assert by_code["token-satusehat"]["detail"].startswith("POST /oauth2/v1/accesstoken answered 401")
    assert by_code["create"]["detail"] == "needs look-up-mints"
    assert by_code["create"]["reference"] == "interface, section 4: resources one by one"
    assert "not-this-one" not in done.output


def test_a_run_is_reported_to_the_hub_whose_client_ran_it(sandbox: Sandbox, files: dict[str, str]) -> None:
    arguments = ["--client", files["client"], "--only", "create", "--json", "--report"]
    done = CliRunner().invoke(app, ["conformance", "hospital", *arguments])
    assert done.exit_code == 0, done.output
    query = f"?org={sandbox.credentials['org']}"
    headers = sandbox.hub.bearer(ClientKind.OPERATOR)
    found = sandbox.hub.apis["partners"].http.get(f"/v1/conformance-runs{query}", headers=headers).json()["items"]
    assert (found[0]["passed"], found[0]["failed"], found[0]["url"]) == (3, 0, sandbox.url)
    assert found[0]["kit_version"] == kit_version()
    assert [each["rule"] for each in found[0]["rules"]] == ["token-satusehat", "look-up-mints", "create"]


def test_a_run_that_cannot_be_reported_says_why(files: dict[str, str], tmp_path: Path) -> None:
    client = json.loads(Path(files["client"]).read_text())
    for changes, why in (
        ({"base_urls": {}}, "names no"),
        ({"base_urls": {"partners": "http://127.0.0.1:9"}}, "ConnectError"),
        ({"client_secret": "not-this-one"}, "answered 401"),
    ):
        with pytest.raises(NotReported, match=why):
            send_report({**client, **changes}, {})


def test_a_hub_that_is_not_there_fails_the_rules_and_not_the_kit(files: dict[str, str]) -> None:
    arguments = ["--url", "http://127.0.0.1:9", "--client", files["client"], "--only", "metadata-open"]
    done = CliRunner().invoke(app, ["conformance", "hospital", *arguments])
    assert (done.exit_code, "no answer (ConnectError)" in done.output) == (1, True)


@pytest.mark.parametrize("option", ["--client", "--other"])
def test_a_file_that_is_no_clients_is_said_so(tmp_path: Path, option: str) -> None:
    path = tmp_path / "client.json"
    path.write_text('{"client_id": "x"}')
    refused = CliRunner().invoke(app, ["conformance", "hospital", "--url", "http://127.0.0.1:9", option, str(path)])
    assert isinstance(refused.exception, HubProblem)
    assert "holds no client_secret" in str(refused.exception)


def test_a_file_without_addresses_needs_one_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    path.write_text('{"client_id": "x", "client_secret": "y", "org": "hospital:100000401"}')
    with pytest.raises(HubProblem, match="--url"):
        conformance_commands.conformance_hospital(client=path, other=None)


def test_a_rule_that_there_is_not_is_said_so(files: dict[str, str]) -> None:
    with pytest.raises(HubProblem, match="no rule"):
        conformance_commands.conformance_hospital(client=Path(files["client"]), other=None, only=["no-such-rule"])


def test_a_production_hub_takes_no_synthetic_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIMPUL_PROFILE", "production")
    monkeypatch.setenv("SIMPUL_HOME", str(tmp_path))
    with pytest.raises(HubProblem, match="synthetic"):
        conformance_commands.sandbox_hospital(out=tmp_path / "sandbox.json")


def test_the_document_for_hospitals_names_every_rule_in_its_words() -> None:
    text = (Path(__file__).parents[3] / "docs" / "connect-a-hospital.md").read_text("utf-8")
    missing = [rule.code for rule in HOSPITAL_RULES if f"| `{rule.code}` | {rule.says} |" not in text]
    assert missing == []
