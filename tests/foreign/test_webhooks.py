"""Disnaker's webhooks verify with Standard Webhooks libraries that others wrote, and only untouched."""

from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.foreign.node_programs import Node
from tests.foreign.parties import Office, Told
from tests.support.webhook_receiver import Delivery

_OURS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def told_to_node(delivery: Delivery, body: str) -> dict[str, Any]:
    return {"headers": {name: delivery.headers[name] for name in _OURS}, "body": body}


def test_the_standards_python_library_verifies_every_delivery(told: Told, office: Office) -> None:
    webhook = Webhook(office.subscription["secret"])
    deliveries = office.deliveries(told.case_number)
    for delivery in deliveries:
        notification = webhook.verify(delivery.body, delivery.headers)
        assert notification["case_number"] == told.case_number
        assert notification["notification_id"] == delivery.message_id
        with pytest.raises(WebhookVerificationError):
            webhook.verify(delivery.body + b" ", delivery.headers)
    assert deliveries[0].notification["type"] == "case.opened"


def test_javascript_libraries_verify_both_signatures_and_refuse_another_body(
    node: Node, told: Told, office: Office
) -> None:
    delivery = office.deliveries(told.case_number)[0]
    untouched = delivery.body.decode()
    touched = untouched.replace("case.opened", "case.0pened")
    keys = {name: office.subscription[name] for name in ("secret", "public_key")}
    assert keys["secret"].startswith("whsec_")
    assert keys["public_key"].startswith("whpk_")
    bodies = [told_to_node(delivery, body) for body in (untouched, touched)]
    good, bad = node.run("webhooks.mjs", {**keys, "deliveries": bodies})
    assert good == {"standardwebhooks": True, "svix": True, "ed25519": True}
    assert bad == {"standardwebhooks": False, "svix": False, "ed25519": False}
