"""What commands share: options, the hub of this machine, and its operator, whose module is imported when one is needed,
so that every other command starts at once."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.local.hub import Hub
from deploy.local.problems import HubProblem
from deploy.local.progress import Reporter
from deploy.local.settings import HubSettings

if TYPE_CHECKING:
    from deploy.local.hub_operator import Operator

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Service = Annotated[str | None, typer.Option(help="One service only, such as verification.")]


def this_hub() -> Hub:
    """Its settings are those it runs with, whatever the environment says by now."""
    return Hub(HubSettings.load(), Reporter())


def services_of(wanted: str | None, known: Sequence[str]) -> Sequence[str]:
    """The one that was asked for, else all `known`. Raises HubProblem for another."""
    if wanted is None:
        return known
    if wanted not in known:
        raise HubProblem(f"{wanted} has none; these have: {', '.join(known)}")
    return (wanted,)


def signed_in(client: Mapping[str, Any] | None = None) -> "AbstractContextManager[Operator]":
    """The hub's own operator, or another one's `client`. Raises HubProblem when the hub does not run."""
    from deploy.local.hub_operator import operator_of

    return operator_of(this_hub().settings, client)
