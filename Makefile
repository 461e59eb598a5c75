# Two commands are enough: `make demo` and `make test`. Everything they need is set up on the way.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
SCALE  := $(VENV)/.scale

# What examines pages for people who do not see them; only `make screenshots` needs it, and npm, Chromium and poppler.
AXE_VERSION := 4.14.1
AXE         := build/look/package/axe.min.js

.PHONY: help reference demo demo-big test search faults mail-lab lint check bench format screenshots clean

help:            ## what there is
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/\t/'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[embedded,demo,dev]'
	@touch $@

demo: $(READY)   ## the main job, end to end, on this machine
	@$(BIN)/crm demo

$(SCALE): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[scale]'
	@touch $@

demo-big: $(SCALE) ## 100,000 real legal entities, and what is in the book twice; ARGS="--entities 300000 --keep"
	@$(BIN)/crm demo-big $(ARGS)

test: $(READY)   ## every test, on real servers
	$(BIN)/python -m pytest

search: $(READY) ## every property on examples that no run has tried; SEED=7 to try the same again
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=search --randomly-seed=$(or $(SEED),$(shell date +%s))

faults: $(READY) ## hundreds of rounds in which everything dies; ROUNDS=1 SEED=7 LETTERS=2000 to play one of them
	PYTHONPATH=tests:. $(BIN)/python -m faults $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(if $(LETTERS),--letters $(LETTERS))

mail-lab: $(READY) ## a round trip through Postfix and Dovecot, where they are installed
	PYTHONPATH=tests:. $(BIN)/python -m mail_lab

lint: $(READY)   ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint test ## what continuous integration runs

bench: $(READY)  ## what a million organisations take; ARGS="--only prospects --size 100000" for less
	$(BIN)/python -m benchmarks $(ARGS)

reference: $(READY) ## a page for every module, out of its docstrings
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	$(BIN)/python docs/reference/make.py

format: $(READY) ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(AXE):
	mkdir -p build/look
	cd build/look && npm pack --silent axe-core@$(AXE_VERSION) && tar -xzf axe-core-$(AXE_VERSION).tgz package/axe.min.js

screenshots: $(READY) $(AXE)  ## pictures of the pages for docs/, what axe-core says of each, and a click on their buttons
	$(BIN)/python docs/screenshots/make.py --axe $(AXE)

clean:           ## remove what the commands above made
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
