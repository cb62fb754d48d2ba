"""The `simpul` command. Each group of subcommands is a Typer of its own, so that more can join.

What only one subcommand needs is imported there: `status` should answer at once.
"""

import errno
import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from deploy.local.approval_commands import approve, waiting
from deploy.local.command_context import this_hub
from deploy.local.conformance_commands import conformance, sandbox
from deploy.local.contact_commands import contacts
from deploy.local.dead_letter_commands import dead_letters
from deploy.local.delivery_commands import deliveries
from deploy.local.hub import HubStatus
from deploy.local.notice_commands import notices
from deploy.local.partner_kinds import ConsoleRole, PartnerKind
from deploy.local.problems import HubProblem, explain_os_error
from deploy.local.rules_commands import rules

app = typer.Typer(
    help="Simpul, the interoperability hub for work accident insurance: runs and operates a hub on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
partner = typer.Typer(help="Partners and their clients.", no_args_is_help=True)
partner.command("waiting")(waiting)
partner.command("approve")(approve)
partner.command("contacts")(contacts)
app.add_typer(partner, name="partner")
app.add_typer(rules, name="rules")
app.add_typer(conformance, name="conformance")
app.add_typer(sandbox, name="sandbox")
app.add_typer(dead_letters, name="dead-letters")
app.add_typer(deliveries, name="deliveries")
app.add_typer(notices, name="notices")


@app.command()
def up() -> None:
    """Start what does not run; returns when every service is ready."""
    hub = this_hub()
    hub.up()
    _print_status(hub.status())


@app.command()
def down() -> None:
    """Stop everything. The state stays."""
    this_hub().down()


@app.command()
def clean() -> None:
    """Stop everything and delete the state: databases, topics, keys and logs. Downloads stay."""
    this_hub().destroy()


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Where the hub's parts are and whether they are ready."""
    found = this_hub().status()
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        _print_status(found)


@app.command()
def doctor() -> None:
    """Check everything a hub needs; exits 1 when something is wrong."""
    from deploy.local.doctor import examine

    failed = False
    for finding in examine(this_hub()):
        failed = failed or not finding.ok
        typer.echo(f"{'ok    ' if finding.ok else 'failed'}  {finding.what}: {finding.detail}")
    if failed:
        raise typer.Exit(1)


@partner.command("add")
def partner_add(
    kind: Annotated[PartnerKind, typer.Argument(help="What the client may do.")],
    org: Annotated[str, typer.Option(help="Whose client it is, such as employer:JJ012345.")],
    name: Annotated[str, typer.Option(help="The organisation's name.")],
    out: Annotated[Path, typer.Option(help="Where to write the credentials (mode 0600, overwritten).")],
    region: Annotated[str | None, typer.Option(help="A hospital's own region, such as 3671.")] = None,
    jwks_url: Annotated[
        str | None, typer.Option(help="Where the partner publishes its own keys; no key pair is made then.")
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="It only tries things out, apart from all that is real.")
    ] = False,
) -> None:
    """Register a new client on the running hub."""
    from deploy.local.partner import add_partner

    settings = this_hub().settings
    written = add_partner(settings, kind, org=org, name=name, region=region, out=out, jwks_url=jwks_url, test=test)
    typer.echo(f"{written['client_id']} of {written['org']}: {out}", err=True)
    if written["status"] == "requested":
        typer.echo("It gets no token until a second person approves it: `simpul partner approve`.", err=True)


@app.command("console-login")
def console_login(
    role: Annotated[ConsoleRole, typer.Option(help="What the person may see and do.")],
    name: Annotated[str, typer.Option(help="The person's name; the same name is the same person.")],
) -> None:
    """Print an address that signs a person in to the console once. Local profile only."""
    from deploy.local.partner import console_login as make_link

    settings = this_hub().settings
    if settings.profile != "local":
        raise HubProblem("only a hub of the local profile makes sign-in links; others use their OpenID provider")
    typer.echo(make_link(settings, role.value, name))


def _print_status(found: HubStatus) -> None:
    for name, service in found["services"].items():
        typer.echo(f"{name:<18} {'ready    ' if service['ready'] else 'not ready'}  {service['url']}")
    typer.echo(f"{'kafka':<18}            {found['kafka']}")
    typer.echo(f"{'issuer':<18}            {found['issuer']}")


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command; problems become one line and exit code 1."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)  # leave through the handlers that stop what this call started
    try:
        app(prog_name="simpul")
    except HubProblem as problem:
        _fail(problem.text, problem.log_lines)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise SystemExit(1) from error
        _fail(explain_os_error(error))


def _fail(text: str, log_lines: tuple[str, ...] = ()) -> NoReturn:
    for line in log_lines:
        sys.stderr.write(f"  | {line}\n")
    sys.stderr.write(f"simpul: {text}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
