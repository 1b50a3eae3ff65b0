"""The format of sealed suites, and how one is opened: see docs/reference/sealed-suites.md."""
