"""The `simpul notices` group: what the hub tells its partners, and everybody, of itself."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from deploy.local.command_context import AsJson, signed_in
from deploy.local.settings import SERVICES

notices = typer.Typer(help="Incidents and maintenance, told to partners or to everybody.", no_args_is_help=True)
_PATH = "/v1/notices"
_OPEN = ["upcoming", "current"]


class NoticeKind(StrEnum):
    """What happened, or what is planned."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


class HubPart(StrEnum):
    """A service that a notice can concern."""

    PARTNERS = "partners"
    INTAKE = "intake"
    HOSPITAL_GATEWAY = "hospital_gateway"
    DISNAKER_GATEWAY = "disnaker_gateway"
    VERIFICATION = "verification"


TextId = Annotated[str, typer.Option(help="What to tell, in Indonesian.")]
TextEn = Annotated[str, typer.Option(help="What to tell, in English.")]
Until = Annotated[datetime | None, typer.Option(help="Its end, with an offset or in local time.")]


@notices.command("list")
def list_notices(
    ended: Annotated[bool, typer.Option("--ended", help="Those that are over too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is told now, the newest first."""
    with signed_in() as operator:
        found = list(operator.every("partners", _PATH, phase=None if ended else _OPEN))
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    for each in found:
        until = f" until {each['ends_at']}" if each["ends_at"] else ""
        typer.echo(f"{each['id']}  {each['kind']}  {each['state']}  for {each['audience']}: {each['title']['en']}")
        typer.echo(f"        {', '.join(each['services'])}; from {each['begins_at']}{until}")
    if not found:
        typer.echo("nothing is told")


@notices.command("publish")
def publish_notice(
    kind: Annotated[NoticeKind, typer.Argument(help="An incident begins now unless --from says when it began.")],
    title_id: Annotated[str, typer.Option(help="One line in Indonesian.")],
    title_en: Annotated[str, typer.Option(help="One line in English.")],
    text_id: TextId,
    text_en: TextEn,
    service: Annotated[list[HubPart] | None, typer.Option(help="Which it concerns; none: all of them.")] = None,
    begins: Annotated[datetime | None, typer.Option("--from", help="With an offset or in local time.")] = None,
    until: Until = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="On public pages too, not to partners alone.")] = False,
) -> None:
    """Tell of an incident or of maintenance; prints the notice's id."""
    said = {
        "kind": kind.value,
        "audience": "everybody" if everybody else "partners",
        "services": [each.value for each in service or ()] or list(SERVICES),
        "title": {"id": title_id, "en": title_en},
        "text": {"id": text_id, "en": text_en},
        "begins_at": _instant(begins),
        "ends_at": _instant(until),
    }
    with signed_in() as operator:
        typer.echo(operator.post("partners", _PATH, said, once=True)["id"])


@notices.command("update")
def update_notice(
    notice_id: Annotated[str, typer.Argument(help="As `notices list` tells it.")],
    state: Annotated[
        str,
        typer.Option(
            help="investigating, identified, monitoring or resolved; scheduled, in_progress, completed or cancelled."
        ),
    ],
    text_id: TextId,
    text_en: TextEn,
    until: Until = None,
) -> None:
    """Tell how it goes on, or that it is over (resolved, completed, cancelled)."""
    said: dict[str, Any] = {"state": state, "text": {"id": text_id, "en": text_en}, "ends_at": _instant(until)}
    with signed_in() as operator:
        answer = operator.post("partners", f"{_PATH}/{notice_id}/updates", said, once=True)
    typer.echo(f"{notice_id}: {answer['state']}, {answer['phase']}")


def _instant(given: datetime | None) -> str | None:
    return given.astimezone().isoformat() if given else None
