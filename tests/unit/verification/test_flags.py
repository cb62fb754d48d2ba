"""Flags: each rests on evidence, is explained in two languages, can be dismissed, and refuses nothing."""

import string
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.verification.application.claim_document import document_of
from services.verification.domain.claim import CaseInput, ClaimView, Flag
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import Entry, FlagDismissal
from services.verification.domain.evidence import Evidence
from services.verification.domain.membership import Membership, Standing
from shared.regulation.codes import CODE_LISTS, codes_of
from tests.support.evidence_makers import DAY_0, report, visit

NOW = datetime(2026, 12, 22, tzinfo=UTC)


def claim(*pieces: Evidence, entries: tuple[Entry, ...] = (), memberships: tuple[Membership, ...] = ()) -> ClaimView:
    return derive_claim(CaseInput(pieces, entries, memberships=memberships), NOW, Policy(10**8))


def codes(view: ClaimView) -> set[str]:
    return {flag.code for flag in view.flags if flag.state == "open"}


def dismissed(flag: Flag, hours: float = 0) -> FlagDismissal:
    when = NOW + timedelta(hours=hours)
    return FlagDismissal(f"f{hours}", when, "bpjs:x", "V-1", flag.id, flag.code, flag.grounds, "Sudah dicek.")


def member(active_from: str, active_to: str | None = None) -> Membership:
    since, until = date.fromisoformat(active_from), date.fromisoformat(active_to) if active_to else None
    return Membership("PU", since, (Standing(since, 5_000_000),), employer_registration="JJ012345", active_to=until)


def test_every_flag_has_a_title_and_an_explanation_that_can_be_filled_in() -> None:
    assert codes_of("flags") == codes_of("flag_explanations")
    for code in CODE_LISTS["flag_explanations"]:
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (code.title_id, code.title_en)
        ]
        assert fields[0] == fields[1], code.code


STORIES = [
    ({"accident_type": "caught"}, ("W31",), ("S67.0",), ()),
    ({"accident_type": "caught"}, ("W10", "W31"), ("S67.0",), ()),
    ({"accident_type": "caught"}, ("W19",), ("S67.0",), ("W19",)),
    ({"accident_type": "fall_from_height"}, ("W86",), (), ("W86",)),
    ({"accident_type": "electrocuted"}, ("W86",), ("T75.4",), ()),
    ({"accident_type": "caught"}, (), ("T75.4",), ("T75.4",)),
    ({"accident_type": "caught"}, (), ("T75.4", "S52.5"), ()),
    ({"accident_type": "caught"}, (), ("I21.9",), ("I21.9",)),
    ({"accident_type": "struck_by"}, ("X99",), ("S21",), ("X99",)),
    ({"accident_type": "struck_by", "violence": True}, ("X99",), ("S21",), ()),
    ({"accident_type": "exposed"}, ("X61",), ("T42",), ("X61",)),
    ({"accident_type": "struck_by", "place_type": "traffic"}, ("V23",), ("S72",), ()),
    ({"accident_type": None, "place_type": "traffic"}, ("W25",), ("S72",), ("W25",)),
    ({"accident_type": "other"}, ("W25",), ("S61",), ()),
    ({"accident_type": "caught"}, ("Y96",), ("S61",), ()),
    ({"accident_type": "exposed", "event_kind": "occupational_disease"}, (), ("J62",), ()),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "causes", "diagnoses", "odd"), STORIES)
def test_injury_codes_are_held_against_the_story(
    facts: dict[str, Any], causes: tuple[str, ...], diagnoses: tuple[str, ...], odd: tuple[str, ...]
) -> None:
    seen = visit("v", 0.05, medical={"external_cause_codes": causes, "diagnosis_codes": diagnoses})
    view = claim(report("r", accident={"body_parts": (), **facts}), seen)
    told = [dict(flag.details)["codes"] for flag in view.flags if flag.code == "injury-code-unlike-story"]
    assert told == ([", ".join(odd)] if odd else [])


def test_the_story_is_told_in_both_languages() -> None:
    odd = visit("v", 0.05, medical={"external_cause_codes": ("W19",)})
    (flag,) = document_of(claim(report("r", accident={"accident_type": "caught"}), odd))["flags"]
    assert flag["explanation"] == {
        "id": "Kode medis W19 tidak sesuai dengan cerita laporan (Tertangkap).",
        "en": "The medical codes W19 do not fit the story of the report (Caught in or by an object).",
    }
    assert flag["evidence_ids"] == ["r", "v"]


@pytest.mark.parametrize(
    ("memberships", "raised"),
    [
        ((member("2026-11-12"),), True),
        ((member("2026-11-16"),), True),
        ((member("2026-11-01"),), False),
        # Another job without a gap is a worker who moved, one with a gap is not.
        ((member("2026-11-12"), member("2025-01-01", "2026-11-11")), False),
        ((member("2026-11-12"), member("2025-01-01", "2026-09-30")), True),
        ((member("2026-11-20"),), False),
        ((), False),
    ],
)
def test_membership_that_began_days_before_the_accident(memberships: tuple[Membership, ...], raised: bool) -> None:
    assert ("membership-days-before-accident" in codes(claim(report("r"), memberships=memberships))) is raised


def test_flags_change_neither_state_nor_turn() -> None:
    plain, odd = claim(report("r")), claim(report("r"), memberships=(member("2026-11-15"),))
    assert (plain.state, plain.waiting_on, plain.waiting_reason) == (odd.state, odd.waiting_on, odd.waiting_reason)


def test_a_dismissed_flag_stays_so_until_it_rests_on_more() -> None:
    two = [report("r"), report("s", 0.01)]
    (flag,) = claim(*two).flags
    word = dismissed(flag)
    (seen,) = claim(*two, entries=(word,)).flags
    assert (seen.state, seen.dismissed_by, seen.reason) == ("dismissed", "V-1", "Sudah dicek.")
    assert codes(claim(*two, report("t", 0.02), entries=(word,))) == {"second-stage-1"}
    late = claim(report("q", received_at=DAY_0 + timedelta(days=3)), entries=(word,))
    assert codes(late) == {"late-stage-1"}
