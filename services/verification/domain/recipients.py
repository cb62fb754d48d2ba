"""Who receives each benefit: whoever advanced it, the worker, or after a death the heirs in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.verification.domain.evidence import AccidentFacts, Stage2Facts
from shared.regulation.benefits import BenefitLine
from shared.regulation.rule_sets import RuleSet

PARTICIPANT, HEIR = "participant", "heir"
# The columns of Form 3a KK 2 no. 5 in which each benefit is asked for, with who asks.
_COST_ITEM = {"STMB": "stmb", "TRANSPORT": "transport", "DENTURES": "dentures"}
_FORM = "Form 3a KK 2"


@dataclass(frozen=True)
class Recipient:
    """Who receives one benefit: a code of `recipients`. For heirs the relations of those entitled and their rank;
    `guardian` when one of them is a minor."""

    benefit: str
    payee: str
    legal_basis: str
    relations: tuple[str, ...] = ()
    rank: int | None = None
    guardian: bool = False


def recipients(
    rules: RuleSet, accident: AccidentFacts, lines: Sequence[BenefitLine], outcome: str | None
) -> tuple[Recipient, ...]:
    """One for each line, but for several payees of one cost one each."""
    return tuple(found for line in lines for found in _of_line(rules, accident.stage_2, line.benefit, outcome))


def _of_line(rules: RuleSet, stage_2: Stage2Facts | None, benefit: str, outcome: str | None) -> Iterator[Recipient]:
    item = _COST_ITEM.get(benefit)
    asked = [payee for cost, payee in stage_2.asked_by if cost == item] if stage_2 else []
    others = [payee for payee in dict.fromkeys(asked) if payee != HEIR]
    for payee in others:
        yield Recipient(benefit, payee, _FORM)
    if others:
        return
    if outcome != "death":
        yield Recipient(benefit, PARTICIPANT, _FORM)
        return
    yield _heirs(rules, stage_2, benefit)


def _heirs(rules: RuleSet, stage_2: Stage2Facts | None, benefit: str) -> Recipient:
    """Those of the first rank that has anybody (PP 44/2015 art. 37(4)-(5)); unknown until Tahap II names them."""
    order = rules.heirs
    if stage_2 is None:
        return Recipient(benefit, HEIR, order.legal_basis)
    relations = {heir.relation for heir in stage_2.heirs}
    for number, rank in enumerate(order.ranks, start=1):
        entitled = tuple(relation for relation in rank if relation in relations)
        if entitled:
            minor = any(heir.relation in entitled and heir.minor for heir in stage_2.heirs)
            return Recipient(benefit, HEIR, order.legal_basis, entitled, number, minor)
    return Recipient(benefit, order.without_heirs.get(benefit, HEIR), order.legal_basis)
