# Every command a newcomer needs. `make run` and `make test` work on a fresh Debian or Ubuntu with Python 3.11 or newer.
VENV ?= .venv
# One more than cores: a test often waits for a server, a browser or a command, and another can run meanwhile.
PYTEST_ARGS ?= -n $(shell expr $$(nproc) + 1)
export VENV

.PHONY: help run test check bench prove damage docs lock wheel clean

help:            ## this list
	@grep -hE '^[a-z]+: .*##' Makefile | sed 's/:.*##/\t/' | expand -t 12

run: ready-run   ## install what is missing, start a private PostGIS, import the sample campus, serve the map
	@$(VENV)/bin/geo-server up $(if $(PORT),--port $(PORT))

test: ready-dev  ## install what is missing, run every test, the browser ones included
	@$(VENV)/bin/python -m pytest $(PYTEST_ARGS)

check: ready-dev ## format, lint, types, layering, docs freshness
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo 2>/dev/null || $(VENV)/bin/lint-imports
	@$(VENV)/bin/python scripts/reference.py --check

bench: ready-dev ## benchmarks beside their peers, figures into benchmarks/RESULTS.md
	@$(VENV)/bin/python -m benchmarks

prove: ready-dev ## try the guarantee of safe ways on campuses made by chance, for SECONDS=600
	@$(VENV)/bin/python -m tests.routing.prove $(if $(SECONDS),--seconds $(SECONDS))

damage: ready-dev ## read COUNT=500 real files that dice have damaged, of FOLDER=data/floorplans, for SECONDS=1800 at most
	@$(VENV)/bin/python -m tests.ingest.prove $(if $(FOLDER),--folder $(FOLDER)) $(if $(COUNT),--count $(COUNT)) \
		$(if $(SECONDS),--seconds $(SECONDS))

docs: ready-dev  ## write the generated reference pages
	@$(VENV)/bin/python scripts/reference.py

wheel: ready-dev ## build dist/*.whl, page and sample campus included
	@rm -rf dist
	@$(VENV)/bin/python -m build --wheel --no-isolation

lock: ready-dev  ## renew the lock files from pyproject.toml
	@scripts/lock.sh

clean:           ## remove what the targets above made (not the data folder)
	@rm -rf $(VENV) dist build geo_server/web/static/vendor geo_server/web/static/built .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: ready-run ready-dev
ready-run:
	@scripts/setup.sh run
ready-dev:
	@scripts/setup.sh dev
