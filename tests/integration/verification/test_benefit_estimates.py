"""The calculator through the API: worked examples come out exactly, and contradictions are all named."""

from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Any

import pytest
import pytest_asyncio

from tests.support.benefit_examples import EXAMPLES, HANDBOOK, MORE
from tests.support.databases import ServiceDatabase
from tests.support.verification_service import AUDITOR, Verification, running_verification
from tests.support.worked_example import Example

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/v1/benefit-estimates"
FIRST_FIVE = HANDBOOK[0].request | {"outcome": "recovered"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def calculator(
    verification_database: ServiceDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Verification]:
    async with running_verification(verification_database, tmp_path_factory.mktemp("calculator")) as running:
        yield running


async def estimate(calculator: Verification, **facts: Any) -> dict[str, Any]:
    answer = await calculator.http.post(PATH, json=FIRST_FIVE | facts, headers=calculator.bearer(scope="claims.read"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def problems(calculator: Verification, **facts: Any) -> dict[str, str]:
    """Pointer → code of everything refused."""
    answer = await calculator.http.post(PATH, json=FIRST_FIVE | facts, headers=calculator.bearer())
    assert answer.status_code == 422, answer.text
    return {problem["pointer"]: problem["code"] for problem in answer.json()["errors"]}


async def test_the_handbook_has_seven_examples_and_we_have_forty_more() -> None:
    assert (len(HANDBOOK), len(MORE) >= 40) == (7, True)
    assert len({example.name for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
async def test_worked_example_comes_out_exactly(calculator: Verification, example: Example) -> None:
    for benefit, (amount, arithmetic) in example.lines.items():
        # Half up: the arithmetic is exact, the amount is whole.
        assert amount == int(Fraction(arithmetic) + Fraction(1, 2)), benefit
    found = await estimate(calculator, **example.request)
    assert found["rule_set"] == example.rule_set
    assert {line["benefit"]: line["amount_rupiah"] for line in found["lines"]} == {
        benefit: amount for benefit, (amount, _) in example.lines.items()
    }
    assert found["total_rupiah"] == sum(amount for amount, _ in example.lines.values())
    assert [remark["code"] for remark in found["remarks"]] == list(example.remarks)
    assert all(line["formula"] and line["legal_basis"] for line in found["lines"])


async def test_a_line_shows_its_formula_article_and_confidence(calculator: Verification) -> None:
    thumb = [{"code": "P15", "function_loss_percent": 40}]
    found = await estimate(calculator, outcome="partial_functional", disabilities=thumb, occurred_on="2026-03-01")
    assert found["lines"] == [
        {
            "benefit": "PARTIAL_FUNCTIONAL",
            "amount_rupiah": 24_000_000,
            "formula": "40 % × 15 % × 80 × 5.000.000",
            "legal_basis": "PP 82/2019 Lampiran III",
            "confidence": "uncertain",
        }
    ]


@pytest.mark.parametrize(
    ("facts", "confidence"),
    [
        ({"outcome": "death"}, {"DEATH": "certain", "PERIODIC": "uncertain", "FUNERAL": "uncertain"}),
        ({"outcome": "death", "monthly_wage_rupiah": 1}, {"DEATH": "uncertain"}),
        ({"outcome": "total_permanent"}, {"TOTAL_PERMANENT": "certain"}),
        ({"stmb_days": 420}, {"STMB": "certain"}),
        ({"stmb_days": 421}, {"STMB": "uncertain"}),
        ({"stmb_days": 420, "occurred_on": "2017-03-01"}, {"STMB": "uncertain"}),
        ({"transport": [{"mode": "air", "amount_rupiah": 1}]}, {"TRANSPORT": "certain"}),
        (
            {"transport": [{"mode": "air", "amount_rupiah": 1}, {"mode": "sea", "amount_rupiah": 1}]},
            {"TRANSPORT": "uncertain"},
        ),
        ({"dentures_rupiah": 1, "home_care_rupiah": 1}, {"DENTURES": "uncertain", "HOME_CARE": "certain"}),
        ({"outcome": "death", "segment": "PMI"}, {"DEATH": "uncertain"}),
    ],
)
async def test_a_line_is_as_sure_as_the_least_sure_value_in_it(
    calculator: Verification, facts: dict[str, Any], confidence: dict[str, str]
) -> None:
    found = await estimate(calculator, **facts)
    assert confidence.items() <= {line["benefit"]: line["confidence"] for line in found["lines"]}.items()


async def test_the_first_five_facts_are_enough_for_every_outcome(calculator: Verification) -> None:
    for outcome in ("recovered", "partial_functional", "partial_anatomical", "in_treatment"):
        assert (await estimate(calculator, outcome=outcome))["lines"] == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {"outcome": "death", "died_on": "2026-03-10", "stmb_periods": [{"from": "2026-03-03", "to": "2026-03-20"}]},
            {"/stmb_periods/0/to": "rest-after-death"},
        ),
        (
            {"outcome": "death", "died_on": "2026-03-04", "stmb_days": 10},
            {"/stmb_days": "rest-after-death"},
        ),
        (
            {"outcome": "death", "completed_on": "2026-03-20", "stmb_days": 400},
            {"/stmb_days": "rest-after-death"},
        ),
        ({"died_on": "2026-03-10"}, {"/died_on": "death-without-outcome"}),
        ({"outcome": "death", "died_on": "2026-03-01"}, {"/died_on": "death-before-event"}),
        ({"monthly_wage_rupiah": -1}, {"/monthly_wage_rupiah": "greater-than-equal"}),
        (
            {"outcome": "partial_functional", "disabilities": [{"code": "P15", "function_loss_percent": 100.5}]},
            {"/disabilities/0/function_loss_percent": "less-than-equal"},
        ),
        (
            {"outcome": "partial_functional", "disabilities": [{"code": "P99"}, {"code": "X01"}, {"code": "X04"}]},
            {
                "/disabilities/0/code": "unknown-code",
                "/disabilities/1/percent": "required",
                "/disabilities/2/steps": "required",
            },
        ),
        (
            {
                "outcome": "partial_anatomical",
                "disabilities": [
                    {"code": "X01", "percent": 40},
                    {"code": "X05", "steps": 11},
                    {"code": "P15", "percent": 15, "steps": 2},
                ],
            },
            {
                "/disabilities/0/percent": "percent-range",
                "/disabilities/1/steps": "steps-range",
                "/disabilities/2/percent": "percent-fixed",
                "/disabilities/2/steps": "steps-unused",
            },
        ),
        (
            {"outcome": "partial_anatomical", "disabilities": [{"code": "P15"}, {"code": "P15"}]},
            {"/disabilities/1/code": "disability-twice"},
        ),
        ({"disabilities": [{"code": "P15"}]}, {"/disabilities": "disability-after-recovery"}),
        (
            {"stmb_periods": [{"from": "2026-03-10", "to": "2026-03-20"}, {"from": "2026-03-15", "to": "2026-03-16"}]},
            {"/stmb_periods/1/from": "periods-overlap"},
        ),
        (
            {"stmb_periods": [{"from": "2026-03-10", "to": "2026-03-05"}, {"from": "2026-02-01", "to": "2026-02-02"}]},
            {"/stmb_periods/0/to": "period-reversed", "/stmb_periods/1/from": "absence-before-event"},
        ),
        (
            {"stmb_days": 3, "stmb_periods": [{"from": "2026-03-10", "to": "2026-03-20"}]},
            {"/stmb_days": "days-differ"},
        ),
        (
            {"completed_on": "2026-02-01", "paid_on": "2026-01-01"},
            {"/completed_on": "complete-before-event", "/paid_on": "paid-before-complete"},
        ),
        (
            {"children": [{"level": "SMA", "years": 1, "levels": []}, {}, {"level": "SMP"}]},
            {"/children/0/levels": "either-or", "/children/1/level": "required", "/children/2/years": "required"},
        ),
        ({"transport": [{"mode": "rocket", "amount_rupiah": 1}]}, {"/transport/0/mode": "unknown-code"}),
        ({"segment": "ASN", "colour": "red"}, {"/segment": "unknown-code", "/colour": "unknown-field"}),
        ({"occurred_on": "2015-06-30"}, {"/occurred_on": "before-the-rules"}),
        (
            {"occurred_on": "2026-02-30", "stmb_days": "10"},
            {"/occurred_on": "date-impossible", "/stmb_days": "int-type"},
        ),
    ],
)
async def test_every_contradiction_is_named(
    calculator: Verification, facts: dict[str, Any], expected: dict[str, str]
) -> None:
    assert await problems(calculator, **facts) == expected


async def test_faults_of_form_and_contradictions_are_named_together(calculator: Verification) -> None:
    found = await problems(
        calculator,
        monthly_wage_rupiah=-5,
        segment="X",
        outcome="death",
        died_on="2026-03-10",
        stmb_periods=[{"from": "2026-03-03", "to": "2026-03-20"}],
        disabilities=[{"code": "P15", "function_loss_percent": 140}, {"code": "P15", "steps": 3}],
        completed_on="2026-04-10",
        paid_on="2026-04-01",
    )
    assert found == {
        "/monthly_wage_rupiah": "greater-than-equal",
        "/segment": "unknown-code",
        "/stmb_periods/0/to": "rest-after-death",
        "/disabilities/0/function_loss_percent": "less-than-equal",
        "/disabilities/1/code": "disability-twice",
        "/disabilities/1/steps": "steps-unused",
        "/paid_on": "paid-before-complete",
    }


async def test_it_needs_the_scope_and_no_idempotency_key(calculator: Verification) -> None:
    assert (await calculator.http.post(PATH, json=FIRST_FIVE)).status_code == 401
    decide = calculator.bearer(scope="claims.decide")
    assert (await calculator.http.post(PATH, json=FIRST_FIVE, headers=decide)).status_code == 403
    auditor = calculator.bearer(org=AUDITOR, scope="claims.read")
    assert (await calculator.http.post(PATH, json=FIRST_FIVE, headers=auditor)).status_code == 200


async def test_disability_codes_are_published_with_titles(calculator: Verification) -> None:
    codes = (await calculator.http.get("/v1/codes/disabilities")).json()["codes"]
    assert len(codes) == 46
    assert codes[0] == {
        "code": "P01",
        "title": {"id": "Lengan kanan dari sendi bahu ke bawah", "en": "Right arm from the shoulder down"},
    }
