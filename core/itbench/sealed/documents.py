"""What a sealed suite consists of: the seal, which everybody sees, and the opening, which only its owner does."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from itbench.interfaces.model import Frozen
from itbench.interfaces.task import ID_PATTERN
from itbench.sealed.canonical import canonical, is_unicode, joined, sha256
from itbench.sealed.envelope import DIGEST_PATTERN, HEX_PATTERN, SignedDocument

SALT_BYTES = 16
_SALT_PATTERN = r"^[0-9a-f]{32}\Z"
_LONGEST_PATH = 4096
_ODD = re.compile(r"[\x00-\x1f\x7f\\]")


class SealedFile(Frozen):
    """A file of a bundle."""

    path: str = Field(description="Below the bundle, with `/`.")
    size: int = Field(ge=0, description="Bytes.")
    sha256: str = Field(pattern=HEX_PATTERN)

    @field_validator("path")
    @classmethod
    def _is_plain(cls, path: str) -> str:
        problem = path_problem(path)
        if problem is not None:
            raise ValueError(f"{path!r} {problem}")
        return path


class SealedTask(Frozen):
    """A task and what is promised of it: its truth, and what else only the scoring may see."""

    id: str = Field(pattern=ID_PATTERN)
    commitment: str = Field(pattern=DIGEST_PATTERN)


class Seal(SignedDocument):
    """Everything public that is promised of a suite: which tasks, which bytes, which truths, which rules."""

    format: Literal["itbench seal"] = "itbench seal"
    created_at: str = Field(description="ISO 8601, UTC.")
    domain: str
    suite: str
    suite_version: str
    summary: str
    itbench_version: str
    domain_origin: str = Field(description="Distribution and version that brought the domain.")
    domain_code: str | None = Field(
        description="Hash of the code of that distribution, null where it is not known."
    )
    scoring_version: int = Field(ge=1, description="Of the domain's rules.")
    options: dict[str, str] = Field(
        description="Of the suite, with which the tasks were made; never the seed."
    )
    seed_commitment: str | None = Field(
        pattern=DIGEST_PATTERN, description="Null where the tasks were not drawn by the sealing."
    )
    tasks: tuple[SealedTask, ...] = Field(min_length=1, description="In the order of the suite.")
    files: tuple[SealedFile, ...] = Field(description="Of the public bundle, sorted by path.")

    @model_validator(mode="after")
    def _are_distinct(self) -> Self:
        _require_sorted(self.files)
        ids = [task.id for task in self.tasks]
        if len(set(ids)) < len(ids):
            raise ValueError("two of its tasks have one id")
        return self


class DrawnSeed(Frozen):
    """From what the tasks were made."""

    salt: str = Field(pattern=_SALT_PATTERN)
    value: str
    count: int = Field(ge=1)

    def commitment(self, options: dict[str, str]) -> str:
        """Return what the seal promises of it."""
        value = {"count": self.count, "options": options, "seed": self.value}
        return _commitment("itbench seed v1", self.salt, canonical(value))


class Opening(Frozen):
    """What opens the commitments of a seal: the salts, and which files hold truths and hidden data."""

    format: Literal["itbench opening"] = "itbench opening"
    version: Literal[1] = 1
    seal: str = Field(pattern=DIGEST_PATTERN, description="Of the seal that it opens.")
    salts: dict[str, str] = Field(description="Of each task, by its id.")
    seed: DrawnSeed | None
    files: tuple[SealedFile, ...] = Field(description="With truths and hidden data, sorted by path.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        _require_sorted(self.files)
        if not all(re.fullmatch(_SALT_PATTERN, salt) for salt in self.salts.values()):
            raise ValueError(f"a salt is not {SALT_BYTES} bytes in hexadecimal")
        return self


def task_commitment(task_id: str, salt: str, files: Iterable[SealedFile]) -> str:
    """Return what the seal promises of a task: that it has just these private files.

    Args:
        task_id: of the task.
        salt: 16 random bytes in hexadecimal.
        files: of the task alone: its truth and its hidden data, sorted by path.
    """
    value = {"files": [[each.path, each.size, each.sha256] for each in files], "task": task_id}
    return _commitment("itbench commitment v1", salt, canonical(value))


def files_by_task(files: Iterable[SealedFile]) -> dict[str, list[SealedFile]]:
    """Return private files by the tasks that they are of, in the same order; those of no task by the empty text."""
    found: dict[str, list[SealedFile]] = {}
    for each in files:
        found.setdefault(_task_of(each.path), []).append(each)
    return found


def _task_of(path: str) -> str:
    top, _, rest = path.partition("/")
    if top == "truths" and "/" not in rest and rest.endswith(".json"):
        return rest.removesuffix(".json")
    return rest.partition("/")[0] if top == "hidden" and "/" in rest else ""


def path_problem(path: str) -> str | None:
    """Return why no file of a bundle may have this path, in one clause; None if it may."""
    if not path or len(path) > _LONGEST_PATH or any(part in {"", ".", ".."} for part in path.split("/")):
        return "is no path below a folder"
    if _ODD.search(path):
        return "has a control character or a backslash"
    return None if is_unicode(path) else "is no Unicode"


def _commitment(tag: str, salt: str, data: bytes) -> str:
    return f"sha256:{sha256(joined(tag, bytes.fromhex(salt), data))}"


def _require_sorted(files: Sequence[SealedFile]) -> None:
    paths = [each.path for each in files]
    if paths != sorted(set(paths)):
        raise ValueError("its files are not in the order of their paths, each once")
