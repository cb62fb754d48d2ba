"""Topics are as the interface and the settled choices fix them."""

from datetime import timedelta

import pytest

from shared.events.topics import DEFAULTS, topics_from

FORTNIGHT = timedelta(days=14)
EXPECTED = {
    # name: (key, written by, compacted, retention)
    "jkk.accident-reports": ("worker key", ("intake",), False, FORTNIGHT),
    "jkk.medical-reports": ("worker key", ("hospital_gateway",), False, FORTNIGHT),
    "jkk.determinations": ("case number", ("disnaker_gateway",), False, FORTNIGHT),
    "jkk.participants": ("worker key", ("verification",), True, None),
    "jkk.partners": ("org", ("partners",), True, None),
    "jkk.erasures": ("worker key", ("verification",), False, None),
    "jkk.case-notifications": ("case number", ("verification",), False, FORTNIGHT),
    "jkk.claims": ("case number", ("verification",), False, None),
    "jkk.claim-state": ("case number", ("verification",), True, None),
    "jkk.dead-letters": (
        "original key",
        ("partners", "intake", "hospital_gateway", "disnaker_gateway", "verification"),
        False,
        timedelta(days=90),
    ),
}


def test_topics_are_as_settled() -> None:
    assert {t.name: (t.key, t.written_by, t.compacted, t.retention) for t in DEFAULTS.values()} == EXPECTED
    assert {t.partitions for t in DEFAULTS.values()} == {12}
    assert all(name == topic.name for name, topic in DEFAULTS.items())


def test_the_brokers_configuration_follows() -> None:
    assert DEFAULTS["jkk.accident-reports"].kafka_config() == {
        "cleanup.policy": "delete",
        "retention.ms": "1209600000",
        "max.message.bytes": "4194304",
    }
    assert DEFAULTS["jkk.claims"].kafka_config()["retention.ms"] == "-1"
    assert DEFAULTS["jkk.claim-state"].kafka_config()["cleanup.policy"] == "compact"


def test_a_dead_letter_has_room_for_any_original() -> None:
    largest = max(t.message_bytes_max for t in DEFAULTS.values() if t.name != "jkk.dead-letters")
    # Sealed once more: base64 of the original inside the content, base64 of the ciphertext around it.
    assert DEFAULTS["jkk.dead-letters"].message_bytes_max >= largest * 16 / 9 + 65_536


def test_every_figure_can_be_set() -> None:
    changed = topics_from(
        {
            "SIMPUL_TOPICS": """{"jkk.claims": {"partitions": 3, "retention_days": 30, "message_bytes_max": 1000000},
                                 "jkk.accident-reports": {"retention_days": 0}}"""
        }
    )
    claims = changed["jkk.claims"]
    assert (claims.partitions, claims.retention, claims.message_bytes_max) == (3, timedelta(days=30), 1_000_000)
    assert changed["jkk.accident-reports"].retention is None
    assert changed["jkk.determinations"] == DEFAULTS["jkk.determinations"]
    assert DEFAULTS["jkk.claims"].partitions == 12


@pytest.mark.parametrize("environ", [{}, {"SIMPUL_TOPICS": ""}, {"SIMPUL_TOPICS": "{}"}])
def test_without_the_setting_the_figures_are_as_settled(environ: dict[str, str]) -> None:
    assert topics_from(environ) == DEFAULTS


@pytest.mark.parametrize(
    "setting",
    [
        "{",
        "7",
        "[]",
        """{"jkk.orders": {}}""",
        """{"jkk.claims": 7}""",
        """{"jkk.claims": {"colour": 1}}""",
        """{"jkk.claims": {"partitions": "3"}}""",
        """{"jkk.claims": {"retention_days": -1}}""",
        """{"jkk.claims": {"retention_days": true}}""",
    ],
)
def test_a_setting_that_cannot_be_read_is_named(setting: str) -> None:
    with pytest.raises(ValueError, match=r"^SIMPUL_TOPICS is not"):
        topics_from({"SIMPUL_TOPICS": setting})
