"""The TSV dialect, sound and broken."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis.strategies import characters, lists, text, tuples

from itbench.errors import DataError
from itbench_sre.snapshot import Table, distinct, open_table, read_rows

# A field that ends in an unquoted CR cannot be told from a Windows line end.
FIELDS = text(characters(exclude_categories=["Cs"], exclude_characters="\0\ue00d\ufeff"), max_size=8).filter(
    lambda field: not field.endswith("\r")
) | text("\t\n\r\"'x", max_size=8).filter(lambda field: not field.endswith("\r"))


def rows_of(path, **options):
    with open_table(path, **options) as table:
        return list(table)


def test_a_quoted_field_holds_tabs_line_ends_and_quotes(tmp_path, make):
    text = 'four\n\tlines and "quotes"\r\n\nend'
    path = make.write_table(tmp_path / "a.tsv", ["a", "b"], [{"a": text, "b": "x"}, {"a": "y", "b": text}])
    assert rows_of(path) == [[text, "x"], ["y", text]]


def test_rows_are_read_by_name_whatever_the_order_of_the_columns(tmp_path, make):
    path = make.write_table(tmp_path / "a.tsv", ["b", "a"], [{"a": "1", "b": "2"}])
    assert list(read_rows(path, required=("a",))) == [{"a": "1", "b": "2"}]


def test_a_field_of_a_megabyte_is_read(tmp_path, make):
    path = make.write_table(tmp_path / "a.tsv", ["a"], [{"a": '"x\t' * 500_000}])
    assert len(rows_of(path)[0][0]) == 1_500_000


def test_the_table_tells_where_each_row_begins(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b'a\tb\n"1\n2"\tx\n3\ty\n')
    with open_table(path) as table:
        assert [(row, table.line, table.offset) for row in table] == [
            (["1\n2", "x"], 2, 4),
            (["3", "y"], 4, 12),
        ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\tb\n1\t2\n3\n5\t6\n", "line 3 (byte 8): 1 fields, but the header has 2"),
        (b"a\tb\n1\t2\n3\t4\t5\n5\t6\n", "line 3 (byte 8): 3 fields, but the header has 2"),
        (b"a\tb\n1\t2\n3\t\x00\n5\t6\n", "line 3 (byte 8): a NUL byte"),
        (b"a\tb\n1\t2\n3\t\xff\xfe\n5\t6\n", "line 3 (byte 8): not UTF-8: byte b'\\xff' at position 2"),
        (b'a\tb\n1\t2\n"3"x\t4\n5\t6\n', "line 3 (byte 8): '\t' expected after '\"'"),
    ],
    ids=["short", "long", "NUL", "binary", "quote"],
)
def test_a_broken_row_is_named_by_its_place(tmp_path, data, reason):
    path = tmp_path / "a.tsv"
    path.write_bytes(data)
    with pytest.raises(DataError) as raised:
        rows_of(path)
    assert str(raised.value) == f"{path}: {reason}"
    faults: list[str] = []
    assert rows_of(path, faults=faults) == [["1", "2"], ["5", "6"]]
    assert faults == [f"{path}: {reason}"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'a\tb\n1\t2\n3\t"cut in the mid', "a quoted field without an end; the file is cut short"),
        (b"a\tb\n1\t2\n3", "1 fields, but the header has 2"),
    ],
)
def test_a_last_row_that_is_cut_short_is_a_fault_and_the_others_stay(tmp_path, data, reason):
    path = tmp_path / "a.tsv"
    path.write_bytes(data)
    faults: list[str] = []
    assert rows_of(path, faults=faults) == [["1", "2"]]
    assert faults == [f"{path}: line 3 (byte 8): {reason}"]


def test_rows_go_on_after_many_kinds_of_faults(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b'a\tb\n\x00\n1\t2\n\xff\n3\t4\n"x"y\n5\t6\n7\n8\t9\n')
    faults: list[str] = []
    assert rows_of(path, faults=faults) == [["1", "2"], ["3", "4"], ["5", "6"], ["8", "9"]]
    assert len(faults) == 4


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty; expected a header line"),
        (b"a\tc\n", "line 1: no column 'b'; found 'a, c'"),
        (b"\x1f\x8b\x08binary", "line 1 (byte 0): not UTF-8"),
        (b"a\x00b\n", "line 1 (byte 0): a NUL byte"),
    ],
)
def test_a_file_without_a_fit_header_is_refused_even_when_faults_are_collected(tmp_path, data, reason):
    path = tmp_path / "a.tsv"
    path.write_bytes(data)
    with pytest.raises(DataError) as raised:
        rows_of(path, required=("b",), faults=[])
    assert str(raised.value).startswith(f"{path}: {reason}")


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"a\.tsv: cannot be read: No such file"):
        rows_of(tmp_path / "a.tsv")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b"\xef\xbb\xbfa\tb\r\n1\t2\r\n\r\n")
    assert list(read_rows(path)) == [{"a": "1", "b": "2"}]


def test_duplicate_rows_are_kept_and_can_be_dropped(tmp_path, make):
    rows = [{"t": "1", "v": "x"}, {"t": "1", "v": "y"}, {"t": "1", "v": "x"}, {"t": "2", "v": "x"}]
    path = make.write_table(tmp_path / "a.tsv", ["t", "v"], rows)
    assert len(rows_of(path)) == 4
    assert list(distinct(rows_of(path), time_column=0)) == [["1", "x"], ["1", "y"], ["2", "x"]]


def test_a_lone_carriage_return_without_quotes_is_kept(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b'a\tb\n10%\r20%\tx\n"1\r2\r\n3"\ty\r\nz\tz\n')
    assert rows_of(path) == [["10%\r20%", "x"], ["1\r2\r\n3", "y"], ["z", "z"]]


@pytest.mark.slow
@given(rows=lists(tuples(FIELDS, FIELDS), max_size=5))
def test_whatever_a_csv_writer_wrote_reads_back(rows):
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows([("a", "b"), *rows])
    table = Table(io.BytesIO(text.getvalue().encode()), "made up")
    assert list(table) == [list(row) for row in rows]
