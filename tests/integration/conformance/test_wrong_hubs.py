"""A hub that breaks a rule fails this rule, and not those that it needs."""

import pytest

from deploy.conformance.hospital import HOSPITAL_RULES, play_hospital
from tests.integration.conformance.conftest import Sandbox
from tests.integration.conformance.wrong_hubs import wrong_hub

# What would come only after a while is waited for shortly where it is known not to come.
_PATIENCE_SECONDS = {
    "in-anothers-name": 0.5,
    "feedback-asks": 1.0,
    "eligibility-of-members": 1.0,
    "feedback-completes": 6.0,
}


@pytest.mark.parametrize("code", [rule.code for rule in HOSPITAL_RULES])
def test_a_hub_that_breaks_the_rule_fails_it_and_nothing_before_it(sandbox: Sandbox, code: str) -> None:
    verdicts = play_hospital(
        sandbox.url,
        sandbox.credentials,
        other=sandbox.other,
        only=[code],
        patience_seconds=_PATIENCE_SECONDS.get(code, 30.0),
        transport=wrong_hub(code),
    )
    failed = {one.rule.code: one.detail for one in verdicts if one.outcome == "failed"}
    assert list(failed) == [code], failed
    assert failed[code]
    assert [one.outcome for one in verdicts[:-1]] == ["passed"] * (len(verdicts) - 1)
