"""Charts of the tokens and dollars that a trial used over time, with its limits."""

from collections.abc import Mapping, Sequence
from typing import Any

from itbench.interfaces.panel import PanelAxis, PanelLine, PanelLines, PanelReference
from itbench.view.pages.outline import Totals

_NEAR = 0.2


def total_charts(totals: Sequence[Totals], limits: Mapping[str, Any]) -> list[PanelLines]:
    """Return a chart of tokens and one of dollars, of what is known; a limit is drawn once a fifth of it is used."""
    seconds = PanelAxis(label="seconds since the trial began", low=0)
    charts = []
    for title, unit, name, points in (
        ("Tokens used", "", "tokens", [(each.at_s, float(each.tokens)) for each in totals]),
        ("Dollars used", "$", "cost_usd", [(each.at_s, each.cost_usd) for each in totals]),
    ):
        used = points[-1][1] if points else 0.0
        if len(points) > 1 and used:
            limit = limits.get(name)
            is_near = limit is not None and used >= _NEAR * limit
            charts.append(
                PanelLines(
                    title=title,
                    x=seconds,
                    y=PanelAxis(label=title.split()[0].lower(), unit="$" if unit else "", low=0),
                    lines=(PanelLine(label=title, points=tuple(points), is_step=True),),
                    references=(PanelReference(value=limit, label="limit", tone="warning"),)
                    if is_near and limit
                    else (),
                )
            )
    return charts
