"""A copy of a reply, decoded and read as it goes by: what the model said and took, or how the provider failed."""

from collections.abc import Iterator
from typing import Any

from itbench.egress.gateway.metering import ReplyMeter
from itbench.interfaces.conversation import TokenUse
from itbench.models.reply.codec import Draft
from itbench.models.reply.reading import LARGEST_REPLY_BYTES

# A letter in each encoding for which the HTTP client needs another package; whether it is there shows in what comes out.
_LETTERS = {"br": bytes.fromhex("0b00807803"), "zstd": bytes.fromhex("28b52ffd200109000078")}
_ALWAYS = frozenset({"gzip", "deflate", "identity"})
# Decoded in so small steps, no step becomes large.
_STEP_BYTES = 64
_MOST_ENCODINGS = 2


class ReplyReading:
    """Takes the bytes of one reply as they were sent.

    Args:
        http: the package of the HTTP client, which knows the encodings.
        path: the interface, as a key of `READERS`.
        encoding: the header `content-encoding`; empty for none.

    Attributes:
        failure: why there is no reply, as the provider says or as it shows; known once it was asked for the draft.
        is_passing: whether the same request may do better later.
        is_too_long: whether the failure is that the conversation is too long for the model.
    """

    def __init__(self, http: Any, path: str, encoding: str) -> None:
        self._http = http
        self._encoding = encoding.strip()
        self._encoded = bytearray()
        self._meter = ReplyMeter(path)
        self.failure: str | None = None
        self.is_passing = False
        self.is_too_long = False

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        if self._encoding:
            self._encoded += data
        else:
            self._meter.add(data)

    def draft(self) -> Draft | None:
        """Return the reply, or None where there is none."""
        if not can_decode(self._http, self._encoding):
            self.failure = f"the reply is in the encoding {self._encoding[:100]!r}, which nobody asked for"
            self.is_passing = True
            return None
        try:
            for part in decoded(self._http, self._encoding, bytes(self._encoded)):
                self._meter.add(part)
        except self._http.DecodingError as error:
            self.failure, self.is_passing = f"the reply cannot be decoded: {error}", True
            return None
        found = self._meter.draft()
        self.failure, self.is_passing = self._meter.failure, self._meter.is_passing
        self.is_too_long = self._meter.is_too_long
        return found

    def use(self) -> TokenUse | None:
        """Return what the reply says that it took, whether or not it is one."""
        return self._meter.use()


def can_decode(http: Any, encoding: str) -> bool:
    """Tell whether a reply of an encoding, or of several one over the other, can be read with a package of an HTTP client."""
    # Each one over another multiplies what a step may become.
    names = _names(encoding)
    return len(names) <= _MOST_ENCODINGS and all(name in _ALWAYS or _knows(http, name) for name in names)


def _knows(http: Any, name: str) -> bool:
    letter = _LETTERS.get(name, b"")
    response = http.Response(200, headers={"content-encoding": name}, content=iter([letter]))
    return bool(letter) and response.read() != letter


def _names(encoding: str) -> list[str]:
    return [name.strip().lower().removeprefix("x-") for name in encoding.split(",") if name.strip()]


def decoded(http: Any, encoding: str, data: bytes, most_bytes: int = LARGEST_REPLY_BYTES) -> Iterator[bytes]:
    """Return the bytes of a reply without its encoding, at most some megabytes at a time.

    Raises:
        DecodingError: of the HTTP client, the bytes are not of this encoding.
    """
    if not data:
        return
    steps = (data[at : at + _STEP_BYTES] for at in range(0, len(data), _STEP_BYTES))
    total_bytes = 0
    for part in http.Response(
        200, headers={"content-encoding": ",".join(_names(encoding))}, content=steps
    ).iter_bytes():
        total_bytes += len(part)
        if total_bytes > most_bytes:
            raise http.DecodingError(f"decoded, it has more than {most_bytes} bytes")
        yield part
