"""Searches among a hospital's resources as SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.hospital_gateway.adapters.fhir.systems import STATUS
from services.hospital_gateway.application.documents import Criteria
from shared.sealing import BlindIndex

_BEARS = (
    "r.id IN (SELECT resource_id FROM resource_identifier i"
    " WHERE i.org = $1 AND i.type = $2 AND i.token = ANY({}::text[]))"
)


@dataclass(frozen=True)
class Hashes:
    """The blind-index hashes of what a search asks for: of identifiers, of statuses, of numbers of patients."""

    identifiers: Sequence[str]
    statuses: Sequence[str]
    patients: Sequence[str]


def hashes_of(index: BlindIndex, criteria: Criteria) -> Hashes:
    """Under every key of the ring."""

    def hashes(type_name: str, keys: Iterable[str]) -> list[str]:
        return [token for key in keys for token in index.all(kind_of(type_name), key)]

    return Hashes(
        hashes(criteria.type, (f"{one.system}|{one.value}" for one in criteria.identifiers)),
        hashes(criteria.type, (f"{STATUS}|{one}" for one in criteria.statuses or ())),
        hashes("Patient", (f"{one.system}|{one.value}" for one in criteria.absent_patients)),
    )


def kind_of(type_name: str) -> str:
    """The blind index's kind: a NIK of a Patient and of a Practitioner are not to be linked by their hashes."""
    return f"fhir-{type_name}"


def search_sql(org: str, criteria: Criteria, hashes: Hashes) -> tuple[str, list[Any]]:
    """The condition of a search with its arguments."""
    arguments: list[Any] = [org, criteria.type]
    conditions = ["r.org = $1", "r.type = $2", "r.latest"]

    def where(condition: str, *values: Any) -> None:
        places = [f"${len(arguments) + place}" for place in range(1, len(values) + 1)]
        arguments.extend(values)
        conditions.append(condition.format(*places))

    if criteria.identifiers:
        where(_BEARS, list(hashes.identifiers))
    if criteria.statuses is not None:
        where(_BEARS, list(hashes.statuses))
    if criteria.absent_patients and not criteria.patients:
        where(_BEARS, list(hashes.patients))
    elif criteria.absent_patients:
        # Only here, since the planner takes no index for an OR.
        where(f"(r.patient_id = ANY({{}}::uuid[]) OR {_BEARS})", list(criteria.patients or ()), list(hashes.patients))
    elif criteria.patients is not None:
        where("r.patient_id = ANY({}::uuid[])", list(criteria.patients))
    for column, values in (("id", criteria.ids), ("encounter_id", criteria.encounters)):
        if values is not None:
            where(f"r.{column} = ANY({{}}::uuid[])", list(values))
    if criteria.changed_from is not None:
        where("r.updated_at >= {}", criteria.changed_from)
    if criteria.changed_before is not None:
        where("r.updated_at < {}", criteria.changed_before)
    return " AND ".join(conditions), arguments


def page_sql(org: str, criteria: Criteria, hashes: Hashes) -> tuple[str, list[Any]]:
    """One page of matches, by their last change."""
    condition, arguments = search_sql(org, criteria, hashes)
    direction, beyond = ("DESC", "<") if criteria.newest_first else ("ASC", ">")
    if criteria.after is not None:
        arguments += criteria.after
        condition += f" AND (r.updated_at, r.id) {beyond} (${len(arguments) - 1}, ${len(arguments)})"
    arguments.append(criteria.count)
    order = f"r.updated_at {direction}, r.id {direction}"
    # Column names and directions are constants of this module; everything that was sent is an argument.
    sql = f"SELECT r.* FROM resource r WHERE {condition} ORDER BY {order} LIMIT ${len(arguments)}"  # noqa: S608
    return sql, arguments
