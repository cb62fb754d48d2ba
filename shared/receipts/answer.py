"""The receipt in an answer, for the OpenAPI."""

from typing import Annotated

from pydantic import BaseModel, Field


class ReceiptAnswer(BaseModel):
    """Proof that this was accepted: `url` is a page where anybody can check the code, without the content."""

    code: Annotated[str, Field(pattern="^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$")]
    url: str
