"""The programs that run, and what is asked of them.

There is one command at a time, and beside it any number of lasting programs: shells of sessions, the server of a service. Whatever
descends from none of them is ended when a command ends.
"""

import _socket
import errno
import os
import select
import time

from .calls import HOST_ERRORS, receive, send
from .limits import Watch, files_used, processes_used
from .program import Order, Setting, become
from .tree import Tree, end_below, end_others, end_session, signal

_KILL = 9
# As shells tell of a program that cannot be run.
_NOT_RUN = 126
_FORKS, _FORK_PAUSE_S = 20, 0.02
_TICK_S, _LONGEST_TICK_S = 0.05, 0.2
_END_LIMIT_S, _PAUSE_S = 2.0, 0.001
_TCP_KINDS = (_socket.AF_INET, _socket.SOCK_STREAM)


class Running:
    """A program that was started, and by which limit it was ended if by any."""

    def __init__(self, order: Order, process: int, told: int) -> None:
        self.order = order
        self.process = process
        self.handle = os.pidfd_open(process)
        self.told = told
        self.reason = "-"

    def answer(self, status: int) -> bytes:
        """Return what became of it, and close what is open for it."""
        refused = os.read(self.told, 1)
        os.close(self.told)
        os.close(self.handle)
        if refused:
            return b"%d %d host" % (self.order.number, refused[0])
        code = os.waitstatus_to_exitcode(status)
        return f"{self.order.number} {code} {self.reason}".encode()


