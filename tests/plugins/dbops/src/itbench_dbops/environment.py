"""The world of one task: a database with a fault, the agent's workspace that reaches it, and a colleague."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from itbench import (
    Environment,
    JsonObject,
    Observation,
    Service,
    Tool,
    ToolError,
    TrialSetup,
    Workspace,
    json_text,
)
from itbench_dbops.books import DAYS, TONIGHT
from itbench_dbops.faults import FAULTS
from itbench_dbops.looking import Look
from itbench_dbops.moving import LostError, moved, powers, taken
from itbench_dbops.names import DATABASE
from itbench_dbops.planting import agent_sql, books_sql, roles_sql
from itbench_dbops.postgres import PORT, ask, program, server
from itbench_dbops.suite import QUESTIONS

_QUESTION: JsonObject = {
    "type": "object",
    "properties": {"question": {"type": "string", "minLength": 1, "maxLength": 500}},
    "required": ["question"],
    "additionalProperties": False,
}
_KNOWN = {
    ("releas", "chang", "yesterday", "new", "differ", "recent"): "{news}",
    (
        "right",
        "role",
        "grant",
        "permission",
        "privilege",
        "access",
    ): "{clerk} and {reporter} have the rights that your task names, and no more. "
    "Whatever is made at night has to be shared when it is made.",
    ("index", "slow", "plan", "lookup"): "Look-ups by {ref} need an index, also in the morning after a run.",
    (
        "balance",
        "amount",
        "trigger",
        "sum",
    ): "The trigger {post} adds each amount to its balance, no matter who books it.",
    (
        "twice",
        "duplicate",
        "double",
        "unique",
        "again",
    ): "Partners send lines again, and they must not be booked again. The nightly run "
    "has to go through all the same.",
}


class OnCall(Environment):
    """Starts the database as `db:5432`; when the agent has stopped, moves it and looks at it on the other server."""

    def __init__(self, setup: TrialSetup) -> None:
        self.setup = setup
        self._names: Mapping[str, str] = setup.secret["names"]
        self._service: Service | None = None
        self._questions = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workspace]:
        """Start the server with the planted fault, and open the workspace beside it."""
        secret, sandbox = self.setup.secret, self.setup.sandbox
        self.setup.progress("starting PostgreSQL", 0, 2)
        async with server(sandbox) as service:
            self._service = service
            self.setup.progress("planting", 1, 2)
            await ask(service, roles_sql(self._names))
            await ask(service, books_sql(secret), role=self._names["owner"], database=DATABASE)
            await ask(service, agent_sql())
            self.setup.record("planted", fault=secret["fault"], lines=len(secret["lines"]))
            async with sandbox.open(self.setup.inputs, programs=[program()], hosts=["db"]) as workspace:
                await workspace.expose("db", PORT, service)
                workspace.tools = [self._tool()]
                self.setup.progress("ready", 2, 2)
                yield workspace

    async def probe(self) -> str | None:
        """Say so if there is nothing to complain about, or if more is wrong than was planted."""
        state = await self._look(self._server)
        aspect = FAULTS[self.setup.secret["fault"]].aspect
        if state[aspect] == self.setup.secret["sound"]:
            return f"there is nothing wrong with its {aspect}"
        unread = [
            name for name in sorted(set(state) - {aspect}) if "cannot be read" in json_text(state[name])
        ]
        return f"its {unread[0]} cannot be read" if unread else None

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        """Move the database, and look at it before and after tonight's run."""
        try:
            dump, roles = await taken(self._server)
        except LostError as error:
            # Where not even a fresh server starts, it is not the agent's doing: this raises.
            async with server(self.setup.bench) as fresh:
                await ask(fresh, "SELECT 1")
            return Observation(broken_by_agent=str(error), state={"questions": self._questions})
        secret = self.setup.secret
        async with moved(self.setup.bench, self._names, dump, roles) as new:
            before = await self._look(new)
            tonight = await Look(new, self._names).run_tonight(secret["tonight"], secret["booked"])
            after = await self._look(new, TONIGHT)
            if not new.is_running:
                if new.exit_code is None:
                    raise RuntimeError("the second server was ended from outside")
                return Observation(broken_by_agent="the database stops the server to which it is moved")
        return Observation(
            state={
                "before": before | {"powers": powers(self._names, roles)},
                "tonight": tonight,
                "after": after,
                "questions": self._questions,
            }
        )

    async def ask_colleague(self, question: str) -> JsonObject:
        """Answer, so long as there are questions left."""
        if self._questions == QUESTIONS:
            raise ToolError("Your colleague has gone off duty and answers no more questions.")
        self._questions += 1
        lower = question.lower()
        answers = [text for words, text in _KNOWN.items() if any(word in lower for word in words)]
        known = {**self._names, "news": self.setup.secret["news"]}
        answer = answers[0].format(**known) if answers else "I do not know anything about that."
        return {"answer": answer, "questions_left": QUESTIONS - self._questions}

    @property
    def _server(self) -> Service:
        assert self._service is not None
        return self._service

    def _tool(self) -> Tool:
        return Tool(
            name="ask_colleague",
            description=f"Ask a colleague who knows the system. Only {QUESTIONS} questions are answered.",
            parameters=_QUESTION,
            call=self.ask_colleague,
        )

    async def _look(self, service: Service, *further: str) -> JsonObject:
        return await Look(service, self._names).state((*DAYS, *further), self.setup.secret["refs"])
