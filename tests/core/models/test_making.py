"""A client that cannot be made is told before a run, and is a fault of the model if it shows only later: never an agent's doing."""

import asyncio
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from itbench import Trace, UsageError
from itbench.egress.gateway.gateway import ModelGateway
from itbench.egress.gateway.target import gateway_target
from itbench.interfaces.conversation import Conversation, UserMessage
from itbench.interfaces.fault import Stage, StageError
from itbench.models import ModelSettings, find_model

KEY = "sk-planted-0123456789abcdef"
PROVIDERS = pytest.mark.parametrize("provider", ["openai", "anthropic"])
URLS = {"openai": "https://127.0.0.1:9/v1", "anthropic": "https://127.0.0.1:9"}
APIS: list[tuple[str, dict[str, str]]] = [
    ("openai", {"api": "chat"}),
    ("openai", {"api": "responses"}),
    ("anthropic", {}),
]

# Each: the environment, and what the message names.
BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "a proxy of an unknown kind": ({"HTTPS_PROXY": "junk://h:1"}, "HTTPS_PROXY is set in the environment"),
    "a proxy that is no URL": ({"HTTP_PROXY": "://"}, "HTTP_PROXY is set"),
    "a proxy in small letters": ({"all_proxy": "junk://h:1"}, "all_proxy is set"),
    "a proxy with half an address": ({"HTTP_PROXY": "http://[::1"}, "HTTP_PROXY is set"),
    "a proxy with a port that is none": ({"HTTP_PROXY": "http://h:port"}, "HTTP_PROXY is set"),
    "a proxy with a password": ({"HTTP_PROXY": "junk://me:hidden-word@h:1"}, "HTTP_PROXY is set"),
    "SOCKS without its package": ({"ALL_PROXY": "socks5://127.0.0.1:1"}, "ALL_PROXY is set"),
    "no certificate file": ({"SSL_CERT_FILE": "/nowhere/ca.pem"}, "SSL_CERT_FILE is set"),
    "a certificate file without one": ({"SSL_CERT_FILE": __file__}, "SSL_CERT_FILE is set"),
    "two things at once": (
        {"HTTP_PROXY": "junk://h:1", "SSL_CERT_FILE": "/nowhere"}, "HTTP_PROXY, SSL_CERT_FILE are set"
    ),
}  # fmt: skip
# Of nobody, and of no use but to be read.
CERTIFICATE = Path(__file__).with_name("certificate.pem")
# One of each kind of exception.
LATER = [
    BROKEN[name]
    for name in (
        "a proxy that is no URL",
        "SOCKS without its package",
        "no certificate file",
        "a certificate file without one",
    )
]
HEADERS: list[tuple[str, dict[str, str]]] = [
    ("openai", {"OPENAI_ORG_ID": "a\nb"}),
    ("openai", {"OPENAI_PROJECT_ID": "ü"}),
]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, providers: None) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def options(provider: str, **more: str) -> dict[str, str]:
    usual = {"base_url": URLS[provider], "key_env": "PLANTED_KEY", "cache": "no", "attempts": "1"}
    return usual | {"price": "1/1"} | more


