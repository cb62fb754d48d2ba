"""Labour offices that subscribe to notifications."""

from typing import Any

from joserfc.jwk import ECKey

from services.partners.domain.partners import ClientKind
from tests.support.served_hub import ServedHub

# Nobody else in these tests has anything to do with these.
_PROVINCES = iter(("71", "72", "73", "74", "75", "76", "81", "82"))


def subscribed_office(hub: ServedHub, url: str) -> tuple[str, dict[str, Any]]:
    """A new labour office with one webhook endpoint: its organisation and what the subscription answered."""
    province = next(_PROVINCES)
    org = f"disnaker:{province}"
    public = ECKey.generate_key("P-384").as_dict(private=False)
    wanted = {"kind": "disnaker", "org": org, "name": f"Disnaker Provinsi {province}", "public_jwk": public}
    registered = hub.apis["partners"].http.post("/v1/clients", json=wanted, headers=hub.once(ClientKind.OPERATOR))
    assert registered.status_code == 201, registered.text
    body = {"url": url, "region_codes": [province]}
    made = hub.apis["disnaker_gateway"].http.post(
        "/v1/subscriptions", json=body, headers=hub.once(ClientKind.DISNAKER, org)
    )
    assert made.status_code == 201, made.text
    return org, made.json()
