# Two commands do everything: `make demo` and `make test`. Both set up a virtual environment first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test coverage sweep hosts bench fixtures reports docs screenshots action-requirements lock clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(STAMP)  ## run the main job on a recorded log and write the HTML report
	$(BIN)/fencekit demo fencekit-demo

test: $(STAMP)  ## everything that CI runs: format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist worksteal

coverage: $(STAMP)  ## run the tests, and say which share of lines and branches they run
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 --dist worksteal -q; code=$$?; \
	  $(BIN)/coverage combine --quiet && $(BIN)/coverage report && exit $$code

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

hosts: $(STAMP)  ## what the real coding agents and MCP servers do behind the gate (needs npm); results go to reports/sweep
	$(BIN)/python tests/hosts/sweep.py
	$(BIN)/python tests/hosts/table.py
	$(BIN)/python tests/mcp_gateway/sweep.py
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

lock:  ## pin and hash the development environment anew, for every Python, from PyPI
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet uv
	UV_CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/uv pip compile --quiet --upgrade --universal \
	  --python-version 3.11 --generate-hashes --no-annotate --group dev pyproject.toml \
	  --output-file requirements/dev.lock

clean:  ## remove what `make` made
	rm -rf $(VENV) fencekit-demo dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The lock has every package by its hash. Where an index lacks one of its versions, `make LOCK= test`
# takes the newest ones that pyproject.toml allows.
LOCK ?= requirements/dev.lock

$(STAMP): pyproject.toml $(LOCK)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fencekit needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
ifeq ($(LOCK),)
	$(BIN)/python -m pip install --quiet --editable . --group dev
else
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
endif
	@touch $(STAMP)
