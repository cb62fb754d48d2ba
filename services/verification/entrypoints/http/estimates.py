"""The calculator."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError

from services.verification.application.estimate import estimate
from services.verification.application.estimate_form import EstimateForm
from services.verification.entrypoints.http.benefit_answers import EstimateAnswer
from services.verification.entrypoints.http.desk import json_response
from shared.web.door import secured
from shared.web.openapi import refusals
from shared.web.strict_json import StrictRoute


class _WholeFormRoute(StrictRoute):
    """FastAPI stops at faults of shape; here the use case then names the contradictions in the rest with them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        original = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await original(request)
            except RequestValidationError as error:
                estimate(error.body)
                raise

        return handler


def estimate_routes() -> APIRouter:
    router = APIRouter(route_class=_WholeFormRoute, tags=["calculator"])

    @router.post(
        "/v1/benefit-estimates",
        summary="The calculator alone: facts in, amounts out",
        response_model=EstimateAnswer,
        responses=refusals(400, 413, 415, 422),
        **secured("claims.read"),
    )
    async def estimates(request: Request, form: EstimateForm) -> Response:
        """Under the rule set in force on `occurred_on`. Each line has its formula, article and confidence; what
        contradicts itself is refused with every contradiction named. Nothing is stored; needs no Idempotency-Key."""
        return json_response(estimate(await request.json()))

    return router
