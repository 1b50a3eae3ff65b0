"""Models behind a scripted server."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from itbench.models import Conversation, Model, ModelSettings, ModelTool, Reply, UserMessage, find_model
from itbench.models.find import model_host
from itbench.testing.model_server import ModelServer

KEY = "sk-planted-0123456789abcdef"
SHELL = ModelTool(
    name="execute",
    description="Run a command.",
    parameters={"type": "object", "properties": {"command": {"type": "string"}}},
)


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch, distribution: Callable[..., Path]) -> None:
    """Install both providers where their libraries are, and plant a key in the environment."""
    for name in ("openai", "anthropic", "genai_prices"):
        pytest.importorskip(name, reason=f"{name} is not installed; it comes with itbench[models]")
    monkeypatch.setenv("PLANTED_KEY", KEY)
    if "openai" not in model_host().names():
        names = {"openai": "OPENAI", "anthropic": "ANTHROPIC"}
        points = {name: f"itbench.models.providers:{value}" for name, value in names.items()}
        distribution("itbench-models", group="itbench.models", points=points, code={})


@dataclass
class Asker:
    """Asks a server's model; waits between attempts are a millisecond and nothing is kept, unless told."""

    server: ModelServer
    api: str = "chat"

    def model(self, **options: str) -> Model:
        usual = {"key_env": "PLANTED_KEY", "retry_s": "0.001", "cache": "no", "attempts": "3"}
        if self.api == "messages":
            return find_model("anthropic/some-model", {"base_url": self.server.url} | usual | options)
        own = {"base_url": self.server.openai_url, "api": self.api}
        return find_model("openai/some-model", own | usual | options)

    def ask(self, *messages: Any, settings: Mapping[str, Any] | None = None, **options: str) -> Reply:
        return asyncio.run(self.asking(*messages, settings=settings, **options))

    async def asking(
        self, *messages: Any, settings: Mapping[str, Any] | None = None, **options: str
    ) -> Reply:
        conversation = Conversation(system="Be brief.", messages=messages or (UserMessage(text="Hello?"),))
        model = self.model(**options)
        return await model.reply(conversation, [SHELL], ModelSettings(**(settings or {})))


@pytest.fixture
def asker(providers: None) -> type[Asker]:
    """Return the class `Asker`."""
    return Asker


@pytest.fixture
def planted_key() -> str:
    """Return the key that must not show anywhere."""
    return KEY
