"""The provider behind a gateway: where it is, which key it wants, and how programs are told of the gateway."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from itbench.errors import UsageError
from itbench.interfaces.fault import StageError
from itbench.models.http.endpoints import ANTHROPIC, OPENAI, Address, address
from itbench.models.http.library import absent, transport
from itbench.models.http.making import making, url_problem
from itbench.models.http.retries import RetryPolicy
from itbench.models.options import endpoint_options
from itbench.models.prices import ListedPrices, Prices
from itbench.text.redaction import Redactor

OPTIONS = ("base_url", "key_env", "price", "idle_s", "attempts", "retry_s")
# Of one trial: for its concurrent requests, a question of our own for each, and a few look-ups; none waits for another's.
_MOST_CONNECTIONS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTarget:
    """One provider.

    Attributes:
        provider: its name.
        address: what requests are sent to, with the key that goes there.
        prefix: what programs write before the path of an interface, as the provider's own URL has it.
        packages: that asking it needs.
        idle_s: seconds of silence after which a reply counts as lost.
        prices: of a model by its name.
        retries: when a request that failed is sent again.
    """

    provider: str
    address: Address
    prefix: str
    packages: tuple[str, ...]
    idle_s: float
    prices: Callable[[str], Prices]
    retries: RetryPolicy = field(default_factory=RetryPolicy)

    def __repr__(self) -> str:
        return f"GatewayTarget({self.provider} at {self.url})"

    @property
    def url(self) -> str:
        """What requests are sent to, without a slash at the end."""
        return self.address.url

    @property
    def key(self) -> str:
        """The API key; empty where there is none."""
        return self.address.key

    def missing(self) -> list[str]:
        """Return all that asking the provider still needs on this machine, one thing each, and how to bring it."""
        key = self.address.missing_key
        lacking = [*absent(*self.packages), *([key] if key else [])]
        client = None if lacking else self._client_problem()
        return [*lacking, *([client] if client else [])]

    def _client_problem(self) -> str | None:
        """Return why a client cannot be made here, which no trial can help; None where it can."""
        try:
            self.client()
        except StageError as error:
            return Redactor([self.key]).text(str(error))
        return url_problem(self.url)

    def unpriced(self, models: Sequence[str]) -> list[str]:
        """Return what a limit of cost still lacks, one thing each: the price of every model that may be asked is needed."""
        if not models and not self.prices("").is_known:
            return [
                (
                    "the cost is limited, so the models that may be asked have to be named (models=NAME), or one price "
                    "given for all (price=INPUT/OUTPUT)"
                )
            ]
        return [
            f"the cost is limited, but the price of {name} is unknown; give it with price=INPUT/OUTPUT"
            for name in models
            if not self.prices(name).is_known
        ]

    def description(self) -> dict[str, str | None]:
        """Return what a run should record about the gateway; never a secret."""
        return {
            "gateway": self.provider,
            "endpoint": self.url,
            "endpoint_from": self.address.source,
            "key_from": self.address.key_variable,
        }

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
        """Return an HTTP client, of the package that the provider's own library is built on.

        Raises:
            ModelError: it cannot be made.
            HostError: the machine is short of something.
        """
        import importlib

        with making(self.provider):
            http = transport(importlib.import_module(self.provider))
            return http.AsyncClient(
                timeout=http.Timeout(self.idle_s, connect=min(60.0, self.idle_s)),
                limits=http.Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=4),
            )


def gateway_target(provider: str, options: Mapping[str, str]) -> GatewayTarget:
    """Return the provider that `gateway=PROVIDER` and its options ask for.

    Raises:
        UsageError: no such provider, or an option, a URL or a key that cannot be used.
    """
    known = {"openai": (OPENAI, "/v1"), "anthropic": (ANTHROPIC, "")}
    if provider not in known:
        raise UsageError(f"there is no gateway to {provider!r}; known: {', '.join(sorted(known))}")
    usual, prefix = known[provider]
    endpoint = endpoint_options(options)
    place = address(endpoint, usual)
    listed = provider if place.is_own or provider == "anthropic" else None
    return GatewayTarget(
        provider=provider,
        address=place,
        prefix=prefix,
        packages=(provider, "h11", *([] if endpoint.prices else ["genai_prices"])),
        idle_s=endpoint.idle_s,
        retries=endpoint.retries,
        prices=lambda model: endpoint.prices or ListedPrices(listed, place.url, model),
    )
