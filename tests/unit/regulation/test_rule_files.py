"""Files of rules: a new regulation is a new file; one that cannot be right is refused with file, line and reason."""

import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from shared.regulation.benefit_facts import BenefitFacts, Child, Disability
from shared.regulation.benefits import calculate, years_left
from shared.regulation.data_files import DATA_FOLDER, BadRuleFile, RuleFile, read_yaml
from shared.regulation.disabilities import load_disability_table
from shared.regulation.rule_sets import RULE_SETS, load_rule_set, load_rule_sets, rule_set_named, select

SHIPPED = DATA_FOLDER / "rule_sets"
TABLE = DATA_FOLDER / "disability_tables" / "PP-44-2015.yaml"


def copied(folder: Path) -> Path:
    """The shipped rule sets in a folder of their own, to be changed."""
    target = folder / "rule_sets"
    target.mkdir()
    for path in SHIPPED.glob("*.yaml"):
        (target / path.name).write_text(path.read_text())
    return target


def changed(folder: Path, name: str, old: str, new: str) -> tuple[Path, int]:
    """The shipped rule sets with `old` changed to `new` in one, and the line where that was."""
    target = copied(folder)
    text = (target / name).read_text()
    assert old in text
    (target / name).write_text(text.replace(old, new, 1))
    return target, text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("RS-2019.yaml", "from: 2019-12-02", "from: 2019-11-30", "from: its validity overlaps RS-2015"),
        ("RS-2025.yaml", "from: 2025-02-24", "from: 2025-03-01", "from: no rule set covers the days between RS-2021"),
        ("RS-2025.yaml", "to: null", "to: 2024-01-01", "to: ends before it begins"),
        ("RS-2025.yaml", "rule_set: RS-2025", "rule_set: RS-2021", "RS-2021 stands in RS-2021.yaml too"),
        ("RS-2025.yaml", "legal_basis: PP 44/2015 art. 37(2), ", "", "clocks.PAYOUT: legal_basis is missing"),
        ("RS-2025.yaml", "working_days: 7, ", "", "clocks.PAYOUT: one of elapsed_hours"),
        ("RS-2025.yaml", "working_days: 7,", "working_days: -7,", "a whole number of at least 1"),
        ("RS-2025.yaml", "confidence: certain", "confidence: sure", "confidence must be certain or uncertain"),
        ("RS-2025.yaml", "clocks:", "clocks: [", "no YAML"),
        ("RS-2025.yaml", "{value: 1,", "{value: 101,", "late_payment_percent_per_day.value: 101 % is over 100 %"),
        ("RS-2025.yaml", "percent: 70,", "percent: 170.5,", "TOTAL_PERMANENT.percent: 170.5 % is over 100 %"),
        (
            "RS-2025.yaml",
            "months: 12, percent: 100",
            "months: 12, percent: 100.01",
            "bands.0.percent: 100.01 % is over",
        ),
        ("RS-2025.yaml", "months: null, percent: 50", "months: null, percent: 0", "a percentage over 0"),
        ("RS-2025.yaml", "months: 12, percent: 100", "months: null, percent: 100", "a band follows one without an end"),
        ("RS-2025.yaml", "  FUNERAL:", "  WEDDING:", "unknown code WEDDING"),
        ("RS-2025.yaml", "caps_rupiah: {land:", "caps_rupiah: {rocket:", "unknown code rocket"),
        ("RS-2025.yaml", "      SMA:", "      SMK:", "unknown code SMK"),
        ("RS-2025.yaml", "value: EMPLOYER", "value: NOBODY", "unknown code NOBODY"),
        ("RS-2025.yaml", "  T2: {", "  T3: {", "unknown code T3"),
        ("RS-2025.yaml", "[spouse, child]", "[spouse, neighbour]", "unknown code neighbour"),
        ("RS-2025.yaml", "[sibling]", "[child]", "a relation stands in two ranks"),
        ("RS-2025.yaml", "  PMI: {", "  ASN: {", "unknown code ASN"),
        ("RS-2025.yaml", "disability_table: PP-44-2015", "disability_table: PP-1-1900", "unknown code PP-1-1900"),
        ("RS-2025.yaml", "days_per_month: 30\n", "days_per_moon: 30\n", "days_per_month is missing"),
        ("RS-2025.yaml", "disability_table:", "colour: red\ndisability_table:", "colour: unknown key"),
        ("RS-2025.yaml", "cap_rupiah: 5000000", "cap_rupiah: five", "a whole number of at least 1"),
        ("RS-2025.yaml", "to: null", "to: null\nto: 2026-01-01", "to stands there twice"),
        ("RS-2025.yaml", "from: 2025-02-24", "from: soon", "a day as YYYY-MM-DD"),
        (
            "RS-2025.yaml",
            "total_max_rupiah: 174000000",
            "total_max_rupiah: 170000000",
            "the levels add up to 174000000",
        ),
        ("RS-2025.yaml", "benefit_law: PP 82/2019", "benefit_law: 82", "a text is expected"),
    ],
)
def test_rule_set_that_cannot_be_right_is_refused(tmp_path: Path, name: str, old: str, new: str, reason: str) -> None:
    folder, line = changed(tmp_path, name, old, new)
    with pytest.raises(BadRuleFile, match=re.escape(reason)) as refused:
        load_rule_sets(folder)
    told = re.match(rf"{name}:(\d+): ", str(refused.value))
    assert told is not None, str(refused.value)
    # Where the mistake is, or the head of the part that lacks something.
    assert line - 4 <= int(told[1]) <= line + 2, str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("percent: 40,", "percent: 140,", "rows.P01.percent: 140 % is over 100 %"),
        ("legal_basis: PP 44/2015 Lampiran III\n", "", "legal_basis is missing"),
        ("[thumb_right]", "[tail]", "unknown code tail"),
        ("contains: [X06]", "contains: [X66]", "unknown code X66"),
        ("percent_min: 10", "percent_min: 35", "is over percent"),
        ("steps_max: 10", "steps_most: 10", "unknown key"),
        ("disability_table: PP-44-2015", "disability_table: PP-44", "the file is called PP-44-2015"),
    ],
)
def test_disability_table_that_cannot_be_right_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / TABLE.name
    text = TABLE.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BadRuleFile, match=re.escape(reason)) as refused:
        load_disability_table(path)
    assert re.match(r"PP-44-2015\.yaml:\d+: ", str(refused.value))


