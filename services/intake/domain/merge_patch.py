"""JSON merge patch (RFC 7396): how an employer says what was wrong in a report."""

from typing import Any


def merge_patch(target: Any, patch: Any) -> Any:
    """A new document; neither argument is changed. Null removes a member; anything but an object replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
