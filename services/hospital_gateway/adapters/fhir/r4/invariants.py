"""The invariants of FHIR R4 (`invariants.json`) for data types and the resource types of a visit, as plain functions.

Each takes the element it is defined on and tells whether it holds. Rules on references between a resource and what it
contains (ref-1, dom-2 to dom-5) and on narratives (txt-1, txt-2) are the walk's, since one element cannot tell.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

Node = Mapping[str, Any]
# Key, the element a finding points to (empty for the one the rule is on), and whether it holds.
Rule = tuple[str, str, Callable[[Node], bool]]

_UCUM = "http://unitsofmeasure.org"
_CURRENCIES = "urn:iso:std:iso:4217"
_DAY_CHARACTERS = len("2026-11-20")
_TERMS = "http://terminology.hl7.org/CodeSystem/"
_EVENTS_OF_MEALS = frozenset({"C", "CM", "CD", "CV"})


def has(node: Node, name: str) -> bool:
    """Whether an element is there, if only with a reason why its value is not."""
    return name in node or f"_{name}" in node


def _any_of(*names: str) -> Callable[[Node], bool]:
    return lambda node: any(has(node, name) for name in names)


def _with(name: str, other: str) -> Callable[[Node], bool]:
    """`name` only together with `other`."""
    return lambda node: not has(node, name) or has(node, other)


def _not_both(name: str, other: str) -> Callable[[Node], bool]:
    return lambda node: not (has(node, name) and has(node, other))


def _chosen(node: Node, stem: str) -> bool:
    """Whether some choice of `stem[x]` is there."""
    return any(name.lstrip("_").startswith(stem) for name in node)


def objects(value: Any) -> Iterator[Node]:
    """The objects in a list, or the one that stands alone; what is neither is judged elsewhere."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def _coded(node: Node, name: str, system: str, *codes: str) -> bool:
    return any(
        coding.get("system") == _TERMS + system and coding.get("code") in codes
        for concept in objects(node.get(name))
        for coding in objects(concept.get("coding"))
    )


def _number(value: Any) -> float | None:
    return None if isinstance(value, bool | str | list | dict) or value is None else float(value)


def _measured(node: Node, *, positive: bool = False) -> bool:
    """Age and Distance: a value has a code, and the code is of UCUM."""
    value = _number(node.get("value"))
    return (
        (has(node, "code") or not has(node, "value"))
        and node.get("system", _UCUM) == _UCUM
        and not (positive and value is not None and value <= 0)
    )


def _counted(node: Node) -> bool:
    value = _number(node.get("value"))
    return _measured(node) and node.get("code", "1") == "1" and (value is None or value.is_integer())


def _priced(node: Node) -> bool:
    return (has(node, "code") or not has(node, "value")) and node.get("system", _CURRENCIES) == _CURRENCIES


def _lasting(node: Node) -> bool:
    return not has(node, "code") or (node.get("system") == _UCUM and has(node, "value"))


def moment(text: object) -> datetime | None:
    """A full instant; None for what is less, or judged elsewhere."""
    if not isinstance(text, str) or len(text) <= _DAY_CHARACTERS:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def in_order(first: object, second: object) -> bool:
    """Whether the second time is not before the first, as far as both are told."""
    if not isinstance(first, str) or not isinstance(second, str):
        return True
    start, end = moment(first), moment(second)
    if start is not None and end is not None and start.tzinfo is not None and end.tzinfo is not None:
        return end >= start
    # With a day, a month or a year on one side only as much can be compared.
    told = min(len(first), len(second), _DAY_CHARACTERS)
    return second[:told] >= first[:told]


def _ranged(node: Node) -> bool:
    low, high = node.get("low"), node.get("high")
    if not isinstance(low, dict) or not isinstance(high, dict) or low.get("code") != high.get("code"):
        return True
    least, most = _number(low.get("value")), _number(high.get("value"))
    return least is None or most is None or least <= most


def _proportion(node: Node) -> bool:
    whole = has(node, "numerator") and has(node, "denominator")
    neither = not has(node, "numerator") and not has(node, "denominator")
    return whole or (neither and has(node, "extension"))


def _not_negative(name: str) -> Callable[[Node], bool]:
    return lambda node: (_number(node.get(name)) or 0) >= 0


