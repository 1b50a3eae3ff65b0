"""The rules: nothing unless the complaint is repaired; then half, a quarter if all else is sound, a quarter if the cause is gone."""

from itbench import JsonObject, Score, Submission, Task


class RepairScorer:
    """Compares what was found at the second server with what must be there."""

    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        """Return the score of a submission."""
        wrong = {
            part: _wrong(submission.observed.get(part), truth[part])
            for part in ("before", "tonight", "after")
        }
        wake = set(truth["wake"])
        is_repaired = truth["aspect"] not in wrong["before"]
        harmed = sorted(
            [f"{name} before the run" for name in wrong["before"] - {truth["aspect"]}]
            + [f"{name} of tonight" for name in wrong["tonight"]]
            + [f"{name} after the run" for name in wrong["after"] - wake]
        )
        is_removed = not wrong["tonight"] and not wake & wrong["after"]
        value = 0.5 + 0.25 * (not harmed) + 0.25 * is_removed if is_repaired else 0.0
        reasons = [
            "what was complained about is " + ("repaired" if is_repaired else "still wrong"),
            f"not as it must be: {', '.join(harmed)}" if harmed else "nothing else is wrong",
            "the cause is " + ("removed" if is_removed else "still there"),
        ]
        return Score(
            value=value,
            metrics={
                "repaired": float(is_repaired),
                "unharmed": float(not harmed),
                "cause_removed": float(is_removed),
                "questions": _count(submission.observed.get("questions")),
            },
            reasons=tuple(reasons),
        )


def _wrong(found: object, wanted: JsonObject) -> set[str]:
    """Return the aspects that are not as they must be."""
    seen = found if isinstance(found, dict) else {}
    return {name for name, value in wanted.items() if name not in seen or seen[name] != value}


def _count(value: object) -> float | None:
    return float(value) if isinstance(value, int) and 0 <= value <= 1000 else None
