"""Settings of verification."""

from pathlib import Path

from pydantic import Field

from shared.settings import CountingSettings, MessageSettings, NoticeSettings, ReceiptSettings, TokenSettings


class VerificationSettings(CountingSettings, MessageSettings, NoticeSettings, ReceiptSettings, TokenSettings):
    """Rules that BPJS may set, and bounds of the stream."""

    matching_window_days: int = 6
    four_eyes_rupiah: int = 100_000_000

    clock_keeper_poll_seconds: float = 1.0
    clock_keeper_rows_max: int = 200

    # From how much on a flag is raised (docs/decisions/0089).
    flag_membership_days: int = 7
    flag_repeated_claims: int = 3
    flag_repeated_within_days: int = 365
    flag_employer_cases: int = 5
    flag_employer_days: int = 30
    flag_doctor_workers: int = 3
    flag_doctor_days: int = 180
    flag_peers_min: int = 10

    surroundings_poll_seconds: float = 1.0
    surroundings_rows_max: int = 50

    measures_poll_seconds: float = 1.0
    measures_rows_max: int = 500

    stream_queue_max: int = 1_000
    stream_heartbeat_seconds: float = 15.0
    stream_clients_max: int = 500
    stream_page_rows: int = 500
    stream_poll_seconds: float = 1.0
    stream_retry_milliseconds: int = 2_000
    sequencer_rows_max: int = 1_000

    paper_bytes_max: int = 10_485_760

    console_org: str = "bpjs:console"
    # For the console's pages of operations: where the hub's services are, and whose key it signs in with.
    service_urls: dict[str, str] = Field(default_factory=dict)
    operator_key_file: Path | None = None
    operations_timeout_seconds: float = 10.0
    console_session_hours: float = 10.0
    console_idle_minutes: float = 60.0
    console_link_minutes: float = 10.0
    console_issuer: str | None = Field(None, description="The OpenID provider where people of the console sign in.")
    console_client_id: str = "simpul-console"
    console_client_secret: str | None = Field(None, description="None for a public client, which PKCE protects alone.")
    console_roles_claim: str = Field("roles", description="Where roles stand in the ID token: realm_access.roles, say.")
    console_attempt_seconds: float = 600.0
    console_provider_timeout_seconds: float = 5.0
    console_page_rows: int = 50
    console_spectators_max: int = 300
    console_spectator_waiting_max: int = 200
    console_missed_max: int = 200
    console_gather_seconds: float = 0.15
    console_heartbeat_seconds: float = 15.0

    # The letterhead, and until when this office takes objections, where it has laid that down (docs/decisions/0133).
    letter_office: str = "BPJS Ketenagakerjaan"
    letter_office_lines: tuple[str, ...] = ()
    letter_objection_days: int | None = Field(None, ge=1, description="Days after a letter's date; None for no limit.")

    participants_import_bytes_max: int = 2_147_483_648
    participants_import_lines_max: int = 5_000_000
    participants_import_line_bytes_max: int = 16_384
    participants_import_batch_lines: int = 500
    participants_import_refused_lines_max: int = 1_000

    # What who has no account may try (docs/decisions/0114).
    status_tries_per_code_max: int = 8
    status_tries_per_address_max: int = 60
    status_window_seconds: float = 900.0
    status_refusal_seconds: float = 0.3
    status_complaints_max: int = 5
    status_visit_minutes: int = 30
    report_page_url: str = ""  # of intake's page `/lapor`, for whoever has no claim yet
