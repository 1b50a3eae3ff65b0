"""Which hosts are allowed, and where their names may lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itbench import UsageError
from itbench.network.rules import find_rule, may_reach, normal, parse_rules


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
        ("*.example.com", "10.0.0.7", False),
        ("*.example.com", "2606:2800:220:1::1", True),
        ("api.example.com", "127.0.0.1", False),
        ("api.example.com", "::1", False),
        ("api.example.com", "::ffff:127.0.0.1", False),
        ("api.example.com", "169.254.169.254", False),
        ("api.example.com", "fe80::1%eth0", False),
        ("api.example.com", "0.0.0.0", False),
        ("localhost:1", "127.0.0.1", True),
        ("169.254.169.254", "169.254.169.254", True),
    ],
)
def test_a_name_never_leads_to_where_only_this_machine_gets(rule: str, address: str, may: bool) -> None:
    assert may_reach(parse_rules([rule])[0], address) == may


@pytest.mark.slow
@given(st.text(max_size=40))
def test_any_text_is_a_rule_in_normal_form_or_refused(text: str) -> None:
    try:
        rules = parse_rules([text])
    except UsageError:
        return  # what it says is tested above
    assert rules[0].host == normal(rules[0].host)
    assert rules[0].ports
