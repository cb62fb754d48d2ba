"""What the gateway learns from the bus: registered hospitals and open claims, an older version never winning."""

from datetime import UTC, datetime
from typing import Any

from shared.events.catalogue import CLAIM_STATE_RECORDED, PARTNER_RECORDED
from shared.events.claim import ClaimStateRecorded
from shared.events.envelope import IdentityHashes
from shared.events.partner import PartnerFacts
from shared.events.vocabulary import ClaimState, PartnerKind, PartnerStatus, WaitingOn
from tests.integration.hospital_gateway.conftest import Gateway, of_type, sample
from tests.support.eventually import eventually

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def partner(org: str, version: int, region: str) -> PartnerFacts:
    return PartnerFacts(
        org=org,
        version=version,
        organisation_name="RS",
        status=PartnerStatus.ACTIVE,
        region_code=region,
        kinds=(PartnerKind.HOSPITAL,),
        recorded_at=NOW,
    )


async def test_a_hospital_registered_on_the_hub_may_not_be_written_for_by_another(gateway: Gateway) -> None:
    hospital, other = gateway.hospital(), gateway.hospital()
    bundle = sample("hand-caught-in-press")
    number = other.org.partition(":")[2]
    of_type(bundle, "Encounter")["serviceProvider"] = {"reference": f"Organization/{number}"}
    await gateway.publish(PARTNER_RECORDED, other.org, 2, partner(other.org, 2, "3671"))
    await gateway.publish(PARTNER_RECORDED, other.org, 1, partner(other.org, 1, "1101"))

    async def known() -> list[Any]:
        return await gateway.rows("SELECT region_code FROM registered_partner WHERE org = $1", other.org)

    assert [row["region_code"] for row in await eventually(known)] == ["3671"]
    assert (await hospital.post("/fhir", bundle)).status_code == 403


async def test_an_open_claim_is_kept_by_the_hashes_of_its_worker(gateway: Gateway) -> None:
    facts = ClaimStateRecorded(
        case_number="JKK-2026-TEST",
        claim_version=3,
        decision_version=1,
        state=ClaimState.REPORTED,
        waiting_on=WaitingOn.HOSPITAL,
        open=True,
        identity_hashes=IdentityHashes(nik=("i1:" + "a" * 24,), kpj=("i1:" + "b" * 24,)),
    )
    await gateway.publish(CLAIM_STATE_RECORDED, facts.case_number, 3, facts)

    async def kept() -> list[Any]:
        return await gateway.rows("SELECT * FROM claim_projection WHERE case_number = 'JKK-2026-TEST'")

    (row,) = await eventually(kept)
    assert (row["version"], row["is_open"], row["identity_hashes"]) == (3, True, ["i1:" + "a" * 24, "i1:" + "b" * 24])
