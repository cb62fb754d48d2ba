"""Settings of the hospital gateway."""

from shared.settings import ServiceSettings


class HospitalGatewaySettings(ServiceSettings):
    """Beside the common ones: the bounds of FHIR requests."""

    fhir_body_bytes_max: int = 33_554_432
    fhir_entries_max: int = 10_000
    # Up to here a request is judged in the event loop (some 50 ms); beyond, in a process of its own.
    fhir_inline_bytes_max: int = 262_144
    fhir_replay_days: int = 30
    # Of what bears no sign of a work accident (interface, section 4).
    purge_ended_after_hours: int = 72
    purge_unchanged_after_days: int = 30
    purge_every_seconds: float = 600.0
    issuer_timeout_seconds: float = 5.0
    # Where tokens are got, if the issuer is not the hub's own.
    token_endpoint: str | None = None
