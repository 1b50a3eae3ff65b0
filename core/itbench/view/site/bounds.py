"""How much a site has of what could be without end; the page that tells what is left out names each."""

from typing import Final

TRIALS: Final = 2_000
"""So many trials of a run have a page."""
PAIRED_RUNS: Final = 6
"""Each two of so many runs of a suite have a comparison."""
ROWS: Final = 1_000
"""Rows on a page of a table."""
ROW_PAGES: Final = 10
"""Pages of the table of trials of a run."""
COMPARED_TASKS: Final = 5_000
"""Tasks in a comparison."""
EVENTS: Final = 1_000
"""Events on a page of a trace."""
EVENT_PAGES: Final = 20
"""Pages of a trace."""
REQUESTS: Final = 10
"""Whole requests of a trial."""
TEXT: Final = 2_000_000
"""Characters of long texts beside the page of a trial."""
FILE_BYTES: Final = 5_000_000
"""Of one file that was handed in."""
FILES_BYTES: Final = 20_000_000
"""Of all files of a trial."""
METRICS: Final = 5
"""Metrics of which a suite has a heat map."""
GROUPS: Final = 5
"""Groupings of the heat map of scores."""
