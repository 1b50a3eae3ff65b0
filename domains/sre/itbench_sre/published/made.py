"""Made incidents in the layout of ITBench-AA, so that whatever reads that dataset reads them.

Their scenarios have numbers and ids that the published ones do not have.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from itbench import JsonObject
from itbench.kit import Randomness, mixed, read_object
from itbench_sre.published.index import INDEX_NAME, MADE_ID

_FOLDER = "sre"
_TRUTH_NAME = "ground_truth.yaml"
# The numbers of published scenarios have up to three digits.
_NUMBERS = range(1000, 10000)
# Those of published truths, and the few of ours on which a score depends.
_TRUTH_KEYS = ("fault", "alerts", "groups", "aliases", "propagations", "recommended_actions")
_OWN_KEYS = ("nothing_is_wrong", "canary")


def arrange(plain: Path, task_ids: Sequence[str], seed: int, folder: Path, truths: Path | None) -> None:
    """Move a suite folder's incidents to `sre/Scenario-<N>` of another folder, write their index, and remove what is left.

    Args:
        plain: the suite folder.
        task_ids: of its tasks.
        seed: that the numbers of the scenarios are drawn from: they tell nothing of the order of the tasks.
        folder: for the scenarios.
        truths: for a whole index and the truths, which `folder` then lacks; laid over `folder`, they complete it. None for
            truths beside the scenarios.
    """
    numbers = Randomness(mixed(seed, "scenario numbers")).shuffled(_NUMBERS)[: len(task_ids)]
    (folder / _FOLDER).mkdir()
    lines = []
    for number, task_id in sorted(zip(numbers, task_ids, strict=True)):
        scenario = f"{_FOLDER}/Scenario-{number}"
        (plain / "inputs" / task_id).rename(folder / scenario)
        text = truth_text(read_object(plain / "truths" / f"{task_id}.json"))
        home = (truths or folder) / scenario
        home.mkdir(parents=True, exist_ok=True)
        (home / _TRUTH_NAME).write_text(text, encoding="utf-8")
        lines.append(_line(number, text))
    if truths is not None:
        _write_index(truths, lines)
        lines = [line | {"ground_truth_yaml": ""} for line in lines]
    _write_index(folder, lines)
    shutil.rmtree(plain)


def truth_text(truth: JsonObject) -> str:
    """Return a truth as YAML in the flat shape of published ones, without what only we know of an incident."""
    import yaml

    kept = {key: truth[key] for key in (*_TRUTH_KEYS, *_OWN_KEYS) if key in truth}
    # Two lists of the same texts are written out twice: anchors are not for every reader.
    plain = json.loads(json.dumps({"metadata": {"version": "v1"}, **kept}))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=1000)


def _line(number: int, text: str) -> JsonObject:
    return {
        "id_aa": f"{MADE_ID}{number}",
        "scenario_id": f"Scenario-{number}",
        "category": "sre",
        "source_split": "private",
        "scenario_root": "/home/user",
        "ground_truth_yaml": text,
    }


def _write_index(root: Path, lines: Sequence[JsonObject]) -> None:
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    (root / _FOLDER / INDEX_NAME).write_text(text, encoding="utf-8")
