"""Calls the plugins of a run: progress and store are themselves plugins, outsiders come by entry point."""

import sys
from collections.abc import Callable
from typing import Any

import pluggy

from itbench.interfaces.hooks import PROJECT, RunHooks
from itbench.plugins.foreign import is_of_plugin
from itbench.plugins.host import PluginHost, Status
from itbench.text.harmless import one_line

_LONGEST_SAID = 500


class Hooks:
    """Calls built-in and outside plugins; a failing outside plugin is named once and left out from then on."""

    def __init__(self, warn: Callable[[str], None] | None = None) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(RunHooks)
        self._outside: set[str] = set()
        # What pluggy would put together anew at each of many calls.
        self._implementations: dict[str, list[pluggy.HookImpl]] = {}
        self._warn = warn or _warn

    def add(self, plugin: object) -> None:
        """Register a plugin of our own; what it raises ends the run."""
        self._manager.register(plugin)
        self._manager.check_pending()
        self._implementations.clear()

    def add_installed(self) -> None:
        """Register the plugins of the group `itbench.plugins`; a broken one is named and left out."""
        for found in PluginHost[object]("plugin", "itbench.plugins", lambda _name, _value: None).listing():
            if found.status is Status.OK:
                self.add_outside(found.name, found.value)
            elif found.status is not Status.DISABLED:
                self._warn(f"plugin {found.name!r} of {found.origin} is {found.status}: {found.cause}")

    def add_outside(self, name: str, plugin: object) -> None:
        """Register a plugin of somebody else; one that fails is named and left out."""
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except BaseException as error:
            # Foreign code: registering reads the attributes of what a plugin gives.
            if not is_of_plugin(error):
                raise
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            self._warn(f"plugin {name!r} is left out: {error}")
        else:
            self._outside.add(name)
            self._implementations.clear()

    def hears(self, hook: str) -> bool:
        """Tell whether any plugin implements a hook."""
        return bool(getattr(self._manager.hook, hook).get_hookimpls())

    async def call(self, hook: str, **arguments: Any) -> None:
        """Call a hook and wait for whatever its implementations return."""
        for name, result in self._results(hook, arguments):
            if result is None:
                continue
            try:
                await result
            except BaseException as error:  # noqa: BLE001 - an outside plugin must not end the run
                self._fail(name, hook, error)

    def tell(self, hook: str, **arguments: Any) -> None:
        """Call a hook that returns nothing."""
        self._results(hook, arguments)

    def _results(self, hook: str, arguments: dict[str, Any]) -> list[tuple[str, Any]]:
        results = []
        implementations = self._implementations.get(hook)
        if implementations is None:
            implementations = getattr(self._manager.hook, hook).get_hookimpls()
            self._implementations[hook] = implementations
        for implementation in implementations:
            name = implementation.plugin_name
            names = implementation.argnames
            try:
                results.append((name, implementation.function(*[arguments[each] for each in names])))
            except BaseException as error:  # noqa: BLE001 - an outside plugin must not end the run
                self._fail(name, hook, error)
        return results

    def _fail(self, name: str, hook: str, error: BaseException) -> None:
        if name not in self._outside or not is_of_plugin(error):
            raise error
        said = " ".join(f"{type(error).__name__}: {error}"[:_LONGEST_SAID].split())
        self._warn(f"plugin {name!r} is left out, its hook {hook!r} failed: {said}")
        if self._manager.has_plugin(name):
            self._manager.unregister(name=name)
            self._implementations.clear()


def _warn(message: str) -> None:
    sys.stderr.write(f"warning: {one_line(message)}\n")
