"""Whatever belongs to a control lies in its own folder, and a folder is all that a new control needs."""

import ast
from pathlib import Path

from itbench_ciso.controls import register
from itbench_ciso.controls.register import controls, folders

HERE = Path(register.__file__).parent
SHARED = {"manifests", "parts", "ways"}
POLICIES = {"policy.rego", "baseline.rego"}
ADMISSION_POLICIES = {"admission.yaml", "admission_baseline.yaml"}


def test_controls_come_in_the_order_of_their_numbers() -> None:
    numbers = [[int(part) for part in number.split(".")] for number in controls()]
    assert numbers == sorted(numbers)
    assert len(numbers) >= 30


def test_each_folder_that_is_not_shared_is_a_control_with_a_number_of_its_own() -> None:
    found = {path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert sorted(folders().values()) == sorted(found - SHARED)


def test_a_folder_has_all_that_belongs_to_its_control_and_nothing_else() -> None:
    for number, control in controls().items():
        expected = {"requirement.md", *POLICIES} | (ADMISSION_POLICIES if control.is_admission else set())
        paths = [path for path in (HERE / folders()[number]).iterdir() if path.is_file()]
        assert {path.name for path in paths if path.suffix != ".py"} == expected, number
        assert {"__init__.py", "ways.py"} <= {path.name for path in paths}, number


def test_a_control_imports_no_other_control() -> None:
    for own in folders().values():
        assert_alone(own, {f"itbench_ciso.controls.{name}" for name in folders().values() if name != own})


def assert_alone(own: str, others: set[str]) -> None:
    for path in (HERE / own).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                assert not any(f"{name}.".startswith(f"{other}.") for other in others), (
                    f"{path} imports {name}"
                )
