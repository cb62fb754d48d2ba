"""The `simpul dead-letters` group: what an operator does with events that could not be handled."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.local.command_context import AsJson, Service, services_of, signed_in
from deploy.local.editor import edited
from deploy.local.problems import HubProblem

if TYPE_CHECKING:
    from deploy.local.hub_operator import Operator

dead_letters = typer.Typer(help="Events that could not be handled.", no_args_is_help=True)

# Who consumes events.
CONSUMING = ("intake", "hospital_gateway", "disnaker_gateway", "verification")
_LETTERS = "/v1/operations/dead-letters"

LetterId = Annotated[str, typer.Argument(help="As `dead-letters list` tells it.")]


@dead_letters.command("list")
def list_letters(
    service: Service = None,
    state: Annotated[str, typer.Option(help="open, redriven or discarded.")] = "open",
    as_json: AsJson = False,
) -> None:
    """What could not be handled, grouped by its cause."""
    with signed_in() as operator:
        found = [
            {"service": name, **letter}
            for name in services_of(service, CONSUMING)
            for letter in operator.every(name, _LETTERS, state=state)
        ]
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    causes = Counter((letter["service"], letter["topic"], letter["reason_code"]) for letter in found)
    for (name, topic, code), count in causes.most_common():
        typer.echo(f"{count:>6}  {name}  {topic}  {code}")
        for letter in found:
            if (letter["service"], letter["topic"], letter["reason_code"]) == (name, topic, code):
                behind = f", {letter['parked_behind']} wait behind it" if letter["parked_behind"] else ""
                typer.echo(f"        {letter['id']}  {letter['failed_at']}, {letter['attempts']} attempts{behind}")
    if not found:
        typer.echo(f"no dead letters are {state}")


@dead_letters.command("show")
def show_letter(
    letter_id: LetterId,
    service: Service = None,
    reveal: Annotated[
        str | None, typer.Option(help="In the clear, and why: mend, ask_sender or inspection. Is recorded.")
    ] = None,
    edit: Annotated[int | None, typer.Option(help="Which version: 0 as it was read, else the last.", min=0)] = None,
) -> None:
    """Everything about one; what it says is masked."""
    with signed_in() as operator:
        name, letter = _find(operator, letter_id, service)
        said = _said(operator, name, letter_id, reveal, edit)
    # Escapes stay escapes: what a stranger sent must not speak to the terminal.
    typer.echo(json.dumps({"service": name, **letter, "payload": said}, indent=1))


@dead_letters.command("edit")
def edit_letter(
    letter_id: LetterId,
    reason: Annotated[str, typer.Option(help="Why it is changed, and on whose word; kept with it.")],
    file: Annotated[
        Path | None, typer.Option(help="JSON with `facts` and `content`; without it your editor opens.", exists=True)
    ] = None,
    redrive: Annotated[bool, typer.Option("--redrive", help="And handle it again at once.")] = False,
    service: Service = None,
) -> None:
    """Change what one says before it is handled again, within its contract; the original is kept."""
    with signed_in() as operator:
        name, letter = _find(operator, letter_id, service)
        if file is None:
            said = _said(operator, name, letter_id, "mend", None)
            based_on, document = said["edit"], _edited(said)
        else:
            based_on, document = letter["edits"], _json_of(file.read_text())
        body = {**document, "based_on": based_on, "reason": reason}
        made = operator.post(name, f"{_LETTERS}/{letter_id}/edits", body)
        typer.echo(f"{letter_id}: edit {made['number']} is kept; changed: {', '.join(made['changed'])}")
        if redrive:
            answer = operator.post(name, f"{_LETTERS}/{letter_id}/redrive")
            typer.echo(_redriven(letter_id, answer))
            if not answer["resolved"]:
                raise typer.Exit(1)


@dead_letters.command("redrive")
def redrive_letters(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="Which; none with --reason-code.")] = None,
    reason_code: Annotated[str | None, typer.Option(help="All that failed for this reason, oldest first.")] = None,
    service: Service = None,
) -> None:
    """Handle again, in order behind each key; exits 1 when one fails again."""
    if bool(letter_ids) == bool(reason_code):
        raise HubProblem("name dead letters, or all of one cause by --reason-code")
    failed = False
    with signed_in() as operator:
        for name, letter_id in _chosen(operator, letter_ids or [], reason_code, service):
            answer = operator.post(name, f"{_LETTERS}/{letter_id}/redrive")
            failed = failed or not answer["resolved"]
            typer.echo(_redriven(letter_id, answer))
    if failed:
        raise typer.Exit(1)


@dead_letters.command("discard")
def discard_letter(
    letter_id: LetterId,
    reason: Annotated[str, typer.Option(help="Why it may be lost; kept with it.")],
    service: Service = None,
) -> None:
    """Put one away unhandled; what waits behind it follows."""
    with signed_in() as operator:
        name, _ = _find(operator, letter_id, service)
        answer = operator.post(name, f"{_LETTERS}/{letter_id}/discard", {"reason": reason})
    typer.echo(_redriven(letter_id, answer))


def _said(operator: "Operator", service: str, letter_id: str, purpose: str | None, edit: int | None) -> dict[str, Any]:
    """What it says; in the clear for a purpose."""
    if purpose is None:
        return operator.get(service, f"{_LETTERS}/{letter_id}/payload", edit=edit)
    return operator.post(service, f"{_LETTERS}/{letter_id}/reveal", {"purpose": purpose, "edit": edit})


def _edited(said: dict[str, Any]) -> dict[str, Any]:
    """What the operator's editor made of it. Raises HubProblem when it cannot be mended or was left as it was."""
    if not said["editable"]:
        raise HubProblem("it has ended, or cannot be opened as an event: nobody can mend what it says")
    parts = {part: said[part] for part in ("facts", "content") if said[part] is not None}
    text = edited(json.dumps(parts, indent=2), ".json")
    if text is None:
        raise HubProblem("the editor left it as it was: nothing was changed")
    return _json_of(text)


def _json_of(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise HubProblem(f"this is not JSON: {error}") from error
    if not isinstance(document, dict) or not {"facts"} <= document.keys() <= {"facts", "content"}:
        raise HubProblem("it has to be one object with `facts` and, where there was one, `content`")
    return document


def _find(operator: "Operator", letter_id: str, service: str | None) -> tuple[str, dict[str, Any]]:
    """The service that keeps this dead letter, and the letter."""
    if service is not None:
        (name,) = services_of(service, CONSUMING)
        return name, operator.get(name, f"{_LETTERS}/{letter_id}")
    for name in CONSUMING:
        for letter in operator.every(name, _LETTERS):
            if letter["id"] == letter_id:
                return name, letter
    raise HubProblem(f"no service keeps an open dead letter {letter_id}; an ended one needs --service")


def _chosen(
    operator: "Operator", letter_ids: list[str], reason_code: str | None, service: str | None
) -> list[tuple[str, str]]:
    if letter_ids:
        return [(_find(operator, letter_id, service)[0], letter_id) for letter_id in letter_ids]
    found = [
        (name, str(letter["id"]))
        for name in services_of(service, CONSUMING)
        for letter in operator.every(name, _LETTERS, state="open")
        if letter["reason_code"] == reason_code
    ]
    if not found:
        raise HubProblem(f"no open dead letter failed for {reason_code}")
    return found


def _redriven(letter_id: str, answer: dict[str, Any]) -> str:
    told = "resolved" if answer["resolved"] else "failed again"
    return f"{letter_id}: {told}; {answer['followed']} followed, {answer['still_parked']} still wait"
