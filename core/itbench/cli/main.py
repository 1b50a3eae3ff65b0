"""The program `itbench`: runs a command and turns what a user can fix into one line and an exit code.

Exit codes: 0 all is well; 1 done, but a trial has no valid score, the agent failed
with an error in every trial, or a check found faults; 2 wrong usage;
3 data, plugins, a run file or this machine cannot be used; 4 a run file, an export, the cache or standard output cannot be
written; 130 interrupted; 141 the reader of standard output has ended.
"""

import errno
import os
import sys
from types import TracebackType
from typing import NoReturn

from itbench.cli.exit_codes import INTERRUPTED, READER_ENDED
from itbench.cli.streams import output_problem, tell, watch_streams
from itbench.errors import ITBenchError, StorageError, UsageError
from itbench.host.faults import is_shortage, shortage_advice
from itbench.host.left_behind import count_left_behind

# Where typer and this program end a command themselves.
_OWN_EXITS = ("itbench.cli", "typer", "click")


def main() -> NoReturn:
    """Run the command line and exit."""
    watch_streams()
    code = _run()
    problem = output_problem()
    code = code if problem is None else _not_printed(problem)
    if count_left_behind():
        # An ordinary end would wait for threads of foreign code that never end.
        os._exit(code)
    sys.exit(code)


def _run() -> int:
    from typer.main import get_command

    from itbench.cli.app import build_app, leave_out_others

    app = build_app(sys.argv[1:])
    leave_out_others(app, sys.argv[1:])
    try:
        get_command(app).main(prog_name="itbench")
    except ITBenchError as error:
        tell(_clean(str(error)))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as ended:
        return _exit_code(ended)
    except OSError as error:
        return _of_the_system(error)
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not is_shortage(error):
            raise
        tell(shortage_advice(error))
        return ITBenchError.exit_code
    return 0


def _exit_code(ended: SystemExit) -> int:
    if isinstance(ended.__context__, OSError) and ended.__context__.errno == errno.EPIPE:
        return READER_ENDED
    module = _raised_in(ended.__traceback__)
    if not module.startswith(_OWN_EXITS):
        tell(f"the module {module!r} ended the program by itself, with {ended.code!r}")
        return ITBenchError.exit_code
    return ended.code if isinstance(ended.code, int) else int(ended.code is not None)


def _raised_in(trace: TracebackType | None) -> str:
    module = _OWN_EXITS[0]
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", module))
        trace = trace.tb_next
    return module


def _of_the_system(error: OSError) -> int:
    """Tell what the operating system refuses; what is neither this machine's nor a path's doing is a bug.

    Raises:
        OSError: it is one.
    """
    if output_problem() is not None:
        return StorageError.exit_code  # It is told at the end.
    if isinstance(error, BrokenPipeError):
        return READER_ENDED
    if error.errno == errno.ENAMETOOLONG:
        tell(f"the path {str(error.filename)[:100]!r} is too long for this file system; use a shorter one")
        return UsageError.exit_code
    if not is_shortage(error):
        raise error
    tell(shortage_advice(error))
    is_disk = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
    return StorageError.exit_code if is_disk else ITBenchError.exit_code


def _not_printed(error: OSError) -> int:
    if isinstance(error, BrokenPipeError):
        return READER_ENDED
    tell(f"cannot write standard output: {error.strerror}; redirect it to where there is room")
    return StorageError.exit_code


def _clean(text: str) -> str:
    from itbench.text.redaction import environment_redactor

    return environment_redactor().text(text)
