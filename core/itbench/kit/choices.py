"""Suites with options (`--suite-option`) whose values can be listed."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Self

from itbench.errors import UsageError
from itbench.interfaces.suite import Suite


class SuiteWithChoices(Suite):
    """A suite with options that take one of a few values.

    Attributes:
        choices: the values of each option; the first one is the default.
    """

    choices: Mapping[str, Sequence[str]] = {}
    _chosen: Mapping[str, str] = {}

    def choice(self, option: str) -> str:
        """Return the value of an option: what the user chose, else the default.

        Raises:
            KeyError: `choices` has no such option.
        """
        return self._chosen.get(option, self.choices[option][0])

    def with_choices(self, extra: Mapping[str, str], *others: str) -> Self:
        """Return a copy of this suite with what the user chose.

        Args:
            extra: options as the user gave them.
            others: options that are read elsewhere.

        Raises:
            UsageError: an option that is in neither list, or a value that is none of its option's.
        """
        known = sorted({*self.choices, *others})
        for option, value in extra.items():
            if option not in known:
                raise UsageError(
                    f"suite {self.name!r} has no option {option!r}; it knows: {', '.join(known)}"
                )
            if option in self.choices and value not in self.choices[option]:
                values = ", ".join(self.choices[option])
                raise UsageError(f"suite {self.name!r} has no {option} {value!r}; it knows: {values}")
        found = copy(self)
        chosen = {option: value for option, value in extra.items() if option in self.choices}
        found._chosen = chosen  # noqa: SLF001 - a copy of this one
        return found
