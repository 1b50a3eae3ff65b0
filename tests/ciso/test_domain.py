"""The CISO domain as a user meets it: every suite, by the command line."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import UsageError
from itbench.interfaces.suite import SuiteOptions
from itbench.store.reader import RunFile
from itbench.testing import check_domain
from itbench_ciso.domain import DOMAIN
from itbench_ciso.suites.admission import ADMISSION_SUITE
from itbench_ciso.suites.cis_kubernetes import CIS_KUBERNETES
from itbench_ciso.suites.policy_updates import POLICY_UPDATES

# Runs scripts and engines in the sandbox.
pytestmark = [pytest.mark.usefixtures("ciso", "made"), pytest.mark.slow]

Itbench = Callable[..., Any]
SUITES = (CIS_KUBERNETES, ADMISSION_SUITE, POLICY_UPDATES)
FETCH = "printf '#!/bin/sh\\necho \"{}\" > collected_data.json\\n' > fetch.sh\n"
POLICY = "cat > policy.rego <<'END'\npackage check\nimport rego.v1\n{}\nEND\n"
ONE = ("-t", "ciso-0015")


def run(itbench: Itbench, *arguments: str | Path) -> dict[str, Any]:
    done = itbench("run", "--json", *arguments)
    assert done.code == 0, done.err
    result: dict[str, Any] = json.loads(done.out)
    return result


def reasons(itbench: Itbench, found: dict[str, Any], task: str = "ciso-0015") -> str:
    shown = json.loads(itbench("show", found["path"], task, "--json").out)
    return " ".join([shown["trial"]["fault"] or "", *(shown["score"] or {}).get("reasons", [])])


@pytest.mark.soak
@pytest.mark.slow
def test_controls_that_ask_for_a_script_keep_all_rules() -> None:
    """Slow: runs scripts over all variants of a task; the policies of all controls and the cheats have tests of their own."""
    options = SuiteOptions(extra={"seed": "5150", "count": "1"})
    (report,) = check_domain(DOMAIN, "cis-kubernetes", options)
    assert report.tasks == 1


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.parametrize(
    ("suite", "count"),
    [
        ("admission", 1),
        ("policy-updates", 1),
        *(pytest.param(suite, 4, marks=pytest.mark.soak) for suite in ("admission", "policy-updates")),
    ],
)
def test_a_drawn_suite_without_scripts_keeps_all_rules(suite: str, count: int) -> None:
    """Slow: judges all variants of some tasks; the embedded ones are judged with `make soak`."""
    options = SuiteOptions(extra={"seed": "5151", "count": str(count)})
    (report,) = check_domain(DOMAIN, suite, options)
    assert report.tasks == count


@pytest.mark.soak
@pytest.mark.parametrize("suite", SUITES[1:], ids=lambda suite: suite.name)
def test_an_embedded_suite_keeps_all_rules_and_its_scores_are_as_they_should_be(
    suite, itbench: Itbench
) -> None:
    """Judges all variants of all tasks with the policies of all agents; oracle and cheats are among the rules."""
    (report,) = check_domain(DOMAIN, suite.name)
    assert report.tasks == suite.embedded
    name = f"ciso/{suite.name}"
    assert 0.1 <= run(itbench, name, "-a", "baseline")["score"] <= 0.7
    assert suite.floor is not None
    assert run(itbench, name, "-a", suite.floor.agent)["score"] == pytest.approx(
        suite.floor.value, abs=0.0005
    )


def test_the_first_suite_is_the_default_and_the_table_is_that_of_any_domain(itbench: Itbench) -> None:
    done = itbench("run", "ciso", "-a", "always-compliant", *ONE)
    assert done.code == 0, done.err
    assert "ciso/cis-kubernetes" in done.out
    assert "violation_detection" in done.out


@pytest.mark.parametrize(
    ("suite", "task"),
    [
        # The page about the domain runs this one too.
        pytest.param("cis-kubernetes", "ciso-0015", marks=pytest.mark.soak),
        ("admission", "admission-0007"),
        ("policy-updates", "update-0003"),
    ],
)
def test_the_oracle_solves_one_task_of_each_suite(suite: str, task: str, itbench: Itbench) -> None:
    found = run(itbench, f"ciso/{suite}", "-t", task, "-a", "oracle")
    assert (found["score"], found["trials_scored"]) == (1.0, 1)
    again = itbench("score", "--json", found["path"])
    assert again.code == 0, again.err
    with RunFile(Path(found["path"])) as made:
        plan = made.plan()
    assert (plan["sandbox"], plan["bench_sandbox"]) == ("in-process", "bubblewrap")


def test_a_run_makes_only_the_tasks_that_it_has(
    itbench: Itbench, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / "sandbox").symlink_to(made / "sandbox")
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "fresh"))
    run(itbench, "ciso/admission", "-t", "admission-0007", "-a", "null")
    found = list((tmp_path / "fresh" / "ciso").glob("admission-*/inputs/*"))
    assert [path.name for path in found] == ["admission-0007"]


def test_the_baseline_is_told_which_ways_it_missed(itbench: Itbench) -> None:
    found = run(itbench, "ciso/policy-updates", "-t", "update-0002", "-a", "always-compliant")
    assert "missed: " in reasons(itbench, found, "update-0002")


# The page about the domain draws a task of the other one.
@pytest.mark.parametrize("suite", ["admission", pytest.param("policy-updates", marks=pytest.mark.soak)])
def test_a_held_out_suite_is_one_option_away_and_keeps_its_floor(suite: str, itbench: Itbench) -> None:
    found = run(itbench, f"ciso/{suite}", "-a", "oracle", "-S", "seed=987654321", "-S", "count=1")
    assert (found["score"], found["trials_scored"], found["floor"]["value"]) == (1.0, 1, 1.0)


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.parametrize(
    "suite",
    # A task with scripts takes as long as ten others.
    [pytest.param(suite, marks=[pytest.mark.soak] if suite is CIS_KUBERNETES else []) for suite in SUITES],
    ids=lambda suite: suite.name,
)
def test_the_memorised_policies_solve_a_held_out_suite_which_is_why_its_floor_is_one(
    suite, itbench: Itbench
) -> None:
    """Slow: judges all variants of a task of a seed that nothing was tuned to."""
    found = run(
        itbench, f"ciso/{suite.name}", "-a", "memorised-policies", "-S", "seed=20260101", "-S", "count=1"
    )
    assert (found["score"], found["trials_scored"]) == (1.0, 1)
    floor = {"agent": "memorised-policies", "value": 1.0, "role": "adversary", "measured_on": "", "tasks": 1}
    assert found["floor"] == floor


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("seed=abc", "suite option seed='abc' must be an integer from 1 to"),
        ("count=3", "takes `count` only with `seed`"),
        ("colour=red", "has no option 'colour'"),
        ("engine=kyverno", "has no engine 'kyverno'; it knows: "),
    ],
)
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_wrong_options_of_an_embedded_suite_are_refused(suite, option: str, message: str) -> None:
    name, _, value = option.partition("=")
    with pytest.raises(UsageError) as caught:
        suite.configured(SuiteOptions(extra={name: value}))
    assert message in str(caught.value)


def test_the_program_opa_is_asked_for_by_an_option_and_named_where_it_is_not_there(
    itbench: Itbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = itbench("run", "ciso", *ONE, "-a", "null", "-S", "engine=opa-program")
    assert done.code == 2
    told = "engine 'opa-program' was asked for; put the program `opa`, version 1.0 or newer, on the PATH"
    assert told in done.err.replace("\n", " ")
    suite = CIS_KUBERNETES.configured(SuiteOptions(extra={"engine": "opa-program"}))
    assert "engine-opa-program" in suite.tasks()[0].tags


def test_a_machine_without_any_engine_is_told_in_one_line(
    itbench: Itbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    reason = "its library is for Linux on x86_64 and aarch64, not linux on riscv64"
    told = f"{reason}; put the program `opa`, version 1.0 or newer, on the PATH"
    for words in (("run", "ciso", *ONE, "-a", "oracle"), ("validate", "ciso")):
        done = itbench(*words)
        assert (done.code, f"no OPA to judge Rego with: {told}" in " ".join(done.err.split())) == (2, True), (
            done
        )
        assert not list(tmp_path.glob("runs/*"))
    assert f"ciso: OPA, for Rego note {told}" in re.sub(r"[\s│]+", " ", itbench("doctor").out)


BAD = {
    "no Rego": (FETCH + POLICY.format("result := {"), "violation_detection: static-resources should be judged false, found error (policy.rego:4: rego_parse_error: unexpected eof token"),
    "the network": (FETCH + POLICY.format('result := http.send({"method": "get", "url": "http://x"})'), "found refused (policy.rego: the built-in 'http.send' in line 3 is refused"),
    "the environment": (FETCH + POLICY.format("result := opa.runtime().env"), "found refused (policy.rego: the built-in 'opa.runtime'"),
    "no boolean": (FETCH + POLICY.format('result := "false"'), "found not-boolean"),
    "a link as data": ("printf '#!/bin/sh\\nln -s /etc/passwd collected_data.json\\n' > fetch.sh\n" + POLICY.format("result := true"), "fetch_generates_data: "),
    "a FIFO as data": ("printf '#!/bin/sh\\nmkfifo collected_data.json\\n' > fetch.sh\n" + POLICY.format("result := true"), "is not a plain file"),
    "binary": ("head -c 5000 /dev/urandom > fetch.sh; printf '\\377' > policy.rego", "fetch_generates_data: fetch.sh ended with exit code"),
    "no script": (POLICY.format("result := true"), "'fetch.sh' was not handed in"),
    "a link as the script": ("ln -s /bin/true fetch.sh\n" + POLICY.format("result := true"), "'fetch.sh' is not in the workspace as it should be"),
    "a huge policy": (FETCH + "head -c 300000 /dev/zero | tr '\\0' '#' > policy.rego", "'policy.rego' holds 300000 bytes, allowed: 262144"),
}  # fmt: skip
SLOW = {
    "a gigabyte": (FETCH + POLICY.format("result := count(numbers.range(1, 1000000000)) > 1"), "found memory (judging needed too much memory and was ended)"),
    "an endless policy": (FETCH + POLICY.format("result if { some i in numbers.range(1, 9999); some j in numbers.range(1, 9999); some k in numbers.range(1, 9999); i * j * k == -1 }"), "violation_detection: static-resources should be judged false, found "),
    "an endless script": ("printf '#!/bin/sh\\nwhile :; do :; done\\n' > fetch.sh\n" + POLICY.format("result := true"), "fetch_generates_data: fetch.sh was ended at its time limit"),
    "a script that forks": ("printf '#!/bin/bash\\nf() { f | f & }; f; sleep 3\\n' > fetch.sh\n" + POLICY.format("result := true"), "fetch_generates_data: "),
    "a script that writes": ("printf '#!/bin/sh\\ncat /dev/zero > big\\n' > fetch.sh\n" + POLICY.format("result := true"), "fetch_generates_data: fetch.sh ended with exit code"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*BAD, *(pytest.param(name, marks=pytest.mark.soak) for name in SLOW)])
def test_bad_input_is_a_clear_result_for_its_trial_and_the_run_goes_on(name: str, itbench: Itbench) -> None:
    """Some are ended at time limits of their own, which takes them long; the engines' tests have shorter ones."""
    program, told = (BAD | SLOW)[name]
    found = run(itbench, "ciso", *ONE, "-a", "command", "--", "bash", "-c", program)
    assert (found["score"], found["trials_scored"]) == (0.0, 1)
    assert told in reasons(itbench, found)


