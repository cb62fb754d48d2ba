"""`POST /v1/participants/import`: lines in, memberships kept, claims following."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import ClientDisconnect

from services.verification.adapters.participant_register import ParticipantRegister
from services.verification.domain.evidence import Identity
from services.verification.domain.membership import Membership
from shared.postgres.database import Database
from tests.support.agency_events import accident_report, random_nik, random_niks
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.verification_service import CORE, Verification, running_verification

IMPORT = "/v1/participants/import"


def line(nik: str | None, **more: Any) -> dict[str, Any]:
    return {
        "nik": nik,
        "kpj": "12345678901",
        "name": "Siti Aminah",
        "birth_date": "1990-03-12",
        "employer_registration_number": "JJ012345",
        "segment": "PU",
        "programmes": ["JKK"],
        "wage_rupiah": 5_000_000,
        "active_from": "2020-01-01",
        "active_to": None,
        "contributions_paid_until": "2026-10-31",
        **more,
    }


def body_of(*lines: dict[str, Any] | bytes) -> bytes:
    return b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in lines)


async def send(
    verification: Verification, content: bytes | AsyncIterator[bytes], key: str | None = None, **headers: str
) -> httpx.Response:
    given = {**verification.once(key, org=CORE, scope="participants.write"), **headers}
    return await verification.http.post(IMPORT, content=content, headers=given)


Members = Callable[..., Awaitable[list[Membership]]]


@pytest.fixture
def members(verification: Verification, database: Database) -> Members:
    """The memberships that are kept of workers."""

    async def found(*identities: Identity) -> list[Membership]:
        async with database.system_transaction() as transaction:
            return await ParticipantRegister(transaction, verification.secrets).memberships(identities)

    return found


async def test_lines_become_memberships_of_their_workers(verification: Verification, members: Members) -> None:
    one, other = random_nik(), random_nik()
    answer = await send(verification, body_of(line(one), line(other, kpj="98765432109"), line(one, kpj="11111111111")))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "lines": 3,
        "accepted": 3,
        "recorded": 3,
        "unchanged": 0,
        "refused": 0,
        "refused_lines": [],
        "refused_lines_left_off": 0,
    }
    assert {found.kpj for found in await members(Identity(one))} == {"12345678901", "11111111111"}
    assert {found.nik for found in await members(Identity(kpj="98765432109"))} == {other}


async def test_the_same_lines_under_another_key_change_nothing(verification: Verification) -> None:
    content = body_of(line(random_nik()), line(random_nik()))
    await send(verification, content)
    again = await send(verification, content)
    assert again.json()["recorded"] == 0
    assert again.json()["unchanged"] == 2


async def test_wrong_lines_are_named_with_every_problem_and_the_others_are_taken(
    verification: Verification, members: Members
) -> None:
    nik = random_nik()
    wrong = {**line("1"), "wage_rupiah": -1, "zz": 1, "programmes": ["ABC"]}
    answer = await send(verification, body_of(wrong, b"{not json", b"", line(nik), line(None, kpj=None), b"[]"))
    body = answer.json()
    assert (body["lines"], body["accepted"], body["refused"]) == (6, 1, 4)
    named = {each["line"]: {(p["pointer"], p["code"]) for p in each["problems"]} for each in body["refused_lines"]}
    assert {("/nik", "nik-format"), ("/zz", "unknown-field"), ("/programmes/0", "unknown-code")} <= named[1]
    assert "/wage_rupiah" in {pointer for pointer, _ in named[1]}
    assert named[2] == {("", "not-json")}
    assert named[5] == {("", "worker-unnamed")}
    assert set(named) == {1, 2, 5, 6}
    assert len(await members(Identity(nik))) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"active_to": "2019-12-31"}, "ends-before-it-begins"),
        ({"employer_registration_number": None}, "employer-required"),
        ({"kpj": "123"}, "kpj-format"),
        ({"active_from": "0001-01-01"}, "date-range"),
        ({"segment": "ASN"}, "literal-error"),
    ],
)
async def test_a_line_against_the_rules_says_which(
    verification: Verification, change: dict[str, Any], code: str
) -> None:
    answer = await send(verification, body_of(line(random_nik(), **change)))
    (refused,) = answer.json()["refused_lines"]
    assert code in {problem["code"] for problem in refused["problems"]}


async def test_an_answer_names_no_value_of_a_line(verification: Verification) -> None:
    answer = await send(verification, body_of(line("1234", name="Rahasia", active_from="Rahasia")))
    assert answer.json()["refused"] == 1
    assert "Rahasia" not in answer.text
    assert "1234" not in answer.text


async def test_a_line_that_is_too_long_is_refused_and_the_next_one_taken(
    verification: Verification, members: Members
) -> None:
    nik = random_nik()
    answer = await send(verification, body_of(line(random_nik(), name="x" * 100_000), line(nik)))
    (refused,) = answer.json()["refused_lines"]
    assert (refused["line"], refused["problems"][0]["code"]) == (1, "line-too-long")
    assert len(await members(Identity(nik))) == 1


async def test_of_many_refused_lines_only_the_first_are_named(verification: Verification) -> None:
    answer = await send(verification, b"{}\n" * 1_234)
    body = answer.json()
    assert body["refused"] == 1_234
    assert len(body["refused_lines"]) == 1_000
    assert body["refused_lines_left_off"] == 234


async def test_a_sent_import_answers_as_before_and_another_body_is_refused(verification: Verification) -> None:
    first_line = line(random_nik())
    first = await send(verification, body_of(first_line), "one-key")
    again = await send(verification, body_of(first_line), "one-key")
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    for other in (body_of(line(random_nik())), body_of(first_line, line(random_nik())), b""):
        refused = await send(verification, other, "one-key")
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency.key-reused")


async def test_an_interrupted_import_goes_on_where_it_stopped(verification: Verification, members: Members) -> None:
    lines = [line(nik) for nik in random_niks(1_200)]

    async def broken() -> AsyncIterator[bytes]:
        yield body_of(*lines[:1_100])
        raise ClientDisconnect

    assert (await send(verification, broken(), "long-key")).json()["code"] == "body.cut-off"
    # Two batches of five hundred were kept, the hundred lines after them not.
    assert await members(Identity(lines[999]["nik"]))
    assert not await members(Identity(lines[1_000]["nik"]))
    answer = await send(verification, body_of(*lines), "long-key")
    body = answer.json()
    assert (body["lines"], body["recorded"], body["unchanged"]) == (1_200, 1_200, 0)
    other = [line(random_nik()), *lines[1:]]
    assert (await send(verification, body_of(*other), "long-key")).status_code == 422


async def test_no_more_than_one_batch_is_read_ahead_of_what_is_kept(
    verification: Verification, members: Members
) -> None:
    niks = random_niks(3_000)
    ahead: list[int] = []

    async def watched() -> AsyncIterator[bytes]:
        for number, nik in enumerate(niks):
            yield body_of(line(nik))
            if number % 700 == 699:
                kept = await members(*[Identity(each) for each in niks])
                ahead.append(number - len(kept))

    answer = await send(verification, watched())
    assert answer.json()["recorded"] == len(niks)
    assert max(ahead) <= 500


async def test_the_whole_set_of_a_worker_is_published_and_nothing_of_it_in_clear(verification: Verification) -> None:
    nik = random_nik()
    await send(verification, body_of(line(nik), line(nik, kpj="22222222222")))
    key = verification.secrets.worker_keys.worker_key(nik=nik)

    async def told() -> list[dict[str, Any]]:
        return verification.published("jkk.participants", key)

    (event,) = await eventually(told)
    assert event["facts"]["membership_count"] == 2
    assert nik not in json.dumps(event)
    await send(verification, body_of(line(nik)))
    verification.clock.advance(timedelta(days=40))
    await send(verification, body_of(line(nik, contributions_paid_until="2026-11-30")))

    async def second() -> bool:
        return len(verification.published("jkk.participants", key)) == 2

    assert await eventually(second)


async def test_only_bpjs_core_may_import(verification: Verification) -> None:
    headers = verification.once(org=CORE, scope="claims.read")
    assert (await verification.http.post(IMPORT, content=b"", headers=headers)).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/csv"},
        {"Content-Encoding": "gzip"},
        {"Content-Type": "application/x-ndjson; charset=utf-16"},
    ],
)
async def test_other_bodies_are_refused(verification: Verification, headers: dict[str, str]) -> None:
    assert (await send(verification, b"{}", **headers)).status_code == 415


async def test_an_empty_import_is_one_without_lines(verification: Verification) -> None:
    answer = await send(verification, b"")
    assert (answer.status_code, answer.json()["lines"]) == (200, 0)


async def test_claims_follow_what_bpjs_core_tells_of_their_worker(verification: Verification) -> None:
    nik = random_nik()
    report = accident_report(nik)
    await verification.publish(report)
    claim = await verification.claim_with(nik, state="REPORTED")
    assert claim["eligibility"]["status"] == "unknown"
    ended = line(nik, active_to="2025-01-01")
    await send(verification, body_of(ended))
    after = await verification.claim(claim["case_number"])
    assert after["eligibility"]["status"] == "not_member"
    assert after["payer_of_first_resort"] == "EMPLOYER"
    assert after["payers"][0]["payer"] == "EMPLOYER"
    assert after["version"] == claim["version"] + 1
    await send(verification, body_of(line(nik, active_to="2025-01-01", name="Siti A.")))
    assert (await verification.claim(claim["case_number"]))["version"] == after["version"]


async def test_a_membership_told_before_the_report_counts_as_well(verification: Verification) -> None:
    nik = random_nik()
    await send(verification, body_of(line(nik)))
    await verification.publish(accident_report(nik))
    claim = await verification.claim_with(nik, state="REPORTED")
    assert claim["eligibility"]["status"] == "eligible"
    assert claim["eligibility"]["wage_rupiah"] == 5_000_000
    assert claim["eligibility"]["memberships"][0]["kpj"] == "*******8901"


async def test_a_case_that_is_no_work_accident_has_a_note_for_bpjs_kesehatan(verification: Verification) -> None:
    nik = random_nik()
    await verification.publish(accident_report(nik))
    claim = await verification.claim_with(nik, state="REPORTED")
    path = f"/v1/claims/{claim['case_number']}/hand-over-note"
    assert (await verification.http.get(path, headers=verification.bearer())).status_code == 404
    body = {"outcome": "not_covered", "reason_code": "not-at-work", "reason": "Cuti.", "legal_basis": "UU 40/2004"}
    decided = await verification.decide(claim, "conclude", **body)
    assert decided.status_code == 201, decided.text
    answer = await verification.http.get(path, headers=verification.bearer())
    note = answer.json()
    assert note["to"] == "BPJS_KESEHATAN"
    assert note["concluded_by"] == "bpjs:cikokol"
    assert claim["case_number"] in note["text"]["id"]
    assert "BPJS Kesehatan" in note["text"]["en"]
    assert nik not in answer.text


async def test_a_body_beyond_the_limit_is_refused_at_once_when_it_says_its_size_and_else_where_it_is_reached(
    verification_database: ServiceDatabase, tmp_path: Path
) -> None:
    async with running_verification(
        verification_database, tmp_path, participants_import_bytes_max=200_000, participants_import_batch_lines=100
    ) as verification:
        content = body_of(*(line(random_nik()) for _ in range(1_000)))
        declared = await send(verification, content)
        assert (declared.status_code, declared.json()["code"]) == (413, "body.too-large")

        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(content), 10_000):
                yield content[start : start + 10_000]

        assert (await send(verification, chunks(), "big")).status_code == 413
        half = content[: content.index(b"\n", 100_000) + 1]
        # What was taken before stays, and the same key goes on with what it began with.
        assert (await send(verification, half, "big")).status_code == 422
        again = await send(verification, half)
        assert again.json()["unchanged"] == again.json()["lines"]