def set_all(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def blame_of(work: Callable[[], Any]) -> StageError:
    with pytest.raises(StageError) as caught:
        asyncio.run(work())
    return caught.value


async def open_gateway(provider: str) -> None:
    gateway_options = {key: value for key, value in options(provider).items() if key != "cache"}
    async with ModelGateway(gateway_target(provider, gateway_options), Trace()):
        raise AssertionError("it opened")


@PROVIDERS
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_the_environment_gets_wrong_is_told_before_a_run(
    monkeypatch: pytest.MonkeyPatch, provider: str, broken: tuple[dict[str, str], str]
) -> None:
    variables, named = broken
    set_all(monkeypatch, variables)
    with pytest.raises(UsageError) as caught:
        find_model(f"{provider}/m", options(provider))
    gateway_options = {key: value for key, value in options(provider).items() if key != "cache"}
    (behind,) = gateway_target(provider, gateway_options).missing()
    for said in (str(caught.value), behind):
        assert named in said
        assert f"the client of the package {provider!r}" in said
        assert "\n" not in said
        assert KEY not in said
        assert "hidden-word" not in said


@pytest.mark.parametrize(("provider", "more"), APIS)
@pytest.mark.parametrize("broken", LATER)
def test_what_breaks_after_the_run_began_is_a_fault_of_the_model(
    monkeypatch: pytest.MonkeyPatch, provider: str, more: dict[str, str], broken: tuple[dict[str, str], str]
) -> None:
    model = find_model(f"{provider}/m", options(provider, **more))
    set_all(monkeypatch, broken[0])
    said = Conversation(messages=(UserMessage(text="Hello?"),))
    assert blame_of(lambda: model.reply(said, [], ModelSettings())).stage is Stage.MODEL
    assert blame_of(lambda: open_gateway(provider)).stage is Stage.MODEL


@pytest.mark.parametrize(("provider", "variables"), HEADERS)
def test_a_header_of_the_library_s_own_that_cannot_be_sent_is_told_before_a_run(
    monkeypatch: pytest.MonkeyPatch, provider: str, variables: dict[str, str]
) -> None:
    set_all(monkeypatch, variables)
    with pytest.raises(UsageError, match=f"environment variables that begin with {provider.upper()}_"):
        find_model(f"{provider}/m", options(provider))


@PROVIDERS
@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("sk-a\nb-0123456789", "holds characters that no API key has"),
        ("sk-ü-0123456789", "holds characters that no API key has"),
        ("sk-a b-0123456789", "holds characters that no API key has"),
        ("sk-\x7f-0123456789", "holds characters that no API key has"),
        ("", "no API key"),
        (" \n ", "no API key"),
    ],
)
def test_a_key_that_cannot_be_sent_is_told_before_a_run(
    monkeypatch: pytest.MonkeyPatch, provider: str, key: str, message: str
) -> None:
    monkeypatch.setenv("PLANTED_KEY", key)
    with pytest.raises(UsageError, match=message):
        find_model(f"{provider}/m", options(provider))
    gateway_options = {key: value for key, value in options(provider).items() if key != "cache"}
    if message == "no API key":
        assert message in gateway_target(provider, gateway_options).missing()[0]
    else:
        with pytest.raises(UsageError, match=message):
            gateway_target(provider, gateway_options)


@PROVIDERS
@pytest.mark.parametrize(
    "url",
    [
        "http://", "http:///v1", "http://h:0", "http://h:99999", "http://h:port", "ftp://h", "h", "", "http://[::1", "http://a..b/v1",
        "http://h/%zz", "http://h h", "http://h\n", "http://ü", "http://" + "a" * 64 + ".x", "http://u:p@h", "http://h?q", "http://.h",
    ],
)  # fmt: skip
def test_a_url_that_leads_nowhere_is_told_before_a_run(provider: str, url: str) -> None:
    with pytest.raises(UsageError):
        find_model(f"{provider}/m", options(provider, base_url=url))
    gateway_options = {key: value for key, value in options(provider, base_url=url).items() if key != "cache"}
    try:
        assert gateway_target(provider, gateway_options).missing() != []
    except UsageError:
        return


@pytest.mark.parametrize(
    ("provider", "more", "lacks"),
    [
        ("openai", {"api": "chat"}, "DefaultAsyncHttpxClient"),
        ("openai", {"api": "chat"}, "AsyncOpenAI"),
        ("anthropic", {}, "AsyncAnthropic"),
        ("anthropic", {}, "APIStatusError"),
    ],
)
def test_a_version_of_the_library_that_lacks_something_is_told_before_a_run(
    monkeypatch: pytest.MonkeyPatch, provider: str, more: dict[str, str], lacks: str
) -> None:
    monkeypatch.delattr(import_module(provider), lacks)
    with pytest.raises(UsageError, match=rf"{lacks}.*pip install 'itbench\[models\]'"):
        find_model(f"{provider}/m", options(provider, **more))


def test_a_library_that_breaks_at_its_import_is_told_before_a_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import sys

    (tmp_path / "openai.py").write_text("raise RuntimeError('half installed')")
    for name in [each for each in sys.modules if each.partition(".")[0] == "openai"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="half installed"):
        find_model("openai/m", options("openai"))


def test_what_is_only_looked_at_needs_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "junk://h:1")
    assert find_model("openai/m", options("openai"), is_to_be_asked=False).name == "openai/m"


@PROVIDERS
def test_certificates_are_read_once_for_all_clients_and_anew_where_the_environment_names_others(
    monkeypatch: pytest.MonkeyPatch, provider: str, tmp_path: Path
) -> None:
    file = tmp_path / "certificates.pem"
    copy(CERTIFICATE, file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert find_model(f"{provider}/m", options(provider)).name == f"{provider}/m"
    file.unlink()
    assert find_model(f"{provider}/m", options(provider)).name == f"{provider}/m"
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "others.pem"))
    with pytest.raises(UsageError, match="SSL_CERT_FILE is set"):
        find_model(f"{provider}/m", options(provider))
