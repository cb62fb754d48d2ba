"""What other workers' claims say of one: cases of one employer, one doctor's percentages, benefits among their peers.

Claims are compared by a few traits. A finding is coarse on purpose (it names a level, not a number that changes with
every new case), so that claims are told of it when it means something new.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.verification.domain.benefit_case import monthly_wage
from services.verification.domain.claim import ClaimView, Finding
from services.verification.domain.money import latest_accident
from services.verification.domain.treatment_told import latest_stated
from shared.regulation.rule_sets import rule_set_for

EMPLOYER, DOCTOR, PEERS = "employer", "doctor", "peers"
FAMILIES = (EMPLOYER, DOCTOR, PEERS)
FLAG_OF = {
    EMPLOYER: "many-cases-of-employer",
    DOCTOR: "same-doctor-same-percent",
    PEERS: "benefit-far-from-peers",
}


@dataclass(frozen=True)
class SurroundingsPolicy:
    """From how much on a claim's surroundings deserve an eye; windows in days, distances as multiples of the median.

    `…_levels` are numbers of cases; at the highest the cases are no longer named one by one.
    """

    employer_days: int = 30
    employer_levels: tuple[int, ...] = (5, 25)
    doctor_days: int = 180
    doctor_levels: tuple[int, ...] = (3, 9)
    peers_min: int = 10
    peers_above: tuple[int, ...] = (3, 10)
    peers_below: int = 3

    def window(self, family: str) -> timedelta | None:
        """How far apart two claims may lie to be compared; None for any distance."""
        days = {EMPLOYER: self.employer_days, DOCTOR: self.doctor_days}.get(family)
        return timedelta(days=days) if days is not None else None


@dataclass(frozen=True)
class Traits:
    """By what a claim is compared. `keys` are texts of a family, the same for claims that belong together;
    `wages_hundredths` is the benefit in hundredths of a monthly wage."""

    occurred_at: datetime
    worker: str | None = None
    keys: tuple[tuple[str, str], ...] = ()
    wages_hundredths: int | None = None


@dataclass(frozen=True)
class Neighbour:
    """A claim among those that share a key."""

    case_number: str
    occurred_at: datetime
    worker: str | None = None
    wages_hundredths: int | None = None


@dataclass(frozen=True)
class Spot:
    """Where to look for neighbours: a family's key, and around when."""

    family: str
    key: str
    at: datetime


@dataclass(frozen=True)
class Surrounding:
    """A claim's row: where it stands, where it was looked for before, and what was found around it."""

    case_number: str
    own: Neighbour
    spots: tuple[Spot, ...]
    looked_at: tuple[Spot, ...]
    findings: tuple[Finding, ...]
    revision: int


def traits_of(view: ClaimView) -> Traits:
    """The traits of a claim; without keys once all its evidence is withdrawn."""
    active = [piece for piece in view.evidence if piece.is_active]
    if not active:
        return Traits(view.occurred_at)
    keys: dict[str, str] = {}
    if view.employer is not None:
        keys[EMPLOYER] = view.employer.registration_number
    stated = latest_stated(active)
    statement = stated.medical.statement if stated and stated.medical else None
    if statement is not None and statement.doctor and statement.function_loss_percent is not None:
        keys[DOCTOR] = f"{statement.doctor} {statement.function_loss_percent.normalize():f}"
    accident = latest_accident(active)
    wage = monthly_wage(rule_set_for(view.occurred_at.date()), accident) if accident is not None else 0
    codes = sorted(
        code[:3].upper()
        for piece in active
        if piece.medical
        for code in piece.medical.diagnosis_codes
        if code[:1].upper() in ("S", "T")
    )
    compared = view.benefit.total_rupiah > 0 and wage > 0 and view.outcome is not None and bool(codes)
    if compared:
        keys[PEERS] = f"{view.rule_set} {view.outcome} {codes[0]}"
    identities = [piece.identity for piece in active]
    worker = next((i.nik for i in identities if i.nik), None) or next((i.kpj or i.passport for i in identities), None)
    hundredths = view.benefit.total_rupiah * 100 // wage if compared else None
    return Traits(view.occurred_at, worker, tuple(sorted(keys.items())), hundredths)


def findings_among(family: str, claims: Collection[Neighbour], policy: SurroundingsPolicy) -> Mapping[str, Finding]:
    """What claims that share a key of `family` say of each, by case number."""
    ordered = sorted(claims, key=lambda claim: (claim.occurred_at, claim.case_number))
    if family == EMPLOYER:
        return _crowded(FLAG_OF[EMPLOYER], ordered, policy.employer_days, policy.employer_levels)
    if family == DOCTOR:
        sole = list({claim.worker or claim.case_number: claim for claim in reversed(ordered)}.values())[::-1]
        found = _crowded(FLAG_OF[DOCTOR], sole, policy.doctor_days, policy.doctor_levels)
        return _for_all_of_a_worker(found, sole, ordered)
    return _far_from_peers(ordered, policy)


def _crowded(code: str, ordered: Sequence[Neighbour], days: int, levels: tuple[int, ...]) -> dict[str, Finding]:
    """Each claim's fullest window of `days`, by the level it reaches; of equal windows the earliest."""
    window, best = timedelta(days=days), dict[str, tuple[int, int]]()
    end = 0
    for start, first in enumerate(ordered):
        while end < len(ordered) and ordered[end].occurred_at - first.occurred_at <= window:
            end += 1
        if end - start < levels[0]:
            continue
        for claim in ordered[start:end]:
            if end - start > best.get(claim.case_number, (0, 0))[1] - best.get(claim.case_number, (0, 0))[0]:
                best[claim.case_number] = (start, end)
    found = {}
    for number, (start, stop) in best.items():
        level = max(level for level in levels if level <= stop - start)
        named = [claim.case_number for claim in ordered[start : start + level] if claim.case_number != number]
        found[number] = Finding(code, str(level), tuple(named) if level < levels[-1] else ())
    return found


def _for_all_of_a_worker(
    found: Mapping[str, Finding], sole: Iterable[Neighbour], claims: Iterable[Neighbour]
) -> dict[str, Finding]:
    """A worker counts once, but each of the worker's claims bears the flag."""
    by_worker = {
        claim.worker: found[claim.case_number] for claim in sole if claim.worker and claim.case_number in found
    }
    return {**found, **{claim.case_number: by_worker[claim.worker] for claim in claims if claim.worker in by_worker}}


def _far_from_peers(claims: Sequence[Neighbour], policy: SurroundingsPolicy) -> dict[str, Finding]:
    """Against the median of the others, once there are enough of them."""
    valued = sorted(
        (claim.wages_hundredths, claim.case_number) for claim in claims if claim.wages_hundredths is not None
    )
    if len(valued) <= policy.peers_min:
        return {}
    found = {}
    for place, (value, number) in enumerate(valued):
        median = _median_without(valued, place)
        above = [times for times in policy.peers_above if value > times * median]
        if above:
            found[number] = Finding(FLAG_OF[PEERS], f"above_{above[-1]}", ())
        elif value * policy.peers_below < median:
            found[number] = Finding(FLAG_OF[PEERS], f"below_{policy.peers_below}", ())
    return found


def _median_without(valued: Sequence[tuple[int, str]], place: int) -> float:
    """The median of the other values; `valued` is sorted."""
    count = len(valued) - 1

    def other(number: int) -> int:
        return valued[number if number < place else number + 1][0]

    middle = count // 2
    return other(middle) if count % 2 else (other(middle - 1) + other(middle)) / 2
