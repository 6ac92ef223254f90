# Two commands do all the set-up: `make demo` (what it does) and `make test` (that it works). `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
UV := .tools/bin/uv
BASE := .venv-base
FULL := .venv
RUN := $(FULL)/bin
PACKAGES := claims past scrubber features models store training serving simulator cli
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

.PHONY: help demo test check serve bench bundled lock docs lint types contracts docs-check install base clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: base ## score a batch of claims the model has not seen, after reading the practice's remittances
	@PATH="$(CURDIR)/$(BASE)/bin:$$PATH" bash demo/run.sh

test: install ## run every test, in a process for each core
	$(RUN)/python -m tests

check: lint types contracts docs-check test ## everything CI runs

lint: install
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .

types: install
	$(RUN)/mypy

contracts: install
	$(RUN)/lint-imports

docs-check: install
	$(RUN)/python docs/build.py --check

docs: install ## write the generated pages anew
	$(RUN)/python docs/build.py

serve: base ## the API and page on http://127.0.0.1:8000
	$(BASE)/bin/cleanclaim serve

bench: install ## the benchmarks, each beside something to compare with
	$(RUN)/python -m bench

bundled: install ## simulate a practice and fit the model that ships
	rm -rf .bench/bundled
	$(RUN)/cleanclaim simulate --months 24 --claims-per-month 850 --seed 21 --out .bench/bundled
	$(RUN)/python -m training.bundled .bench/bundled

install: $(FULL)/.ready base
base: $(BASE)/.ready

$(FULL)/.ready: requirements/all.lock pyproject.toml
	@bash requirements/install.sh $(FULL) requirements/all.lock "$(PYTHON)"

$(BASE)/.ready: requirements/base.lock pyproject.toml
	@bash requirements/install.sh $(BASE) requirements/base.lock "$(PYTHON)"

lock: ## resolve the dependencies anew (hashes, no registry addresses)
	bash requirements/lock.sh

clean: ## remove environments and caches; the store in .cleanclaim stays
	rm -rf $(FULL) $(BASE) .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
