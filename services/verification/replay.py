"""`python -m services.verification.replay RULE_SET`: derives every claim held under another rule set and prints what
would change, a line of JSON for each such claim and one with the sums. `./simpul rules replay` runs it.

RULE_SET is a shipped one or the path of a file. Nothing is written: each claim is looked at in a transaction of its own
that changes no row.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

from services.verification.adapters.rule_replay import RuleReplay
from services.verification.application.replay_rules import Replayed
from services.verification.settings import VerificationSettings
from services.verification.wiring import build_replay
from shared.errors import Unavailable
from shared.regulation.data_files import BadRuleFile
from shared.regulation.rule_sets import RuleSet, load_rule_set, rule_set_named


def rule_set_of(name: str) -> RuleSet:
    """A shipped rule set by its name, or the one in a file. Raises KeyError, or BadRuleFile."""
    return load_rule_set(Path(name)) if name.endswith((".yaml", ".yml")) else rule_set_named(name)


async def lines(replay: RuleReplay) -> AsyncIterator[str]:
    """What would change, as JSON; the last line has the sums."""
    seen: list[Replayed] = []
    async for replayed in replay.claims():
        seen.append(replayed)
        if replayed.changes:
            yield json.dumps(asdict(replayed), ensure_ascii=False)
    sums = {
        "claims": len(seen),
        "unreadable": replay.unreadable,
        "changed": sum(bool(each.changes) for each in seen),
        "total_now": sum(each.total_now for each in seen),
        "total_then": sum(each.total_then for each in seen),
    }
    yield json.dumps(sums)


async def _print(rules: RuleSet) -> None:
    replay = build_replay(VerificationSettings(), rules)
    try:
        async for line in lines(replay):
            sys.stdout.write(f"{line}\n")
    finally:
        await replay.close()


def main() -> None:
    """Exit code 1 and one line on standard error when it cannot be done."""
    try:
        asyncio.run(_print(rule_set_of(sys.argv[1])))
    except KeyError:
        sys.exit(f"there is no rule set {sys.argv[1]}")
    except BadRuleFile as bad:
        sys.exit(str(bad))
    except Unavailable as away:
        sys.exit(away.detail)


if __name__ == "__main__":
    main()
