"""Process 1 of the sandbox: runs one command at a time and ends all that is left of it.

It runs inside, on its own, under the sandbox's Python: it imports nothing of ours, and only what starts fast.
The other end of the socket is `itbench.sandbox.inside.process`; the messages are told there.
"""

# ruff: noqa: PTH101, PTH103, PTH120, PTH123, PTH208 - pathlib takes 5 ms to import
import _ctypes
import _signal  # type: ignore[import-not-found]  # `signal` takes 5 ms to import; typeshed knows only that
import _socket
import errno
import os
import resource
import select
import sys
import time

HOME = "/home/user"
TICK_S = 0.05
KILL = 9
PAGE = 4096
PLACES = (HOME, "/tmp", "/dev/shm")  # noqa: S108 - the sandbox's own
READABLE = ("/usr", "/etc", "/home", "/opt", "/tmp", "/dev", "/proc/sys")  # noqa: S108 - the sandbox's own
READABLE_FILES = ("cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "uptime", "version")
# linux/landlock.h; the numbers of these calls are the same on all machines.
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_VERSION, LANDLOCK_PATH_BENEATH, LANDLOCK_READ_FILE, LANDLOCK_SCOPES = 1, 1, 1 << 2, 0b11
LANDLOCK_ABI_WITH_SCOPES = 6
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
# What this process exits with where the machine refuses it something; known to `itbench.sandbox.inside.ending`.
HOST_FAILED = 75
# Errors of the machine, not of what a command asked for. EIO is none: the kernel says it of a program that was cut short.
HOST_ERRORS = (errno.EAGAIN, errno.ENFILE, errno.ENOMEM)


class Limits:
    """What the processes may use; the fields of the first message, in this order."""

    def __init__(self, fields: list[bytes]) -> None:
        numbers = [int(field) for field in fields]
        self.memory, self.processes, self.open_files, self.file, self.cpu_s, self.files, shows_proc = numbers
        self.shows_proc = bool(shows_proc)
        self.seccomp_rules = b""


class Command:
    """One order: what to run, with which arguments, variables, descriptors, and for how long."""

    def __init__(self, order: bytes, descriptors: list[int]) -> None:
        head, *rest = order.split(b"\0")
        self.number, self.kind, limit_ms, count = head.decode().split()
        self.limit_s = int(limit_ms) / 1000
        self.words = rest[: int(count)]
        self.variables = dict(field.split(b"=", 1) for field in rest[int(count) :])
        self.descriptors = descriptors


def main() -> None:
    """Serve until the other end closes the socket."""
    try:
        serve_orders()
    except (OSError, MemoryError) as error:
        if isinstance(error, OSError) and error.errno not in HOST_ERRORS:
            raise
        os.write(2, f"the machine refuses the sandbox's process 1 something: {error!r}\n".encode())
        os._exit(HOST_FAILED)


def serve_orders() -> None:
    """Set this sandbox up, and carry out one order after the other."""
    # Process 1 cannot be ended from inside, except by a signal that it listens to.
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    control, seccomp_rules = connected(sys.argv[1])
    number = control.fileno()
    os.set_inheritable(number, False)
    os.closerange(3, number)
    os.closerange(number + 1, 1 << 16)
    limits = set_up(control.recv(1 << 16).split(b"\0"))
    limits.seccomp_rules = seccomp_rules
    rules = landlock_rules(limits)
    home = os.open(HOME, os.O_RDONLY | os.O_DIRECTORY)
    send(control, b"ready %d" % (rules is not None), home)
    os.close(home)
    while True:
        data, ancillary, flags, _ = control.recvmsg(64, _socket.CMSG_SPACE(4 * 4))
        if not data:
            return
        if flags & _socket.MSG_CTRUNC:
            # The kernel could not hand all descriptors over; the next one says whose limit it is.
            os.close(os.dup(control.fileno()))
            raise OSError(errno.ENFILE, os.strerror(errno.ENFILE))
        if data == b"listen":
            listen(control)
        elif ancillary:
            control.send(serve(control, read_order(ancillary[0][2]), limits, rules))


def connected(where: str) -> tuple[_socket.socket, bytes]:
    """Return the socket that orders come from, and the filter of system calls that is not upon us yet.

    Bubblewrap hands us a descriptor, and has set the filter; in a container there is a folder with both.
    """
    if where.isdigit():
        return _socket.socket(fileno=int(where)), b""
    with open(where + "/filter", "rb") as file:
        rules = file.read()
    control = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    control.connect(where + "/door")
    return control, rules


def listen(control: _socket.socket) -> None:
    """Open a socket that programs in here can connect to, and hand it out: its holder answers them."""
    server = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    server.bind(("127.0.0.1", 0))
    server.listen(128)
    send(control, b"listening %d" % server.getsockname()[1], server.fileno())
    server.close()


def set_up(fields: list[bytes]) -> Limits:
    """Become the ordinary user if started as another, take up the limits, and hide from other processes."""
    uid, gid, *numbers = fields[:9]
    if os.getuid() != int(uid):
        for folder in fields[9:]:
            os.chown(folder, int(uid), int(gid))
        # Not every container engine gives a temporary folder the mode that it was asked for.
        os.chmod("/tmp", 0o1777)  # noqa: S108, S103 - the sandbox's own
        os.setgroups([])
        os.setresgid(int(gid), int(gid), int(gid))
        os.setresuid(int(uid), int(uid), int(uid))
    call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
    limits = Limits(numbers)
    for kind, number in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_NPROC, limits.processes if counts_by_namespace() else resource.RLIM_INFINITY),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.file),
        # 1 is less than any dump, and unlike 0 also keeps the host's own handler from being called; see core(5).
        (resource.RLIMIT_CORE, 1),
        (resource.RLIMIT_MEMLOCK, 1 << 20),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        number = min(
            number, hard, key=lambda limit: float("inf") if limit == resource.RLIM_INFINITY else limit
        )
        resource.setrlimit(kind, (number, number))
    return limits


