"""Which network addresses the crawler may connect to: the public Internet, and nothing of ours.

A name in a register is anybody's word, and may lead to a database, a metadata service or the machine itself.
"""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

#: Where public IPv6 hosts live today (RFC 4291, IANA).
_GLOBAL_UNICAST = IPv6Network("2000::/3")

#: Public by the library's reckoning, yet doors to somewhere else. What it reckons varies by Python patch release.
_DENIED: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and metadata services
        "168.63.129.16/32",  # Azure's host agent
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
)


def is_public(address: str) -> bool:
    """True where a connection to this literal address goes out to the Internet. What is no address is not public."""
    try:
        ip = ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip not in _GLOBAL_UNICAST:
            return False
    if any(ip in network for network in _DENIED if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
