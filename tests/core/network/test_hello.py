"""The name that a TLS client asks for, as real clients send it."""

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itbench.network.hello import is_whole, server_name


def hello(name: str | None) -> bytes:
    """Return the first message of Python's own TLS client."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("name", ["api.example.com", "localhost", "xn--bcher-kva.example"])
def test_the_name_is_found(name: str) -> None:
    assert server_name(hello(name)) == name
    assert is_whole(hello(name))


def test_a_client_that_names_nobody_is_told_apart() -> None:
    assert server_name(hello(None)) is None


@pytest.mark.slow
@given(st.integers(0, 600))
def test_a_hello_that_has_come_in_part_is_waited_for(length: int) -> None:
    whole = hello("api.example.com")
    part = whole[:length]
    assert is_whole(part) == (length >= len(whole))
    if length < 100:
        assert server_name(part) is None


@pytest.mark.slow
@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_have_a_name_or_none(junk: bytes, at: int) -> None:
    assert server_name(junk) is None or isinstance(server_name(junk), str)
    broken = bytearray(hello("api.example.com"))
    broken[at : at + len(junk)] = junk
    found = server_name(bytes(broken))
    assert found is None or isinstance(found, str)


def test_what_is_no_tls_is_not_waited_for() -> None:
    assert is_whole(b"GET / HTTP/1.1")
    assert server_name(b"GET / HTTP/1.1\r\n\r\n") is None
