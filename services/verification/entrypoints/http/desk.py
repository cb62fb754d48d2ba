"""What every route needs, and the small things routes share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import orjson
from fastapi import Depends, Path, Request, Response

from services.verification.application.case_desk import CaseDesk
from services.verification.application.issue_letters import LETTER, LetterClerk, LetterShelf
from services.verification.application.letters import Letters
from services.verification.application.ports import CaseStore
from services.verification.application.reading import ClaimReader
from services.verification.application.workplace import Workplace
from services.verification.domain.derivation import Policy
from services.verification.domain.flags import FlagPolicy
from services.verification.domain.surroundings import SurroundingsPolicy
from services.verification.domain.worker_history import HistoryPolicy
from services.verification.settings import VerificationSettings
from shared.audit import AuditEntry, record
from shared.clock import Clock
from shared.errors import PreconditionRequired, Stale
from shared.postgres.database import Database, Transaction
from shared.receipts.codes import Receipt
from shared.receipts.register import Receipts
from shared.regulation.clocks import COUNTING, Counting
from shared.sealing import Sealer
from shared.web.door import Principal


@dataclass(frozen=True)
class Counter:
    """Where requests are received. `open_store` and `open_reader` give storage on an open transaction; `search_terms`
    everything a search text may mean; `receipts` is for what is accepted here; `letters` is what the office writes, and
    `open_letters` what it has written."""

    database: Database
    sealer: Sealer
    clock: Clock
    settings: VerificationSettings
    open_store: Callable[[Transaction], CaseStore]
    open_reader: Callable[[Transaction], ClaimReader]
    search_terms: Callable[[str], list[str]]
    receipts: Receipts
    letters: Letters
    open_letters: Callable[[Transaction], LetterShelf]
    counting: Counting = COUNTING

    @property
    def policy(self) -> Policy:
        return Policy(self.settings.four_eyes_rupiah, self.counting, _flag_policy(self.settings))

    def desk(self, transaction: Transaction, policy: Policy | None = None) -> CaseDesk:
        """A desk on an open transaction; `policy` stands in for the settings' own."""
        window = timedelta(days=self.settings.matching_window_days)
        store, clerk = self.open_store(transaction), self.clerk(transaction)
        return CaseDesk(store, self.clock, policy or self.policy, window, clerk)

    def clerk(self, transaction: Transaction) -> LetterClerk:
        """Who issues letters on an open transaction."""
        return LetterClerk(self.letters, self.open_letters(transaction), self.letter_check)

    def letter_check(self, letter_id: str) -> Receipt:
        """Where anybody can check this letter."""
        return self.receipts.receipt(LETTER, letter_id)

    def workplace(self, transaction: Transaction) -> Workplace:
        return Workplace(self.desk(transaction), self.open_store(transaction), self.clock, self.policy)


def _flag_policy(settings: VerificationSettings) -> FlagPolicy:
    cases, workers = settings.flag_employer_cases, settings.flag_doctor_workers
    return FlagPolicy(
        settings.flag_membership_days,
        HistoryPolicy(settings.flag_repeated_claims, settings.flag_repeated_within_days),
        SurroundingsPolicy(
            employer_days=settings.flag_employer_days,
            employer_levels=(cases, 5 * cases),
            doctor_days=settings.flag_doctor_days,
            doctor_levels=(workers, 3 * workers),
            peers_min=settings.flag_peers_min,
        ),
    )


async def audit(
    transaction: Transaction,
    caller: Principal,
    action: str,
    object_id: str,
    *,
    officer: str | None = None,
    **detail: Any,
) -> None:
    """One row of who did what; `detail` holds codes and ids only."""
    object_type = action.partition(".")[0]
    entry = AuditEntry(caller.org, caller.client_id, action, object_type, object_id, officer=officer, detail=detail)
    await record(transaction, entry)


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, "application/json")


def moved_to(case_number: str, rest: str = "") -> Response:
    """308 to the claim that survives."""
    return Response(status_code=308, headers={"Location": f"/v1/claims/{case_number}{rest}"})


async def _decision_version(request: Request) -> int:
    """`If-Match: "<decision_version>"`. Raises PreconditionRequired without it, Stale when it is no version."""
    header = request.headers.get("if-match")
    if header is None:
        raise PreconditionRequired("if-match-required", 'Send If-Match: "<decision_version>" of the claim you saw.')
    text = header.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Stale("claim.changed-meanwhile", "If-Match is not a decision version of this claim.")
    return int(text)


DecisionVersion = Annotated[int, Depends(_decision_version)]
IF_MATCH_PARAMETER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The `decision_version` of the claim as you saw it, in quotes.",
    "schema": {"type": "string"},
}
CaseNumber = Annotated[str, Path(max_length=40, description="For example JKK-2026-7K3M9Q2XTA5.")]
