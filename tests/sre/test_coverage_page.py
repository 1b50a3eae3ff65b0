"""The page that lists published faults beside the mechanisms names mechanisms that there are, and all public tasks."""

import json
import re
from pathlib import Path

from itbench_sre.world.application.otel_demo.flags import FLAG_FILE
from itbench_sre.world.mechanisms.catalogue import CATALOGUE

PAGE = Path(__file__).parents[2] / "docs/reference/incident-coverage.md"


def test_every_named_mechanism_is_in_the_catalogue():
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    named = {word for row in rows for word in re.findall(r"[a-z]+(?:-[a-z]+)+", row[-1])}
    assert len(named & set(CATALOGUE)) > 40
    assert named <= set(CATALOGUE)


def test_every_flag_and_every_public_task_is_there():
    text = PAGE.read_text()
    assert all(f"`{flag}`" in text for flag in json.loads(FLAG_FILE)["flags"])
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert len(numbers) == 40
