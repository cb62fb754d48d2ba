"""Settings of the hospital gateway."""

from shared.settings import ReceiptSettings, TokenSettings


class HospitalGatewaySettings(ReceiptSettings, TokenSettings):
    """Beside the common ones and those of checking receipts: the bounds of FHIR requests."""

    fhir_body_bytes_max: int = 33_554_432
    fhir_entries_max: int = 10_000
    # Up to here a request is done in the event loop (some 50 ms at a time); beyond, in a process of its own.
    fhir_inline_bytes_max: int = 262_144
    # Of large requests that wait for that process or are in it; beyond, 503.
    fhir_waiting_bytes_max: int = 134_217_728
    # Of that process: what does not fit is 413; it is replaced when it has grown beyond what is kept.
    fhir_worker_data_bytes_max: int = 377_487_360
    fhir_worker_kept_bytes_max: int = 201_326_592
    # How long the same bytes get the answer from before; one to a Bundle of which nothing is held is purged then.
    fhir_replay_days: int = 30
    # Of what bears no sign of a work accident (interface, section 4).
    purge_ended_after_hours: int = 72
    purge_unchanged_after_days: int = 30
    purge_every_seconds: float = 600.0
    issuer_timeout_seconds: float = 5.0
