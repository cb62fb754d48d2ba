"""The clear part of an event names no person and no diagnosis, whatever somebody adds to it later."""

import typing
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel

from shared.events import CATALOGUE
from shared.events.envelope import Content, Facts, IdentityHashes

# A word of a field's name that speaks of a person or of medicine.
_WORDS = """
    name nik kpj passport phone email address birth born sex gender photo worker patient doctor practitioner
    witness heir child guardian inspector officer reporter contact holder bank account wage salary rupiah
    diagnosis diagnoses icd procedure symptom anamnesis body chronology text note detail reason_text place_text
    title comment description lat lon location token secret key tracking
"""
PERSONAL_WORDS = frozenset(_WORDS.split())
# Names that hold such a word and no person, each with its reason.
ALLOWED = {
    "organisation_name": "of an organisation",
    "place_type": "one of three codes",
    "worker_keys": "keyed hashes, held by a pattern",
    "has_doctor_statement": "yes or no",
}
PLAIN = (str, int, bool, float, Decimal, AwareDatetime, date, UUID)


def leaves(annotation: object) -> Iterator[object]:
    """The types behind Annotated, unions and tuples."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from leaves(typing.get_args(annotation)[0])
    elif origin in (typing.Union, UnionType, tuple):
        for argument in typing.get_args(annotation):
            if argument is not Ellipsis:
                yield from leaves(argument)
    else:
        yield annotation


def faults(model: type[BaseModel], at: str = "") -> list[str]:
    """What a facts model has that it must not have."""
    found = []
    for name, field in model.model_fields.items():
        path = f"{at}/{name}"
        if model is not IdentityHashes and name not in ALLOWED and PERSONAL_WORDS & {name, *name.split("_")}:
            found.append(f"{path}: its name speaks of a person")
        for leaf in leaves(field.annotation):
            if isinstance(leaf, type) and issubclass(leaf, Content):
                found.append(f"{path}: sealed content in clear facts")
            elif isinstance(leaf, type) and issubclass(leaf, BaseModel):
                found += [f"{path}: not a Facts model"] * (not issubclass(leaf, Facts)) + faults(leaf, path)
            elif leaf is not NoneType and not (isinstance(leaf, type) and (leaf in PLAIN or issubclass(leaf, Enum))):
                found.append(f"{path}: {leaf} can hold anything")
    return found


@pytest.mark.parametrize("type_", sorted(CATALOGUE))
def test_the_facts_of_an_event_name_no_person(type_: str) -> None:
    assert faults(CATALOGUE[type_].facts_model) == []


class _Inner(BaseModel):
    size: int


class _Sealed(Content):
    size: int


class _Planted(Facts):
    worker_name: str
    nik: str
    icd_code: str
    phone: str
    anything: dict[str, str]
    whatever: typing.Any
    inner: _Inner
    sealed: tuple[_Sealed, ...] | None
    region_code: str


def test_planted_personal_data_is_found() -> None:
    found = {fault.split(":")[0] for fault in faults(_Planted)}
    assert found == {
        "/worker_name", "/nik", "/icd_code", "/phone", "/anything", "/whatever", "/inner", "/sealed"
    }  # fmt: skip


@pytest.mark.parametrize("bare", ["3671015203900001", "12345678901", "C1234567", "ik1:3671015203900001", "n:36710152"])
def test_a_bare_identifier_does_not_pass_for_its_hash(bare: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        IdentityHashes(nik=(bare,))
