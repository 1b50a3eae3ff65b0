"""The shape of the house: which module may import which, and that the core knows no domain."""

import ast
import importlib
import importlib.metadata
import pkgutil
import re
from collections.abc import Container, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import itbench

REPOSITORY = Path(__file__).resolve().parents[2]
CORE = REPOSITORY / "core" / "itbench"
DOMAINS = sorted(path for path in (REPOSITORY / "domains").glob("*/itbench_*") if path.is_dir())
SCAFFOLD = CORE / "validation" / "scaffold" / "templates"
AUTHORS = [*DOMAINS, SCAFFOLD, *sorted((REPOSITORY / "tests" / "plugins").glob("*"))]
DOORS = ("itbench", "itbench.kit", "itbench.models", "itbench.sandboxes", "itbench.testing")
# Each layer may import from those after it.
LAYERS = [
    {"__main__"},
    {"cli"},
    {"api", "inspect_suite", "live_traces", "view"},
    {"harbor", "report", "testing"},
    {"audit", "sealing", "validation"},
    {"runs"},
    {"agents", "sandbox", "kit", "sealed"},
    {"egress", "suites"},
    {"models", "store", "statistics", "schema"},
    {"plugins", "host"},
    {"text"},
    {"interfaces"},
    {"errors"},
]


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, whether at the top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(_python(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def _python(path: Path) -> str:
    text = path.read_text()
    return text.replace("@", "_") if path.suffix == ".template" else text  # It has names like @module@.


def layer_of(name: str) -> int | None:
    return next((at for at, layer in enumerate(LAYERS) if name in layer), None)


def test_no_module_of_the_core_imports_a_domain_or_anything_above_its_layer() -> None:
    paths = sorted(CORE.rglob("*.py"))
    assert len(paths) > 100
    for path in paths:
        own = layer_of(path.relative_to(CORE).parts[0].removesuffix(".py"))
        for module in imports(path):
            assert not re.match(r"itbench_(?!schemas)", module), f"{path} imports {module}"
            if module.startswith("itbench.") and own is not None and path.name != "mirror.py":
                theirs = layer_of(module.split(".")[1])
                assert theirs is None or theirs >= own, f"{path} imports {module}, which stands above it"


def test_no_module_of_the_core_imports_itself_by_way_of_others_not_even_inside_a_function() -> None:
    modules = {_module_name(path): path for path in CORE.rglob("*.py")}
    imported = {name: _imported(path, modules) for name, path in modules.items()}
    # Raises CycleError with the cycle where there is one.
    order = list(TopologicalSorter(imported).static_order())
    assert set(order) == set(modules)
    assert sum(map(len, imported.values())) > len(modules)


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda path: path.name)
def test_no_folder_of_a_domain_imports_itself_by_way_of_others_not_even_inside_a_function(
    domain: Path,
) -> None:
    modules = {_module_name(path): path for path in domain.rglob("*.py")}
    imported: dict[str, set[str]] = {_folder(name, modules): set() for name in modules}
    for name, path in modules.items():
        own = _folder(name, modules)
        imported[own] |= {_folder(other, modules) for other in _imported(path, modules)} - {own}
    assert {"agents", "scoring", "suites"} <= set(imported)
    order = TopologicalSorter(imported)
    order.prepare()


def _module_name(path: Path) -> str:
    """Return the dotted name of a module of the core or of a domain."""
    home = next(package for package in (CORE, *DOMAINS) if path.is_relative_to(package))
    parts = path.relative_to(home.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _folder(module: str, modules: Mapping[str, Path]) -> str:
    """Return the folder of a domain in which a module lies, or the module itself if it lies in none."""
    path = modules[module]
    home = next(package for package in DOMAINS if path.is_relative_to(package))
    return path.relative_to(home).parts[0]


def _imported(path: Path, modules: Container[str]) -> set[str]:
    """Return those of some modules that a file imports, also those that it imports out of a package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            inside = {name for name in names if name in modules}
            found |= inside
            if inside != names:
                found.add(node.module)
    return {name for name in found if name in modules}


@pytest.mark.parametrize("package", AUTHORS, ids=lambda path: path.name)
def test_who_writes_a_domain_imports_the_public_doors_and_nothing_below_them(package: Path) -> None:
    paths = [*package.rglob("*.py"), *package.rglob("*.py.template")]
    assert paths
    for path in paths:
        for module in imports(path):
            if module.split(".")[0] == "itbench":
                assert module in DOORS, f"{path} imports {module}; import the name from {', '.join(DOORS)}"
            elif module.startswith("itbench_"):
                own = {package.name, f"itbench_{package.name}", "itbench_schemas"}
                assert module.split(".")[0] in own, f"{path} imports {module}"


@pytest.mark.parametrize("door", DOORS)
def test_a_door_has_every_name_that_it_lists_and_tells_no_other(door: str) -> None:
    package = importlib.import_module(door)
    listed = package.__all__
    assert listed == sorted(set(listed))
    assert set(listed) <= set(dir(package))
    for name in listed:
        assert getattr(package, name) is not None
    assert _names_for_type_checkers(Path(str(package.__file__))) == set(listed)
    with pytest.raises(AttributeError, match=f"'{door}' has no attribute 'nothing'"):
        _ = package.nothing


def _names_for_type_checkers(path: Path) -> set[str]:
    """Return the names that stand below `if TYPE_CHECKING`, each under its own name again."""
    blocks = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.If)]
    assert len(blocks) == 1
    aliases = [alias for node in blocks[0].body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert all(alias.asname == alias.name for alias in aliases)
    return {alias.name for alias in aliases}


@pytest.mark.parametrize("door", DOORS)
def test_no_name_of_a_door_is_that_of_a_module_behind_it(door: str) -> None:
    """Once such a module is imported, it would stand in the place of the name."""
    package = importlib.import_module(door)
    modules = {each.name for each in pkgutil.iter_modules(getattr(package, "__path__", []))}
    assert modules & set(package.__all__) == set()


def test_the_version_is_that_of_the_distribution() -> None:
    assert itbench.__version__ == importlib.metadata.version("itbench")


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
