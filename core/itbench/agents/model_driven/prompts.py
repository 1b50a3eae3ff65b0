"""What the agent tells the model: versioned text files, and one hash over all of them."""

import hashlib
from functools import cache
from importlib.resources import files
from types import MappingProxyType

VERSION = "v3"


@cache
def prompts() -> MappingProxyType[str, str]:
    """Return all prompts of this version by their names."""
    ending = f".{VERSION}.txt"
    folder = files("itbench.agents.model_driven") / "prompts"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(ending))
    return MappingProxyType(
        {name.removesuffix(ending): (folder / name).read_text("utf-8").strip() for name in found}
    )


@cache
def prompts_hash() -> str:
    """Return a hash that changes with any word of any prompt."""
    digest = hashlib.sha256()
    for name, text in prompts().items():
        digest.update(f"{name}\0{text}\0".encode())
    return f"sha256:{digest.hexdigest()}"


def prompt(name: str, **values: object) -> str:
    """Return a prompt with its values filled in; braces in the values are left alone."""
    return prompts()[name].format(**values)
