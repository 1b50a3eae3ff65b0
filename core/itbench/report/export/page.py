"""A run as one HTML page without scripts, links or anything from elsewhere."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import IO

from itbench.report.run_text import closing_lines, score_lines, title
from itbench.report.shown import shown_values
from itbench.report.summary import metric_means, summarise
from itbench.report.table import dollars, number, seconds, taken_by_one
from itbench.store.reader import RunFile
from itbench.text.harmless import one_line

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1c2430 }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .35rem .6rem; vertical-align: top }
th { border-bottom: 2px solid #aab } td { border-bottom: 1px solid #e3e6ec } .number { text-align: right }
td { white-space: nowrap } td:last-child { white-space: normal }
.bar { display: inline-block; height: .7em; background: #3a7d44; vertical-align: baseline } .none { color: #99a }
p.note { margin: .2rem 0 } .metrics { columns: 22rem } .metrics p { margin: .1rem 0; break-inside: avoid }
.metrics b { float: right; font-weight: 600 } @media (prefers-color-scheme: dark) { body { background: #14181f; color: #dfe5ee }
td { border-color: #2b323d } }
"""


def write_page(run: RunFile, file: IO[bytes]) -> int:
    """Write the page and return the number of trials."""
    summary = summarise(run)
    name = _shown(title(summary))
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{name}</title><style>{_STYLE}</style>"
    file.write(f"{head}<h1>{name}</h1>\n".encode())
    for line in (*score_lines(run, summary), *closing_lines(run, summary)):
        file.write(f"<p class=note>{_shown(line)}</p>\n".encode())
    file.write(b"<h2>Trials</h2>\n<table>")
    shown = shown_values(run, summary.plan)
    titles = [
        "task",
        "repeat",
        "attempts",
        "status",
        "score",
        "",
        *map(_shown, shown),
        "turns",
        "cost",
        "time",
        "why",
    ]
    file.write(("<tr>" + "".join(f"<th>{text}" for text in titles) + "\n").encode())
    count = 0
    for row in _rows(run, shown):
        file.write(row.encode())
        count += 1
    file.write(b"</table>\n<h2>Metrics</h2>\n<div class=metrics>")
    for metric, mean in metric_means(run).items():
        file.write(f"<p>{_shown(metric)} <b>{number(mean)}</b>\n".encode())
    file.write(b"</div></html>\n")
    return count


def _rows(run: RunFile, shown: Mapping[str, Mapping[str, Mapping[int, float | None]]]) -> Iterator[str]:
    for outcome in run.outcomes():
        score = run.detail(outcome["trial"]).score
        reasons = json.loads(score["reasons"]) if score else []
        value = outcome["value"]
        bar = "" if value is None else f"<span class=bar style='width:{6 * value:.2f}em'></span>"
        cells = [
            _shown(outcome["task"]),
            str(outcome["repeat"]),
            str(outcome["attempts"]),
            _shown(outcome["status"]),
            number(value),
            bar,
            *(number(values[outcome["task"]][outcome["repeat"]]) for values in shown.values()),
            str(outcome["turns"]),
            taken_by_one(outcome["cost_usd"], outcome["replies"], dollars),
            seconds(outcome["wall_s"]),
            _shown(outcome["fault"] or "; ".join(map(str, reasons))),
        ]
        yield "<tr>" + "".join(f"<td>{cell}" for cell in cells) + "\n"


def _shown(text: str) -> str:
    """Return text of others as HTML that shows it: neither markup nor marks that change the order of reading."""
    return escape(one_line(text))
