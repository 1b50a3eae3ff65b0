"""Single rules and lists of rules over features, found by trying all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from itbench.audit.adversary import Adversary, Learnt
from itbench.statistics.means import mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from itbench.audit.grid import Grid

_MOST_FILTERS = 150
_LISTED = 10
_TRIED_WITH_ALL = 12


@dataclass(frozen=True)
class Rule(Learnt):
    """Among candidates for which `word` holds, the one with the most or least of `number`.

    Attributes:
        word: `name=value`, or empty for all candidates.
        number: name of a feature, or empty for any of them.
        is_most: whether the most or the least is taken.
        is_all: whether all candidates that the rule leaves are named, or one of them at random.
    """

    word: str = ""
    number: str = ""
    is_most: bool = True
    is_all: bool = False

    @property
    def text(self) -> str:  # type: ignore[override]
        """The rule in words."""
        which = f" with {self.word}" if self.word else ""
        by = f" with the {'most' if self.is_most else 'least'} {self.number}" if self.number else ""
        return f"{'all' if self.is_all else 'a'} candidate{'s' if self.is_all else ''}{which}{by}"

    def chosen(self, grid: "Grid") -> "NDArray[np.bool_]":
        """Return which candidates the rule leaves, for each task."""
        left = grid.is_there.copy()
        if self.word:
            left &= grid.words.get(self.word, np.zeros_like(left))
        if self.number:
            numbers = grid.numbers.get(self.number)
            if numbers is None:
                return np.zeros_like(left)
            signed = np.where(left & ~np.isnan(numbers), numbers if self.is_most else -numbers, -np.inf)
            best = signed.max(axis=1, initial=-np.inf, keepdims=True)
            left = (signed == best) & np.isfinite(signed)
        return left

    def values(self, grid: "Grid") -> list[float]:
        """Return what the rule scores on each task; 0 where it finds nothing, unless nothing is right."""
        left = self.chosen(grid)
        if self.is_all:
            return [
                case.value(np.flatnonzero(row).tolist()) for case, row in zip(grid.cases, left, strict=True)
            ]
        counts = left.sum(axis=1)
        sums = (left * grid.single).sum(axis=1)
        return [
            float(total / count) if count else case.value(())
            for total, count, case in zip(sums, counts, grid.cases, strict=True)
        ]


def all_rules(grid: "Grid") -> Iterator[Rule]:
    """Yield every rule: each word, each number, each number among those of each word."""
    words = [
        "",
        *sorted(grid.words, key=lambda word: -int(grid.words[word].any(axis=1).sum()))[:_MOST_FILTERS],
    ]
    for word in words:
        if word:
            yield Rule(word=word)
        for number in sorted(grid.numbers):
            yield Rule(word=word, number=number)
            yield Rule(word=word, number=number, is_most=False)


class BestRule(Adversary):
    """The single rule that does best on the tasks that it learns from."""

    name = "best single rule"

    def learn(self, grid: "Grid", seed: int) -> Learnt:
        """Try every rule, and the best ones also with all that they leave."""
        ranked = sorted(all_rules(grid), key=lambda rule: -mean(rule.values(grid)))
        several = [
            Rule(rule.word, rule.number, rule.is_most, is_all=True) for rule in ranked[:_TRIED_WITH_ALL]
        ]
        tried = [*ranked[:1], *several]
        return max(tried, key=lambda rule: mean(rule.values(grid))) if tried else Rule()


class _RuleList(Learnt):
    def __init__(self, rules: list[Rule]) -> None:
        self.rules = rules
        self.text = "; else ".join(rule.text for rule in rules)

    def values(self, grid: "Grid") -> list[float]:
        """Follow the first rule that finds anything in a task."""
        found = [0.0] * len(grid.cases)
        open_rows = set(range(len(grid.cases)))
        for rule in self.rules:
            values, has = rule.values(grid), np.logical_or.reduce(rule.chosen(grid), axis=1).tolist()
            for row in sorted(open_rows):
                if has[row]:
                    found[row] = values[row]
                    open_rows.discard(row)
        for row in open_rows:
            found[row] = grid.cases[row].value(())
        return found


class RuleList(Adversary):
    """Ten rules in a row, each the best one for the tasks that those before it leave open."""

    name = "ten rules"

    def __init__(self, least_share: float = 0.04) -> None:
        self.least_share = least_share

    def learn(self, grid: "Grid", seed: int) -> Learnt:
        """Take rules that are right where they say anything, the most certain first."""
        rules = list(all_rules(grid))
        values = np.array([rule.values(grid) for rule in rules])
        says = np.array([np.logical_or.reduce(rule.chosen(grid), axis=1) for rule in rules])
        is_open = np.array([True] * len(grid.cases))
        taken: list[Rule] = []
        least = max(self.least_share * len(grid.cases), 2)
        while len(taken) < _LISTED and is_open.any() and rules:
            counts = (says & is_open).sum(axis=1)
            means = np.where(
                counts >= min(least, is_open.sum()), (values * (says & is_open)).sum(axis=1), -1.0
            )
            means = means / np.maximum(counts, 1)
            best = int(means.argmax())
            if means[best] <= 0:
                break
            taken.append(rules[best])
            is_open = is_open & ~says[best]
        return _RuleList(taken)
