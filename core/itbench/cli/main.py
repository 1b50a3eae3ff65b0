"""The program `itbench`: runs a command and turns what a user can fix into one line and an exit code.

Exit codes: 0 all is well; 1 done, but a trial has no valid score, the agent failed
with an error in every trial, or a check found faults; 2 wrong usage;
3 data, plugins or a run file that cannot be used; 4 a run file, an export or the cache cannot be written; 130 interrupted.
"""

import sys
from typing import NoReturn

from itbench.errors import ITBenchError

INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and exit."""
    from typer.main import get_command

    from itbench.cli.app import build_app

    try:
        get_command(build_app(sys.argv[1:])).main(prog_name="itbench")
    except ITBenchError as error:
        sys.stderr.write(f"error: {_clean(str(error))}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


def _clean(text: str) -> str:
    from itbench.redaction import environment_redactor

    return environment_redactor().text(text)


if __name__ == "__main__":
    main()
