"""The network addresses that a service may connect to for a host that others named: those of the public Internet.

A domain in the register and the Odoo address that a tenant's admin stored are untrusted input: they may resolve to a
database, a metadata service or this machine.
"""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

#: The range of public IPv6 hosts (RFC 4291, IANA).
_GLOBAL_UNICAST = IPv6Network("2000::/3")

#: Networks that `ipaddress` calls global but that lead to internal services. Its answer varies by Python release.
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


def is_address(host: str) -> bool:
    """True for a literal address, which needs no resolver."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """True if this literal address belongs to the public Internet. False for any other text."""
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
