"""`itbench run --dry-run` shows what would be done and what it may cost, and does nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Itbench = Callable[..., Any]
MODEL = (
    "--model",
    "openai/any-name",
    "--agent",
    "react:base_url=http://127.0.0.1:9/v1,price=1/10/0.1,window=100000",
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_plan_is_shown_and_nothing_is_written(sums: Path, itbench: Itbench, here: Path) -> None:
    done = itbench("run", "sums", *MODEL, "--dry-run", "-k", "2", "--limit", "3")
    assert done.code == 0
    assert "3: sum-0000, sum-0001, sum-0002" in done.out
    assert "6: 2 of each task, 4 concurrent" in done.out
    assert "bubblewrap" in done.out
    assert "31 turns a trial" in done.out
    assert not (here / "runs").exists()


@pytest.mark.slow
def test_the_estimate_grows_with_the_trials_and_keeps_to_their_turns(sums: Path, itbench: Itbench) -> None:
    one = json.loads(itbench("run", "sums", *MODEL, "--dry-run", "--limit", "1", "--json").out)
    four = json.loads(itbench("run", "sums", *MODEL, "--dry-run", "--limit", "1", "-k", "4", "--json").out)
    few, many = one["estimates"]
    # The task allows 50 turns only.
    assert (few["turns"], many["turns"]) == (31, 50)
    assert four["estimates"][1]["input_tokens"] == 4 * many["input_tokens"]
    assert four["estimates"][1]["cost_usd"] == pytest.approx(4 * many["cost_usd"])
    plain = many["input_tokens"] - many["cached_tokens"]
    assert many["cost_usd"] == pytest.approx(
        (plain + 0.1 * many["cached_tokens"] + 10 * many["output_tokens"]) / 1e6
    )
    assert one["plan"]["agent"]["description"]["prompts_hash"].startswith("sha256:")


@pytest.mark.slow
def test_a_summary_keeps_long_conversations_from_growing_on(sums: Path, itbench: Itbench) -> None:
    def tokens(window: int) -> int:
        agent = f"react:base_url=http://127.0.0.1:9/v1,price=1/1,window={window}"
        done = itbench("run", "sums", "-m", "openai/x", "-a", agent, "--dry-run", "--limit", "1", "--json")
        return int(json.loads(done.out)["estimates"][1]["input_tokens"])

    assert tokens(10_000) < tokens(30_000) < tokens(100_000) == tokens(200_000)


@pytest.mark.slow
def test_an_unknown_price_is_said(sums: Path, itbench: Itbench) -> None:
    agent = "react:base_url=http://127.0.0.1:9/v1"
    assert "unknown" in itbench("run", "sums", "-m", "openai/nobody-knows-it", "-a", agent, "--dry-run").out


@pytest.mark.slow
def test_an_outside_program_is_not_estimated_but_what_it_would_see_is_told(
    sums: Path, itbench: Itbench, here: Path
) -> None:
    (here / "own-tools").mkdir()
    words = ("run", "sums", "--agent", "command:mount=own-tools", "--dry-run")
    done = itbench(*words, "--", "/opt/own-tools/agent")
    assert f"{here}/own-tools at /opt/own-tools" in done.out
    assert "no tokens are estimated" in done.out
    shown = json.loads(itbench(*words, "--json", "--", "/opt/own-tools/agent").out)
    assert shown["mounts"] == [{"source": f"{here}/own-tools", "shows_at": "/opt/own-tools"}]


def test_what_cannot_be_run_is_refused_as_by_a_run(sums: Path, itbench: Itbench) -> None:
    assert itbench("run", "sums", "--agent", "nobody", "--dry-run").code == 2
    assert itbench("run", "sums", "--task", "nothing-*", "--dry-run").code == 2


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.slow
def test_where_the_model_is_asked_is_shown_with_the_key_that_goes_there(
    sums: Path, itbench: Itbench, no_variables: pytest.MonkeyPatch
) -> None:
    words = ("run", "sums", "--model", "openai/gpt-5", "--dry-run", "--limit", "1")
    own = itbench(*words)
    assert own.code == 0
    assert "https://api.openai.com/v1 (the provider's own)" in own.out
    assert "to run it, this is missing: no API key: set the environment variable OPENAI_API_KEY" in own.out
    no_variables.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    no_variables.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    found = itbench(*words)
    assert "http://127.0.0.1:9/v1 (OPENAI_BASE_URL)" in found.out
    assert "from OPENAI_API_KEY" in found.out
    given = itbench(*words, "--base-url", "http://127.0.0.1:8/v1")
    assert "http://127.0.0.1:8/v1 (option base_url)" in given.out
    assert "none is sent" in given.out
    assert "missing" not in found.out + given.out
    assert "planted" not in found.out + given.out
    program = itbench(
        "run", "sums", "-a", "command:gateway=openai", "--dry-run", "--limit", "1", "--", "true"
    )
    assert "http://127.0.0.1:9/v1 (OPENAI_BASE_URL)" in program.out


def test_an_endpoint_of_no_model_is_refused(sums: Path, itbench: Itbench) -> None:
    done = itbench("run", "sums", "--base-url", "http://127.0.0.1:8/v1")
    assert done.code == 2
    assert "--base-url is the endpoint of a model; add --model PROVIDER/NAME" in done.err


@pytest.mark.parametrize(
    ("agent", "model", "base_url", "expected"),
    [
        (None, None, None, None),
        ("baseline", None, None, "baseline"),
        (None, "openai/m", None, "react:model=openai/m"),
        (None, "openai/m", "http://h/v1", "react:model=openai/m,base_url=http://h/v1"),
        ("react:turns=3", "openai/m", "http://h/v1", "react:turns=3,model=openai/m,base_url=http://h/v1"),
        ("command:gateway=openai", None, "http://h/v1", "command:gateway=openai,base_url=http://h/v1"),
    ],
)
def test_model_and_endpoint_become_options_of_the_agent(
    agent: str | None, model: str | None, base_url: str | None, expected: str | None
) -> None:
    from itbench.runs.plan.options import with_model

    assert with_model(agent, model, base_url) == expected


@pytest.mark.slow
@pytest.mark.parametrize("limit", [("--cost-limit", "2"), ("--max-cost", "2")])
def test_key_and_price_are_asked_for_together(
    sums: Path, itbench: Itbench, no_variables: pytest.MonkeyPatch, limit: tuple[str, str]
) -> None:
    words = ("run", "sums", "--model", "openai/nobody-knows-it", "--limit", "1", *limit)
    done = itbench(*words)
    assert done.code == 2
    assert "no API key: set the environment variable OPENAI_API_KEY" in done.err
    assert "the price of openai/nobody-knows-it is unknown" in done.err
    dry = itbench(*words, "--dry-run")
    assert dry.code == 0
    assert dry.out.count("to run it, this is missing: ") == 2