def _offset(node: Node) -> bool:
    when = node.get("when")
    return not has(node, "offset") or (
        isinstance(when, list)
        and bool(when)
        and not any(isinstance(one, str) and one in _EVENTS_OF_MEALS for one in when)
    )


def _one_of_two(name: str, other: str) -> Callable[[Node], bool]:
    return lambda node: has(node, name) != has(node, other)


def _trigger(node: Node) -> bool:
    kind = node.get("type")
    if kind == "named-event":
        return has(node, "name")
    if kind == "periodic":
        return _chosen(node, "timing")
    return not (isinstance(kind, str) and kind.startswith("data-")) or has(node, "data")


def _ended(node: Node) -> bool:
    return not _chosen(node, "abatement") or _coded(
        node, "clinicalStatus", "condition-clinical", "resolved", "remission", "inactive"
    )


def _unless_error(name: str, system: str) -> Callable[[Node], bool]:
    """No clinical status on what was entered in error."""
    return lambda node: not (_coded(node, name, system, "entered-in-error") and has(node, "clinicalStatus"))


def _alive_or_error(node: Node) -> bool:
    return has(node, "clinicalStatus") or _coded(
        node, "verificationStatus", "allergyintolerance-verification", "entered-in-error"
    )


def _same_code_only_without_value(node: Node) -> bool:
    if not _chosen(node, "value"):
        return True
    own = {_pair(coding) for concept in objects(node.get("code")) for coding in objects(concept.get("coding"))}
    return not any(
        _pair(coding) in own
        for component in objects(node.get("component"))
        for concept in objects(component.get("code"))
        for coding in objects(concept.get("coding"))
    )


def _pair(coding: Node) -> tuple[str, ...]:
    """A Coding as FHIRPath compares it: all of it."""
    return tuple(f"{name}={coding[name]}" for name in sorted(coding))


def _no_home(name: str) -> Callable[[Node], bool]:
    return lambda node: not any(one.get("use") == "home" for one in objects(node.get(name)))


def _entries(node: Node) -> list[Node]:
    return list(objects(node.get("entry", [])))


def _each_has(name: str, *kinds: str) -> Callable[[Node], bool]:
    """Entries have `name` in these kinds of Bundle, and in no other."""
    return lambda node: all(has(one, name) == (node.get("type") in kinds) for one in _entries(node))


def _first_is(kind: str, type_name: str) -> Callable[[Node], bool]:
    def holds(node: Node) -> bool:
        if node.get("type") != kind:
            return True
        first = next(iter(_entries(node)), {}).get("resource")
        return isinstance(first, dict) and first.get("resourceType") == type_name

    return holds


def _urls_once(node: Node) -> bool:
    if node.get("type") == "history":
        return True
    seen = set()
    for one in _entries(node):
        resource = one.get("resource")
        meta = resource.get("meta") if isinstance(resource, dict) else None
        version = meta.get("versionId") if isinstance(meta, dict) else None
        if "fullUrl" in one:
            key = f"{one['fullUrl']} {version}"
            if key in seen:
                return False
            seen.add(key)
    return True


def _document_is_named(node: Node) -> bool:
    identifier = node.get("identifier")
    return node.get("type") != "document" or (
        isinstance(identifier, dict) and has(identifier, "system") and has(identifier, "value")
    )


def _no_history_url(node: Node) -> bool:
    return "/_history/" not in str(node.get("fullUrl", ""))


