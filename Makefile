# The commands of RASR. Two are the README's: make demo, make test.
# Every step prints one line; what is done is not done again until its requirements change.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DEBIAN_FRONTEND := noninteractive
# What Python compiles is kept here, whatever the environment says: the tests start many processes.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.tools/pycache

UV := .tools/uv/bin/uv
BIN := .venv/bin
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
SOAK := 1000000
KILLS := 1000
SOAKED := tests/node/records/ledger/test_soak.py tests/node/records/ledger/test_killed.py
SBOM := sbom.cdx.json
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

# $(call quietly,name,command): one line for the step; what the command says is shown only if it fails.
quietly = { echo "== $(1)"; said=$$($(2) 2>&1) || { printf '%s\n' "$$said"; exit 1; }; }
# $(call package,name,why): installs a Debian package as root, else says in one line what to install.
package = if [ "$$(id -u)" = 0 ]; then \
	$(call quietly,apt-get install $(1),apt-get update -q && apt-get install -q -y --no-install-recommends $(1)); \
	else echo "Please install the package $(1) ($(2)): sudo apt-get install $(1)" >&2; false; fi

.PHONY: help demo test assets bench soak verification mutants audit docs lock format clean chromium postgresql

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

demo: assets ## Sample region assessed and planned: the answer, a report, and the node in a browser (SERVE=0: without)
	@$(BIN)/rasr demo $(if $(filter 0,$(SERVE)),--no-serve)

test: .venv/made-dev assets chromium postgresql ## Linters, types, contracts, tidy, documentation, tests
	@$(call quietly,ruff check,$(BIN)/ruff check)
	@$(call quietly,ruff format,$(BIN)/ruff format --check)
	@$(call quietly,mypy,$(BIN)/mypy)
	@$(call quietly,import contracts,$(BIN)/lint-imports --no-cache)
	@$(call quietly,tidy,$(BIN)/python -m tools.tidy)
	@$(call quietly,mkdocs build,$(BIN)/mkdocs build --strict)
	@echo "== pytest"; $(PYTEST)
	@if $(BIN)/python -m tools.postgres --find >/dev/null 2>&1; then \
		echo "== pytest tests/node, on PostgreSQL"; $(BIN)/python -m tools.postgres $(PYTEST) -m "not one_database" tests/node; \
	else echo "!! NOT TESTED: the node on PostgreSQL (please install the package postgresql)" >&2; fi

assets: .venv/made-static .venv/made-messages ## What the node's pages are made with: style, scripts, texts

bench: .venv/made-dev .tools/made-beside assets ## Measures speed and memory against the targets of docs/performance.md
	@echo "== pytest tests/bench"; PYTHONPATH=.tools/beside $(BIN)/pytest tests/bench --benchmark-only

soak: .venv/made-dev assets postgresql ## Random operations on the ledger (1,000,000) and 1,000 kill -9 on each database; hours
	@echo "== soak, SQLite"; RASR_SOAK=$(SOAK) RASR_KILLS=$(KILLS) $(BIN)/pytest -s $(SOAKED)
	@echo "== soak, PostgreSQL"; RASR_SOAK=$(SOAK) RASR_KILLS=$(KILLS) $(BIN)/python -m tools.postgres $(BIN)/pytest -s $(SOAKED)

verification: .venv/made-dev ## Holds what is computed against published figures; writes its part of docs/verification.md
	@$(BIN)/python -m tools.verification

mutants: .venv/made-dev assets ## How many of 300 faults each, put into the ledger and the engine, their tests find
	@echo "== mutants"; $(BIN)/python -m tools.mutants

audit: .venv/made-dev ## What RASR is made of (sbom.cdx.json), and the weaknesses known of it; needs a network for the second
	@echo "== audit"; $(BIN)/python -m tools.audit $(SBOM)

docs: .venv/made-dev ## Writes the generated pages anew and builds the documentation into site/
	@$(call quietly,generated pages,$(BIN)/python -m tools.docs)
	@$(call quietly,mkdocs build,$(BIN)/mkdocs build --strict)

lock: .tools/made-uv ## Locks the requirements anew, with hashes (kept where still possible)
	@$(call quietly,requirements/uv.txt,$(LOCK) requirements/uv.in -o requirements/uv.txt)
	@$(call quietly,requirements/build.txt,$(LOCK) requirements/build.in -o requirements/build.txt)
	@$(call quietly,requirements/base.txt,$(LOCK) pyproject.toml -o requirements/base.txt)
	@$(call quietly,requirements/dev.txt,$(LOCK) pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt)

