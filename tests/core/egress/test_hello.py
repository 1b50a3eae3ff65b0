"""The name that a TLS client asks for, as real clients send it, in however many records; and what is not TLS."""

import ssl
from functools import cache

import pytest
from hypothesis import given, settings, strategies as st

from itbench.egress.proxy.hello import LARGEST_HELLO_BYTES, Hello, NotTlsError, RecordCheck, read_hello


@cache
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


def record(kind: int, content: bytes, version: bytes = b"\x03\x01") -> bytes:
    return bytes([kind]) + version + len(content).to_bytes(2) + content


def fragmented(whole: bytes, size: int) -> bytes:
    """Return the same hello in records of so many bytes."""
    message = whole[5:]
    return b"".join(record(22, message[at : at + size]) for at in range(0, len(message), size))


def extension(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2) + len(content).to_bytes(2) + content


def name_extension(*names: bytes, kind: int = 0) -> bytes:
    entries = b"".join(bytes([kind]) + len(name).to_bytes(2) + name for name in names)
    return extension(0, len(entries).to_bytes(2) + entries)


def built(*extensions: bytes, tail: bytes = b"", message: int = 1) -> bytes:
    """Return a hello with these extensions."""
    joined = b"".join(extensions)
    body = (
        b"\x03\x03"
        + bytes(32)
        + b"\x00"
        + b"\x00\x02\x13\x01"
        + b"\x01\x00"
        + len(joined).to_bytes(2)
        + joined
        + tail
    )
    return record(22, bytes([message]) + len(body).to_bytes(3) + body)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["api.example.com", "localhost", "xn--bcher-kva.example"])
@pytest.mark.parametrize("size", [None, 1, 3, 5, 64, 500])
def test_the_name_is_found_in_however_many_records(name: str, size: int | None) -> None:
    whole = hello(name)
    sent = whole if size is None else fragmented(whole, size)
    assert read_hello(sent) == Hello(name)
    for length in range(0, len(sent) - 1, 1 + len(sent) // 300):
        assert read_hello(sent[:length]) is None


def test_a_client_that_names_nobody_is_told_apart() -> None:
    assert read_hello(hello(None)) == Hello(None)
    assert read_hello(built()) == Hello(None)


@pytest.mark.parametrize("kind", [0xFE0D, 0xFF02, 0xFFCE])
def test_a_hidden_name_is_told(kind: int) -> None:
    assert read_hello(built(name_extension(b"public.example"), extension(kind, b"x"))) == Hello(
        "public.example", is_encrypted=True
    )


NO_HELLO = {
    "plain HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "SSH": b"SSH-2.0-x\r\n",
    "an SMTP greeting": b"EHLO x\r\n",
    "zeros": bytes(100),
    "one byte": b"\x00",
    "TLS of another version": b"\x16\x02\x00\x00\x01\x01",
    "an unknown version": b"\x16\x03\x09\x00\x01\x01",
    "an alert first": record(21, b"\x02\x28"),
    "data first": record(23, b"GET / HTTP/1.1\r\n\r\n"),
    "an empty record": record(22, b""),
    "a record that is too large": b"\x16\x03\x01\xff\xff" + bytes(10),
    "a server's hello": built(message=2),
    "a hello that is too long": record(22, b"\x01" + (LARGEST_HELLO_BYTES + 1).to_bytes(3)),
    "text behind the hello": hello("x.test") + b"GET / HTTP/1.1\r\n\r\n",
    "text in the record of the hello": record(22, hello("x.test")[5:] + b"GET / HTTP/1.1"),
    "another record within the hello": fragmented(hello("x.test"), 200)[:205]
    + record(23, b"x")
    + fragmented(hello("x.test"), 200)[205:],
    "text within the hello": fragmented(hello("x.test"), 200)[:205] + b"GET / HTTP/1.1",
    "two names": built(name_extension(b"a.test", b"b.test")),
    "two extensions with a name": built(name_extension(b"a.test"), name_extension(b"b.test")),
    "a name of another kind": built(name_extension(b"a.test", kind=1)),
    "no name in the extension": built(extension(0, b"\x00\x00")),
    "a name that is not ASCII": built(name_extension("bücher.test".encode())),
    "something behind the names": built(extension(0, b"\x00\x05\x00\x00\x02ab" + b"x")),
    "something behind the extensions": built(name_extension(b"a.test"), tail=b"x"),
    "an extension that is cut": built(b"\x00\x00\x00\xff"),
    "SSL 2": b"\x80\x2e\x01\x00\x02" + bytes(40),
}


@pytest.mark.parametrize("sent", NO_HELLO.values(), ids=NO_HELLO)
def test_what_is_no_clients_hello_is_refused(sent: bytes) -> None:
    with pytest.raises(NotTlsError):
        read_hello(sent)


def test_records_are_followed_over_any_pieces() -> None:
    sent = (
        hello("x.test")
        + record(20, b"\x01")
        + record(23, b"x" * 16_384, b"\x03\x03")
        + record(21, b"\x01\x00", b"\x03\x03")
    )
    for size in (1, 2, 7, 1000, len(sent)):
        check = RecordCheck()
        for at in range(0, len(sent), size):
            check.add(sent[at : at + size])
        with pytest.raises(NotTlsError):
            check.add(b"GET / HTTP/1.1\r\n")


@pytest.mark.slow
@settings(max_examples=40)
@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_are_a_hello_or_none(junk: bytes, at: int) -> None:
    broken = bytearray(hello("api.example.com"))
    broken[at : at + len(junk)] = junk
    for sent in (junk, bytes(broken)):
        try:
            found = read_hello(sent)
        except NotTlsError:
            continue
        assert found is None or found.name is None or found.name.isascii()
