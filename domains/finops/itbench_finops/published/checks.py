"""What is wrong with the files of a published task, apart from its truth."""

from pathlib import Path

from itbench import DataError
from itbench_finops.tables.costs import account_lines, read_costs
from itbench_finops.tables.question import read_question

_SHOWN = 20


def data_problems(directory: Path) -> list[str]:
    """Return one line for each problem of the question and of the table: file, line, column, and what was found.

    A guess is no problem: the truth has it, so that every score says it.
    """
    question_path, table_path = directory / "anomaly.json", directory / "data.csv"
    try:
        question = read_question(question_path.read_bytes(), source=str(question_path))
        table = read_costs(table_path.read_bytes(), source=str(table_path))
    except OSError as error:
        return [f"{error.filename}: cannot be read: {error.strerror}"]
    except DataError as error:
        return [str(error)]
    problems = table.damaged[:_SHOWN]
    if len(table.damaged) > _SHOWN:
        problems.append(f"{table_path}: {len(table.damaged) - _SHOWN} more lines or cells cannot be used")
    if not any(line.day == question.day for line in account_lines(table, question.account)):
        problems.append(
            f"{table_path}: account {question.account!r} has no line on {question.day}, which is asked about"
        )
    return problems
