"""Where a provider is asked, and which key goes there: to its own provider, or to where the user says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from itbench.errors import UsageError
from itbench.models.options import EndpointOptions, checked_url


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPlace:
    """What is usual for a provider.

    Attributes:
        url: of its own endpoint.
        url_variable: the environment variable with another one, which its own client library heeds too.
        key_variable: the environment variable with the API key.
    """

    url: str
    url_variable: str
    key_variable: str


OPENAI = ProviderPlace(
    url="https://api.openai.com/v1", url_variable="OPENAI_BASE_URL", key_variable="OPENAI_API_KEY"
)
ANTHROPIC = ProviderPlace(
    url="https://api.anthropic.com", url_variable="ANTHROPIC_BASE_URL", key_variable="ANTHROPIC_API_KEY"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An endpoint, and the key that goes there; the key is left out of its text.

    Attributes:
        url: without a slash at its end.
        is_own: whether it is the provider's own.
        source: what names the URL: the option `base_url`, an environment variable, or the provider itself.
        key: the API key; empty where there is none.
        key_variable: the environment variable that it comes from; None where no key is sent.
        missing_key: what to do where a key is needed and there is none.
    """

    url: str
    is_own: bool
    source: str
    key: str
    key_variable: str | None
    missing_key: str | None

    def __repr__(self) -> str:
        return f"Address({self.url})"


def address(
    options: EndpointOptions, usual: ProviderPlace, environment: Mapping[str, str] = os.environ
) -> Address:
    """Return where to ask, and with which key.

    The usual key goes to the provider's own endpoint, and to the one that its variable names, as the provider's own
    client library sends it. To an endpoint that only `base_url` names goes the key that `key_env` names, or none.

    Raises:
        UsageError: a URL or a key that cannot be used.
    """
    named = checked_url(
        environment.get(usual.url_variable) or None, f"the environment variable {usual.url_variable}"
    )
    url = options.base_url or named or usual.url
    is_own = _is_same(url, usual.url)
    gets_usual_key = is_own or (named is not None and _is_same(url, named))
    variable = options.key_env or (usual.key_variable if gets_usual_key else None)
    key = _key(environment, variable)
    # A server of one's own may want none.
    is_needed = is_own or options.key_env is not None
    return Address(
        url=url,
        is_own=is_own,
        source="option base_url"
        if options.base_url
        else usual.url_variable
        if named
        else "the provider's own",
        key=key,
        key_variable=variable if key or is_needed else None,
        missing_key=None
        if key or not is_needed
        else f"no API key: set the environment variable {variable}, or name another with key_env=NAME",
    )


def _key(environment: Mapping[str, str], variable: str | None) -> str:
    key = environment.get(variable, "").strip() if variable else ""
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UsageError(f"the environment variable {variable} holds characters that no API key has")
    return key


def _is_same(url: str, other: str) -> bool:
    """Return whether two URLs lead to the same endpoint; a version of the interface at the end makes no difference."""
    one, two = (urlsplit(text.lower().rstrip("/").removesuffix("/v1")) for text in (url, other))
    return (one.scheme, one.netloc, one.path) == (two.scheme, two.netloc, two.path)
