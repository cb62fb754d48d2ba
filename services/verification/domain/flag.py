"""Raising a flag, and lowering it again when a person has looked at it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from services.verification.domain.claim import Flag
from services.verification.domain.entries import FlagDismissal


def raised(
    code: str,
    evidence_ids: Iterable[str],
    details: Mapping[str, object] | None = None,
    *,
    related_cases: Iterable[str] = (),
    grounds: Iterable[str] | None = None,
) -> Flag:
    """A flag that rests on evidence (at least one piece), and perhaps on other claims.

    A detail that is a code is told as `<list>/<code>`. `grounds` only where it is something else whose change makes it
    a new flag.
    """
    ids, cases = tuple(sorted(evidence_ids)), tuple(related_cases)
    return Flag(
        # The founder changes when claims merge, so a flag is known by its code and the earliest evidence it rests on.
        str(uuid5(NAMESPACE_URL, f"urn:simpul:flag:{code}:{ids[0]}")),
        code,
        ids,
        details=tuple((name, str(value)) for name, value in (details or {}).items()),
        related_cases=cases,
        grounds=tuple(sorted(set(grounds))) if grounds is not None else (*ids, *cases),
    )


def as_dismissed(flag: Flag, dismissals: Sequence[FlagDismissal]) -> Flag:
    """A person's word holds for what the flag rested on then."""
    fitting = [item for item in dismissals if item.code == flag.code and set(flag.grounds) <= set(item.grounds)]
    if not fitting:
        return flag
    last = fitting[-1]
    return replace(flag, state="dismissed", dismissed_by=last.person, reason=last.reason)
