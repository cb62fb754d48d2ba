"""Where a case belongs: the place of the event decides which labour office is told, the home which branch knows the
worker. An accident on a journey or at a far site has two provinces."""

from dataclasses import dataclass

from services.verification.domain.evidence import AccidentFacts
from shared.identifiers import province_of
from shared.regulation.provinces import PROVINCES


@dataclass(frozen=True)
class Jurisdiction:
    """`province` is the event's, whose Dinas is told; `home_province` the worker's, known by `home_known_by`: their
    residence, else their employer's address, else the region in which the NIK was first issued (a guess only)."""

    province: str | None
    home_province: str | None
    home_known_by: str | None

    @property
    def outside_home_province(self) -> bool:
        """Whether it surely is elsewhere: the NIK's region alone proves nothing."""
        known = self.home_known_by in ("residence", "employer") and self.province is not None
        return known and self.province != self.home_province


def jurisdiction(region: str | None, accident: AccidentFacts | None, nik: str | None) -> Jurisdiction:
    facts = accident or AccidentFacts()
    told = (("residence", facts.home_region), ("employer", facts.employer_region), ("nik", nik))
    home = next(
        ((known_by, province_of(code)) for known_by, code in told if code and province_of(code) in PROVINCES),
        (None, None),
    )
    return Jurisdiction(province_of(region) if region else None, home[1], home[0])