def counts_by_namespace() -> bool:
    """Tell whether the kernel counts this sandbox's processes apart from the user's others.

    Linux 5.14 does, for each user namespace; the first one maps all users to themselves.
    """
    with open("/proc/self/uid_map", "rb") as file:
        if file.read().split() == [b"0", b"0", b"4294967295"]:
            return False
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int(minor.split("-")[0])) >= (5, 14)


def read_order(ancillary: bytes) -> Command:
    """Read an order: the first descriptor holds its text, the others are the command's own."""
    descriptors = [
        int.from_bytes(ancillary[place : place + 4], sys.byteorder) for place in range(0, len(ancillary), 4)
    ]
    with open(descriptors[0], "rb") as file:
        return Command(file.read(), descriptors[1:])


def serve(control: _socket.socket, command: Command, limits: Limits, rules: int | None) -> bytes:
    """Run a command to its end, or end it at a limit; return what became of it."""
    told, teller = os.pipe()
    try:
        child = os.fork()
        if child == 0:
            become(command, limits, rules, teller)
    except OSError as error:
        os.close(told)
        return f"{command.number} {error.errno} fork".encode()
    finally:
        os.close(teller)
        for descriptor in command.descriptors:
            os.close(descriptor)
    reason, status = wait(control, command, limits, child)
    code = os.waitstatus_to_exitcode(end_all(child, status))
    refused = os.read(told, 1)
    os.close(told)
    if refused:
        return f"{command.number} {refused[0]} host".encode()
    return f"{command.number} {code} {reason}".encode()


def become(command: Command, limits: Limits, rules: int | None, teller: int) -> None:
    """Turn this child into the command; never returns. `teller` takes the number of an error of the machine."""
    code = 127
    try:
        os.setsid()
        for target, descriptor in enumerate(command.descriptors):
            os.dup2(descriptor, target)
        if rules is not None:
            call("syscall", LANDLOCK_RESTRICT, rules, 0)
        os.closerange(3, teller)
        os.closerange(teller + 1, 1 << 16)
        # Process 1 must get its turn.
        os.nice(5)
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
        for number in (_signal.SIGINT, _signal.SIGPIPE, _signal.SIGXFSZ):
            _signal.signal(number, _signal.SIG_DFL)
        os.umask(0o022)
        if limits.seccomp_rules:
            filter_calls(limits.seccomp_rules)
        if command.kind == "write":
            code = write_file(command.words[0])
        else:
            os.execvpe(command.words[0], command.words, command.variables)  # noqa: S606 - its purpose
    except OSError as error:
        if error.errno in HOST_ERRORS:
            os.write(teller, bytes([error.errno]))
        os.write(2, f"{command.words[0].decode(errors='replace')!r}: {error.strerror}\n".encode())
        code = (error.errno or 1) if command.kind == "write" else 126 + (error.errno == errno.ENOENT)
    finally:
        os._exit(code)


def filter_calls(rules: bytes) -> None:
    """Have the kernel filter the system calls of this process and of all that it starts; see seccomp(2)."""
    import ctypes  # it takes 5 ms, which in a container does not matter

    program = ctypes.create_string_buffer(rules, len(rules))
    # struct sock_fprog: u16 count of instructions, and a pointer to them.
    count = (len(rules) // 8).to_bytes(8, sys.byteorder)
    head = count + ctypes.addressof(program).to_bytes(8, sys.byteorder)
    if call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head) != 0:
        raise OSError(errno.EPERM, "the filter of system calls cannot be set")


