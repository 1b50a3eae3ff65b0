"""What reads foreign text takes time in proportion to its length: four times the text, about four times as long, never sixteen.

Compared are times of one and the same reader, each the least of several, so that a busy machine makes no difference.
"""

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from itbench.egress.gateway.allowed.inline import base64_or_data_url, data_url
from itbench.egress.gateway.allowed.names import check_model
from itbench.egress.gateway.allowed.shape import NotAllowedError
from itbench.models.anthropic.messages import MessagesCodec
from itbench.models.faults import ModelError, PassingError
from itbench.models.openai.chat import ChatCodec
from itbench.models.openai.responses import ResponsesCodec
from itbench.models.reply import reading
from itbench.models.reply.calls import distinct_ids
from itbench.models.reply.codec import Codec
from itbench.models.reply.errors import error_of
from itbench.models.reply.reading import ReplyParser
from itbench.schema.answer import read_answer
from itbench.store.structure import _plain
from itbench.text.json_size import has_more_values

# Four times as long takes four times the time; sixteen times if it is quadratic.
MOST = 9.0
CHAT, MESSAGES, RESPONSES = ChatCodec(model="m"), MessagesCodec(model="m"), ResponsesCodec(model="m")


def growth(work: Callable[[Any], object], make: Callable[[int], Any], size: int) -> float:
    """Return how many times as long four times the size takes."""
    small, large = make(size), make(4 * size)
    return _least_s(work, large) / _least_s(work, small)


def _least_s(work: Callable[[Any], object], given: Any) -> float:
    times = []
    for _ in range(3):
        started = time.thread_time()
        work(given)
        times.append(time.thread_time() - started)
    return max(min(times), 1e-4)


def tolerant(check: Callable[[str, str], None]) -> Callable[[str], None]:
    def run(text: str) -> None:
        try:
            check(text, "place")
        except NotAllowedError:
            return

    return run


TEXTS: dict[str, Callable[[int], str]] = {
    "spaces": lambda n: " " * n + "!",
    "equals": lambda n: "A=" * n,
    "letters": lambda n: "A" * n + "!",
    "url of spaces": lambda n: "data:a/b;base64," + " " * n + "!",
    "url of parameters": lambda n: "data:a/b" + ";a=b" * n + "!",
    "url of one parameter": lambda n: "data:a/b;a=" + "b" * n + "!",
    "url of a kind": lambda n: "data:" + "a" * n + "!",
    "quotes": lambda n: '"' * n,
    "escaped quotes": lambda n: '\\"' * n,
    "backslashes": lambda n: '"' + "\\" * n,
    "commas": lambda n: ",\n" * n,
    "fences": lambda n: "\n```\n" * n,
    "fenced spaces": lambda n: "```" + " " * n + "x",
    "brackets": lambda n: "[" * n,
    "words": lambda n: "limit 1" * n,
    "exceeds": lambda n: "exceed" * n,
    "too long": lambda n: "too many tokens " * n,
}
READERS: dict[str, Callable[[str], object]] = {
    "data_url": tolerant(data_url),
    "base64_or_data_url": tolerant(base64_or_data_url),
    "check_model": tolerant(lambda text, _: check_model(text, ())),
    "has_more_values": lambda text: has_more_values(text.encode(), 0),
    "read_answer": lambda text: read_answer(text.encode(), {}),
    "error_of": lambda text: error_of(None, {"message": text, "code": text, "type": text}),
    "structure": _plain,
}


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_of_text_is_linear_in_hostile_text(reader: str) -> None:
    """It is slow because it measures times."""
    for name, make in TEXTS.items():
        assert growth(READERS[reader], make, 20_000) < MOST, name


