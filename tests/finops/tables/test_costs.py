"""Daily cost tables, as they should be and as they should not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from itbench.errors import DataError
from itbench_finops.tables.costs import CostLine, account_lines, read_costs
from itbench_finops.tables.question import Question, read_question

HEADER = "date, Account ID, CSP, Cloud_Service, Application, Instance_Family, Price ($/hr), Num_Instances, unblended_cost"
ROW = "2025-10-13, 49tAGZz, AWS, VM, till, xyZts, 1.5, 2, 72.0"
LINE = CostLine(
    date(2025, 10, 13), "49tAGZz", "AWS", "VM", "till", "xyZts", 720_000, Decimal("1.5"), Decimal(2)
)


def table(*rows: str, header: str = HEADER):
    return read_costs("\n".join([header, *rows, ""]).encode(), source="data.csv")


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n{ROW}\n",
        f"\ufeff{HEADER}\r\n{ROW}\r\n\r\n",
        f"{HEADER}\n{ROW}".replace(", ", ","),
        f"{HEADER}\n{ROW}".replace(", ", ";").replace("72.0", "72,0").replace("1.5", "1,5"),
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
        (ROW.replace("72.0", "NaN"), "column 'unblended_cost': 'NaN' is not a finite number"),
        (ROW.replace("72.0", ""), "column 'unblended_cost': '' is not a finite number"),
        (ROW.replace("72.0", "1e300"), "column 'unblended_cost': '1e300' is more than any bill has"),
        (
            ROW.replace("72.0", '"72,5"'),
            "column 'unblended_cost': '72,5' cannot be read with '.' as decimal mark",
        ),
        (ROW.replace("2025-10-13", ""), "column 'date': '' is not a date, expected YYYY-MM-DD"),
        (
            ROW.replace("2025-10-13", "2025-10-13garbage"),
            "column 'date': '2025-10-13garbage' is not a date, expected YYYY-MM-DD",
        ),
        (
            ROW.replace("2025-10-13", "13/10/2025"),
            "column 'date': '13/10/2025' is not a date, expected YYYY-MM-DD",
        ),
        (ROW + ", 7", "10 cells, the header has 9"),
        ("2025-10-13, 49tAGZz", "2 cells, the header has 9"),
    ],
)
def test_a_line_that_cannot_be_used_costs_that_line_and_is_told(row: str, problem: str) -> None:
    found = table(ROW, ROW.replace("72.0", "73.0"), row)
    assert found.lines == [LINE, replace(LINE, cost_e4usd=730_000)]
    (fault,) = found.faults
    assert fault.startswith(f"data.csv: line 4: {problem}")


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        (ROW.replace("1.5", "??"), ["data.csv: line 3: column 'Price ($/hr)': '??' is not a finite number"]),
        (
            ROW.replace(", 2,", ", two,"),
            ["data.csv: line 3: column 'Num_Instances': 'two' is not a finite number"],
        ),
        (ROW.replace("1.5", "").replace(", 2,", ", ,"), []),
    ],
    ids=["price", "instances", "neither is given"],
)
def test_a_line_without_a_price_or_instances_keeps_its_cost(row: str, faults: list[str]) -> None:
    found = table(ROW.replace("72.0", "71.0"), row)
    assert [line.cost_e4usd for line in found.lines] == [710_000, 720_000]
    assert None in {found.lines[1].price_usd_per_hour, found.lines[1].instances}
    assert found.faults == faults


def test_thousands_are_told_by_the_price_where_no_cost_tells_and_the_guess_is_said() -> None:
    found = table(ROW.replace("72.0", '"1,234"'), ROW.replace("72.0", '"2,345"'))
    assert [line.cost_e4usd for line in found.lines] == [12_340_000, 23_450_000]
    assert found.guesses == [
        "data.csv: column 'unblended_cost': '1,234' is read as 1234, with the decimal mark of column 'Price ($/hr)'"
    ]


def test_costs_that_can_be_read_in_two_ways_are_refused_with_file_line_and_column() -> None:
    row = ROW.replace("1.5", "1").replace("72.0", "7")
    with pytest.raises(DataError) as caught:
        table(row, row.replace(", 7", ', "1,234"'))
    assert str(caught.value) == (
        "data.csv: line 3: column 'unblended_cost': '1,234' can be 1234 or 1.234, and no cell of any column tells "
        "which; write all its amounts with one decimal mark"
    )


def test_a_leading_zero_rules_out_thousands() -> None:
    rows = [ROW.replace(", ", ";").replace("1.5", "1").replace("72.0", cost) for cost in ("0,123", "0,456")]
    found = table(*rows, header=HEADER.replace(", ", ";"))
    assert [line.cost_e4usd for line in found.lines] == [1230, 4560]
    assert (found.faults, found.guesses) == ([], [])


def test_a_time_counts_for_its_day_in_utc_and_another_day_than_the_written_one_is_said_once() -> None:
    rows = [ROW.replace("2025-10-13", f"2025-10-12T2{hour}:30:00-05:00") for hour in (2, 3)]
    found = table(ROW.replace("2025-10-13", "2025-10-13T23:59:59Z"), *rows)
    assert [line.day for line in found.lines] == [date(2025, 10, 13)] * 3
    assert found.faults == []
    assert found.guesses == [
        "data.csv: column 'date': '2025-10-12T22:30:00-05:00' is read as 2025-10-13, its day in UTC"
    ]


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
        (b"\xff\xfe", "line 1: not UTF-8 at byte 0 of the file"),
        (f"{HEADER}\n{ROW}\n".encode() + b"2025-\xff", "line 3: not UTF-8 at byte "),
        (HEADER.replace("CSP, ", "").encode(), "no column 'CSP'; found 'date', 'Account ID'"),
        (HEADER.encode() + b'\n"' + b"x" * 20_000, "line 2: a field has more than 10000 characters"),
    ],
    ids=["empty", "no text", "no text in a line", "no column", "one huge cell"],
)
def test_a_table_that_cannot_be_read_at_all_says_why(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=r"data\.csv: ") as caught:
        read_costs(data, source="data.csv")
    assert message in str(caught.value)


def test_a_question_is_read_with_the_spaces_that_surround_it() -> None:
    text = b'{"date": "2025-10-13", "account_id": " 49tAGZz "}'
    assert read_question(text, source="anomaly.json") == Question(date(2025, 10, 13), "49tAGZz")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"date": 7, "account_id": "x"}',
        b'{"date": "x"}',
        b'{"date": "2025-10-13x", "account_id": "x"}',
        b'{"date": "20251013xx", "account_id": "x"}',
        b"\xff",
    ],
)
def test_a_question_that_cannot_be_read_says_what_is_expected(data: bytes) -> None:
    with pytest.raises(DataError, match=r'anomaly.json: expected \{"date": "YYYY-MM-DD"'):
        read_question(data, source="anomaly.json")
