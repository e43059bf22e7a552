"""The network address a request came from."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

IPV6_PREFIX = 64  # what one household or one rented machine has: behind it, addresses cost nothing


def client_ip(request: HttpRequest) -> str:
    """Return the address of the visitor, by TRUSTED_PROXY_COUNT; "" where it is not known: no comment is lost for that."""
    try:
        return str(get_adapter().get_client_ip(request))
    except (PermissionDenied, ImproperlyConfigured):
        return ""


@lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """Return what one visitor can be told by: an address of version 4, the network of one of version 6; "" for neither."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> (128 - IPV6_PREFIX) << (128 - IPV6_PREFIX)))
