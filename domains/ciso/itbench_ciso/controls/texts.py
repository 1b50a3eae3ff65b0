"""What belongs to a control in words and as policies; the files lie in the control's folder.

A `$name` in a file stands for a parameter, or for a part that several controls share: those of `requirement.md` lie in
`parts/requirement`, those of `policy.rego` in `parts/policy`, and so on.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template

from itbench import JsonValue
from itbench_ciso.controls.control import Control, Parameters
from itbench_ciso.controls.fetch_scripts import BASELINE_FETCH, FETCH
from itbench_ciso.controls.register import folders

__all__ = [
    "BASELINE_FETCH",
    "FETCH",
    "admission_baseline",
    "admission_policy",
    "baseline_policy",
    "requirement",
    "shared_texts",
    "solution_policy",
]


def requirement(control: Control, parameters: Parameters, *, is_complete: bool = True) -> str:
    """Return all that is needed to judge any variant, in Markdown.

    Args:
        control: the control.
        parameters: the names that a task states.
        is_complete: whether to explain also what is the same for several controls.
    """
    in_words = {name: _in_words(value) for name, value in parameters.items()}
    explained = shared_texts()
    if not is_complete:
        return _filled(control, "requirement.md", dict.fromkeys(explained, "") | in_words)
    return f"{_filled(control, 'requirement.md', in_words)}\n{explained['reading']}\n"


def shared_texts() -> Mapping[str, str]:
    """Return what the requirements of several controls explain alike, by name."""
    return dict(sorted(_parts("requirement").items()))


def solution_policy(control: Control, parameters: Parameters) -> str:
    """Return the reference policy in Rego, for what `FETCH` collects."""
    return _filled(control, "policy.rego", _as_json(parameters))


def baseline_policy(control: Control) -> str:
    """Return what is written in a hurry from the title alone, in Rego, for what `BASELINE_FETCH` collects."""
    return _filled(control, "baseline.rego", {})


def admission_policy(control: Control, parameters: Parameters) -> str:
    """Return the reference ValidatingAdmissionPolicy in YAML."""
    return _filled(control, "admission.yaml", _as_json(parameters))


def admission_baseline(control: Control) -> str:
    """Return a ValidatingAdmissionPolicy that is written in a hurry from the title alone, in YAML."""
    return _filled(control, "admission_baseline.yaml", {})


def _filled(control: Control, name: str, values: dict[str, str]) -> str:
    parts = _parts(name.partition(".")[0])
    return Template(_read(folders()[control.number], name)).substitute(parts | values)


@cache
def _read(folder: str, name: str) -> str:
    return files(__package__).joinpath(folder, name).read_text("utf-8")


@cache
def _parts(of: str) -> dict[str, str]:
    """Return what several controls' files of one name have in common, by the names of the parts."""
    folder = files(__package__).joinpath("parts", of)
    if not folder.is_dir():
        return {}
    parts = [part for part in folder.iterdir() if part.is_file()]
    return {part.name.partition(".")[0]: part.read_text("utf-8").rstrip("\n") for part in parts}


def _as_json(parameters: Parameters) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in parameters.items()}


def _in_words(value: JsonValue) -> str:
    if not isinstance(value, list):
        return f"`{value}`"
    *first, last = [f"`{item}`" for item in value]
    return f"{', '.join(first)} and {last}" if first else last
