# Everything a newcomer or CI does. A bare `make` tells what there is.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --retries 10
# What tests need beside Python, as Debian names it.
PACKAGES := mosquitto openssl systemd iproute2 nftables modemmanager dbus chromium

.PHONY: help
help: ## Tell what each target does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: .make/demo ## Run relayd's demo: nothing to set up, one page to open
	@exec $(BIN)/relayd demo

.PHONY: test
test: .make/packages lint ## Install everything tests need, check the code, run all tests
	@$(BIN)/pytest

.PHONY: lint
lint: .make/dev ## Check style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

.PHONY: bench
bench: .make/packages .make/dev ## Measure relayd beside a bare relay: latency, throughput, memory (some minutes)
	@$(BIN)/python benchmarks/run.py

SEEDS := 10000
.PHONY: swarm
swarm: .make/dev ## Live SEEDS days full of faults and judge each by SAFETY (10,000; some minutes)
	@$(BIN)/python -m tests.swarm --seeds $(SEEDS) --jobs $$(nproc)

.PHONY: museum
museum: .make/dev ## Build every real fault into a copy of relayd and tell what finds it
	@$(BIN)/python -m tests.museum --jobs $$(nproc)

.PHONY: clean
clean: ## Remove all that was made here, the virtual environment too
	@rm -rf $(VENV) .make build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
	@find relayd tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# Stamps: made once, and again when pyproject.toml or the virtual environment is newer.

.make/demo: pyproject.toml $(VENV)/pyvenv.cfg
	@echo 'Installing relayd into $(VENV) (a few minutes on a Pi) …'
	@$(PIP) install --editable '.[demo]'
	@mkdir -p .make && touch $@

.make/dev: pyproject.toml $(VENV)/pyvenv.cfg
	@echo 'Installing relayd and its tools into $(VENV) (a few minutes on a Pi) …'
	@$(PIP) install --editable '.[dev,demo,modem]'
	@mkdir -p .make && touch $@ .make/demo

.make/packages: Makefile
	@$(call apt,$(PACKAGES))
	@mkdir -p .make && touch $@

$(VENV)/pyvenv.cfg:
	@find_python() { \
	    for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	        "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	            && command -v "$$python" && return; \
	    done; \
	}; \
	if ! find_python >/dev/null; then $(call apt,python3 python3-venv); fi; \
	if ! python=$$(find_python); then \
	    echo 'relayd needs Python 3.11 or newer, and this machine has none: install one (Debian 12' \
	        'and Raspberry Pi OS of 2023 bring it), then run make again.' >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then $(call apt,python3-venv); fi; \
	"$$python" -m venv $(VENV)

# Debian starts a service as it installs it, unless policy-rc.d says 101. A broker that comes with
# tests must not take port 1883 now, nor at the next boot.
define apt
	missing=(); for package in $(1); do \
	    dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null | grep -qx installed \
	        || missing+=("$$package"); \
	done; \
	if [ "$${#missing[@]}" -gt 0 ]; then \
	    if ! command -v apt-get >/dev/null; then \
	        echo "No apt-get here. Please install by hand what Debian calls: $${missing[*]}" >&2; exit 1; \
	    fi; \
	    echo "Installing $${missing[*]} with apt …"; \
	    as_root=(); [ "$$(id -u)" = 0 ] || as_root=(sudo); \
	    "$${as_root[@]}" bash -c "$$INSTALL" install "$${missing[@]}"; \
	fi
endef

define INSTALL
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$$policy" ]; then
    trap 'rm -f "$$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$$policy"
    chmod 755 "$$policy"
fi
apt-get -qq -o DPkg::Lock::Timeout=300 update
apt-get -qq -o DPkg::Lock::Timeout=300 install --no-install-recommends "$$@" >/dev/null
if [ -d /run/systemd/system ] && [[ " $$* " == *" mosquitto "* ]]; then
    systemctl --quiet disable mosquitto
fi
endef
export INSTALL
