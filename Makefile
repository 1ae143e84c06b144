# make demo | make test are all that a newcomer needs; each builds .venv first.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(if $(shell command -v $(p) 2>/dev/null && $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo yes),$(p))))
BIN := .venv/bin
READY := .venv/.ready
PORT ?= 8000

.PHONY: demo test check lint bench setup lock styles clean

demo: setup  ## an example audit on http://127.0.0.1:8000
	$(BIN)/candour demo --port $(PORT)

test: setup axe  ## every test, on one worker more than there are processors: tests also wait, for servers and browsers
	$(BIN)/pytest -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist worksteal

check: lint test  ## everything that CI checks

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: setup  ## benchmarks: make bench ONLY=turns
	$(BIN)/python -m tests.benchmarks $(ONLY)

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Candour needs Python 3.11 or later: install it, or name it with PYTHON=…"; exit 2; }
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) .venv && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv .venv && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(READY)

# The browser tests put axe-core into the page. Without npm they are skipped, except in CI.
.PHONY: axe
axe:
	@if command -v npm >/dev/null 2>&1 && [ ! -f tests/web/node_modules/axe-core/axe.min.js ]; then \
	  npm ci --prefix tests/web --silent --no-audit --no-fund || true; \
	fi

lock:  ## after a change of dependencies in pyproject.toml
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 --no-header -q -o requirements.lock

styles:  ## after a change in bot/web/styles; needs npm
	npm ci --prefix bot/web/styles --silent --no-audit --no-fund
	npm run --prefix bot/web/styles build

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/web/node_modules bot/web/styles/node_modules