def test_file_that_is_no_mapping_or_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "RS-2030.yaml"
    for content in (b"- a\n", b"", b"\xff\xfe"):
        path.write_bytes(content)
        with pytest.raises(BadRuleFile, match=r"^RS-2030\.yaml"):
            RuleFile(path)
    with pytest.raises(BadRuleFile, match=r"RS-2031\.yaml: cannot be read"):
        read_yaml(tmp_path / "RS-2031.yaml")


RS_2027 = [
    ("rule_set: RS-2025", "rule_set: RS-2027"),
    ("from: 2025-02-24\nto: null", "from: 2027-01-01\nto: null\nreplaces: RS-2025"),
    ("benefit_law: PP 82/2019", "benefit_law: PP 99/2026"),
    ("disability_table: PP-44-2015", "disability_table: PP-99-2026"),
    ("{months: 12, percent: 100}", "{months: 18, percent: 100}\n      - {months: 6, percent: 80}"),
    ("land: 5000000", "land: 7500000"),
    ("monthly_rupiah: 500000", "monthly_rupiah: 750000"),
    ("minimum_rupiah: 20000000", "minimum_rupiah: 42000000"),
    ("children_max: 2", "children_max: 3"),
    ("total_max_rupiah: 174000000", "total_max_rupiah: 261000000"),
    ("{value: 1, legal_basis: PP 44/2015", "{value: 0.5, legal_basis: PP 99/2026"),
]


def with_rs_2027(folder: Path) -> Path:
    """The shipped rule sets and an invented one beside them, with a disability table of its own: two new files, and
    nothing else is touched."""
    target = copied(folder)
    text = (SHIPPED / "RS-2025.yaml").read_text()
    for old, new in RS_2027:
        assert old in text
        text = text.replace(old, new, 1)
    (target / "RS-2027.yaml").write_text(text)
    tables = folder / "disability_tables"
    tables.mkdir()
    table = TABLE.read_text().replace("disability_table: PP-44-2015", "disability_table: PP-99-2026")
    (tables / "PP-99-2026.yaml").write_text(table.replace("P15: {percent: 15", "P15: {percent: 20"))
    return target


