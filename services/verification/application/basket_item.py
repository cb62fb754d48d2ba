"""One entry of the basket as a verifier reads it: both sides beside each other, field by field."""

from collections.abc import Sequence
from typing import Any

from services.verification.application.records import StoredPair
from services.verification.domain import likeness
from services.verification.domain.evidence import Evidence
from services.verification.domain.likeness import compare, employer_of, region_of
from shared.identifiers import mask_nik
from shared.regulation.codes import CODE_LISTS

_TITLES = {code.code: code.title for code in CODE_LISTS["match_reasons"]}


def basket_item(pair: StoredPair, sides: Sequence[tuple[str | None, Evidence]], found_at: str) -> dict[str, Any]:
    """`sides` are one or two pieces of evidence, each with the case number that holds it now; numbers are masked."""
    return {
        "id": str(pair.id),
        "claims": [case_number for case_number, _ in sides],
        "evidence_ids": [piece.id for _, piece in sides],
        "test": sides[0][1].is_test,
        "score": pair.score,
        "reasons": list(pair.reasons),
        "found_at": found_at,
        "sides": [_side(case_number, piece) for case_number, piece in sides],
        "comparison": _comparison(*(piece for _, piece in sides)) if len(sides) == 2 else [],
    }


def _side(case_number: str | None, piece: Evidence) -> dict[str, Any]:
    number, name = employer_of(piece)
    return {
        "case_number": case_number,
        "evidence_id": piece.id,
        "source": piece.source,
        "kind": piece.kind,
        "worker_name": piece.worker_name,
        "nik_masked": _masked(piece.identity.nik),
        "kpj_masked": _masked(piece.identity.kpj),
        "birth_date": piece.birth_date.isoformat() if piece.birth_date else None,
        "sex": piece.sex,
        "employer": {"registration_number": number, "name": name} if number or name else None,
        "occurred_at": piece.occurred_at.isoformat(),
        "occurred_at_precision": piece.precision,
        "region_code": region_of(piece),
        "body_parts": list(likeness.body_parts_of(piece)),
        "received_at": piece.received_at.isoformat(),
    }


def _comparison(one: Evidence, other: Evidence) -> list[dict[str, Any]]:
    """The weightiest first; `weight_bits` above zero speaks for one accident."""
    grounds = sorted(compare(one, other).grounds, key=lambda ground: (-abs(ground.bits), ground.field))
    return [
        {
            "field": ground.field,
            "values": [_value(ground.field, one), _value(ground.field, other)],
            "reason": ground.reason,
            "title": _TITLES[ground.reason],
            "weight_bits": round(ground.bits, 1),
        }
        for ground in grounds
    ]


def _value(field: str, piece: Evidence) -> str | None:
    number, name = employer_of(piece)
    days = likeness.birth_dates(piece)
    values = {
        likeness.NAME: piece.worker_name,
        likeness.BIRTH_DATE: days[0].isoformat() if days else None,
        likeness.SEX: likeness.sex_of(piece),
        likeness.EMPLOYER: name or number,
        likeness.TIME: piece.occurred_at.isoformat(),
        likeness.REGION: region_of(piece),
        likeness.BODY_PART: ", ".join(likeness.body_parts_of(piece)) or None,
        likeness.KPJ: _masked(piece.identity.kpj),
        likeness.PASSPORT: _masked(piece.identity.passport),
        likeness.NIK: _masked(piece.identity.nik),
    }
    return values[field]


def _masked(number: str | None) -> str | None:
    return mask_nik(number) if number else None
