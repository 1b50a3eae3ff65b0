"""OpenAI's own client library, for any endpoint that speaks its interfaces."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.models.http.endpoints import OPENAI, address
from itbench.models.http.library import http_client, transport_errors
from itbench.models.http.model import Connector, Endpoint, HttpModel
from itbench.models.http.wire import Library, Wire
from itbench.models.model import ModelRequest
from itbench.models.openai.chat import ChatCodec
from itbench.models.openai.responses import ResponsesCodec
from itbench.models.options import EndpointOptions, endpoint_options
from itbench.models.prices import ListedPrices
from itbench.models.reply.codec import Codec

if TYPE_CHECKING:
    from openai import AsyncOpenAI

# The library wants some key even for a server of one's own that needs none.
_NO_KEY = "none"


def openai_model(request: ModelRequest) -> HttpModel:
    """Return a model at OpenAI, or at another endpoint.

    Raises:
        UsageError: an option, a URL or a key that cannot be used.
    """
    options = endpoint_options(request.options)
    place = address(options, OPENAI)
    provider = "openai" if place.is_own else None
    endpoint = Endpoint(
        provider=request.provider,
        model=request.name,
        address=place,
        packages=["openai", *([] if options.prices else ["genai_prices"])],
        codec=_codec(request, options, is_own=place.is_own),
        options=options,
        prices=options.prices or ListedPrices(provider, place.url, request.name),
    )
    return HttpModel(endpoint, OpenAIConnector(endpoint))


@dataclass(frozen=True)
class OpenAIConnector(Connector):
    """Opens the client."""

    endpoint: Endpoint
    package = "openai"

    def client(self) -> "AsyncOpenAI":
        """Return a client; nothing is sent."""
        import openai

        return openai.AsyncOpenAI(
            api_key=self.endpoint.key or _NO_KEY,
            base_url=self.endpoint.url,
            max_retries=0,
            http_client=http_client(openai, self.endpoint.options.idle_s),
        )

    def wire(self, client: Any) -> Wire:
        """Return what sends by a client."""
        import openai

        library = Library(
            status_error=openai.APIStatusError, passing=(openai.APIConnectionError, *transport_errors(openai))
        )
        return Wire(library=library, send=self._sender(client), idle_s=self.endpoint.options.idle_s)

    def _sender(self, client: Any) -> Any:
        model, is_chat = self.endpoint.model, self.endpoint.codec.api == "chat"
        # Looked up now, so that a version that lacks something is found before anything is sent.
        resource: Any = client.chat.completions if is_chat else client.responses
        create: Any = resource.with_streaming_response.create

        # The body goes as it is: the library's typed arguments would be walked through once more, which takes
        # five times as long as all the rest.
        def chat(body: JsonObject) -> AbstractAsyncContextManager[Any]:
            opened: AbstractAsyncContextManager[Any] = create(
                model=model, messages=[], stream=True, extra_body=body
            )
            return opened

        def responses(body: JsonObject) -> AbstractAsyncContextManager[Any]:
            opened: AbstractAsyncContextManager[Any] = create(
                model=model, input=[], stream=True, extra_body=body
            )
            return opened

        return chat if is_chat else responses


def _codec(request: ModelRequest, options: EndpointOptions, *, is_own: bool) -> Codec:
    api, hands_back = request.options.get("api", "chat"), options.hands_back_reasoning
    if api == "chat":
        limit_name = "max_completion_tokens" if is_own else "max_tokens"
        return ChatCodec(model=request.name, limit_name=limit_name, hands_back_reasoning=hands_back)
    if api == "responses":
        return ResponsesCodec(model=request.name, hands_back_reasoning=hands_back)
    raise UsageError(f"option api is {api!r}; allowed: chat or responses")
