# Every target makes its own virtual environment with the machine's Python; nothing but Python 3.11 and make is needed.
#   make demo      the whole stack, from await modem.http.get(...) down to bytes on a PTY and up again
#   make test      the tests, with branch coverage
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --constraint constraints.txt
FUZZ_PY := build/fuzz/venv/bin/python
WHEEL_DIR := build/wheel
WHEEL_PY := ../venv/bin/python
WHEEL_TESTS ?= tests/test_exports.py tests/sites tests/at
ARGS ?=
# Tests wait for servers and programs part of the time: one worker more than there are processors keeps these busy.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN || echo 1) + 1)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-long torture torture-long lint format laws bench fuzz docs docs-check wheel-test constraints clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: $(VENV)/.demo ## run every service through the whole stack against real servers
	$(PY) -m simcom_async demo $(ARGS)

test: $(VENV)/.dev ## run the tests with branch coverage, measured in some cases of each (ARGS= for pytest)
	$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest -n $(WORKERS) $(ARGS)
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report

test-long: $(VENV)/.dev ## run the tests that take minutes
	$(PY) -m pytest -n $(WORKERS) -m long $(ARGS)

torture: $(VENV)/.dev ## strike every service by every kind of fault, some minutes (ARGS= for tests.torture)
	$(PY) -m tests.torture --rounds 10 $(ARGS)
	$(PY) -m tests.torture.soak --modems 16 --minutes 0.5

torture-long: $(VENV)/.dev ## the same verb by verb and moment by moment, an hour
	$(PY) -m tests.torture --minutes 50 --processes 2 $(ARGS)
	$(PY) -m tests.torture.soak --modems 64 --minutes 8

lint: $(VENV)/.dev ## check style, types and rings
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.dev ## format the sources
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

laws: $(VENV)/.dev ## show each law's test failing against a broken variant
	$(PY) -m tests.laws

fuzz: build/fuzz/venv/.made ## fuzz whatever reads foreign bytes (ARGS="--minutes 5 --target demux"); needs atheris
	$(FUZZ_PY) -m tests.fuzz $(ARGS)

bench: $(VENV)/.dev ## measure, one line a goal
	$(PY) -m benchmarks

docs: $(VENV)/.dev ## write the generated pages
	$(PY) docs/generate.py

docs-check: $(VENV)/.dev ## fail when a generated page is out of date
	$(PY) docs/generate.py --check

wheel-test: $(VENV)/.dev ## build the wheel, install it elsewhere and test what was installed
	rm -rf $(WHEEL_DIR)
	mkdir -p $(WHEEL_DIR)/elsewhere
	$(PIP) wheel --quiet --no-deps --wheel-dir $(WHEEL_DIR)/dist .
	$(PY) -m venv $(WHEEL_DIR)/venv
	set -- $(WHEEL_DIR)/dist/*.whl && $(WHEEL_DIR)/venv/bin/python -m pip --disable-pip-version-check \
	  install --quiet --constraint constraints.txt --requirement $(VENV)/test.txt "$$1[cli,virtual,sites,pytest]"
	cp -R pyproject.toml tests $(WHEEL_DIR)/elsewhere/
	cd $(WHEEL_DIR)/elsewhere && $(WHEEL_PY) -m pytest --quiet $(WHEEL_TESTS)
	cd $(WHEEL_DIR)/elsewhere && ../venv/bin/simcom --help > /dev/null

constraints: $(VENV)/.dev ## pin what the project and its extras need (no index address is written)
	$(INSTALL) uv
	$(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev \
	  --no-header --no-annotate --quiet --upgrade --output-file constraints.txt

clean: ## remove everything that was made
	rm -rf $(VENV) build dist .coverage .coverage.* .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: a repeated call installs nothing.
define CHECK_PYTHON
import sys
if sys.version_info < (3, 11):
    sys.exit("simcom_async needs Python 3.11 or newer; $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.13" % sys.version_info[:2])
endef
export CHECK_PYTHON

# pip learnt of dependency groups after the version that Python 3.11 brings along: they are written out for it.
define EXPAND_GROUP
import sys, tomllib
groups = tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]
def expand(name):
    for item in groups[name]:
        yield from expand(item["include-group"]) if isinstance(item, dict) else [item]
print("\n".join(expand(sys.argv[1])))
endef
export EXPAND_GROUP

$(VENV)/.made:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c "$$CHECK_PYTHON"
	@if [ -x $(PY) ]; then $(PY) -c "$$CHECK_PYTHON"; else $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment (on Debian: apt install python3-venv)." >&2; exit 1; }; fi
	@touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml constraints.txt
	@echo "installing what the demo needs into $(VENV) ..."
	@$(INSTALL) --editable ".[cli,virtual,sites]"
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml constraints.txt
	@echo "installing what development needs into $(VENV) ..."
	@$(PY) -c "$$EXPAND_GROUP" dev > $(VENV)/dev.txt
	@$(PY) -c "$$EXPAND_GROUP" test > $(VENV)/test.txt
	@$(INSTALL) --requirement $(VENV)/dev.txt --editable ".[all]"
	@touch $(VENV)/.demo $@

# Fuzzing has an environment of its own: atheris is not to be had for every platform.
build/fuzz/venv/.made: $(VENV)/.made pyproject.toml constraints.txt
	@echo "installing what fuzzing needs into build/fuzz/venv ..."
	@$(PYTHON) -m venv build/fuzz/venv
	@$(PY) -c "$$EXPAND_GROUP" fuzz > build/fuzz/fuzz.txt
	@$(FUZZ_PY) -m pip --disable-pip-version-check --no-input install --quiet --constraint constraints.txt \
	  --requirement build/fuzz/fuzz.txt --editable ".[all]" || { rm -rf build/fuzz/venv; \
	  echo "atheris cannot be installed here: it has wheels for Linux on x86-64 and for macOS only." >&2; exit 1; }
	@touch $@
