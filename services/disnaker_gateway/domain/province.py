"""Which office sees what: inspection is provincial, and a province is the first two digits of a region code."""

import re
from collections.abc import Sequence

from shared.identifiers import plain_organisation, trial_organisation

_OFFICE = re.compile(r"disnaker:([0-9]{2})")
REGION_CODE_PATTERN = r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{4})?)?)?$"
REGIONS = "region_codes"  # the column of a subscription that narrows it
NOBODY = "disnaker:-"  # owner of what has no region yet; no client can carry this org


def province_of_office(org: str) -> str | None:
    """The province of `disnaker:<province>`; None for any other organisation, which then sees nothing."""
    found = _OFFICE.fullmatch(plain_organisation(org))
    return found[1] if found else None


def office_of(region_code: str | None, *, test: bool = False) -> str:
    """The organisation that sees cases of a region; of a test case only the office's test clients do."""
    office = f"disnaker:{region_code[:2]}" if region_code else NOBODY
    return trial_organisation(office) if test else office


def regions_outside(province: str | None, region_codes: tuple[str, ...]) -> list[int]:
    """Places in `region_codes` of those that do not lie in the office's province."""
    return [place for place, code in enumerate(region_codes) if province is None or code[:2] != province]


def watches(region_codes: Sequence[str], region_code: str) -> bool:
    """Whether a subscription to `region_codes` (provinces, regencies or smaller) covers a case of `region_code`."""
    return any(region_code.startswith(code) or code.startswith(region_code) for code in region_codes)
