"""`./simpul rules`: what the law in force says, how two rule sets differ, and what one would change."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.local.bootstrap import ROOT
from deploy.local.hub import Hub
from deploy.local.problems import HubProblem
from deploy.local.service_processes import inherited_environment, service_environment
from shared.regulation.data_files import DATA_FOLDER, BadRuleFile, read_yaml
from shared.regulation.rule_sets import RULE_SETS, RuleSet, load_rule_set, rule_set_named

_SERVICE = "verification"
CONTRIBUTIONS = "contributions"
# What every rule set has a value of its own for; a difference there says nothing.
_NAMES = frozenset({"rule_set", "from", "to", "replaces"})
Values = dict[str, Any]


def listed() -> Iterator[str]:
    """The shipped rule sets, one a line."""
    for rules in RULE_SETS:
        until = rules.valid_to.isoformat() if rules.valid_to else "open"
        yield f"{rules.rule_set}  {rules.valid_from} to {until:<10}  {rules.benefit_law}; {rules.procedure_law}"


def values_shown(name: str) -> Values:
    """Every value of a rule set by its place, or of `contributions` (with the sectors' risk groups). Raises
    HubProblem."""
    if name == CONTRIBUTIONS:
        files = ("contributions", "risk_groups")
        return {place: value for file in files for place, value in _flat(file, read_yaml(DATA_FOLDER / f"{file}.yaml"))}
    found = find_rule_set(name)
    return values_of(found) | {"content_hash": found.content_hash}


def find_rule_set(name: str) -> RuleSet:
    """A shipped rule set by its name, or the one in a file. Raises HubProblem naming what is wrong."""
    try:
        return load_rule_set(Path(name)) if name.endswith((".yaml", ".yml")) else rule_set_named(name)
    except KeyError:
        known = ", ".join(rules.rule_set for rules in RULE_SETS)
        raise HubProblem(f"there is no rule set {name}; there are {known}, or the path of a file") from None
    except BadRuleFile as bad:
        raise HubProblem(str(bad)) from bad


def values_of(rules: RuleSet) -> Values:
    """Every value by its place in the file, its disability table's too: `benefits.STMB.bands.0.percent` → 100."""
    return dict(_flat("", rules.content)) | {
        place: value
        for place, value in _flat("disability_table", rules.disabilities.content)
        if place.startswith("disability_table.rows")
    }


def differences(one: RuleSet, other: RuleSet) -> list[tuple[str, Any, Any]]:
    """Place, value there and value here, for every value that differs; None for one that is not there."""
    before, after = values_of(one), values_of(other)
    places = [*before, *(place for place in after if place not in before)]
    return [
        (place, before.get(place), after.get(place))
        for place in places
        if before.get(place) != after.get(place) and place not in _NAMES
    ]


def replayed(hub: Hub, rule_set: str) -> Iterator[Mapping[str, Any]]:
    """What the rule set would change in the claims that the hub holds: each such claim, and the sums at the end.
    Changes nothing. Raises HubProblem."""
    rules = find_rule_set(rule_set)
    if not hub.settings.secrets_dir.is_dir():
        raise HubProblem(f"there is no hub in {hub.settings.home}: run `make up`")
    command = [sys.executable, "-m", "services.verification.replay", _argument(rule_set, rules)]
    environment = service_environment(
        hub.settings,
        _SERVICE,
        admin_url=hub.admin_url,
        bootstrap=hub.bootstrap,
        inherited=inherited_environment(),
    )
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            yield json.loads(line)
        told = process.stderr.read().strip().splitlines()
    if process.returncode != 0:
        raise HubProblem(f"the claims could not be replayed: {told[-1] if told else 'no reason told'}")


def shown_change(change: Mapping[str, Any]) -> str:
    """One change of a claim on one line."""
    return f"{change['field']}: {_shown(change['now'])} -> {_shown(change['then'])}"


def shown(value: object) -> str:
    """A value as the file would have it."""
    return "-" if value is None else str(value)


def _argument(name: str, rules: RuleSet) -> str:
    return str(Path(name).resolve()) if name != rules.rule_set else name


def _flat(place: str, value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(f"{place}.{key}" if place else str(key), part)
    elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        for index, part in enumerate(value):
            yield from _flat(f"{place}.{index}", part)
    elif isinstance(value, list):
        yield place, ", ".join(str(part) for part in value)
    else:
        yield place, value


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items())
    return shown(value)
