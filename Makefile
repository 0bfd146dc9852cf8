# The only things needed beforehand: Python 3.11 or newer with venv, make and git.
.PHONY: help run test demo chaos lint messages python style format imports types migrations translations tests
.DEFAULT_GOAL := help

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check -qq install

# What a shell may carry from another project and must not reach into this one.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONSAFEPATH PYTHONWARNINGS PYTHONOPTIMIZE VIRTUAL_ENV
unexport PYTHONDONTWRITEBYTECODE DJANGO_SETTINGS_MODULE PIP_TARGET PIP_PREFIX PIP_ROOT PIP_NO_DEPS PIP_REQUIREMENT PIP_CONSTRAINT
export PIP_USER := 0

# When the Python behind the environment has gone (an upgrade, a moved folder), all is installed again.
GONE := $(shell $(PYTHON) -c "" 2>/dev/null || rm -f $(VENV)/*.stamp)

help:
	@echo "make run       the portal and everything it needs on http://localhost:8000 (PORT=8080 make run)"
	@echo "make demo      the main job without a person; the result is demo/act.pdf"
	@echo "make test      style, types, import directions, migrations, translations and all tests"
	@echo "make chaos     a month in which workers are killed and everything around them fails, in numbers"
	@echo "make lint      style, types and import directions alone"
	@echo "make messages  brings locale/ up to date with the texts in the code"

run: $(VENV)/run.stamp
	@exec $(PYTHON) -m tools.run

demo: $(VENV)/run.stamp
	@exec $(PYTHON) -m tools.demo

chaos: $(VENV)/dev.stamp
	@exec $(PYTHON) -m tests.reconciliation.months.chaos

# Each is tried whatever else fails; what failed is named at the end.
test: $(VENV)/dev.stamp
	@$(MAKE) --no-print-directory --keep-going style format imports types migrations translations tests

lint: $(VENV)/dev.stamp
	@$(MAKE) --no-print-directory --keep-going style format imports types

style:
	@$(PYTHON) -m ruff check --quiet --output-format concise .

format:
	@$(PYTHON) -m ruff format --quiet --check --output-format concise .

# As a program it names the folder that it was installed into, which may have been moved since.
imports:
	@$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" --no-logo

types:
	@$(PYTHON) -m mypy --no-error-summary

migrations:
	@$(PYTHON) manage.py makemigrations --check --dry-run --settings tests.settings

translations:
	@$(PYTHON) -m tools.messages --check

# On CI, where nothing may be skipped, the long ones run, too.
tests:
	@$(PYTHON) -m pytest -q -n auto --dist worksteal $(if $(PORTAL_DEMAND_ALL),,-m "not long")

messages: $(VENV)/dev.stamp
	@$(PYTHON) -m tools.messages

# A stamp is written last, so an installation that was interrupted is simply done again.
$(VENV)/run.stamp: requirements.txt requirements-run.txt
	@$(MAKE) --no-print-directory python
	@echo "Installing what the portal needs into $(VENV) (about a minute, once) ..."
	@$(PIP) -r requirements-run.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-run.txt requirements-dev.txt
	@$(MAKE) --no-print-directory python
	@echo "Installing what the portal and its tests need into $(VENV) (about a minute, once) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $(VENV)/run.stamp $@

# Makes the environment unless there is a whole one.
python:
	@$(PYTHON) -c "import pip" 2>/dev/null && exit 0; \
	for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	  "$$candidate" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || continue; \
	  "$$candidate" -c "import ensurepip, venv" 2>/dev/null || { without="$$candidate"; continue; }; \
	  rm -rf $(VENV); \
	  exec "$$candidate" -m venv $(VENV); \
	done; \
	if [ -n "$$without" ]; then \
	  echo "$$without has no venv. On Debian and Ubuntu: apt install $$without-venv" >&2; \
	else \
	  echo "Python 3.11 or newer is needed, and none was found as python3 or python3.11 to python3.14." >&2; \
	fi; exit 1
