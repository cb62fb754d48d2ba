"""Draws the domain's narrow facts from a document (decisions 13).

The document may be an accepted form or one that is being refused: what cannot be read is left out, so that the rules
can name their faults beside the faults of form.
"""

from collections.abc import Mapping
from typing import Any

from services.intake.application.forms.fields import parse_day, parse_instant
from services.intake.domain.report_facts import ReportFacts
from services.intake.domain.stage_2 import Stage2Facts

Document = Mapping[str, Any]


def _part(document: object, name: str) -> Document:
    found = document.get(name) if isinstance(document, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _items(document: object, name: str) -> list[tuple[int, Document]]:
    found = document.get(name) if isinstance(document, Mapping) else None
    listed = found if isinstance(found, list | tuple) else []
    return [(index, item) for index, item in enumerate(listed) if isinstance(item, Mapping)]


def _text(document: Document, name: str) -> str | None:
    found = document.get(name)
    return found if isinstance(found, str) else None


def _region(document: Document) -> str | None:
    """A region code that at least has digits where the province stands."""
    found = _text(document, "region_code")
    return found if found and found[:2].isascii() and found[:2].isdigit() else None


def _years(disease: Document) -> tuple[float, float] | None:
    total, last = disease.get("service_years_total"), disease.get("service_years_last_job")
    for value in (total, last):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
    return float(total), float(last)  # type: ignore[arg-type]


def _worker_facts(worker: Document) -> dict[str, Any]:
    return {
        "nik": _text(worker, "nik"),
        "kpj": _text(worker, "kpj"),
        "passport_number": _text(worker, "passport_number"),
        "birth_date": parse_day(worker.get("birth_date")),
        "sex": _text(worker, "sex"),
    }


def report_facts(document: object) -> ReportFacts:
    """Of a Tahap I form."""
    report: Document = document if isinstance(document, Mapping) else {}
    event, disease = _part(report, "event"), _part(report, "disease")
    witnesses = ((index, _text(witness, "nik")) for index, witness in _items(event, "witnesses"))
    return ReportFacts(
        kind=_text(report, "kind"),
        segment=_text(report, "segment"),
        registration_number=_text(_part(report, "employer"), "registration_number"),
        **_worker_facts(_part(report, "worker")),
        occurred_at=parse_instant(event.get("occurred_at")),
        occurred_at_precision=_text(event, "occurred_at_precision") or "minute",
        diagnosed_on=parse_day(disease.get("diagnosed_on")),
        service_years=_years(disease),
        region_code=_region(event),
        place_type=_text(event, "place_type"),
        consequence=_text(event, "consequence"),
        has_body_parts=bool(event.get("body_parts")),
        police_report_number=_text(event, "police_report_number"),
        facility_type=_text(_part(event, "first_aid"), "facility_type"),
        violence=event.get("violence") is True,
        first_alert_at=parse_instant(_part(report, "first_alert").get("received_at")),
        pmi_phase=_text(event, "pmi_phase"),
        pmi_country=_text(event, "pmi_country"),
        witness_niks=tuple((index, nik) for index, nik in witnesses if nik is not None),
    )


def self_report_facts(document: object) -> ReportFacts:
    """Of a self-report: the same facts, as far as it has them."""
    report: Document = document if isinstance(document, Mapping) else {}
    event, disease = _part(report, "event"), _part(report, "disease")
    return ReportFacts(
        kind="occupational_disease" if disease else "accident",
        segment=None,
        registration_number=None,
        **_worker_facts(_part(report, "worker")),
        occurred_at=parse_instant(event.get("occurred_at")),
        occurred_at_precision=_text(event, "occurred_at_precision") or "minute",
        diagnosed_on=parse_day(disease.get("diagnosed_on")),
        service_years=_years(disease),
        region_code=_region(event),
        place_type=None,
        consequence=_text(event, "consequence"),
        has_body_parts=False,
        police_report_number=None,
        facility_type=None,
        violence=False,
        first_alert_at=None,
        pmi_phase=None,
        pmi_country=None,
        witness_niks=(),
    )


def stage_2_facts(document: object) -> Stage2Facts:
    """Of a Tahap II form."""
    form: Document = document if isinstance(document, Mapping) else {}
    periods = (
        (index, parse_day(period.get("from")), parse_day(period.get("to")))
        for index, period in _items(form, "absence_periods")
    )
    niks = [(f"/heirs/{index}/nik", _text(heir, "nik")) for index, heir in _items(form, "heirs")]
    niks.append(("/guardian/nik", _text(_part(form, "guardian"), "nik")))
    children = ((index, parse_day(child.get("birth_date"))) for index, child in _items(form, "children_under_23"))
    born = tuple((index, day) for index, day in children if day is not None)
    born_heirs = (parse_day(heir.get("birth_date")) for _, heir in _items(form, "heirs"))
    claimed = (_text(cost, "item") for _, cost in _items(form, "costs") if cost.get("amount_rupiah"))
    return Stage2Facts(
        outcome=_text(form, "outcome"),
        examined_on=parse_day(form.get("examined_on")),
        absence_periods=tuple((i, first, last) for i, first, last in periods if first is not None and last is not None),
        niks=tuple((pointer, nik) for pointer, nik in niks if nik is not None),
        children_born=born,
        claimed_items=frozenset(item for item in claimed if item is not None),
        has_children=bool(_items(form, "children_under_23")) or form.get("has_children_under_23") is True,
        has_guardian=bool(_part(form, "guardian")),
        modes_misplaced=tuple(
            index
            for index, cost in _items(form, "costs")
            if cost.get("transport_mode") is not None and cost.get("item") != "transport"
        ),
        births=(*(day for _, day in born), *(day for day in born_heirs if day is not None)),
    )
