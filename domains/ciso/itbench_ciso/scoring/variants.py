"""How many of the hidden variants were judged right, and which ways were not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from itbench import JsonObject
from itbench_ciso.scoring.observed import Observed, observed_set

_MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class Judged:
    """One variant, and what became of it."""

    way: str
    is_compliant: bool
    found: Observed

    @property
    def is_right(self) -> bool:
        """Whether the verdict is the right one; no verdict never is."""
        return self.found.verdict == self._right

    @property
    def was_right(self) -> bool:
        """Whether the existing set of an update judged it right."""
        return self.found.before == self._right

    @property
    def _right(self) -> str:
        return "true" if self.is_compliant else "false"


def judged_variants(truth: JsonObject, observed: JsonObject) -> list[Judged]:
    """Return all variants of a truth with what was observed of them."""
    sets: Mapping[str, JsonObject] = truth["sets"]
    return [
        Judged(each["way"], each["is_compliant"], observed_set(observed, name))
        for name, each in sorted(sets.items())
    ]


def share_right(variants: Iterable[Judged]) -> float | None:
    """Return the share that was judged right; None of none."""
    rights = [each.is_right for each in variants]
    return sum(rights) / len(rights) if rights else None


def variant_metrics(variants: list[Judged]) -> dict[str, float | None]:
    """Return the shares judged right: of all, of those that violate, of those that comply."""
    return {
        "variants_right": share_right(variants),
        "violations_found": share_right(each for each in variants if not each.is_compliant),
        "compliant_accepted": share_right(each for each in variants if each.is_compliant),
    }


def update_metrics(variants: list[Judged]) -> dict[str, float | None]:
    """Return how much of what an existing set judged wrong is closed, and how much of the rest is kept.

    A submission that changes nothing breaks nothing: what is kept counts only where something is closed.
    """
    wrong = [each for each in variants if not each.was_right]
    closed = share_right(wrong)
    return {
        "closed": closed,
        "violations_found": share_right(each for each in wrong if not each.is_compliant),
        "compliant_accepted": share_right(each for each in wrong if each.is_compliant),
        "kept": share_right(each for each in variants if each.was_right) if closed else None,
    }


def verdict_in_script(variants: list[Judged]) -> float | None:
    """Return 1 if a right verdict needed a script that reads the manifests' words, 0 if not; None where it was not tried."""
    tried = [each for each in variants if each.is_right and each.found.masked]
    return float(any(each.found.masked != each.found.verdict for each in tried)) if tried else None


def wrong_ways(variants: list[Judged]) -> list[str]:
    """Return one line for each way that was judged wrong, those with most misses first."""
    counts: dict[tuple[bool, str], list[int]] = {}
    for each in variants:
        count = counts.setdefault((each.is_compliant, each.way), [0, 0])
        count[0] += not each.is_right
        count[1] += 1
    wrong = sorted(
        ((missed, total, key) for key, (missed, total) in counts.items() if missed),
        key=lambda entry: (-entry[0], entry[2]),
    )
    lines = [
        f"{'rejected though it complies' if is_compliant else 'missed'}: {way} ({missed} of {total})"
        for missed, total, (is_compliant, way) in wrong[:_MOST_REASONS]
    ]
    more = len(wrong) - _MOST_REASONS
    return [*lines, f"and {more} ways more"] if more > 0 else lines


def unusable(variants: list[Judged]) -> list[str]:
    """Return one line about verdicts that were neither true nor false, if there were any."""
    found = [each.found for each in variants if each.found.verdict not in {"true", "false"}]
    return (
        [f"{len(found)} variants got no true or false, the first one: {found[0].in_words}"] if found else []
    )
