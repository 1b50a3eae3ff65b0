"""Why a program did not start: it, or a file that it is given, is on the host but not in the sandbox."""

from collections.abc import Sequence
from pathlib import Path

from itbench.interfaces.workspace import Hosting, Workspace

_LIMIT_S = 30.0
# Prints each word that names neither a program nor a file here.
_ABSENT = (
    'for word; do command -v -- "$word" >/dev/null 2>&1 || [ -e "$word" ] || printf "%s\\n" "$word"; done'
)
_NOT_EXECUTABLE = '[ -e "$1" ] && [ ! -x "$1" ]'


async def why_absent(words: Sequence[str], workspace: Workspace) -> str | None:
    """Return what to do about words that name a file which is not in the workspace's world; None where none is missing."""
    probe = workspace.probe if isinstance(workspace, Hosting) else workspace.execute
    program, *arguments = words
    asked = [program, *filter(_is_file_here, arguments)]
    found = await probe(["sh", "-c", _ABSENT, "sh", *asked], timeout_s=_LIMIT_S)
    absent = [word for word in asked if word in found.stdout.splitlines()]
    if absent:
        return f"{absent[0]!r} is not in the sandbox; {_way_in(absent[0])}"
    is_plain = await probe(["sh", "-c", _NOT_EXECUTABLE, "sh", program], timeout_s=_LIMIT_S)
    if is_plain.exit_code == 0:
        return f"{program!r} is in the sandbox but is not an executable program"
    return None


def _is_file_here(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):  # Such as a program's text after `-c`, which is too long for a name.
        return False


def _way_in(word: str) -> str:
    path = Path(word)
    if _is_file_here(word):
        return f"--agent command:copy={word} copies it into the working directory, as ./{path.name}"
    return (
        "--agent command:copy=FILE copies a file into the working directory, "
        "command:mount=DIR shows a folder of programs at /opt/NAME"
    )
