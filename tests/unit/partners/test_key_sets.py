"""Reading a JWK set: over TLS with the name that was asked for, and never at an address that is not public."""

import datetime
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from services.partners.adapters.key_sets import HttpKeySets
from services.partners.domain.credentials import thumbprint
from services.partners.domain.key_sets import KeySetUnread
from shared.partner_http import AddressPolicy, PartnerHttp
from tests.support.key_server import HOST, key_server, key_set

PUBLIC_ADDRESS = "103.10.20.30"
KEY = ECKey.generate_key("P-384", parameters={"kid": "2026-11"})


def test_a_thumbprint_is_that_of_rfc_7638() -> None:
    """Section 3.1 of the RFC."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgd"
        "AZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCu"
        "r-kEgU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert thumbprint(dict[str, Any](KEY.as_dict(private=False))) == KEY.thumbprint()


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own for this name, and that of a client that trusts it."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


class ToThisMachine(httpx.AsyncBaseTransport):
    """Stands for the internet: whoever connects to the public address reaches the server of the test."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        self._port = port
        self._inner = httpx.AsyncHTTPTransport(verify=trust)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == PUBLIC_ADDRESS
        here = request.url.copy_with(host=HOST, port=self._port)
        return await self._inner.handle_async_request(
            httpx.Request("GET", here, headers=request.headers, extensions=request.extensions)
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


def public_only(*addresses: str) -> AddressPolicy:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return AddressPolicy(public_only=True, resolver=resolve)


@pytest.mark.parametrize(("certified_for", "outcome"), [("keys.example.com", None), ("evil.test", "no-answer:tls")])
async def test_the_server_must_be_the_one_that_the_address_names(
    tmp_path: Path, certified_for: str, outcome: str | None
) -> None:
    at_server, trust = certified(tmp_path, certified_for)
    policy = public_only(PUBLIC_ADDRESS)
    async with (
        key_server(at_server, body=key_set(KEY)) as server,
        PartnerHttp(policy, transport=ToThisMachine(server.port, trust)) as http,
    ):
        reading = HttpKeySets(http, policy).read("https://keys.example.com/keys.json")
        if outcome is None:
            assert await reading == [KEY.as_dict(private=False)]
            assert "Host: keys.example.com\r\n" in server.asked[0]
        else:
            with pytest.raises(KeySetUnread, match=outcome):
                await reading


@pytest.mark.parametrize(
    ("url", "addresses", "code"),
    [
        ("https://keys.example.com/", (PUBLIC_ADDRESS, "10.0.0.8"), "url.address-not-public"),
        ("https://keys.example.com/", ("127.0.0.1",), "url.address-not-public"),
        ("https://keys.example.com/", ("::ffff:169.254.169.254",), "url.address-not-public"),
        ("https://keys.example.com/", (), "url.unresolvable"),
        ("http://keys.example.com/", (PUBLIC_ADDRESS,), "url.scheme"),
        ("https://127.0.0.1/", (), "url.address-not-public"),
    ],
)
async def test_nothing_that_is_not_public_is_connected_to(url: str, addresses: tuple[str, ...], code: str) -> None:
    policy = public_only(*addresses)
    unused = ToThisMachine(0, ssl.create_default_context())
    async with PartnerHttp(policy, transport=unused) as http:
        with pytest.raises(KeySetUnread, match=code):
            await HttpKeySets(http, policy).read(url)
