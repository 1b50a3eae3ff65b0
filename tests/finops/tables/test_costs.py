"""Daily cost tables, as they should be and as they should not."""

from datetime import date

import pytest

from itbench.errors import DataError
from itbench_finops.tables.costs import CostLine, account_lines, read_costs
from itbench_finops.tables.question import Question, read_question

HEADER = "date, Account ID, CSP, Cloud_Service, Application, Instance_Family, Price ($/hr), Num_Instances, unblended_cost"
ROW = "2025-10-13, 49tAGZz, AWS, VM, till, xyZts, 1.5, 2, 72.0"
LINE = CostLine(date(2025, 10, 13), "49tAGZz", "AWS", "VM", "till", "xyZts", 720_000)


def table(*rows: str, header: str = HEADER):
    return read_costs("\n".join([header, *rows, ""]).encode(), source="data.csv")


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n{ROW}\n",
        f"\ufeff{HEADER}\r\n{ROW}\r\n\r\n",
        f"{HEADER}\n{ROW}".replace(", ", ","),
        f"{HEADER}\n{ROW}".replace(", ", ";").replace("72.0", "72,0"),
        f"{HEADER}\n{ROW}".replace(", ", "\t"),
        f"{HEADER}\n{ROW}".replace("2025-10-13", '"2025-10-13T00:00:00Z"'),
        f"{HEADER}, more\n{ROW}, 7\n",
    ],
    ids=["spaces", "mark and CRLF", "no spaces", "semicolons", "tabs", "quoted time", "more columns"],
)
def test_a_table_can_be_read_as_exporters_write_it(text: str) -> None:
    found = read_costs(text.encode(), source="data.csv")
    assert (found.lines, found.faults) == ([LINE], [])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (ROW.replace("72.0", "NaN"), "'NaN' is not a finite number"),
        (ROW.replace("72.0", ""), "'' is not a finite number"),
        (ROW.replace("72.0", "1e300"), "'1e300' is no believable cost"),
        (ROW.replace("2025-10-13", ""), "Invalid isoformat string: ''"),
        (ROW.replace("2025-10-13", "13/10/2025"), "Invalid isoformat string: '13/10/2025'"),
        (ROW + ", 7", "10 cells, the header has 9"),
        ("2025-10-13, 49tAGZz", "2 cells, the header has 9"),
    ],
)
def test_a_line_that_cannot_be_used_costs_that_line_and_is_told(row: str, problem: str) -> None:
    found = table(ROW, row)
    assert found.lines == [LINE]
    assert found.faults == [f"data.csv: line 3: {problem}"]


def test_a_line_that_stands_there_twice_counts_once() -> None:
    found = table(ROW, ROW)
    assert found.lines == [LINE]
    assert found.faults == ["data.csv: line 3: it stands there twice; it counts once"]


def test_negative_costs_and_unusual_names_are_kept() -> None:
    found = table(ROW.replace("72.0", "-72.0").replace("till", '"kässe, 支払い"'))
    assert [(line.cost_e4usd, line.application) for line in found.lines] == [(-720_000, "kässe, 支払い")]
    assert not found.faults


def test_only_the_lines_of_an_account_are_given() -> None:
    found = table(ROW, ROW.replace("49tAGZz", "other"))
    assert list(account_lines(found, "49tAGZz")) == [LINE]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is empty, expected the columns date, Account ID"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (HEADER.replace("CSP, ", "").encode(), "no column 'CSP'; found 'date', 'Account ID'"),
        (HEADER.encode() + b'\n"' + b"x" * 20_000, "line 2: a field has more than 10000 characters"),
    ],
    ids=["empty", "no text", "no column", "one huge cell"],
)
def test_a_table_that_cannot_be_read_at_all_says_why(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=r"data\.csv: ") as caught:
        read_costs(data, source="data.csv")
    assert message in str(caught.value)


def test_a_question_is_read_with_the_spaces_that_surround_it() -> None:
    text = b'{"date": "2025-10-13", "account_id": " 49tAGZz "}'
    assert read_question(text, source="anomaly.json") == Question(date(2025, 10, 13), "49tAGZz")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"date": 7, "account_id": "x"}', b'{"date": "x"}', b"\xff"]
)
def test_a_question_that_cannot_be_read_says_what_is_expected(data: bytes) -> None:
    with pytest.raises(DataError, match=r'anomaly.json: expected \{"date": "YYYY-MM-DD"'):
        read_question(data, source="anomaly.json")
