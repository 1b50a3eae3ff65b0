"""What a domain gives to an audit: candidates with features that anybody can see, and what naming some of them scores."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from itbench.interfaces.progress import Progress
    from itbench.interfaces.suite import Suite

Feature: TypeAlias = bool | int | float | str
"""A number, by which candidates are ordered, or a word, by which they are told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that an answer could name.

    Attributes:
        key: what an answer that is the same for every task would say, such as `shop/ConfigMap/flags`.
        features: what can be seen of it without understanding the task, by name; a feature may be missing.
    """

    key: str
    features: Mapping[str, Feature] = field(default_factory=dict)


class AuditCase(ABC):
    """One task as an adversary sees it, and what its answers score.

    Attributes:
        task_id: of the task.
        family: of the task's truth, for a table by families; empty for none.
        candidates: all that an answer could name, in an order that tells nothing.
        right: places of the candidates that a perfect answer names; adversaries see them in the tasks that they learn from.
    """

    task_id: str
    family: str
    candidates: Sequence[Candidate]
    right: Collection[int]

    @abstractmethod
    def value(self, chosen: Sequence[int]) -> float:
        """Return the score in [0, 1] of an answer that names the candidates at these places, perhaps none."""


AuditCases: TypeAlias = "Callable[[Suite, Progress], Iterable[AuditCase]]"
"""Returns the cases of all tasks of a suite, in the order of its tasks; makes no more than it needs for that."""
