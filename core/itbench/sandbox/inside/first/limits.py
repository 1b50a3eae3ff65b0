"""The limits of all programs in a sandbox, and whether they are passed."""

# ruff: noqa: PTH123, PTH208 - pathlib takes 5 ms to import
import os
import resource

_PLACES = ("/home/user", "/tmp", "/dev/shm")  # noqa: S108 - the sandbox's own
_MESSAGE_QUEUE_BYTES = 819_200


class Limits:
    """What the processes may use; the fields of the first message, in this order."""

    def __init__(self, fields: list[bytes]) -> None:
        numbers = [int(field) for field in fields]
        self.memory, self.processes, self.open_files, self.file, self.cpu_s, self.files, *flags = numbers
        self.shows_proc, self.has_ipc = map(bool, flags)

    def take_up(self) -> None:
        """Set those of each single process, for this one and all that it starts."""
        for kind, number in (
            (resource.RLIMIT_DATA, self.memory),
            (resource.RLIMIT_NPROC, self.processes if _counts_by_namespace() else resource.RLIM_INFINITY),
            (resource.RLIMIT_NOFILE, self.open_files),
            (resource.RLIMIT_FSIZE, self.file),
            # 1 is less than any dump, and unlike 0 also keeps the host's own handler from being called; see core(5).
            (resource.RLIMIT_CORE, 1),
            (resource.RLIMIT_MEMLOCK, 1 << 20),
            (resource.RLIMIT_MSGQUEUE, _MESSAGE_QUEUE_BYTES if self.has_ipc else 0),
        ):
            hard = resource.getrlimit(kind)[1]
            number = min(
                number, hard, key=lambda limit: float("inf") if limit == resource.RLIM_INFINITY else limit
            )
            resource.setrlimit(kind, (number, number))

    def limit_processor_time(self) -> None:
        """Set that of one program, where it has one."""
        if self.cpu_s:
            resource.setrlimit(resource.RLIMIT_CPU, (self.cpu_s, self.cpu_s + 1))


class Watch:
    """Looks at all processes together.

    Attributes:
        files_before: as many files there were when what runs was started; only more than that are too many.
        usage: what the last look found, to tell whether anything has changed.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.files_before = 0
        self.usage = (0, 0, 0)

    def reached(self) -> str | None:
        """Return the limit that is passed, if any."""
        names = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
        detached = _detached_bytes() if self._limits.has_ipc else 0
        memory = sum(map(_memory_of, names)) + detached
        files = files_used()
        self.usage = (memory, len(names), files)
        # What processes share counts once: looked at more closely only here, because it takes longer.
        if memory > self._limits.memory and sum(map(_share_of, names)) + detached > self._limits.memory:
            return "memory"
        # The kernel counts threads too, but not for everybody; this is the second net.
        if len(names) > self._limits.processes:
            return "processes"
        return "files" if files > self._limits.files and files > self.files_before else None


def files_used() -> int:
    """Return how many files there are in all places that can be written to."""
    states = [os.statvfs(place) for place in _PLACES]
    return sum(state.f_files - state.f_ffree for state in states)


def processes_used() -> int:
    """Return how many processes and threads there are, process 1 left out; see proc_pid_stat(5)."""
    found = 0
    for name in os.listdir("/proc"):
        if name.isdigit() and name != "1":
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    text = file.read()
            except OSError:
                continue  # it has ended
            found += int(text[text.rindex(b")") + 2 :].split()[17])
    return found


def _counts_by_namespace() -> bool:
    """Tell whether the kernel counts this sandbox's processes apart from the user's others.

    Linux 5.14 does, for each user namespace; the first one maps all users to themselves.
    """
    with open("/proc/self/uid_map", "rb") as file:
        if file.read().split() == [b"0", b"0", b"4294967295"]:
            return False
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int(minor.split("-")[0])) >= (5, 14)


def _memory_of(process: str) -> int:
    """Return the bytes of memory that a process holds and that are no file's."""
    return _sum_of(f"/proc/{process}/status", (b"RssAnon:", b"RssShmem:")) or 0


def _share_of(process: str) -> int:
    """Return the same with each page divided by the number of those that hold it."""
    share = _sum_of(f"/proc/{process}/smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:"))
    # A process can hide this of itself, and older kernels do not tell.
    return _memory_of(process) if share is None else share


def _sum_of(path: str, names: tuple[bytes, ...]) -> int | None:
    try:
        with open(path, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return None  # it has ended
    found = [int(line.split()[1]) for line in lines if line.startswith(names)]
    return sum(found) * 1024 if found else None


def _detached_bytes() -> int:
    """Return what System V segments hold that no process has attached; see proc_sysvipc_shm(5)."""
    with open("/proc/sysvipc/shm", "rb") as file:
        names, *rows = (line.split() for line in file)
    attached, held = names.index(b"nattch"), names.index(b"rss")
    return sum(int(row[held]) for row in rows if row[attached] == b"0")
