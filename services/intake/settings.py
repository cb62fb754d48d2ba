"""Settings of the intake."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.settings import (
    CountingSettings,
    MessageSettings,
    NoticeSettings,
    ReceiptSettings,
    TokenSettings,
    WebhookSettings,
)


class IntakeSettings(
    CountingSettings, MessageSettings, NoticeSettings, ReceiptSettings, TokenSettings, WebhookSettings
):
    """Beside the common ones and those of webhooks: where papers are stored.

    Without access key and secret, S3's own environment variables and instance credentials are used.
    """

    data_dir: Path | None = Field(None, description="Own folder; holds the documents when no store is named.")
    document_store_url: str = Field("", description="file:///folder or s3://bucket/prefix; default: below data_dir.")
    document_store_endpoint: str | None = Field(None, description="Of an S3-compatible store other than AWS.")
    document_store_region: str | None = None
    document_store_access_key_id: str | None = None
    document_store_secret_access_key: SecretStr | None = None
    document_store_timeout_seconds: float = 20.0
    document_bytes_max: int = 10_485_760
    import_bytes_max: int = 5_242_880
    import_rows_max: int = 1_000

    # The page for reports without an account (docs/decisions/0116).
    status_page_url: str = Field("", description="Of verification's page `/status`, where a report can be followed.")
    lapor_draft_days: int = 7
    lapor_shown_minutes: int = 60
    lapor_photos_max: int = 6
    lapor_upload_bytes_max: int = 26_214_400
    lapor_window_seconds: float = 3_600.0
    lapor_drafts_per_address_max: int = 60
    lapor_reports_per_address_max: int = 30
    lapor_reports_per_phone_max: int = 5

    # The pages for employers (docs/decisions/0118).
    employer_session_hours: float = 8.0
    employer_idle_minutes: float = 30.0
    employer_check_seconds: float = Field(300.0, description="How often a session asks the issuer: a token's life.")
    employer_tries_per_address_max: int = 30
    employer_result_days: int = 30

    @model_validator(mode="after")
    def _somewhere_to_store(self) -> Self:
        if not self.document_store_url and self.data_dir is None:
            raise ValueError("name SIMPUL_DOCUMENT_STORE_URL or SIMPUL_DATA_DIR")
        return self

    @property
    def documents_at(self) -> str:
        """The store's URL, the folder below `data_dir` by default."""
        if self.document_store_url:
            return self.document_store_url
        assert self.data_dir is not None
        return (self.data_dir.resolve() / "documents").as_uri()
