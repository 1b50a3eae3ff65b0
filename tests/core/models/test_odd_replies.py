"""Whatever a server sends is a reply that can be used, or an error that is told: nothing else, ever.

`make test` tries some thousand spoilt replies, `make soak` 20,000 of them.
"""

import asyncio
import json
import random
from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from itbench.egress.gateway.metering import ReplyMeter
from itbench.interfaces.json import json_text
from itbench.models import Conversation, ModelError, ModelSettings, ToolResult, UserMessage, find_model
from itbench.models.anthropic.messages import MessagesCodec
from itbench.models.faults import PassingError
from itbench.models.openai.chat import ChatCodec
from itbench.models.openai.responses import ResponsesCodec
from itbench.models.prices import OwnPrices
from itbench.models.reply.codec import Codec, Draft
from itbench.models.reply.errors import error_of
from itbench.models.reply.reading import ReplyParser
from itbench.testing.model_server import Asked, ModelServer, Raw
from itbench.testing.odd_replies import odd_object, odd_reply, pieces
from itbench.testing.troubles import documented_troubles, error_bodies

APIS = ("chat", "responses", "messages")
CODECS: dict[str, Codec] = {
    "chat": ChatCodec(model="m"),
    "responses": ResponsesCodec(model="m"),
    "messages": MessagesCodec(model="m"),
}
PATHS = {"chat": "/chat/completions", "responses": "/responses", "messages": "/messages"}
SEEDS = st.integers(0, 2**48)
LARGEST = 2**53


def read(api: str, body: bytes, chance: random.Random) -> Draft | PassingError | ModelError:
    """Return what becomes of a body, in whatever pieces it comes; any other exception fails the test."""
    parser = ReplyParser(CODECS[api].reader(3))
    try:
        for piece in pieces(body, chance):
            parser.add(piece)
        return parser.draft()
    except (PassingError, ModelError) as error:
        str(error).encode()
        return error


def check_usable(api: str, draft: Draft) -> None:
    """A reply can be written down, counted, paid for, and handed back."""
    json_text(asdict(draft)).encode()
    calls = draft.message.calls
    assert all(call.id and call.name.strip() and isinstance(call.arguments, str) for call in calls)
    assert len({call.id for call in calls}) == len(calls)
    check_use(draft)
    results = [ToolResult(call_id=call.id, name=call.name, text="") for call in calls]
    conversation = Conversation(system="s", messages=[UserMessage(text="u"), draft.message, *results])
    for codec in (*CODECS.values(), ChatCodec(model="m", hands_back_reasoning=False)):
        text = json.dumps(codec.body(conversation, [], ModelSettings()), ensure_ascii=False, allow_nan=False)
        text.encode()
    for entry in conversation_calls(CODECS[api].body(conversation, [], ModelSettings()), api):
        assert isinstance(entry if isinstance(entry, dict) else json.loads(entry), dict)


def conversation_calls(body: Any, api: str) -> list[Any]:
    """Return the arguments of all calls that are handed back."""
    if api == "responses":
        return [item["arguments"] for item in body["input"] if item.get("type") == "function_call"]
    if api == "messages":
        blocks = [block for message in body["messages"] for block in message["content"]]
        return [block["input"] for block in blocks if block["type"] == "tool_use"]
    calls = [call for message in body["messages"] for call in message.get("tool_calls", ())]
    return [call["function"]["arguments"] for call in calls]


def check_use(draft: Draft) -> None:
    use = draft.use
    if use is None:
        return
    counts = (
        use.input_tokens,
        use.cached_tokens,
        use.cache_write_tokens,
        use.output_tokens,
        use.reasoning_tokens,
    )
    assert all(count is None or (type(count) is int and 0 <= count <= 3 * LARGEST) for count in counts)
    if use.input_tokens is not None:
        assert (use.cached_tokens or 0) + (use.cache_write_tokens or 0) <= use.input_tokens
    cost_usd = OwnPrices(2, 8, 0.5, 3).cost_usd(use)
    assert cost_usd is None or cost_usd >= 0
    assert (cost_usd is None) == (None in counts[:4])


ENDS = {"reply", "PassingError", "ModelError", "ContextLengthError"}


