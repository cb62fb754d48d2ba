"""Reads the lines of a visit's bills (Claim, ExplanationOfBenefit) in whole rupiah.

An ExplanationOfBenefit says what became of a Claim, so it takes the Claim's place. Drafts, cancelled bills and
questions beforehand (preauthorization, predetermination) cost nothing.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from services.hospital_gateway.adapters.fhir.elements import codings, day, decimal, each, first_code, part, words_of
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.application.documents import Kept
from services.hospital_gateway.domain.care import CostLine

_RUPIAH = "IDR"
_WHOLE = Decimal(1)
# Nobody's bill is a hundred trillion rupiah; such a number is a slip that would not fit anywhere.
_MOST = Decimal(10) ** 14
# Words of an item → code of cost_items; anything else is treatment.
_ITEMS = (
    ("dentures", re.compile(r"(?i)gigi (tiruan|palsu)|denture")),
    ("prosthesis", re.compile(r"(?i)prot(h)?es[ai]|ort(h)?es[ai]|prosthes|orthos|kaki palsu|tangan palsu")),
    ("transport", re.compile(r"(?i)ambulan|transport|pengangkut|evakuasi")),
)
_PAID = frozenset({"benefit", "paid", "paidtoprovider"})


def read_costs(resources: VisitResources) -> tuple[CostLine, ...]:
    """Every line of every bill that stands; a bill without lines is one line of its total."""
    bills = [kept for kept, content in resources.of("Claim", "ExplanationOfBenefit") if _is_bill(content)]
    settled = {
        str(part(one.content, "claim", "reference") or "").split("/_history/")[0]
        for one in bills
        if one.type == "ExplanationOfBenefit"
    }
    return tuple(line for bill in bills if f"{bill.type}/{bill.id}" not in settled for line in _lines(bill))


def _is_bill(content: Mapping[str, Any]) -> bool:
    return content.get("status") == "active" and content.get("use", "claim") == "claim"


def _lines(bill: Kept) -> Iterator[CostLine]:
    items = list(each(bill.content.get("item")))
    for item in items:
        yield _line(bill, item)
    total = _total(bill.content)
    if not items and total is not None:
        yield CostLine(
            "treatment",
            bill.type,
            bill.id,
            words=words_of(bill.content.get("type")) or None,
            amount_rupiah=_rupiah(total),
            paid_rupiah=_rupiah(part(bill.content, "payment", "amount")),
            currency=_currency(total),
            served_on=day(part(bill.content, "billablePeriod", "start")) or day(bill.content.get("created")),
        )


def _line(bill: Kept, item: Mapping[str, Any]) -> CostLine:
    quantity, price = decimal(part(item, "quantity", "value")), part(item, "unitPrice")
    net = part(item, "net")
    if net is None and isinstance(price, dict):
        each_one = decimal(price.get("value"))
        net = {**price, "value": None if each_one is None else each_one * (1 if quantity is None else quantity)}
    words = words_of(item.get("productOrService"), item.get("category"))
    return CostLine(
        item=next((name for name, pattern in _ITEMS if pattern.search(words)), "treatment"),
        resource_type=bill.type,
        resource_id=bill.id,
        code=first_code(item.get("productOrService")),
        words=words_of(item.get("productOrService")) or None,
        quantity=quantity,
        amount_rupiah=_rupiah(net),
        paid_rupiah=_paid(item),
        currency=_currency(net),
        served_on=day(item.get("servicedDate")) or day(part(item, "servicedPeriod", "start")),
    )


def _total(content: Mapping[str, Any]) -> Any:
    """A Claim has one total, an ExplanationOfBenefit one a category."""
    totals = list(each(content.get("total")))
    if not totals or "value" in totals[0]:
        return totals[0] if totals else None
    submitted = (one for one in totals if first_code(one.get("category")) == "submitted")
    return part(next(submitted, None), "amount")


def _paid(item: Mapping[str, Any]) -> int | None:
    for adjudication in each(item.get("adjudication")):
        codes = {str(one.get("code", "")).lower() for one in codings(adjudication.get("category"))}
        if codes & _PAID:
            return _rupiah(adjudication.get("amount"))
    return None


def _currency(money: Any) -> str:
    """A bill without a currency is one in rupiah."""
    return str(part(money, "currency") or _RUPIAH)


def _rupiah(money: Any) -> int | None:
    value = decimal(part(money, "value"))
    if value is None or _currency(money) != _RUPIAH or not value.is_finite() or abs(value) > _MOST:
        return None
    return int(value.quantize(_WHOLE, ROUND_HALF_UP))
