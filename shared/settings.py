"""What every service is told from outside. Units stand in the names; secrets have no default."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class RetentionSettings(BaseSettings):
    """How long rows that have done their work stay in the tables that every service has."""

    outbox_retention_hours: int = 72
    inbox_retention_days: int = Field(
        30,
        description="Longer than any topic that is read keeps its events: what has left the inbox would take effect "
        "again if the topic were replayed.",
    )
    idempotency_retention_days: int = 30
    dead_letter_retention_days: int = Field(90, description="Of those that have ended; open ones stay.")
    contact_retention_days: int = Field(90, description="How long it is known when partners sent requests.")


class ServiceSettings(RetentionSettings):
    """Read from the environment, prefix `SIMPUL_`. A service adds its own fields in its `settings.py`."""

    model_config = SettingsConfigDict(env_prefix="SIMPUL_", frozen=True, extra="ignore")

    profile: Literal["local", "production"] = "production"
    host: str = "127.0.0.1"
    port: int
    public_url: str = Field(description="This service's own address as others reach it, without a trailing slash.")
    issuer: str = Field(description="Whose tokens count; `<issuer>/.well-known/openid-configuration` must answer.")
    issuer_reached_at: str | None = Field(
        None, description="The issuer's address from here, where its public one does not lead to it."
    )
    database_url: str = Field(description="postgresql://user:password@host:port/database of this service alone.")
    kafka_bootstrap: str
    topic_prefix: str = Field("", description="Put before topic and group names; lets test hubs share one broker.")
    secrets_dir: Path = Field(description="Folder with the keyring, its key-encryption key and the other secrets.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    database_pool_size: int = 20
    database_timeout_seconds: float = 10.0
    json_body_bytes_max: int = 1_048_576
    json_depth_max: int = 64
    shutdown_grace_seconds: int = 5


class CountingSettings(BaseSettings):
    """How deadlines are counted where the law leaves it open. Every service that counts is told the same."""

    holiday_overrides: Path | None = Field(
        None, description="YAML file of decrees that came after the published holidays; see docs/operating.md."
    )
    t1_skip_holidays: bool = Field(
        False, description="Whether the 2x24 hours of Tahap I leave out days that are no working days."
    )
    cuti_bersama_nonworking: bool = Field(True, description="Whether collective leave is no working day.")


class TokenSettings(ServiceSettings):
    """For services that ask the issuer for tokens."""

    token_endpoint: str | None = Field(None, description="Of the issuer; default `<issuer>/oauth2/token`.")

    @property
    def public_token_endpoint(self) -> str:
        """As assertions name it, and partners reach it."""
        return self.token_endpoint or f"{self.issuer}/oauth2/token"

    @property
    def reached_token_endpoint(self) -> str:
        """As it is reached from here."""
        return self.token_endpoint or f"{self.issuer_reached_at or self.issuer}/oauth2/token"


class ReceiptSettings(ServiceSettings):
    """For services that give receipts: what anybody may ask of `/receipt` (docs/decisions/0134)."""

    receipt_tries_per_address_max: int = Field(60, description="Codes in one window that were never given.")
    receipt_files_per_address_max: int = Field(60, description="Files compared in one window.")
    receipt_window_seconds: float = 900.0
    receipt_file_bytes_max: int = 33_554_432
    receipt_page_urls: dict[str, str] = Field(
        default_factory=dict,
        description="Pages `/receipt` by the names of the services, for whoever brings another service's code.",
    )


class NoticeSettings(ServiceSettings):
    """For services whose pages tell of incidents and maintenance (docs/decisions/0137)."""

    notices_url: str = Field("", description="Of partners' `/v1/notices/public` as reached from here; empty: none.")
    notices_seconds: float = Field(15.0, description="How often it is asked.")
    notices_forget_seconds: float = Field(600.0, description="How long what it told is shown while it is silent.")


class WebhookSettings(ServiceSettings):
    """For services that send webhooks to partners: the bounds of delivery."""

    webhook_timeout_seconds: float = 20.0
    webhook_test_timeout_seconds: float = Field(8.0, description="Of what somebody waits for: tests and challenges.")
    webhook_tests_per_minute_max: int = Field(6, description="Test messages of one endpoint.")
    webhook_concurrency_max: int = 64
    webhook_concurrency_per_endpoint_max: int = 8
    webhook_poll_seconds: float = 5.0
    webhook_give_up_days: int = 14
    webhook_retry_seconds_max: int = 840
    webhook_ports: tuple[int, ...] = (443, 8443)
    webhook_secret_overlap_hours: int = 24
    delivery_retention_days: int = 90
    subscriptions_max: int = Field(100, description="Webhook endpoints of one organisation at most.")
    recover_notifications_max: int = 10_000


class MessageSettings(ServiceSettings):
    """For services that tell people something: how messages leave."""

    message_transport: Literal["none", "file", "smtp"] = "none"
    message_folder: Path | None = Field(
        None, description="Of the transport `file`, which is for the local profile only."
    )
    message_poll_seconds: float = 2.0
    smtp_host: str = "localhost"
    smtp_port: int = 587
    smtp_sender: str = "jkk@simpul.invalid"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_encrypted: bool = Field(True, description="Whether STARTTLS is demanded.")
    smtp_phone_domain: str | None = Field(
        None, description="Domain of the gateway that turns mail to `<number>@…` into SMS or WhatsApp."
    )

    @model_validator(mode="after")
    def _tells_safely(self) -> Self:
        if self.message_transport == "file" and (self.profile != "local" or self.message_folder is None):
            raise ValueError("messages go to a folder (SIMPUL_MESSAGE_FOLDER) in the local profile only")
        return self