format: .venv/made-dev ## Formats the code and repairs what ruff can repair
	@$(call quietly,ruff format,$(BIN)/ruff format)
	@$(call quietly,ruff check --fix,$(BIN)/ruff check --fix)

clean: ## Removes what the commands above made, except .venv and .tools
	@rm -rf site demo mutants $(SBOM) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	@find src tests tools -name __pycache__ -prune -exec rm -rf {} +

# Set-up. A file named made-* says that its step is done.
.tools/made-uv: requirements/uv.txt
	@python=""; for name in python3.11 python3 python3.12 python3.13; do \
		if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; done; \
	if [ -z "$$python" ]; then echo "RASR needs Python 3.11 or newer: please install the package python3" >&2; exit 1; fi; \
	mkdir -p .tools; rm -rf .tools/uv; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		$(call package,python3-venv,Python lacks the module venv); fi; \
	$(call quietly,uv,$$python -m venv .tools/uv && .tools/uv/bin/pip install --quiet --require-hashes -r requirements/uv.txt)
	@touch $@

.venv/made-venv: .tools/made-uv
	@if [ ! -x $(BIN)/python ]; then \
		$(call quietly,virtual environment,$(UV) venv --quiet --python .tools/uv/bin/python .venv); fi
	@touch $@

.venv/made-build: requirements/build.txt .venv/made-venv
	@$(call quietly,requirements to build,$(INSTALL) --require-hashes -r requirements/build.txt)
	@touch $@

.venv/made-package: pyproject.toml .venv/made-build
	@$(call quietly,package rasr,$(INSTALL) --no-deps --no-build-isolation --editable .)
	@touch $@

.venv/made-base: requirements/base.txt .venv/made-package
	@$(call quietly,requirements to run,$(INSTALL) --require-hashes -r requirements/base.txt)
	@touch $@

.venv/made-dev: requirements/dev.txt .venv/made-base
	@$(call quietly,requirements to test,$(INSTALL) --require-hashes -r requirements/dev.txt)
	@touch $@

# A package of others to measure beside: away from our own, as it asks for a newer Python than it needs.
.tools/made-beside: requirements/beside.txt .venv/made-dev
	@$(call quietly,packages to measure beside,$(INSTALL) --python-version 3.14 --no-deps --require-hashes --target .tools/beside \
		-r requirements/beside.txt)
	@touch $@

# What the node's pages are made with: from npm when it is built, from the node itself when it runs.
.venv/made-assets: package-lock.json tools/assets.py tools/outlines.py .venv/made-base
	@command -v npm >/dev/null || { $(call package,npm,the pages are made with files from its packages); }
	@$(call quietly,npm ci,npm ci)
	@$(call quietly,files for the pages,$(BIN)/python -m tools.assets)
	@touch $@

STATIC := $(wildcard src/rasr/node/*/static/*/*.js src/rasr/node/*/static/*/*.css src/rasr/node/*/static/*/*.svg)
.venv/made-static: $(STATIC) src/rasr/node/settings/__init__.py .venv/made-assets
	@$(call quietly,static files,RASR_HOME=.tools/static-home RASR_MODE=demo $(BIN)/python -m django collectstatic \
		--settings rasr.node.settings --noinput --clear --ignore django_htmx --ignore django_tables2)
	@touch $@

# The .mo files that a node reads, from the catalogues of texts.
.venv/made-messages: $(wildcard src/rasr/node/web/locale/*/LC_MESSAGES/django.po) tools/messages.py .venv/made-base
	@$(call quietly,catalogues of texts,$(BIN)/python -m tools.messages compile)
	@touch $@

# Without root and without Chromium the browser tests are skipped, and both this line and pytest's closing line say so.
chromium:
	@command -v chromium >/dev/null || ( $(call package,chromium,without it the browser tests are skipped) ) || true

# Without root and without PostgreSQL the tests on it are left out, and the last line of make test says so.
postgresql: .venv/made-venv
	@$(BIN)/python -m tools.postgres --find >/dev/null 2>&1 || \
		( $(call package,postgresql,without it the node is tested on SQLite only) ) || true
