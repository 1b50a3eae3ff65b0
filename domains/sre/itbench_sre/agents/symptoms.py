"""What went wrong, where, and since when."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["calls", "latency", "events", "logs", "alerts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """One thing that went wrong.

    Attributes:
        source: the kind of data that shows it.
        workload: where it shows.
        peer: what that workload called without success; empty where it failed by itself.
        onset_ns: when it began.
        amount: how much of it there is, to compare with others of the same source.
        text: what the data say, in their own words.
        namespace: of the workload; empty where unknown.
    """

    source: Source
    workload: str
    onset_ns: int
    amount: float
    text: str
    peer: str = ""
    namespace: str = ""

    @property
    def place(self) -> str:
        """Where it shows, for people."""
        return f"{self.workload} -> {self.peer}" if self.peer else self.workload


def weighted(symptoms: list[Symptom]) -> list[tuple[Symptom, float]]:
    """Return each symptom with its share of all that its source shows."""
    totals: dict[str, float] = {}
    for symptom in symptoms:
        totals[symptom.source] = totals.get(symptom.source, 0.0) + symptom.amount
    return [
        (symptom, symptom.amount / totals[symptom.source])
        for symptom in symptoms
        if totals[symptom.source] > 0
    ]
