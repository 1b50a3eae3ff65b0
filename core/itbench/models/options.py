"""Reads what a user says about a model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from itbench.errors import UsageError
from itbench.models.http.retries import RetryPolicy
from itbench.models.prices import OwnPrices, parse_prices

OPTIONS = frozenset(
    {"base_url", "key_env", "window", "price", "idle_s", "attempts", "retry_s", "cache", "reasoning"}
)
_URL = re.compile(r"(?:[!-$&-~]|%[0-9A-Fa-f]{2})*")
_WORDS = {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointOptions:
    """What all providers that are asked over HTTP have in common.

    Attributes:
        base_url: of the endpoint; None for the provider's own.
        key_env: name of the environment variable with the API key; None for the provider's usual one.
        window_tokens: how long a conversation may be; None to look it up.
        prices: the user's own; None to look them up.
        idle_s: seconds of silence after which a reply counts as lost.
        retries: when to try again.
        is_cached: whether replies of earlier runs may be used.
        hands_back_reasoning: whether the model gets back, with the conversation, what it has thought.
    """

    base_url: str | None = None
    key_env: str | None = None
    window_tokens: int | None = None
    prices: OwnPrices | None = None
    idle_s: float = 300.0
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    is_cached: bool = True
    hands_back_reasoning: bool = True


def endpoint_options(options: Mapping[str, str]) -> EndpointOptions:
    """Return the options that are given; those of other names are left alone.

    Raises:
        UsageError: a value that cannot be used.
    """
    retries = RetryPolicy()
    price = options.get("price")
    return EndpointOptions(
        base_url=checked_url(options.get("base_url"), "option base_url"),
        key_env=_key_env(options.get("key_env")),
        window_tokens=whole(options, "window", None, 1),
        prices=None if price is None else parse_prices(price),
        idle_s=number(options, "idle_s", 300.0, 0.001) or 300.0,
        retries=RetryPolicy(
            attempts=whole(options, "attempts", retries.attempts, 1) or 1,
            first_s=number(options, "retry_s", retries.first_s, 0.0) or 0.0,
        ),
        is_cached=truth_value(options, "cache", default=True),
        hands_back_reasoning=truth_value(options, "reasoning", default=True),
    )


def whole(options: Mapping[str, str], name: str, default: int | None, least: int) -> int | None:
    """Return an option as a whole number.

    Raises:
        UsageError: it is none, or too small.
    """
    value = number(options, name, None, least)
    if value is None:
        return default
    if value != int(value):
        raise UsageError(f"option {name} is {options[name]!r}; allowed: a whole number")
    return int(value)


def number(options: Mapping[str, str], name: str, default: float | None, least: float) -> float | None:
    """Return an option as a number.

    Raises:
        UsageError: it is none, or too small.
    """
    if name not in options:
        return default
    try:
        value = float(options[name])
    except ValueError:
        value = -1.0
    if not least <= value < float("inf"):
        raise UsageError(f"option {name} is {options[name]!r}; allowed: a number from {least:g} on")
    return value


def truth_value(options: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return an option as yes or no.

    Raises:
        UsageError: it is neither.
    """
    text = options.get(name)
    if text is None:
        return default
    if text.lower() not in _WORDS:
        raise UsageError(f"option {name} is {text!r}; allowed: yes or no")
    return _WORDS[text.lower()]


def checked_url(text: str | None, place: str) -> str | None:
    """Return a URL without a slash at its end, None for None.

    Raises:
        UsageError: it is none, or has what no endpoint's URL has.
    """
    if text is None:
        return None
    if not _URL.fullmatch(text):
        # A library would read another address than is written, or none.
        raise UsageError(
            f"{place} is {text!r}; allowed: a URL of visible ASCII characters, each % followed by two hexadecimal digits"
        )
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError(f"{place} is {text!r}; allowed: a URL such as https://host/v1") from None
    if parts.username or parts.password or parts.query or parts.fragment:
        # Not quoted: what stands there is often a secret.
        raise UsageError(f"{place} may have no user, password or query; give the key with key_env=NAME")
    if not is_url:
        raise UsageError(f"{place} is {text!r}; allowed: a URL such as https://host/v1")
    return text.rstrip("/")


def _key_env(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", text):
        # Not quoted: the most likely mistake is to give the key itself.
        raise UsageError(
            "option key_env must be the name of an environment variable in capital letters, not the key itself"
        )
    return text
