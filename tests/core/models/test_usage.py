"""Tokens in every spelling that is in use; what is not certain is unknown."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from itbench.egress.gateway.metering import ReplyMeter
from itbench.interfaces.conversation import TokenUse
from itbench.models.prices import OwnPrices
from itbench.models.reply.usage import merge_usage, read_use
from itbench.testing.junk import json_values

HUGE = 10**400


def use(
    inputs: Any = 100, cached: Any = 0, written: Any = 0, output: Any = 20, reasoning: Any = 0
) -> TokenUse:
    return TokenUse(
        input_tokens=inputs,
        cached_tokens=cached,
        cache_write_tokens=written,
        output_tokens=output,
        reasoning_tokens=reasoning,
    )


BASE = {"prompt_tokens": 100, "completion_tokens": 20}


# Each: what a reply tells of its use, and how it is read.
SPELLINGS: list[tuple[Any, TokenUse | None]] = [
    (BASE, use()),
    ({**BASE, "total_tokens": 120, "prompt_tokens_details": {"cached_tokens": 80}}, use(cached=80)),
    ({**BASE, "prompt_cache_hit_tokens": 80, "prompt_cache_miss_tokens": 20}, use(cached=80)),
    ({**BASE, "prompt_cache_hit_tokens": 80, "prompt_tokens_details": {"cached_tokens": 80}}, use(cached=80)),
    ({**BASE, "cached_tokens": 80}, use(cached=80)),
    ({**BASE, "cached_tokens": 80, "prompt_tokens_details": {"cached_tokens": 0}}, use(cached=80)),
    ({**BASE, "num_cached_tokens": 80, "prompt_tokens_details": None}, use(cached=80)),
    ({**BASE, "cache_read_input_tokens": 80, "cache_creation_input_tokens": 10}, use(cached=80, written=10)),
    ({**BASE, "prompt_tokens_details": {"cached_tokens": 80, "cache_write_tokens": 10}}, use(cached=80, written=10)),
    ({**BASE, "prompt_token_details": {"cached_tokens": 80}}, use(cached=80)),
    ({"input_tokens": 100, "output_tokens": 20, "input_tokens_details": {"cached_tokens": 80}}, use(cached=80)),
    ({**BASE, "completion_tokens_details": {"reasoning_tokens": 15}}, use(reasoning=15)),
    ({**BASE, "total_tokens": 135, "completion_tokens_details": {"reasoning_tokens": 15}}, use(output=35, reasoning=15)),
    ({**BASE, "total_tokens": 500}, use(output=400)),
    ({**BASE, "total_tokens": 200, "cached_tokens": 80}, use(inputs=180, cached=80)),
    ({**BASE, "total_tokens": 0}, use()),
    ({"prompt_tokens": 100, "total_tokens": 120}, use()),
    ({"completion_tokens": 20, "total_tokens": 120}, use()),
    ({"prompt_tokens": "100", "completion_tokens": 20.0}, use()),
    ({"prompt_tokens": " 100 ", "completion_tokens": "20"}, use()),
    ({"prompt_tokens": 2**53, "completion_tokens": 0}, use(inputs=2**53, output=0)),
    ({**BASE, "input_tokens": 0, "output_tokens": 0, "total_tokens": 120}, use()),
    ({**BASE, "input_tokens": 100, "output_tokens": 20}, use()),
    # From here on something is unknown.
    ({**BASE, "input_tokens": 900}, use(inputs=None)),
    ({**BASE, "completion_tokens": 0, "output_tokens": 77}, use(output=None)),
    ({**BASE, "total_tokens": 60}, None),
    ({**BASE, "cached_tokens": 80, "prompt_tokens_details": {"cached_tokens": "?"}}, use(cached=None)),
    ({**BASE, "cache_creation": {"ephemeral_5m_input_tokens": 5}, "cache_creation_input_tokens": 0}, use(written=None)),
    ({"total_tokens": 120}, None),
    ({"prompt_tokens": 1e20, "completion_tokens": 20}, use(inputs=None)),
    ({"prompt_tokens": HUGE, "completion_tokens": 20}, use(inputs=None)),
    ({"prompt_tokens": float("inf"), "completion_tokens": float("nan")}, None),
    ({"prompt_tokens": -1, "completion_tokens": 20}, use(inputs=None)),
    ({"prompt_tokens": 100, "completion_tokens": -20}, use(output=None)),
    ({"prompt_tokens": 100.5, "completion_tokens": 20}, use(inputs=None)),
    ({"prompt_tokens": True, "completion_tokens": 20}, use(inputs=None)),
    ({"prompt_tokens": "1e2", "completion_tokens": "twenty"}, None),
    ({"prompt_tokens": "\uff19", "completion_tokens": 20}, use(inputs=None)),
    ({"prompt_tokens": [100], "completion_tokens": 20}, use(inputs=None)),
    ({"prompt_tokens": 0, "completion_tokens": 0}, use(inputs=None, output=0)),
    ({"prompt_tokens": 2**53 + 1, "completion_tokens": 20}, use(inputs=None)),
    ({**BASE, "cached_tokens": "many"}, use(cached=None)),
    ({**BASE, "cached_tokens": -5}, use(cached=None)),
    ({**BASE, "cached_tokens": 101}, use(cached=None, written=None)),
    ({**BASE, "cached_tokens": 80, "prompt_cache_hit_tokens": 70}, use(cached=None)),
    ({**BASE, "prompt_tokens_details": [80]}, use(cached=None, written=None)),
    ({**BASE, "prompt_tokens_details": {"cached_tokens": {"text": 80}}}, use(cached=None)),
    ({**BASE, "completion_tokens_details": {"reasoning_tokens": 1e30}}, use(reasoning=None)),
    ({**BASE, "completion_tokens_details": {"reasoning_tokens": 21}}, use(reasoning=None)),
    ([BASE], None),
    ([], None),
    ("100", None),
    (100, None),
    (None, None),
    ({}, None),
]  # fmt: skip


def test_tokens_are_read_in_all_their_spellings() -> None:
    for usage, expected in SPELLINGS:
        assert read_use(usage) == expected, usage


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"input_tokens": 20, "cache_read_input_tokens": 70, "cache_creation_input_tokens": 10, "output_tokens": 20}, use(cached=70, written=10)),
        ({"input_tokens": 100, "output_tokens": 20, "cache_read_input_tokens": None}, use()),
        ({"input_tokens": 0, "cache_read_input_tokens": 100, "output_tokens": 20}, use(cached=100)),
        ({"input_tokens": 90, "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 6}, "output_tokens": 20}, use(written=10)),
        ({"input_tokens": 90, "cache_creation_input_tokens": 10, "cache_creation": {"ephemeral_5m_input_tokens": 10}, "output_tokens": 20}, use(written=10)),
        ({"input_tokens": 100, "output_tokens": 20, "output_tokens_details": {"thinking_tokens": 9}}, use(reasoning=9)),
        ({"input_tokens": 20, "cache_read_input_tokens": "much", "output_tokens": 20}, use(inputs=None, cached=None)),
        ({"input_tokens": 20, "cache_creation": [1], "output_tokens": 20}, use(inputs=None, written=None)),
        ({"input_tokens": 1e20, "output_tokens": 20}, use(inputs=None)),
        ({"input_tokens": 0, "output_tokens": 0}, use(inputs=None, output=0)),
    ],
)  # fmt: skip
def test_a_cache_that_is_counted_apart_is_part_of_the_input(usage: Any, expected: TokenUse) -> None:
    assert read_use(usage, is_cache_apart=True) == expected


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 400, "-1", "true", '"many"'])
def test_a_count_that_is_told_and_no_number_is_unknown_and_not_0(number: str) -> None:
    def told(name: str, *, details: bool = False) -> TokenUse | None:
        entry = f'"{name}": {number}'
        entry = f'"prompt_tokens_details": {{{entry}}}' if details else entry
        body = '{"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}], "usage": {' + entry
        base = {key: value for key, value in BASE.items() if key != name}
        meter = ReplyMeter("/chat/completions")
        meter.add((body + "".join(f', "{key}": {value}' for key, value in base.items()) + "}}").encode())
        draft = meter.draft()
        assert draft is not None
        return draft.use

    assert told("cached_tokens", details=True) == use(cached=None)
    assert told("prompt_tokens") == use(inputs=None)
    assert told("completion_tokens") == use(output=None)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"usage": BASE}], use()),
        ([{"choices": [], "usage": None}, {"usage": {**BASE, "cached_tokens": 80}}], use(cached=80)),
        ([{"choices": [{"index": 0, "delta": {}, "usage": {**BASE, "cached_tokens": 80}}]}], use(cached=80)),
        ([{"choices": [], "x_groq": {"id": "r", "usage": BASE}}], use()),
        ([{"usage": {"prompt_tokens": 100, "completion_tokens": 0}}, {"usage": BASE}, {"usage": {"prompt_tokens": 0, "completion_tokens": 0}}], use()),
        ([{"usage": BASE}, {"usage": []}], use()),
        ([{"usage": BASE}, {"usage": {"prompt_tokens": "?"}}], use(inputs=None)),
        ([{"usage": BASE}, {"usage": "lots"}], None),
        ([{"usage": {"prompt_tokens": "?"}}, {"usage": BASE}], use()),
        ([{"usage": {"prompt_tokens": 1e20, "completion_tokens": 1e20}}], None),
        ([{"usage": "none"}, {"x_groq": []}], None),
    ],
)  # fmt: skip
def test_usage_is_found_wherever_a_stream_has_it(events: Any, expected: TokenUse | None) -> None:
    said = {"choices": [{"index": 0, "delta": {"content": "Hi."}, "finish_reason": "stop"}]}
    meter = ReplyMeter("/chat/completions")
    meter.add("".join(f"data: {json.dumps(event)}\n\n" for event in [said, *events]).encode())
    draft = meter.draft()
    assert draft is not None, meter.failure
    assert draft.use == expected


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "1e999", "9" * 5000, '"' + "9" * 5000 + '"', "-0", "1e20", "null"]
)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/chat/completions", '{"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": N, "completion_tokens": N}}'),
        ("/responses", '{"status": "completed", "output": "Hi.", "usage": {"input_tokens": N, "output_tokens": N}}'),
        ("/messages", '{"content": "Hi.", "stop_reason": "end_turn", "usage": {"input_tokens": N, "output_tokens": N}}'),
    ],
)  # fmt: skip
def test_a_number_that_is_none_is_unknown_use_of_an_honest_reply(path: str, body: str, text: str) -> None:
    meter = ReplyMeter(path)
    meter.add(body.replace("N", text).encode())
    draft = meter.draft()
    if (
        text == "-0"
    ):  # Zero tokens of output, though there is some: a reply all the same, but nobody was asked.
        assert draft is not None
        return
    assert draft is not None, meter.failure
    assert (draft.message.text, draft.use) == ("Hi.", None)


@pytest.mark.slow
@given(json_values, json_values, st.booleans())
def test_any_json_is_usage_or_none(one: Any, other: Any, is_apart: bool) -> None:
    merged = merge_usage(one, other)
    found = read_use(merged, is_cache_apart=is_apart)
    assert found is None or isinstance(found, TokenUse)


NAMES = st.sampled_from(
    ["prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "cached_tokens",
     "prompt_cache_hit_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "reasoning_tokens",
     "prompt_tokens_details", "completion_tokens_details", "cache_creation"]
)  # fmt: skip
COUNTS = (
    st.integers(-2, 200)
    | st.floats()
    | st.sampled_from([2**53, 2**53 + 1, 10**30, "7", "x", None, True, [], {}])
)
USAGES = st.dictionaries(NAMES, COUNTS | st.dictionaries(NAMES, COUNTS, max_size=3), max_size=7)


@pytest.mark.slow
@given(USAGES, st.booleans())
def test_what_is_read_can_be_paid_for_or_is_unknown(usage: Any, is_apart: bool) -> None:
    found = read_use(usage, is_cache_apart=is_apart)
    if found is None:
        return
    counts = (found.input_tokens, found.cached_tokens, found.cache_write_tokens, found.output_tokens)
    assert all(count is None or (type(count) is int and 0 <= count <= 2**53) for count in counts)
    cost_usd = OwnPrices(2, 8, 0.5, 3).cost_usd(found)
    assert (cost_usd is None) == (None in counts)
    assert cost_usd is None or cost_usd >= 0


@pytest.mark.parametrize(
    ("prices", "found", "cost_usd"),
    [
        ((2, 8), use(), 360e-6),
        ((2, 8), use(cached=None, written=None), 360e-6),
        ((2, 8, 0.5), use(cached=None), None),
        ((2, 8, 0.5), use(written=None), 360e-6),
        ((2, 8, 2), use(cached=None), 360e-6),
        ((2, 8, 2, 3), use(cached=None, written=None), None),
        ((2, 8), use(inputs=None), None),
        ((2, 8), use(output=None), None),
    ],
)
def test_a_price_that_hangs_on_what_is_unknown_is_unknown(
    prices: Any, found: TokenUse, cost_usd: float | None
) -> None:
    assert OwnPrices(*prices).cost_usd(found) == (None if cost_usd is None else pytest.approx(cost_usd))


def test_a_turn_of_deepseek_costs_what_its_cache_makes_of_it() -> None:
    pytest.importorskip("genai_prices", reason="genai-prices is not installed")
    from itbench.models.prices import ListedPrices

    prices = ListedPrices(None, "https://api.deepseek.com/v1", "deepseek-chat")
    plain = read_use({"prompt_tokens": 3500, "completion_tokens": 100})
    cached = read_use({"prompt_tokens": 3500, "completion_tokens": 100, "prompt_cache_hit_tokens": 3400})
    unsure = read_use({"prompt_tokens": 3500, "completion_tokens": 100, "prompt_cache_hit_tokens": "most"})
    assert plain is not None
    assert cached is not None
    assert unsure is not None
    full, less = prices.cost_usd(plain), prices.cost_usd(cached)
    assert full is not None
    assert less is not None
    assert less < full / 2
    assert prices.cost_usd(unsure) is None