class Runner:
    """Carries out orders.

    Attributes:
        is_open: whether more can come.
    """

    def __init__(self, control: _socket.socket, setting: Setting) -> None:
        self.is_open = True
        self._control = control
        self._setting = setting
        self._watch = None if setting.limits is None else Watch(setting.limits)
        self._command: Running | None = None
        self._lasting: dict[int, Running] = {}
        self._waiting: list[Order] = []
        self._poller = select.poll()
        self._poller.register(control, select.POLLIN)
        self._tick_s = _TICK_S
        self._next_look = 0.0

    def turn(self) -> None:
        """Wait for the next thing that happens, and do what is to be done."""
        ready = {number for number, _ in self._poller.poll(self._wait_ms())}
        # What has ended is answered for before anything that was asked for later.
        self._reap()
        if self._command is not None and time.monotonic() >= self._command.order.deadline:
            self._end_command("time")
        if self._control.fileno() in ready:
            data, descriptors = receive(self._control)
            self._take(data, descriptors)
        if self._watch is not None and self._is_busy and time.monotonic() >= self._next_look:
            self._look(self._watch)
        if self._command is None and self._waiting:
            self._accept(self._waiting.pop(0))

    @property
    def _is_busy(self) -> bool:
        return self._command is not None or bool(self._lasting)

    def end_everything(self, reason: str = "ended") -> None:
        """End all that was started, at once, and answer for each."""
        for running in [*self._lasting.values(), *([self._command] if self._command else ())]:
            running.reason = reason if running.reason == "-" else running.reason
        if os.getpid() == 1:
            while self._is_busy:
                _kill_all()
                self._reap(is_patient=True)
            return
        for running in self._lasting.values():
            end_below(running.process)
        end_others(set())
        deadline = time.monotonic() + _END_LIMIT_S
        while self._is_busy and time.monotonic() < deadline:
            self._reap()
            time.sleep(_PAUSE_S)

    def _wait_ms(self) -> float | None:
        times = [] if self._command is None else [self._command.order.deadline]
        if self._watch is not None and self._is_busy:
            times.append(self._next_look)
        return max(min(times) - time.monotonic(), 0) * 1000 + 1 if times else None

    def _take(self, data: bytes, descriptors: list[int]) -> None:
        """Do what a message asks for."""
        if not data:
            self.is_open = False
            return
        kind, *words = data.split(b" ")
        if kind == b"run":
            self._accept(Order(descriptors))
        elif kind == b"stop":
            self._stop(int(words[0]))
        elif kind == b"signal":
            self._signal(int(words[0]), int(words[1]), with_itself=words[2] == b"1")
        elif kind == b"end":
            self._end_lasting(int(words[0]))
        elif kind == b"clear":
            self._waiting = [order for order in self._waiting if self._refused(order)]
            self.end_everything()
            self._say(b"%d 0 -" % int(words[0]))
        elif kind in {b"listen", b"connect"}:
            self._hand_out(int(words[0]), kind, b" ".join(words[1:]))

    def _accept(self, order: Order) -> None:
        if order.is_lasting:
            running = self._started(order)
            if running is not None:
                self._lasting[order.number] = running
        elif self._command is not None:
            self._waiting.append(order)
        else:
            if self._watch is not None:
                self._watch.files_before = files_used()
            self._command = self._started(order)

    def _started(self, order: Order) -> Running | None:
        told, teller = os.pipe()
        try:
            child = self._forked()
            if child == 0:
                become(order, self._setting, teller)
            running = Running(order, child, told)
        except OSError as error:
            os.close(told)
            self._refuse(order, error)
            return None
        finally:
            os.close(teller)
            order.close()
        self._poller.register(running.handle, select.POLLIN)
        self._tick_s = _TICK_S
        self._next_look = time.monotonic() + _TICK_S
        return running

    def _forked(self) -> int:
        """Fork; where that is refused, look a few times whether what runs in here has used up its own limit, which says whose doing it is."""
        for _ in range(_FORKS):
            try:
                return os.fork()
            except OSError as error:
                if error.errno != errno.EAGAIN or self._has_many_processes():
                    raise
                time.sleep(_FORK_PAUSE_S)
        return os.fork()

    def _has_many_processes(self) -> bool:
        """Tell whether so many run in here that their own limit, and not the machine's, is what they reach."""
        limits = self._setting.limits
        return limits is not None and 2 * processes_used() >= limits.processes

    def _refuse(self, order: Order, error: OSError) -> None:
        """Answer for an order that no process could be started for."""
        code = error.errno or errno.EAGAIN
        if code != errno.EAGAIN or not self._has_many_processes():
            self._say(b"%d %d fork" % (order.number, code))
            return
        self._say(b"%d %d processes" % (order.number, code if order.kind == "write" else _NOT_RUN))

    def _reap(self, *, is_patient: bool = False) -> None:
        """Take notice of what has ended: commands, lasting programs, orphans."""
        while True:
            try:
                ended, status = os.waitpid(-1, 0 if is_patient else os.WNOHANG)
            except ChildProcessError:
                return
            if not ended:
                return
            if self._command is not None and ended == self._command.process:
                self._command_ended(status)
            for number, running in list(self._lasting.items()):
                if ended == running.process:
                    del self._lasting[number]
                    self._lasting_ended(running, status)

    def _command_ended(self, status: int) -> None:
        """End what the command has left, and answer for it."""
        command, self._command = self._command, None
        assert command is not None
        self._poller.unregister(command.handle)
        self._end_rest()
        self._say(command.answer(status))

    def _lasting_ended(self, running: Running, status: int) -> None:
        self._poller.unregister(running.handle)
        if self._command is None:
            self._end_rest()
        else:
            # What else it has left ends together with the command: nobody can tell it from that one's.
            end_session(running.process)
        self._say(running.answer(status))

    def _end_rest(self) -> None:
        """End all that descends from no lasting program."""
        roots = {running.process for running in self._lasting.values()}
        if not roots and os.getpid() == 1:
            try:
                while True:
                    _kill_all()
                    os.waitpid(-1, 0)
            except ChildProcessError:
                return
        if not end_others(roots):
            self.end_everything("forks")

    def _end_command(self, reason: str) -> None:
        command = self._command
        assert command is not None
        command.reason = reason
        signal(command.process, _KILL)
        while self._command is command:
            self._reap_one(command.process)

    def _reap_one(self, process: int) -> None:
        """Wait for the end of one child that was killed."""
        try:
            _, status = os.waitpid(process, 0)
        except ChildProcessError:
            return
        if self._command is not None and self._command.process == process:
            self._command_ended(status)

    def _stop(self, number: int) -> None:
        if self._command is not None and self._command.order.number == number:
            self._end_command("stopped")
        else:
            self._waiting = [
                order for order in self._waiting if order.number != number or self._refused(order)
            ]

    def _refused(self, order: Order) -> bool:
        """Answer for an order that was not carried out; always False."""
        order.close()
        self._say(b"%d %d stopped" % (order.number, -_KILL))
        return False

    def _signal(self, number: int, kind: int, *, with_itself: bool) -> None:
        running = self._lasting.get(number)
        if running is None:
            return
        # A shell first: it would start the next program of a loop before it hears of the signal.
        if with_itself:
            signal(running.process, kind)
        for process in Tree().below(running.process):
            signal(process, kind)

    def _end_lasting(self, number: int) -> None:
        running = self._lasting.get(number)
        if running is None:
            return
        running.reason = "ended" if running.reason == "-" else running.reason
        if not end_below(running.process):
            self.end_everything("forks")
        self._reap()

    def _look(self, watch: Watch) -> None:
        """End the command if a limit is passed, else all lasting programs."""
        before = watch.usage
        reached = watch.reached()
        if self._command is None:
            watch.files_before = watch.usage[2]
        if reached is not None and self._command is not None:
            self._end_command(reached)
        elif reached is not None:
            self.end_everything(reached)
        is_still = self._command is None and watch.usage == before
        self._tick_s = min(self._tick_s * 2, _LONGEST_TICK_S) if is_still else _TICK_S
        self._next_look = time.monotonic() + self._tick_s

    def _hand_out(self, number: int, kind: bytes, place: bytes) -> None:
        """Open a socket in here and hand it out: one that listens, or one that connects to a server in here."""
        try:
            made = _listener(place) if kind == b"listen" else _connection(place)
        except OSError as error:
            # A server's full queue does not mean that the machine lacks something, though the kernel uses the same error for both.
            if error.errno in HOST_ERRORS and error.errno != errno.EAGAIN:
                raise
            self._say(b"%d %d socket" % (number, error.errno or errno.EINVAL))
            return
        send(self._control, b"%d %d socket" % (number, 0), made.fileno())
        made.close()

    def _say(self, answer: bytes) -> None:
        try:
            self._control.send(answer)
        except OSError as error:
            if error.errno in HOST_ERRORS:
                raise
            self.is_open = False  # nobody listens any more


def _kill_all() -> None:
    """As process 1, end all of this sandbox: a process that is forking gets the signal too."""
    try:
        os.kill(-1, _KILL)
    except ProcessLookupError:
        return  # nobody is left


def _listener(place: bytes) -> _socket.socket:
    host, port = place.decode().split()
    made = _socket.socket(*_TCP_KINDS)
    try:
        made.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        made.bind((host, int(port)))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def _connection(place: bytes) -> _socket.socket:
    is_port = place.isdigit()
    made = _socket.socket(*(_TCP_KINDS if is_port else (_socket.AF_UNIX, _socket.SOCK_STREAM)))
    made.setblocking(False)
    try:
        made.connect(("127.0.0.1", int(place)) if is_port else place)
    except BlockingIOError as error:
        if error.errno != errno.EINPROGRESS:
            made.close()
            raise
        # Its holder finds out what comes of it.
    except OSError:
        made.close()
        raise
    return made
