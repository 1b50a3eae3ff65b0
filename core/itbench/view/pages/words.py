"""Numbers and times in words, as the pages show them."""

from collections.abc import Mapping

from itbench.report.table import dollars, number, seconds, taken

_K = 1000.0


def score_text(value: float | None) -> str:
    """Return a score."""
    return number(value)


def metric_text(value: float | None) -> str:
    """Return a metric as short as it can be told."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) and abs(value) > 1 else f"{value:.3f}"


def tokens_text(value: float | None, unknown: int = 0) -> str:
    """Return a number of tokens, in thousands or millions where it is large."""
    return taken(value, unknown, _short)


def cost_text(value: float | None, unknown: int = 0) -> str:
    """Return US dollars."""
    return taken(value, unknown, dollars)


def time_text(value: float | None) -> str:
    """Return a duration."""
    return seconds(value)


def size_text(characters: int, unit: str = "B") -> str:
    """Return a size."""
    if characters < _K:
        return f"{characters} {unit}"
    return f"{characters / _K:.1f} k{unit}" if characters < _K * _K else f"{characters / _K / _K:.1f} M{unit}"


def moment_text(text: str) -> str:
    """Return a time by ISO 8601 to the minute."""
    return text[:16].replace("T", " ")


def faults_text(faults: Mapping[str, int], agent_faults: int, leaks: int) -> str:
    """Return how many trials failed at which stage, and how many saw the truth."""
    found = [f"{count} {stage}" for stage, count in sorted(faults.items())]
    found += [f"{agent_faults} agent"] if agent_faults else []
    return ", ".join([*found, *([f"{leaks} leak"] if leaks else [])])


def _short(value: float) -> str:
    if value < 10 * _K:
        return f"{value:,.0f}"
    return f"{value / _K:,.1f}k" if value < _K * _K else f"{value / _K / _K:,.2f}M"
