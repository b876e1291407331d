"""From which address a request comes."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The caller's address; None if it cannot be read.

    Behind the proxy it is the last address in X-Forwarded-For, the one that the proxy itself wrote; those before it
    are the caller's own words.
    """
    named = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        named = request.headers.get("X-Forwarded-For", named).rpartition(",")[2]
    try:
        address: IPv4Address | IPv6Address = ip_address(named.strip())
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(address: str) -> IPv4Network | IPv6Network:
    """What counts as one place: an address; of IPv6, the /64 network that is handed out whole."""
    return ip_network(f"{address}/{64 if ':' in address else 32}", strict=False)


def neighbours(address: str) -> tuple[str, str]:
    """The first and the last address that one caller can have."""
    network = network_of(address)
    return str(network[0]), str(network[-1])
