"""Options that cannot be meant as they are given are refused in one line, with exit code 2, before anything is done."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from itbench.errors import UsageError
from itbench.interfaces.plan import MOST_TRIALS
from itbench.models.options import checked_url
from itbench.runs.plan.options import parse_agent, parse_pairs, with_model

Itbench = Callable[..., Any]


@pytest.mark.usefixtures("sums")
@pytest.mark.parametrize("option", ["--seed 1 --seed 2", "--limit 1 -n 2", "--agent null --agent oracle"])
def test_an_option_for_one_value_is_given_once(option: str, itbench: Itbench) -> None:
    done = itbench("run", "sums", "--dry-run", *option.split())
    assert done.code == 2
    assert "is given twice; leave one out" in done.err


@pytest.mark.usefixtures("sums")
def test_a_flag_and_an_option_for_several_values_may_be_repeated(itbench: Itbench) -> None:
    done = itbench("run", "sums", "--dry-run", "--json", "--json", "--task", "sum-0001", "--task", "sum-0002")
    assert done.code == 0, done.err


@pytest.mark.usefixtures("sums")
@pytest.mark.parametrize("is_dry", [True, False])
def test_more_trials_than_a_run_file_may_have_are_refused(is_dry: bool, itbench: Itbench) -> None:
    more = ["--dry-run"] if is_dry else []
    done = itbench("run", "sums", "--repeats", str(MOST_TRIALS), "--limit", "2", *more)
    assert done.code == 2
    assert f"more than {MOST_TRIALS} trials" in done.err


@pytest.mark.usefixtures("sums")
def test_a_choice_that_is_none_is_refused_with_those_that_are(itbench: Itbench) -> None:
    done = itbench("export", "latest", "--to", "pdf")
    assert done.code == 2
    assert done.err.endswith(
        "Error: Invalid value for '--to': 'pdf' is not one of 'jsonl', 'csv', 'parquet', 'html', 'atif', 'every-eval-ever', 'inspect', 'otlp'.\n"
    )


def test_a_model_is_given_in_one_place() -> None:
    with pytest.raises(UsageError, match="--model and the agent's option model= are both given"):
        with_model("react:model=a/b", "c/d")
    with pytest.raises(UsageError, match="--base-url and the agent's option base_url= are both given"):
        with_model("react:model=a/b,base_url=http://x", None, "http://y")
    assert with_model("react:turns=3", "c/d") == "react:turns=3,model=c/d"


def test_an_agents_or_a_suites_option_is_given_once() -> None:
    with pytest.raises(UsageError, match="'a' is given twice"):
        parse_agent("null:a=1,b=2,a=1")
    with pytest.raises(UsageError, match="'a' is given twice"):
        parse_pairs(("a=1", "a=1"), "--suite-option")
    assert parse_agent("null:a=1,2,b=3") == ("null", {"a": "1,2", "b": "3"})


ODD = ["\n", "\r", "\t", " ", "\0", "\u2028", "\u00a0", "é", "%zz", "%", "\x7f"]


@given(st.sampled_from(ODD), st.integers(0, 21))
def test_an_address_that_a_library_would_read_otherwise_is_refused(odd: str, place: int) -> None:
    url = "http://host.example/v1"
    with pytest.raises(UsageError, match="allowed: a URL"):
        checked_url(url[:place] + odd + url[place:], "option base_url")


@pytest.mark.parametrize("url", ["http://h/v1", "https://[::1]:8/a%20b/~x", "http://127.0.0.1:1/a_b-c.d"])
def test_a_usual_address_is_taken(url: str) -> None:
    assert checked_url(url + "/", "option base_url") == url
