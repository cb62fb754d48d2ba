"""Worked examples of benefits: the handbook's, and of death, total disability and incapacity to work; all together."""

from fractions import Fraction

from tests.support.disability_examples import COSTS, PARTIAL_DISABILITIES, PAYMENTS
from tests.support.worked_example import Example, W, partial, percent

# The seven of the handbook (domain 5.8).
HANDBOOK = [
    Example(
        "death, no floor issue",
        {"outcome": "death"},
        "RS-2025",
        {"DEATH": (240_000_000, 48 * W), "PERIODIC": (12_000_000, 24 * 500_000), "FUNERAL": (10_000_000, 10_000_000)},
    ),
    Example(
        "total permanent disability",
        {"outcome": "total_permanent"},
        "RS-2025",
        {"TOTAL_PERMANENT": (280_000_000, 56 * W), "PERIODIC": (12_000_000, 24 * 500_000)},
    ),
    Example(
        "right thumb lost",
        partial({"code": "P15"}),
        "RS-2021",
        {"PARTIAL_ANATOMICAL": (60_000_000, percent("15") * 80 * W)},
    ),
    Example(
        "right thumb, forty percent of its function lost",
        partial({"code": "P15", "function_loss_percent": 40}, anatomical=False),
        "RS-2019",
        {"PARTIAL_FUNCTIONAL": (24_000_000, percent("40") * percent("15") * 80 * W)},
    ),
    Example(
        "fourteen months of incapacity, first twelve in full",
        {"stmb_days": 420},
        "RS-2025",
        {"STMB": (65_000_000, 12 * W + 2 * Fraction(W, 2))},
    ),
    Example(
        "fourteen months of incapacity, bands of six months",
        {"stmb_days": 420},
        "RS-2015",
        {"STMB": (57_500_000, 6 * W + 6 * Fraction(3 * W, 4) + 2 * Fraction(W, 2))},
    ),
    Example(
        "sixty million paid three days late",
        partial({"code": "P15"}, completed_on="2026-06-02", paid_on="2026-06-14"),
        "RS-2025",
        # Working days after 2 June: 3, 4, 5, 8, 9, 10, 11 June; 12, 13 and 14 June are late.
        {"PARTIAL_ANATOMICAL": (60_000_000, 12 * W), "LATE_PAYMENT": (1_800_000, 3 * percent("1") * 60_000_000)},
    ),
]

