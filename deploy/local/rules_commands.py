"""The `simpul rules` group."""

import importlib
import json
from types import ModuleType
from typing import Annotated

import typer

from deploy.local.command_context import AsJson, this_hub
from deploy.local.problems import HubProblem

rules = typer.Typer(help="The law as data: rule sets and what they would change.", no_args_is_help=True)
_NAMED = "A rule set such as RS-2025, or the path of a file with one."
_SHOWN = f"{_NAMED} Or `contributions`. Without it, the list of those shipped."


@rules.command("show")
def rules_show(
    rule_set: Annotated[str | None, typer.Argument(help=_SHOWN)] = None,
    as_json: AsJson = False,
) -> None:
    """Print the rule sets, or every value of one with its article and how sure it is."""
    law = _law()
    if rule_set is None:
        for line in law.listed():
            typer.echo(line)
        return
    values = law.values_shown(rule_set)
    if as_json:
        typer.echo(json.dumps(values, indent=1, default=str))
        return
    for place, value in values.items():
        typer.echo(f"{place}: {law.shown(value)}")


@rules.command("diff")
def rules_diff(
    one: Annotated[str, typer.Argument(help=_NAMED)],
    other: Annotated[str, typer.Argument(help=_NAMED)],
    as_json: AsJson = False,
) -> None:
    """Print every value that differs between two rule sets."""
    law = _law()
    found = law.differences(law.find_rule_set(one), law.find_rule_set(other))
    if as_json:
        typer.echo(json.dumps([{"value": p, one: a, other: b} for p, a, b in found], indent=1, default=str))
        return
    for place, before, after in found:
        typer.echo(f"{place}: {law.shown(before)} -> {law.shown(after)}")


@rules.command("replay")
def rules_replay(
    rule_set: Annotated[str, typer.Option("--rule-set", help=_NAMED)],
    as_json: AsJson = False,
) -> None:
    """Derive the claims that the hub holds under another rule set and print what would change. Changes nothing."""
    law = _law()
    hub = this_hub()
    for found in law.replayed(hub, rule_set):
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
        elif "case_number" in found:
            typer.echo(f"{found['case_number']} ({found['rule_set']})")
            for change in found["changes"]:
                typer.echo(f"  {law.shown_change(change)}")
        else:
            typer.echo(
                f"{found['changed']} of {found['claims']} claims would change;"
                f" {found['unreadable']} could not be opened;"
                f" benefits {found['total_now']} -> {found['total_then']} rupiah"
            )


def _law() -> ModuleType:
    """`deploy.local.rules`, which reads the rule files. Raises HubProblem naming file and line of one that is wrong."""
    try:
        return importlib.import_module("deploy.local.rules")
    except ValueError as bad:
        raise HubProblem(str(bad)) from bad
