"""The queue's filter in an address. What somebody searched for may be a person's number, so it is sealed there."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from services.verification.application.console_queue import MINE, REAL, TEST, UNASSIGNED, QueueFilter
from shared.errors import Refusal, SimpulError
from shared.regulation.codes import CODE_LISTS
from shared.regulation.provinces import PROVINCES
from shared.sealing import Sealer

_SEARCH = "queue-search"
_CHOICES = {
    "state": {code.code for code in CODE_LISTS["states"]},
    "waiting_on": {code.code for code in CODE_LISTS["waiting_on"]},
    "flag": {code.code for code in CODE_LISTS["flags"]},
    "region": set(PROVINCES),
    "assigned": {MINE, UNASSIGNED},
    "test": {TEST, REAL},
}
SEARCH_LENGTH_MAX = 100


def filter_of(query: Mapping[str, str], sealer: Sealer) -> QueueFilter:
    """What an address asks for. Raises Refusal for what no form of ours sends."""
    chosen = {name: query[name] for name in _CHOICES if query.get(name)}
    if any(value not in _CHOICES[name] for name, value in chosen.items()):
        raise Refusal("queue.filter", "This filter does not exist.")
    found = QueueFilter(**chosen, overdue=bool(query.get("overdue")), everything=bool(query.get("everything")))
    return replace(found, q=_opened(query["s"], sealer)) if query.get("s") else found


def query_of(wanted: QueueFilter, sealer: Sealer, **more: str) -> str:
    """The filter as the query of an address, without the question mark."""
    given = {name: "1" if value is True else value for name, value in wanted.given().items() if name != "q"}
    if wanted.q:
        given["s"] = urlsafe_b64encode(sealer.seal_bytes(wanted.q.encode(), type=_SEARCH, id="", version=1)).decode()
    return urlencode({**given, **more})


def _opened(token: str, sealer: Sealer) -> str:
    try:
        return sealer.open_bytes(urlsafe_b64decode(token), type=_SEARCH, id="", version=1).decode()
    except (ValueError, SimpulError) as error:
        raise Refusal("queue.search", "This search can no longer be repeated; search again.") from error
