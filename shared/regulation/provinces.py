"""The 38 provinces by Kemendagri code, with name and zone of legal time (Keppres 41/1987)."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shared.regulation.data_files import DATA_FOLDER, read_yaml


@dataclass(frozen=True)
class Province:
    """One province; `code` is the first two digits of its regions' codes."""

    code: str
    name: str
    zone: ZoneInfo


def _load() -> dict[str, Province]:
    data = read_yaml(DATA_FOLDER / "provinces.yaml")
    zone_of_code = {str(code): ZoneInfo(zone) for zone, codes in data["zones"].items() for code in codes}
    return {str(code): Province(str(code), name, zone_of_code[str(code)]) for code, name in data["names"].items()}


PROVINCES: dict[str, Province] = _load()
