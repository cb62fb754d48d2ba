"""All of verifiers' work."""

from fastapi import APIRouter

from services.verification.entrypoints.http.desk import Counter
from services.verification.entrypoints.http.work.complaints import add_complaints
from services.verification.entrypoints.http.work.decisions import add_decisions
from services.verification.entrypoints.http.work.findings import add_findings
from services.verification.entrypoints.http.work.first_alert import add_first_alert
from services.verification.entrypoints.http.work.letters import add_letters
from services.verification.entrypoints.http.work.links import add_basket, add_links
from services.verification.entrypoints.http.work.notes import add_notes
from services.verification.entrypoints.http.work.objections import add_objections
from services.verification.entrypoints.http.work.payments import add_payments
from services.verification.entrypoints.http.work.return_to_work import add_return_to_work
from services.verification.entrypoints.http.work.tracking_codes import add_tracking_codes
from shared.web.strict_json import StrictRoute

_KINDS_OF_WORK = (
    add_decisions,
    add_letters,
    add_notes,
    add_findings,
    add_first_alert,
    add_links,
    add_basket,
    add_objections,
    add_payments,
    add_complaints,
    add_return_to_work,
    add_tracking_codes,
)


def work_routes(counter: Counter) -> APIRouter:
    """The routes by which verifiers change a claim."""
    router = APIRouter(route_class=StrictRoute, tags=["verifiers' work"])
    for add_routes in _KINDS_OF_WORK:
        add_routes(router, counter)
    return router
