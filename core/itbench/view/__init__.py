"""Runs, trials and comparisons as pages: `data` reads run files, `pages` turns that into templates, `server` serves them."""
