"""Whether this process has threads that will never end: waiting for them would keep the program from ending."""

_threads: list[str] = []


def leave_behind(what: str) -> None:
    """Note that a thread is given up."""
    _threads.append(what)


def count_left_behind() -> int:
    """Return how many threads were given up."""
    return len(_threads)
