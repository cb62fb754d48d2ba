"""Worked examples of benefits: the facts, the rule set, and each line with its arithmetic beside the amount.

Amount and arithmetic are two ways to say the same; a test holds them equal, so that neither can be a slip of the pen.
Wages are W = 5,000,000 unless the facts say otherwise. Days of the calendar are those of the joint decree for 2026.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

W = 5_000_000
Line = tuple[int, int | Fraction]


@dataclass(frozen=True)
class Example:
    """`lines`: benefit → (amount, arithmetic). `remarks` are the codes expected beside them."""

    name: str
    facts: dict[str, Any]
    rule_set: str
    lines: dict[str, Line]
    remarks: tuple[str, ...] = ()

    @property
    def request(self) -> dict[str, Any]:
        first_five = {
            "segment": "PU",
            "kind": "accident",
            "occurred_on": _DAY_OF[self.rule_set],
            "monthly_wage_rupiah": W,
            "outcome": "recovered",
        }
        return first_five | self.facts


_DAY_OF = {"RS-2015": "2017-03-01", "RS-2019": "2020-03-02", "RS-2021": "2022-03-01", "RS-2025": "2026-03-02"}


def percent(rate: str) -> Fraction:
    """`percent("4.5")` is 0.045 exactly."""
    return Fraction(rate) / 100


def partial(*disabilities: dict[str, Any], anatomical: bool = True, **more: Any) -> dict[str, Any]:
    kind = "partial_anatomical" if anatomical else "partial_functional"
    return {"outcome": kind, "disabilities": list(disabilities), **more}


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

PARTIAL_DISABILITIES = [
    Example(
        "left thumb", partial({"code": "P16"}), "RS-2025", {"PARTIAL_ANATOMICAL": (48_000_000, percent("12") * 80 * W)}
    ),
    Example(
        "right arm from the shoulder",
        partial({"code": "P01"}),
        "RS-2015",
        {"PARTIAL_ANATOMICAL": (160_000_000, percent("40") * 80 * W)},
    ),
    Example(
        "first phalanx of the right index finger: a percentage with a fraction",
        partial({"code": "P21"}),
        "RS-2025",
        {"PARTIAL_ANATOMICAL": (18_000_000, percent("4.5") * 80 * W)},
    ),
    Example(
        "three other fingers of the right hand",
        partial({"code": "P19"}, {"code": "P19"}, {"code": "P19"}),
        "RS-2025",
        {"PARTIAL_ANATOMICAL": (48_000_000, 3 * percent("4") * 80 * W)},
    ),
    Example(
        "both arms add up to over seventy percent, for a person to judge",
        partial({"code": "P01"}, {"code": "P02"}),
        "RS-2025",
        {"PARTIAL_ANATOMICAL": (300_000_000, (percent("40") + percent("35")) * 80 * W)},
        ("disability-over-70-percent",),
    ),
    Example(
        "exactly seventy percent is not over it",
        partial({"code": "P07"}),
        "RS-2021",
        {"PARTIAL_ANATOMICAL": (280_000_000, percent("70") * 80 * W)},
    ),
    Example(
        "a foot lost and hearing of one ear",
        partial({"code": "P10"}, {"code": "P14"}),
        "RS-2019",
        {"PARTIAL_ANATOMICAL": (180_000_000, (percent("25") + percent("20")) * 80 * W)},
    ),
    Example(
        "thumb of a lost hand is told, and counted as asked",
        partial({"code": "P05"}, {"code": "P15"}),
        "RS-2025",
        {"PARTIAL_ANATOMICAL": (188_000_000, (percent("32") + percent("15")) * 80 * W)},
        ("disability-within-another",),
    ),
    Example(
        "several losses of function, each with its own percent",
        partial(
            {"code": "P06", "function_loss_percent": 25}, {"code": "P12", "function_loss_percent": 60}, anatomical=False
        ),
        "RS-2025",
        {
            "PARTIAL_FUNCTIONAL": (
                112_000_000,
                (percent("25") * percent("28") + percent("60") * percent("35")) * 80 * W,
            )
        },
    ),
    Example(
        "half of a rupiah of a loss of function is rounded up",
        partial({"code": "P15", "function_loss_percent": 12.5}, anatomical=False, monthly_wage_rupiah=3_000_001),
        "RS-2025",
        {"PARTIAL_FUNCTIONAL": (4_500_002, percent("12.5") * percent("15") * 80 * 3_000_001)},
    ),
    Example(
        "loss of function defaults to the whole",
        partial({"code": "P22"}, anatomical=False),
        "RS-2025",
        {"PARTIAL_FUNCTIONAL": (14_000_000, percent("3.5") * 80 * W)},
    ),
    Example(
        "loss of function has no part in an anatomical disability",
        partial({"code": "P15", "function_loss_percent": 40}),
        "RS-2025",
        {"PARTIAL_ANATOMICAL": (60_000_000, percent("15") * 80 * W)},
        ("function-loss-not-counted",),
    ),
    Example(
        "scalp torn off, percent as found",
        partial({"code": "X01", "percent": 17.5}),
        "RS-2025",
        {"PARTIAL_ANATOMICAL": (70_000_000, percent("17.5") * 80 * W)},
    ),
    Example(
        "hearing of both ears, five steps of ten decibels",
        partial({"code": "X04", "steps": 5}, anatomical=False),
        "RS-2025",
        {"PARTIAL_FUNCTIONAL": (120_000_000, 5 * percent("6") * 80 * W)},
    ),
    Example(
        "hearing of one ear, three steps",
        partial({"code": "X05", "steps": 3}, anatomical=False),
        "RS-2021",
        {"PARTIAL_FUNCTIONAL": (36_000_000, 3 * percent("3") * 80 * W)},
    ),
    Example(
        "acuity of vision, four steps",
        partial({"code": "X13", "steps": 4}, anatomical=False),
        "RS-2025",
        {"PARTIAL_FUNCTIONAL": (112_000_000, 4 * percent("7") * 80 * W)},
    ),
    Example(
        "field of vision, one step",
        partial({"code": "X15", "steps": 1}, anatomical=False),
        "RS-2025",
        {"PARTIAL_FUNCTIONAL": (28_000_000, 1 * percent("7") * 80 * W)},
    ),
    Example(
        "loss of physical work capacity",
        partial({"code": "X11b"}, anatomical=False),
        "RS-2025",
        {"PARTIAL_FUNCTIONAL": (80_000_000, percent("20") * 80 * W)},
    ),
    Example(
        "one leg shortened",
        partial({"code": "X03a"}),
        "RS-2015",
        {"PARTIAL_ANATOMICAL": (40_000_000, percent("10") * 80 * W)},
    ),
]

COSTS = [
    Example(
        "by land below the cap",
        {"transport": [{"mode": "land", "amount_rupiah": 350_000}]},
        "RS-2025",
        {"TRANSPORT": (350_000, min(350_000, 5_000_000))},
    ),
    Example(
        "by land over the cap",
        {"transport": [{"mode": "land", "amount_rupiah": 6_000_000}]},
        "RS-2025",
        {"TRANSPORT": (5_000_000, min(6_000_000, 5_000_000))},
        ("capped",),
    ),
    Example(
        "by land, sea and air under the law of 2015",
        {
            "transport": [
                {"mode": "air", "amount_rupiah": 3_000_000},
                {"mode": "land", "amount_rupiah": 400_000},
                {"mode": "sea", "amount_rupiah": 1_500_000},
            ]
        },
        "RS-2015",
        {"TRANSPORT": (4_400_000, min(3_000_000, 2_500_000) + min(400_000, 1_000_000) + min(1_500_000, 1_500_000))},
        ("capped",),
    ),
    Example(
        "two receipts of one mode share its cap",
        {"transport": [{"mode": "sea", "amount_rupiah": 1_200_000}, {"mode": "sea", "amount_rupiah": 1_200_000}]},
        "RS-2019",
        {"TRANSPORT": (2_000_000, min(1_200_000 + 1_200_000, 2_000_000))},
        ("capped",),
    ),
    Example(
        "an ambulance and a flight",
        {"transport": [{"mode": "land", "amount_rupiah": 750_000}, {"mode": "air", "amount_rupiah": 9_999_999}]},
        "RS-2021",
        {"TRANSPORT": (10_749_999, 750_000 + 9_999_999)},
    ),
    Example(
        "dentures over the cap",
        {"dentures_rupiah": 6_500_000},
        "RS-2025",
        {"DENTURES": (5_000_000, min(6_500_000, 5_000_000))},
        ("capped",),
    ),
    Example(
        "dentures under the law of 2015",
        {"dentures_rupiah": 2_900_000},
        "RS-2015",
        {"DENTURES": (2_900_000, min(2_900_000, 3_000_000))},
    ),
    Example(
        "hearing aid and glasses",
        {"hearing_aid_rupiah": 3_000_000, "glasses_rupiah": 800_000},
        "RS-2025",
        {"HEARING_AID": (2_500_000, min(3_000_000, 2_500_000)), "GLASSES": (800_000, min(800_000, 1_000_000))},
        ("capped",),
    ),
    Example(
        "home care over the cap",
        {"home_care_rupiah": 25_000_000},
        "RS-2021",
        {"HOME_CARE": (20_000_000, min(25_000_000, 20_000_000))},
        ("capped",),
    ),
    Example(
        "the law of 2015 knows no home care and no hearing aid",
        {"home_care_rupiah": 1_000_000, "hearing_aid_rupiah": 1_000_000, "glasses_rupiah": 1},
        "RS-2015",
        {},
        ("not-in-this-rule-set", "not-in-this-rule-set", "not-in-this-rule-set"),
    ),
]

PAYMENTS = [
    Example(
        "paid on the seventh working day is in time",
        {"stmb_days": 30, "completed_on": "2026-11-20", "paid_on": "2026-12-01"},
        "RS-2025",
        {"STMB": (5_000_000, 1 * W)},
    ),
    Example(
        "a day later is late",
        {"stmb_days": 30, "completed_on": "2026-11-20", "paid_on": "2026-12-02"},
        "RS-2025",
        {"STMB": (5_000_000, 1 * W), "LATE_PAYMENT": (50_000, 1 * percent("1") * 5_000_000)},
    ),
    Example(
        "holidays and collective leave put the due day off",
        {"stmb_days": 30, "completed_on": "2026-03-13", "paid_on": "2026-04-01"},
        "RS-2025",
        # 16, 17, 25, 26, 27, 30, 31 March: 18 to 24 March are leave, Nyepi, Idul Fitri and the weekend.
        {"STMB": (5_000_000, 1 * W), "LATE_PAYMENT": (50_000, 1 * percent("1") * 5_000_000)},
    ),
    Example(
        "each calendar day counts, weekends too, on all lines together",
        partial(
            {"code": "P15", "function_loss_percent": 40},
            anatomical=False,
            stmb_days=420,
            transport=[{"mode": "land", "amount_rupiah": 350_000}],
            occurred_on="2026-03-01",
            children=[{"level": "TK_SD", "years": 8}],
            completed_on="2026-06-01",
            paid_on="2026-06-15",
        ),
        "RS-2025",
        # Working days after 1 June: 2, 3, 4, 5, 8, 9, 10 June; five days until the 15th.
        {
            "STMB": (65_000_000, 12 * W + 2 * Fraction(W, 2)),
            "TRANSPORT": (350_000, 350_000),
            "PARTIAL_FUNCTIONAL": (24_000_000, percent("40") * percent("15") * 80 * W),
            "LATE_PAYMENT": (4_467_500, 5 * percent("1") * (65_000_000 + 350_000 + 24_000_000)),
        },
        ("scholarship-not-granted",),
    ),
    Example(
        "nothing due, nothing late",
        {"completed_on": "2026-06-01", "paid_on": "2026-07-15"},
        "RS-2025",
        {},
    ),
    Example(
        "compensation under the law of 2015",
        {"outcome": "death", "completed_on": "2017-05-02", "paid_on": "2017-05-22"},
        "RS-2015",
        # Working days after 2 May 2017: 3, 4, 5, 8, 9, 10, 12 May (the 11th is Waisak); ten days until the 22nd.
        {
            "DEATH": (240_000_000, 48 * W),
            "PERIODIC": (4_800_000, 24 * 200_000),
            "FUNERAL": (3_000_000, 3_000_000),
            "LATE_PAYMENT": (24_780_000, 10 * percent("1") * (240_000_000 + 4_800_000 + 3_000_000)),
        },
    ),
]

MORE = [*DEATHS, *TOTAL_DISABILITIES, *INCAPACITY, *PARTIAL_DISABILITIES, *COSTS, *PAYMENTS]
EXAMPLES = [*HANDBOOK, *MORE]
