"""The calculator alone: facts in, amounts out (interface section 6). Nothing is stored and nobody is named."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from services.verification.application.benefit_document import line_document, remark_document
from services.verification.application.estimate_form import EstimateForm, children_of, facts_of
from shared.errors import Problem, Refusal
from shared.regulation.benefit_facts import BenefitFacts, contradictions
from shared.regulation.benefits import calculate
from shared.regulation.rule_sets import RULE_SETS, RuleSet, rule_set_for

_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown-field",
    "literal_error": "unknown-code",
    "date_parsing": "date-impossible",
    "date_from_datetime_parsing": "date-impossible",
}


def estimate(document: object) -> dict[str, Any]:
    """The benefits of the case that the request tells of, under the rule set of its date. Raises Refusal naming every
    fault of the form and every contradiction."""
    facts = facts_of(document)
    rules = _rules_for(facts)
    problems = _all_problems(document, facts, rules)
    if problems:
        raise Refusal("validation", "The facts do not fit together; see errors.", problems)
    found = calculate(rules, facts)
    return {
        "rule_set": rules.rule_set,
        "lines": [line_document(line) for line in found.lines],
        "total_rupiah": found.total_rupiah,
        "remarks": [remark_document(remark) for remark in found.remarks],
    }


def _rules_for(facts: BenefitFacts) -> RuleSet:
    return rule_set_for(facts.occurred_on) if facts.occurred_on else RULE_SETS[-1]


def _all_problems(document: object, facts: BenefitFacts, rules: RuleSet) -> list[Problem]:
    of_form = _form_problems(document)
    of_rules = [*_of_the_date(facts), *_of_children(document), *contradictions(rules, facts)]
    # Where the form itself is wrong a rule has nothing to add.
    places = {problem.pointer for problem in of_form}
    return of_form + [problem for problem in of_rules if problem.pointer not in places]


def _of_the_date(facts: BenefitFacts) -> Iterator[Problem]:
    if facts.occurred_on is not None and facts.occurred_on < RULE_SETS[0].valid_from:
        detail = f"No rule set covers a day before {RULE_SETS[0].valid_from.isoformat()}."
        yield Problem("/occurred_on", "before-the-rules", detail)


def _of_children(document: object) -> Iterator[Problem]:
    for index, child in enumerate(children_of(document)):
        pointer = f"/children/{index}"
        one, several = child.get("level") is not None, child.get("levels") is not None
        if one and several:
            yield Problem(f"{pointer}/levels", "either-or", "Give one level or several levels, not both.")
        elif not one and not several:
            yield Problem(f"{pointer}/level", "required", "Give a level or levels.")
        if one and child.get("years") is None:
            yield Problem(f"{pointer}/years", "required", "Give the years at this level.")


def _form_problems(document: object) -> list[Problem]:
    try:
        EstimateForm.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [_problem(each) for each in found]
    return []


def _problem(found: Mapping[str, Any]) -> Problem:
    code = _CODES.get(found["type"], found["type"].replace("_", "-"))
    return Problem(_pointer(found["loc"]), code, found["msg"].removeprefix("Value error, "))


def _pointer(location: Sequence[int | str]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
