"""What is stored of a judgement: everything that the scorer needs, and no more than a few lines for each set."""

from collections.abc import Mapping

from itbench import JsonObject
from itbench_ciso.engines.packages import find_engine
from itbench_ciso.engines.verdict import Verdict
from itbench_ciso.judging.fetching.outcome import FetchOutcome


class Observation:
    """Collects outcomes by the names of sets."""

    def __init__(self, engine: str) -> None:
        self._engine = find_engine(engine).as_json()
        self._sets: dict[str, JsonObject] = {}

    def fetched(self, outcomes: Mapping[str, FetchOutcome]) -> None:
        """Take down what running the script gave."""
        for name, outcome in outcomes.items():
            self._sets.setdefault(name, {})["fetch"] = outcome.as_json()

    def judged(self, verdicts: Mapping[str, Verdict]) -> None:
        """Take down what the policy said."""
        self._take("verdict", verdicts)

    def judged_before(self, verdicts: Mapping[str, Verdict]) -> None:
        """Take down what the policies said before they were changed."""
        self._take("before", verdicts)

    def judged_masked(self, verdicts: Mapping[str, Verdict]) -> None:
        """Take down what the policy said of what the script collected from manifests in other words."""
        self._take("masked", verdicts)

    def _take(self, key: str, verdicts: Mapping[str, Verdict]) -> None:
        for name, verdict in verdicts.items():
            self._sets.setdefault(name, {})[key] = verdict.as_json()

    def as_json(self) -> JsonObject:
        """Return all of it."""
        return {"engine": self._engine, "sets": self._sets}
