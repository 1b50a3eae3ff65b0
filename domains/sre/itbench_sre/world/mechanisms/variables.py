"""Settings of programs in environment variables: addresses, and numbers such as pool sizes and time limits."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from itbench_sre.world.application.model import Program, Setting
from itbench_sre.world.application.reading import host_and_port, variable_text
from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.depth import above, below, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import edit, environment_path, with_strategy
from itbench_sre.world.mechanisms.usage import used_mib
from itbench_sre.world.runtime.meters import BOUNDS_US
from itbench_sre.world.store.refs import JsonObject, ref_of

_USUAL_US = 15_000  # where nobody has asked yet
_UNIT = re.compile(r"(?<=\d)(?:ms|us|s|m|MiB|Mi|M)$")


class _Variable(Mechanism):
    """Changes the value of one environment variable of a workload."""

    family = "configuration"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, one of its variables and a value."""
        fits = [(body, found) for body in scene.workloads if (found := list(self.variables(scene, body)))]
        if not fits:
            return None
        body, variables = random.pick(fits)
        setting = random.pick(variables)
        variable = setting.partition("#")[0]
        ref, container = ref_of(body), scene.container(body)
        depth = draw_depth(random.fork("depth"))
        old = scene.environment(body).get(variable, "")
        value = self.value(scene, body, setting, random, depth)
        if value is None or value == old:
            return None
        changes = with_strategy(body, {environment_path(container, variable): value}, random)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            depth=depth,
            actions=edit(body, changes, hand),
            condition=f"its variable {variable} is {value!r}" + (f" and no longer {old!r}" if old else ""),
            solution=f"set {variable} of {ref.name} to {old!r} again"
            if old
            else f"take {variable} from {ref.name}",
        )

    @abstractmethod
    def variables(self, scene: Scene, body: JsonObject) -> Iterator[str]:
        """Yield the variables of a workload that may be changed."""

    @abstractmethod
    def value(
        self, scene: Scene, body: JsonObject, variable: str, random: Randomness, depth: int
    ) -> str | None:
        """Return a new value, or None."""


class AddressVariable(_Variable):
    """Changes the address of a dependency: another spelling of the same place, a wrong port, a wrong name, another Service."""

    name = "address-variable"
    faults = ("fault 13", "fault 35")

    def variables(self, scene: Scene, body: JsonObject) -> Iterator[str]:
        """Yield the variables that hold an address."""
        program, environment = scene.program(body), scene.environment(body)
        for dependency in program.dependencies.values() if program else ():
            variable = dependency.address.variable.partition("#")[0]
            if variable and ":" not in variable and variable in environment:
                yield variable

    def value(
        self, scene: Scene, body: JsonObject, variable: str, random: Randomness, depth: int
    ) -> str | None:
        """Spell it differently, or point it elsewhere."""
        text = scene.environment(body)[variable]
        host, port = host_and_port(text, 80)
        if host not in text:
            return None
        other = random.pick(scene.names)
        same = [f"{host}.{scene.namespace}", f"{host}.{scene.namespace}.svc.cluster.local"]
        values = [text.replace(host, each, 1) for each in (*same, *same, f"{host}-v2", other)]
        if str(port) in text:
            values += [text.replace(str(port), str(port + 1)), text.replace(str(port), "0000")]
        return random.pick(values)


