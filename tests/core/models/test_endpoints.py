"""Where a model is asked, and which key goes there: the usual one to its own provider, or to where the user says."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from itbench import UsageError
from itbench.egress.gateway.target import gateway_target
from itbench.models import find_model
from itbench.models.find import missing_for
from itbench.models.http.endpoints import ANTHROPIC, OPENAI, Address, address
from itbench.models.options import endpoint_options
from itbench.testing.model_server import Answer, ModelServer, script

LOCAL = "http://127.0.0.1:9/v1"
KEYS = {"OPENAI_API_KEY": "usual-key", "OTHER_KEY": "other-key", "ANTHROPIC_API_KEY": "anthropic-key"}


def place(options: dict[str, str], environment: dict[str, str], usual: Any = OPENAI) -> Address:
    return address(endpoint_options(options), usual, environment)


@pytest.mark.parametrize(
    ("options", "environment", "url", "key"),
    [
        ({}, {}, "https://api.openai.com/v1", "usual-key"),
        ({}, {"OPENAI_BASE_URL": LOCAL}, LOCAL, "usual-key"),
        ({}, {"OPENAI_BASE_URL": LOCAL + "/"}, LOCAL, "usual-key"),
        ({}, {"OPENAI_BASE_URL": ""}, "https://api.openai.com/v1", "usual-key"),
        ({"base_url": LOCAL}, {}, LOCAL, ""),
        ({"base_url": LOCAL}, {"OPENAI_BASE_URL": "http://127.0.0.1:8/v1"}, LOCAL, ""),
        ({"base_url": LOCAL}, {"OPENAI_BASE_URL": LOCAL}, LOCAL, "usual-key"),
        ({"base_url": LOCAL, "key_env": "OTHER_KEY"}, {}, LOCAL, "other-key"),
        ({"key_env": "OTHER_KEY"}, {"OPENAI_BASE_URL": LOCAL}, LOCAL, "other-key"),
        ({"base_url": "https://api.openai.com/v1"}, {}, "https://api.openai.com/v1", "usual-key"),
        ({"base_url": "https://api.openai.com"}, {}, "https://api.openai.com", "usual-key"),
        ({"base_url": "http://api.openai.com/v1"}, {}, "http://api.openai.com/v1", ""),
        ({"base_url": "https://api.openai.com.evil.test/v1"}, {}, "https://api.openai.com.evil.test/v1", ""),
        ({"base_url": "https://evil.test/api.openai.com/v1"}, {}, "https://evil.test/api.openai.com/v1", ""),
        ({}, {"ANTHROPIC_BASE_URL": LOCAL}, "https://api.openai.com/v1", "usual-key"),
        ({}, {"OPENAI_API_BASE": LOCAL}, "https://api.openai.com/v1", "usual-key"),
    ],
)
def test_the_usual_key_goes_to_its_provider_and_to_where_its_variable_points(
    options: dict[str, str], environment: dict[str, str], url: str, key: str
) -> None:
    found = place(options, KEYS | environment)
    assert (found.url, found.key) == (url, key)
    assert key not in repr(found) or not key


def test_anthropic_has_variables_of_its_own() -> None:
    found = place(
        {}, KEYS | {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "OPENAI_BASE_URL": LOCAL}, ANTHROPIC
    )
    assert (found.url, found.key, found.source) == (
        "http://127.0.0.1:9",
        "anthropic-key",
        "ANTHROPIC_BASE_URL",
    )


@pytest.mark.parametrize(
    ("options", "environment", "missing"),
    [
        ({}, {}, "set the environment variable OPENAI_API_KEY"),
        ({"key_env": "NO_KEY"}, {}, "set the environment variable NO_KEY"),
        ({"base_url": LOCAL, "key_env": "NO_KEY"}, {}, "set the environment variable NO_KEY"),
        ({"base_url": LOCAL}, {}, None),
        ({}, {"OPENAI_BASE_URL": LOCAL}, None),
        ({}, {"OPENAI_API_KEY": " "}, "set the environment variable OPENAI_API_KEY"),
    ],
)
def test_a_key_is_asked_for_only_where_one_is_needed(
    options: dict[str, str], environment: dict[str, str], missing: str | None
) -> None:
    found = place(options, environment)
    if missing is None:
        assert (found.missing_key, found.key_variable) == (None, None)
    else:
        assert missing in str(found.missing_key)


@pytest.mark.parametrize(
    "url", ["host/v1", "ftp://host", "http://", "http://[", "http://host:x/v1", "//host"]
)
def test_a_variable_that_holds_no_url_is_named(url: str) -> None:
    with pytest.raises(UsageError, match=r"the environment variable OPENAI_BASE_URL is '.*'; allowed: a URL"):
        place({}, {"OPENAI_BASE_URL": url})


def test_a_variable_with_a_secret_in_its_url_is_refused_without_being_shown() -> None:
    with pytest.raises(UsageError, match="OPENAI_BASE_URL may have no user") as raised:
        place({}, {"OPENAI_BASE_URL": "https://me:sk-planted@host/v1"})
    assert "planted" not in str(raised.value)


@pytest.fixture
def own_variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_model_is_asked_where_its_variable_points(own_variables: pytest.MonkeyPatch, kind: str) -> None:
    import asyncio

    from itbench.models import Conversation, ModelSettings, UserMessage

    variable = kind.upper()
    with ModelServer(script(Answer(text="Hello."))) as server:
        own_variables.setenv(f"{variable}_BASE_URL", server.openai_url if kind == "openai" else server.url)
        own_variables.setenv(f"{variable}_API_KEY", "the-usual-key")
        model = find_model(f"{kind}/m", {"cache": "no"})
        conversation = Conversation(messages=[UserMessage(text="Hello?")])
        reply = asyncio.run(model.reply(conversation, [], ModelSettings()))
    assert reply.message.text == "Hello."
    assert any("the-usual-key" in value for value in server.requests[0].headers.values())
    described = model.description()
    assert (described["endpoint_from"], described["key_from"]) == (
        f"{variable}_BASE_URL",
        f"{variable}_API_KEY",
    )


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_gateway_leads_where_the_variable_points(own_variables: pytest.MonkeyPatch, kind: str) -> None:
    variable = kind.upper()
    own_variables.setenv(f"{variable}_BASE_URL", "http://127.0.0.1:9/base/")
    own_variables.setenv(f"{variable}_API_KEY", "the-usual-key")
    target = gateway_target(kind, {"price": "1/1"})
    assert (target.url, target.key) == ("http://127.0.0.1:9/base", "the-usual-key")
    assert target.description()["endpoint_from"] == f"{variable}_BASE_URL"
    assert "the-usual-key" not in str(target.description()) + repr(target)
    elsewhere = gateway_target(kind, {"base_url": "http://127.0.0.1:8", "price": "1/1"})
    assert (elsewhere.key, elsewhere.missing()) == ("", [])


@pytest.mark.usefixtures("providers")
def test_a_model_that_is_only_looked_at_needs_no_key(own_variables: pytest.MonkeyPatch) -> None:
    model = find_model("openai/gpt-5", is_to_be_asked=False)
    assert model.window_tokens == 400_000
    (missing,) = missing_for(model)
    assert "OPENAI_API_KEY" in missing
    with pytest.raises(
        UsageError, match="model 'openai/gpt-5' cannot be asked: no API key: set the environment"
    ):
        find_model("openai/gpt-5")


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize(
    ("options", "is_limited", "is_told"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"price": "1/2"}, True, False),
    ],
)
def test_a_price_is_asked_for_where_the_cost_is_limited(
    options: dict[str, str], is_limited: bool, is_told: bool
) -> None:
    model = find_model("openai/nobody-knows-it", {"base_url": LOCAL} | options)
    told = missing_for(model, is_cost_limited=is_limited)
    assert any("the price of openai/nobody-knows-it is unknown; give it with the option price=" in each for each in told) == is_told  # fmt: skip
    assert len(told) == is_told


HIDING = """
import sys

