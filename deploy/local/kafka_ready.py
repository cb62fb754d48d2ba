"""Whether a broker answers as Kafka does, not only at its port."""

import socket
import struct

from deploy.local import ports

_METADATA = 3
_METADATA_VERSION = 1
_CLIENT = b"simpul"
_ANSWER_BYTES_MAX = 1_000_000


def broker_answers(bootstrap: str, timeout_seconds: float = 2.0) -> bool:
    """Ask for the cluster's brokers (Kafka protocol, Metadata v1, no topics). True when at least one is registered.

    Written on a socket because an asyncio client cannot be used inside a test's running loop, and logs every refusal.
    """
    host, _, port = bootstrap.split(",")[0].strip().rpartition(":")
    head = struct.pack(">hhih", _METADATA, _METADATA_VERSION, 1, len(_CLIENT)) + _CLIENT
    request = head + struct.pack(">i", 0)
    try:
        with socket.create_connection((host or ports.HOST, int(port)), timeout=timeout_seconds) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", _read(connection, 4))
            answer = _read(connection, min(size, _ANSWER_BYTES_MAX))
    except (OSError, ValueError, struct.error):
        return False
    _correlation, brokers = struct.unpack_from(">ii", answer)
    return bool(brokers > 0)


def _read(connection: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            raise OSError("the connection was closed")
        parts += part
    return parts