def write_file(path: bytes) -> int:
    """Copy standard input to a file of the workspace, with the folders that it needs."""
    folder = os.path.dirname(path)
    os.makedirs(folder or b".", exist_ok=True)
    # Non-blocking: a FIFO that nobody reads must not keep us waiting.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_NOFOLLOW
    target = os.open(path, flags, 0o644)
    while data := os.read(0, 1 << 20):
        while data:
            data = data[os.write(target, data) :]
    return 0


def wait(control: _socket.socket, command: Command, limits: Limits, child: int) -> tuple[str, int | None]:
    """Wait for the end of a command or for a limit; return the limit and the status, where known."""
    deadline = time.monotonic() + command.limit_s
    files_before = files_used()
    handle = os.pidfd_open(child)
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    poller.register(control, select.POLLIN)
    try:
        while True:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return "time", None
            ready = dict(poller.poll(min(left_s, TICK_S) * 1000))
            if handle in ready:
                return "-", None
            if control.fileno() in ready:
                message = control.recv(64)
                if not message:
                    os._exit(0)
                if message == b"stop " + command.number.encode():
                    return "stopped", None
            reached = limit_reached(limits, files_before)
            if reached:
                return reached, None
            ended = reap(child)
            if ended is not None:
                return "-", ended
    finally:
        os.close(handle)


def limit_reached(limits: Limits, files_before: int) -> str | None:
    """Return the limit of all processes together that is passed, if any."""
    processes, memory = 0, 0
    for name in os.listdir("/proc"):
        if name.isdigit() and name != "1":
            processes += 1
            memory += memory_of(name)
    if memory > limits.memory:
        return "memory"
    # The kernel counts threads too, but not for everybody; this is the second net.
    if processes > limits.processes:
        return "processes"
    files = files_used()
    return "files" if files > limits.files and files > files_before else None


def memory_of(process: str) -> int:
    """Return the bytes of memory that a process holds and that are no file's."""
    try:
        with open(f"/proc/{process}/status", "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return 0  # it has ended
    kib = (line.split()[1] for line in lines if line.startswith((b"RssAnon:", b"RssShmem:")))
    return sum(map(int, kib)) * 1024


def files_used() -> int:
    """Return how many files there are in all places that can be written to."""
    states = [os.statvfs(place) for place in PLACES]
    return sum(state.f_files - state.f_ffree for state in states)


def reap(child: int) -> int | None:
    """Take notice of orphans that ended, so that they do not count; return the command's status if it did."""
    while True:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended in {0, child}:
            return status if ended else None


def end_all(child: int, status: int | None) -> int:
    """End every process but this one, and return the status of the command."""
    try:
        while True:
            # As process 1, "all" is all of this sandbox; a process that is forking gets the signal too.
            kill_all()
            ended, how = os.waitpid(-1, 0)
            if ended == child:
                status = how
    except ChildProcessError:
        return KILL if status is None else status


def kill_all() -> None:
    """Send every process but this one the signal that none can ignore."""
    try:
        os.kill(-1, KILL)
    except ProcessLookupError:
        return  # nobody is left


def landlock_rules(limits: Limits) -> int | None:
    """Return a Landlock rule set, or None where the kernel has none.

    It keeps commands from reading /proc/PID/*: the mount table there names the host's folders. Only programs that were
    mounted for it may: some runtimes look up their own memory map there.
    """
    version = call("syscall", LANDLOCK_CREATE, None, 0, LANDLOCK_VERSION)
    if version <= 0:
        return None
    scopes = LANDLOCK_SCOPES if version >= LANDLOCK_ABI_WITH_SCOPES else 0
    fields = [LANDLOCK_READ_FILE, 0, scopes] if scopes else [LANDLOCK_READ_FILE]
    attributes = b"".join(field.to_bytes(8, sys.byteorder) for field in fields)
    rules = call("syscall", LANDLOCK_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return None
    below_proc = ["/proc"] if limits.shows_proc else [f"/proc/{name}" for name in READABLE_FILES]
    for path in [*READABLE, *below_proc]:
        place = os.open(path, os.O_PATH)
        rule = LANDLOCK_READ_FILE.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder)
        call("syscall", LANDLOCK_ADD, rules, LANDLOCK_PATH_BENEATH, rule, 0)
        os.close(place)
    os.set_inheritable(rules, False)
    return rules


def call(name: str, *arguments: int | bytes | None) -> int:
    """Call a function of the C library; `ctypes` itself would take 5 ms to import."""
    address = _ctypes.dlsym(_ctypes.dlopen(None, 0), name)  # type: ignore[arg-type]  # None is the program itself
    return int(_ctypes.call_function(address, arguments))


def send(control: _socket.socket, data: bytes, descriptor: int) -> None:
    """Send a message with a descriptor."""
    rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptor.to_bytes(4, sys.byteorder))
    control.sendmsg([data], [rights])


if __name__ == "__main__":
    main()
