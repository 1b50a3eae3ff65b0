"""What a model is to an agent, and what a provider brings to offer models."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

from itbench.interfaces.conversation import Conversation, ModelTool, Reply, TokenUse
from itbench.interfaces.json import JsonObject
from itbench.text.redaction import Redactor

SEED_RANGE = 2**31
"""Seeds that are sent to providers are below it: many take a signed 32-bit number only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWait:
    """An attempt at a request that has failed, and what comes next.

    Attributes:
        model: `PROVIDER/NAME`.
        failure: of the attempt, without any secret.
        failed: how many attempts at this request have failed.
        attempts: how many there are at most.
        wait_s: seconds until the next one; None where there is none.
        lost_s: seconds that the failed attempt took.
    """

    model: str
    failure: str
    failed: int
    attempts: int
    wait_s: float | None
    lost_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """How a model is to answer; None leaves it to the provider.

    Attributes:
        temperature: of the sampling.
        effort: of the reasoning, in the provider's own words.
        max_tokens: largest output of one reply.
        seed: of the sampling, where the provider has one.
        draw: tells requests apart that read the same but are to be answered again, such as those of two
            repeats of a task; it is part of the key of the reply cache and is never sent.
        is_fresh: whether the provider itself has to answer, and no cache.
        waits: told of each attempt that fails, if anybody wants to know.
    """

    temperature: float | None = None
    effort: str | None = None
    max_tokens: int | None = None
    seed: int | None = None
    draw: int = 0
    is_fresh: bool = False
    waits: Callable[[ModelWait], object] | None = field(default=None, compare=False, repr=False)


class Model(Protocol):
    """Continues conversations; one model serves all trials of a run, many at a time."""

    @property
    def name(self) -> str:
        """`PROVIDER/NAME`."""
        ...

    @property
    def window_tokens(self) -> int | None:
        """How many tokens a conversation may have; None where unknown."""
        ...

    @property
    def redactor(self) -> Redactor:
        """Takes the model's secrets out of any text."""
        ...

    def description(self) -> JsonObject:
        """Return what a run should record about the model; never a secret."""
        ...

    def session(self) -> AbstractAsyncContextManager[None]:
        """Keep connections open while inside; sessions may overlap."""
        ...

    async def reply(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> Reply:
        """Return the next message of a conversation.

        Raises:
            ContextLengthError: the conversation is longer than the model's window.
            ModelError: the provider cannot be asked, or fails in spite of all retries.
        """
        ...


@runtime_checkable
class PricedModel(Protocol):
    """A model that knows its prices, for the estimate of `--dry-run`; the cost of a reply comes with the reply."""

    def cost_usd(self, use: TokenUse) -> float | None:
        """Return what tokens cost in US dollars; None where unknown."""
        ...


@runtime_checkable
class DemandingModel(Protocol):
    """A model that can tell beforehand what asking it still needs on this machine."""

    def missing(self, *, is_cost_limited: bool) -> Sequence[str]:
        """Return what is missing, one thing each, and how to bring it; where the cost is limited, prices too."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """How a model was asked for: `PROVIDER/NAME` and options.

    Attributes:
        provider: name of the provider, before the slash.
        name: of the model, behind the slash.
        options: as text, by name.
    """

    provider: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)


ModelFactory: TypeAlias = Callable[[ModelRequest], Model]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProvider:
    """A provider of models, as its entry point in the group `itbench.models` names it.

    Attributes:
        name: what stands before the slash in `PROVIDER/NAME`.
        summary: one line.
        create: makes a model; imports what it needs only then.
        options: the names of the options that it knows.
    """

    name: str
    summary: str
    create: ModelFactory
    options: frozenset[str] = frozenset()
