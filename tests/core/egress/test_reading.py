"""Replies are read whatever their headers call them, and the program gets the very bytes."""

import asyncio
import gzip
import json
import resource
import zlib
from typing import Any

import openai
import pytest

from itbench.egress.gateway.reading import ReplyReading, can_decode
from itbench.interfaces.task import Limits
from itbench.models.http.library import transport
from itbench.testing.model_answers import Answer, events_of
from itbench.testing.model_wholes import whole_of

KEY = "sk-planted-0123456789abcdef"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
ANSWER = Answer(text="forty-two", input_tokens=70, output_tokens=7)
STREAM = b"".join(events_of(ANSWER, "chat", "gpt-4o", 0))
HTTP = transport(openai)
WHOLE = json.dumps(whole_of(ANSWER, "chat", "gpt-4o", 0)).encode()


def brotli(data: bytes) -> bytes:
    return pytest.importorskip("brotli").compress(data)


def zstd(data: bytes) -> bytes:
    return pytest.importorskip("backports.zstd").compress(data)


def raw_deflate(data: bytes) -> bytes:
    made = zlib.compressobj(wbits=-15)
    return made.compress(data) + made.flush()


ENCODINGS: dict[str, Any] = {
    "": bytes, "identity": bytes, "gzip": gzip.compress, "x-gzip": gzip.compress, "GZIP": gzip.compress, "deflate": zlib.compress,
    "deflate ": raw_deflate, "br": brotli, "zstd": zstd, "gzip, deflate": lambda data: zlib.compress(gzip.compress(data)),
}  # fmt: skip
LABELS = ["text/event-stream", "text/plain", "application/octet-stream", "application/json", "", "nonsense"]


def wire(body: bytes, label: str, encoding: str) -> bytes:
    lines = [f"content-type: {label}"] if label else []
    lines += [f"content-encoding: {encoding.strip()}"] if encoding else []
    head = "\r\n".join(["HTTP/1.1 200 OK", *lines, f"content-length: {len(body)}", "", ""])
    return head.encode() + body


@pytest.mark.slow
@pytest.mark.parametrize("is_stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_program_gets_the_very_bytes_and_what_they_say_is_counted(
    opened: Any, provider: Any, encoding: str, is_stream: bool
) -> None:
    body = ENCODINGS[encoding](STREAM if is_stream else WHOLE)

    async def run() -> None:
        for label in LABELS[:: 1 if encoding in {"", "gzip"} else 4]:
            async with (
                provider(wire(body, label, encoding)) as upstream,
                opened(f"{upstream.url}/v1") as program,
            ):
                reply = await program.ask(HI | {"stream": is_stream})
            assert (reply.status, reply.body, reply.is_whole) == (200, body, True)
            assert reply.headers.get("content-encoding", "") == encoding.strip()
            assert (program.trace.usage.turns, program.trace.usage.spent_tokens) == (1, 77)
            assert program.gateway.failure is None
            assert dict(upstream.heard[0].headers)["accept-encoding"] == "identity"

    asyncio.run(run())


def test_an_encoding_that_nobody_here_knows_is_passed_on_and_its_tokens_are_unknown(
    opened: Any, provider: Any
) -> None:
    async def run() -> None:
        async with (
            provider(wire(b"\x00\x01", "text/event-stream", "compress")) as upstream,
            opened(f"{upstream.url}/v1", limits=Limits(cost_usd=1.0)) as program,
        ):
            assert (await program.ask()).body == b"\x00\x01"
        assert (program.trace.usage.turns, program.trace.usage.uncounted) == (1, 1)
        assert program.gateway.failure is None
        assert "does not tell its tokens" in program.gateway.uncounted
        assert program.trace.usage.estimated_tokens > 0

    asyncio.run(run())


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_damaged_bytes_are_the_providers_failure(opened: Any, provider: Any, encoding: str) -> None:
    async def run() -> None:
        body = ENCODINGS[encoding](STREAM)
        broken = b"\xff" * 20 + body[20:]
        async with (
            provider(wire(broken, "text/event-stream", encoding)) as upstream,
            opened(f"{upstream.url}/v1", patience_s=2) as program,
        ):
            await program.ask()
        assert program.gateway.failure is not None
        assert program.trace.usage.turns == 0

    asyncio.run(run())


@pytest.mark.slow  # Seventy megabytes are packed and decoded.
@pytest.mark.parametrize(
    "encoding", ["gzip", *(pytest.param(name, marks=pytest.mark.soak) for name in ("deflate", "br", "zstd"))]
)
def test_a_bomb_is_not_held(encoding: str) -> None:
    bomb = ENCODINGS[encoding](b"\x00" * 70_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading = ReplyReading(HTTP, "/chat/completions", encoding)
    reading.add(bomb)
    assert reading.draft() is None
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 60
    assert "decoded, it has more than" in str(reading.failure)


def test_what_can_be_decoded_is_what_the_http_client_can() -> None:
    assert all(can_decode(HTTP, encoding) for encoding in ("gzip", "x-gzip, deflate", "br", "zstd", ""))
    assert not can_decode(HTTP, "gzip, compress")
    assert not can_decode(HTTP, "nonsense")


def test_a_key_that_a_reply_repeats_does_not_reach_the_program(opened: Any, provider: Any) -> None:
    answer = Answer(text=f"your key is {KEY}, {KEY[:9]} and {KEY}!", piece=1000)
    stream = b"".join(events_of(answer, "chat", "gpt-4o", 0))

    async def run() -> None:
        for body, encoding in ((stream, ""), (gzip.compress(stream), "gzip")):
            async with (
                provider(wire(body, "text/event-stream", encoding)) as upstream,
                opened(f"{upstream.url}/v1", patience_s=2) as program,
            ):
                reply = await program.ask(HI | {"stream": True})
            if encoding:
                assert (reply.status, reply.is_whole) == (0, False)
            else:
                assert f"your key is [secret], {KEY[:9]} and [secret]!".encode() in reply.body

    asyncio.run(run())
