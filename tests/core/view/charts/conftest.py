"""Reads what charts drew: well-formed XML, whatever went in."""

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

SVG = "{http://www.w3.org/2000/svg}"
_WORDS = {
    "aria-hidden",
    "aria-label",
    "aria-roledescription",
    "class",
    "fill",
    "href",
    "role",
    "tabindex",
    "text-anchor",
}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Drawing:
    """A chart that holds what every chart must."""

    def __init__(self, chart: Markup) -> None:
        root = ET.fromstring(str(chart))
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "group"
        assert root.findtext(f"{SVG}title")
        for element in root.iter():
            assert "style" not in element.attrib
            assert not any(name.startswith("on") for name in element.attrib)
            assert element.tag.removeprefix(SVG) not in {"script", "foreignObject", "style", "use", "image"}
        _stand_inside(root)
        self.root = root
        self.told = root.findtext(f"{SVG}desc") or ""
        assert self.told

    @property
    def marks(self) -> list[ET.Element]:
        """The marks that the key Tab leads to."""
        return [each for each in self.root.iter() if each.get("tabindex") == "0" or each.get("href")]

    def all(self, tag: str, class_: str | None = None) -> list[ET.Element]:
        """Return the elements of a name, and of a class."""
        return [each for each in self.root.iter(f"{SVG}{tag}") if class_ in {None, each.get("class")}]


@pytest.fixture(scope="session")
def drawing() -> Callable[[Markup], Drawing]:
    """Read a chart, and check what holds for every chart."""
    return Drawing


def _stand_inside(root: ET.Element) -> None:
    """Check that all numbers are finite and stand in the chart, but for the ends of marks at its edge."""
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in _WORDS:
                continue
            numbers = [float(found) for found in _NUMBER.findall(value)]
            assert numbers, (name, value)
            assert not re.search(r"nan|inf", value), (name, value)
            assert all(abs(number) <= max(width, height) + 20 for number in numbers), (name, value)
