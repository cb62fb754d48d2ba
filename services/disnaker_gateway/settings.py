"""Settings of the Disnaker gateway."""

from shared.settings import ReceiptSettings, WebhookSettings


class DisnakerGatewaySettings(ReceiptSettings, WebhookSettings):
    """The common ones and the bounds of webhook delivery and of checking receipts."""
