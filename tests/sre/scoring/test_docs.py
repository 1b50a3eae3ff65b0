"""The worked example of docs/reference/scoring.md is true."""

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from itbench_sre.scoring import score_diagnosis
from itbench_sre.truth import load_truth, truth_from_json

PAGE = (Path(__file__).parents[3] / "docs/reference/scoring.md").read_text(encoding="utf-8")


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_every_row_of_the_worked_example_holds():
    parts = score_diagnosis(
        json.loads(block("json")), load_truth(block("yaml"), source="docs/reference/scoring.md")
    )
    section = PAGE.split("## A worked example")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\S+)` \| (\S+) \|", section, re.MULTILINE)
    assert len(rows) == 19
    assert {name: parts.metrics[name] for name, _ in rows} == pytest.approx(
        {name: float(Fraction(value)) for name, value in rows}
    )


def test_every_row_of_the_headlines_table_holds():
    truth = truth_from_json(
        {"groups": [{"id": i, "kind": "Pod", "namespace": "n", "name": i, "root_cause": True} for i in "ab"]}
    )
    section = PAGE.split("## The headline")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ((?:`\w` ?)+) \| (\S+) \| (\S+) \|", section, re.MULTILINE)
    assert len(rows) == 7
    for names, value, strict in rows:
        kinds = {letter: "Deployment" if letter.isupper() else "Pod" for letter in names}
        factors = [{"name": f"n/{kinds[letter]}/{letter.lower()}"} for letter in re.findall(r"\w", names)]
        metrics = score_diagnosis({"contributing_factors": factors}, truth).metrics
        found = [metrics["precision_at_full_recall"], metrics["precision_at_full_recall_strict"]]
        assert found == pytest.approx([float(Fraction(value)), float(Fraction(strict))])


def test_every_metric_is_on_the_page():
    parts = score_diagnosis(
        json.loads(block("json")), load_truth(block("yaml"), source="docs/reference/scoring.md")
    )
    families = {re.sub(r"(_precision|_recall|_f1)$", "", name) for name in parts.metrics}
    families = {re.sub(r"@\d$", "@", name) for name in families} - {"precision_at_full"}
    assert {name for name in families if name not in PAGE} == set()
