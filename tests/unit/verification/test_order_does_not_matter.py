"""Any order of arrival of the same evidence ends in the same claims (decisions 21)."""

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.verification.application.case_desk import CaseDesk
from services.verification.application.merging import merged
from services.verification.domain.derivation import Policy
from services.verification.domain.evidence import Evidence
from services.verification.domain.grouping import PersonLinks, group_evidence
from shared.clock import FixedClock
from shared.identifiers import trial_organisation
from tests.support.case_store_in_memory import InMemoryCases
from tests.support.evidence_makers import KPJ, NIK, OTHER_NIK, report, told, visit
from tests.support.letter_cases import InMemoryLetters, clerk_of

_MAKERS = {"report": report, "told": told, "visit": visit}
_IDENTITIES = st.sampled_from([(NIK, None), (NIK, KPJ), (OTHER_NIK, None), (OTHER_NIK, KPJ), (None, KPJ), (None, None)])

# Twins, and a third who is neither; some pieces name nobody.
_PEOPLE = st.sampled_from(
    [
        {},
        {"worker_name": "Salma Ritonga", "birth_date": date(1990, 3, 12)},
        {"worker_name": "H. Salwa Ritonga", "birth_date": date(1990, 3, 12)},
        {"worker_name": "Salma Ritongga", "birth_date": date(1990, 12, 3)},
        {"worker_name": "Zubaidah", "birth_date": date(1971, 8, 30), "sex": "female"},
    ]
)


@st.composite
def pieces(draw: st.DrawFn) -> list[Evidence]:
    """Up to seven pieces of up to two workers within four weeks, some of which name another one."""
    made: list[Evidence] = []
    for number in range(draw(st.integers(1, 7))):
        nik, kpj = draw(_IDENTITIES)
        named = draw(st.sampled_from([None, None, None, *(piece.id for piece in made)]))
        maker = _MAKERS[draw(st.sampled_from(sorted(_MAKERS)))]
        days = draw(st.integers(-28, 28)) / 2
        status = draw(st.sampled_from(["received", "received", "received", "withdrawn"]))
        who = draw(_PEOPLE)
        made.append(maker(f"e{number}", days, nik=nik, kpj=kpj, report_id=named, status=status, **who))
    return made


@given(pieces(), st.randoms(use_true_random=False))
def test_grouping_is_a_function_of_the_set(made: list[Evidence], rng: Any) -> None:
    shuffled = list(made)
    rng.shuffle(shuffled)
    window = timedelta(days=6)
    assert group_evidence(made, PersonLinks(), {}, window) == group_evidence(shuffled, PersonLinks(), {}, window)


@given(pieces())
def test_no_group_holds_two_niks(made: list[Evidence]) -> None:
    niks = {piece.id: piece.identity.nik for piece in made}
    for group in group_evidence(made, PersonLinks(), {}, timedelta(days=6)).groups:
        assert len({niks[id_] for id_ in group} - {None}) <= 1


@settings(deadline=None, max_examples=100)
@given(pieces(), st.randoms(use_true_random=False), st.data())
def test_claims_are_the_same_whatever_came_first(made: list[Evidence], rng: Any, data: st.DataObject) -> None:
    shuffled = list(made)
    rng.shuffle(shuffled)
    # Batches of any size, as the consumer polls them.
    cuts = sorted(data.draw(st.sets(st.integers(0, len(made)))) | {0, len(made)})
    batches = [shuffled[one:two] for one, two in itertools.pairwise(cuts)]
    assert asyncio.run(_claims([made])) == asyncio.run(_claims(batches))


@settings(deadline=None, max_examples=60)
@given(pieces(), st.data())
def test_what_is_tried_out_and_what_is_real_never_touch(made: list[Evidence], data: st.DataObject) -> None:
    """Whoever they are and whatever they name: both end in the claims that each would have alone."""
    tried = data.draw(st.sets(st.sampled_from([piece.id for piece in made])))
    mixed = [replace(one, org=trial_organisation(one.org)) if one.id in tried else one for one in made]
    apart = [[one for one in mixed if one.is_test is wanted] for wanted in (False, True)]
    together = asyncio.run(_claims([mixed]))
    (real, real_pairs, real_unnamed), (test, test_pairs, test_unnamed) = (
        asyncio.run(_claims([pieces])) for pieces in apart
    )
    assert not any(claim["test"] for claim in real)
    assert all(claim["test"] for claim in test)
    ordered = sorted([*real, *test], key=_by_evidence)
    assert together == (ordered, sorted(real_pairs + test_pairs), sorted(real_unnamed + test_unnamed))


async def _claims(batches: list[list[Evidence]]) -> tuple[list[dict[str, Any]], list[Any], list[str]]:
    """The basket, and the live claims without what depends on chance or on counting: numbers and versions."""
    cases = InMemoryCases()
    for batch in batches:
        if not batch:
            continue
        desk = CaseDesk(
            cases,
            FixedClock(datetime(2026, 12, 24, tzinfo=UTC)),
            Policy(10**8),
            timedelta(days=6),
            clerk_of(InMemoryLetters()),
        )
        named = {piece.report_id for piece in batch if piece.report_id}
        await desk.open([], {piece.id for piece in batch} | named, [], arriving=batch)
        for piece in batch:
            desk.receive_evidence(piece, None)
        await desk.close()
    counted = {"case_number", "version", "decision_version"}
    live = [claim.document or {} for claim in cases.claims.values() if not claim.is_merged]
    shown = [{name: value for name, value in document.items() if name not in counted} for document in live]
    # A flag names other claims by number, and numbers are drawn by lot: the founder stands for the claim.
    told = orjson.dumps(shown).decode()
    for claim in cases.claims.values():
        held = [r.evidence.id for r in cases.evidence.values() if r.case_number == claim.case_number]
        told = told.replace(claim.case_number, f"the claim of {min(held, default='nobody')}")
    shown = orjson.loads(told)
    shown.sort(key=_by_evidence)
    return shown, sorted(cases.pairs), sorted(cases.unnamed)


def _by_evidence(document: dict[str, Any]) -> str:
    return str([item["id"] for item in document["evidence"]])


@given(st.permutations([1, 2, 3]))
def test_latest_version_wins_and_every_receipt_is_kept(order: list[int]) -> None:
    first = report("a")
    known: Evidence | None = None
    for version in order:
        receipts = tuple(replace(receipt, version=version) for receipt in first.receipts)
        known = merged(known, replace(first, version=version, worker_name=f"v{version}", receipts=receipts))
    assert known is not None
    assert (known.version, known.worker_name) == (3, "v3")
    assert [receipt.version for receipt in known.receipts] == [1, 2, 3]
