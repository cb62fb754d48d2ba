"""How grave it was, what it left and how long the worker was away: what employer, doctor and inspector say of it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from services.verification.domain.contradictions import HIGH, LOW, MEDIUM, Against, Contradiction, contradiction
from services.verification.domain.evidence import Determination, DoctorStatement, Evidence, StatedDisability
from services.verification.domain.periods import days_of
from shared.regulation.rule_sets import DISABILITIES

DISABILITY_TABLE_SOURCE = "disability-table"
_FINAL = frozenset({"recovered", "partial_functional", "partial_anatomical", "total_permanent", "death"})
_INPATIENT = "IMP"
_GRAVE = frozenset({"severe", "fatal"})
_TREATMENT, _PROSTHESIS = "treatment", "prosthesis"
_AIDS = frozenset({"prosthesis", "orthosis"})


def contradictions(
    reference: Evidence, others: Sequence[Evidence], determination: Determination | None
) -> list[Contradiction | None]:
    """Of severity, outcome, days of rest, disabilities, the cost of treatment and prostheses."""
    latest = latest_stated(others)
    return [
        _severity(reference, others),
        _outcome(reference, latest),
        _rest_days(reference, others),
        _percent(latest, determination),
        _disability(latest, determination),
        _treatment_cost(reference, others),
        _prosthesis(reference, latest, others),
    ]


def latest_stated(evidence: Iterable[Evidence]) -> Evidence | None:
    """The visit whose doctor's statement is the last word."""
    stated = [piece for piece in evidence if piece.medical and piece.medical.statement is not None and piece.is_active]
    return max(stated, key=lambda piece: (piece.occurred_at, piece.id), default=None)


def _severity(reference: Evidence, others: Sequence[Evidence]) -> Contradiction | None:
    """Death against life weighs most; a bed against a walk home less. That a worker died later contradicts nothing, nor
    that one who lay in hospital also comes to be seen."""
    facts = reference.accident
    if facts is None or facts.consequence is None:
        return None
    dead = facts.consequence == "death" or facts.condition_after == "deceased"
    mine = "deceased" if dead else facts.condition_after or facts.consequence
    against: list[Against | None] = []
    for visit in others:
        medical = visit.medical
        if medical is None:
            continue
        alive = not medical.deceased and medical.statement is not None and medical.statement.outcome != "death"
        if dead and alive:
            against.append(Against(visit.id, "alive", HIGH))
        elif facts.condition_after == "outpatient" and medical.encounter_class == _INPATIENT:
            against.append(Against(visit.id, "inpatient", MEDIUM))
        elif facts.condition_after == "outpatient" and medical.severity in _GRAVE:
            against.append(Against(visit.id, str(medical.severity), LOW))
    return contradiction("severity", (reference.id, mine), against)


def _outcome(reference: Evidence, stated: Evidence | None) -> Contradiction | None:
    """Tahap II against the doctor's last statement, once both speak of the end of treatment."""
    stage_2 = reference.accident.stage_2 if reference.accident else None
    statement = _statement_of(stated)
    if stage_2 is None or stated is None or statement is None:
        return None
    if stage_2.outcome not in _FINAL or statement.outcome not in _FINAL or stage_2.outcome == statement.outcome:
        return None
    against = Against(stated.id, str(statement.outcome), HIGH)
    return contradiction("outcome", (reference.id, stage_2.outcome), [against])


def _rest_days(reference: Evidence, others: Sequence[Evidence]) -> Contradiction | None:
    """Days of absence (Tahap II) against the days that doctors ordered rest or treated, all statements together."""
    stage_2 = reference.accident.stage_2 if reference.accident else None
    if stage_2 is None or not stage_2.absence_days:
        return None
    stated = [(visit, statement) for visit in others if (statement := _statement_of(visit)) is not None]
    rested = [(visit, statement) for visit, statement in stated if statement.rest_days]
    if not rested:
        return None
    periods = [period for _, statement in stated for period in (*statement.rest, *statement.treated)]
    ordered = len(days_of(periods)) or max(statement.rest_days for _, statement in rested)
    absent = len(days_of(stage_2.absence_periods)) or stage_2.absence_days
    if absent == ordered:
        return None
    visit = max(rested, key=lambda item: (item[0].occurred_at, item[0].id))[0]
    against = Against(visit.id, str(ordered), MEDIUM if absent > ordered else LOW)
    return contradiction("rest_days", (reference.id, str(absent)), [against])


