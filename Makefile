# The system's Python starts the tools; they need nothing but its standard library.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
VENV := .venv/bin
PORT ?= 8000
DATA ?= ./data
SIZE ?= small
FRESH ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run setup test lint fmt bench browser assets messages lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: ## serve the portal with demo data (PORT=8000 DATA=./data SIZE=small|10k|100k|1m FRESH=1)
	@$(PYTHON) tools/run.py --port "$(PORT)" --data "$(DATA)" --size "$(SIZE)" $(if $(filter-out 0 no,$(FRESH)),--fresh)

setup: ## install everything for development, start nothing
	@$(PYTHON) tools/setup.py --dev

test: ## all tests (ARGS="-k claims" goes to pytest)
	@$(PYTHON) tools/test.py -- $(ARGS)

browser: ## the browser tests alone
	@$(PYTHON) tools/test.py browser -- $(ARGS)

bench: ## the measurements, on PostgreSQL (ARGS goes to them)
	@$(PYTHON) tools/postgres.py -- $(VENV)/python -m benchmarks $(ARGS)

lint: ## every check of the source
	@$(PYTHON) tools/lint.py

fmt: ## format the source, mend what ruff can
	@$(PYTHON) tools/setup.py --dev
	@$(VENV)/ruff check --fix --quiet || true
	@$(VENV)/ruff format

assets: ## copy the front-end files in use, after a change of tools/icons.txt
	@$(PYTHON) tools/setup.py
	@$(PYTHON) tools/assets.py --force

messages: ## bring the translation catalogues up to date with the source (needs gettext)
	@$(PYTHON) tools/setup.py
	@$(VENV)/python tools/catalogues.py update

lock: ## pin what pyproject.toml and package.json allow, with hashes and without addresses
	@$(PYTHON) tools/setup.py
	@$(PYTHON) tools/lock.py $(ARGS)

clean: ## remove what was set up and built; data/ stays
	rm -rf .venv node_modules assets .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find locale -name '*.mo' -delete 2>/dev/null || true
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
