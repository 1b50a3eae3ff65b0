"""The fingerprint of a distribution changes with each of its files, and with nothing else."""

import json
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from importlib_metadata import Distribution

from itbench.plugins.code import fingerprint


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Distribution]:
    """Return a function that installs a package `wharf` as pip would: as a wheel, or editable."""

    def make(*, is_editable: bool) -> Distribution:
        site = tmp_path / "site"
        source = tmp_path / "source" if is_editable else site
        files = {
            "wharf/__init__.py": "A = 1\n",
            "wharf/rules/data.json": "{}",
            "wharf/__pycache__/x.pyc": "0",
        }
        for name, text in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text)
        info = site / "wharf-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: wharf\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[itbench.domains]\nwharf = wharf.rules:DOMAIN\n")
        listed = [*files, "wharf-1.0.dist-info/METADATA", "../../bin/wharf"]
        if is_editable:
            listed = ["__editable___wharf_1_0_finder.py", "wharf-1.0.dist-info/METADATA"]
            (info / "direct_url.json").write_text(
                json.dumps({"dir_info": {"editable": True}, "url": "file:///x"})
            )
        (info / "RECORD").write_text("".join(f"{name},,\n" for name in listed))
        monkeypatch.syspath_prepend(str(source))
        return Distribution.at(info)

    return make


def source(tmp_path: Path, *, is_editable: bool) -> Path:
    return tmp_path / ("source" if is_editable else "site") / "wharf"


@pytest.mark.parametrize("is_editable", [False, True])
@pytest.mark.parametrize("name", ["__init__.py", "rules/data.json"])
def test_each_file_of_the_code_decides(
    installed: Callable[..., Distribution], tmp_path: Path, name: str, *, is_editable: bool
) -> None:
    found = installed(is_editable=is_editable)
    before = fingerprint(found)
    assert before is not None
    assert before.startswith("sha256:")
    assert fingerprint(found) == before
    path = source(tmp_path, is_editable=is_editable) / name
    text, state = path.read_text(), path.stat()
    path.write_text(text[::-1] + "#")
    assert fingerprint(found) != before
    path.write_text(text)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 7))
    assert fingerprint(found) == before
    path.unlink()
    assert fingerprint(found) not in {before, None}


@pytest.mark.parametrize("is_editable", [False, True])
def test_what_is_compiled_and_metadata_decide_nothing(
    installed: Callable[..., Distribution], tmp_path: Path, *, is_editable: bool
) -> None:
    found = installed(is_editable=is_editable)
    before = fingerprint(found)
    (source(tmp_path, is_editable=is_editable) / "__pycache__/x.pyc").write_text("1")
    (tmp_path / "site/wharf-1.0.dist-info/INSTALLER").write_text("other")
    assert fingerprint(found) == before


def test_a_new_module_of_an_editable_install_decides(
    installed: Callable[..., Distribution], tmp_path: Path
) -> None:
    found = installed(is_editable=True)
    before = fingerprint(found)
    (tmp_path / "source/wharf/more.py").write_text("")
    assert fingerprint(found) != before


def test_a_distribution_whose_code_is_not_found_has_no_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that of the program that runs either, which `python -m` starts as a module that can be found."""
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", find_spec("itbench.__main__"), raising=False)
    info = tmp_path / "gone-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gone\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[itbench.domains]\ngone = gone_nowhere:D\nmain = __main__:D\n")
    assert fingerprint(Distribution.at(info)) is None
