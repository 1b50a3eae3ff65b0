"""The server's name in the first message of a TLS connection (RFC 8446, section 4.1.2; RFC 6066, section 3)."""

from dataclasses import dataclass

# A record of the type handshake, and in it a client's hello.
_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME, _HOST_NAME = 22, 1, 0, 0
_RECORD_HEAD_BYTES = 5
LARGEST_BYTES = 16_384


@dataclass(slots=True)
class _Fields:
    """Reads fields one after another."""

    data: bytes
    place: int = 0

    def take(self, count: int) -> bytes:
        part = self.data[self.place : self.place + count]
        if len(part) < count:
            raise ValueError("a field ends too early")
        self.place += count
        return part

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def block(self, size: int) -> "_Fields":
        return _Fields(self.take(self.number(size)))

    @property
    def is_left(self) -> bool:
        return self.place < len(self.data)


def is_whole(data: bytes) -> bool:
    """Tell whether enough has come to look for the name, or to know that there is none."""
    if data[:1] != bytes([_HANDSHAKE]):
        return bool(data)
    if len(data) < _RECORD_HEAD_BYTES:
        return False
    return len(data) >= min(LARGEST_BYTES, _RECORD_HEAD_BYTES + int.from_bytes(data[3:5]))


def server_name(data: bytes) -> str | None:
    """Return the name that a client asks for; None if this is no hello, or names nobody."""
    try:
        record = _Fields(data)
        if record.number(1) != _HANDSHAKE:
            return None
        record.take(2)
        message = record.block(2)
        if message.number(1) != _CLIENT_HELLO:
            return None
        hello = message.block(3)
        hello.take(2 + 32)
        hello.block(1)
        hello.block(2)
        hello.block(1)
        return _name_in(hello.block(2))
    except ValueError:
        return None


def _name_in(extensions: _Fields) -> str | None:
    while extensions.is_left:
        kind, content = extensions.number(2), extensions.block(2)
        if kind != _SERVER_NAME:
            continue
        names = content.block(2)
        while names.is_left:
            kind, name = names.number(1), names.block(2)
            if kind == _HOST_NAME:
                return name.data.decode("ascii")
    return None
