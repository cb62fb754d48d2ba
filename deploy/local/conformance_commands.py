"""The `simpul conformance` and `simpul sandbox` groups."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.local.client_file import Proof, read_client_file
from deploy.local.command_context import AsJson, this_hub
from deploy.local.problems import HubProblem

if TYPE_CHECKING:
    from deploy.conformance.rules import Verdict

conformance = typer.Typer(help="Whether a hub keeps what the interface promises.", no_args_is_help=True)
sandbox = typer.Typer(help="Clients and people to try the hub with.", no_args_is_help=True)
# Numbers that the registry of hospitals does not give.
_SANDBOX, _SECOND = "900000001", "900000002"


@conformance.callback()
def _conformance() -> None:
    """Keeps `hospital` a command of its own while it is the only one."""


@sandbox.callback()
def _sandbox() -> None:
    """Likewise."""


@conformance.command("hospital")
def conformance_hospital(
    url: Annotated[str | None, typer.Option(help="The hospital gateway, without /fhir. Default: the client's.")] = None,
    client: Annotated[
        Path | None, typer.Option(help="A client's file. Without it a sandbox is made on this hub.")
    ] = None,
    other: Annotated[Path | None, typer.Option(help="A second hospital's client, for the rules on others.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="A rule; it is checked with what it needs.")] = None,
    patience_seconds: Annotated[float, typer.Option(help="How long a claim may take to come back.")] = 30.0,
    as_json: AsJson = False,
    report: Annotated[bool, typer.Option("--report", help="Tell the client's hub what was found.")] = False,
) -> None:
    """Play a hospital's whole sequence and print pass or FAIL for each rule; exits 1 when one fails."""
    from deploy.conformance.hospital import play_hospital
    from deploy.conformance.printed import as_document, line, summary

    credentials, second = _clients(client, other)
    url, began = url or _gateway(credentials), datetime.now(UTC)
    try:
        verdicts = play_hospital(
            url,
            credentials,
            other=second,
            only=only or (),
            patience_seconds=patience_seconds,
            tell=(lambda _: None) if as_json else (lambda verdict: typer.echo(line(verdict))),
        )
    except KeyError as unknown:
        raise HubProblem(f"there is no rule {unknown}; docs/connect-a-hospital.md lists them") from unknown
    typer.echo(json.dumps(as_document(url, began, verdicts), indent=1) if as_json else summary(verdicts))
    if report:
        _report(credentials, url, began, verdicts)
    if any(verdict.outcome == "failed" for verdict in verdicts):
        raise typer.Exit(1)


@sandbox.command("hospital")
def sandbox_hospital(
    out: Annotated[Path, typer.Option(help="Where to write client and workers (mode 0600, overwritten).")],
    number: Annotated[str, typer.Option(help="The hospital's registry number.")] = _SANDBOX,
    name: Annotated[str, typer.Option(help="Its name.")] = "RS Sandbox",
    region: Annotated[str, typer.Option(help="Its own region.")] = "3671",
) -> None:
    """Register a hospital with workers who do not exist, one for each answer that eligibility can give."""
    from deploy.local.partner import require_writable, write_private
    from deploy.local.sandbox import hospital_sandbox

    require_writable(out)
    made = hospital_sandbox(this_hub().settings, number=number, name=name, region=region)
    write_private(out, made)
    for worker in made["sandbox"]["workers"]:
        typer.echo(f"{worker['nik']}  {worker['case']}")
    typer.echo(f"{made['client_id']} of {made['org']}: {out}", err=True)


def _gateway(credentials: dict[str, Any]) -> str:
    """Raises HubProblem for a file without addresses."""
    found = credentials.get("base_urls", {}).get("hospital_gateway")
    if not found:
        raise HubProblem("the client's file names no hospital gateway; name one with --url")
    return str(found)


def _report(credentials: dict[str, Any], url: str, began: datetime, verdicts: "list[Verdict]") -> None:
    from deploy.conformance.reported import NotReported, as_report, send_report

    try:
        told = send_report(credentials, as_report(url, began, verdicts))
    except NotReported as why:
        raise HubProblem(f"the run was not reported: {why}") from why
    typer.echo(f"reported to {told}", err=True)


def _clients(client: Path | None, other: Path | None) -> tuple[dict[str, Any], dict[str, Any] | None]:
    second = read_client_file(other, Proof.SECRET) if other is not None else None
    if client is not None:
        return read_client_file(client, Proof.SECRET), second
    from deploy.local.sandbox import hospital_sandbox

    settings = this_hub().settings
    made = hospital_sandbox(settings, number=_SANDBOX, name="RS Sandbox", region="3671")
    return made, second or hospital_sandbox(settings, number=_SECOND, name="RS Kedua", region="3171")
