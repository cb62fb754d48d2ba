"""The outgoing HTTP client: where it may connect, how long it waits, how much it reads, when it stops asking."""

from shared.partner_http.addresses import AddressPolicy, AddressRefused
from shared.partner_http.client import PartnerAnswer, PartnerHttp, PartnerUnreachable, careful_client

__all__ = ["AddressPolicy", "AddressRefused", "PartnerAnswer", "PartnerHttp", "PartnerUnreachable", "careful_client"]
