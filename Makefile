# make run     the site on http://localhost:PORT, with all it needs (Python 3.11 or newer, with its venv module)
# make test    all tests, on SQLite and on PostgreSQL, in a real browser
# make check   formatters, linters, types, Django's own checks
# make bench   the benchmark, on SQLite and on PostgreSQL; BENCH="--sizes 25000 --rounds 3" says how (python -m bench --help)
# make drill   the failure drill: parts of a whole installation are killed while people write (Debian; Patroni, etcd, Redis, nginx)

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test check bench drill
.DELETE_ON_ERROR:

run: .venv/runs
	@exec $(BIN)/python manage.py serve --port $(PORT)

# Tests start hundreds of processes; each would compile the whole site if the environment had Python keep nothing.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/tests tests/node_modules/.package-lock.json
	$(BIN)/python -m pytest -n 2
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n 2 -m "not one_database"

# The checks read the settings, and must not touch a site that lives in ./data.
check: export DATA_DIR = $(or $(TMPDIR),/tmp)/understory-check
check: .venv/tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	git ls-files 'templates/*.html' 'templates/*.txt' | xargs $(BIN)/djade --check
	$(BIN)/mypy
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: .venv/tests
	@$(BIN)/python -m bench $(BENCH)

drill: .venv/tests
	@$(BIN)/python -m bench.drill

# Stamp files: a step is repeated when what it installs has changed.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %d.%d. Name one: make run PYTHON=python3.13" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'The venv module of Python is missing. On Debian: apt-get install python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/runs: requirements.txt | .venv/bin/python
	@echo 'Installing the packages of requirements.txt'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/tests: tests/requirements.txt requirements.txt | .venv/bin/python
	@echo 'Installing the packages of tests/requirements.txt'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@ .venv/runs

tests/node_modules/.package-lock.json: tests/package-lock.json .venv/tests
	@$(BIN)/python -m tests.tools
	@npm ci --prefix tests --ignore-scripts --no-audit --no-fund
	@touch $@
