"""Cursors lead back to where a page ended, and a forged one leads nowhere."""

from datetime import UTC, datetime
from types import UnionType
from typing import Any
from uuid import UUID

import pytest

from shared.errors import Refusal
from shared.identifiers import new_id
from shared.web.paging import cut, decode_cursor, encode_cursor

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_what_was_put_in_comes_out_as_what_it_was() -> None:
    place = (7, "JKK-1", AT, new_id())
    assert decode_cursor(encode_cursor(*place), int, str, datetime, UUID) == place
    assert decode_cursor(None, UUID) is None
    assert decode_cursor(encode_cursor(None, AT), datetime | None, datetime | None) == (None, AT)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["x"], UUID),
        ([7], UUID),
        (["x"], datetime),
        (["2026-11-20T09:30:00"], datetime),
        (["infinity"], datetime | None),
        ([7], datetime | None),
        (["a\x00"], str),
        ([7], str),
        ([None], str),
        (["x"], int),
        ([2**63], int),
        ([], str),
        (["a", "b"], str),
    ],
)
def test_a_cursor_of_another_list_is_refused(values: list[Any], kind: type | UnionType) -> None:
    with pytest.raises(Refusal, match="next_cursor of the page before"):
        decode_cursor(encode_cursor(*values), kind)


@pytest.mark.parametrize("forged", ["!!", "e30", "MQ", "\u00e9", ""])
def test_what_is_no_cursor_is_refused(forged: str) -> None:
    with pytest.raises(Refusal):
        decode_cursor(forged, str)


def test_a_page_ends_at_its_limit_and_the_last_one_leads_nowhere() -> None:
    shown, behind = cut([1, 2, 3], 2, lambda last: [last])
    assert (shown, decode_cursor(behind, int)) == ([1, 2], (2,))
    assert cut([1, 2], 2, lambda last: [last]) == ([1, 2], None)
