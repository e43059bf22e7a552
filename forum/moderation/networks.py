"""Networks as text: reading what somebody typed, and which stored ones an address lies in. Pure; no database here."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from forum.accounts.client_address import IPV6_PREFIX

Network = IPv4Network | IPv6Network

# Wider ones are refused: behind them are cities. Between these and the second pair somebody is asked whether they mean it.
WIDEST = {4: 16, 6: 32}
WIDE = {4: 24, 6: 56}
# Inside a building, or a machine's own: seen from here, all visitors come from there if a proxy is not known as one.
_INNER = [ip_network(text) for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")]


def read_network(typed: str) -> Network:
    """Return the network that ``typed`` names; one address of version 6 stands for the network of its household.

    Raises ValueError for what is none.
    """
    found = ip_network(typed.strip(), strict=False)
    if isinstance(found, IPv6Network):
        if mapped := found.network_address.ipv4_mapped:
            return ip_network(f"{mapped}/{max(0, found.prefixlen - 96)}", strict=False)
        return found.supernet(new_prefix=IPV6_PREFIX) if found.prefixlen > IPV6_PREFIX else found
    return found


def is_too_wide(network: Network) -> bool:
    """Tell whether so many people are in ``network`` that nobody can mean all of them."""
    return network.prefixlen < WIDEST[network.version]


def is_wide(network: Network) -> bool:
    """Tell whether ``network`` is more than a house or an office."""
    return network.prefixlen < WIDE[network.version]


def is_inner(network: Network) -> bool:
    """Tell whether ``network`` is no part of the public internet."""
    return any(inner.version == network.version and network.overlaps(inner) for inner in _INNER)


def networks_around(address: str) -> list[str]:
    """Return every network that a sanction can name and ``address`` lies in, as stored; nothing for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return []
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    narrowest = 32 if isinstance(found, IPv4Address) else IPV6_PREFIX
    return [str(ip_network((found, prefix), strict=False)) for prefix in range(WIDEST[found.version], narrowest + 1)]
