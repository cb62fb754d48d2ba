"""One fault fails one rule, and no answer however odd ends the run."""

from typing import Any

import httpx
import pytest

from deploy.conformance.printed import as_document, line, summary
from deploy.conformance.rules import RuleBook, RuleBroken, Verdict, play, with_needs
from deploy.simulators.sandbox import CASES
from services.hospital_gateway.domain import eligibility
from shared.clock import SystemClock


def raising(error: Exception) -> Any:
    def check(_: object) -> None:
        raise error

    return check


def outcomes(verdicts: list[Verdict]) -> dict[str, str]:
    return {one.rule.code: one.outcome for one in verdicts}


def test_a_rule_whose_need_is_broken_is_not_checked() -> None:
    book = RuleBook("interface, section 0")
    book.rule("first", "It holds.")(raising(RuleBroken("seen otherwise")))
    book.rule("second", "It rests on the first.", needs=["first"])(lambda _: None)
    book.rule("third", "It rests on the second.", needs=["second"])(lambda _: None)
    book.rule("fourth", "It stands alone.")(lambda _: None)
    verdicts = play(book.rules, None, has=())
    assert outcomes(verdicts) == {
        "first": "failed",
        "second": "not checked",
        "third": "not checked",
        "fourth": "passed",
    }
    assert verdicts[0].detail == "seen otherwise"
    assert verdicts[1].detail == "needs first"


@pytest.mark.parametrize(
    "error", [KeyError("entry"), TypeError("x"), ValueError("x"), AttributeError("x"), httpx.ReadTimeout("x")]
)
def test_an_answer_of_another_shape_or_none_fails_the_rule(error: Exception) -> None:
    book = RuleBook("x")
    book.rule("only", "It holds.")(raising(error))
    assert outcomes(play(book.rules, None, has=())) == {"only": "failed"}


def test_what_the_kit_was_not_given_fails_nothing_and_is_named() -> None:
    book = RuleBook("interface, section 0")
    book.rule("others", "Another's is not to be seen.", wants="other")(raising(RuleBroken("never looked at")))
    verdicts = play(book.rules, None, has=())
    assert outcomes(verdicts) == {"others": "not checked"}
    assert "--other" in line(verdicts[0])
    assert summary(verdicts) == "1 rules: 0 passed, 0 failed, 1 not checked"
    told = as_document("http://hub.test", SystemClock().now(), verdicts)
    assert (told["conforms"], told["rules"][0]["reference"]) == (True, "interface, section 0")
    assert outcomes(play(book.rules, None, has={"other"})) == {"others": "failed"}


def test_one_rule_is_played_with_all_that_it_needs_in_order() -> None:
    book = RuleBook("x")
    for code, needs in (("a", ()), ("b", ()), ("c", ("a",)), ("d", ("c",))):
        book.rule(code, "It holds.", needs=needs)(lambda _: None)
    assert [rule.code for rule in with_needs(book.rules, ["d"])] == ["a", "c", "d"]
    with pytest.raises(KeyError):
        with_needs(book.rules, ["e"])


def test_a_sandbox_has_a_worker_for_each_answer_of_eligibility() -> None:
    answers = {
        eligibility.COVERED,
        eligibility.NOT_REGISTERED,
        eligibility.NOT_ACTIVE,
        eligibility.OTHER_PROGRAMMES,
        eligibility.UNPAID,
    }
    assert answers <= {case.name for case in CASES}
    assert {case.name for case in CASES if case.covered} >= {eligibility.COVERED}
