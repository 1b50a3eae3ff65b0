"""What the words of a filter mean."""

import pytest

from itbench.view.data.conditions import conditions

ROW = {"agent": "react", "score": 0.5, "suite": "sre/incidents", "model": None, "turns": 20.0}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("react", True),
        ("REACT sre", True),
        ("react nothing", False),
        ("-react", False),
        ("-nothing", True),
        ("agent:rea", True),
        ("agent=rea", False),
        ("agent=React", True),
        ("agent!=react", False),
        ("-agent:react", False),
        ("score<0.5", False),
        ("score<=0.5", True),
        ("score>=0.5 turns>19", True),
        ("score=0.5", True),
        ("score!=0.5", False),
        ("model=-", True),
        ("model:-", True),
        ("model>1", False),
        ("model!=1", False),
        ("model!=gpt", True),
        ("score:0.5", True),
        ("score<many", False),
        ("'sre/incidents'", True),
        ("'not closed", False),
        ("unknown:react", False),
        ("-", False),
    ],
)
def test_a_row_is_shown_where_all_words_hold(text: str, holds: bool) -> None:
    assert all(each.holds(ROW) for each in conditions(text, ROW)) is holds
