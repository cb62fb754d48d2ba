"""Where the hub may connect on a partner's word."""

import ipaddress
from collections.abc import Sequence

import pytest

from shared.partner_http.addresses import AddressPolicy, AddressRefused, is_public

PUBLIC = AddressPolicy(public_only=True)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://disnaker.example.go.id/hook", "url.scheme"),
        ("ftp://disnaker.example.go.id/hook", "url.scheme"),
        ("file:///etc/passwd", "url.scheme"),
        ("https://user@disnaker.example.go.id/", "url.user-information"),
        ("https://user:pw@disnaker.example.go.id/", "url.user-information"),
        ("https://@127.0.0.1/", "url.user-information"),
        ("https://disnaker.example.go.id:22/", "url.port"),
        ("https://disnaker.example.go.id:0/", "url.port"),
        ("https://disnaker.example.go.id:99999/", "url.malformed"),
        ("https://localhost/", "url.host"),
        ("https://LOCALHOST./", "url.host"),
        ("https://hook.localhost/", "url.host"),
        ("https://db.internal/", "url.host"),
        ("https://printer.home.arpa/", "url.host"),
        ("https://intranet/", "url.host"),
        ("https://2130706433/", "url.host"),
        ("https://0x7f000001/", "url.host"),
        ("https://0177.0.0.1/", "url.host"),
        ("https://0x7f.1/", "url.host"),
        ("https://127.1/", "url.host"),
        ("https://127.0.0.1/", "url.address-not-public"),
        ("https://10.1.2.3/", "url.address-not-public"),
        ("https://192.168.1.1/", "url.address-not-public"),
        ("https://172.16.0.1/", "url.address-not-public"),
        ("https://169.254.169.254/latest/meta-data/", "url.address-not-public"),
        ("https://100.64.0.1/", "url.address-not-public"),
        ("https://0.0.0.0/", "url.address-not-public"),
        ("https://224.0.0.1/", "url.address-not-public"),
        ("https://255.255.255.255/", "url.address-not-public"),
        ("https://[::1]/", "url.address-not-public"),
        ("https://[::]/", "url.address-not-public"),
        ("https://[::ffff:127.0.0.1]/", "url.address-not-public"),
        ("https://[::ffff:a9fe:a9fe]/", "url.address-not-public"),
        ("https://[::127.0.0.1]/", "url.address-not-public"),
        ("https://[64:ff9b::7f00:1]/", "url.address-not-public"),
        ("https://[2002:7f00:1::]/", "url.address-not-public"),
        ("https://[2001:0:7f00:1::]/", "url.address-not-public"),
        ("https://[fe80::1%25eth0]/", "url.address-not-public"),
        ("https://[fd00::1]/", "url.address-not-public"),
        ("https://[fec0::1]/", "url.address-not-public"),
        ("https://[ff02::1]/", "url.address-not-public"),
        ("https://[not-an-address]/", "url.malformed"),
        ("https://disnaker.example.go.id\\@127.0.0.1/", "url.malformed"),
        ("https://disnaker.example.go.id/#fragment", "url.malformed"),
        ("https://disnaker.example.go.id/a b", "url.malformed"),
        ("https://disnakeｒ.example/", "url.malformed"),
        ("https:///hook", "url.malformed"),
        ("hook", "url.scheme"),
    ],
)
def test_a_production_profile_refuses_the_url(url: str, code: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        PUBLIC.check(url)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "url",
    [
        "https://disnaker.bantenprov.go.id/hook?x=1",
        "https://disnaker.bantenprov.go.id:8443/hook",
        "https://103.10.20.30/hook",
        "https://[2606:4700:4700::1111]/hook",
    ],
)
def test_a_production_profile_takes_public_https(url: str) -> None:
    PUBLIC.check(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8999/hook", "http://localhost/hook", "https://[::1]:1/"])
def test_a_local_profile_takes_http_and_loopback(url: str) -> None:
    AddressPolicy(public_only=False).check(url)


@pytest.mark.parametrize("address", ["::ffff:10.0.0.1", "::ffff:127.0.0.1", "198.18.0.1", "192.0.0.9", "2002::1"])
def test_an_address_that_carries_or_is_a_private_one_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def resolving_to(*addresses: str) -> AddressPolicy:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return AddressPolicy(public_only=True, resolver=resolve)


async def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(AddressRefused, match="not-public"):
        await resolving_to("103.10.20.30", "10.0.0.1").addresses("two.example.go.id", 443)


@pytest.mark.parametrize("address", ["::1", "fe80::1%eth0", "::ffff:169.254.169.254"])
async def test_a_name_that_resolves_inwards_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="not-public"):
        await resolving_to(address).addresses("inward.example.go.id", 443)


async def test_a_name_without_an_address_is_refused() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    with pytest.raises(AddressRefused, match="unresolvable"):
        await AddressPolicy(public_only=True, resolver=resolve).addresses("none.example.go.id", 443)
