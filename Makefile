# Everything a newcomer needs: `make demo` shows the system, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
CUSTOMERS ?= 2000

.DEFAULT_GOAL := help
.PHONY: help demo test check bench campaign screens messages lock clean

help:
	@echo "make demo      build the demonstration town and serve it on http://127.0.0.1:$(PORT)/"
	@echo "make test      install what the tests need and run every test"
	@echo "make check     lint, types, import contracts, unit tests (under two minutes)"
	@echo "make bench     benchmarks, printed as ratios to a floor measured in the same run"
	@echo "make campaign  the release-size benchmarks and reliability runs"
	@echo "make screens   screenshots for the documentation (needs Chromium)"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Denghuo needs Python 3.11 or newer; $$($(PYTHON) --version) found. Try: make PYTHON=python3.11 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "The venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.develop: requirements/develop.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/develop.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run
	$(BIN)/denghuo demo --customers $(CUSTOMERS) --port $(PORT)

test: $(VENV)/.develop
	$(BIN)/python tools/run_tests.py

check: $(VENV)/.develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python tools/messages.py --check
	$(BIN)/python tools/vendor_assets/check.py
	$(BIN)/pytest -q tests/unit tests/architecture tests/golden

bench: $(VENV)/.develop
	$(BIN)/python benchmarks/run.py

campaign: $(VENV)/.develop
	$(BIN)/python benchmarks/run.py --release

screens: $(VENV)/.develop
	$(BIN)/python tools/screens.py

messages: $(VENV)/.develop
	$(BIN)/python tools/messages.py

# Re-resolves every dependency; needs uv.
lock:
	uv lock --upgrade
	uv export --quiet --no-dev --no-emit-project --format requirements-txt --no-header -o requirements/run.txt
	uv export --quiet --no-emit-project --format requirements-txt --no-header -o requirements/develop.txt

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
