"""Rules as a book of checks, and what became of each."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

Check = Callable[[Any], None]


class RuleBroken(Exception):
    """What was seen instead of what the rule promises, in words for an engineer; no personal data but invented."""


@dataclass(frozen=True)
class Rule:
    """`code` never changes. `reference` is the part of the interface that says it. `needs` are rules whose checks made
    what this one looks at; `wants` is what the kit has to be given for it: `other` (a second hospital's client),
    `sandbox` (workers of a sandbox), `key` (a client's private key)."""

    code: str
    reference: str
    says: str
    check: Check
    needs: tuple[str, ...] = ()
    wants: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What became of one rule. `detail` says what was seen, or why it was not looked at."""

    rule: Rule
    outcome: Literal["passed", "failed", "not checked"]
    detail: str = ""
    milliseconds: int = 0


@dataclass
class RuleBook:
    """Rules in the order in which they are played; `reference` is what all of them stand under."""

    reference: str
    rules: list[Rule] = field(default_factory=list)

    def rule(
        self, code: str, says: str, *, needs: Sequence[str] = (), wants: str | None = None
    ) -> Callable[[Check], Check]:
        """Put the decorated check into the book."""

        def put(check: Check) -> Check:
            self.rules.append(Rule(code, self.reference, says, check, tuple(needs), wants))
            return check

        return put


def play(
    rules: Sequence[Rule], run: object, *, has: Collection[str], tell: Callable[[Verdict], None] = lambda _: None
) -> list[Verdict]:
    """Check the rules one after the other on `run`, which carries what earlier checks made. `has` are the wants that
    are met; `tell` hears of each verdict at once."""
    verdicts: dict[str, Verdict] = {}
    for rule in rules:
        verdict = _reason_not_to(rule, verdicts, has) or _checked(rule, run)
        verdicts[rule.code] = verdict
        tell(verdict)
    return list(verdicts.values())


def with_needs(rules: Sequence[Rule], codes: Collection[str]) -> list[Rule]:
    """Those of these codes and everything that they need, in order. Raises KeyError for a code that there is not."""
    by_code = {rule.code: rule for rule in rules}
    wanted: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        if code not in wanted:
            wanted.add(code)
            waiting.extend(by_code[code].needs)
    return [rule for rule in rules if rule.code in wanted]


_GIVEN_BY = {
    "other": "give a second hospital's client with --other",
    "sandbox": "give a client made by `simpul sandbox hospital`",
    "key": "give a client with a private key",
}


def _reason_not_to(rule: Rule, verdicts: dict[str, Verdict], has: Collection[str]) -> Verdict | None:
    missing = [code for code in rule.needs if code not in verdicts or verdicts[code].outcome != "passed"]
    if missing:
        return Verdict(rule, "not checked", f"needs {', '.join(missing)}")
    if rule.wants is not None and rule.wants not in has:
        return Verdict(rule, "not checked", _GIVEN_BY[rule.wants])
    return None


def _checked(rule: Rule, run: object) -> Verdict:
    began = time.monotonic()
    try:
        rule.check(run)
    except RuleBroken as broken:
        outcome, detail = "failed", str(broken)
    except httpx.HTTPError as error:
        outcome, detail = "failed", f"no answer ({type(error).__name__})"
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # An answer of another shape than FHIR's fails the rule, not the kit.
        outcome, detail = "failed", f"the answer has not the expected form ({type(error).__name__}: {error})"
    else:
        outcome, detail = "passed", ""
    spent = round((time.monotonic() - began) * 1000)
    return Verdict(rule, "passed" if outcome == "passed" else "failed", detail, spent)
