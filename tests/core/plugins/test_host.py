"""Plugins are listed without harm, and a broken one is named wherever it matters."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.errors import PluginError, UsageError
from itbench.plugins.agents import agent_host, find_agent
from itbench.plugins.domains import domain_host, find_suite
from itbench.plugins.host import Plugin, Status

Distribution = Callable[..., Path]
GROUP = "itbench.domains"


def status_of(name: str) -> list[Plugin[object]]:
    return [plugin for plugin in domain_host().listing() if plugin.name == name]


def test_a_broken_plugin_does_not_hide_the_others(sums: Path, distribution: Distribution) -> None:
    distribution(
        "broken-one", group=GROUP, points={"bad": "bad_one:DOMAIN"}, code={"bad_one": "import nowhere_at_all"}
    )
    (bad,) = status_of("bad")
    (good,) = status_of("sums")
    assert bad.status is Status.BROKEN
    assert bad.origin == "broken-one 1.0"
    assert bad.cause == "ModuleNotFoundError: No module named 'nowhere_at_all'"
    assert "import nowhere_at_all" in bad.traceback
    assert good.status is Status.OK


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("DOMAIN = 1 / 0", "ZeroDivisionError: division by zero"),
        ("DOMAIN = 'hello'", "its entry point gives a str, not an itbench.Domain"),
        ("", "AttributeError: module 'odd_one' has no attribute 'DOMAIN'"),
        ("def (", "SyntaxError: invalid syntax (odd_one.py, line 1)"),
        (
            "from dataclasses import replace\nfrom itbench_sums import DOMAIN\nDOMAIN = replace(DOMAIN, name='odd', api_version=99)",
            "it was written for version 99 of the interface, and this itbench has version 2: install a newer itbench",
        ),
        ("from itbench_sums import DOMAIN", "its entry point is named 'odd' but the domain 'sums'"),
        (
            "from dataclasses import replace\nfrom itbench_sums import DOMAIN\nDOMAIN = replace(DOMAIN, name='odd', suites=())",
            "it has no suite",
        ),
    ],
    ids=["sys.exit", "raises", "wrong type", "no attribute", "syntax", "interface", "name", "no suite"],
)
def test_whatever_a_plugin_does_at_import_it_is_listed_as_broken(
    code: str, cause: str, sums: Path, distribution: Distribution
) -> None:
    distribution("odd", group=GROUP, points={"odd": "odd_one:DOMAIN"}, code={"odd_one": code})
    (plugin,) = status_of("odd")
    assert (plugin.status, plugin.cause) == (Status.BROKEN, cause)
    with pytest.raises(PluginError, match=r"domain 'odd' of odd 1\.0 is BROKEN"):
        domain_host().get("odd")


@pytest.mark.parametrize(
    "change", ["api_version=1", "environment=lambda task, inputs, sandbox: None"], ids=["number", "signature"]
)
def test_a_domain_of_version_1_is_refused_with_one_line_that_says_what_to_change(
    change: str, sums: Path, distribution: Distribution
) -> None:
    code = f"from dataclasses import replace\nfrom itbench_sums import DOMAIN\nDOMAIN = replace(DOMAIN, name='odd', {change})"
    distribution("odd", group=GROUP, points={"odd": "odd_one:DOMAIN"}, code={"odd_one": code})
    with pytest.raises(PluginError, match="written for version 1") as caught:
        domain_host().get("odd")
    message = str(caught.value)
    assert "\n" not in message
    for word in ("TrialSetup", "Observation", "optional_files", "api_version=2"):
        assert word in message


def test_a_broken_plugin_is_named_when_a_domain_is_unknown(sums: Path, distribution: Distribution) -> None:
    distribution(
        "broken-two", group=GROUP, points={"bad": "bad_two:X"}, code={"bad_two": "import nowhere_at_all"}
    )
    with pytest.raises(UsageError) as caught:
        find_suite("smus")
    message = str(caught.value)
    assert "unknown domain 'smus'; did you mean 'sums'?" in message
    assert "BROKEN: bad of broken-two 1.0 (ModuleNotFoundError: No module named 'nowhere_at_all')" in message


def test_two_plugins_of_one_name_are_both_listed_and_neither_is_used(
    sums: Path, distribution: Distribution
) -> None:
    distribution("other-sums", group=GROUP, points={"sums": "itbench_sums:DOMAIN"}, code={}, version="2.0")
    found = status_of("sums")
    assert [(plugin.origin, plugin.status) for plugin in found] == [
        ("itbench-sums 1.0", Status.DUPLICATE),
        ("other-sums 2.0", Status.DUPLICATE),
    ]
    with pytest.raises(
        PluginError, match=r"provided by itbench-sums 1\.0 and by other-sums 2\.0; uninstall all but one"
    ):
        domain_host().get("sums")


def test_the_variable_gets_a_user_out_of_two_plugins_of_one_name(
    sums: Path, distribution: Distribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution("other-sums", group=GROUP, points={"sums": "itbench_sums:DOMAIN"}, code={}, version="2.0")
    monkeypatch.setenv("ITBENCH_DISABLE_PLUGINS", "elsewhere, other-sums")
    assert {plugin.origin: plugin.status for plugin in status_of("sums")} == {
        "itbench-sums 1.0": Status.OK,
        "other-sums 2.0": Status.DISABLED,
    }
    assert domain_host().get("sums").name == "sums"


def test_a_disabled_plugin_is_not_imported(
    distribution: Distribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution(
        "loud", group=GROUP, points={"loud": "loud_one:DOMAIN"}, code={"loud_one": "raise SystemExit"}
    )
    monkeypatch.setenv("ITBENCH_DISABLE_PLUGINS", "loud")
    (plugin,) = status_of("loud")
    assert plugin.status is Status.DISABLED
    assert "loud_one" not in sys.modules
    with pytest.raises(PluginError, match="is disabled: by ITBENCH_DISABLE_PLUGINS"):
        domain_host().get("loud")


def test_names_are_known_without_importing_anything(distribution: Distribution) -> None:
    distribution(
        "quiet", group=GROUP, points={"quiet": "quiet_one:DOMAIN"}, code={"quiet_one": "raise SystemExit"}
    )
    assert "quiet" in domain_host().names()
    assert "quiet_one" not in sys.modules


def test_an_unknown_suite_names_those_of_the_domain(sums: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown suite 'sums/hard'; .*known: sums/easy, sums/many"):
        find_suite("sums/hard")


def test_an_unknown_agent_names_installed_ones_and_those_of_the_domain(sums: Path) -> None:
    with pytest.raises(
        UsageError, match=r"unknown agent 'addr'; did you mean 'adder'\? known: adder, .*command, .*echo"
    ):
        find_agent("addr", domain_host().get("sums"))


def test_every_built_in_agent_comes_by_the_same_door_as_an_outsider() -> None:
    names = {plugin.name: plugin.status for plugin in agent_host().listing()}
    assert {"command", "echo", "null", "oracle", "replay"} <= set(names)
    assert set(names.values()) == {Status.OK}
