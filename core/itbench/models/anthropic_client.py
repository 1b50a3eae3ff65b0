"""Anthropic's own client library."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itbench.interfaces.json import JsonObject
from itbench.models.anthropic_messages import MAX_TOKENS, MessagesCodec
from itbench.models.http_model import Connector, Endpoint, HttpModel
from itbench.models.library import http_client, require, transport_errors
from itbench.models.model import ModelRequest
from itbench.models.options import api_key, endpoint_options
from itbench.models.prices import ListedPrices
from itbench.models.wire import Library, Wire

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

URL = "https://api.anthropic.com"
KEY_VARIABLE = "ANTHROPIC_API_KEY"


def anthropic_model(request: ModelRequest) -> HttpModel:
    """Return a model at Anthropic, or at another endpoint that speaks its interface.

    Raises:
        UsageError: an option that cannot be used, no API key, or the library is missing.
    """
    options = endpoint_options(request.options)
    variable = options.key_env or (KEY_VARIABLE if options.base_url is None else "")
    require("anthropic", *([] if options.prices else ["genai_prices"]))
    endpoint = Endpoint(
        provider=request.provider,
        model=request.name,
        url=options.base_url or URL,
        key=api_key(variable, is_needed=True) if variable else "",
        codec=MessagesCodec(model=request.name),
        options=options,
        prices=options.prices or ListedPrices("anthropic", options.base_url or URL, request.name),
    )
    return HttpModel(endpoint, AnthropicConnector(endpoint))


@dataclass(frozen=True)
class AnthropicConnector(Connector):
    """Opens the client."""

    endpoint: Endpoint

    async def connect(self) -> AsyncIterator[Wire]:
        """Open a client, yield the wire, and close the client."""
        import anthropic

        options = self.endpoint.options
        client: AsyncAnthropic = anthropic.AsyncAnthropic(
            api_key=self.endpoint.key or "none",
            base_url=self.endpoint.url,
            max_retries=0,
            http_client=http_client(anthropic, options.idle_s),
        )
        # Older versions of the library would send a token from the environment besides, wherever it goes.
        client.auth_token = None
        library = Library(
            status_error=anthropic.APIStatusError,
            passing=(anthropic.APIConnectionError, *transport_errors(anthropic)),
        )

        def send(body: JsonObject) -> AbstractAsyncContextManager[Any]:
            create: Any = client.messages.with_streaming_response.create
            # The body's own model wins; told of it here, the library would warn of old ones.
            opened: AbstractAsyncContextManager[Any] = create(
                model="", max_tokens=MAX_TOKENS, messages=[], stream=True, extra_body=body
            )
            return opened

        async with client:
            yield Wire(library=library, send=send, idle_s=options.idle_s)
