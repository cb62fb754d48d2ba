"""Coded values and their titles as routes answer them."""

from pydantic import BaseModel, WithJsonSchema

from shared.regulation.codes import codes_of


class Title(BaseModel):
    id: str
    en: str


def coded(list_name: str) -> WithJsonSchema:
    """Said in the OpenAPI as the values of a published list."""
    return WithJsonSchema({"type": "string", "enum": list(codes_of(list_name))})