class Hidden:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"openai", "anthropic", "genai_prices", "h11"}:
            return None
        return self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = [Hidden(finder) for finder in sys.meta_path]
from itbench.cli.main import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent", "packages", "variable"),
    [
        (["--model", "openai/gpt-5"], "packages 'openai', 'genai-prices' are", "OPENAI_API_KEY"),
        (["--model", "anthropic/claude"], "packages 'anthropic', 'genai-prices' are", "ANTHROPIC_API_KEY"),
        (["--agent", "react:model=openai/m,price=1/1,key_env=NO_KEY"], "package 'openai' is", "NO_KEY"),
        (
            ["--agent", "command:gateway=openai"],
            "packages 'openai', 'h11', 'genai-prices' are",
            "OPENAI_API_KEY",
        ),
        (["--agent", "command:allow=example.com"], "package 'h11' is", None),
    ],
)
def test_a_dry_run_needs_neither_key_nor_package_and_a_run_tells_at_once_what_it_needs(
    sums: Path,
    own_variables: pytest.MonkeyPatch,
    tmp_path: Path,
    agent: list[str],
    packages: str,
    variable: str | None,
) -> None:
    """Slow: starts a Python in which the packages cannot be found."""
    own_variables.chdir(tmp_path)
    own_variables.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    words = ["run", "sums", "--limit", "1", *agent]
    after = ["--", "true"] if "command" in agent[1] else []

    def itbench(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", HIDING, *words, *more, *after], capture_output=True, text=True, check=False)  # fmt: skip

    dry = itbench("--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "error" not in dry.stderr
    assert packages in dry.stdout
    told = itbench()
    assert told.returncode == 2
    (line,) = [line for line in told.stderr.splitlines() if "error" in line]
    assert f"{packages} not installed; install with: pip install 'itbench[models]'" in line
    assert variable is None or f"set the environment variable {variable}" in line
    assert variable is None or variable in dry.stdout
    assert not (tmp_path / "runs").exists()
