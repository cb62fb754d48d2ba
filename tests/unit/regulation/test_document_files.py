"""The document table's files: what cannot be meant is refused with file, line and reason; new law is a new file."""

import re
from datetime import date
from pathlib import Path

import pytest

from shared.regulation.checklist import Provision, checklist, missing
from shared.regulation.data_files import DATA_FOLDER, BadRuleFile
from shared.regulation.document_rules import CaseFacts
from shared.regulation.document_table import load_document_table

SHIPPED = (DATA_FOLDER / "documents.yaml").read_text()
PROJ = "    required: [{segment: [JAKON]}]"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (PROJ, "    required: [{colour: [JAKON]}]", "unknown fact colour"),
        (PROJ, "    required: [{segment: [JAKUN]}]", "unknown code JAKUN"),
        (PROJ, "    required: [{segment: [[JAKON]]}]", "unknown code ['JAKON']"),
        (PROJ, "    required: [{segment: []}]", "no value can ever fit"),
        (PROJ, "    required: [{kind: [null]}]", "unknown code None"),
        (PROJ, "    required: [{violence: [1]}]", "unknown code 1"),
        (PROJ, "    required: [segment]", "a list of mappings is expected"),
        (PROJ, "    wanted: [{segment: [JAKON]}]", "unknown key"),
        ('    legal_basis: "Form 3 KK 1, item 8"\n', "", "legal_basis is missing"),
        ("arts. 3-4\n    confidence: uncertain", "arts. 3-4\n    confidence: sure", "must be certain or uncertain"),
        ("    satisfied_by: [LOST]", "    satisfied_by: [FOUND]", "unknown evidence FOUND"),
        ("    satisfied_by: [LOST]", "    satisfied_by: [7]", "each is a text or a mapping of by and when"),
        ("    satisfied_by: [LOST]", "    satisfied_by: LOST", "a list is expected"),
        ("  - code: PROJ", "  - code: PMI", "PMI stands there for the same days already"),
        ("    from: 2025-02-24", "    from: 2025-02-24\n    to: 2025-02-23", "the last day is before the first"),
        ("    from: 2025-02-24", "    replaces: true", "needs its first day"),
        ("    from: 2025-02-24", "    from: soon", "a day as YYYY-MM-DD is expected"),
        ("    responsible: worker\n    stage: 1", "    responsible: nobody\n    stage: 1", "unknown code nobody"),
        ("    stage: 1\n    required: [{segment: [JAKON]}]", "    stage: 3", "1 or 2 is expected"),
        ("until: 2025-02-23, legal_basis: Permenaker 5/2021 art. 8,", "until: 2020-02-23, legal_basis: x,",
         "later than the one before is expected"),
        ("stand_ins:\n", "stand_in:\n", "unknown key"),
        ("  - for: employer", "  - for: landlord", "unknown code landlord"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in SHIPPED
    (tmp_path / "documents.yaml").write_text(SHIPPED.replace(old, new, 1))
    with pytest.raises(BadRuleFile, match=re.escape(reason)) as refused:
        load_document_table(tmp_path)
    assert re.match(r"documents\.yaml:\d+: ", str(refused.value))


def test_the_complaint_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "documents.yaml").write_text(SHIPPED.replace("segment: [JAKON]", "colour: [JAKON]"))
    line = SHIPPED[: SHIPPED.index(PROJ)].count("\n") + 1
    with pytest.raises(BadRuleFile, match=rf"documents\.yaml:{line}: documents\.6\.required\.0\.colour"):
        load_document_table(tmp_path)


INVENTED_2027 = """
documents:
  - code: EREPORT
    title: {id: "Laporan elektronik", en: "Electronic report"}
    responsible: employer
    stage: 1
    required: [{}]
    from: 2027-01-01
    legal_basis: Permenaker 99/2026 art. 8
    confidence: certain
  - code: KPJ
    title: {id: "Kartu digital", en: "Digital card"}
    responsible: worker
    stage: 2
    offered: [{}]
    from: 2027-01-01
    replaces: true
    legal_basis: Permenaker 99/2026 art. 9
    confidence: certain
"""


def test_a_new_regulation_of_papers_is_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "documents.yaml").write_text(SHIPPED)
    (tmp_path / "documents-2027.yaml").write_text(INVENTED_2027)
    table = load_document_table(tmp_path)

    def lacking(day: date, **provided: Provision) -> set[str]:
        facts = CaseFacts(segment="PU", place_type="inside_workplace", occurred_on=day)
        return {item.document_code for item in missing(checklist(facts, provided, table))}

    assert lacking(date(2026, 12, 31)) == {"T1", "KPJ", "ID", "T2", "DOC"}
    assert lacking(date(2027, 1, 1)) == {"T1", "EREPORT", "ID", "T2", "DOC"}
    (tmp_path / "documents-2027.yaml").write_text(INVENTED_2027.replace("    replaces: true\n", ""))
    with pytest.raises(BadRuleFile, match=r"documents-2027\.yaml:11: documents\.1\.code: KPJ stands there"):
        load_document_table(tmp_path)
