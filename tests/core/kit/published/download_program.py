"""Downloads a dataset in a process of its own, whose environment says where the hub is, and prints what happened."""

import json
import sys

from itbench.errors import ITBenchError
from itbench.kit.names import numbered
from itbench.kit.published.dataset import HubDataset
from itbench.kit.published.download import download

progress: list[tuple[str, int, int]] = []
result: dict[str, object] = {"root": None, "error": None, "progress": progress}
apples = HubDataset(
    repository="orchard/Fruit-Set",
    domain="fruit",
    suite="fruit-set",
    folder="fruit",
    names=numbered("apple-", "apple-"),
)
try:
    root = download(
        apples, sys.argv[2:], revision=sys.argv[1] or None, progress=lambda *step: progress.append(step)
    )
    result["root"] = str(root)
except ITBenchError as error:
    result["error"] = f"{type(error).__name__}: {error}"
print(json.dumps(result))
