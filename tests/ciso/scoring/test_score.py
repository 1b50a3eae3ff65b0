"""The rules, as tables computed by hand."""

from typing import Any

import pytest

from itbench.interfaces.submission import Submission
from itbench.schema.check import schema_faults
from itbench_ciso.domain import truth_schema
from itbench_ciso.scoring.score import score_parts

FILES = {"fetch.sh": b"x", "policy.rego": b"y"}
SHOWN, COMPLIANT = "static-resources", "static-resources-compliant"
FETCHED = {"exit_code": 0, "size_bytes": 2}
CRITERIA = ("required_files_exist", "fetch_generates_data", "violation_detection", "compliance_validation")


def seen(verdict: str | None = None, **fetch: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"fetch": FETCHED | fetch}
    return found if verdict is None else found | {"verdict": {"kind": verdict}}


def truth(kind: str = "rego", **more: Any) -> dict[str, Any]:
    sets = {
        "v1": {"is_compliant": True, "way": "the field is absent"},
        "v2": {"is_compliant": False, "way": "an init container is privileged"},
        "v3": {"is_compliant": False, "way": "an init container is privileged"},
        "v4": {"is_compliant": False, "way": "a sidecar is privileged"},
    }
    return {"kind": kind, "sets": sets, "solution": {}} | more


PERFECT = {
    SHOWN: seen("false"), COMPLIANT: seen("true"), "v1": seen("true"), "v2": seen("false"), "v3": seen("false"), "v4": seen("false"),
}  # fmt: skip


def score(
    sets: dict[str, Any], files: dict[str, bytes] | None = None, of: dict[str, Any] | None = None
) -> Any:
    submission = Submission(files=FILES if files is None else files, observed={"sets": sets})
    return score_parts(submission, truth() if of is None else of)


@pytest.mark.parametrize(
    ("sets", "files", "met", "reason"),
    [
        (PERFECT, FILES, 4, None),
        (PERFECT, {"fetch.sh": b""}, 0, "required_files_exist: policy.rego not handed in"),
        (PERFECT, {}, 0, "required_files_exist: fetch.sh and policy.rego not handed in"),
        ({}, FILES, 1, "fetch_generates_data: fetch.sh was not run"),
        ({SHOWN: seen(exit_code=1, problem="fetch.sh ended with exit code 1")}, FILES, 1, "fetch_generates_data: fetch.sh ended with exit code 1"),
        ({SHOWN: seen(exit_code=None)}, FILES, 1, "fetch_generates_data: fetch.sh was not run"),
        ({SHOWN: seen("true"), COMPLIANT: seen("true")}, FILES, 2, "violation_detection: static-resources should be judged false, found true"),
        ({SHOWN: seen("undefined"), COMPLIANT: seen("true")}, FILES, 2, "violation_detection: static-resources should be judged false, found undefined"),
        ({SHOWN: seen("false"), COMPLIANT: seen("false")}, FILES, 3, "compliance_validation: static-resources-compliant should be judged true, found false"),
        ({SHOWN: seen("false"), COMPLIANT: seen(problem="x")}, FILES, 3, "compliance_validation: static-resources-compliant should be judged true, found x"),
        ({SHOWN: seen("false")}, FILES, 3, "compliance_validation: static-resources-compliant should be judged true, found not judged"),
    ],
)  # fmt: skip
def test_a_criterion_that_is_not_met_takes_those_behind_it_along(
    sets: dict[str, Any], files: dict[str, bytes], met: int, reason: str | None
) -> None:
    for of in (truth(), {"kind": "published", "violation_sets": [], "solution": {}}):
        found = score(sets, files, of)
        assert [found.metrics[name] for name in CRITERIA] == [1.0] * met + [0.0] * (4 - met)
        assert found.value == (1.0 if met == 4 else 0.0)
        assert found.reasons == ([] if reason is None else [reason])


@pytest.mark.parametrize(
    ("sets", "value"),
    [
        ({SHOWN: seen("true"), "static-resources-violation-1": seen("false"), "static-resources-violation-2": seen("false")}, 1.0),
        ({SHOWN: seen("false"), "static-resources-violation-1": seen("false"), "static-resources-violation-2": seen("true")}, 0.0),
        ({SHOWN: seen("false"), "static-resources-violation-1": seen("false")}, 0.0),
    ],
    ids=["all found", "one missed", "one not judged"],
)  # fmt: skip
def test_where_there_are_further_violating_sets_all_of_them_have_to_be_found(
    sets: dict[str, Any], value: float
) -> None:
    names = ["static-resources-violation-1", "static-resources-violation-2"]
    found = score(
        sets | {COMPLIANT: seen("true")}, of={"kind": "published", "violation_sets": names, "solution": {}}
    )
    assert found.value == value


@pytest.mark.parametrize(
    ("changed", "shares", "reasons"),
    [
        ({}, (1.0, 1.0, 1.0), []),
        ({"v2": seen("true")}, (0.75, 2 / 3, 1.0), ["missed: an init container is privileged (1 of 2)"]),
        (
            {"v1": seen("false"), "v2": seen("true"), "v3": seen("true")},
            (0.25, 1 / 3, 0.0),
            [
                "missed: an init container is privileged (2 of 2)",
                "rejected though it complies: the field is absent (1 of 1)",
            ],
        ),
        (
            {"v4": seen("time")},
            (0.75, 2 / 3, 1.0),
            [
                "1 variants got no true or false, the first one: time",
                "missed: a sidecar is privileged (1 of 1)",
            ],
        ),
    ],
    ids=["all right", "one missed", "several", "out of time"],
)
def test_all_variants_must_be_right_and_the_reasons_name_the_ways(
    changed: dict[str, Any], shares: tuple[float, float, float], reasons: list[str]
) -> None:
    found = score(PERFECT | changed)
    assert found.value == (0.0 if changed else 1.0)
    names = ("variants_right", "violations_found", "compliant_accepted")
    assert tuple(found.metrics[name] for name in names) == pytest.approx(shares)
    assert found.reasons == reasons


