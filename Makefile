# Reelshift. `make` alone lists what can be made.

PYTHON  ?= python3
VENV    ?= .venv
HOST    ?= 127.0.0.1
PORT    ?= 8501
WORKERS ?= 2
BIN     := $(VENV)/bin
SUDO    := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check format data words shots docs bench requirements chromium

help:
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## set up and serve the dashboard (PORT=8501, HOST=127.0.0.1)
	$(BIN)/python -m streamlit run app.py --server.address $(HOST) --server.port $(PORT)

test: check chromium ## set up and run every check and test, with a real browser at the end
	$(BIN)/python -m pytest -n $(WORKERS) -m "not browser"
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m browser

check: $(VENV)/.dev ## tables against records, lint, format, types
	$(BIN)/python -m data.build --check
	$(BIN)/python -m data.readme --check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev ## format the code, mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

data: $(VENV)/.run ## make data/tables and data/README.md from data/records and data/dictionary
	$(BIN)/python -m data.build
	$(BIN)/python -m data.readme

words: $(VENV)/.dev ## list every text with its place, in both languages, in words.csv (ARGS=other.csv)
	$(BIN)/python -m tests.wordlist $(ARGS)

shots: $(VENV)/.dev chromium ## picture every page into shots/ (ARGS="--only funding,zh,dark,390")
	$(BIN)/python -m tests.browser.shots $(ARGS)

docs: $(VENV)/.dev chromium ## take the two pictures of the README again
	$(BIN)/python -m tests.browser.shots --docs

bench: $(VENV)/.dev chromium ## measure speed, bytes and memory against a plain page (ARGS=...)
	$(BIN)/python -m bench $(ARGS)

requirements: $(VENV)/.dev ## pin requirements*.in into requirements*.txt (UPGRADE=1 takes newer versions)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header $(if $(UPGRADE),--upgrade) requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header $(if $(UPGRADE),--upgrade) requirements-dev.in -o requirements-dev.txt

chromium:
	@sh tests/browser/install_chromium.sh

# One virtual environment; a stamp for what is in it, so that a second run starts at once.

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Reelshift needs Python 3.11 or newer, and "$(PYTHON)" is not. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'This Python cannot make virtual environments; installing the package python3-venv ...'; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; } || { \
	  echo 'Please install the package python3-venv (apt install python3-venv, as root or with sudo), then run make again.' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.txt $(VENV)/.made
	@echo 'Installing the packages of requirements.txt (a minute or two, once) ...'
	@$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt $(VENV)/.made
	@echo 'Installing the packages of requirements-dev.txt (a minute or two, once) ...'
	@$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $(VENV)/.run $@
