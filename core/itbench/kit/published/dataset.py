"""What has to be known of a published dataset to find it and to bring it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.kit.names import TaskNames

_ANY_NAMES = TaskNames()


def _is_always_own(_directory: Path) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset that somebody published, as far as it has tasks of one domain.

    Attributes:
        repository: what it is called where it was published, OWNER/NAME.
        domain: name of the domain that reads it.
        suite: name of the suite that reads it.
        count: how many tasks of the domain were published, where it is known.
        published: the names of their directories, where they are known.
        own_mark: what tells tasks of this dataset from those of others, for messages.
        is_own: tells whether tasks in a directory that several datasets share are of this dataset.
        part: the tasks that are meant, for messages, where the dataset has those of several domains.
        extra_files: names of files beside the directories of the tasks that are brought with any of them.
    """

    repository: str
    domain: str
    suite: str
    count: int | None = None
    published: frozenset[str] = frozenset()
    own_mark: str = ""
    is_own: Callable[[Path], bool] = _is_always_own
    part: str = ""
    extra_files: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The name without its owner."""
        return self.repository.partition("/")[2]

    @property
    def directory_names(self) -> list[str]:
        """The names, in lower case, that a copy may have beside other datasets."""
        return [self.name.lower(), self.suite, self.repository.replace("/", "--").lower()]

    @property
    def fetch_command(self) -> str:
        """The command that brings it."""
        return f"itbench fetch {self.domain}/{self.suite}"

    @property
    def way_to_it(self) -> str:
        """What to do when it is missing, for messages."""
        return f"bring it with `{self.fetch_command}` or point to it with --data DIRECTORY"

    def task_id(self, directory_name: str) -> str:
        """Return the id of the task in a directory of that name."""
        return directory_name


@dataclass(frozen=True, slots=True, kw_only=True)
class HubDataset(Dataset):
    """A dataset on the Hugging Face Hub, as far as it has tasks of one domain; `Dataset` explains the other fields.

    Attributes:
        folder: where the directories of the tasks lie in it; `/*` at its end stands for the only folder there.
        names: of these directories and of the tasks in them.
        task_file: path of a file that tells a task of this domain from others in the same layout; empty where the name does.
    """

    folder: str
    names: TaskNames = _ANY_NAMES
    task_file: str = ""

    @property
    def cache_folder(self) -> str:
        """The folder that the hub's client makes for it."""
        return f"datasets--{self.repository.replace('/', '--')}"

    @property
    def expected(self) -> str:
        """What a directory that holds tasks has, for messages: "no ... there"."""
        with_file = f" with {self.task_file}" if self.task_file else ""
        return f"directory {self.names.directory_form}{with_file}"

    def holds_tasks(self, directory: Path) -> bool:
        """Tell whether a directory holds tasks of this domain."""
        return any(
            (path / self.task_file).exists()
            for path in directory.glob("*")
            if self.names.task_id(path.name) is not None and path.is_dir()
        )

    def task_id(self, directory_name: str) -> str:
        """Return the id of the task in a directory of that name."""
        return self.names.task_id(directory_name) or directory_name

    def patterns(self, names: Sequence[str]) -> list[str]:
        """Return what the hub is asked for: the directories of these names, or all if there are none."""
        if not names:
            return [f"{self.folder.removesuffix('/*')}/*"]
        return [
            *(f"{self.folder}/{name}" for name in self.extra_files),
            *(f"{self.folder}/{name}/*" for name in names),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class GitDataset(Dataset):
    """A dataset in a Git repository, in which the paths of tasks may tell their truths; `Dataset` explains the other fields.

    Attributes:
        directories: pattern of the tasks' directories below the root of a clone, such as `benchmark/*/*`.
        key_file: path of a file that each of them has, that agents cannot see as a whole, and from whose beginning the
            task's id is made, so that the id tells nothing of the path.
        task_prefix: what each id begins with.
        data_folders: folders at the root that hold data, for the list of what was fetched.
    """

    directories: str
    key_file: str
    task_prefix: str
    data_folders: Sequence[str]

    @property
    def fetch_command(self) -> str:
        """The command that brings it; no address is known here."""
        return f"itbench fetch {self.domain}/{self.suite} --suite-option url=URL"
