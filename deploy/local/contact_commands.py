"""`simpul partner contacts`: when each partner last asked a service for something, and how it fared."""

import json
from datetime import datetime
from typing import Annotated

import typer

from deploy.local.command_context import AsJson, Service, services_of, signed_in
from deploy.local.settings import SERVICES

_CONTACTS = "/v1/operations/contacts"
# The hub's own, who ask here.
_OPERATORS = "operator:"


def contacts(
    service: Service = None,
    org: Annotated[str | None, typer.Option(help="One partner only, such as hospital:100000401.")] = None,
    as_json: AsJson = False,
) -> None:
    """Partners' requests of the last seven days, those that have been silent longest first."""
    with signed_in() as operator:
        found = [
            {"service": name, **contact}
            for name in services_of(service, SERVICES)
            for contact in operator.every(name, _CONTACTS, org=org)
            if org or not contact["org"].startswith(_OPERATORS)
        ]
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    for each in sorted(found, key=lambda one: datetime.fromisoformat(one["last_at"])):
        requests = each["answered"] + each["refused"] + each["failed"]
        fared = f"{each['answered']} of {requests} succeeded, {each['refused']} refused, {each['failed']} failed"
        typer.echo(f"{each['last_at']}  {each['org']}  {each['service']}  {fared}")
    if not found:
        typer.echo("no partner has asked for anything")
