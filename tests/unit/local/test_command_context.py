"""Which hub a command speaks to."""

import contextlib
from pathlib import Path
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from deploy.local import hub_operator
from deploy.local.command_line import app
from deploy.local.hub import Hub
from deploy.local.problems import HubProblem
from deploy.local.settings import HubSettings


@pytest.fixture
def running_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A production hub on other ports than the environment says."""
    HubSettings(home=tmp_path, port_base=9300, profile="production").record()
    monkeypatch.setenv("SIMPUL_HOME", str(tmp_path))
    monkeypatch.setattr(Hub, "_running", lambda _: True)
    return tmp_path


@pytest.mark.parametrize(
    "command", [["notices", "list"], ["partner", "waiting"], ["dead-letters", "list"], ["deliveries", "endpoints"]]
)
def test_commands_speak_to_the_hub_that_runs(
    running_elsewhere: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    asked: list[HubSettings] = []

    def operator_of(settings: HubSettings, _: object = None) -> contextlib.AbstractContextManager[Mock]:
        asked.append(settings)
        return contextlib.nullcontext(Mock(every=Mock(return_value=[])))

    monkeypatch.setattr(hub_operator, "operator_of", operator_of)
    assert CliRunner().invoke(app, command).exit_code == 0
    assert [(each.port_base, each.home) for each in asked] == [(9300, running_elsewhere)]


@pytest.mark.parametrize("command", [["sandbox", "hospital", "--out", "sandbox.json"], ["conformance", "hospital"]])
def test_a_hub_that_runs_in_production_takes_no_synthetic_workers_though_the_environment_says_local(
    running_elsewhere: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(running_elsewhere)
    refused = CliRunner().invoke(app, command)
    assert isinstance(refused.exception, HubProblem)
    assert "synthetic" in str(refused.exception)
