"""Takes out of pages where things lie on this machine: a site is made to be given to others."""

import html
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from itbench.host.cache import cache_dir

# Programs lie there, on every machine.
_OF_SYSTEM: Final = ("/bin/", "/dev/", "/etc/", "/lib", "/opt/", "/proc/", "/sbin/", "/usr/")
# Folders right below the root, such as /root and /data, tell nothing, and stand in honest text.
_LEAST_PARTS: Final = 3
_PATH: Final = re.compile(r"""(?<![\w:/])/[^\s'"=:,/<>]+/[^\s'"=:,<>]+""")


class Hider:
    """Takes the paths of folders out of text; what lies below them stays.

    Args:
        folders: absolute paths.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        spelled = {form for folder in folders for form in _forms(folder)}
        self._first = sorted(spelled, key=len, reverse=True)
        words = "|".join(map(re.escape, self._first))
        # Neither a relative address (../run/x.html) nor the end of an element (</x>) is a path.
        self._pattern = re.compile(f"(?<![.<])(?:{words})(?:/|(?![\\w.-]))")

    def text(self, text: str) -> str:
        """Return the text without the folders."""
        if not any(folder in text for folder in self._first):
            return text
        return self._pattern.sub(lambda found: "" if found[0].endswith("/") else ".", text)


def folders_of(paths: Iterable[Path], plans: Iterable[Any]) -> list[str]:
    """Return the folders of this machine that pages may name: those of the runs and of what their plans name, home, cache, and the current one."""
    found = {str(Path.cwd()), str(Path.home()), str(cache_dir())}
    for path in [*paths, *(Path(text) for plan in plans for text in _paths(plan))]:
        found |= {str(path.parent.absolute()), os.path.realpath(path.parent)}
    return sorted(folder for folder in found if len(Path(folder).parts) >= _LEAST_PARTS)


def _paths(value: Any) -> Iterator[str]:
    """Yield the absolute paths in a document."""
    if isinstance(value, str):
        yield from (path for path in _PATH.findall(value) if not path.startswith(_OF_SYSTEM))
    elif isinstance(value, dict):
        for each in value.values():
            yield from _paths(each)
    elif isinstance(value, list):
        for each in value:
            yield from _paths(each)


def _forms(folder: str) -> Iterator[str]:
    yield folder
    yield html.escape(folder)
    yield html.escape(folder).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    yield json.dumps(folder, ensure_ascii=False)[1:-1]
    yield html.escape(json.dumps(folder, ensure_ascii=False)[1:-1])
