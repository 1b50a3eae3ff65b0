"""One trial of the agent `react`: the conversation, and the loop that drives it."""

from dataclasses import replace

from itbench.agents.model_driven.hand_in import hand_in_prompt, hand_in_words
from itbench.agents.model_driven.journal import Journal
from itbench.agents.model_driven.options import UNKNOWN_WINDOW_TOKENS, ReactOptions
from itbench.agents.model_driven.prompts import prompt
from itbench.agents.model_driven.toolbox import Toolbox
from itbench.agents.model_driven.window import shortened, tokens_in
from itbench.interfaces.conversation import Conversation, Message, Reply, Stop, UserMessage
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace
from itbench.models.faults import ContextLengthError
from itbench.models.model import SEED_RANGE, Model

_TOLD_AT = (10, 5, 1)


class Work:
    """Drives one conversation."""

    def __init__(
        self, model: Model, options: ReactOptions, task: Task, workspace: Workspace, trace: Trace
    ) -> None:
        self._model = model
        self._options = options
        self._trace = trace
        self._what = hand_in_words(task.hand_in, workspace)
        self._toolbox = Toolbox(task, workspace, trace, model.redactor, options.output_chars)
        limits = [limit for limit in (task.limits.turns, options.turns) if limit is not None]
        self._turns = min(limits, default=None)
        self._told_left = self._turns
        seed = trace.seed % SEED_RANGE if options.sends_seed else None
        self._journal = Journal(trace, model, replace(options.settings, seed=seed, draw=trace.draw))
        self._system = prompt(
            "system",
            path=workspace.path,
            command_s=f"{task.limits.command_s:g}",
            turns="no limit of turns" if self._turns is None else _turns_words(self._turns),
            hand_in=hand_in_prompt(task.hand_in, workspace),
        )
        first = prompt("task", title=task.title, instructions=task.instructions)
        self._messages: list[Message] = [UserMessage(text=first)]

    async def run(self) -> str:
        """Work until the end, and return what ended it: `finish`, or two replies in a row without a tool."""
        was_idle = False
        while True:
            reply = await self._turn()
            self._add(reply)
            if reply.message.calls:
                await self._use_tools(reply)
                if self._toolbox.is_finished:
                    return "finish"
                was_idle = False
            elif was_idle:
                return "refusal" if reply.stop is Stop.REFUSAL else "text"
            else:
                was_idle = True
                self._say("cut" if reply.stop is Stop.LENGTH else "no_tool", what=self._what)
            await self._keep_within_window(reply)
            self._tell_turns_left()

    async def _turn(self) -> Reply:
        try:
            return await self._ask()
        except ContextLengthError:
            await self._summarise(shortened(self._messages))
            return await self._ask_or_stop()

    async def _ask_or_stop(self) -> Reply:
        try:
            return await self._ask()
        except ContextLengthError as error:
            await self._journal.give_up(error, self._toolbox.tools)
            raise

    async def _ask(self) -> Reply:
        if self._turns is not None and self._trace.usage.turns >= self._turns:
            self._trace.stop("turns")
        self._trace.turn()
        conversation = Conversation(system=self._system, messages=tuple(self._messages))
        return await self._journal.ask(conversation, self._toolbox.tools)

    def _add(self, reply: Reply) -> None:
        """Keep what the model said; a reply with nothing in it, or only white space, cannot be handed back."""
        if reply.message.text.strip() or reply.message.calls:
            self._messages.append(reply.message)

    async def _use_tools(self, reply: Reply) -> None:
        for call in reply.message.calls:
            self._messages.append(await self._toolbox.use(call))

    async def _keep_within_window(self, reply: Reply) -> None:
        window_tokens = self._model.window_tokens or UNKNOWN_WINDOW_TOKENS
        if tokens_in(self._messages, reply) >= self._options.summarise_at * window_tokens:
            await self._summarise(self._messages)

    async def _summarise(self, messages: list[Message]) -> None:
        """Have the model sum up, and go on from the task and its summary."""
        first = messages[0]
        self._messages = [*messages, UserMessage(text=prompt("summarise"))]
        reply = await self._ask_or_stop()
        said = reply.message.text.strip() or "(You wrote nothing.)"
        self._messages = [first, UserMessage(text=prompt("summary", summary=said))]

    def _tell_turns_left(self) -> None:
        if self._turns is None or self._told_left is None:
            return
        left = self._turns - self._trace.usage.turns
        # A turn that went into a summary must not skip a warning.
        if any(left <= number < self._told_left for number in _TOLD_AT) and left > 0:
            self._say("turns_left", turns=_turns_words(left), what=self._what)
        self._told_left = left

    def _say(self, name: str, **values: object) -> None:
        self._messages.append(UserMessage(text=prompt(name, **values)))


def _turns_words(turns: int) -> str:
    return "1 turn" if turns == 1 else f"{turns} turns"
