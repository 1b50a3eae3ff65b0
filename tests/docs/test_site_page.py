"""The commands by which the page about looking at runs writes sites do what it says."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "look-at-runs.md"
RUN = ("run", "sums/easy", "--limit", "1", "--sandbox", "none", "--allow-unsafe", "--agent")


@pytest.mark.usefixtures("sums")
def test_the_commands_that_write_a_site_work(itbench: Callable[..., Any], tmp_path: Path) -> None:
    text = PAGE.read_text()
    workflow = re.search(r'^```yaml title="\S+"\n(.*?)^```$', text, re.DOTALL | re.MULTILINE)
    assert workflow is not None
    steps = yaml.safe_load(workflow[1])["jobs"]["site"]["steps"]
    commands = [
        *re.findall(r"^\$ (itbench site .*)$", text, re.MULTILINE),
        *(step.get("run", "") for step in steps),
    ]
    assert itbench(*RUN, "adder").code == 0
    written = []
    for command in commands:
        if command.startswith("itbench site"):
            words = [word.replace(":react", ":adder") for word in shlex.split(command)[1:]]
            assert itbench(*words).code == 0
            written.append(words[words.index("--out") + 1])
    assert written == ["site", "two-runs", "site"]
    for name in written:
        assert (tmp_path / name / "index.html").is_file()
    assert next(step["with"]["path"] for step in steps if "upload" in step.get("uses", "")) == "site"
