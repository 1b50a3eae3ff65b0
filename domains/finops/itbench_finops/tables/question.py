"""Reads `anomaly.json`: which day and which account are asked about."""

import json
from dataclasses import dataclass
from datetime import date

from itbench import DataError
from itbench_finops.tables.days import read_day


@dataclass(frozen=True, slots=True)
class Question:
    """The day and the account of an anomaly."""

    day: date
    account: str


def read_question(data: bytes, *, source: str) -> Question:
    """Return the question.

    Raises:
        DataError: it is not the JSON that it must be.
    """
    try:
        value = json.loads(data.decode("utf-8-sig"))
        return Question(read_day(value["date"].strip()), str(value["account_id"]).strip())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(
            f'{source}: expected {{"date": "YYYY-MM-DD", "account_id": "..."}}: {error!r}'
        ) from error
