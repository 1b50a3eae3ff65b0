"""Which hosts are allowed, and where their names may lead."""

import ipaddress
import socket
from contextlib import closing

import pytest
from hypothesis import given, strategies as st

from itbench import UsageError
from itbench.egress.proxy.addresses import Reach, is_own, reach_of
from itbench.egress.proxy.rules import find_rule, may_reach, normal, parse_rules


@pytest.mark.parametrize(
    ("rule", "host", "port", "is_allowed"),
    [
        ("api.example.com", "api.example.com", 443, True),
        ("api.example.com", "api.example.com", 80, True),
        ("api.example.com", "api.example.com", 22, False),
        ("api.example.com", "other.example.com", 443, False),
        ("api.example.com", "evilapi.example.com", 443, False),
        ("api.example.com", "api.example.com.evil.test", 443, False),
        ("API.Example.com.", "api.example.com", 443, True),
        ("*.example.com", "a.b.example.com", 443, True),
        ("*.example.com", "example.com", 443, False),
        ("*.example.com", "evilexample.com", 443, False),
        ("localhost:8080", "localhost", 8080, True),
        ("localhost:8080", "localhost", 443, False),
        ("127.0.0.1:9", "127.0.0.1", 9, True),
        ("[::1]:9", "::1", 9, True),
        ("::1", "::1", 443, True),
    ],
)
def test_a_rule_allows_its_host_and_no_other(rule: str, host: str, port: int, is_allowed: bool) -> None:
    assert (find_rule(parse_rules([rule]), host, port) is not None) == is_allowed


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "http://x.test", "x.test/path", "x.test:0", "x.test:65536", "x.test:y", "a b", "-x.test",
             "x..test", "*.1.2.3.4", "1.2.3", "user@x.test", "x.test:1:2", "[::1", "é.test"]
)  # fmt: skip
def test_what_is_no_host_is_refused_with_what_was_found(text: str) -> None:
    with pytest.raises(UsageError, match="allowed"):
        parse_rules([text])


@pytest.mark.parametrize(
    ("rule", "address", "may"),
    [
        ("api.example.com", "93.184.216.34", True),
        ("api.example.com", "10.0.0.7", True),
        ("api.example.com", "172.31.255.255", True),
        ("api.example.com", "192.168.1.1", True),
        ("api.example.com", "::ffff:10.0.0.7", True),
        ("*.example.com", "10.0.0.7", False),
        ("*.example.com", "::ffff:10.0.0.7", False),
        ("*.example.com", "64:ff9b::a00:7", False),
        ("*.example.com", "2606:2800:220:1::1", True),
        ("*.example.com", "93.184.216.34", True),
        ("localhost:1", "127.0.0.1", True),
        ("localhost:1", "::1", True),
        ("localhost:1", "10.0.0.7", False),
        ("localhost:1", "93.184.216.34", False),
        ("169.254.169.254", "169.254.169.254", True),
        ("169.254.169.254", "169.254.169.253", False),
        ("127.0.0.1:9", "127.0.0.1", True),
        ("127.0.0.1:9", "::ffff:127.0.0.1", False),
        ("[fd00:ec2::254]:80", "fd00:ec2::254", True),
        ("[fd00:ec2::254]:80", "fd00:ec2::255", False),
        ("10.1.2.3", "10.1.2.4", False),
    ],
)
def test_a_rule_leads_where_its_user_meant(rule: str, address: str, may: bool) -> None:
    assert may_reach(parse_rules([rule])[0], address) == may


# Of this machine, its link, its cloud, and of nobody.
FORBIDDEN_V4 = [
    "127.0.0.1", "127.1.2.3", "127.255.255.255", "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "169.254.170.2", "100.64.0.1",
    "100.100.100.200", "100.127.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
]  # fmt: skip
FORBIDDEN_V6 = [
    "::", "::1", "::2", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "feff::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fdff::1", "ff02::1", "ff0e::1",
    "100::1", "64:ff9b:1::1", "64:ff9b:1:a9fe:a9:fe00::", "2001:db8::1", "3fff::1", "5f00::1", "2001:2::1", "2001:10::1", "4000::1", "8000::1", "1::1", "e000::1",
]  # fmt: skip


def forms(text: str) -> list[str]:
    """Return the IPv6 addresses that lead, or may be made to lead, to an IPv4 one."""
    number = int(ipaddress.IPv4Address(text))
    made = [
        number, 0xFFFF << 32 | number, 0xFFFF << 48 | number, 0x64FF9B << 96 | number, 0x64FF9B0001 << 80 | number, 0x2002 << 112 | number << 80,
        0x2002 << 112 | number << 80 | 1, 0x20010000 << 96 | 0x5DB8D822 << 64 | (number ^ 0xFFFFFFFF), 0x20010000 << 96 | number << 64 | 0xA247_27DD,
        0x2606_2800_0220_0001 << 64 | 0x5EFE << 32 | number, 0x2606_2800_0220_0001 << 64 | 0x0200_5EFE << 32 | number, 0xFE80 << 112 | 0x5EFE << 32 | number,
    ]  # fmt: skip
    return [str(ipaddress.IPv6Address(each)) for each in made]


def test_no_name_leads_to_where_only_this_machine_gets_in_any_form() -> None:
    every = [*FORBIDDEN_V4, *FORBIDDEN_V6, *(form for text in FORBIDDEN_V4 for form in forms(text))]
    rules = parse_rules(["api.example.com", "*.example.com"])
    assert [(rule.host, each) for rule in rules for each in every if may_reach(rule, each)] == []
    assert len(every) * len(rules) > 600


def test_no_name_leads_to_an_address_of_this_machine() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.connect(("93.184.216.34", 9)) if _has_route() else probe.connect(("127.0.0.1", 9))
        own = probe.getsockname()[0]
    assert is_own(ipaddress.ip_address(own))
    assert not is_own(ipaddress.ip_address("93.184.216.34"))
    assert not may_reach(parse_rules(["api.example.com"])[0], own)


def _has_route() -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        return probe.connect_ex(("93.184.216.34", 9)) == 0


@pytest.mark.slow
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_form(address: ipaddress.IPv4Address) -> None:
    reach = reach_of(address)
    mapped, translated = forms(str(address))[1], forms(str(address))[3]
    assert reach_of(ipaddress.ip_address(mapped)) is reach
    assert reach_of(ipaddress.ip_address(translated)) is reach
    assert (reach is Reach.PUBLIC) <= address.is_global or address in ipaddress.ip_network("192.0.0.0/16")


@pytest.mark.slow
@given(st.ip_addresses(v=6))
def test_what_python_calls_not_global_is_never_public(address: ipaddress.IPv6Address) -> None:
    if reach_of(address) is Reach.PUBLIC and address.ipv4_mapped is None and address.sixtofour is None:
        assert address.is_global


@pytest.mark.slow
@given(st.text(max_size=40))
def test_any_text_is_a_rule_in_normal_form_or_refused(text: str) -> None:
    try:
        rules = parse_rules([text])
    except UsageError:
        return  # what it says is tested above
    assert rules[0].host == normal(rules[0].host)
    assert rules[0].ports
