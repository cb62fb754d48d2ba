"""Refusals at the claim's page are told in Indonesian, and a return to work offers what is possible."""

import ast
from pathlib import Path

import pytest

from services.verification.domain.deciding import check_payment_by
from services.verification.domain.entries import Decision
from services.verification.domain.return_to_work import STEPS, possible_steps
from services.verification.domain.stance import Stance
from services.verification.entrypoints.console.claim_words import REFUSED
from services.verification.entrypoints.console.frame import FOLDER
from shared.errors import Conflict
from tests.support.catalogues import catalogue
from tests.support.evidence_makers import at

_VERIFICATION = Path("services/verification")
# Where what a verifier does at the claim's page may be refused.
_REFUSING = (
    "domain/deciding.py", "domain/complaints.py", "domain/return_to_work.py", "application/confirm_payment.py",
    "application/complain.py", "entrypoints/console/fields.py", "entrypoints/console/claim_matters.py",
)  # fmt: skip


def refusals(path: Path) -> list[tuple[str, str | None]]:
    """Code and sentence of everything that the module raises; None where the sentence is put together."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in (
            "Conflict", "NotFound", "Refusal", "Stale",
        ):  # fmt: skip
            code, said = node.args[0], node.args[1]
            assert isinstance(code, ast.Constant)
            if not isinstance(said, ast.Name):
                found.append((str(code.value), str(said.value) if isinstance(said, ast.Constant) else None))
    return found


@pytest.mark.parametrize("module", _REFUSING)
def test_every_refusal_at_the_claims_page_is_told_in_indonesian(module: str) -> None:
    known = {**catalogue(Path("shared/web/pages")), **catalogue(FOLDER)}
    missing = [
        said or code
        for code, said in refusals(_VERIFICATION / module)
        if code not in REFUSED and not known.get(said or "")
    ]
    assert not missing


def test_the_steps_offered_are_those_that_may_be_taken() -> None:
    assert possible_steps(None, None) == ("offered",)
    assert "started" not in possible_steps("offered", None)
    assert "started" in possible_steps("agreed", None)
    assert "completed" in possible_steps("under_way", None)
    assert possible_steps("completed", None) == ()
    assert possible_steps("agreed", "death") == ()
    assert set(possible_steps("agreed", None)) <= set(STEPS)


def test_whoever_approved_does_not_write_down_the_payment() -> None:
    approved = Stance(approved=Decision("d", "approve_benefit", at(1), "bpjs:x", "V-1", amount_rupiah=1))
    with pytest.raises(Conflict):
        check_payment_by(approved, " v-1")
    check_payment_by(approved, "V-2")
    check_payment_by(Stance(), "V-1")