DEATHS = [
    Example(
        "death of a small wage is raised to the least grant",
        {"outcome": "death", "monthly_wage_rupiah": 400_000},
        "RS-2025",
        {
            "DEATH": (20_000_000, max(48 * 400_000, 20_000_000)),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "FUNERAL": (10_000_000, 10_000_000),
        },
    ),
    Example(
        "least death grant of 2015",
        {"outcome": "death", "monthly_wage_rupiah": 300_000},
        "RS-2015",
        {
            "DEATH": (16_200_000, max(48 * 300_000, 16_200_000)),
            "PERIODIC": (4_800_000, 24 * 200_000),
            "FUNERAL": (3_000_000, 3_000_000),
        },
    ),
    Example(
        "48 wages one rupiah over the least grant stay as they are",
        {"outcome": "death", "monthly_wage_rupiah": 416_667},
        "RS-2021",
        {
            "DEATH": (20_000_016, 48 * 416_667),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "FUNERAL": (10_000_000, 10_000_000),
        },
    ),
    Example(
        "death under the law of 2015",
        {"outcome": "death"},
        "RS-2015",
        {"DEATH": (240_000_000, 48 * W), "PERIODIC": (4_800_000, 24 * 200_000), "FUNERAL": (3_000_000, 3_000_000)},
    ),
    Example(
        "death on the last day of the law of 2015",
        {"outcome": "death", "occurred_on": "2019-12-01"},
        "RS-2015",
        {"DEATH": (240_000_000, 48 * W), "PERIODIC": (4_800_000, 24 * 200_000), "FUNERAL": (3_000_000, 3_000_000)},
    ),
    Example(
        "death a day later under the law of 2019",
        {"outcome": "death", "occurred_on": "2019-12-02"},
        "RS-2019",
        {"DEATH": (240_000_000, 48 * W), "PERIODIC": (12_000_000, 24 * 500_000), "FUNERAL": (10_000_000, 10_000_000)},
    ),
    Example(
        "death after ninety days of treatment",
        {"outcome": "death", "died_on": "2026-05-30", "stmb_days": 90},
        "RS-2025",
        {
            "STMB": (15_000_000, 3 * W),
            "DEATH": (240_000_000, 48 * W),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "FUNERAL": (10_000_000, 10_000_000),
        },
    ),
    Example(
        "death with two children at the beginning of school",
        {
            "outcome": "death",
            "children": [
                {
                    "levels": [
                        {"level": "TK_SD", "years": 8},
                        {"level": "SMP", "years": 3},
                        {"level": "SMA", "years": 3},
                        {"level": "HIGHER", "years": 5},
                    ]
                },
                {
                    "levels": [
                        {"level": "TK_SD", "years": 8},
                        {"level": "SMP", "years": 3},
                        {"level": "SMA", "years": 3},
                        {"level": "HIGHER", "years": 5},
                    ]
                },
            ],
        },
        "RS-2025",
        {
            "DEATH": (240_000_000, 48 * W),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "FUNERAL": (10_000_000, 10_000_000),
            "SCHOLARSHIP": (
                174_000_000,
                2 * (8 * 1_500_000 + 3 * 2_000_000 + 3 * 3_000_000 + 5 * 12_000_000),
            ),
        },
    ),
    Example(
        "death with one child in lower secondary school",
        {"outcome": "death", "children": [{"level": "SMP", "years": 2}]},
        "RS-2019",
        {
            "DEATH": (240_000_000, 48 * W),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "FUNERAL": (10_000_000, 10_000_000),
            "SCHOLARSHIP": (4_000_000, 2 * 2_000_000),
        },
    ),
    Example(
        "the third child does not count",
        {
            "outcome": "death",
            "children": [{"level": "SMA", "years": 1}, {"level": "SMA", "years": 2}, {"level": "HIGHER", "years": 5}],
        },
        "RS-2025",
        {
            "DEATH": (240_000_000, 48 * W),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "FUNERAL": (10_000_000, 10_000_000),
            "SCHOLARSHIP": (9_000_000, 1 * 3_000_000 + 2 * 3_000_000),
        },
        ("child-not-counted",),
    ),
    Example(
        "one scholarship in all under the law of 2015",
        {"outcome": "death", "children": [{"level": "TK_SD", "years": 8}, {"level": "SMA", "years": 3}]},
        "RS-2015",
        {
            "DEATH": (240_000_000, 48 * W),
            "PERIODIC": (4_800_000, 24 * 200_000),
            "FUNERAL": (3_000_000, 3_000_000),
            "SCHOLARSHIP": (12_000_000, 12_000_000),
        },
    ),
    Example(
        "years of school beyond those of the level are capped",
        {"outcome": "death", "children": [{"level": "TK_SD", "years": 10}]},
        "RS-2021",
        {
            "DEATH": (240_000_000, 48 * W),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "FUNERAL": (10_000_000, 10_000_000),
            "SCHOLARSHIP": (12_000_000, 8 * 1_500_000),
        },
        ("capped",),
    ),
    Example(
        "death by an occupational disease, by the day of the diagnosis",
        {"kind": "occupational_disease", "outcome": "death", "occurred_on": "2025-02-23"},
        "RS-2021",
        {"DEATH": (240_000_000, 48 * W), "PERIODIC": (12_000_000, 24 * 500_000), "FUNERAL": (10_000_000, 10_000_000)},
    ),
    Example(
        "death on the first day of the procedure of 2025",
        {"outcome": "death", "occurred_on": "2025-02-24", "monthly_wage_rupiah": 7_777_777},
        "RS-2025",
        {
            "DEATH": (373_333_296, 48 * 7_777_777),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "FUNERAL": (10_000_000, 10_000_000),
        },
    ),
]

