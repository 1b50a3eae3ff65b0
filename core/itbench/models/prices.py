"""What a reply costs and how long a conversation may be: from genai-prices, or as the user says.

genai-prices is a list kept up by Pydantic (https://github.com/pydantic/genai-prices). It comes whole with its
package, so that nothing is looked up on the net; a newer list is a newer version of the package.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from itbench.errors import UsageError
from itbench.interfaces.conversation import TokenUse

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider


class Prices(ABC):
    """Tells what tokens of one model cost."""

    @abstractmethod
    def cost_usd(self, use: TokenUse) -> float | None:
        """Return US dollars, or None where the price is unknown, or a number of tokens that it depends on."""

    @property
    def is_known(self) -> bool:
        """Whether the price is known, whatever the tokens."""
        any_use = TokenUse(input_tokens=1, cached_tokens=0, cache_write_tokens=0, output_tokens=1)
        return self.cost_usd(any_use) is not None

    @property
    @abstractmethod
    def source(self) -> str:
        """Where the price comes from, for the run's record."""

    @property
    def window_tokens(self) -> int | None:
        """How many tokens a conversation may have; None where unknown."""
        return None


@dataclass(frozen=True)
class ListedPrices(Prices):
    """Prices of genai-prices.

    Attributes:
        provider: the list's name of the provider; None to tell it by the URL.
        url: of the endpoint.
        model: the name that the provider calls it by.
    """

    provider: str | None
    url: str
    model: str

    @cached_property
    def _found(self) -> "tuple[Provider, ModelInfo] | None":
        if not self._is_installed:
            return None
        from genai_prices.data_snapshot import get_snapshot

        url = None if self.provider else self.url
        try:
            found: tuple[Provider, ModelInfo] = get_snapshot().find_provider_model(
                self.model, None, self.provider, url
            )
        except LookupError:
            return None
        return found

    def cost_usd(self, use: TokenUse) -> float | None:
        """Return US dollars, or None where the model is not in the list, or what it depends on is unknown."""
        if use.input_tokens is None or use.output_tokens is None:
            return None
        # Where the cache makes no difference to the price, it need not be known.
        may_be = (0, use.input_tokens // 2)
        costs = {
            self._cost_usd(use, cached, written)
            for cached in (may_be if use.cached_tokens is None else (use.cached_tokens,))
            for written in (may_be if use.cache_write_tokens is None else (use.cache_write_tokens,))
            if cached + written <= use.input_tokens
        }
        return costs.pop() if len(costs) == 1 else None

    def _cost_usd(self, use: TokenUse, cached: int, written: int) -> float | None:
        if self._found is None:
            return None
        from genai_prices import Usage

        provider, model = self._found
        usage = Usage(
            input_tokens=use.input_tokens,
            cache_read_tokens=cached,
            cache_write_tokens=written,
            output_tokens=use.output_tokens,
        )
        return float(model.calc_price(usage, provider).total_price)

    @cached_property
    def _is_installed(self) -> bool:
        return find_spec("genai_prices") is not None

    @property
    def source(self) -> str:
        """Return the list's version, or that it does not know the model."""
        from importlib.metadata import version

        if not self._is_installed:
            return "unknown: genai-prices is not installed"
        known = "" if self._found else f", which has no price of {self.model!r} at {self.url}"
        return f"genai-prices {version('genai-prices')}{known}"

    @property
    def window_tokens(self) -> int | None:
        """The window as the list has it."""
        return self._found[1].context_window if self._found else None


@dataclass(frozen=True)
class OwnPrices(Prices):
    """Prices as the user says, in US dollars for a million tokens; None costs what other input costs."""

    input_usd: float
    output_usd: float
    cached_usd: float | None = None
    cache_write_usd: float | None = None

    def cost_usd(self, use: TokenUse) -> float | None:
        """Return US dollars, or None where what they depend on is unknown."""
        if use.input_tokens is None or use.output_tokens is None:
            return None
        millionths = use.input_tokens * self.input_usd + use.output_tokens * self.output_usd
        for count, part_usd in (
            (use.cached_tokens, self.cached_usd),
            (use.cache_write_tokens, self.cache_write_usd),
        ):
            if part_usd is None or part_usd == self.input_usd:
                continue  # It costs what other input costs.
            if count is None:
                return None
            millionths += count * (part_usd - self.input_usd)
        return millionths / 1e6

    @property
    def source(self) -> str:
        """Say that the user said so."""
        return "as given by the option price"


def parse_prices(text: str) -> OwnPrices:
    """Return prices from `INPUT/OUTPUT[/CACHED[/CACHE_WRITE]]`, in US dollars for a million tokens.

    Raises:
        UsageError: it is not of this form.
    """
    try:
        numbers = [float(part) for part in text.split("/")]
    except ValueError:
        numbers = []
    if not 2 <= len(numbers) <= 4 or not all(0 <= number < 1e6 for number in numbers):
        raise UsageError(
            f"option price is {text!r}; allowed: INPUT/OUTPUT[/CACHED[/CACHE_WRITE]] in US dollars for a million"
            " tokens, such as 1.25/10/0.125"
        )
    return OwnPrices(*numbers)
