"""Models are asked for by `PROVIDER/NAME` and options; what is wrong is said, and never with a key in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import PluginError, UsageError
from itbench.models import find_model, model_host

URL = {"base_url": "http://127.0.0.1:9/v1"}


@pytest.mark.usefixtures("providers")
def test_both_providers_are_listed() -> None:
    assert {"openai", "anthropic"} <= {plugin.name for plugin in model_host().listing()}


@pytest.mark.usefixtures("providers")
def test_a_name_may_have_slashes_of_its_own() -> None:
    model = find_model("openai/meta-llama/Llama-4", URL | {"window": "5000", "price": "1/2"})
    assert model.name == "openai/meta-llama/Llama-4"
    assert (model.window_tokens, model.description()["prices"]) == (5000, "as given by the option price")
    assert model.description()["endpoint"] == "http://127.0.0.1:9/v1"


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize("text", ["gpt-5", "", "/gpt-5", "openai/"])
def test_a_model_without_its_provider_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="PROVIDER/NAME; known providers: anthropic, openai"):
        find_model(text)


@pytest.mark.usefixtures("providers")
def test_an_unknown_provider_is_named_with_near_ones() -> None:
    with pytest.raises(UsageError, match="unknown model provider 'opanai'; did you mean 'openai'"):
        find_model("opanai/gpt-5")


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bse_url": "x"}, "has no option 'bse_url'; it knows: api, attempts, base_url"),
        ({"api": "completions"}, "option api is 'completions'; allowed: chat or responses"),
        ({"window": "big"}, "option window is 'big'"),
        ({"window": "1.5"}, "allowed: a whole number"),
        ({"window": "0"}, "allowed: a number from 1 on"),
        ({"idle_s": "inf"}, "option idle_s is 'inf'"),
        ({"cache": "perhaps"}, "option cache is 'perhaps'; allowed: yes or no"),
        ({"price": "cheap"}, "option price is 'cheap'"),
        ({"base_url": "host/v1"}, "option base_url is 'host/v1'; allowed: a URL"),
        ({"key_env": "NO_SUCH_VARIABLE"}, "set the environment variable NO_SUCH_VARIABLE"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_model("openai/gpt-5", URL | options)


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize(
    "options",
    [
        {"key_env": "sk-planted-in-the-wrong-place"},
        {"base_url": "https://user:sk-planted-in-the-wrong-place@host/v1"},
        {"base_url": "https://host/v1?key=sk-planted-in-the-wrong-place"},
    ],
)
def test_a_key_in_the_wrong_place_is_refused_without_being_shown(options: dict[str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        find_model("openai/gpt-5", options)
    assert "planted" not in repr(raised.value)


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize(
    ("text", "variable"), [("openai/m", "OPENAI_API_KEY"), ("anthropic/m", "ANTHROPIC_API_KEY")]
)
def test_the_usual_key_is_wanted_where_no_other_is_named(
    monkeypatch: pytest.MonkeyPatch, text: str, variable: str
) -> None:
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(UsageError, match=f"set the environment variable {variable}, or name another"):
        find_model(text)


OWN = """
from itbench.models import ModelProvider

class Parrot:
    name = "parrot/any"

PROVIDER = ModelProvider(name="parrot", summary="Says it again.", create=lambda request: Parrot())
WRONG_NAME = ModelProvider(name="other", summary="", create=lambda request: Parrot())
"""


def test_a_provider_is_a_plugin(distribution: Callable[..., Path]) -> None:
    points = {
        "parrot": "parrot_module:PROVIDER",
        "wrong": "parrot_module:WRONG_NAME",
        "none": "parrot_module:OWN",
    }
    distribution(
        "parrot-dist", group="itbench.models", points=points, code={"parrot_module": OWN + "OWN = 3"}
    )
    assert find_model("parrot/any").name == "parrot/any"
    with pytest.raises(PluginError, match="entry point is named 'wrong' but the provider 'other'"):
        find_model("wrong/any")
    with pytest.raises(PluginError, match=r"gives a int, not an itbench\.models\.ModelProvider"):
        find_model("none/any")


def test_missing_packages_are_told_together_with_what_to_install() -> None:
    from itbench.models.http.library import absent

    assert absent("json", "sqlite3") == []
    (one,) = absent("json", "no_such_library")
    assert (
        one == "the package 'no-such-library' is not installed; install with: pip install 'itbench[models]'"
    )
    (both,) = absent("no_such_library", "json", "nor_this_one")
    assert "the packages 'no-such-library', 'nor-this-one' are not installed" in both


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize("key", ["sk-planted key", "sk-planted\nkey", "sk-plänted-key"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("PLANTED_KEY", key)
    with pytest.raises(UsageError, match="PLANTED_KEY holds characters that no API key has") as raised:
        find_model("openai/m", URL | {"key_env": "PLANTED_KEY"})
    assert "sk-" not in str(raised.value)


@pytest.mark.slow
def test_naming_the_providers_imports_none_of_their_libraries() -> None:
    import subprocess
    import sys

    code = (
        "import sys; import itbench.models.providers, itbench.agents.react.spec; "
        "heavy = {'openai', 'anthropic', 'genai_prices', 'httpx2', 'pydantic', 'jsonschema', 'sqlite3'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
