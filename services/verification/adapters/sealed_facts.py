"""Domain facts as sealed bytes and back."""

from typing import Final

import orjson
from pydantic import TypeAdapter

from services.verification.domain.entries import ENTRY_KINDS, Entry
from services.verification.domain.evidence import Evidence
from services.verification.domain.membership import Membership
from shared.sealing import Sealer

_EVIDENCE: Final = TypeAdapter(Evidence)
_ENTRIES: Final[dict[str, TypeAdapter[Entry]]] = {kind: TypeAdapter(type_) for kind, type_ in ENTRY_KINDS.items()}
_MEMBERSHIPS: Final = TypeAdapter(tuple[Membership, ...])
_KIND_OF: Final = {type_: kind for kind, type_ in ENTRY_KINDS.items()}


class FactsSealer:
    """Seals evidence, entries, claim documents and memberships, each bound to its own id and revision."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal_evidence(self, evidence: Evidence, revision: int) -> bytes:
        return self._sealer.seal_bytes(
            _EVIDENCE.dump_json(evidence), type="evidence-facts", id=evidence.id, version=revision
        )

    def open_evidence(self, blob: bytes, id_: str, revision: int) -> Evidence:
        return _EVIDENCE.validate_json(self._sealer.open_bytes(blob, type="evidence-facts", id=id_, version=revision))

    def seal_form(self, form: bytes, id_: str, version: int) -> bytes:
        return self._sealer.seal_bytes(form, type="evidence-document", id=id_, version=version)

    def open_form(self, blob: bytes, id_: str, version: int) -> bytes:
        return self._sealer.open_bytes(blob, type="evidence-document", id=id_, version=version)

    def seal_claim(self, document: dict[str, object], case_number: str, version: int) -> bytes:
        return self._sealer.seal_bytes(orjson.dumps(document), type="claim", id=case_number, version=version)

    def open_claim(self, blob: bytes, case_number: str, version: int) -> dict[str, object]:
        opened: dict[str, object] = orjson.loads(
            self._sealer.open_bytes(blob, type="claim", id=case_number, version=version)
        )
        # Claims written down before there were companions, and before there were test clients.
        opened.setdefault("companions", [])
        opened.setdefault("test", False)
        return opened

    def seal_entry(self, entry: Entry) -> tuple[str, bytes]:
        """The entry's kind and its sealed bytes."""
        kind = _KIND_OF[type(entry)]
        plaintext = _ENTRIES[kind].dump_json(entry)
        return kind, self._sealer.seal_bytes(plaintext, type="claim-entry", id=entry.id, version=1)

    def open_entry(self, kind: str, blob: bytes, id_: str) -> Entry:
        return _ENTRIES[kind].validate_json(self._sealer.open_bytes(blob, type="claim-entry", id=id_, version=1))

    def seal_memberships(self, memberships: tuple[Membership, ...], id_: str, version: int) -> bytes:
        return self._sealer.seal_bytes(_MEMBERSHIPS.dump_json(memberships), type="participant", id=id_, version=version)

    def open_memberships(self, blob: bytes, id_: str, version: int) -> tuple[Membership, ...]:
        return _MEMBERSHIPS.validate_json(self._sealer.open_bytes(blob, type="participant", id=id_, version=version))
