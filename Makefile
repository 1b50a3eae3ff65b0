# Two commands do all the set-up: `make run` and `make test`. Python with venv is all that is needed.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SOURCES = core/itbench domains schemas/itbench_schemas
# Sources are compiled once, and not again by each of the hundreds of programs that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run lint format fast test soak coverage docs bench pictures clean

run: $(VENV)/.installed
	@$(BIN)/itbench sandbox build || echo "continuing without a sandbox, which the built-in baseline does not need"
	$(BIN)/itbench run sre/incidents-quick

test: lint
	$(BIN)/pytest -n 3 --dist worksteal

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fast: $(VENV)/.installed-test
	$(BIN)/pytest -n 3 --dist worksteal -q -m "not slow and not soak"

# The large counts of which `make test` holds a seeded part, and properties with many examples: minutes to an hour.
soak: $(VENV)/.installed-test
	$(BIN)/pytest -n 3 --dist worksteal -q -m "soak or hypothesis" --hypothesis-profile soak --timeout 3600

# Which lines and branches all tests together run; reported, never asserted.
coverage: $(VENV)/.installed-test
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 3 --dist worksteal -q || echo "some tests failed: what they did not run is missing below"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# The site of the documentation, in site/; any warning fails it.
docs: $(VENV)/.installed-test
	$(BIN)/zensical build --clean --strict

bench: $(VENV)/.installed-test
	$(BIN)/python -m compileall -q $(SOURCES) tests/plugins $(VENV)/lib
	$(BIN)/python benchmarks/run_all.py

# The pictures of the viewer in docs/pictures, of runs that it makes; it needs a browser.
pictures: $(VENV)/.installed-test
	$(BIN)/python benchmarks/pictures

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache .coverage* site