def _percent(stated: Evidence | None, determination: Determination | None) -> Contradiction | None:
    """The doctor's percentage against the inspector's; that of a lost part against the table's, which fixes it."""
    statement = _statement_of(stated)
    if stated is None or statement is None or statement.function_loss_percent is None:
        return None
    percent, against = statement.function_loss_percent, list[Against | None]()
    if determination is not None and determination.disability_percent not in (None, percent):
        against.append(Against(determination.id, _plain(determination.disability_percent), HIGH))
    codes = DISABILITIES.of_part.get(statement.disabled_part or "", ())
    if statement.outcome == "partial_anatomical" and codes:
        code, row = "+".join(codes), sum((DISABILITIES.rows[each].percent for each in codes), Decimal(0))
        # A lost part is lost as a whole: the doctor writes 100 percent of it, or the table's own figure.
        if percent not in (Decimal(100), row):
            against.append(Against(f"{DISABILITY_TABLE_SOURCE}:{code}", _plain(row), MEDIUM))
    return contradiction("disability_percent", (stated.id, _plain(percent)), against)


def _disability(stated: Evidence | None, determination: Determination | None) -> Contradiction | None:
    """The rows of the table that the doctor's disabilities mean against the one the inspector determined."""
    statement = _statement_of(stated)
    determined = determination.disability_code if determination else None
    if stated is None or statement is None or determination is None or determined is None:
        return None
    told = [codes for one in statement.stated_disabilities if (codes := rows_of(one))]
    if not told or any(determined in codes for codes in told):
        return None
    against = Against(determination.id, determined, HIGH)
    return contradiction("disability_code", (stated.id, "+".join(code for codes in told for code in codes)), [against])


def rows_of(one: StatedDisability) -> tuple[str, ...]:
    """The row of the table that the doctor named, else those that the part means."""
    if one.code in DISABILITIES.rows:
        return (str(one.code),)
    return DISABILITIES.of_part.get(one.part or "", ())


def _treatment_cost(reference: Evidence, others: Sequence[Evidence]) -> Contradiction | None:
    """More asked back for treatment than the hospitals that sent bills have billed for it. Less is nobody's loss: who
    pays is another matter."""
    stage_2 = reference.accident.stage_2 if reference.accident else None
    asked = sum(amount for item, amount in stage_2.cost_rupiah if item == _TREATMENT) if stage_2 else 0
    bills = [
        (visit, sum(amount for item, amount in visit.medical.billed_rupiah if item == _TREATMENT))
        for visit in others
        if visit.medical is not None and visit.medical.billed_rupiah
    ]
    billed = sum(amount for _, amount in bills)
    if not bills or asked <= billed:
        return None
    latest = max(bills, key=lambda bill: (bill[0].occurred_at, bill[0].id))[0]
    return contradiction("treatment_cost", (reference.id, str(asked)), [Against(latest.id, str(billed), MEDIUM)])


def _prosthesis(reference: Evidence, stated: Evidence | None, others: Sequence[Evidence]) -> Contradiction | None:
    """A prosthesis or orthosis asked for that neither the doctor's last statement nor any order of a hospital names."""
    stage_2, statement = reference.accident.stage_2 if reference.accident else None, _statement_of(stated)
    asked = stage_2 is not None and any(item == _PROSTHESIS and amount for item, amount in stage_2.cost_rupiah)
    if not asked or stated is None or statement is None or statement.outcome not in _FINAL:
        return None
    ordered = any(visit.medical is not None and _AIDS & set(visit.medical.aids) for visit in others)
    if statement.prosthesis or statement.orthosis or ordered:
        return None
    return contradiction("prosthesis", (reference.id, "asked"), [Against(stated.id, "not-needed", MEDIUM)])


def _plain(percent: Decimal | None) -> str:
    return "" if percent is None else f"{percent.normalize():f}"


def _statement_of(piece: Evidence | None) -> DoctorStatement | None:
    return piece.medical.statement if piece is not None and piece.medical is not None else None
