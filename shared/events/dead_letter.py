"""What could not be handled, with its reason and origin; the original itself is sealed."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.events.envelope import Content, Facts


class EventFailed(Facts):
    """Which event failed where and why. Codes only: an error's text may quote what it failed on."""

    dead_letter_id: UUID
    service: str = Field(description="The service that could not handle it.")
    reason: str = Field(description="Stable code, for example event.cannot-open.")
    attempts: int = Field(ge=1, description="How often handling was tried.")
    failed_at: AwareDatetime
    original_topic: str = Field(description="Where it was read, without any prefix.")
    original_partition: int | None = None
    original_offset: int | None = None
    original_event_id: str | None = None
    original_type: str | None = None


class EventFailedContent(Content):
    """The original as it was read, to be handled again after the cause is mended."""

    key: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    value_base64: str | None = Field(None, description="The value's bytes; null for a tombstone.")
    detail: str | None = None
