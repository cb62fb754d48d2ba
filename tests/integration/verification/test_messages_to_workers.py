"""Messages of a claim reach who agreed to them, and nobody else."""

import json
import re
from pathlib import Path
from typing import Any

from shared.identifiers import new_id, new_tracking_code
from tests.support.agency_events import medical_report, random_nik, self_report
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.verification_service import running_verification
from tests.support.worker_status import BORN, ask, hash_of, open_page, reported


async def test_each_change_of_turn_is_told_to_who_agreed_until_they_stop_it(
    verification_database: ServiceDatabase, tmp_path: Path
) -> None:
    folder = tmp_path / "messages"
    options = {"message_transport": "file", "message_folder": folder, "message_poll_seconds": 0.05}

    def texts() -> list[str]:
        told = [json.loads(path.read_text()) for path in folder.glob("*.json")]
        assert {each["to"] for each in told} <= {"+6281311112222"}
        return [each["text"] for each in told]

    async with running_verification(verification_database, tmp_path, **options) as hub:
        code, nik = new_tracking_code(), random_nik()
        await hub.publish(
            self_report(nik, birth_date=BORN, tracking_code_hash=hash_of(hub, code), message_phone="+6281311112222")
        )
        claim = await hub.claim_with(nik, state="SUSPECTED")
        await reported(hub, new_tracking_code(), nik)
        await hub.claim_with(nik, state="REPORTED")
        [text] = await eventually(texts)
        assert f"Klaim {claim['case_number']}: Kecelakaan sudah dilaporkan. Sekarang giliran:" in text
        assert "http://verification.test/status" in text
        assert "Siti" not in text

        http = hub.http
        csrf = await open_page(http, code)
        assert "Hentikan pesan" in (await http.get("/status/claim")).text
        assert (await http.post("/status/messages", data={"csrf": csrf})).status_code == 303
        assert "Hentikan pesan" not in (await http.get("/status/claim")).text
        after = await hub.claim_with(nik)
        assert after["timeline"][-1]["what"] == "messages.stopped"
        await hub.decide(after, "refer_to_disnaker", reason="x", legal_basis="y")
        assert (await hub.claim_with(nik, waiting_on="disnaker"))["state"] == "AWAITING_DETERMINATION"
        assert texts() == [text]


async def test_a_worker_whose_claim_begins_at_a_hospital_is_told_the_code_once(
    verification_database: ServiceDatabase, tmp_path: Path
) -> None:
    folder = tmp_path / "messages"
    options = {"message_transport": "file", "message_folder": folder, "message_poll_seconds": 0.05}

    def told() -> list[dict[str, str]]:
        return [json.loads(path.read_text()) for path in folder.glob("*.json")]

    async with running_verification(verification_database, tmp_path, **options) as hub:
        nik, encounter = random_nik(), str(new_id())
        agreed: dict[str, Any] = {"message_contact": "+6281311112222", "message_language": "en"}
        agreed["encounter_id"] = encounter
        await hub.publish(medical_report(nik, **agreed))
        await hub.claim_with(nik, state="SUSPECTED")
        [message] = await eventually(told)
        assert message["to"] == "+6281311112222"
        found = re.search(r"Your tracking code: ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\.", message["text"])
        assert found is not None, message["text"]
        status = await ask(hub, found[1])
        assert (status.status_code, status.json()["heading"]["en"]) == (200, "We have your report")
        await hub.publish(medical_report(nik, version=2, **agreed))
        await reported(hub, new_tracking_code(), nik)
        await hub.claim_with(nik, state="REPORTED")
        turn = next(each for each in await eventually(lambda: told() if len(told()) > 1 else []) if each != message)
        assert "The accident is reported" in turn["text"]
        assert len(told()) == 2
    rows = await verification_database.rows("SELECT code_hash FROM tracking_code")
    [line] = await verification_database.rows("SELECT * FROM audit_log WHERE action = 'tracking-code.tell'")
    assert found[1].replace("-", "") not in f"{rows} {line}", "only a keyed hash is kept"
