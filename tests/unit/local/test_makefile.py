"""The verbs people type."""

import re
import subprocess

from deploy.local.bootstrap import ROOT

VERBS = {"demo", "test", "test-foreign", "up", "down", "bench", "check", "format", "docs", "clean"}


def test_make_alone_lists_at_most_a_dozen_verbs() -> None:
    listed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    verbs = set(re.findall(r"^make ([a-z-]+) ", listed, re.MULTILINE))
    assert verbs >= VERBS
    assert len(verbs) <= 12


def test_the_demo_starts_the_hub_first() -> None:
    steps = subprocess.run(["make", "-C", str(ROOT), "-n", "demo"], capture_output=True, text=True, check=True).stdout
    assert steps.index("deploy.local.command_line up") < steps.index("-m deploy.demo")


def test_every_verb_runs_in_the_environment_that_the_lock_file_names() -> None:
    for verb in sorted(VERBS):
        steps = subprocess.run(["make", "-C", str(ROOT), "-n", verb], capture_output=True, text=True, check=True).stdout
        commands = [line for line in steps.splitlines() if not line.startswith("make")]
        assert commands
        assert all("deploy/local/bootstrap.py --sync -" in command for command in commands), verb