TOTAL_DISABILITIES = [
    Example(
        "total permanent disability under the law of 2015",
        {"outcome": "total_permanent"},
        "RS-2015",
        {"TOTAL_PERMANENT": (280_000_000, 56 * W), "PERIODIC": (4_800_000, 24 * 200_000)},
    ),
    Example(
        "total permanent disability has no least amount",
        {"outcome": "total_permanent", "monthly_wage_rupiah": 100_000},
        "RS-2025",
        {"TOTAL_PERMANENT": (5_600_000, 56 * 100_000), "PERIODIC": (12_000_000, 24 * 500_000)},
    ),
    Example(
        "total permanent disability with a child at university",
        {"outcome": "total_permanent", "children": [{"level": "HIGHER", "years": 4}]},
        "RS-2025",
        {
            "TOTAL_PERMANENT": (280_000_000, 56 * W),
            "PERIODIC": (12_000_000, 24 * 500_000),
            "SCHOLARSHIP": (48_000_000, 4 * 12_000_000),
        },
    ),
    Example(
        "total permanent disability after fifteen months",
        {"outcome": "total_permanent", "stmb_days": 450},
        "RS-2021",
        {
            "STMB": (67_500_000, 12 * W + 3 * Fraction(W, 2)),
            "TOTAL_PERMANENT": (280_000_000, 56 * W),
            "PERIODIC": (12_000_000, 24 * 500_000),
        },
    ),
]

INCAPACITY = [
    Example("one day of incapacity", {"stmb_days": 1}, "RS-2025", {"STMB": (166_667, Fraction(W, 30))}),
    Example("one month of incapacity", {"stmb_days": 30}, "RS-2019", {"STMB": (5_000_000, 1 * W)}),
    Example("twelve months are all in full", {"stmb_days": 360}, "RS-2025", {"STMB": (60_000_000, 12 * W)}),
    Example(
        "the first day of the thirteenth month is halved",
        {"stmb_days": 361},
        "RS-2025",
        {"STMB": (60_083_333, 12 * W + Fraction(W, 60))},
    ),
    Example("six months in full under the law of 2015", {"stmb_days": 180}, "RS-2015", {"STMB": (30_000_000, 6 * W)}),
    Example(
        "the first day of the seventh month is three quarters",
        {"stmb_days": 181},
        "RS-2015",
        {"STMB": (30_125_000, 6 * W + Fraction(3, 4) * Fraction(W, 30))},
    ),
    Example(
        "a year under the law of 2015",
        {"stmb_days": 360},
        "RS-2015",
        {"STMB": (52_500_000, 6 * W + 6 * Fraction(3 * W, 4))},
    ),
    Example(
        "incapacity in three periods counts together",
        {
            "stmb_periods": [
                {"from": "2026-03-03", "to": "2026-03-12"},
                {"from": "2026-04-01", "to": "2026-04-15"},
                {"from": "2026-05-01", "to": "2026-05-05"},
            ]
        },
        "RS-2025",
        {"STMB": (5_000_000, Fraction(10 + 15 + 5, 30) * W)},
    ),
    Example(
        "two periods pass the border of twelve months together",
        {"stmb_periods": [{"from": "2022-03-02", "to": "2023-01-25"}, {"from": "2023-03-01", "to": "2023-04-29"}]},
        "RS-2021",
        # 330 days and 60 days: 360 in full, 30 halved.
        {"STMB": (62_500_000, 12 * W + 1 * Fraction(W, 2))},
    ),
    Example(
        "bands of 2015 over two periods",
        {"stmb_periods": [{"from": "2017-03-02", "to": "2017-06-29"}, {"from": "2017-08-01", "to": "2017-10-29"}]},
        "RS-2015",
        # 120 days and 90 days: 180 in full, 30 at three quarters.
        {"STMB": (33_750_000, 6 * W + 1 * Fraction(3 * W, 4))},
    ),
    Example(
        "thirds of a rupiah are rounded once",
        {"stmb_days": 361, "monthly_wage_rupiah": 1_000_001},
        "RS-2025",
        {"STMB": (12_016_679, 12 * 1_000_001 + Fraction(1_000_001, 60))},
    ),
    Example(
        "half a rupiah is rounded up",
        {"stmb_days": 15, "monthly_wage_rupiah": 3_000_001},
        "RS-2025",
        {"STMB": (1_500_001, Fraction(3_000_001, 2))},
    ),
]

MORE = [*DEATHS, *TOTAL_DISABILITIES, *INCAPACITY, *PARTIAL_DISABILITIES, *COSTS, *PAYMENTS]
EXAMPLES = [*HANDBOOK, *MORE]
