"""The provider behind a gateway: where it is, which key it wants, and how programs are told of the gateway."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from itbench.errors import UsageError
from itbench.models.anthropic_client import KEY_VARIABLE as ANTHROPIC_KEY
from itbench.models.anthropic_client import URL as ANTHROPIC_URL
from itbench.models.library import require, transport
from itbench.models.openai_client import KEY_VARIABLE as OPENAI_KEY
from itbench.models.openai_client import URL as OPENAI_URL
from itbench.models.options import api_key, endpoint_options
from itbench.models.prices import ListedPrices, Prices

OPTIONS = ("base_url", "key_env", "price", "idle_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTarget:
    """One provider.

    Attributes:
        provider: its name.
        url: what requests are sent to, without a slash at the end.
        prefix: what programs write before the path of an interface, as the provider's own URL has it.
        key: the API key; empty where none is needed.
        idle_s: seconds of silence after which a reply counts as lost.
        prices: of a model by its name.
    """

    provider: str
    url: str
    prefix: str
    key: str
    idle_s: float
    prices: Callable[[str], Prices]

    def __repr__(self) -> str:
        return f"GatewayTarget({self.provider} at {self.url})"

    @property
    def key_headers(self) -> dict[str, str]:
        """The headers that carry the key."""
        if not self.key:
            return {}
        if self.provider == "anthropic":
            return {"x-api-key": self.key}
        return {"authorization": f"Bearer {self.key}"}

    def variables(self, origin: str, own_key: str) -> dict[str, str]:
        """Return what tells programs of the gateway at `http://HOST:PORT`, and of the key that it wants of them."""
        if self.provider == "anthropic":
            return {"ANTHROPIC_BASE_URL": origin, "ANTHROPIC_API_KEY": own_key}
        return {"OPENAI_BASE_URL": f"{origin}/v1", "OPENAI_API_KEY": own_key}

    def client(self) -> Any:
        """Return an HTTP client, of the package that the provider's own library is built on."""
        import importlib

        http = transport(importlib.import_module(self.provider))
        return http.AsyncClient(timeout=http.Timeout(self.idle_s, connect=min(60.0, self.idle_s)))


def gateway_target(provider: str, options: Mapping[str, str]) -> GatewayTarget:
    """Return the provider that `gateway=PROVIDER` and its options ask for.

    Raises:
        UsageError: no such provider, an option that cannot be used, no API key, or a missing package.
    """
    known = {"openai": (OPENAI_URL, OPENAI_KEY, "/v1"), "anthropic": (ANTHROPIC_URL, ANTHROPIC_KEY, "")}
    if provider not in known:
        raise UsageError(f"there is no gateway to {provider!r}; known: {', '.join(sorted(known))}")
    own_url, own_key, prefix = known[provider]
    endpoint = endpoint_options(options)
    require(provider, *([] if endpoint.prices else ["genai_prices"]))
    url = endpoint.base_url or own_url
    # The usual key goes nowhere but to its own provider, unless the user names it.
    variable = endpoint.key_env or (own_key if endpoint.base_url is None else "")
    listed = "anthropic" if provider == "anthropic" else ("openai" if endpoint.base_url is None else None)
    return GatewayTarget(
        provider=provider,
        url=url,
        prefix=prefix,
        key=api_key(variable, is_needed=True) if variable else "",
        idle_s=endpoint.idle_s,
        prices=lambda model: endpoint.prices or ListedPrices(listed, url, model),
    )
