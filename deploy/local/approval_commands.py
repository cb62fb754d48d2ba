"""`simpul partner waiting` and `simpul partner approve`: the second person, where there is no console."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.local.client_file import Proof, read_client_file
from deploy.local.command_context import signed_in
from deploy.local.problems import HubProblem

_CLIENTS = "/v1/clients"
_File = Annotated[
    Path | None,
    typer.Option(
        "--as", help="Another operator's file, as `partner add operator` wrote it; else the hub's own operator."
    ),
]


def waiting(as_file: _File = None) -> None:
    """What waits for a second person: who asked for what, with thumbprints of keys and addresses."""
    with signed_in(_client_in(as_file)) as operator:
        found = [client for client in operator.every("partners", _CLIENTS) if _asked_for(client)]
    for client in found:
        _tell(client)
    if not found:
        typer.echo("nothing waits")


def approve(
    client_id: Annotated[str, typer.Argument(help="The client, as `partner waiting` names it.")],
    as_file: _File = None,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking: you have seen what waits.")] = False,
) -> None:
    """Let a client in, or the keys that were added to one, as a second person. Shows what it is first."""
    with signed_in(_client_in(as_file)) as operator:
        client = operator.get("partners", f"{_CLIENTS}/{client_id}")
        asked_for = [each["id"] for each in client["credentials"] if each["status"] == "requested"]
        if not _asked_for(client):
            raise HubProblem(f"nothing of {client_id} waits for approval; it is {client['status']}")
        _tell(client)
        if not yes:
            typer.confirm("Approve it?", abort=True)
        if client["status"] == "requested":
            client = operator.post("partners", f"{_CLIENTS}/{client_id}/approval", {"credentials": asked_for})
        else:
            for each in asked_for:
                client = operator.post("partners", f"{_CLIENTS}/{client_id}/credentials/{each}/approval", {})
    typer.echo(f"{client_id} of {client['org']} is {client['status']}")


def _asked_for(client: dict[str, Any]) -> bool:
    waits = any(each["status"] == "requested" for each in client["credentials"])
    return client["status"] == "requested" or (client["status"] == "active" and waits)


def _tell(client: dict[str, Any]) -> None:
    typer.echo(f"{client['client_id']}  {client['kind']}  {client['org']}  {client['name']}")
    typer.echo(f"        may do {' '.join(client['scopes'])}")
    if client["status"] == "requested":
        typer.echo(f"        asked for by {_who(client['asked_by'], client['asked_by_name'])}, {client['created_at']}")
    for each in client["credentials"]:
        if each["status"] == "requested":
            end = f", until {each['expires_at']}" if each["expires_at"] else ""
            by = _who(each["added_by"], each["added_by_name"])
            typer.echo(f"        {'; '.join(_proofs(each))}; by {by}, {each['added_at']}{end}")


def _proofs(credential: dict[str, Any]) -> Iterable[str]:
    """What a credential is, as far as it can be compared."""
    if credential["thumbprint"]:
        yield f"key {credential['thumbprint']}"
    elif credential["jwks_uri"]:
        yield f"keys at {credential['jwks_uri']}"
        yield from (f"key {key['thumbprint']}" for key in credential["key_set"]["keys"])
    else:
        yield "a secret"


def _who(person: str, name: str | None) -> str:
    return f"{name} ({person})" if name else person


def _client_in(file: Path | None) -> dict[str, Any] | None:
    """As `operator_of` takes it. Raises HubProblem for a file that signs nobody in."""
    if file is None:
        return None
    held = read_client_file(file, Proof.PRIVATE_KEY)
    return {"client_id": held["client_id"], "private_jwk": held["private_key_jwk"]}
