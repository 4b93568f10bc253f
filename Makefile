# Every command that people and CI run. `make` alone says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
MAKEFLAGS += --no-print-directory

# Set by many container images; it has every process compile all it imports anew, the providers' SDKs above all.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# xdist workers: most tests wait for an engine or an API server, so one more than the usual two cores. A file's tests
# go to one worker: they share what their fixtures made. Files are handed out in the order that tests/conftest.py says.
WORKERS ?= 3
STACK ?= producao
FINDINGS ?= findings.sarif
TOOLS ?= lab

.PHONY: help venv tools up down shell status preview rehearse test judge lint format bench docs requirements clean

help: ## show this list
	@echo "usage: make TARGET"
	grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 16

venv: $(STAMP)

# What is installed names its interpreter: it is gone with a folder that was moved, or a Python that was replaced.
moved := { test -e $(BIN)/cartorio && ! grep -qF "$(CURDIR)/$(BIN)/python" $(BIN)/cartorio; }
ifneq ($(shell test ! -e $(STAMP) || { test -x $(BIN)/python && ! $(moved); } || echo gone),)
.PHONY: $(STAMP)
endif

# uv installs in seconds what pip installs in minutes; pip, which every Python has, brings uv, by hash like all else.
$(STAMP): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "error: no $(PYTHON) on PATH; Python 3.11 or newer is needed (PYTHON=/path/to/python3 make ...)" >&2; exit 2; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $$($(PYTHON) --version) is too old; Python 3.11 or newer is needed (PYTHON=/path/to/python3 make ...)" >&2; exit 2; }
	echo "preparing $(VENV) (about 30 s the first time)"
	if ! test -x $(BIN)/python || ! test -x $(BIN)/uv || $(moved); then
	  $(PYTHON) -m venv --clear $(VENV)
	  awk '/^uv==/ {take=1} take {print} take && !/\\$$/ {exit}' requirements.txt > $(VENV)/uv.txt
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	fi
	$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	touch $@

up: $(STAMP) ## build the tools (once), start the lab, bring the `local` stack up
	@$(BIN)/cartorio lab deploy

down: $(STAMP) ## stop the lab and remove all it made; the cache stays
	@$(BIN)/cartorio lab down

shell: $(STAMP) ## a shell in which pulumi, kubectl, helm, cosign and crane speak to the lab
	@$(BIN)/cartorio shell

status: $(STAMP) ## what of the lab runs, and where
	@$(BIN)/cartorio lab status

preview: $(STAMP) ## what `make up` would change
	@$(BIN)/cartorio shell -- pulumi preview --stack local --diff

rehearse: $(STAMP) ## a stack from nothing to destroyed, in a lab of its own (STACK=producao)
	@$(BIN)/cartorio rehearse $(STACK)

test: $(STAMP) ## all tests: units, providers, end to end through the real engine
	@$(BIN)/cartorio toolchain --build
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

judge: $(STAMP) ## the policy pack over what Flux applies of a stack, as SARIF (STACK=producao FINDINGS=findings.sarif)
	@$(BIN)/cartorio policy check clusters/$(STACK) --profile $(STACK) --format sarif > $(FINDINGS)

tools: $(STAMP) ## build the tools named by TOOLS="helm kubectl"; `lab` is all that the lab needs
	@$(BIN)/cartorio toolchain --build $(filter-out lab,$(TOOLS))

lint: $(STAMP) ## ruff, mypy, import contracts, workflows, generated documents
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cartorio workflows check
	$(MAKE) docs CHECK=--check

format: $(STAMP) ## let ruff mend what it can
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## write the generated documents anew
	@$(BIN)/python -m guardrails.docgen $(CHECK)
	$(BIN)/python -m guardrails.trust.policy_schema $(CHECK)
	$(BIN)/python -m lab.bench.peers --page $(CHECK)
	$(BIN)/python -m components.docgen $(CHECK)
	$(BIN)/python -m components.reference $(CHECK)
	$(BIN)/python -m delivery.plan.docgen $(CHECK)

bench: $(STAMP) ## how long a preview takes and how fast the rules are, against others in the same run
	@$(BIN)/python -m lab.bench
	$(BIN)/python -m lab.bench.images

requirements: $(STAMP) ## resolve requirements.in anew, with hashes
	@for name in requirements lab/toolchain/go-requirements; do
	  $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header \
	    --no-emit-index-url --no-emit-find-links $$name.in --output-file $$name.txt
	done
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url \
	  --no-emit-find-links --constraint requirements.txt policy_pack/requirements.in --output-file policy_pack/requirements.txt

clean: ## remove the virtual environment and tool caches (not the lab: `make down`)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
