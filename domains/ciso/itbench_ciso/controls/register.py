"""All controls by number: each has a folder beside this module, and a folder with a `requirement.md` is one."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files

from itbench_ciso.controls.control import Control


@cache
def controls() -> Mapping[str, Control]:
    """Return every control by its number, in order."""
    return dict(sorted(((control.number, control) for control in _by_folder().values()), key=_place))


@cache
def folders() -> Mapping[str, str]:
    """Return the names of the folders of all controls, by the numbers of these."""
    return {control.number: name for name, control in _by_folder().items()}


@cache
def _by_folder() -> Mapping[str, Control]:
    """Import the constant `CONTROL` of the module `ways` in each folder."""
    beside = files(__package__).iterdir()
    names = sorted(path.name for path in beside if path.joinpath("requirement.md").is_file())
    return {name: import_module(f"{__package__}.{name}.ways").CONTROL for name in names}


def _place(numbered: tuple[str, Control]) -> list[int]:
    return [int(part) for part in numbered[0].split(".")]
