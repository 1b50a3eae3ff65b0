"""The page about the controls is what the controls say."""

from pathlib import Path

from itbench_ciso.controls.page import page
from itbench_ciso.controls.register import controls

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "ciso-controls.md"


def test_the_page_is_up_to_date():
    command = "python -m itbench_ciso.controls.page > docs/reference/ciso-controls.md"
    assert PAGE.read_text("utf-8") == page(), f"write it again: {command}"


def test_the_page_has_every_control_and_way():
    text = page()
    for control in controls().values():
        assert f"\n## {control.number} {control.title}\n" in text
        assert all(f"- {way.name}\n" in text for way in control.ways)