class _Number(_Variable):
    """Changes a number that a program reads from a variable; where there is none yet, the variable is added."""

    keys: ClassVar[tuple[str, ...]]
    is_less: ClassVar[bool] = True

    def variables(self, scene: Scene, body: JsonObject) -> Iterator[str]:
        """Yield the variables of the settings that this mechanism knows."""
        program = scene.program(body)
        container = scene.container(body)
        elsewhere = {entry["name"] for entry in container.get("env", ()) if "value" not in entry}
        for setting in self.settings(program) if program else ():
            name = setting.variable.partition("#")[0]
            if name and ":" not in name and name not in elsewhere:
                yield setting.variable

    def settings(self, program: Program) -> Iterator[Setting]:
        """Yield the settings by key."""
        for key, setting in sorted(program.settings.items()):
            if key in self.keys:
                yield setting

    def value(
        self, scene: Scene, body: JsonObject, variable: str, random: Randomness, depth: int
    ) -> str | None:
        """Return a smaller or larger number, about where harm is expected to begin."""
        program = scene.program(body)
        if program is None:
            return None
        setting = next(each for each in self.settings(program) if each.variable == variable)
        text = variable_text(variable, scene.environment(body))
        now = int(text) if text and text.isdigit() else int(setting.default or 0)
        point = self.point(scene, body, now)
        found = below(point, depth) if self.is_less else above(point, depth)
        return None if found == now else _written(variable, scene.environment(body), found)

    def point(self, scene: Scene, body: JsonObject, now: int) -> int:
        """Return the number at which harm is expected to begin."""
        return max(now // 4, 1)


def _written(variable: str, environment: Mapping[str, str], number: int) -> str:
    """Return a variable's text with a number in it: alone, with its unit, or in its part of a longer text."""
    name, _, part = variable.partition("#")
    text = environment.get(name, "")
    if not part:
        unit = _UNIT.search(text)
        return f"{number}{unit[0] if unit else 'MiB' if name.endswith('MEMLIMIT') else ''}"
    if ";" in text:
        kept = [
            pair
            for pair in text.split(";")
            if pair and pair.partition("=")[0].strip().lower() != part.lower()
        ]
        return ";".join([*kept, f"{part}={number}"])
    option = f"-{part}{number}m" if part.startswith("X") else f"--{part}={number}"
    return " ".join([*(word for word in text.split() if not word.lstrip("-").startswith(part)), option])


class PoolSize(_Number):
    """Changes how many connections a program keeps to a database or cache."""

    name = "pool-size"
    family = "pools"

    def settings(self, program: Program) -> Iterator[Setting]:
        """Yield the sizes of pools."""
        for _, dependency in sorted(program.dependencies.items()):
            if dependency.pool.variable:
                yield dependency.pool


class CallTimeLimit(_Number):
    """Changes how long a program waits for an answer."""

    name = "call-time-limit"

    def settings(self, program: Program) -> Iterator[Setting]:
        """Yield the time limits of calls."""
        for _, dependency in sorted(program.dependencies.items()):
            # A whole second is longer than any answer takes.
            if dependency.timeout_us.variable and dependency.timeout_us.unit < SECOND_US:
                yield dependency.timeout_us

    def value(
        self, scene: Scene, body: JsonObject, variable: str, random: Randomness, depth: int
    ) -> str | None:
        """Return a limit about the time that answers take on average, in the unit that the variable has."""
        program = scene.program(body)
        if program is None:
            return None
        key, setting = next(
            (key, each.timeout_us)
            for key, each in program.dependencies.items()
            if each.timeout_us.variable == variable
        )
        text = scene.environment(body).get(variable.partition("#")[0], "")
        wanted_us = below(self._usual_us(scene, body, key), depth)
        if "#" not in variable and (text.endswith("s") or (setting.unit == 1 and not text)):
            return f"{max(wanted_us // 1000, 1)}ms"
        return _written(variable, scene.environment(body), max(wanted_us // setting.unit, 1))

    def _usual_us(self, scene: Scene, body: JsonObject, key: str) -> int:
        """Return how long a dependency's answers take on average, for all callers."""
        links = [process.links[key] for process in scene.processes(body) if key in process.links]
        if not links:
            return _USUAL_US
        calls = total_us = 0
        for edge, counts in scene.world.runtime.meters.edges.items():
            if links[0].host == edge.address.rpartition("://")[2].partition(":")[0]:
                calls += sum(counts)
                total_us += sum(
                    count * bound for count, bound in zip(counts, (*BOUNDS_US, BOUNDS_US[-1]), strict=True)
                )
        return total_us // calls if calls else _USUAL_US


class CallRetries(_Number):
    """Changes how often a program repeats a call, which helps until something is overloaded."""

    name = "call-retries"
    is_less = False

    def settings(self, program: Program) -> Iterator[Setting]:
        """Yield the numbers of retries."""
        for _, dependency in sorted(program.dependencies.items()):
            if dependency.retries.variable:
                yield dependency.retries

    def point(self, scene: Scene, body: JsonObject, now: int) -> int:
        """Expect harm from a handful on."""
        return max(now, 1) * 4


class Workers(_Number):
    """Changes how many requests a program works on at once."""

    name = "worker-count"
    family = "resources"
    keys = ("slots",)


class Heap(_Number):
    """Changes how much memory a program's own heap may take."""

    name = "heap-size"
    family = "resources"
    keys = ("heap_mib", "soft_heap_mib")

    def point(self, scene: Scene, body: JsonObject, now: int) -> int:
        """Expect harm where the heap no longer holds what is used: about a third of the memory is heap."""
        return max(used_mib(scene, body) // 3, 4)


class CacheLifetime(_Number):
    """Changes how long a program keeps answers, so that it asks more often, or answers older ones."""

    name = "cache-lifetime"
    keys = ("cache_ttl_s", "cache_entries")

    def point(self, scene: Scene, body: JsonObject, now: int) -> int:
        """Expect harm where almost nothing is kept."""
        return max(now // 20, 1)
