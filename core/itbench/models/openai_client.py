"""OpenAI's own client library, for any endpoint that speaks its interfaces."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.models.codec import Codec
from itbench.models.http_model import Connector, Endpoint, HttpModel
from itbench.models.library import http_client, require, transport_errors
from itbench.models.model import ModelRequest
from itbench.models.openai_chat import ChatCodec
from itbench.models.openai_responses import ResponsesCodec
from itbench.models.options import api_key, endpoint_options
from itbench.models.prices import ListedPrices
from itbench.models.wire import Library, Wire

if TYPE_CHECKING:
    from openai import AsyncOpenAI

URL = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"
# The library wants some key even for a server of one's own that needs none.
_NO_KEY = "none"


def openai_model(request: ModelRequest) -> HttpModel:
    """Return a model at OpenAI, or at another endpoint.

    Raises:
        UsageError: an option that cannot be used, no API key, or the library is missing.
    """
    options = endpoint_options(request.options)
    url = options.base_url or URL
    is_needed = options.base_url is None or options.key_env is not None
    # The usual key goes nowhere but to its own provider, unless the user names it.
    variable = options.key_env or (KEY_VARIABLE if options.base_url is None else "")
    key = api_key(variable, is_needed=is_needed) if variable else ""
    provider = "openai" if options.base_url is None else None
    require("openai", *([] if options.prices else ["genai_prices"]))
    endpoint = Endpoint(
        provider=request.provider,
        model=request.name,
        url=url,
        key=key,
        codec=_codec(request, is_own=options.base_url is None),
        options=options,
        prices=options.prices or ListedPrices(provider, url, request.name),
    )
    return HttpModel(endpoint, OpenAIConnector(endpoint))


@dataclass(frozen=True)
class OpenAIConnector(Connector):
    """Opens the client."""

    endpoint: Endpoint

    async def connect(self) -> AsyncIterator[Wire]:
        """Open a client, yield the wire, and close the client."""
        import openai

        options = self.endpoint.options
        client: AsyncOpenAI = openai.AsyncOpenAI(
            api_key=self.endpoint.key or _NO_KEY,
            base_url=self.endpoint.url,
            max_retries=0,
            http_client=http_client(openai, options.idle_s),
        )
        library = Library(
            status_error=openai.APIStatusError, passing=(openai.APIConnectionError, *transport_errors(openai))
        )
        async with client:
            yield Wire(library=library, send=self._sender(client), idle_s=options.idle_s)

    def _sender(self, client: "AsyncOpenAI") -> Any:
        model = self.endpoint.model

        # The body goes as it is: the library's typed arguments would be walked through once more, which takes
        # five times as long as all the rest.
        def chat(body: JsonObject) -> AbstractAsyncContextManager[Any]:
            create: Any = client.chat.completions.with_streaming_response.create
            opened: AbstractAsyncContextManager[Any] = create(
                model=model, messages=[], stream=True, extra_body=body
            )
            return opened

        def responses(body: JsonObject) -> AbstractAsyncContextManager[Any]:
            create: Any = client.responses.with_streaming_response.create
            opened: AbstractAsyncContextManager[Any] = create(
                model=model, input=[], stream=True, extra_body=body
            )
            return opened

        return chat if self.endpoint.codec.api == "chat" else responses


def _codec(request: ModelRequest, *, is_own: bool) -> Codec:
    api = request.options.get("api", "chat")
    if api == "chat":
        limit_name = "max_completion_tokens" if is_own else "max_tokens"
        return ChatCodec(model=request.name, limit_name=limit_name)
    if api == "responses":
        return ResponsesCodec(model=request.name)
    raise UsageError(f"option api is {api!r}; allowed: chat or responses")
