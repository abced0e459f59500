# Two commands do all the set-up:  make demo  and  make test.  Needs git, make and Python ≥ 3.11 (venv, pip).
PORT ?= 8000
HOST ?= 127.0.0.1
FRESH ?=
PYTHON ?= python3
PY := .venv/bin/python
# DATABASE_URL and REDIS_URL of one's own are used when they are set; else the bundled servers are started.
SERVERS := $(PY) -m exchange.embedded.run

.DEFAULT_GOAL := help
.PHONY: help demo test prove chaos lint format screenshots shell migrate lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 14

demo: .venv/installed ## everything on one port: make demo [PORT=8000] [FRESH=1]
	@exec $(SERVERS) demo --with-parent --host $(HOST) --port $(PORT) $(if $(filter-out 0,$(FRESH)),--fresh)

test: .venv/installed-dev ## every check and every test
	@exec $(PY) tests/everything.py

prove: .venv/installed-dev ## the property tests in full: make prove [PROVE_STEPS=100000]
	PROVE_STEPS=$(or $(PROVE_STEPS),100000) $(PY) -m pytest -q -s tests/exchange/ledger/test_ledger_model.py \
	  tests/listings/auctions/engine/test_invariants.py tests/loans/servicing/engine/test_properties.py

chaos: .venv/installed-dev ## the hall among kills, in full: make chaos [CHAOS_KILLS=1000]
	CHAOS_KILLS=$(or $(CHAOS_KILLS),1000) $(PY) -m pytest -q -s tests/chaos

lint: .venv/installed-dev ## the checks without the tests
	@exec $(PY) tests/everything.py --checks-only

format: .venv/installed-dev ## lay out the code
	$(PY) -m ruff check --fix-only . && $(PY) -m ruff format .

screenshots: .venv/installed-dev ## the pictures of the README, from a running demonstration: PORT=8000
	$(PY) tests/browser/screenshots.py --port $(PORT)

shell: .venv/installed ## a Python shell beside the servers
	@exec $(SERVERS) -- $(PY) manage.py shell

migrate: .venv/installed ## migrate the database
	@exec $(SERVERS) -- $(PY) manage.py migrate

lock: .venv/installed-dev ## write requirements*.txt anew from pyproject.toml
	$(PY) -m pip install --quiet "uv==0.13.9"
	$(call compile,requirements.txt,--extra embedded)
	$(call compile,requirements-dev.txt,--extra embedded --extra dev)

clean: ## remove the virtual environment and all data
	rm -rf .venv .data

# No address of a package server may get into the lock files.
compile = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate $(2) pyproject.toml -o $(1)

# A ready environment that a link points to is taken as it is.
.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@if [ ! -L .venv ]; then \
	  echo "• installing the dependencies into .venv (once)" && \
	  { [ -x $(PY) ] || $(PYTHON) -m venv .venv; } && \
	  $(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements.txt && \
	  touch $@; fi

.venv/installed-dev: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@if [ ! -L .venv ]; then \
	  echo "• installing the dependencies of the tests into .venv (once)" && \
	  { [ -x $(PY) ] || $(PYTHON) -m venv .venv; } && \
	  $(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt && \
	  touch $@ .venv/installed; fi
