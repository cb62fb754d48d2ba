"""Topics are as the interface and the settled choices fix them."""

from datetime import timedelta

import pytest

from shared.events import TOPICS, TopicOverride, with_overrides

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
    assert {t.name: (t.key, t.written_by, t.compacted, t.retention) for t in TOPICS.values()} == EXPECTED
    assert {t.partitions for t in TOPICS.values()} == {12}
    assert all(name == topic.name for name, topic in TOPICS.items())


def test_the_brokers_configuration_follows() -> None:
    assert TOPICS["jkk.accident-reports"].kafka_config() == {
        "cleanup.policy": "delete",
        "retention.ms": "1209600000",
        "max.message.bytes": "4194304",
    }
    assert TOPICS["jkk.claims"].kafka_config()["retention.ms"] == "-1"
    assert TOPICS["jkk.claim-state"].kafka_config()["cleanup.policy"] == "compact"


def test_a_dead_letter_has_room_for_any_original() -> None:
    largest = max(t.message_bytes_max for t in TOPICS.values() if t.name != "jkk.dead-letters")
    # Sealed once more: base64 of the original inside the content, base64 of the ciphertext around it.
    assert TOPICS["jkk.dead-letters"].message_bytes_max >= largest * 16 / 9 + 65_536


def test_every_figure_can_be_set() -> None:
    changed = with_overrides(
        TOPICS,
        {
            "jkk.claims": TopicOverride(partitions=3, retention_days=30, message_bytes_max=1_000_000),
            "jkk.accident-reports": TopicOverride(retention_days=0),
        },
    )
    claims = changed["jkk.claims"]
    assert (claims.partitions, claims.retention, claims.message_bytes_max) == (3, timedelta(days=30), 1_000_000)
    assert changed["jkk.accident-reports"].retention is None
    assert changed["jkk.determinations"] == TOPICS["jkk.determinations"]
    assert TOPICS["jkk.claims"].partitions == 12


def test_a_setting_for_a_topic_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        with_overrides(TOPICS, {"jkk.orders": TopicOverride(partitions=1)})
