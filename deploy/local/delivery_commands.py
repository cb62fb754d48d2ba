"""The `simpul deliveries` group: webhooks, what reached partners and what did not."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.local.command_context import AsJson, Service, services_of, signed_in
from deploy.local.problems import HubProblem

if TYPE_CHECKING:
    from deploy.local.hub_operator import Operator

deliveries = typer.Typer(help="Webhooks: what reached partners and what did not.", no_args_is_help=True)

# Who sends webhooks.
SENDING = ("intake", "disnaker_gateway")
_DELIVERIES, _ENDPOINTS = "/v1/operations/deliveries", "/v1/operations/subscriptions"


@deliveries.command("list")
def list_deliveries(
    service: Service = None,
    state: Annotated[str, typer.Option(help="pending, paused, delivered or exhausted.")] = "exhausted",
    as_json: AsJson = False,
) -> None:
    """Webhook deliveries, the newest first."""
    with signed_in() as operator:
        found = [
            {"service": name, **delivery}
            for name in services_of(service, SENDING)
            for delivery in operator.every(name, _DELIVERIES, state=state)
        ]
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    for each in found:
        told = each["last_error"] or each["last_status"] or "not tried yet"
        typer.echo(f"{each['id']}  {each['service']}  {each['event_type']}  {each['attempts']} attempts, {told}")
    if not found:
        typer.echo(f"no deliveries are {state}")


@deliveries.command("replay")
def replay_deliveries(
    since: Annotated[datetime, typer.Option(help="Those made since then, with an offset or in local time.")],
    service: Service = None,
    subscription: Annotated[str | None, typer.Option(help="One endpoint only.")] = None,
    state: Annotated[str, typer.Option(help="pending, paused, delivered or exhausted.")] = "exhausted",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell how many there are.")] = False,
) -> None:
    """Send webhooks again, the oldest first; each keeps its webhook-id, so that a receiver can tell."""
    after = since.astimezone()
    with signed_in() as operator:
        found = [
            (name, delivery)
            for name in services_of(service, SENDING)
            for delivery in operator.every(name, _DELIVERIES, state=state, subscription_id=subscription)
            if datetime.fromisoformat(delivery["created_at"]) >= after
        ]
        if not dry_run:
            for name, delivery in sorted(found, key=lambda pair: str(pair[1]["created_at"])):
                operator.post(name, f"{_DELIVERIES}/{delivery['id']}/resend")
    typer.echo(f"{len(found)} deliveries {'would be' if dry_run else 'are'} in line again")


@deliveries.command("endpoints")
def list_endpoints(
    service: Service = None,
    org: Annotated[str | None, typer.Option(help="One partner only, such as disnaker:36.")] = None,
    as_json: AsJson = False,
) -> None:
    """Partners' webhook endpoints, and how they have done in the last seven days."""
    with signed_in() as operator:
        found = _endpoints(operator, service, org)
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    for each in found:
        record, state = each["record"], each["pause_reason"] or ("failing" if each["failing_since"] else each["status"])
        taken = f"{record['delivered']} of {record['attempts']} attempts taken"
        typer.echo(f"{each['id']}  {each['org']}  {each['host']}  {state}, {taken}, {record['waiting']} wait")
    if not found:
        typer.echo("no partner has a webhook endpoint")


@deliveries.command("test")
def try_endpoint(
    subscription: Annotated[str, typer.Argument(help="As `deliveries endpoints` tells it.")], service: Service = None
) -> None:
    """Send one signed test message now, past the queue; exits 1 when it is not taken."""
    with signed_in() as operator:
        name = service or next((each["service"] for each in _endpoints(operator) if each["id"] == subscription), None)
        if name is None:
            raise HubProblem(f"no service knows a webhook endpoint {subscription}")
        answer = operator.post(name, f"{_ENDPOINTS}/{subscription}/test")
    told = "taken" if answer["delivered"] else f"not taken: {answer['error']}"
    said = f", it said: {answer['excerpt']}" if answer["excerpt"] else ""
    typer.echo(f"{told}, {answer['duration_ms']} ms{said}")
    if not answer["delivered"]:
        raise typer.Exit(1)


def _endpoints(operator: "Operator", service: str | None = None, org: str | None = None) -> list[dict[str, Any]]:
    return [
        {"service": name, **each}
        for name in services_of(service, SENDING)
        for each in operator.every(name, _ENDPOINTS, org=org)
    ]
