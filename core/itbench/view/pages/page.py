"""What a page is made of, and what pages are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from itbench.errors import UsageError
from itbench.view.data.wanted import Wanted

Trail: TypeAlias = Sequence[tuple[str, str, Mapping[str, str]]]
"""Pages: a title, the name of the page, and its parameters."""
_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A template and what it shows.

    Attributes:
        template: its name.
        title: of the page.
        context: what the template is given.
        trail: the pages above this one.
        scripts: that it needs.
    """

    template: str
    title: str
    context: Mapping[str, Any]
    trail: Trail = ()
    scripts: Sequence[str] = ("view.js",)


@dataclass(frozen=True, slots=True)
class Raw:
    """What is no page: a file, or data for a script.

    Attributes:
        data: of it.
        kind: its media type.
        name: under which a browser keeps it; None where it is shown.
    """

    data: bytes
    kind: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the one who shows the pages decides for all of them.

    Attributes:
        rows: on a page of a table; None for as many as suit the table.
        events: of a trace on a page.
        has_truth: whether truths are shown, and what tells of them: reasons and details of scores, and what domains show.
        is_patient: whether a page may take as long as its checks take; else a large trial is checked after it is shown.
        is_live: whether it follows what changes, and so tells of trials under way.
    """

    rows: int | None = None
    events: int = 100
    has_truth: bool = True
    is_patient: bool = False
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a page, as somebody wrote them into an address.

    Attributes:
        values: all values by name, in their order.
        setting: in which the page is shown.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    setting: Setting = Setting()

    def text(self, name: str, default: str = "") -> str:
        """Return the last value of a parameter."""
        found = self.values.get(name)
        return found[-1] if found else default

    def texts(self, name: str) -> list[str]:
        """Return all values of a parameter, each once."""
        return list(dict.fromkeys(each for each in self.values.get(name, ()) if each))

    def count(self, name: str, default: int, least: int = 0) -> int:
        """Return a parameter that is a number.

        Raises:
            UsageError: it is none, or too small.
        """
        text = self.text(name)
        if not text:
            return default
        return number_of(text, name, least)

    def wanted(self, size: int = 100) -> Wanted:
        """Return which rows of a table are asked for.

        Raises:
            UsageError: the page is no number.
        """
        return Wanted(
            text=self.text("q")[:500],
            sort=self.text("sort"),
            is_descending=self.text("order") == "desc",
            page=self.count("page", 1, least=1),
            size=self.setting.rows or size,
        )


def number_of(text: str, name: str, least: int = 0) -> int:
    """Return the number in an address.

    Raises:
        UsageError: it is none, or too small.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS or int(text) < least:
        raise UsageError(f"{name} is {text[:40]!r}, must be an integer from {least}")
    return int(text)
