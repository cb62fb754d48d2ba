"""A route that takes a form: a form that does not fit is refused with every fault named, those of its rules too."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from services.intake.application.forms.reading import Reader, refuse
from shared.web.strict_json import StrictRoute

_READER = "_form_reader"
_Endpoint = Callable[..., Any]


def reads_form(reader: Reader) -> Callable[[_Endpoint], _Endpoint]:
    """Names the reader that finds all faults of the endpoint's form."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _READER, reader)
        return endpoint

    return mark


class FormRoute(StrictRoute):
    """FastAPI validates the form and stops at its faults of shape; here the reader then looks at the whole."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        original = super().get_route_handler()
        reader: Reader | None = getattr(self.endpoint, _READER, None)
        if reader is None:
            return original

        async def handler(request: Request) -> Response:
            try:
                return await original(request)
            except RequestValidationError as error:
                if all(found["loc"][:1] == ("body",) for found in error.errors()):
                    refuse(reader(error.body))
                raise

        return handler