def try_one(seed: int) -> str:
    """Read one spoilt reply in two ways, and return what became of it."""
    chance = random.Random(seed)
    api = chance.choice(APIS)
    raw = odd_reply(api, chance)
    found = read(api, raw.body, random.Random(seed))
    # The meter of the gateway sees the same, in whatever pieces.
    meter = ReplyMeter(PATHS[api])
    meter.add(raw.body)
    metered = meter.draft()
    if isinstance(found, Draft):
        check_usable(api, found)
        assert metered is not None
        assert (metered.message.text, metered.stop, metered.use) == (
            found.message.text,
            found.stop,
            found.use,
        )
        return "reply"
    assert metered is None
    assert meter.failure
    return type(found).__name__


@pytest.mark.slow
@settings(max_examples=1000, derandomize=True)
@given(seed=SEEDS)
def test_a_spoilt_reply_is_a_reply_or_an_error_that_is_told(seed: int) -> None:
    """Slow: 1,000 replies."""
    assert try_one(seed) in ENDS


@pytest.mark.soak
@settings(max_examples=20_000)
@given(seed=SEEDS)
def test_twenty_thousand_spoilt_replies(seed: int) -> None:
    assert try_one(seed) in ENDS


@pytest.mark.slow
def test_spoilt_replies_come_to_every_end() -> None:
    ends = Counter(try_one(seed) for seed in range(600))
    assert set(ends) >= {"reply", "PassingError"}
    assert min(ends["reply"], ends["PassingError"]) > 100


def ask_spoilt(api: str, seeds: list[int]) -> Counter[str]:
    """Ask the provider's true client for spoilt replies over a socket, many at a time."""
    ends: Counter[str] = Counter()

    def react(asked: Asked) -> Raw:
        content = asked.body["input" if api == "responses" else "messages"][-1]["content"]
        seed = content[-1]["text"] if api == "messages" else content
        return odd_reply(api, random.Random(int(seed)))

    async def ask(model: Any, seed: int) -> None:
        conversation = Conversation(messages=[UserMessage(text=str(seed))])
        try:
            reply = await model.reply(conversation, [], ModelSettings())
        except ModelError as error:
            ends[type(error).__name__] += 1
        else:
            json_text(asdict(reply)).encode()
            ends["reply"] += 1

    async def ask_all(server: ModelServer) -> None:
        own = {"base_url": server.url} if api == "messages" else {"base_url": server.openai_url, "api": api}
        text = "anthropic/m" if api == "messages" else "openai/m"
        model = find_model(
            text, own | {"cache": "no", "attempts": "1", "idle_s": "120", "price": "1/1/0.1/2"}
        )
        async with model.session():
            await asyncio.gather(*(ask(model, seed) for seed in seeds))

    with ModelServer(react, keeps=False) as server:
        asyncio.run(ask_all(server))
    return ends


@pytest.mark.slow
@pytest.mark.parametrize("api", APIS)
def test_the_true_clients_get_through_spoilt_replies(providers: None, api: str) -> None:
    """Slow: 100 requests over a socket."""
    ends = ask_spoilt(api, list(range(100)))
    assert ends.total() == 100
    assert min(ends["reply"], ends["ModelError"]) > 10


@pytest.mark.soak
@pytest.mark.parametrize("api", APIS)
def test_the_true_clients_get_through_thousands_of_spoilt_replies(providers: None, api: str) -> None:
    assert sum(ask_spoilt(api, list(range(at, at + 500))).total() for at in range(0, 2000, 500)) == 2000


@pytest.mark.slow
@settings(max_examples=300, derandomize=True)
@given(seed=SEEDS, status=st.sampled_from([None, 400, 401, 403, 408, 413, 422, 429, 500, 503]))
def test_a_spoilt_error_is_still_an_error(seed: int, status: int | None) -> None:
    """Slow: 300 errors."""
    chance = random.Random(seed)
    error = error_of(status, odd_object(chance.choice(error_bodies(chance.choice(APIS))), chance))
    assert isinstance(error, PassingError | ModelError)
    str(error).encode()
    if status in {429, 500, 503}:
        assert isinstance(error, PassingError)


@pytest.mark.parametrize("api", APIS)
def test_no_documented_trouble_is_taken_for_a_reply(api: str) -> None:
    bodies = [trouble.body for trouble in documented_troubles(api) if isinstance(trouble, Raw)]
    ends = [read(api, body, random.Random(0)) for body in bodies]
    assert len(ends) >= 30
    assert [
        (body, end) for body, end in zip(bodies, ends, strict=True) if not isinstance(end, PassingError)
    ] == []
