"""Our own hub keeps every rule that the kit for hospitals checks."""

from deploy.conformance.hospital import HOSPITAL_RULES, play_hospital
from tests.integration.conformance.conftest import Sandbox


def test_our_hub_keeps_every_rule(sandbox: Sandbox) -> None:
    verdicts = play_hospital(sandbox.url, sandbox.credentials, other=sandbox.other)
    assert {one.rule.code: one.detail for one in verdicts if one.outcome != "passed"} == {}
    assert len(verdicts) == len(HOSPITAL_RULES)
