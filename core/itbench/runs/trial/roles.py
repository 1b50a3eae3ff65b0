"""Models that play a role in an environment: asked in our own loop, and metered apart from the agent's."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from itbench.interfaces.conversation import Conversation, ModelTool, Reply, TokenUse
from itbench.interfaces.role import RoleModel, no_model
from itbench.interfaces.trace import Trace
from itbench.models.asking import ask, is_too_long_for_it
from itbench.models.conversation_log import ConversationLog
from itbench.models.faults import ContextLengthError, ModelError
from itbench.models.model import SEED_RANGE, Model, ModelSettings


@dataclass(slots=True)
class Roles:
    """The models of one trial by their roles."""

    models: Mapping[str, Model]
    trace: Trace
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _sessions: set[str] = field(default_factory=set)
    _logs: dict[str, ConversationLog] = field(default_factory=dict)

    def model(self, role: str) -> RoleModel:
        """Return the model that plays a role.

        Raises:
            NoRoleModelError: the run names none.
        """
        if role not in self.models:
            return no_model(role)
        return _Player(role, self.models[role], self)

    async def reply(self, role: str, conversation: Conversation, tools: Sequence[ModelTool]) -> Reply:
        """Ask the model of a role, and count what its reply takes."""
        model = self.models[role]
        if role not in self._sessions:
            self._sessions.add(role)
            await self._open.enter_async_context(model.session())
        log = self._log(role, model)
        number = log.request(model.name, conversation)
        settings = ModelSettings(
            seed=self.trace.seed % SEED_RANGE,
            draw=self.trace.draw,
            waits=lambda wait: log.waits(number, wait),
        )
        try:
            reply = await self._ask(model, conversation, tools, settings, log)
        except ModelError as error:
            log.failed(number, model.name, str(error))
            raise
        log.reply(number, model.name, reply)
        use = reply.use or TokenUse()
        self.trace.use_in_role(
            role,
            input_tokens=use.input_tokens,
            output_tokens=use.output_tokens,
            cached_tokens=use.cached_tokens,
            reasoning_tokens=use.reasoning_tokens,
            cost_usd=reply.cost_usd,
        )
        return reply

    async def _ask(
        self,
        model: Model,
        conversation: Conversation,
        tools: Sequence[ModelTool],
        settings: ModelSettings,
        log: ConversationLog,
    ) -> Reply:
        """Ask; what an agent has said can make a provider refuse, and is then no failure of the provider."""
        noted = partial(log.checked, model.name)
        try:
            return await ask(model, conversation, tools, settings, noted=noted)
        except ContextLengthError as error:
            await is_too_long_for_it(error, model, tools, settings, noted=noted)
            raise

    def _log(self, role: str, model: Model) -> ConversationLog:
        if role not in self._logs:
            self._logs[role] = ConversationLog(self.trace, model.redactor, role)
        return self._logs[role]

    async def close(self) -> None:
        """Close the connections of all models."""
        await self._open.aclose()

    async def asked(self, role: str, conversation: Conversation, tools: Sequence[ModelTool]) -> Reply:
        """Return the reply to a caller in another thread."""
        coming = asyncio.run_coroutine_threadsafe(self.reply(role, conversation, tools), self._loop)
        return await asyncio.wrap_future(coming)


@dataclass(frozen=True, slots=True)
class _Player:
    """The model of a role, as an environment gets it."""

    role: str
    model: Model
    roles: Roles

    @property
    def name(self) -> str:
        """`PROVIDER/NAME`."""
        return self.model.name

    async def reply(self, conversation: Conversation, tools: Sequence[ModelTool] = ()) -> Reply:
        """Return the next message of a conversation."""
        return await self.roles.asked(self.role, conversation, tools)


@asynccontextmanager
async def played(models: Mapping[str, Model], trace: Trace) -> AsyncIterator[Roles]:
    """Give the roles of one trial to its environment, and close the models' connections afterwards."""
    roles = Roles(models, trace)
    try:
        yield roles
    finally:
        await roles.close()
