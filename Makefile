# Everything a person needs: `make run` and `make test`. The rest is what those two are made of.

PYTHON ?= python3
PORT ?= 8000
BIN = .venv/bin

.PHONY: run dev test test-full test-next test-wheel test-postgres mutants bench faults try-deploy check lint types migrations documents assets browser lock clean

run: .venv/.runtime node_modules/.installed .env  ## the product with a demo ward, at http://127.0.0.1:8000/
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(BIN)/python manage.py demo
	@echo "Ebb is at http://127.0.0.1:$(PORT)/   (stop it with Ctrl-C)"
	@$(BIN)/python manage.py review_alerts --every 60 & clock=$$!; trap 'kill $$clock 2>/dev/null' EXIT INT TERM; \
	$(BIN)/granian --interface wsgi --host 127.0.0.1 --port $(PORT) --workers 2 --blocking-threads 4 --backlog 128 --backpressure 256 --workers-kill-timeout 5 --log-level error config.wsgi:application

dev: .venv/.dev node_modules/.installed .env  ## the same, reloading when a file changes
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo
	@EBB_DEBUG=yes $(BIN)/python manage.py review_alerts --every 60 & clock=$$!; trap 'kill $$clock 2>/dev/null' EXIT INT TERM; \
	EBB_DEBUG=yes $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: .venv/.dev node_modules/.installed browser .env  ## the whole suite, the browser journeys last; of what is alike a sample
	@mkdir -p var
	$(BIN)/python -m pytest tests --ignore=tests/journeys --ignore=tests/test_wheel.py -n auto --dist worksteal -q
	$(BIN)/python -m pytest tests/journeys -n auto --dist worksteal -q

test-full:  ## the same with everything that is alike: all markup, all looks in the browser, 200 examples of each property
	EBB_TESTS=full $(MAKE) test

mutants: .venv/.dev node_modules/.installed .env  ## break rules and actions one line at a time: MUTANTS=200 of them, for some hours
	@mkdir -p var
	$(BIN)/python scripts/mutants.py --sample $${MUTANTS:-200}

test-wheel: .venv/.dev  ## a wheel is built, installed in an empty environment, and a check-in is logged; asks the package registries
	$(BIN)/python -m pytest tests/test_wheel.py -q

test-postgres: .venv/.dev node_modules/.installed .env  ## the suite without the journeys, on a PostgreSQL that is there only for it
	@mkdir -p var
	$(BIN)/python scripts/postgres.py run $(BIN)/python -m pytest tests --ignore=tests/journeys --ignore=tests/test_wheel.py -n auto --dist worksteal -q

test-next: node_modules/.installed .env  ## the suite against the newest Django that pip finds for this Python, in an environment of its own
	@mkdir -p var
	$(PYTHON) -m venv --clear var/next
	var/next/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	var/next/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --upgrade-strategy eager django
	var/next/bin/python -m django --version
	var/next/bin/python -m pytest tests --ignore=tests/journeys --ignore=tests/test_wheel.py -n 2 --dist worksteal -q

faults: .venv/.dev node_modules/.installed .env  ## real servers killed, cut off and filled up, on both databases; takes most of an hour
	@mkdir -p var
	EBB_FAULTS=full $(BIN)/python -m pytest tests/faults -q
	EBB_FAULTS=full EBB_POSTGRES_FSYNC=on $(BIN)/python scripts/postgres.py run $(BIN)/python -m pytest tests/faults -q

try-deploy: .venv/.dev node_modules/.installed  ## deploy/ on this machine: both roles, two web servers, nginx with TLS; then all of it is gone
	$(BIN)/python deploy/try.py

bench: .venv/.runtime node_modules/.installed  ## what pages take of the processor, beside a plain page; some minutes, and no test
	@mkdir -p var
	@EBB_SECRET_KEY=$${EBB_SECRET_KEY:-only-for-measuring-only-for-measuring-only-for-measuring} $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	$(BIN)/python -m bench

check: lint types migrations documents test  ## everything that must hold before a change is kept

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/djhtml --check --tabwidth 2 templates
	$(BIN)/hadolint Dockerfile

types: .venv/.dev .env node_modules/.installed
	$(BIN)/python -m mypy clinical accounts tracker operations config

migrations: .venv/.dev .env node_modules/.installed
	@mkdir -p var
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run

documents: .venv/.dev .env node_modules/.installed
	@mkdir -p var
	$(BIN)/python manage.py alert_docs --check

lock: .venv/.dev  ## pin again after a change to requirements*.in
	$(BIN)/pip install -q uv
	for name in requirements requirements-dev; do $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $$name.in -o $$name.txt; done

browser: .venv/.dev
	@$(BIN)/python scripts/browser.py

assets: node_modules/.installed

clean:
	rm -rf .venv node_modules var .env

# Made once, and again when what they are made from changes -----------------------------------------------------

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/.runtime

node_modules/.installed: package-lock.json | .venv/bin/python
	$(BIN)/python scripts/assets.py
	@touch $@

.env: | .venv/bin/python
	@$(BIN)/python -m config.places
	@mkdir -p var
