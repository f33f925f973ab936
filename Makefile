# Each target works on a fresh clone with Python >= 3.11 and pip alone.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
CORE    = $(VENV)/.core
DEV     = $(VENV)/.dev
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock

.PHONY: demo test lint rules bench quality clean

demo: $(CORE)
	@echo "== what is wrong with samples/damaged, and why"
	@$(BIN)/cleaner check samples/damaged --exit-zero --no-progress
	@echo
	@echo "== the same texts cleaned, with a record of every edit"
	@rm -rf build/demo && mkdir -p build/demo
	@$(BIN)/cleaner run samples/damaged -o build/demo/clean --audit build/demo/audit --scores build/demo/scores --summary build/demo/summary.json --no-progress
	@echo
	@echo "== and back again from that record"
	@$(BIN)/cleaner undo build/demo/clean --audit build/demo/audit -o build/demo/source --no-progress
	@diff -r samples/damaged build/demo/source && echo "the source came back byte for byte"

test: $(DEV)
	$(BIN)/python -m pytest

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/mypy

rules: $(DEV)
	$(BIN)/cleaner rules test -q

bench: $(DEV)
	$(BIN)/python -m pytest benchmarks --benchmark-only

quality: $(DEV)
	$(BIN)/python benchmarks/quality.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(CORE): $(VENV)/bin/python pyproject.toml requirements.lock
	$(PIP) -e .
	@touch $(CORE)

$(DEV): $(VENV)/bin/python pyproject.toml requirements.lock
	$(PIP) -e '.[dev]'
	@touch $(CORE) $(DEV)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
