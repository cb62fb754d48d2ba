"""To which visit a resource belongs that names no Encounter itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.hospital_gateway.application.documents import Written
from services.hospital_gateway.application.ports import Records

# Sent with one visit and without a word on which, they belong to that visit.
_ADOPTED = frozenset({"Claim", "ExplanationOfBenefit", "Coverage", "Consent"})
# They have no Encounter of their own in R4, or may leave it out: they belong to the visit of what they are about.
# A later one may be about an earlier one.
_BY_WHAT_THEY_NAME = (
    "DeviceUseStatement", "SupplyRequest", "SupplyDelivery", "Claim", "ExplanationOfBenefit", "Provenance",
)  # fmt: skip
# A coverage or consent serves many visits; a bill that names another of its kind may name an earlier visit's.
_OF_MANY_VISITS = frozenset({"Coverage", "Consent"})


def adopted(written: list[Written]) -> list[Written]:
    """With the visit of resources that one of this submission names, that are about one, or came with a single one."""
    encounters = [one for one in written if one.type == "Encounter"]
    owner: dict[tuple[str, UUID], UUID] = {}
    for encounter in encounters:
        owner.update((named, encounter.id) for named in encounter.links.named if named[0] in ("Condition", "Procedure"))
    only = encounters[0] if len({one.id for one in encounters}) == 1 else None
    result = []
    for one in written:
        adopter = owner.get((one.type, one.id))
        if adopter is None and only is not None and one.type in _ADOPTED and one.patient_id == only.patient_id:
            adopter = only.id
        result.append(replace(one, encounter_id=adopter) if one.encounter_id is None and adopter else one)
    return result


async def settled(records: Records, written: Sequence[Written]) -> Sequence[Written]:
    """With the visit of resources that are about something of one visit, whether it came now or before."""
    lone = [one for one in written if one.encounter_id is None and one.type in _BY_WHAT_THEY_NAME]
    if not lone:
        return written
    visits: dict[UUID, UUID] = {one.id: one.encounter_id for one in written if one.encounter_id is not None}
    asked = {resource_id for one in lone for _, resource_id in _about(one)} - visits.keys()
    if asked:
        visits |= await records.visits_of(sorted(asked))
    for one in sorted(lone, key=lambda one: _BY_WHAT_THEY_NAME.index(one.type)):
        found = _visit_of(one, visits)
        if found is not None:
            visits[one.id] = found
    alone = {one.id for one in lone}
    return [replace(one, encounter_id=visits.get(one.id)) if one.id in alone else one for one in written]


def _about(one: Written) -> list[tuple[str, UUID]]:
    return [named for named in one.links.named if named[0] not in _OF_MANY_VISITS and named[0] != one.type]


def _visit_of(one: Written, visits: Mapping[UUID, UUID]) -> UUID | None:
    """The visit of everything it names, None when that is none or more than one."""
    found = {visits[resource_id] for _, resource_id in _about(one) if resource_id in visits}
    return found.pop() if len(found) == 1 else None
