# Two commands do everything: `make demo` and `make test`. Both set up a virtual environment first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test lint types check sweep bench fixtures reports docs screenshots action-requirements clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(STAMP)  ## run the main job on a recorded log and write the HTML report
	$(BIN)/fencekit demo fencekit-demo

test: $(STAMP)  ## everything that CI runs: format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile

sweep: $(STAMP)  ## the long comparison with the real CapFence package; results go to reports/sweep
	$(BIN)/python tests/conformance/sweep.py
	$(BIN)/python tests/corruption/sweep.py
	$(BIN)/python tests/strategies/sweep.py
	$(BIN)/python tests/packs/sweep.py
	$(BIN)/python tests/laws/sweep.py
	$(BIN)/python tests/schema/sweep.py
	$(BIN)/python tests/prove/adversary/sweep.py
	$(BIN)/python tests/chain/sweep.py
	$(BIN)/python tests/packs/install_sweep.py
	$(BIN)/python tests/gate/sweep.py
	FENCEKIT_SWEEP=1 $(BIN)/python -m pytest tests/chain tests/prove/test_mutants.py

bench: $(STAMP)  ## speed and memory beside CapFence and beside plain parsing, as ratios
	$(BIN)/python bench/replay.py
	$(BIN)/python bench/chain.py
	$(BIN)/python bench/report.py
	$(BIN)/python bench/memory.py
	$(BIN)/python bench/gate.py
	$(BIN)/python bench/served.py
	$(BIN)/python bench/prove.py
	$(BIN)/python bench/growth.py
	$(BIN)/python bench/front_ends.py
	$(BIN)/python bench/opinions.py

fixtures: $(STAMP)  ## record the fixtures again with the real CapFence runtime
	$(BIN)/python fixtures/build.py

reports: $(STAMP)  ## render the committed sample reports again
	$(BIN)/python reports/build.py

docs: $(STAMP)  ## build the docs site strictly into build/site
	$(BIN)/python -m pip install --quiet --group docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

screenshots: $(STAMP)  ## take the pictures of the docs again, with Chromium
	$(BIN)/python reports/screenshots.py

action-requirements: $(STAMP)  ## pin and hash what the action installs, from PyPI
	$(BIN)/python action/pin.py

clean:  ## remove what `make` made
	rm -rf $(VENV) fencekit-demo dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fencekit needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $(STAMP)