RULES: dict[str, list[Rule]] = {
    "Age": [("age-1", "", lambda node: _measured(node, positive=True))],
    "Attachment": [("att-1", "", _with("data", "contentType"))],
    "ContactPoint": [("cpt-2", "", _with("value", "system"))],
    "Count": [("cnt-3", "", _counted)],
    "DataRequirement.codeFilter": [("drq-1", "", _one_of_two("path", "searchParam"))],
    "DataRequirement.dateFilter": [("drq-2", "", _one_of_two("path", "searchParam"))],
    "Distance": [("dis-1", "", _measured)],
    "Duration": [("drt-1", "", _lasting)],
    "Expression": [("exp-1", "", _any_of("expression", "reference"))],
    "Period": [("per-1", "", lambda node: in_order(node.get("start"), node.get("end")))],
    "Quantity": [("qty-3", "", _with("code", "system"))],
    "SimpleQuantity": [("sqty-1", "", lambda node: not has(node, "comparator"))],
    "MoneyQuantity": [("mqty-1", "", _priced)],
    "Range": [("rng-2", "", _ranged)],
    "Ratio": [("rat-1", "", _proportion)],
    "Timing.repeat": [
        ("tim-1", "", _with("duration", "durationUnit")),
        ("tim-2", "", _with("period", "periodUnit")),
        ("tim-4", "duration", _not_negative("duration")),
        ("tim-5", "period", _not_negative("period")),
        ("tim-6", "", _with("periodMax", "period")),
        ("tim-7", "", _with("durationMax", "duration")),
        ("tim-8", "", _with("countMax", "count")),
        ("tim-9", "", _offset),
        ("tim-10", "", _not_both("timeOfDay", "when")),
    ],
    "TriggerDefinition": [
        ("trd-1", "", lambda node: not (has(node, "data") and _chosen(node, "timing"))),
        ("trd-2", "", _with("condition", "data")),
        ("trd-3", "", _trigger),
    ],
    "AllergyIntolerance": [
        ("ait-1", "", _alive_or_error),
        ("ait-2", "", _unless_error("verificationStatus", "allergyintolerance-verification")),
    ],
    "Bundle": [
        ("bdl-1", "total", lambda node: not has(node, "total") or node.get("type") in ("searchset", "history")),
        (
            "bdl-2",
            "entry",
            lambda node: node.get("type") == "searchset" or not any(has(one, "search") for one in _entries(node)),
        ),
        ("bdl-3", "entry", _each_has("request", "batch", "transaction", "history")),
        ("bdl-4", "entry", _each_has("response", "batch-response", "transaction-response", "history")),
        ("bdl-7", "entry", _urls_once),
        ("bdl-9", "identifier", _document_is_named),
        ("bdl-10", "timestamp", lambda node: node.get("type") != "document" or "timestamp" in node),
        ("bdl-11", "entry", _first_is("document", "Composition")),
        ("bdl-12", "entry", _first_is("message", "MessageHeader")),
    ],
    "Bundle.entry": [
        ("bdl-5", "", _any_of("resource", "request", "response")),
        ("bdl-8", "fullUrl", _no_history_url),
    ],
    "CarePlan.activity": [("cpl-3", "", _not_both("detail", "reference"))],
    "Composition.section": [
        ("cmp-1", "", _any_of("text", "entry", "section")),
        ("cmp-2", "", _not_both("emptyReason", "entry")),
    ],
    "Condition": [
        ("con-4", "", _ended),
        ("con-5", "", _unless_error("verificationStatus", "condition-ver-status")),
    ],
    "Condition.evidence": [("con-2", "", _any_of("code", "detail"))],
    "Condition.stage": [("con-1", "", _any_of("summary", "assessment"))],
    "CoverageEligibilityResponse.insurance.item": [("ces-1", "", _one_of_two("category", "productOrService"))],
    "Immunization.education": [("imm-1", "", _any_of("documentType", "reference"))],
    "MedicationAdministration.dosage": [
        ("mad-1", "", lambda node: has(node, "dose") or _chosen(node, "rate")),
    ],
    "MedicationDispense": [
        ("mdd-1", "", lambda node: in_order(node.get("whenPrepared"), node.get("whenHandedOver"))),
    ],
    "Observation": [
        ("obs-6", "", lambda node: not (has(node, "dataAbsentReason") and _chosen(node, "value"))),
        ("obs-7", "", _same_code_only_without_value),
    ],
    "Observation.referenceRange": [("obs-3", "", _any_of("low", "high", "text"))],
    "Organization": [
        ("org-1", "", _any_of("identifier", "name")),
        ("org-2", "address", _no_home("address")),
        ("org-3", "telecom", _no_home("telecom")),
    ],
    "Patient.contact": [("pat-1", "", _any_of("name", "telecom", "address", "organization"))],
    "QuestionnaireResponse.item": [("qrs-1", "", _not_both("answer", "item"))],
    "ServiceRequest": [("prr-1", "", _with("orderDetail", "code"))],
    "Task": [("inv-1", "", lambda node: in_order(node.get("authoredOn"), node.get("lastModified")))],
}
