"""The command's edges: exit codes, one line for a problem, nothing on standard output but the answer."""

import json
import subprocess
import sys
from pathlib import Path

from deploy.local.bootstrap import ROOT
from deploy.local.ports import free_port
from deploy.local.settings import SERVICES


def simpul(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.local.command_line", *arguments]
    settled = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": str(ROOT), "SIMPUL_HOME": str(home / "hub")}
    return subprocess.run(command, env={**settled, **environment}, capture_output=True, text=True, check=False)


def test_the_status_of_a_hub_that_does_not_run_has_the_documented_shape(tmp_path: Path) -> None:
    base = free_port()
    if base > 65_000:
        base = 20_000
    done = simpul(tmp_path, "status", "--json", SIMPUL_PORT_BASE=str(base))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"services", "kafka", "postgres", "issuer"}
    assert list(found["services"]) == list(SERVICES)
    assert found["services"]["intake"] == {"url": f"http://127.0.0.1:{base + 1}", "ready": False}
    assert found["kafka"] == f"127.0.0.1:{base + 11}"
    assert not (tmp_path / "hub").exists()


def test_a_problem_is_one_line_and_exit_code_one(tmp_path: Path) -> None:
    done = simpul(tmp_path, "status", SIMPUL_PORT_BASE="many")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("simpul: SIMPUL_PORT_BASE: ")
    assert done.stderr.count("\n") == 1


def test_an_unknown_kind_of_partner_is_refused(tmp_path: Path) -> None:
    done = simpul(tmp_path, "partner", "add", "bank", "--org", "x", "--name", "X", "--out", str(tmp_path / "x"))
    assert done.returncode == 2
    assert "bpjs-verifier" in done.stderr


def test_the_doctor_names_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    done = simpul(tmp_path, "doctor", SIMPUL_PORT_BASE="64000")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert any(line.startswith("ok      python: 3.") for line in lines)
    assert any(line.startswith("ok      java: ") for line in lines)
    assert any(line.startswith("ok      rules: 4 rule sets, the latest RS-2025") for line in lines)
    assert "failed  partners: not running: run `make up`" in lines


def test_down_without_a_hub_does_nothing(tmp_path: Path) -> None:
    assert simpul(tmp_path, "down").returncode == 0
    assert not (tmp_path / "hub").exists()


def test_rules_are_listed_and_shown_with_article_and_confidence(tmp_path: Path) -> None:
    listed = simpul(tmp_path, "rules", "show")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["RS-2015", "RS-2019", "RS-2021", "RS-2025"]
    shown = simpul(tmp_path, "rules", "show", "RS-2025").stdout.splitlines()
    assert "benefits.TRANSPORT.caps_rupiah.air: 10000000" in shown
    assert "benefits.TRANSPORT.confidence: certain" in shown
    assert "disability_table.rows.P15.percent: 15" in shown
    values = json.loads(simpul(tmp_path, "rules", "show", "RS-2025", "--json").stdout)
    assert values["benefits.DEATH.legal_basis"] == "PP 82/2019 Lampiran III"


def test_rules_diff_names_every_value_that_differs(tmp_path: Path) -> None:
    done = simpul(tmp_path, "rules", "diff", "RS-2021", "RS-2025", "--json")
    assert {each["value"]: (each["RS-2021"], each["RS-2025"]) for each in json.loads(done.stdout)}[
        "clocks.T2.legal_basis"
    ] == ("Permenaker 5/2021 art. 19", "Permenaker 1/2025 art. 19(1)-(2)")
    assert simpul(tmp_path, "rules", "diff", "RS-2025", "RS-2025").stdout == ""
    assert "benefits.FUNERAL.amount_rupiah: 3000000 -> 10000000" in (
        simpul(tmp_path, "rules", "diff", "RS-2015", "RS-2025").stdout.splitlines()
    )


def test_a_rule_set_that_is_not_there_or_wrong_is_one_line(tmp_path: Path) -> None:
    for arguments, said in (
        (("show", "RS-1999"), "simpul: there is no rule set RS-1999; there are RS-2015"),
        (("replay", "--rule-set", "RS-2025"), "simpul: there is no hub in "),
        (("diff", "RS-2025", str(tmp_path / "draft.yaml")), "simpul: draft.yaml:3: ferry: unknown key"),
    ):
        (tmp_path / "draft.yaml").write_text(
            (ROOT / "shared/regulation/data/rule_sets/RS-2025.yaml").read_text().replace("to: null", "ferry: 1")
        )
        done = simpul(tmp_path, "rules", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith(said)
        assert done.stderr.count("\n") == 1


def test_contributions_and_risk_groups_are_shown_too(tmp_path: Path) -> None:
    shown = simpul(tmp_path, "rules", "show", "contributions").stdout.splitlines()
    assert "contributions.risk_rates.0.percent.V: 1.74" in shown
    assert "contributions.discounts.2.legal_basis: PP 36/2025 art. 10A" in shown
    assert "risk_groups.confidence: uncertain" in shown
