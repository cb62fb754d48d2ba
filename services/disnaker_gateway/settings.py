"""Settings of the Disnaker gateway."""

from shared.settings import WebhookSettings


class DisnakerGatewaySettings(WebhookSettings):
    """The common ones and the bounds of webhook delivery."""
