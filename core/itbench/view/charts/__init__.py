"""Charts as inline SVG, without scripts, styles or colours of their own: classes of `static/charts.css` give these.

Each takes a part of a panel and a width in pixels; `view.panels` puts it on a page with its legend and its table.
"""
