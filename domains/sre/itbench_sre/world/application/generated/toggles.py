"""Feature flags of a generated application: some do nothing much, some would do harm; names tell neither."""

from collections.abc import Mapping
from typing import Any

from itbench_sre.world.application.flags import flag_file
from itbench_sre.world.application.generated.chance import happens, one_of, shuffled
from itbench_sre.world.application.generated.programs import Made
from itbench_sre.world.application.generated.words import TOGGLES
from itbench_sre.world.application.model import Call
from itbench_sre.world.clock.randomness import Randomness

Acts = dict[str, dict[str, Mapping[str, int]]]


def toggles(random: Randomness, makes: list[Made]) -> tuple[str, Acts, dict[str, dict[str, str]]]:
    """Return the file of flags, and by program what they do and in which words failures that they cause speak."""
    asking = [made for made in makes if "flagd" in made.program.dependencies]
    names = shuffled(random, TOGGLES)[: min(len(TOGGLES), 4 + len(asking) // 2)]
    written: dict[str, tuple[str, Mapping[str, Any], str]] = {}
    acts: Acts = {}
    words: dict[str, dict[str, str]] = {}
    for place, toggle in enumerate(names):
        made = asking[place % len(asking)]
        name = f"{made.part.thing}-{toggle}"
        effects, is_harmless = _effects(random, made)
        variants, default = {"off": False, "on": True}, "on" if is_harmless and happens(random, 50) else "off"
        written[name] = (f"{made.part.thing}: {toggle.replace('-', ' ')}", variants, default)
        acts.setdefault(made.program.name, {})[name] = effects
        text = f"INTERNAL: {toggle.replace('-', ' ')}: record has an unknown version"
        words.setdefault(made.program.name, {})[name] = text
    return flag_file(written, indent=2), acts, words


def _effects(random: Randomness, made: Made) -> tuple[Mapping[str, int], bool]:
    """Return what a flag does, and whether that is next to nothing."""
    operation = one_of(random, list(made.program.operations.values()))
    others = [name for name in made.program.dependencies if name != "flagd"]
    calls = [step for step in operation.steps if isinstance(step, Call)]
    harmless: list[Mapping[str, int]] = [
        {"cpu_per_cent": 5},
        {f"wait_us|{operation.name}": 1_500},
        {f"failure_per_million|{operation.name}": 300},
    ]
    harmful: list[Mapping[str, int]] = [
        {"cpu_per_cent": 500},
        {f"failure_per_million|{operation.name}": 250_000},
        {f"wait_us|{operation.name}": 1_200_000},
        {"leaked_bytes_per_request": 400_000},
        {"background_cpu_m": 900},
        {f"failure_per_million|{operation.name}|kind=standard": 900_000},
    ]
    if calls:
        harmful.append({f"extra_calls|{operation.name}": 25})
    if others:
        harmful.append({f"unreachable|{one_of(random, others)}": 1})
    if made.program.cache_us:
        harmful.append({"no_cache": 1})
    is_harmless = happens(random, 50)
    return one_of(random, harmless if is_harmless else harmful), is_harmless
