"""`./simpul doctor`: looks at everything a hub needs and says what to do about what is wrong."""

import importlib
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deploy.local import ports
from deploy.local.contents import clock_drift_seconds
from deploy.local.hub import Hub
from deploy.local.kafka import java_program
from deploy.local.kafka_jars import missing_jars
from deploy.local.kafka_ready import broker_answers
from deploy.local.postgres_binaries import find_binaries
from deploy.local.problems import HubProblem, explain_os_error
from deploy.local.service_processes import readiness
from deploy.local.unprivileged import unprivileged_user

PYTHON_MIN = (3, 11)
CLOCK_DRIFT_SECONDS_MAX = 5.0
# No release of this project is older, so an earlier clock is a dead battery.
YEAR_MIN = 2026


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    what: str
    ok: bool
    detail: str


def examine(hub: Hub) -> Iterator[Finding]:
    """Every check in turn; none raises."""
    checks: tuple[tuple[str, Callable[[Hub], str]], ...] = (
        ("python", _python),
        ("clock", _clock),
        ("disk", _disk),
        ("rules", _rules),
        ("papers", _papers),
        ("java", _java),
        ("kafka jars", _jars),
        ("postgresql programs", _postgres_programs),
        ("ports", _ports),
        ("postgresql", _postgres),
        ("kafka", _kafka),
        *((name, _service(name)) for name in hub.services),
    )
    for what, check in checks:
        try:
            yield Finding(what, True, check(hub))
        except HubProblem as problem:
            yield Finding(what, False, problem.text)
        except OSError as error:
            yield Finding(what, False, explain_os_error(error))


def _python(_: Hub) -> str:
    if sys.version_info < PYTHON_MIN:
        raise HubProblem(f"Python {platform.python_version()} is too old: install 3.11 or newer")
    return platform.python_version()


def _clock(_: Hub) -> str:
    now = datetime.now(UTC)
    if now.year < YEAR_MIN:
        raise HubProblem(f"the clock says {now:%Y-%m-%d}: set it; tokens and deadlines depend on it")
    try:
        there = now.astimezone(ZoneInfo("Asia/Jakarta"))
    except ZoneInfoNotFoundError as error:
        raise HubProblem("the time zones of Indonesia are missing: run `make up`, which installs tzdata") from error
    return f"{there:%Y-%m-%d %H:%M:%S} in Jakarta"


def _rules(_: Hub) -> str:
    try:
        law = importlib.import_module("shared.regulation.codes").CODE_LISTS
        sets = importlib.import_module("shared.regulation.rule_sets").RULE_SETS
    except ValueError as bad:
        # Every service would refuse to start with it.
        raise HubProblem(f"a file of rules is wrong: {bad}") from bad
    return f"{len(sets)} rule sets, the latest {sets[-1].rule_set}; {len(law)} lists of codes"


def _papers(_: Hub) -> str:
    try:
        # Not at the top: a library that is not there is a finding, and no end of the doctor.
        from shared.paper.typesetter import fonts

        fonts()
    except ImportError as error:
        raise HubProblem(f"letters and receipts cannot be printed here: {error}; run `make up`") from error
    return "can be printed"


def _disk(hub: Hub) -> str:
    hub.require_disk()
    return f"{shutil.disk_usage(hub.nearest_folder()).free // 1_000_000} MB free"


def _java(_: Hub) -> str:
    return java_program()


def _jars(hub: Hub) -> str:
    missing = missing_jars(hub.settings.cache)
    if missing and hub.kafka:
        raise HubProblem(f"{len(missing)} are missing in {hub.settings.cache}: run `make up`, which downloads them")
    return str(hub.settings.cache)


def _postgres_programs(hub: Hub) -> str:
    if hub.postgres is None:
        return "not needed, SIMPUL_POSTGRES_URL names a server"
    found = find_binaries(unprivileged_user())
    return f"PostgreSQL {found.major_version} in {found.folder}"


def _ports(hub: Hub) -> str:
    running = {name for name, process in hub.processes().items() if process.pid is not None}
    if "kafka" in running:
        running.add("kafka-controller")
    own = hub.own_ports()
    ports.require_free({name: port for name, port in own.items() if name not in running})
    return f"{min(own.values())} to {max(own.values())} are free or ours"


def _postgres(hub: Hub) -> str:
    if hub.postgres and hub.postgres.process.pid is None:
        raise HubProblem("not running: run `make up`")
    behind = clock_drift_seconds(hub.admin_url)
    if abs(behind) > CLOCK_DRIFT_SECONDS_MAX:
        raise HubProblem(f"its clock differs from this machine's by {behind:.0f} s: synchronise both")
    return "answers"


def _kafka(hub: Hub) -> str:
    if hub.kafka and hub.kafka.process.pid is None:
        raise HubProblem("not running: run `make up`")
    if not broker_answers(hub.bootstrap):
        raise HubProblem(f"{hub.bootstrap} does not answer: look at {hub.settings.logs / 'kafka.log'}")
    return hub.bootstrap


def _service(name: str) -> Callable[[Hub], str]:
    def check(hub: Hub) -> str:
        if hub.services[name].pid is None:
            raise HubProblem("not running: run `make up`")
        ready, said = readiness(hub.settings.url(name))
        if not ready:
            raise HubProblem(f"not ready: {said}; its log is {hub.services[name].log_file}")
        return hub.settings.url(name)

    return check
