"""Addresses that a service may connect to for a host that others named.

The table holds over Python releases, whose own opinion varies.
"""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.http.public_addresses import is_public

INTERNAL = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1
    172.31.255.255 192.0.0.1 192.0.0.9 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
    239.1.1.1 240.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b:1::1 100::1
    2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1
"""
PUBLIC = "1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 172.15.0.1 192.169.0.1 2606:4700:4700::1111 2a00:1450::1"
NO_ADDRESSES = ["", "localhost", "2130706433", "0x7f.1", "127.1", "0", "[::1]", "127.0.0.1.", "1.1.1.1:80", "①.1.1.1"]


@pytest.mark.parametrize("address", INTERNAL.split())
def test_internal_and_special_addresses_are_not_public(address: str) -> None:
    """Loopback, private, link-local, metadata, tunnels to IPv4, multicast, documentation, reserved: none of them."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """Addresses of the internet are public, also the neighbours of internal ranges."""
    assert is_public(address)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_literal_address_is_not_public(text: str) -> None:
    """Odd spellings are for the resolver to make an address of, and that address is what is asked about."""
    assert not is_public(text)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_ipv6_is_judged_as_itself(address: IPv4Address) -> None:
    """::ffff:a.b.c.d connects to a.b.c.d."""
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@given(st.ip_addresses(v=6))
def test_only_global_unicast_of_ipv6_is_public(address: IPv6Address) -> None:
    """Only global unicast of IPv6 is public. Whatever is public lies in 2000::/3, IPv4 in disguise apart."""
    if is_public(str(address)):
        assert address.ipv4_mapped or int(address) >> 125 == 0b001
