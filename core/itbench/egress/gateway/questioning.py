"""Questions of our own to the provider of a program's model, which tell who caused a failure."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from itbench.egress.gateway.allowed.body import encoded
from itbench.egress.gateway.asking import Asking
from itbench.egress.gateway.counting import AnswerCount
from itbench.egress.gateway.headers import STREAM
from itbench.egress.gateway.health import question
from itbench.egress.gateway.relay import Relay
from itbench.egress.gateway.routes import Route
from itbench.egress.gateway.upstream import Failure, Upstream, Whole
from itbench.models.reply.codec import Draft

# A program that has caused so many questions, by sending what is refused again and again, causes one in so many seconds from then on.
_MOST_QUESTIONS = 100
_MOMENT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known without asking.

    Attributes:
        models: that the run names.
        instructions: of the task; nothing where there are none.
        patience_s: how long a question may take.
    """

    models: Sequence[str] = ()
    instructions: str = ""
    patience_s: float = 30.0


class Questioner:
    """Asks in one trial.

    Args:
        upstream: the provider.
        count: notes each question.
        known: what is known without asking.
    """

    def __init__(self, upstream: Upstream, count: AnswerCount, known: Known) -> None:
        self._upstream = upstream
        self._count = count
        self._known = known
        self._asked: dict[tuple[str, str], asyncio.Lock] = {}
        self._answered_at: dict[tuple[str, str], float] = {}
        self._questions = 0
        self._takes_task: bool | None = None
        self.answered_model: str | None = None

    def answered(self, asking: Asking) -> None:
        """Note that a model has answered the program."""
        self.answered_model = asking.model
        self._answered_at[asking.route.path, asking.model] = time.monotonic()

    async def answers(self, asking: Asking, *, is_fresh: bool = False) -> bool:
        """Tell whether the provider answers others than this request, or has answered one since this was sent.

        Where nothing of a model stands in the request, it may be the task's own text that the provider refuses: then it is asked that,
        once a trial.

        Args:
            asking: the request.
            is_fresh: whether only an answer that comes now will do.
        """
        model, is_ours = self._model(asking)
        place = asking.route.path, model
        async with self._asked.setdefault(place, asyncio.Lock()):
            if is_fresh or not self._has_answered(place, asking.sent_at):
                if not await self._is_answered(asking, model, is_ours=is_ours):
                    return False
                self._answered_at[place] = time.monotonic()
            if asking.has_replies or not self._known.instructions:
                return True
            if self._takes_task is None:
                self._takes_task = await self._begins_to_answer(asking, model)
        return self._takes_task

    async def attempt(self, asking: Asking) -> Failure | Whole | Draft:
        """Send a request of which the program does not hear; return what was answered, or how the provider failed."""
        started = time.monotonic()
        response = await self._upstream.open(asking.route, asking.headers, asking.data)
        came: Failure | Whole | Draft
        if isinstance(response, Failure | Whole):
            came = response
        else:
            http, redactor = self._upstream.http, self._upstream.redactor
            came = await Relay(None, http, asking.route.path, redactor, is_stream=False).carry(response)
        reason = None if isinstance(came, Draft) else came.reason
        self._count.checked(asking.model, reason, started)
        return came

    def _has_answered(self, place: tuple[str, str], since: float) -> bool:
        at = self._answered_at.get(place)
        if at is None:
            return False
        return at >= since or (self._questions >= _MOST_QUESTIONS and time.monotonic() - at < _MOMENT_S)

    def _model(self, asking: Asking) -> tuple[str, bool]:
        """Return which model to ask, and whether it is one that the program has not just made up."""
        models = self._known.models
        if asking.model in models or asking.model == self.answered_model:
            return asking.model, True
        known = self.answered_model or next(iter(models), None)
        return known or asking.model, known is not None

    async def _is_answered(self, asking: Asking, model: str, *, is_ours: bool) -> bool:
        own = self._own(asking, model, encoded(question(asking.route.path, model)))
        self._questions += 1
        try:
            async with asyncio.timeout(self._known.patience_s):
                came = await self.attempt(own)
        except TimeoutError:
            return False
        if isinstance(came, Draft) or is_ours:
            return isinstance(came, Draft)
        # A model of which nobody has heard may be refused, but not the key or the account.
        return isinstance(came, Whole) or not (came.is_passing or came.reply)

    async def _begins_to_answer(self, asking: Asking, model: str) -> bool:
        """Tell whether the model takes the task's own text; its answer is not waited for."""
        asked = question(asking.route.path, model, self._known.instructions) | {"stream": True}
        own = self._own(asking, model, encoded(asked))
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._known.patience_s):
                response = await self._upstream.open(own.route, [STREAM, *own.headers[1:]], own.data)
        except TimeoutError:
            return False
        reason = response.reason if isinstance(response, Failure | Whole) else None
        self._count.checked(model, reason, started)
        if isinstance(response, Failure | Whole):
            return False
        await response.aclose()
        return True

    def _own(self, asking: Asking, model: str, data: bytes) -> Asking:
        return replace(asking, route=Route(method="POST", path=asking.route.path), model=model, data=data)
