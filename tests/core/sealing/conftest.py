"""A domain with hidden data whose environment observes, and a suite of it that is sealed."""

import base64
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from itbench.sealed.envelope import sign
from itbench.sealed.keys import SigningKey
from itbench.sealing.records import Index, IndexedTrial, line_of

HELD = """
from dataclasses import dataclass, replace
from itbench import FilesEnvironment, Observation, Score, Suite
from itbench.kit import GeneratedSuite, Job, Randomness
from itbench_sums import DOMAIN as SUMS, Sums, numbers

@dataclass(frozen=True)
class Spec:
    id: str
    seed: int
    size: str

def make(spec, directory):
    random = Randomness(spec.seed)
    for folder, text in {directory: f"shown {random.bits()}", directory.with_name("hidden"): f"hidden {random.bits()}"}.items():
        folder.mkdir()
        (folder / "a b").mkdir()
        (folder / "a b" / "data \\u00fc.txt").write_text(text + " " + spec.size)
    return {"sum": sum(numbers(spec.id)) + random.below(2), "seen": text + " " + spec.size}

def task(spec):
    return Sums("any", 1)._task(spec.id)

class Fresh(GeneratedSuite):
    domain, name, version, summary, embedded = "held", "fresh", "3", "Sums that are drawn.", 4
    choices = {"size": ("small", "large")}

    def jobs(self):
        random = Randomness(1 if self.drawn is None else self.drawn.seed)
        count = self.embedded if self.drawn is None else self.drawn.count
        specs = [Spec(f"sum-{number:04}", random.seed(), self.choice("size")) for number in range(count)]
        return [Job.of(spec, make, task) for spec in specs]

class Looks(FilesEnvironment):
    async def observe(self, files):
        return Observation(state={"seen": [entry.source.read_text() for entry in self.setup.hidden]})

class Scorer:
    def score(self, task, submission, truth):
        error = abs(submission.answer["sum"] - truth["sum"])
        is_seen = submission.observed.get("seen") == [truth["seen"]]
        return Score(value={0: 1.0, 1: 0.5}.get(error, 0.0) if is_seen else 0.0, metrics={"error": float(error)})

class Planted(Sums):
    def setup(self, task_id):
        return {"plant": "a fault"}

DOMAIN = replace(SUMS, name="held", suites=(Fresh(), Sums("fixed", 3), Planted("planted", 2)), scorer=Scorer(), environment=Looks,
                 observes_files_only=True)
ACTING = replace(DOMAIN, name="acting", observes_files_only=False)
"""


@pytest.fixture(autouse=True)
def held(
    sums: Path, distribution: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Install the domain, and keep keys in a folder of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    distribution(
        "itbench-held",
        group="itbench.domains",
        points={"held": "held_domain:DOMAIN", "acting": "held_domain:ACTING"},
        code={"held_domain": HELD},
    )


@dataclass(frozen=True)
class Sealed:
    """A sealed suite in the folder `s`."""

    document: dict[str, Any]
    public: Path = Path("s/public")
    private: Path = Path("s/private")

    @property
    def seal(self) -> str:
        """Its digest."""
        return str(self.document["seal"])


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which a sealed suite and a submission are kept for all tests, once one of them has made them."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def sealed(itbench: Callable[..., Any], kept: Path) -> Sealed:
    """Seal three tasks."""
    if not (kept / "s.json").exists():
        done = itbench("seal", "held", "--tasks", "3", "--out", "s", "--json")
        assert done.code == 0, done.err
        shutil.copytree("s", kept / "s")
        (kept / "s.json").write_text(done.out)
    else:
        shutil.copytree(kept / "s", "s")
    return Sealed(json.loads((kept / "s.json").read_text()))


@pytest.fixture
def submission(itbench: Callable[..., Any], sealed: Sealed, kept: Path) -> Path:
    """Run the public bundle, twice each task, and hand the run in."""
    if not (kept / "my.submission").exists():
        assert itbench("run", sealed.public, "-k", "2", "--max-trials", "1", "--out", "mine").code == 0
        (run,) = Path("mine").glob("*.itbench")
        assert itbench("submit", run, "--out", "my.submission").code == 0
        for name in ("mine", "config"):
            shutil.copytree(name, kept / name)
        shutil.copy("my.submission", kept)
    else:
        for name in ("mine", "config"):
            shutil.copytree(kept / name, name)
        shutil.copy(kept / "my.submission", ".")
    return Path("my.submission")


@pytest.fixture
def other(itbench: Callable[..., Any], kept: Path) -> None:
    """Seal another three tasks of the same suite into the folder `other`."""
    if not (kept / "other").exists():
        assert itbench("seal", "held", "--tasks", "3", "--out", "other").code == 0
        shutil.copytree("other", kept / "other")
    else:
        shutil.copytree(kept / "other", "other")


def flip(path: Path, place: int = 0) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def only(folder: str, ending: str = ".itbench") -> Path:
    """Return the one file in a folder whose name ends so."""
    (path,) = Path(folder).glob(f"*{ending}")
    return path


def same(head: dict[str, Any], trials: list[dict[str, Any]]) -> None:
    """Change nothing."""


def resigned(
    path: Path,
    target: Path,
    change: Callable[[dict[str, Any], list[dict[str, Any]]], None],
    key: SigningKey,
    spelled: Callable[[bytes], bytes] = bytes,
) -> Path:
    """Write a submission that was changed before its author signed it: what a cheating author can do.

    Args:
        path: of the submission.
        target: where the changed one is written.
        change: is given the head and the records.
        key: signs it.
        spelled: changes the bytes of each line at last.
    """
    head, *trials, last = map(json.loads, path.read_text().splitlines())
    index = json.loads(base64.b64decode(last["payload"]))
    change(head, trials)
    lines = [spelled(line_of(each)) for each in (head, *trials)]
    hashes = [hashlib.sha256(line).hexdigest() for line in lines]
    named = [{name: each["trial"][name] for name in ("task", "repeat", "attempt")} for each in trials]
    made = Index(
        key=key.public,
        seal=head["seal"],
        run=head["plan"]["id"],
        head=hashes[0],
        trials=tuple(
            IndexedTrial(**name, sha256=digest) for name, digest in zip(named, hashes[1:], strict=True)
        ),
    )
    assert index["format"] == made.format
    target.write_bytes(b"".join(lines) + sign(made, key).data)
    return target
