# The targets of README.md. Each makes its environment first: .venv, from the locked requirements, again when they change.
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/ready
LOCKS := requirements.lock requirements-dev.lock

.PHONY: demo test lint laws mutate bench conformance lock clean

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
	$(BIN)/python -m tests.mutation

bench: $(READY)
	$(BIN)/python -m tests.bench

conformance: $(READY)
	$(BIN)/pytest tests/conformance -m conformance

$(READY): $(LOCKS) pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

lock:
	$(PYTHON) -m venv .cache/lock
	.cache/lock/bin/pip install --quiet --disable-pip-version-check pip-tools
	.cache/lock/bin/pip-compile $(COMPILE) --output-file requirements.lock pyproject.toml
	.cache/lock/bin/pip-compile $(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

COMPILE := --quiet --generate-hashes --strip-extras --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --annotation-style=line

clean:
	rm -rf .venv .cache build dist
