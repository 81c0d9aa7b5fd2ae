# The targets of README.md. Each makes its environment first: .venv, from the locked requirements, again when they change.
PYTHON ?= python3.11
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
READY := .venv/ready
LOCKS := requirements-dev.lock requirements-build.lock

.PHONY: demo test lint laws mutate understood bench conformance docs lock clean

demo: $(READY)
	$(BIN)/kap-fhir demo $(if $(ONCE),--once)

test: lint
	$(BIN)/pytest -n auto

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

laws: $(READY)
	LAWS=5000 $(BIN)/pytest -n auto tests/laws

mutate: $(READY)
	$(BIN)/python -m tests.mutation $(if $(ALL),all)

understood: $(READY)
	$(BIN)/python -m tests.understood

bench: $(READY)
	$(BIN)/python -m tests.bench

conformance: $(READY)
	$(BIN)/pytest -s tests/conformance -m conformance

docs: $(READY)
	$(BIN)/kap-fhir docs docs

$(READY): $(LOCKS)
	$(PYTHON) -m venv --clear .venv
	$(PIP) --require-hashes $(LOCKS:%=--requirement %)
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

lock:
	$(PYTHON) -m venv .cache/lock
	.cache/lock/bin/pip install --quiet --disable-pip-version-check pip-tools
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file requirements-dev.lock --extra dev --constraint requirements.lock pyproject.toml
	$(COMPILE) --output-file requirements-build.lock --constraint requirements-dev.lock --only-build-deps --build-deps-for wheel --build-deps-for editable pyproject.toml

COMPILE := .cache/lock/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header --annotation-style line \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean:
	rm -rf .venv .cache build dist
