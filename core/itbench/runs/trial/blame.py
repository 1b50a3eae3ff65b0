"""Whose doing a failure was: each stage of a trial runs inside `blame`."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from itbench.host.faults import is_shortage
from itbench.interfaces.fault import Fault, Stage, StageError
from itbench.interfaces.score import printable
from itbench.plugins.foreign import is_of_plugin

_LONGEST_STORY = 40_000


class Blamed(Exception):  # noqa: N818 - it carries a fault and is itself none
    """Carries the fault of a stage outwards."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@contextmanager
def blame(stage: Stage) -> Iterator[None]:
    """Turn any exception of the code inside into a fault of this stage; an inner blame wins.

    Raises:
        Blamed: something inside raised.
    """
    try:
        yield
    except Blamed:
        raise
    except BaseException as error:
        if not is_of_plugin(error):
            raise
        raise Blamed(fault_of(error, stage)) from error


def fault_of(error: BaseException, stage: Stage) -> Fault:
    """Return the fault that an exception stands for; an inner blame or a StageError names its own stage."""
    if isinstance(error, Blamed):
        return error.fault
    if isinstance(error, StageError):
        stage = error.stage
    elif stage is Stage.AGENT and is_shortage(error):
        # An agent in Python shares this process, so which of the two took the last descriptor is not known.
        stage = Stage.ENVIRONMENT
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    text = "".join(traceback.format_exception(error))
    return Fault(stage, printable(_one_line(message)), printable(_cut(text)))


def _cut(text: str) -> str:
    """Return the head and the tail of a long text: an exception may hold megabytes."""
    if len(text) <= _LONGEST_STORY:
        return text
    half = _LONGEST_STORY // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"


def _one_line(message: str, longest: int = 500) -> str:
    line = " ".join(message[: 8 * longest].split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
