"""How well matching tells one accident from two, on made-up labelled pairs: precision of what it joins by itself, and
recall of what belongs together. Needs no server."""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from benchmarks.made_up_pairs import LabelledPair, made_up_pairs
from services.verification.domain.grouping import PersonLinks, group_evidence

PAIRS = 24_000
_WINDOW = timedelta(days=6)


def verdict(pair: LabelledPair) -> str:
    """`joined` by itself, in the `basket` for a person, or `apart`."""
    grouping = group_evidence((pair.one, pair.other), PersonLinks(), {}, _WINDOW)
    if len(grouping.groups) == 1:
        return "joined"
    return "basket" if grouping.pairs else "apart"


def matching_quality(pairs: Iterable[LabelledPair] | None = None) -> dict[str, Any]:
    """Counts and shares, over all pairs and over those in which no number decides."""
    began = time.perf_counter()
    counted: Counter[tuple[str, str, bool]] = Counter()
    for pair in made_up_pairs(PAIRS) if pairs is None else pairs:
        counted[pair.kind, verdict(pair), pair.has_common_number] += 1
    result = {"all": _shares(counted, (True, False)), "without_common_number": _shares(counted, (False,))}
    return {
        "pairs": counted.total(),
        **result,
        "wrongly_joined": {
            kind: sum(n for (k, what, _), n in counted.items() if (k, what) == (kind, "joined"))
            for kind in sorted({kind for kind, _, _ in counted} - {"one-accident"})
        },
        "seconds": round(time.perf_counter() - began, 1),
    }


def _shares(counted: Counter[tuple[str, str, bool]], among: tuple[bool, ...]) -> dict[str, Any]:
    same: Counter[str] = Counter()
    two: Counter[str] = Counter()
    for (kind, what, common), count in counted.items():
        if common in among:
            (same if kind == "one-accident" else two)[what] += count
    return {
        "one_accident": same.total(),
        "two_accidents": two.total(),
        "joined": same["joined"] + two["joined"],
        "wrong": two["joined"],
        "precision": round(same["joined"] / max(same["joined"] + two["joined"], 1), 5),
        "recall": round(same["joined"] / max(same.total(), 1), 4),
        "recall_with_basket": round((same["joined"] + same["basket"]) / max(same.total(), 1), 4),
        "basket_right": round(same["basket"] / max(same["basket"] + two["basket"], 1), 4),
    }
