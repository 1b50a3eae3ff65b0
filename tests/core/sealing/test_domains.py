"""The suites of the domains that come with itbench, sealed and scored by the program as a user runs it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from itbench.kit import Randomness
from itbench.kit.generated.randomness import KEYED_FROM
from itbench.store.reader import RunFile
from itbench_sre.world.clock.randomness import Randomness as Stream

# Slow: tasks are made by processes of their own. What takes longer, such as the simulation of a cluster, is soaked; the commands of
# docs/how-to/held-out-evaluation.md do the same with finops/anomalies in each test run.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
# Of objects; ids of requests in access logs are made from trace ids, which are shown.
UID = re.compile(rb"\buid\W{1,8}([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})")
GAMMA = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
SUITES = {"finops/anomalies": 2, "finops/right-sizing": 2, "ciso/admission": 1, "sre/incidents": 1}
OFTEN = {"finops/right-sizing"}


@pytest.fixture
def program(
    shared_sandbox: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs `itbench` in a process of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "itbench", *words], capture_output=True, text=True, timeout=800
        )
        assert done.returncode in {0, 1}, done.stderr
        return done

    return run


def values(folder: str) -> list[float | None]:
    (path,) = Path(folder).glob("*.itbench")
    with RunFile(path) as run:
        return [row["value"] for row in run.outcomes()]


def files_in(root: Path) -> Iterator[bytes]:
    for folder, _, names in os.walk(root):
        yield from (Path(folder, name).read_bytes() for name in names)


def texts_of(value: object) -> Iterator[str]:
    """Yield the sentences in a truth, which are said nowhere else; the alerts that it names are shown to agents as they fired."""
    if isinstance(value, str) and value.count(" ") > 3:
        yield json.dumps(value, ensure_ascii=False)[1:-1]
    if isinstance(value, dict):
        value = [each for key, each in value.items() if key != "alerts"]
    for each in value if isinstance(value, list) else ():
        yield from texts_of(each)


def gives_itself_away(uid: bytes) -> bool:
    """Tell whether the two halves of a UUID are numbers of splitmix64, one after the other; 6 of their bits are not known."""
    digits = uid.replace(b"-", b"").decode()
    firsts = {_state(int(digits[:12] + f"{nibble:x}" + digits[13:16], 16)) for nibble in range(16)}
    high = int(digits[16], 16) & 3
    seconds = {_state(int(f"{high | bits << 2:x}" + digits[17:], 16)) for bits in range(4)}
    return any((second - first) & MASK == GAMMA for first in firsts for second in seconds)


def _state(output: int) -> int:
    state = _unshifted(output, 31) * pow(0x94D049BB133111EB, -1, 1 << 64) & MASK
    return _unshifted(_unshifted(state, 27) * pow(0xBF58476D1CE4E5B9, -1, 1 << 64) & MASK, 30)


def _unshifted(value: int, shift: int) -> int:
    found = value
    for _ in range(64 // shift + 1):
        found = value ^ (found >> shift)
    return found


def test_a_uid_of_a_small_seed_gives_away_its_stream_and_one_of_a_large_seed_does_not() -> None:
    small, large = Stream(20260117), Stream(KEYED_FROM**2 + 20260117)
    assert isinstance(small, Randomness)
    assert all(gives_itself_away(small.uid().encode()) for _ in range(20))
    assert not any(gives_itself_away(large.uid().encode()) for _ in range(2000))


@pytest.mark.parametrize(
    "suite",
    [pytest.param(suite, marks=() if suite in OFTEN else pytest.mark.soak) for suite in SUITES],
)
def test_a_sealed_suite_is_scored_as_if_the_truths_had_been_there(
    suite: str, program: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    if suite.startswith("ciso/") and find_spec("re2") is None:
        pytest.skip("needs the extra 'ciso': pip install '.[ciso]'")
    sealed = json.loads(program("seal", suite, "--tasks", str(SUITES[suite]), "--out", "s", "--json").stdout)
    program("run", "s/public", "--out", "mine")
    (run,) = Path("mine").glob("*.itbench")
    program("submit", run, "--out", "my.submission")
    program("score", "--sealed", "s/private", "my.submission", "--out", "theirs")
    program("run", "s/private", "--out", "direct")
    assert values("theirs") == values("direct")
    assert None not in values("theirs")
    checked = program("check", "s/public", "s/private", "my.submission", "--seal", sealed["seal"])
    assert (checked.returncode, checked.stdout.count(": sound, ")) == (0, 3)
    opening = json.loads(Path("s/private/opening.json").read_text())
    truths = [json.loads(path.read_text()) for path in Path("s/private/truths").iterdir()]
    secrets = {opening["seed"]["value"], *opening["salts"].values(), *(truth["canary"] for truth in truths)}
    secrets |= {text for truth in truths for text in texts_of(truth)}
    shown = [*files_in(Path("s/public")), Path("my.submission").read_bytes(), *files_in(Path("mine"))]
    assert [secret for secret in secrets if any(secret.encode() in data for data in shown)] == []
    uids = {uid for data in files_in(Path("s/public")) for uid in UID.findall(data)}
    assert not any(map(gives_itself_away, uids))
    assert (len(uids) > 100) == (suite == "sre/incidents")
