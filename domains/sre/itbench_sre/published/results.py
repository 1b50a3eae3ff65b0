"""Results that others published, kept as data beside the code."""

import json
from importlib.resources import files

from itbench import PublishedResult


def published_results(suite: str) -> list[PublishedResult]:
    """Return what others published for a suite, best first; an empty list where nothing is known."""
    text = (files("itbench_sre.published") / "results.json").read_text(encoding="utf-8")
    known = json.loads(text).get(suite)
    if known is None:
        return []
    source = f"{known['source']}, {known['date']}"
    return [PublishedResult(**row, tasks=known["tasks"], source=source) for row in known["rows"]]
