"""What a run's symptoms are, and that a sound run has none."""

from dataclasses import replace

import pytest

from itbench.statistics import TrialFacts, symptoms


def facts(i: int) -> TrialFacts:
    """Return the i-th trial of a sound run of six tasks."""
    return TrialFacts(
        task=f"t{i % 6}",
        value=1.0,
        fault_stage=None,
        limit=None,
        tool_calls=5,
        failed_tool_calls=1,
        answer_hash=f"hash {i}",
        handed_in=True,
    )


SOUND = [facts(i) for i in range(12)]


def only(trials: list[TrialFacts]) -> str:
    """Return the single symptom of a run."""
    [sentence] = symptoms(iter(trials))
    return sentence


def test_a_sound_run_and_an_empty_one_have_no_symptoms() -> None:
    assert symptoms(SOUND) == []
    assert symptoms([]) == []


def test_tools_that_always_fail_are_found() -> None:
    found = only([replace(trial, failed_tool_calls=5) for trial in SOUND])
    assert found.startswith("all 60 tool calls failed: look at one trace")


def test_one_tool_call_that_worked_is_enough() -> None:
    assert symptoms([facts(0), *[replace(trial, failed_tool_calls=5) for trial in SOUND]]) == []


def test_a_run_without_tool_calls_has_no_failed_tools() -> None:
    assert symptoms([replace(trial, tool_calls=0, failed_tool_calls=0) for trial in SOUND]) == []


def test_a_run_that_handed_in_nothing_is_found() -> None:
    found = only([replace(trial, handed_in=False, answer_hash=None, value=0.0) for trial in SOUND])
    assert found.startswith("none of 12 trials handed in an answer: check that the agent writes the file")


def test_one_answer_is_enough() -> None:
    assert symptoms([facts(0), *[replace(trial, handed_in=False, answer_hash=None) for trial in SOUND]]) == []


def test_the_same_answer_everywhere_is_found() -> None:
    found = only([replace(trial, answer_hash="same") for trial in SOUND])
    assert found.startswith("all answers are the same over 6 tasks: check that the agent reads its task")


def test_trials_without_an_answer_do_not_hide_that_the_others_are_alike() -> None:
    silent = [replace(trial, answer_hash=None, handed_in=False) for trial in SOUND[:6]]
    assert "same over 6 tasks" in only(
        [*silent, *[replace(trial, answer_hash="same") for trial in SOUND[6:]]]
    )


@pytest.mark.parametrize("n_tasks", [1, 2])
def test_few_tasks_may_well_have_the_same_answer(n_tasks: int) -> None:
    assert (
        symptoms(
            [replace(trial, answer_hash="same", task=f"t{i % n_tasks}") for i, trial in enumerate(SOUND)]
        )
        == []
    )


def test_one_other_answer_is_enough() -> None:
    assert symptoms([facts(0), *[replace(trial, answer_hash="same") for trial in SOUND]]) == []


def test_a_limit_hit_in_most_trials_is_named() -> None:
    found = only([replace(trial, limit="turns") for trial in SOUND[:7]] + SOUND[7:])
    assert found.startswith(
        "a limit ended 7 of 12 trials (turns in 7): the score is that of an agent cut short"
    )


@pytest.mark.parametrize(
    ("limit", "told"), [("turns", "a limit ended 12"), ("wall", "the wall clock ended 12")]
)
def test_what_a_limit_ended_is_not_said_to_fail_before_its_work(limit: str, told: str) -> None:
    cut = [replace(trial, limit=limit, fault_stage="agent", value=0.0) for trial in SOUND]
    assert only(cut).startswith(told)
    failed = replace(cut[0], limit=None)
    assert symptoms([failed, *cut[1:]])[0].startswith(
        "all 12 trials have a fault of the agent: read one trace"
    )


def test_several_limits_count_together() -> None:
    hit = [replace(trial, limit="tokens" if i < 3 else "turns") for i, trial in enumerate(SOUND[:7])]
    assert "a limit ended 7 of 12 trials (turns in 4, tokens in 3)" in only(hit + SOUND[7:])


def test_a_limit_hit_in_half_the_trials_is_no_symptom() -> None:
    assert symptoms([replace(trial, limit="cost") for trial in SOUND[:6]] + SOUND[6:]) == []


def test_the_wall_clock_is_reported_apart_and_from_the_first_hit() -> None:
    found = only([replace(facts(0), limit="wall"), *SOUND[1:]])
    assert found.startswith("the wall clock ended 1 of 12 trials: a slow provider or machine")
    both = symptoms(
        [replace(trial, limit="wall") for trial in SOUND[:3]] + [replace(t, limit="cost") for t in SOUND[3:]]
    )
    assert [sentence.split(":")[0] for sentence in both] == [
        "a limit ended 9 of 12 trials (cost in 9)",
        "the wall clock ended 3 of 12 trials",
    ]


@pytest.mark.parametrize(
    ("stage", "advice"),
    [
        ("model", "check the model's name, key, quota and address"),
        ("environment", "check the sandbox"),
        ("scorer", "fix the scorer, then score the stored submissions again"),
        ("task", "run `itbench validate` on the suite"),
    ],
)
def test_a_run_that_failed_in_one_stage_says_only_that(stage: str, advice: str) -> None:
    found = only(
        [replace(t, fault_stage=stage, value=None, answer_hash=None, handed_in=False) for t in SOUND]
    )
    assert found.startswith(f"all 12 trials have a fault of the {stage}: {advice}")


def test_an_agent_that_always_fails_is_told_that_nothing_was_handed_in_too() -> None:
    found = symptoms(
        [replace(t, fault_stage="agent", value=0.0, answer_hash=None, handed_in=False) for t in SOUND]
    )
    assert [sentence.split(":")[0] for sentence in found] == [
        "all 12 trials have a fault of the agent",
        "none of 12 trials handed in an answer",
    ]


def test_faults_of_several_stages_are_no_single_symptom() -> None:
    stages = ["model", "environment", None] * 4
    assert symptoms([replace(t, fault_stage=stage) for t, stage in zip(SOUND, stages, strict=True)]) == []
