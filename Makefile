# Every target installs what it needs into .venv; nothing but python3 and make is expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Without its bytecode every one of the many processes of a test run would compile the whole program again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test lint check format bench docs pictures clean

help: ## Show the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(STAMP) ## Install contactor and its tools into .venv

$(STAMP): pyproject.toml requirements/constraints.txt requirements/broker.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "contactor needs Python 3.11 or newer; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV) && \
		uv pip install --quiet --python $(BIN)/python -c requirements/constraints.txt -e '.[dev]' && \
		uv pip install --quiet --python $(BIN)/python --no-deps -r requirements/broker.txt; \
	else \
		$(PYTHON) -m venv $(VENV) || { echo "python3 has no venv module here; on Debian: apt-get install python3-venv"; exit 1; }; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements/constraints.txt -e '.[dev]' && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/broker.txt; \
	fi
	@touch $@

demo: $(STAMP) ## Central system, two stations, cars that charge; Ctrl-C ends it
	@$(BIN)/contactor demo

test: $(STAMP) ## Run every test
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q -m "not browser"
	@# Apart from the others, because what is shared by the tests of a file takes seconds to open: a worker has whole files.
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q tests/browser

lint: $(STAMP) ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint test ## Everything a change must pass

format: $(STAMP) ## Format the code and sort the imports
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(STAMP) ## Measure beside peers and limits; prints tables of ratios
	@$(BIN)/python -m benchmarks.codec
	@$(BIN)/python -m benchmarks.central
	@$(BIN)/python -m benchmarks.sites
	@$(BIN)/python -m benchmarks.durable
	@$(BIN)/python -m benchmarks.idle_memory --connections 5000
	@$(BIN)/python -m benchmarks.reconnect_storm --stations 1000 --rounds 1
	@$(BIN)/python -m benchmarks.console
	@$(BIN)/python -m benchmarks.panel

pictures: $(STAMP) ## Take the pictures of README anew
	@$(BIN)/python -m benchmarks.pictures docs/pictures

docs: $(STAMP) ## Write the generated reference again
	@$(BIN)/python -m contactor.cli.reference docs/reference
	@$(BIN)/python -m tests.traceability docs/reference

clean: ## Remove .venv and what tools left behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist src/*.egg-info
