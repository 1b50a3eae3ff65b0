"""Replies are read whatever their headers call them, and the program gets the very bytes."""

import asyncio
import gzip
import json
import resource
import zlib
from typing import Any

import pytest

from itbench.egress.gateway.reading import ReplyReading, can_decode
from itbench.interfaces.conversation import Conversation, UserMessage
from itbench.models.http.library import transport
from itbench.models.model import ModelRequest, ModelSettings
from itbench.models.openai.client import openai_model
from itbench.testing.model_answers import Answer, events_of
from itbench.testing.model_server import ModelServer, Raw, script
from itbench.testing.model_wholes import whole_of

KEY = "sk-planted-0123456789abcdef"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
ANSWER = Answer(text="forty-two", input_tokens=70, output_tokens=7)
STREAM = b"".join(events_of(ANSWER, "chat", "gpt-4o", 0))
WHOLE = json.dumps(whole_of(ANSWER, "chat", "gpt-4o", 0)).encode()


@pytest.fixture
def openai() -> Any:
    """Return the provider's own library, which takes a second to import."""
    return pytest.importorskip("openai")


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


def odd_encodings(body: bytes) -> dict[str, tuple[str, bytes]]:
    """Return bodies whose encoding is not what their header says, or that are cut, by what is wrong with them."""
    cut = {
        f"{name}, half of it": (name, (made := ENCODINGS[name](body))[: len(made) // 2]) for name in PACKED
    }
    empty = {f"{name}, nothing": (name, b"") for name in PACKED}
    swapped = {f"{name} that is gzip": (name, gzip.compress(body)) for name in ("br", "zstd", "deflate")}
    tail = {f"{name} and junk": (name, ENCODINGS[name](body) + b"junk") for name in ("br", "zstd")}
    more = {
        "no header": ("", gzip.compress(body)),
        "no header, br": ("", brotli(body)),
        "identity that is gzip": ("identity", gzip.compress(body)),
        "gzip that is plain": ("gzip", body),
        "doubled, said once": ("gzip", gzip.compress(gzip.compress(body))),
        "once, said double": ("gzip, gzip", gzip.compress(body)),
        "three times": ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(body)))),
        "two members": ("gzip", gzip.compress(body[:50]) + gzip.compress(body[50:])),
        "a header with a weight": ("gzip;q=1", gzip.compress(body)),
        "an encoding that nobody knows": ("compress", b"\x1f\x9d\x90" + gzip.compress(body)),
    }
    return cut | empty | swapped | tail | more


PACKED = ("gzip", "deflate", "br", "zstd")


def asked_once(openai: Any, program: Any, *, is_stream: bool, retries: int = 1) -> Any:
    """Ask as a program does that uses the provider's own library and its usual retries."""

    async def ask() -> str:
        url = f"http://127.0.0.1:{program.port}/v1"
        async with openai.AsyncOpenAI(
            api_key=program.own_key, base_url=url, max_retries=retries, timeout=20
        ) as client:
            messages: Any = [{"role": "user", "content": "hi"}]
            reply: Any = await client.chat.completions.create(
                model="gpt-4o", messages=messages, stream=is_stream
            )
            if not is_stream:
                return str(reply.choices[0].message.content)
            pieces = [event.choices[0].delta.content or "" async for event in reply if event.choices]
            return "".join(pieces)

    return ask()


@pytest.mark.slow  # Sixty programs with a provider each.
@pytest.mark.parametrize("is_stream", [True, False], ids=["stream", "whole"])
def test_a_reply_in_another_encoding_than_it_says_is_asked_for_again_and_not_seen(
    openai: Any, within: Any, is_stream: bool
) -> None:
    body, label = (STREAM, "text/event-stream") if is_stream else (WHOLE, "application/json")
    said: dict[str, str] = {}
    for name, (encoding, odd) in odd_encodings(body).items():
        headers = {"content-encoding": encoding} if encoding else {}

        async def steps(program: Any, name: str = name) -> None:
            said[name] = await asked_once(openai, program, is_stream=is_stream)

        with ModelServer(script(Raw(body=odd, content_type=label, headers=headers), ANSWER)) as server:
            done = within(server, steps, attempts=2)
        usage = done.trace.usage
        assert (said[name], usage.turns, done.gateway.failure) == ("forty-two", 1, None), name
        assert usage.uncounted == 0, name
        assert len(done.events("waiting")) == 1, name


