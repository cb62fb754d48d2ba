"""Settings of the Disnaker gateway."""

from shared.settings import ServiceSettings


class DisnakerGatewaySettings(ServiceSettings):
    """Beside the common ones: the bounds of webhook delivery."""

    webhook_timeout_seconds: float = 20.0
    webhook_concurrency_max: int = 64
    webhook_concurrency_per_endpoint_max: int = 8
    webhook_poll_seconds: float = 5.0
    webhook_give_up_days: int = 14
    webhook_retry_seconds_max: int = 840
    webhook_ports: tuple[int, ...] = (443, 8443)
    webhook_secret_overlap_hours: int = 24
    delivery_retention_days: int = 90
    subscriptions_max: int = 100
    recover_notifications_max: int = 10_000