def masked(**verdicts: str) -> dict[str, Any]:
    return {name: PERFECT[name] | {"masked": {"kind": verdict}} for name, verdict in verdicts.items()}


@pytest.mark.parametrize(
    ("changed", "in_script"),
    [
        ({}, None),
        (masked(v1="true", v2="false"), 0.0),
        (masked(v1="true", v2="true"), 1.0),
        (masked(v1="true", v2="error"), 1.0),
        (masked(v2="false") | {"v3": seen("true") | {"masked": {"kind": "false"}}}, 0.0),
    ],
    ids=["not tried", "by the policy", "by the script", "the script fails", "wrong anyway"],
)
def test_a_verdict_that_the_script_computes_is_told_and_costs_nothing(
    changed: dict[str, Any], in_script: float | None
) -> None:
    found = score(PERFECT | changed)
    assert found.metrics["verdict_in_script"] == in_script
    assert any(reason.startswith("verdict_in_script: ") for reason in found.reasons) is (in_script == 1.0)
    assert found.value == (0.0 if changed.get("v3") else 1.0)


def test_variants_that_were_not_run_count_as_wrong() -> None:
    found = score({SHOWN: seen("true")})
    assert found.metrics["variants_right"] == 0.0


# What the existing set of an update said: right about v1 and v2, wrong about v3, nothing about v4.
BEFORE = {SHOWN: "true", "v1": "true", "v2": "false", "v3": "true", "v4": "undefined"}


@pytest.mark.parametrize(
    ("verdicts", "value", "closed", "found", "accepted", "kept"),
    [
        ({}, 1.0, 1.0, 1.0, None, 1.0),
        ({"v1": "false"}, 0.0, 1.0, 1.0, None, 0.5),
        ({"v3": "true"}, 0.0, 0.5, 0.5, None, 1.0),
        ({SHOWN: "true"}, 0.0, 1.0, 1.0, None, 1.0),
        (BEFORE, 0.0, 0.0, 0.0, None, None),
        ({"v1": "error", "v2": "error", "v3": "error", "v4": "error"}, 0.0, 0.0, 0.0, None, None),
    ],
    ids=[
        "all",
        "something broken",
        "the gap is half closed",
        "the shown cluster is wrong",
        "nothing changed",
        "all broken",
    ],
)
def test_the_metrics_of_an_update_count_what_had_to_change(
    verdicts: dict[str, str],
    value: float,
    closed: float,
    found: float | None,
    accepted: float | None,
    kept: float | None,
) -> None:
    sets = {
        name: {
            "verdict": {"kind": verdicts.get(name, each["verdict"]["kind"])},
            "before": {"kind": BEFORE[name]},
        }
        for name, each in PERFECT.items()
        if name in BEFORE
    }
    scored = score(sets, {}, truth("update", shown=False))
    assert scored.value == value
    assert scored.metrics == {
        "closed": closed,
        "violations_found": found,
        "compliant_accepted": accepted,
        "kept": kept,
    }


def test_an_admission_policy_needs_no_data() -> None:
    sets = {name: {"verdict": each["verdict"]} for name, each in PERFECT.items()}
    assert score(sets, {}, truth("admission", shown=False)).value == 1.0
    assert score({}, {}, truth("admission", shown=False)).value == 0.0


@pytest.mark.parametrize(
    "observed",
    [
        {},
        {"sets": None},
        {"sets": []},
        {"sets": {SHOWN: None, "v1": 7}},
        {"sets": {SHOWN: {"fetch": [], "verdict": "true"}}},
        {"sets": {SHOWN: {"fetch": {"exit_code": True}}}},
    ],
)
def test_observations_of_any_shape_score_zero(observed: dict[str, Any]) -> None:
    for of in (
        truth(),
        truth("update", shown=True),
        truth("admission", shown=False),
        {"kind": "published", "violation_sets": [], "solution": {}},
    ):
        assert score_parts(Submission(files=FILES, observed=observed), of).value == 0.0


def test_many_wrong_ways_are_cut_short() -> None:
    sets = {f"v{number:02d}": {"is_compliant": True, "way": f"way {number:02d}"} for number in range(30)}
    found = score({SHOWN: seen("false"), COMPLIANT: seen("true")}, of=truth(sets=sets))
    assert len(found.reasons) == 14
    assert found.reasons[-1] == "and 18 ways more"


@pytest.mark.parametrize(
    ("change", "is_valid"),
    [
        ({}, True),
        ({"kind": "other"}, False),
        ({"sets": {"v1": {"is_compliant": "yes", "way": "x"}}}, False),
        ({"sets": {"v1": {"is_compliant": True, "way": "x", "more": 1}}}, False),
        ({"kind": "published"}, False),
        ({"kind": "published", "violation_sets": []}, True),
        ({"kind": "update"}, False),
        ({"kind": "update", "shown": True}, True),
    ],
)
def test_truths_of_another_shape_are_refused(change: dict[str, Any], is_valid: bool) -> None:
    of = truth(canary="itbench-canary-0123456789abcdef0123456789abcdef") | change
    assert (schema_faults(of, truth_schema(), source="t") == []) is is_valid
