"""Labelled pairs of evidence, with the errors that papers really have. The same seed makes the same pairs.

Half of the pairs are one accident told twice (report, hospital visit, notice by family or union). The other half are
two accidents, most of them hard: born on the same day, namesakes, twins at one employer, workmates hurt together,
father and son, the same worker hurt again.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from benchmarks.made_up_names import TWINS, as_written, made_up_name
from services.verification.domain.evidence import (
    ACCIDENT_REPORT,
    MEDICAL_REPORT,
    SELF_REPORT,
    AccidentFacts,
    Evidence,
    Identity,
    MedicalFacts,
)
from shared.identifiers import WIB

SEED = 20_261_123
_BEGIN = datetime(2026, 1, 1, tzinfo=WIB)
_REGIONS = (
    "3671",
    "3674",
    "3171",
    "3173",
    "3216",
    "3275",
    "3273",
    "3374",
    "3578",
    "3515",
    "3578",
    "1271",
    "6471",
    "7371",
)
_PARTS = ("hand_right", "hand_left", "head", "eye_left", "foot_right", "back", "finger_left", "leg_left")
# The chance that a side bears the worker's NIK and KPJ. A factory knows both, an emergency ward what is in the pocket.
_NUMBERS: Final = {ACCIDENT_REPORT: (0.88, 0.6), MEDICAL_REPORT: (0.72, 0.08), SELF_REPORT: (0.45, 0.25)}
_VARIANTS: Final = {ACCIDENT_REPORT: 0.05, MEDICAL_REPORT: 0.20, SELF_REPORT: 0.25}
_TYPOS: Final = {ACCIDENT_REPORT: 0.02, MEDICAL_REPORT: 0.05, SELF_REPORT: 0.06}
_SWAPPED, _BORN_MISTYPED, _BORN_MISSING, _ONLY_YEAR, _NIK_MISTYPED = 0.02, 0.015, 0.03, 0.01, 0.003


@dataclass(frozen=True)
class Worker:
    """The truth about one worker."""

    name: str
    sex: str
    born: date
    nik: str
    kpj: str
    employer: int
    region: str


@dataclass(frozen=True)
class Accident:
    """The truth about one accident."""

    worker: Worker
    at: datetime
    part: str


@dataclass(frozen=True)
class LabelledPair:
    """Two pieces of evidence, whether they tell of one accident, and which kind of pair it is."""

    one: Evidence
    other: Evidence
    same: bool
    kind: str

    @property
    def has_common_number(self) -> bool:
        """Whether both bear a NIK or both a KPJ, so that numbers decide."""
        ours, theirs = self.one.identity, self.other.identity
        return bool((ours.nik and theirs.nik) or (ours.kpj and theirs.kpj))


def made_up_pairs(count: int, seed: int = SEED) -> Iterator[LabelledPair]:
    """`count` pairs, every second of them one accident."""
    maker = _Maker(random.Random(seed))
    for number in range(count):
        yield maker.same() if number % 2 == 0 else maker.different()


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._ids = 0

    # -- pairs ------------------------------------------------------------------------------------------------------

    def same(self) -> LabelledPair:
        accident = self._accident(self._worker())
        kinds = self._rng.choices(
            [(ACCIDENT_REPORT, MEDICAL_REPORT), (ACCIDENT_REPORT, SELF_REPORT), (SELF_REPORT, MEDICAL_REPORT)],
            [0.7, 0.18, 0.12],
        )[0]
        one, other = (self._told(kind, accident) for kind in kinds)
        return LabelledPair(one, other, True, "one-accident")

    def different(self) -> LabelledPair:
        makers = (
            self._strangers,
            self._born_alike,
            self._namesakes,
            self._twins,
            self._workmates,
            self._kin,
            self._again,
        )
        maker = self._rng.choices(makers, [0.3, 0.2, 0.2, 0.06, 0.12, 0.05, 0.07])[0]
        one, other = maker()
        kinds = [ACCIDENT_REPORT, self._rng.choices([ACCIDENT_REPORT, MEDICAL_REPORT, SELF_REPORT], [0.2, 0.6, 0.2])[0]]
        self._rng.shuffle(kinds)
        told = [self._told(kind, accident) for kind, accident in zip(kinds, (one, other), strict=True)]
        return LabelledPair(told[0], told[1], False, maker.__name__.strip("_").replace("_", "-"))

    def _strangers(self) -> tuple[Accident, Accident]:
        one = self._accident(self._worker())
        return one, self._accident(self._worker(), near=one)

    def _born_alike(self) -> tuple[Accident, Accident]:
        one = self._accident(self._worker())
        other = self._worker(born=one.worker.born, region=one.worker.region if self._rng.random() < 0.3 else None)
        return one, self._accident(other, near=one)

    def _namesakes(self) -> tuple[Accident, Accident]:
        one = self._accident(self._worker())
        like = one.worker
        other = self._worker(name=like.name, sex=like.sex, region=like.region if self._rng.random() < 0.5 else None)
        return one, self._accident(other, near=one)

    def _twins(self) -> tuple[Accident, Accident]:
        names, family = self._rng.choice(TWINS), made_up_name(self._rng, "male").split()[-1]
        employer, region, born = self._employer(), self._rng.choice(_REGIONS), self._born()
        sex = self._rng.choice(["male", "female"])
        one, other = (
            self._worker(name=f"{name} {family}", sex=sex, born=born, employer=employer, region=region)
            for name in names
        )
        accident = self._accident(one)
        return accident, self._accident(other, near=accident)

    def _workmates(self) -> tuple[Accident, Accident]:
        """Hurt by the same machine at the same moment; a third of them share a part of their names."""
        one = self._accident(self._worker())
        like = one.worker
        other = self._worker(employer=like.employer, region=like.region)
        if self._rng.random() < 0.33:
            other = replace(other, name=f"{other.name.split()[0]} {like.name.split()[-1]}")
        return one, replace(self._accident(other, near=one), at=one.at)

    def _kin(self) -> tuple[Accident, Accident]:
        """Father and son, or sisters: a name in common, another day of birth."""
        one = self._accident(self._worker())
        like = one.worker
        name = f"{made_up_name(self._rng, like.sex).split()[0]} {like.name.split()[-1]}"
        return one, self._accident(self._worker(name=name, sex=like.sex, region=like.region), near=one)

    def _again(self) -> tuple[Accident, Accident]:
        """The same worker, weeks later."""
        one = self._accident(self._worker())
        later = replace(one, at=one.at + timedelta(days=self._rng.uniform(8, 200)), part=self._rng.choice(_PARTS))
        return one, later

    # -- the truth --------------------------------------------------------------------------------------------------

    def _worker(
        self,
        *,
        name: str | None = None,
        sex: str | None = None,
        born: date | None = None,
        employer: int | None = None,
        region: str | None = None,
    ) -> Worker:
        rng = self._rng
        sex, born = sex or rng.choice(["male", "female"]), born or self._born()
        home = rng.choice(_REGIONS)
        day = born.day + (40 if sex == "female" else 0)
        nik = f"{home}{rng.randrange(1, 30):02d}{day:02d}{born:%m%y}{rng.randrange(1, 9999):04d}"
        kpj = f"{rng.randrange(10**10, 10**11)}"
        employer = self._employer() if employer is None else employer
        return Worker(name or made_up_name(rng, sex), sex, born, nik, kpj, employer, region or rng.choice(_REGIONS))

    def _born(self) -> date:
        if self._rng.random() < 0.02:
            return date(self._rng.randrange(1966, 2006), 1, 1)
        return date(1966, 1, 1) + timedelta(days=self._rng.randrange(40 * 365))

    def _employer(self) -> int:
        return self._rng.randrange(100_000, 999_999)

    def _accident(self, worker: Worker, near: Accident | None = None) -> Accident:
        if near is None:
            at = _BEGIN + timedelta(minutes=self._rng.randrange(300 * 24 * 60))
        else:
            at = near.at + timedelta(hours=self._rng.uniform(-120, 120))
        return Accident(worker, at, self._rng.choice(_PARTS))

    # -- what is told of it -----------------------------------------------------------------------------------------

    def _told(self, kind: str, accident: Accident) -> Evidence:
        rng, worker = self._rng, accident.worker
        self._ids += 1
        at = self._time_told(kind, accident.at)
        received = (at + timedelta(hours=2)).astimezone(UTC)
        return Evidence(
            id=f"{self._ids:08d}",
            source="hospital_gateway" if kind == MEDICAL_REPORT else "intake",
            kind=kind,
            version=1,
            org="hospital:1",
            status="received",
            identity=self._numbers(kind, worker),
            occurred_at=at,
            precision="day" if kind != MEDICAL_REPORT and rng.random() < 0.1 else "minute",
            reported_at=received,
            accepted_at=received,
            received_at=received,
            region_code=None if kind == MEDICAL_REPORT else worker.region,
            worker_name=as_written(rng, worker.name, variants=_VARIANTS[kind], typos=_TYPOS[kind]),
            birth_date=self._born_told(kind, worker.born),
            sex=None if kind == SELF_REPORT else worker.sex,
            accident=self._accident_told(kind, accident),
            medical=self._medical_told(accident) if kind == MEDICAL_REPORT else None,
        )

    def _time_told(self, kind: str, at: datetime) -> datetime:
        if kind == MEDICAL_REPORT:
            later = self._rng.choices([self._rng.uniform(0.2, 6), self._rng.uniform(6, 48), self._rng.uniform(48, 130)])
            return at + timedelta(hours=later[0] if self._rng.random() < 0.35 else self._rng.uniform(0.2, 6))
        if kind == SELF_REPORT:
            return at + timedelta(hours=self._rng.choice([0, 0, -1, 1, 2, -6, 8]))
        return at

    def _numbers(self, kind: str, worker: Worker) -> Identity:
        nik_chance, kpj_chance = _NUMBERS[kind]
        nik = worker.nik if self._rng.random() < nik_chance else None
        kpj = worker.kpj if self._rng.random() < kpj_chance else None
        if kind == ACCIDENT_REPORT and nik is None and kpj is None:
            kpj = worker.kpj
        if nik and self._rng.random() < _NIK_MISTYPED:
            place = self._rng.randrange(16)
            nik = nik[:place] + str((int(nik[place]) + 1) % 10) + nik[place + 1 :]
        return Identity(nik, kpj)

    def _born_told(self, kind: str, born: date) -> date | None:
        chance = self._rng.random()
        if kind != ACCIDENT_REPORT and chance < _BORN_MISSING:
            return None
        chance = self._rng.random()
        if chance < _SWAPPED and born.day <= 12:
            return date(born.year, born.day, born.month)
        if chance < _SWAPPED + _BORN_MISTYPED:
            return self._born_mistyped(born)
        if kind != ACCIDENT_REPORT and chance < _SWAPPED + _BORN_MISTYPED + _ONLY_YEAR:
            return date(born.year, 1, 1)
        return born

    def _born_mistyped(self, born: date) -> date:
        slip = self._rng.randrange(3)
        if slip == 0:
            return born.replace(day=min(born.day, 28), year=born.year + self._rng.choice([-10, -1, 1, 10]))
        if slip == 1:
            return born.replace(day=1 + (born.day + self._rng.choice([0, 8])) % 28)
        return born.replace(day=min(born.day, 28), month=1 + born.month % 12)

    def _accident_told(self, kind: str, accident: Accident) -> AccidentFacts | None:
        if kind == MEDICAL_REPORT:
            return None
        if kind == SELF_REPORT:
            return AccidentFacts(place="Pabrik")
        number = accident.worker.employer
        return AccidentFacts(
            employer_registration=f"JJ{number}", employer_name=f"PT Usaha {number}", body_parts=(accident.part,)
        )

    def _medical_told(self, accident: Accident) -> MedicalFacts:
        rng, worker = self._rng, accident.worker
        knows_employer = rng.random() < 0.15
        return MedicalFacts(
            body_parts=(accident.part if rng.random() < 0.9 else rng.choice(_PARTS),),
            hospital_region=worker.region if rng.random() < 0.8 else rng.choice(_REGIONS),
            employer_registration=f"JJ{worker.employer}" if knows_employer and rng.random() < 0.3 else None,
            employer_name=f"Usaha {worker.employer}" if knows_employer else None,
        )
