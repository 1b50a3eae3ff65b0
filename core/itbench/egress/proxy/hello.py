"""The first message of a TLS connection, and the records that it and all others travel in.

Sources: RFC 8446, sections 4.1.2 and 5.1; RFC 6066, section 3; RFC 9849 (Encrypted Client Hello).
"""

from collections.abc import Iterator
from dataclasses import dataclass

_RECORD_HEAD_BYTES = 5
# Change of cipher, alert, handshake, data, heartbeat.
_RECORD_KINDS = frozenset({20, 21, 22, 23, 24})
_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME, _HOST_NAME = 22, 1, 0, 0
# What a record can hold: its plain text, and what encryption adds in TLS 1.2 (RFC 5246, section 6.2.3).
_LARGEST_RECORD_BYTES = 2**14 + 2048
# A hello with keys of several post-quantum groups has some kilobytes.
LARGEST_HELLO_BYTES = 65_536
# The extension of today, and two from before it: draft versions of it and of the encrypted server name.
_ENCRYPTED_HELLO = frozenset({0xFE0D, 0xFE0A, 0xFE09, 0xFE08, 0xFF02, 0xFF03, 0xFFCE})


class NotTlsError(Exception):
    """What came is no TLS, or no client's hello that can be judged."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a client says of the server that it wants; `name` is None if it names nobody."""

    name: str | None
    is_encrypted: bool = False


class RecordCheck:
    """Follows one direction of a connection, and tells whether it consists of TLS records."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._left_bytes = 0
        self._kind = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            NotTlsError: a record does not begin where one has to.
        """
        for _ in self.contents(data):
            pass

    def contents(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Take the next bytes, and give what they hold of each record with its kind.

        Raises:
            NotTlsError: a record does not begin where one has to.
        """
        place = 0
        while place < len(data):
            if self._left_bytes:
                part = data[place : place + self._left_bytes]
                self._left_bytes -= len(part)
                place += len(part)
                yield self._kind, part
                continue
            self._head.append(data[place])
            place += 1
            if len(self._head) == _RECORD_HEAD_BYTES or not _may_begin(self._head):
                self._left_bytes = _record_bytes(bytes(self._head))
                self._kind = self._head[0]
                self._head.clear()

    @property
    def is_between(self) -> bool:
        """Whether the last record has ended and no other has started."""
        return not (self._left_bytes or self._head)


class HelloReader:
    """Reads a client's hello as it comes, in however many records."""

    def __init__(self) -> None:
        self._records = RecordCheck()
        self._message = bytearray()
        self._hello: Hello | None = None

    def add(self, data: bytes) -> Hello | None:
        """Take the next bytes; return what the hello says once it has come in whole.

        Raises:
            NotTlsError: what came is no client's hello, or too long.
        """
        for kind, part in self._records.contents(data):
            if kind == _HANDSHAKE:
                self._message += part
                self._check()
            elif not self._is_whole:
                raise NotTlsError("another record stands within the hello")
        if self._is_whole and self._hello is None and self._records.is_between:
            self._hello = _parsed(bytes(self._message[4:]))
        return self._hello

    @property
    def _is_whole(self) -> bool:
        return len(self._message) >= 4 and len(self._message) == 4 + int.from_bytes(self._message[1:4])

    def _check(self) -> None:
        if self._message[0] != _CLIENT_HELLO:
            raise NotTlsError("the first message is not a client's hello")
        if len(self._message) < 4:
            return
        length = int.from_bytes(self._message[1:4])
        if length > LARGEST_HELLO_BYTES:
            raise NotTlsError(f"the hello has {length} bytes")
        if len(self._message) > 4 + length:
            raise NotTlsError("something follows in the record of the hello")


def read_hello(data: bytes) -> Hello | None:
    """Return what a client's hello says; None while it has not come in whole.

    Raises:
        NotTlsError: it is none, or too long.
    """
    return HelloReader().add(data)


def _may_begin(head: bytearray) -> bool:
    return head[0] in _RECORD_KINDS and (len(head) < 2 or head[1] == 3)


def _record_bytes(head: bytes) -> int:
    """Return how many bytes a record holds, by its head."""
    if not _may_begin(bytearray(head)) or len(head) < _RECORD_HEAD_BYTES:
        raise NotTlsError("what came is not TLS")
    size = int.from_bytes(head[3:5])
    if size > _LARGEST_RECORD_BYTES or head[2] > 4 or (size == 0 and head[0] != 23):
        raise NotTlsError("what came is not TLS")
    return size


@dataclass(slots=True)
class _Fields:
    """Reads fields one after another."""

    data: bytes
    place: int = 0

    def take(self, count: int) -> bytes:
        part = self.data[self.place : self.place + count]
        if len(part) < count:
            raise NotTlsError("a field of the hello ends too early")
        self.place += count
        return part

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def block(self, size: int) -> "_Fields":
        return _Fields(self.take(self.number(size)))

    @property
    def is_left(self) -> bool:
        return self.place < len(self.data)


def _parsed(body: bytes) -> Hello:
    hello = _Fields(body)
    hello.take(2 + 32)
    hello.block(1)
    hello.block(2)
    hello.block(1)
    extensions = hello.block(2) if hello.is_left else _Fields(b"")
    if hello.is_left:
        raise NotTlsError("something follows the extensions of the hello")
    found: dict[int, _Fields] = {}
    while extensions.is_left:
        kind, content = extensions.number(2), extensions.block(2)
        if kind in found:
            raise NotTlsError("the hello has an extension twice")
        found[kind] = content
    name = _name(found[_SERVER_NAME]) if _SERVER_NAME in found else None
    return Hello(name, is_encrypted=not _ENCRYPTED_HELLO.isdisjoint(found))


def _name(content: _Fields) -> str:
    names = content.block(2)
    kind, name = names.number(1), names.block(2)
    if kind != _HOST_NAME or names.is_left or content.is_left:
        raise NotTlsError("the hello does not name exactly one host")
    if not name.data.isascii():
        raise NotTlsError("the hello names a host that is not ASCII")
    return name.data.decode("ascii")
