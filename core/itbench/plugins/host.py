"""Plugins of one entry-point group: listed without harm, loaded in a guard, named when broken."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from importlib_metadata import Distribution, EntryPoint

from itbench.errors import PluginError, UsageError
from itbench.plugins.importing import importing
from itbench.plugins.points import installed_points
from itbench.text.near import nearest

DISABLE_VARIABLE = "ITBENCH_DISABLE_PLUGINS"
# An exception may hold a megabyte of text.
_LONGEST_CAUSE, _LONGEST_STORY = 500, 20_000

T_co = TypeVar("T_co", covariant=True)


class Status(StrEnum):
    """Whether a plugin can be used."""

    OK = "ok"
    BROKEN = "BROKEN"
    DUPLICATE = "DUPLICATE"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Plugin(Generic[T_co]):
    """One entry point and what became of it.

    Attributes:
        name: of the entry point.
        origin: distribution and version that it came from.
        status: whether it can be used.
        cause: why not, in one line.
        traceback: why not, in full.
        value: what it provides; None unless the status is OK.
    """

    name: str
    origin: str
    status: Status
    cause: str = ""
    traceback: str = ""
    value: T_co | None = None


class PluginHost(Generic[T_co]):
    """Loads what the entry points of one group provide.

    Args:
        noun: what a plugin of this group is called in messages.
        group: of the entry points.
        check: returns what is wrong with a loaded object, or None; gets the entry point's name.
    """

    def __init__(self, noun: str, group: str, check: Callable[[str, object], str | None]) -> None:
        self._noun = noun
        self._group = group
        self._check = check

    def names(self) -> list[str]:
        """Return the names that can be asked for, sorted, without importing anything."""
        return sorted({point.name for point in self._points if point.name not in _disabled()})

    def listing(self) -> list[Plugin[T_co]]:
        """Load every plugin and tell what became of each; a broken one never hides another."""
        return [plugin for name in sorted({p.name for p in self._points}) for plugin in self._of_name(name)]

    def get(self, name: str, also: Iterable[str] = ()) -> T_co:
        """Return what the plugin of this name provides; `also` are further names to suggest.

        Raises:
            UsageError: there is none of this name.
            PluginError: it is broken, disabled, or there are two.
        """
        found = self._of_name(name)
        if not found:
            raise UsageError(self._unknown(name, also))
        plugin = next((other for other in found if other.status is not Status.DISABLED), found[0])
        if plugin.status is Status.DUPLICATE:
            origins = " and by ".join(other.origin for other in found)
            raise PluginError(
                f"{self._noun} {name!r} is provided by {origins}; uninstall all but one, "
                f"or set {DISABLE_VARIABLE} to the distribution to leave out"
            )
        if plugin.value is None:
            raise PluginError(f"{self._noun} {name!r} of {plugin.origin} is {plugin.status}: {plugin.cause}")
        return plugin.value

    def origin(self, name: str) -> str:
        """Return distribution and version of the plugin that `get` gives."""
        points = [point for point in self._points if point.name == name]
        return min(points, key=lambda point: point.is_disabled).origin if points else "unknown"

    def distribution(self, name: str) -> Distribution | None:
        """Return the distribution of the plugin that `get` gives."""
        points = [point for point in self._points if point.name == name]
        found = min(points, key=lambda point: point.is_disabled).entry.dist if points else None
        return found if isinstance(found, Distribution) else None

    @cached_property
    def _points(self) -> "list[_Point]":
        points = [_Point.of(entry) for entry in installed_points(self._group)]
        return sorted(points, key=lambda point: (point.name, point.origin))

    def _of_name(self, name: str) -> list[Plugin[T_co]]:
        points = [point for point in self._points if point.name == name]
        enabled = [point for point in points if not point.is_disabled]
        if len(enabled) > 1:
            return [self._duplicate(point, enabled) for point in enabled]
        return [_disabled_plugin(point) if point.is_disabled else self._load(point) for point in points]

    def _duplicate(self, point: "_Point", points: "Sequence[_Point]") -> Plugin[T_co]:
        others = ", ".join(other.origin for other in points if other.origin != point.origin)
        return Plugin(point.name, point.origin, Status.DUPLICATE, f"also provided by {others}")

    def _load(self, point: "_Point") -> Plugin[T_co]:
        what = f"{self._noun} {point.name!r} of {point.origin}"
        with importing(what, f"Ctrl-C ends it, {DISABLE_VARIABLE}={point.name} leaves it out") as state:
            try:
                value: T_co = point.entry.load()
                problem = self._check(point.name, value)
            except BaseException as error:
                # Foreign code: even sys.exit at import must not end us.
                if isinstance(error, KeyboardInterrupt) and state.interrupts:
                    raise
                return _broken(point, error)
        if problem is not None:
            return Plugin(point.name, point.origin, Status.BROKEN, problem)
        return Plugin(point.name, point.origin, Status.OK, value=value)

    def _unknown(self, name: str, also: Iterable[str]) -> str:
        return unknown(self._noun, name, [*self.names(), *also]) + "".join(
            f"; {plugin.status}: {plugin.name} of {plugin.origin} ({plugin.cause})"
            for plugin in self.listing()
            if plugin.status is not Status.OK
        )


def unknown(noun: str, name: str, known: Iterable[str]) -> str:
    """Return the message for a name that is not there, with near ones and all that are."""
    names = sorted(known)
    near = nearest(name, names)
    hint = f"did you mean {near!r}? " if near is not None else ""
    return f"unknown {noun} {name!r}; {hint}known: {', '.join(names) or 'none'}"


def duplicates(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once, sorted."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


@dataclass(frozen=True, slots=True)
class _Point:
    """An entry point with what its distribution says of itself, which takes a moment to read."""

    name: str
    origin: str
    is_disabled: bool
    entry: EntryPoint

    @classmethod
    def of(cls, entry: EntryPoint) -> "_Point":
        if not isinstance(entry.dist, Distribution):
            return cls(entry.name, "an unknown distribution", entry.name in _disabled(), entry)
        name, version = _identity(entry.dist)
        names, origin = {entry.name, name}, f"{name} {version}"
        return cls(entry.name, origin, not names.isdisjoint(_disabled()), entry)


def _identity(distribution: Distribution) -> tuple[str, str]:
    """Return name and version; reading them out of the text takes a tenth of the time that parsing it does."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    fields = dict(line.split(": ", 1) for line in text.partition("\n\n")[0].splitlines() if ": " in line)
    return fields.get("Name", "unknown"), fields.get("Version", "unknown")


def _disabled() -> set[str]:
    return {name.strip() for name in os.environ.get(DISABLE_VARIABLE, "").split(",") if name.strip()}


def _broken(point: _Point, error: BaseException) -> Plugin[T_co]:
    import traceback

    said = str(error)[:_LONGEST_CAUSE].strip().splitlines()
    cause = f"{type(error).__name__}: {said[0] if said else ''}".removesuffix(": ")
    story = "".join(traceback.format_exception(error))
    return Plugin(point.name, point.origin, Status.BROKEN, cause, story[-_LONGEST_STORY:])


def _disabled_plugin(point: _Point) -> Plugin[T_co]:
    return Plugin(point.name, point.origin, Status.DISABLED, f"by {DISABLE_VARIABLE}")