def test_a_construct_that_is_not_accepted_is_a_zero_with_its_reason(itbench: Itbench) -> None:
    """Or an agent could leave itself out of the score with it."""
    policy = "printf 'package check\\ninput = 1 { true }\\nresult { input == 1 }\\n' > policy.rego\n"
    found = run(itbench, "ciso", *ONE, "-a", "command", "--", "bash", "-c", FETCH + policy)
    assert (found["score"], found["trials_scored"]) == (0.0, 1)
    assert "input" in reasons(itbench, found)


@pytest.mark.soak
def test_the_scorer_takes_whatever_hypothesis_thinks_of() -> None:
    from itbench.suites.load import load_tasks
    from itbench.testing.junk import check_scorer_is_total
    from itbench.validation.case import Case

    for suite in (ADMISSION_SUITE, POLICY_UPDATES):
        tasks = load_tasks(suite)[:1]
        suite.restore([task.id for task in tasks])
        check_scorer_is_total(Case(DOMAIN, suite, tasks))


def test_listing_the_domain_imports_nothing_heavy() -> None:
    heavy = {
        "pydantic",
        "jsonschema",
        "yaml",
        "rich",
        "numpy",
        "re2",
        "itbench_ciso.controls.register",
    }
    code = f"import itbench_ciso.domain, sys; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
