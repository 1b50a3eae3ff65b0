"""Versions of a program that a registry holds: older and newer ones, good, a little worse, or broken in some way.

Which tag has which defect differs from program to program, so that no tag tells by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from itbench_sre.world.application.model import Image, Program, Protocol, Setting
from itbench_sre.world.clock.randomness import Randomness, mixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a program's images are called, and what decides how strong a defect must be to matter.

    Attributes:
        reference: with `{tag}` in it.
        current: tag that runs.
        older, newer: further tags.
        headroom: bytes between what the program takes and its limit.
        requests_per_minute: at noon.
        size: of the image in bytes.
    """

    reference: str
    current: str
    older: Sequence[str]
    newer: Sequence[str]
    headroom: int
    requests_per_minute: int
    size: int = 90_000_000


def images_of(
    program: Program,
    line: Line,
    seed: int,
    *,
    flags: Mapping[str, Mapping[str, int]] | None = None,
    words: Mapping[str, str] | None = None,
) -> list[Image]:
    """Return every version of a program; flags are those that each version asks for."""
    random = Randomness(mixed(seed, f"versions {program.name}"))
    plain = Image(
        reference=line.reference.format(tag=line.current),
        program=program,
        size=line.size,
        flags=flags or {},
        words=words or {},
    )
    kinds = _shuffled(_kinds(plain, line), random)
    older = [_renamed(plain, line, tag, random) for tag in line.older]
    newer = [_renamed(kinds[place % len(kinds)], line, tag, random) for place, tag in enumerate(line.newer)]
    return [plain, *older, *newer]


def _kinds(plain: Image, line: Line) -> list[Image]:
    """Return what a newer version may be like, every second one harmless or nearly so."""
    made = [plain] * 4
    made += [_with(plain, defects) for defects in _DEFECTS]
    made += [
        _with(
            plain, {"leaked_bytes_per_request": line.headroom // max(1, line.requests_per_minute * minutes)}
        )
        for minutes in (5, 40, 600)
    ]
    made += [replace(plain, architectures=("arm64",)), replace(plain, program=None)]
    if plain.program is None:
        return made
    if plain.program.dependencies:
        made.append(_with(plain, {"retries": 6}))
    if plain.program.cache_us:
        made.append(_with(plain, {"no_cache": 1}))
    for name, dependency in plain.program.dependencies.items():
        if dependency.protocol in (Protocol.SQL, Protocol.REDIS) and dependency.pool.default:
            made += [
                _with(plain, {f"leaked_connections_per_million|{name}": share}) for share in (60_000, 600_000)
            ]
    return made + _with_another_key(plain, plain.program)


def _renamed(image: Image, line: Line, tag: str, random: Randomness) -> Image:
    size = image.size * random.between(94, 108) // 100
    return replace(image, reference=line.reference.format(tag=tag), size=size)


def _shuffled(kinds: list[Image], random: Randomness) -> list[Image]:
    for place in range(len(kinds) - 1, 0, -1):
        other = random.below(place + 1)
        kinds[place], kinds[other] = kinds[other], kinds[place]
    return kinds


def _with(image: Image, defects: Mapping[str, int]) -> Image:
    said = {name: _WORDS[name] for name in defects if name in _WORDS}
    return replace(image, defects=defects, words={**image.words, **said})


def _with_another_key(image: Image, program: Program) -> list[Image]:
    """Return a version that reads the address of a dependency from a variable of another name."""
    for name, dependency in program.dependencies.items():
        variable = dependency.address.variable
        if variable and ":" not in variable:
            address = Setting(variable=_other_name(variable), default="", is_required=True)
            other = replace(dependency, address=address)
            return [
                replace(image, program=replace(program, dependencies={**program.dependencies, name: other}))
            ]
    return []


def _other_name(variable: str) -> str:
    for old, new in (
        ("_ADDR", "_ENDPOINT"),
        ("_URL", "_URI"),
        ("_HOST", "_ADDRESS"),
        ("_DSN", "_DATABASE_URL"),
    ):
        if variable.endswith(old):
            return variable.removesuffix(old) + new
    return f"{variable}_V2"


_DEFECTS: tuple[Mapping[str, int], ...] = (
    {"cpu_per_cent": 12, "failure_per_million": 600},
    {"startup_per_cent": 60},
    {"lines_per_request": 6},
    {"failure_per_million": 4_000},
    {"failure_per_million": 140_000},
    {"cpu_per_cent": 450},
    {"wait_us": 900_000},
    {"startup_per_cent": 350},
    {"crash_per_million": 9_000},
    {"startup_failure": 1},
)
_WORDS = {
    "failure_per_million": "INTERNAL: unexpected end of input while decoding the request",
    "startup_failure": "1: panic: migration checksum mismatch",
}
