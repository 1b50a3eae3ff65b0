"""The scripts that collect the manifests for a policy: the reference, and a hurried one."""

FETCH = """\
#!/usr/bin/env bash
# Collects every manifest below static-resources/; Lists are taken apart.
set -euo pipefail
python3 - <<'PYTHON'
import json
from pathlib import Path

import yaml

loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def taken_apart(document):
    if not isinstance(document, dict):
        return
    if str(document.get("kind", "")).endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from taken_apart(item)
    else:
        yield document


resources = [
    resource
    for path in sorted(Path("static-resources").rglob("*.yaml"))
    for document in yaml.load_all(path.read_text("utf-8"), Loader=loader)
    for resource in taken_apart(document)
]
Path("collected_data.json").write_text(json.dumps({"resources": resources}), "utf-8")
PYTHON
"""

BASELINE_FETCH = """\
#!/usr/bin/env bash
set -e
python3 -c '
import glob, json, yaml
documents = []
for path in sorted(glob.glob("static-resources/*.yaml")):
    documents += [document for document in yaml.safe_load_all(open(path)) if document]
json.dump({"resources": documents}, open("collected_data.json", "w"))
'
"""
