"""The shape of the house: which module may import which, and that the core knows no domain."""

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CORE = REPOSITORY / "core" / "itbench"
DOMAINS = sorted(path for path in (REPOSITORY / "domains").glob("*/itbench_*") if path.is_dir())
# Each layer may import from those after it.
LAYERS = [
    {"cli"},
    {"report", "export", "newdomain", "testing"},
    {"validation"},
    {"run"},
    {"command", "stirrup"},
    {"react", "sandbox"},
    {"models", "network"},
    {"agents", "hub", "made", "store", "suites", "workspaces", "statistics", "schema"},
    {"plugins"},
    {"cache", "errors", "harmless", "interfaces", "output_file"},
]


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, whether at the top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def layer_of(name: str) -> int | None:
    return next((at for at, layer in enumerate(LAYERS) if name in layer), None)


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_a_module_of_the_core_imports_no_domain_and_nothing_above_its_layer(path: Path) -> None:
    own = layer_of(path.relative_to(CORE).parts[0].removesuffix(".py"))
    for module in imports(path):
        assert not re.match(r"itbench_(?!schemas)", module), f"{path} imports {module}"
        if module.startswith("itbench.") and own is not None and path.name != "mirror.py":
            theirs = layer_of(module.split(".")[1])
            assert theirs is None or theirs >= own, f"{path} imports {module}, which stands above it"


@pytest.mark.slow
@pytest.mark.parametrize("domain", DOMAINS, ids=lambda path: path.name)
def test_a_domain_imports_no_other_domain(domain: Path) -> None:
    for path in domain.rglob("*.py"):
        for module in imports(path):
            assert not module.startswith("itbench_") or module.split(".")[0] in {
                domain.name,
                "itbench_schemas",
            }


def test_the_core_names_no_domain() -> None:
    names = [path.name.removeprefix("itbench_") for path in DOMAINS] + ["finops", "ciso"]
    pattern = re.compile(rf"\b({'|'.join(names)})\b", re.IGNORECASE)
    found = [
        str(path)
        for path in CORE.rglob("*")
        if path.suffix in {".py", ".json"} and pattern.search(path.read_text())
    ]
    assert found == []


def test_no_module_is_longer_than_400_lines() -> None:
    folders = [CORE, *DOMAINS, REPOSITORY / "schemas"]
    long = [
        str(path) for folder in folders for path in folder.rglob("*.py") if path.read_text().count("\n") > 400
    ]
    assert long == []