@pytest.mark.slow  # As above, with waits.
@pytest.mark.parametrize("is_stream", [True, False], ids=["stream", "whole"])
def test_a_provider_that_never_says_its_encoding_right_is_the_cause(
    openai: Any, within: Any, is_stream: bool
) -> None:
    body, label = (STREAM, "text/event-stream") if is_stream else (WHOLE, "application/json")
    for name, (encoding, odd) in [*odd_encodings(body).items()][::3]:
        headers = {"content-encoding": encoding} if encoding else {}

        async def steps(program: Any) -> None:
            with pytest.raises(openai.APIError):
                await asked_once(openai, program, is_stream=is_stream, retries=0)

        with ModelServer(script(Raw(body=odd, content_type=label, headers=headers))) as server:
            done = within(server, steps, attempts=1, patience_s=2)
        usage = done.trace.usage
        assert done.gateway.failure is not None, name
        assert (usage.turns, usage.total("input_tokens") in {None, 70, 140, 210, 280}) == (0, True), name


@pytest.mark.parametrize("is_stream", [True, False], ids=["stream", "whole"])
def test_react_s_own_client_asks_again_for_what_says_its_encoding_wrong(
    monkeypatch: pytest.MonkeyPatch, is_stream: bool
) -> None:
    monkeypatch.setenv("PLANTED_KEY", KEY)
    body, label = (STREAM, "text/event-stream") if is_stream else (WHOLE, "application/json")
    for name, (encoding, odd) in odd_encodings(body).items():
        headers = {"content-encoding": encoding} if encoding else {}
        with ModelServer(script(Raw(body=odd, content_type=label, headers=headers), ANSWER)) as server:
            options = {
                "base_url": server.openai_url,
                "key_env": "PLANTED_KEY",
                "cache": "no",
                "retry_s": "0.001",
            }
            model = openai_model(
                ModelRequest(provider="openai", name="gpt-4o", options=options | {"price": "1/1"})
            )
            said = Conversation(messages=(UserMessage(text="hi"),))
            reply = asyncio.run(model.reply(said, [], ModelSettings()))
        assert (reply.message.text, len(reply.failures)) == ("forty-two", 1), name
        assert reply.use is not None
        assert reply.use.input_tokens == 70, name


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
    "encoding",
    [
        "gzip",
        *(
            pytest.param(name, marks=pytest.mark.soak)
            for name in ("deflate", "br", "zstd", "gzip, br", "zstd, gzip", "br, br")
        ),
    ],
)
def test_a_bomb_is_not_held(openai: Any, encoding: str) -> None:
    bomb = b"\x00" * 70_000_000
    for name in encoding.split(", "):
        bomb = ENCODINGS[name](bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading = ReplyReading(transport(openai), "/chat/completions", encoding)
    reading.add(bomb)
    assert reading.draft() is None
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 60
    assert "decoded, it has more than" in str(reading.failure)


def test_what_can_be_decoded_is_what_the_http_client_can(openai: Any) -> None:
    http = transport(openai)
    assert all(can_decode(http, encoding) for encoding in ("gzip", "x-gzip, deflate", "br", "zstd", ""))
    assert not can_decode(http, "gzip, compress")
    assert not can_decode(http, "nonsense")


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
                assert (reply.status, KEY.encode() in reply.body) == (502, False)
            else:
                assert f"your key is [secret], {KEY[:9]} and [secret]!".encode() in reply.body

    asyncio.run(run())