def test_a_new_regulation_is_a_new_file_and_no_code(tmp_path: Path) -> None:
    rule_sets = load_rule_sets(with_rs_2027(tmp_path))
    before, after = select(rule_sets, date(2026, 12, 31)), select(rule_sets, date(2027, 1, 1))
    assert (before.rule_set, before.valid_to, after.rule_set) == ("RS-2025", date(2026, 12, 31), "RS-2027")
    assert before.content_hash == rule_set_named("RS-2025").content_hash
    assert after.content_hash != before.content_hash
    dead = BenefitFacts(500_000, "death", stmb_days=720, transport=(("land", 9_000_000),), children=(_CHILD,) * 4)
    assert {line.benefit: line.amount_rupiah for line in calculate(after, dead).lines} == {
        "STMB": 18 * 500_000 + 6 * 400_000,
        "TRANSPORT": 7_500_000,
        "DEATH": 42_000_000,
        "PERIODIC": 24 * 750_000,
        "FUNERAL": 10_000_000,
        "SCHOLARSHIP": 3 * 3_000_000,
    }
    thumb = BenefitFacts(
        5_000_000,
        "partial_anatomical",
        disabilities=(Disability("P15"),),
        completed_on=date(2027, 2, 1),
        paid_on=date(2027, 3, 1),
    )
    late = calculate(after, thumb).lines[1]
    assert calculate(after, thumb).lines[0].amount_rupiah == 20 * 80 * 50_000
    assert late.formula.endswith("× 0,5 % × 80.000.000")


_CHILD = Child((("SMA", 1),))


def test_an_open_rule_set_is_ended_only_by_the_one_that_says_so(tmp_path: Path) -> None:
    target = with_rs_2027(tmp_path)
    path = target / "RS-2027.yaml"
    path.write_text(path.read_text().replace("replaces: RS-2025\n", ""))
    with pytest.raises(BadRuleFile, match=r"RS-2027\.yaml:2: from: .*overlaps RS-2025; write `replaces: RS-2025`"):
        load_rule_sets(target)
    path.write_text(path.read_text().replace("to: null", "to: null\nreplaces: RS-2021"))
    with pytest.raises(BadRuleFile, match=r"RS-2027\.yaml:4: replaces: the rule set before is RS-2025"):
        load_rule_sets(target)


def test_every_value_of_the_shipped_rule_sets_has_its_article_and_confidence() -> None:
    for rules in RULE_SETS:
        assert load_rule_set(SHIPPED / f"{rules.rule_set}.yaml").content_hash == rules.content_hash
        for name, rule in rules.content["benefits"].items():
            assert rule["legal_basis"], name
            assert rule["confidence"] in ("certain", "uncertain"), name


@pytest.mark.parametrize(
    ("age", "level", "expected"),
    [
        (2, None, {"TK_SD": 8, "SMP": 3, "SMA": 3, "HIGHER": 5}),
        (4, "TK_SD", {"TK_SD": 8, "SMP": 3, "SMA": 3, "HIGHER": 5}),
        (11, None, {"TK_SD": 1, "SMP": 3, "SMA": 3, "HIGHER": 5}),
        (13, "SMP", {"SMP": 2, "SMA": 3, "HIGHER": 5}),
        (14, "SMA", {"SMA": 3, "HIGHER": 5}),
        (20, "HIGHER", {"HIGHER": 3}),
        (22, None, {"HIGHER": 1}),
        (23, None, {}),
    ],
)
def test_years_of_schooling_left_follow_from_the_age(age: int, level: str | None, expected: dict[str, int]) -> None:
    rule = rule_set_named("RS-2025").benefits.scholarship
    assert rule is not None
    assert dict(years_left(rule, age, level).levels) == expected


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("rule_sets/RS-2025.yaml", "percent: 70,", "percent: 170,", r"RS-2025\.yaml:\d+: .*170 % is over 100 %"),
        ("rule_sets/RS-2019.yaml", "to: 2021-03-31", "to: 2021-04-30", r"RS-2021\.yaml:2: from: its validity overlaps"),
        ("contributions.yaml", "I: 0.24", "VI: 0.24", r"contributions\.yaml:\d+: .*I is missing"),
        ("risk_groups.yaml", "scheme:", "schema:", r"risk_groups\.yaml:\d+: scheme is missing"),
        ("codes.yaml", "[Perempuan, Female]", "[Perempuan]", r"codes\.yaml:\d+: lists\.sexes\.female: two titles"),
        ("codes.yaml", "", "", ""),
    ],
)
def test_whoever_uses_the_rules_does_not_start_with_a_wrong_file(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    shared = Path(DATA_FOLDER).parents[1]
    shutil.copytree(shared / "regulation", tmp_path / "shared" / "regulation")
    for module in ("__init__.py", "errors.py"):
        shutil.copy(shared / module, tmp_path / "shared" / module)
    path = tmp_path / "shared" / "regulation" / "data" / name
    path.write_text(path.read_text().replace(old, new, 1))
    done = subprocess.run(
        [sys.executable, "-c", "import shared.regulation.codes"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if not said:
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode == 1
    assert re.search(said, done.stderr.splitlines()[-1]), done.stderr
