"""Anthropic's own client library."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itbench.interfaces.json import JsonObject
from itbench.models.anthropic.messages import MAX_TOKENS, MessagesCodec
from itbench.models.http.endpoints import ANTHROPIC, address
from itbench.models.http.library import http_client, transport_errors
from itbench.models.http.model import Connector, Endpoint, HttpModel
from itbench.models.http.wire import Library, Wire
from itbench.models.model import ModelRequest
from itbench.models.options import endpoint_options
from itbench.models.prices import ListedPrices

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic


def anthropic_model(request: ModelRequest) -> HttpModel:
    """Return a model at Anthropic, or at another endpoint that speaks its interface.

    Raises:
        UsageError: an option, a URL or a key that cannot be used.
    """
    options = endpoint_options(request.options)
    place = address(options, ANTHROPIC)
    endpoint = Endpoint(
        provider=request.provider,
        model=request.name,
        address=place,
        packages=["anthropic", *([] if options.prices else ["genai_prices"])],
        codec=MessagesCodec(model=request.name, hands_back_reasoning=options.hands_back_reasoning),
        options=options,
        prices=options.prices or ListedPrices("anthropic", place.url, request.name),
    )
    return HttpModel(endpoint, AnthropicConnector(endpoint))


@dataclass(frozen=True)
class AnthropicConnector(Connector):
    """Opens the client."""

    endpoint: Endpoint
    package = "anthropic"

    def client(self) -> "AsyncAnthropic":
        """Return a client; nothing is sent."""
        import anthropic

        client = anthropic.AsyncAnthropic(
            api_key=self.endpoint.key or "none",
            base_url=self.endpoint.url,
            max_retries=0,
            http_client=http_client(anthropic, self.endpoint.options.idle_s),
        )
        # Older versions of the library would send a token from the environment besides, wherever it goes.
        client.auth_token = None
        return client

    def wire(self, client: Any) -> Wire:
        """Return what sends by a client."""
        import anthropic

        # Looked up now, so that a version that lacks something is found before anything is sent.
        create: Any = client.messages.with_streaming_response.create
        library = Library(
            status_error=anthropic.APIStatusError,
            passing=(anthropic.APIConnectionError, *transport_errors(anthropic)),
        )

        def send(body: JsonObject) -> AbstractAsyncContextManager[Any]:
            # The body's own model wins; told of it here, the library would warn of old ones.
            opened: AbstractAsyncContextManager[Any] = create(
                model="", max_tokens=MAX_TOKENS, messages=[], stream=True, extra_body=body
            )
            return opened

        return Wire(library=library, send=send, idle_s=self.endpoint.options.idle_s)
