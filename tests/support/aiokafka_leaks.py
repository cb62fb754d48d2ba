"""aiokafka loses hold of a socket when a client is closed while it reconnects; nothing of ours can close it then."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def aiokafka_leaks_stay_here() -> Iterator[None]:
    """Around a test that kills, freezes or leaves a real broker: what was lost is collected at its end, so that the
    warning does not hit whichever test comes next."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
