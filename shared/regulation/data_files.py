"""Reading the YAML files that stand beside this module; every complaint names the file."""

from pathlib import Path
from typing import Any

import yaml

DATA_FOLDER = Path(__file__).parent / "data"


class BadRuleFile(ValueError):
    """A file of rules that cannot be used: says which file and why. Raised at start, never in a request."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in `path`. Raises BadRuleFile when it is no YAML mapping (the reason holds the line)."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BadRuleFile(path, str(error)) from error
    if not isinstance(loaded, dict):
        raise BadRuleFile(path, "a mapping is expected at the top")
    return loaded
