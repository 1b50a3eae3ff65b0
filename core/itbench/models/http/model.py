"""A model behind an HTTP interface: cache, gate, retries, prices and redaction around one codec."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from itbench.host.cache import require_cache
from itbench.interfaces.conversation import (
    AssistantMessage,
    Conversation,
    ModelTool,
    Native,
    Reply,
    Stop,
    TokenUse,
    ToolCall,
)
from itbench.interfaces.fault import StageError
from itbench.interfaces.json import JsonObject, map_texts
from itbench.interfaces.task import Limits
from itbench.models.faults import ContextLengthError, ModelError, PassingError
from itbench.models.http.cache import ReplyCache, request_key
from itbench.models.http.endpoints import Address
from itbench.models.http.gate import gate_of
from itbench.models.http.library import absent
from itbench.models.http.making import making, problem_of
from itbench.models.http.wire import Wire
from itbench.models.model import ModelSettings, ModelWait
from itbench.models.options import EndpointOptions
from itbench.models.prices import Prices
from itbench.models.reply.codec import Codec, Draft
from itbench.models.reply.reading import ReplyParser
from itbench.models.uncounted import unknown_cost
from itbench.text.redaction import Redactor, environment_secrets

# Whether a price is known does not depend on the number.
_SOME_USE = TokenUse(
    input_tokens=1000, cached_tokens=0, cache_write_tokens=0, output_tokens=100, reasoning_tokens=0
)


class Connector(ABC):
    """Makes a client of a provider's library, with the key in it; either may fail in whatever way the library does."""

    package: str
    """The library's name."""

    @abstractmethod
    def client(self) -> Any:
        """Return a client, an asynchronous context manager; nothing is sent."""

    @abstractmethod
    def wire(self, client: Any) -> Wire:
        """Return what sends by a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is, and how to talk to it; the key is left out of its text.

    Attributes:
        provider: what stands before the slash in `PROVIDER/NAME`.
        model: what stands after it.
        address: of the endpoint, with the key that goes there.
        packages: that asking it needs.
        codec: of the interface.
        options: the user's.
        prices: of the model.
    """

    provider: str
    model: str
    address: Address
    packages: Sequence[str]
    codec: Codec
    options: EndpointOptions
    prices: Prices

    def __repr__(self) -> str:
        return f"Endpoint({self.provider}/{self.model} at {self.url})"

    @property
    def url(self) -> str:
        """Of the endpoint."""
        return self.address.url

    @property
    def key(self) -> str:
        """The API key; empty where there is none."""
        return self.address.key


