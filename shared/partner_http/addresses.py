"""Which URLs and addresses the hub may call on a partner's word (OWASP API7, server-side request forgery).

A partner names a URL; the hub connects from inside its own network. So in production only `https`, only ports on a
list, no user information, and only names all of whose addresses are public. The address that was judged is the
address that is connected to (`transport.py`): a name that answers differently the second time gains nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

# Ranges that Python's `is_global` does not refuse, or refuses only in some versions.
_REFUSED_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, with the broadcast address
        "64:ff9b::/96",  # NAT64: carries an IPv4 address
        "64:ff9b:1::/48",  # NAT64 for local use
        "2001::/32",  # Teredo: carries an IPv4 address
        "2002::/16",  # 6to4: carries an IPv4 address
        "fc00::/7",  # unique local
        "fec0::/10",  # site local, as old networks still have it
        "ff00::/8",  # multicast
        "::/96",  # IPv4-compatible, with `::` and `::1`
    )
)
_LOCAL_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "home.arpa", "lan")


class AddressRefused(Exception):
    """The policy says no. `code` is stable: `url.scheme`, `url.user-information`, `url.port`, `url.host`,
    `url.address-not-public`, `url.unresolvable`, `url.malformed`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Every address of `host`, through the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: IpAddress) -> bool:
    """Whether the address is reachable on the public internet and nothing else."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if any(address.version == network.version and address in network for network in _REFUSED_NETWORKS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True)
class AddressPolicy:
    """`public_only=False` is for the local profile: any scheme of HTTP, any host and port."""

    public_only: bool
    ports: frozenset[int] = frozenset({443, 8443})
    resolver: Resolver = system_resolver
    resolve_timeout_seconds: float = 5.0

    def check(self, url: str) -> SplitResult:
        """Judge the URL by its text alone. Raises AddressRefused."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise AddressRefused("url.malformed", "This is not a URL.") from None
        if parts.scheme not in (("https",) if self.public_only else ("https", "http")):
            raise AddressRefused("url.scheme", "The URL must begin with https://.")
        if not parts.hostname or any(ord(character) <= 32 or ord(character) > 126 for character in url):
            raise AddressRefused("url.malformed", "The URL has no host, or characters that must be encoded.")
        if "\\" in url or "#" in url:
            raise AddressRefused("url.malformed", "The URL must have neither a backslash nor a fragment.")
        if parts.username is not None or parts.password is not None:
            raise AddressRefused("url.user-information", "The URL must not hold a user name or password.")
        if port == 0:
            raise AddressRefused("url.port", "The port is not allowed.")
        if self.public_only:
            self._check_public_form(parts.hostname, port or 443)
        return parts

    def _check_public_form(self, host: str, port: int) -> None:
        if port not in self.ports:
            raise AddressRefused("url.port", f"The port must be one of {sorted(self.ports)}.")
        literal = _literal(host)
        if literal is not None:
            if not is_public(literal):
                raise AddressRefused("url.address-not-public", "The address is not a public one.")
            return
        labels = host.rstrip(".").lower().split(".")
        if labels[-1] in _LOCAL_NAMES or ".".join(labels[-2:]) in _LOCAL_NAMES or len(labels) < 2:
            raise AddressRefused("url.host", "The host is not a public name.")
        # 2130706433, 0177.0.0.1 and 0x7f.1 are addresses to a C library and names to everybody else.
        if all(_numeric(label) for label in labels) or _numeric(labels[-1]):
            raise AddressRefused("url.host", "Write an address with four decimal numbers.")

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses that may be connected to. Raises AddressRefused when any one is not public."""
        literal = _literal(host)
        if literal is not None:
            found: Sequence[str] = [str(literal)]
        else:
            try:
                async with asyncio.timeout(self.resolve_timeout_seconds):
                    found = await self.resolver(host, port)
            except (OSError, UnicodeError, TimeoutError):
                found = []
        if not found:
            raise AddressRefused("url.unresolvable", "The host's name has no address.")
        if self.public_only and not all(is_public(ipaddress.ip_address(address.split("%")[0])) for address in found):
            raise AddressRefused("url.address-not-public", "The host has an address that is not public.")
        return found


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return None


def _numeric(label: str) -> bool:
    """Whether a C library could take the label for a number (decimal, octal or hexadecimal)."""
    return label.isdigit() or label.lower().startswith("0x")