def stream(events: Iterable[Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def deltas(*given: Any) -> list[Any]:
    return [{"choices": [{"index": 0, "delta": delta}]} for delta in given]


def call(index: int, **more: Any) -> Any:
    return {"tool_calls": [{"index": index, **more}]}


def block(kind: str, start: Any, *given: Any) -> list[Any]:
    first = {"type": "content_block_start", "index": 0, "content_block": {"type": kind, **start}}
    return [first, *({"type": "content_block_delta", "delta": delta} for delta in given)]


LONG = "a" * 300
REPLIES: dict[str, tuple[Codec, Callable[[int], bytes]]] = {
    "text": (CHAT, lambda n: stream(deltas(*[{"content": LONG}] * n))),
    "parts": (CHAT, lambda n: stream(deltas(*[{"content": [{"type": "text", "text": LONG}]}] * n))),
    "reasoning": (CHAT, lambda n: stream(deltas(*[{"reasoning": LONG}] * n))),
    "details": (CHAT, lambda n: stream(deltas(*[{"reasoning_details": [{"index": i, "text": "x"}]} for i in range(n)]))),
    "details of one index": (
        CHAT,
        lambda n: stream(deltas(*[{"reasoning_details": [{"index": 0, "id": str(i), "text": "x"}]} for i in range(n)])),
    ),
    "arguments": (CHAT, lambda n: stream(deltas(*[call(0, function={"name": "f" if not i else None, "arguments": LONG}) for i in range(n)]))),
    "repeated names": (CHAT, lambda n: stream(deltas(*[call(0, function={"name": "f", "arguments": '{"a":"' if not i else "}" * 100}) for i in range(n)]))),
    "calls": (CHAT, lambda n: stream(deltas(*[call(i, id=f"c{i}", function={"name": "f", "arguments": "{}"}) for i in range(n)]))),
    "usage": (CHAT, lambda n: stream({"usage": {str(i): 1}} for i in range(n))),
    "calls at once": (CHAT, lambda n: json.dumps({"choices": [{"message": {"tool_calls": [{"function": {"name": "f"}}] * n}, "finish_reason": "stop"}]}).encode()),
    "spaces": (CHAT, lambda n: b"\n" * n),
    "long lines": (CHAT, lambda n: b"data: " + b"a" * 100 * n + b"\r"),
    "lines": (CHAT, lambda n: b"data: 1\n" * n),
    "citations": (MESSAGES, lambda n: stream(block("text", {"text": ""}, *[{"type": "citations_delta", "citation": {}}] * n))),
    "thinking": (MESSAGES, lambda n: stream(block("thinking", {"thinking": ""}, *[{"type": "thinking_delta", "thinking": LONG}] * n))),
    "input": (MESSAGES, lambda n: stream(block("tool_use", {"name": "f"}, *[{"type": "input_json_delta", "partial_json": LONG}] * n))),
    "blocks": (MESSAGES, lambda n: stream(event for i in range(n) for event in block("text", {"text": "x"}, {"type": "text_delta", "text": "y"}))),
    "items": (RESPONSES, lambda n: stream({"type": "response.output_item.done", "item": {"type": "function_call", "name": "f", "arguments": "{}"}} for _ in range(n))),
}  # fmt: skip


def parsed(codec: Codec, piece_bytes: int) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        parser = ReplyParser(codec.reader(0))
        try:
            for at in range(0, len(data), piece_bytes):
                parser.add(data[at : at + piece_bytes])
            parser.draft()
        except (PassingError, ModelError):
            return

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_is_read_in_time_proportional_to_its_length(name: str) -> None:
    """It is slow because it measures times."""
    codec, make = REPLIES[name]
    assert growth(parsed(codec, 4096), make, 1_500) < MOST
    assert growth(parsed(codec, 64), make, 200) < MOST


@pytest.mark.slow
def test_ids_are_made_up_in_time_proportional_to_their_number() -> None:
    """It is slow because it measures times."""
    make: Callable[[int], list[str]] = lambda n: [f"c{n + i:08}" for i in range(n)] + [""] * n  # noqa: E731
    assert growth(lambda ids: distinct_ids(ids, 0), make, 5_000) < MOST
    assert growth(lambda ids: distinct_ids(ids, 0), lambda n: ["a"] * n, 5_000) < MOST


def test_a_reply_has_no_end_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_EVENTS", 1_000)
    with pytest.raises(ModelError, match="more than 1000 events"):
        ReplyParser(CHAT.reader(0)).add(stream([{"choices": []}] * 1_001))
    ReplyParser(CHAT.reader(0)).add(stream([{"choices": []}] * 1_000))


def test_a_reply_of_too_many_values_is_not_even_read() -> None:
    for data in (b"[" + b"0," * 1_100_000 + b"0]", b'{"a":' * 1_100_000):
        parser = ReplyParser(CHAT.reader(0))
        parser.add(b'{"choices":' + data)
        with pytest.raises(PassingError, match="values"):
            parser.draft()
