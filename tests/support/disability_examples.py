"""Worked examples: disabilities in part, costs repaid, and what a late payment costs."""

from fractions import Fraction

from tests.support.worked_example import Example, W, partial, percent

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
