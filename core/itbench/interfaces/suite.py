"""A named, versioned set of tasks of one domain."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itbench.errors import DataError, UsageError
from itbench.interfaces.agent import FloorRole
from itbench.interfaces.json import JsonObject
from itbench.interfaces.needs import NOTHING_SPECIAL, Needs
from itbench.interfaces.progress import Progress, no_progress

if TYPE_CHECKING:
    from pathlib import Path

    from itbench.interfaces.task import Task
    from itbench.interfaces.workspace import Input


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteOptions:
    """What a user may say about a suite on the command line.

    Attributes:
        data: where the dataset lies (`--data`).
        as_published: show agents exactly what the publisher shows them (`--as-published`).
        extra: further settings that only this suite knows (`--suite-option key=value`).
    """

    data: "Path | None" = None
    as_published: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What the best known cheat or adversary scores on a suite: a result below it is worth nothing.

    Attributes:
        agent: the cheat or adversary, or in words what was answered.
        value: its mean score.
        measured_on: in words, where that was not all tasks of the suite.
        role: of the agent; reports say more of a floor that an adversary sets.
    """

    agent: str
    value: float
    measured_on: str = ""
    role: FloorRole = "cheat"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedResult:
    """A result that somebody else published for the same suite, with its source.

    Attributes:
        name: the model or agent as published.
        value: the headline in [0, 1].
        tasks: how many tasks the value is a mean over; None where not published.
        turns: turns a task; None where not published.
        cost_usd: US dollars a task; None where not published.
        source: who published it, where and when.
    """

    name: str
    value: float
    tasks: int | None = None
    turns: float | None = None
    cost_usd: float | None = None
    source: str = ""


class Suite(ABC):
    """Gives tasks, their inputs and their truths; cheap to make, reads only when asked.

    Attributes:
        name: the part after the slash in `domain/suite`.
        version: changes with the tasks, their inputs or their truths; the rules have one of their own
            (`Domain.scoring_version`).
        summary: one line for `itbench list-suites`.
        floor: the score of the best known cheat or adversary, where it was measured.
        data_options: options of its own (`--suite-option`) that choose data and decide nothing else; what was chosen is
            known by its hash, so runs with other values may still be of the same tasks.
        secret_options: those of them from which the truth can be made, such as a seed; no run file holds their values.
    """

    name: str
    version: str
    summary: str
    floor: Floor | None = None
    data_options: frozenset[str] = frozenset()
    secret_options: frozenset[str] = frozenset()

    def configured(self, options: SuiteOptions) -> "Suite":
        """Return this suite with the user's options.

        Raises:
            UsageError: an option that this suite does not have.
        """
        if options.data is not None:
            raise UsageError(f"suite {self.name!r} brings its own data; leave out --data")
        if options.as_published:
            raise UsageError(f"suite {self.name!r} has no published view; leave out --as-published")
        for key in options.extra:
            raise UsageError(f"suite {self.name!r} has no option {key!r}")
        return self

    def prepare(self, progress: Progress = no_progress) -> None:
        """Make or check the data; called once before anything else is asked for."""

    def prepare_to_run(self, progress: Progress = no_progress) -> None:
        """Make or check what has to be there before a run chooses its tasks; called instead of `prepare`.

        By default that is all data. A suite whose tasks take long to make leaves them to `restore`, which is told those of the run.
        """
        self.prepare(progress)

    def restore(self, task_ids: Sequence[str], progress: Progress = no_progress) -> None:
        """Bring back what of these tasks' data is not as it was made; asked for the tasks of a run, before it begins.

        A suite whose data can be made again does so; of any other, `check` tells what was changed.
        """

    def fetch(self, tasks: Sequence[str] = (), progress: Progress = no_progress) -> "Path":
        """Download the dataset, or only some of its tasks, and return where it lies.

        Raises:
            UsageError: there is nothing to download.
        """
        raise UsageError(f"suite {self.name!r} needs no download")

    def data_warning(self) -> str | None:
        """Return why the data is not what was published under the suite's name, in one clause; None where nothing tells.

        Every report of a run then says so, and the run is not shown beside published results.
        """
        return None

    def data_gap(self) -> str | None:
        """Return how many of the published tasks are not here, in one clause; None where none is known to be missing.

        Where tasks are not asked for by their ids, this is a warning about the data too.
        """
        return None

    def settings(self) -> JsonObject:
        """Return what a run should record about the data, such as its revision and view."""
        return {}

    @abstractmethod
    def tasks(self) -> "Iterable[Task]":
        """Return the tasks in their order."""

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return the files that an agent may read; never one from which the truth can be told."""
        del task_id
        return ()

    def hidden(self, task_id: str) -> "Sequence[Input]":
        """Return test data that only the environment may read, to plant it and to try what was handed in."""
        del task_id
        return ()

    def setup(self, task_id: str) -> JsonObject:
        """Return what the environment has to plant, beside the hidden files; no agent ever sees it."""
        del task_id
        return {}

    def needs(self, task_id: str) -> Needs:
        """Return what the world of a task takes of this machine while it is open."""
        del task_id
        return NOTHING_SPECIAL

    def check(self, task_id: str) -> Sequence[str]:
        """Return what is wrong with the data of a task, one line each: rows that cannot be read, text that is no text.

        A task of which something is wrong gets no score. What was found sound is not looked at again while its inputs,
        hidden data, and the domain's version stay the same.
        """
        del task_id
        return ()

    def truth_files(self) -> "Iterable[Path]":
        """Return the files that hold truths of any task, where they are files; none of them may be an input."""
        return ()

    @abstractmethod
    def truth(self, task_id: str) -> JsonObject:
        """Return what the scorer knows of a task, with its `canary`."""

    def truth_from(self, task_id: str, directory: "Path") -> JsonObject:
        """Return the truth as it lies in another directory, `<task id>.json` unless overridden.

        Raises:
            DataError: there is none, or it is not JSON.
        """
        import json

        path = directory / f"{task_id}.json"
        try:
            value = json.loads(path.read_bytes())
        except FileNotFoundError as error:
            raise DataError(f"no truth of task {task_id!r} at {str(path)!r}") from error
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path}: not JSON: {error}") from error
        except OSError as error:
            raise DataError(f"{path}: cannot be read: {error.strerror}") from error
        if not isinstance(value, dict):
            raise DataError(f"{path}: a truth must be a JSON object, found {type(value).__name__}")
        return value

    def unwinnable(self, task_id: str) -> "Iterable[str]":
        """Return why no answer that an agent can find in the data wins a task, one sentence each; for `itbench validate`.

        Such a task is still scored.
        """
        del task_id
        return ()

    def underived(self, task_id: str) -> "Iterable[str]":
        """Return what is otherwise when a task and its truth are made anew from what they follow from, one sentence each.

        For `itbench validate --deep`; it may take a minute.
        """
        del task_id
        return ()

    def published(self) -> Sequence[PublishedResult]:
        """Return results that others published for this suite."""
        return ()
