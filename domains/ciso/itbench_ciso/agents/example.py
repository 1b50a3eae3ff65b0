"""What an agent can see of the shown cluster and of the existing policies."""

import re
from pathlib import PurePosixPath

from itbench import JsonValue, Workspace
from itbench_ciso.controls.policy_set import COMBINING
from itbench_ciso.judging.direct import EXISTING
from itbench_ciso.judging.sets import SHOWN, resources_in

# Other clusters have some of the same name.
_EVERYWHERE = ("Namespace", "NetworkPolicy", "ServiceAccount")
_COMBINED = re.compile(r"^\s*(data\.policies\.\w+\.result)$", re.MULTILINE)


async def example_texts(workspace: Workspace) -> dict[str, bytes]:
    """Return the shown manifests by path, in the order in which a script would sort them."""
    paths = sorted(await workspace.list_files(SHOWN), key=PurePosixPath)
    return {path: await workspace.read_file(path) for path in paths}


async def example_resources(workspace: Workspace) -> list[JsonValue]:
    """Return the objects of the shown manifests, Lists taken apart."""
    return resources_in((await example_texts(workspace)).values())


async def example_names(workspace: Workspace) -> list[str]:
    """Return what tells the objects apart from those of other clusters, such as `Role/shop/reader`."""
    found = [
        f"{resource.get('kind')}/{resource['metadata'].get('namespace', '')}/{resource['metadata'].get('name')}"
        for resource in await example_resources(workspace)
        if isinstance(resource, dict)
        and isinstance(resource.get("metadata"), dict)
        and resource.get("kind") not in _EVERYWHERE
    ]
    return sorted(set(found))


async def combined_names(workspace: Workspace) -> list[str]:
    """Return what the existing set asks of its parts, such as `data.policies.cis_5_1_1.result`."""
    text = (await workspace.read_file(EXISTING + COMBINING)).decode()
    return _COMBINED.findall(text)
