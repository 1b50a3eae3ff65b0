"""Dollars follow from tokens, by the maintained list or by the user's word."""

import pytest

from itbench.errors import UsageError
from itbench.interfaces.conversation import TokenUse
from itbench.models.prices import ListedPrices, OwnPrices, parse_prices

USE = TokenUse(
    input_tokens=1000, cached_tokens=400, cache_write_tokens=100, output_tokens=200, reasoning_tokens=150
)


@pytest.mark.parametrize(
    ("text", "millionths"),
    [
        ("2/10", 1000 * 2 + 200 * 10),
        ("2/10/0.5", 400 * 0.5 + 600 * 2 + 200 * 10),
        ("2/10/0.5/4", 400 * 0.5 + 100 * 4 + 500 * 2 + 200 * 10),
        ("0/0", 0),
    ],
)
def test_own_prices_by_hand(text: str, millionths: float) -> None:
    assert parse_prices(text).cost_usd(USE) == pytest.approx(millionths / 1e6, abs=1e-15)


@pytest.mark.parametrize("text", ["", "1", "1/2/3/4/5", "a/b", "1/-2", "nan/1", "1/inf"])
def test_a_price_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="INPUT/OUTPUT"):
        parse_prices(text)


def test_listed_prices_agree_with_the_published_ones() -> None:
    pytest.importorskip("genai_prices", reason="genai-prices is not installed")
    # $1.25 and $10 a million tokens, cached input $0.125: openai.com/api/pricing, August 2025.
    use = TokenUse(input_tokens=1000, cached_tokens=400, output_tokens=200)
    expected = OwnPrices(1.25, 10, 0.125).cost_usd(use)
    prices = ListedPrices("openai", "", "gpt-5")
    assert prices.cost_usd(use) == pytest.approx(expected, abs=1e-12)
    assert prices.window_tokens == 400_000
    assert prices.source.startswith("genai-prices ")


def test_listed_prices_are_found_by_the_endpoint() -> None:
    pytest.importorskip("genai_prices", reason="genai-prices is not installed")
    prices = ListedPrices(None, "https://api.deepseek.com/v1", "deepseek-chat")
    assert prices.cost_usd(USE)


def test_an_unknown_model_has_no_price() -> None:
    pytest.importorskip("genai_prices", reason="genai-prices is not installed")
    for prices in (ListedPrices("openai", "", "no-such"), ListedPrices(None, "http://127.0.0.1/v1", "gpt-5")):
        assert (prices.cost_usd(USE), prices.window_tokens) == (None, None)
        assert "which has no price of" in prices.source
