# `make demo` shows Leadgen, `make test` proves it, `make help` lists the rest.
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help install servers demo demo-docker demo-here web web-if-able test test-fast test-whole test-web test-odoo test-odoo14 test-pooler test-dashboards test-compose test-containers check bench bench-web lock release docs clean

BIN := .venv/bin

# Python keeps its bytecode, whatever the environment says: without it each process compiles all that it imports.
export PYTHONDONTWRITEBYTECODE :=

help: ## this list
	awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(if $(DOCKER),demo-docker,demo-here) ## show how one chat message becomes ten scored leads (ONCE=1 ends then, OUT=file.json, NIGHT=1 adds a night, DOCKER=1 in containers)

demo-docker:
	exec deploy/compose/demo

demo-here: servers web-if-able
	exec $(BIN)/leadgen demo $(if $(ONCE),--once) $(if $(OUT),--out "$(OUT)") $(if $(NIGHT),--night)

web: ## build the page into web/dist (needs Node 20 or newer)
	deploy/local/web

test: servers ## every check, and every test except those that have a target of their own below
	+exec $(MAKE) --no-print-directory --jobs=2 check tests

.PHONY: tests
tests: # what `make test` runs beside the checks
	exec $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not whole"

test-whole: servers ## the whole product as processes: end to end, the demo, kills, outages, fifty chats at once
	exec $(BIN)/pytest -n logical --dist loadfile --no-loadscope-reorder -m whole $(WHOLE)

test-fast: install ## a quick answer: lint, and the tests that need no server and are quick
	$(BIN)/ruff check --quiet
	+exec $(MAKE) --no-print-directory --keep-going --jobs=2 quick-services quick-libs

.PHONY: quick-services quick-libs
#: Two processes with a part of the tests each: every worker of `pytest -n` would import all of them.
QUICK := $(BIN)/pytest --quiet --hypothesis-profile=fast -m "not servers and not whole and not slow"
quick-services:
	exec $(QUICK) services tests
quick-libs:
	exec $(QUICK) libs deploy tools

test-web: servers web ## the page: types, unit tests, its size, and the whole journey in a browser against the real product
	deploy/local/chromium
	cd web && npm run --silent check && npm run --silent test && npm run --silent e2e

test-odoo: servers ## the Odoo sync against a real Odoo: one that ODOO_URL ... name, or one started for it
	exec tests/odoo/with-odoo $(BIN)/pytest -m odoo tests/odoo

test-odoo14: servers ## the same over JSON-RPC against an Odoo 14, started from Debian's older package (needs Python 3.9)
	ODOO_SERVER=tests/odoo/odoo14.sh ODOO_HOME=$${ODOO14_HOME:-$$HOME/.cache/odoo14} exec tests/odoo/with-odoo $(BIN)/pytest -m odoo tests/odoo

test-dashboards: servers ## alerts and dashboards: promtool, and a real Prometheus that scrapes a real demo
	folder=$$(deploy/local/prometheus) && PROMETHEUS_BIN="$$folder" exec $(BIN)/pytest -m dashboards tests/dashboards

#: Tests of the whole product as processes; `-m whole` alone would also be those of make test-pooler.
WHOLE := tests/e2e tests/chaos tests/load

#: Delivery, outages and two versions side by side, with the servers in containers.
IN_CONTAINERS := deploy/local/tests/test_server_fixtures.py $(addprefix libs/common/tests/,delivery/test_delivery.py delivery/test_outages.py test_versions_side_by_side.py)

test-containers: servers ## a part of the tests with PostgreSQL and Kafka in containers, on a Docker engine; root gets one by itself
	tests/compose/with-engine env TEST_BACKEND=testcontainers $(BIN)/pytest $(IN_CONTAINERS)

test-compose: servers ## images and docker-compose.yml on a real Docker engine, and the tests of test-containers, some fifteen minutes; root gets an engine by itself
	tests/compose/with-engine sh -ec 'TEST_BACKEND=testcontainers $(BIN)/pytest $(IN_CONTAINERS); \
		timeout --kill-after=60 1800 $(BIN)/pytest -m compose tests/compose'
	deploy/compose/proved record

test-pooler: servers ## the services behind PgBouncer, which root installs from Debian if it is missing
	exec tests/pooler/with-pgbouncer $(BIN)/pytest -rs tests/pooler

bench-web: servers web ## measure the page: long tasks while 100,000 rows are scrolled through, and the time to its first input
	cd web && npm run --silent check && npm run --silent bench

check: install ## lint, formatting, types, import rules
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: servers ## measure inbox, workers and outbox ("the spine"), as ratios to a bare INSERT
	exec $(BIN)/leadgen bench spine

lock: ## regenerate uv.lock, after a change to the dependencies of a pyproject.toml
	deploy/local/bootstrap lock

release: ## dist/VERSION from a clean checkout: wheels, images, manifests, notes (REGISTRY=... pushes the images, IMAGES= leaves them out)
	exec deploy/release

docs: install ## write docs/openapi.json, asyncapi.json, metrics.md and settings.md from the code
	exec $(BIN)/python docs/generate_documents.py

clean: ## remove .venv and everything made in the checkout; asks before it deletes the data of `leadgen up` (.run)
	if [ -d .run ]; then printf 'Delete .run, the data of leadgen up? [y/N] '; read answer; [ "$$answer" = y ] && rm -rf .run; fi; true
	rm -rf web/node_modules web/dist
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

web-if-able:
	deploy/local/web if-able

install: ## make .venv with the operator's command and the services, from uv.lock
	deploy/local/bootstrap

servers: ## make .venv, and fetch Kafka's jars (needs Java and Maven)
	deploy/local/bootstrap servers
