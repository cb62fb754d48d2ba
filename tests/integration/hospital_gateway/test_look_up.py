"""The look-up with which every write begins, as PostgreSQL takes it."""

import secrets
from datetime import UTC, datetime, timedelta

import asyncpg

from services.hospital_gateway.adapters.record_statements import PREPARE
from tests.integration.hospital_gateway.conftest import Gateway, sample

PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1"

# As many as a plan's price depends on.
MANY = """
INSERT INTO resource_identifier (org, type, token, resource_id, exclusive)
SELECT $1, 'Patient', md5(n::text), gen_random_uuid(), false FROM generate_series(1, 20000) AS n
"""


async def test_the_look_up_is_planned_a_few_times_and_not_for_each_bundle(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    await hospital.accepted(sample("hand-caught-in-press"))
    await gateway.rows(MANY, hospital.org)
    await gateway.rows("ANALYZE")
    connection = await asyncpg.connect(gateway.place.url)
    try:
        await connection.execute(
            f"BEGIN; SET LOCAL ROLE simpul_hospital_gateway_app; SET LOCAL app.org TO '{hospital.org}'"
        )
        since = datetime.now(UTC) - timedelta(days=30)
        for _ in range(12):
            types, tokens = ["Patient", "Encounter"], [secrets.token_hex(32), secrets.token_hex(32)]
            digest = secrets.token_bytes(32)
            found = await connection.fetchrow(PREPARE, hospital.org, "client", digest, since, types, tokens)
            assert found is not None
            assert (found["sealed_response"], found["receipt_id"], found["holders"]) == (None, None, [])
        plans = await connection.fetchrow(PLANS, PREPARE)
    finally:
        await connection.close()
    assert plans is not None
    assert plans["custom_plans"] <= 5 < plans["generic_plans"], plans