class HttpModel:
    """Asks an endpoint, as often as it takes, for what is not kept from an earlier run."""

    def __init__(self, endpoint: Endpoint, connector: Connector) -> None:
        self._endpoint = endpoint
        self._connector = connector
        self._redactor = Redactor([endpoint.key, *environment_secrets()])
        self._gate = gate_of(f"{endpoint.url} {endpoint.model}")
        is_cached = endpoint.options.is_cached
        self._cache = ReplyCache(require_cache() / "models" / "replies.sqlite") if is_cached else None
        self._wire: Wire | None = None
        self._opened = AsyncExitStack()
        self._sessions = 0

    def __repr__(self) -> str:
        return f"HttpModel({self._endpoint!r})"

    @property
    def name(self) -> str:
        """`PROVIDER/NAME`."""
        return f"{self._endpoint.provider}/{self._endpoint.model}"

    @property
    def window_tokens(self) -> int | None:
        """The user's word, else that of the price list."""
        return self._endpoint.options.window_tokens or self._endpoint.prices.window_tokens

    @property
    def redactor(self) -> Redactor:
        """Takes the API key, and all others in the environment, out of any text."""
        return self._redactor

    def cost_usd(self, use: TokenUse) -> float | None:
        """By the user's word, else by the price list."""
        return self._endpoint.prices.cost_usd(use)

    def description(self) -> JsonObject:
        """Return name, endpoint, interface, window and where prices come from."""
        endpoint = self._endpoint
        return {
            "name": self.name,
            "endpoint": endpoint.url,
            "endpoint_from": endpoint.address.source,
            "key_from": endpoint.address.key_variable,
            "api": endpoint.codec.api,
            "window_tokens": self.window_tokens,
            "prices": endpoint.prices.source,
            "cache": self._cache is not None,
        }

    def missing(self, *, is_cost_limited: bool) -> list[str]:
        """Return all that asking this model still needs on this machine, one thing each, and how to bring it."""
        packages = absent(*self._endpoint.packages)
        key = self._endpoint.address.missing_key
        price = unknown_cost(Limits(cost_usd=1.0), self.name, _SOME_USE, self.cost_usd(_SOME_USE))
        needs_price = is_cost_limited and not packages and price is not None
        lacking = [*packages, *([key] if key else []), *([str(price)] if needs_price else [])]
        client = None if lacking else self._client_problem()
        return [*lacking, *([client] if client else [])]

    def _client_problem(self) -> str | None:
        """Return why a client cannot be made here, which no trial can help; None where it can."""
        connector = self._connector
        try:
            with making(connector.package):
                client = connector.client()
                connector.wire(client)
                found = problem_of(connector.package, client, self._endpoint.url)
        except StageError as error:
            found = str(error)
        return None if found is None else self._redactor.text(found)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """Keep connections open while inside; the last one out closes them."""
        self._sessions += 1
        try:
            yield
        finally:
            self._sessions -= 1
            if self._sessions == 0:
                await self._close()

    async def reply(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> Reply:
        """Return the next message of a conversation."""
        asked = _Asked(
            body=self._endpoint.codec.body(conversation, tools, settings),
            turn=len(conversation.messages),
            settings=settings,
        )
        async with self.session():
            if self._cache is None:
                return (await self._ask(asked))[0]
            return await self._find_or_ask(self._cache, asked)

    async def _find_or_ask(self, cache: ReplyCache, asked: "_Asked") -> Reply:
        endpoint = self._endpoint
        draw = asked.settings.draw
        key = request_key(endpoint.provider, endpoint.url, endpoint.codec.api, draw, asked.body)
        kept = None if asked.settings.is_fresh else await asyncio.to_thread(cache.find, key)
        if kept is not None:
            return replace(self._reply(kept), from_cache=True)
        reply, is_usual = await self._ask(asked)
        if is_usual and not asked.settings.is_fresh:
            draft = Draft(message=reply.message, stop=reply.stop, use=reply.use)
            await asyncio.to_thread(cache.keep, key, draft)
        return reply

    async def _ask(self, asked: "_Asked") -> tuple[Reply, bool]:
        """Return the reply, and whether it is one to be kept: an oddity may have been the provider's, and would last."""
        failures: list[str] = []
        while True:
            started = time.monotonic()
            try:
                draft = await self._attempt(asked)
            except PassingError as error:
                failures.append(self._redactor.text(str(error)))
                await self._wait(failures, error, started, asked.settings)
            except ModelError as error:
                kind = ContextLengthError if isinstance(error, ContextLengthError) else ModelError
                raise kind(self._redactor.text(f"{self.name}: {error}")) from None
            else:
                duration_s = time.monotonic() - started
                reply = replace(self._reply(draft), duration_s=duration_s, failures=tuple(failures))
                is_usual = draft.has_ending and not draft.says_nothing and draft.stop is not Stop.REFUSAL
                return reply, is_usual

    async def _attempt(self, asked: "_Asked") -> Draft:
        async with self._gate.pass_through():
            wire = await self._open()
            parser = ReplyParser(self._endpoint.codec.reader(asked.turn))
            await wire.read(asked.body, parser)
            return parser.draft()

    async def _wait(
        self, failures: Sequence[str], error: PassingError, started: float, settings: ModelSettings
    ) -> None:
        retries, asked_s = self._endpoint.options.retries, error.retry_after_s
        wait_s = retries.wait_s(len(failures), asked_s)
        if settings.waits is not None:
            wait = ModelWait(
                model=self.name,
                failure=failures[-1],
                failed=len(failures),
                attempts=retries.attempts,
                wait_s=wait_s,
                lost_s=time.monotonic() - started,
            )
            settings.waits(wait)
        if wait_s is None:
            asked = f"; it asks to wait {asked_s:.0f} s" if asked_s else ""
            times = "once" if len(failures) == 1 else f"{len(failures)} times"
            message = f"{self.name} failed {times}, at last: {failures[-1]}{asked}"
            raise ModelError(message, is_passing=True, is_capacity=error.is_capacity) from None
        await asyncio.sleep(wait_s)

    def _reply(self, draft: Draft) -> Reply:
        message = draft.message
        cost_usd = None if draft.use is None else self._endpoint.prices.cost_usd(draft.use)
        clean = self._redactor.text
        calls = [
            ToolCall(id=clean(call.id), name=clean(call.name), arguments=clean(call.arguments))
            for call in message.calls
        ]
        native = message.native
        return Reply(
            message=AssistantMessage(
                text=clean(message.text),
                calls=tuple(calls),
                native=native and Native(api=native.api, value=map_texts(native.value, clean)),
            ),
            stop=draft.stop,
            use=draft.use,
            cost_usd=cost_usd,
        )

    async def _open(self) -> Wire:
        if self._wire is None:
            async with AsyncExitStack() as opened:
                with making(self._connector.package):
                    client = await opened.enter_async_context(self._connector.client())
                    wire = self._connector.wire(client)
                self._wire, self._opened = wire, opened.pop_all()
        return self._wire

    async def _close(self) -> None:
        opened, self._opened, self._wire = self._opened, AsyncExitStack(), None
        await opened.aclose()
        if self._cache is not None:
            self._cache.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One request: its body, how many messages it continues, and the settings."""

    body: JsonObject
    turn: int
    settings: ModelSettings
