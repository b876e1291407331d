# Everything starts here: `make demo` to look at it, `make test` before you hand it in. `make` alone lists the rest.
# Needs python3 (3.11 or newer), make and git; what else is missing is fetched, or named in one sentence.

PYTHON ?= python3
BIN := .venv/bin

DEMO_PACKAGES := .venv/.installed-for-the-demo
PACKAGES := .venv/.installed
PACKAGES_OF_HA := .venv-ha/.installed
PACKAGES_OF_SCAN := .venv-scan/.installed
NPM_IS_HERE := .venv/.npm-is-here
NODE_PACKAGES := node_modules/.fetched
FRONT_END := static/vendor/.copied
WORDS := static/words/.compiled
CATALOGUES := $(wildcard ecrf/locale/*/*.po trial/locale/*/*.po)

# Modules are compiled when they are first imported: most of them never are.
PIP_INSTALL := $(BIN)/python -m pip install -qq --no-input --disable-pip-version-check --no-compile --require-hashes
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

# Compiled modules are kept, wherever this runs: a test run starts Python some fifty times.
export PYTHONDONTWRITEBYTECODE :=

# The linters load the settings and open no database.
LINT_SETTINGS := SECRET_KEY=only-for-the-linters-only-for-the-linters-only-for-the-linters \
	DATABASE_URL=postgresql://nobody@localhost/none ALLOWED_HOSTS=localhost

# $(call debian,PACKAGE,WHAT FOR): install a Debian package, or say what to install.
define debian
	set -e; \
	if [ "$$(id -u)" = 0 ]; then as_root="env"; \
	elif sudo -n true 2>/dev/null; then as_root="sudo -n env"; \
	else as_root=""; fi; \
	if [ -z "$$as_root" ] || ! command -v apt-get >/dev/null 2>&1; then \
		echo "Please install $(2) (Debian: apt-get install $(1)), then say make again." >&2; exit 1; \
	fi; \
	echo "Installing Debian's $(1) ..."; \
	$$as_root apt-get update -qq; \
	$$as_root DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1) >/dev/null
endef

# Targets at once, the output of each in one piece; all that fail are named.
SIDE_BY_SIDE = $(MAKE) --no-print-directory --jobs --keep-going $(filter --%,$(.FEATURES:output-sync=--output-sync))

LINTERS := lint-code lint-templates lint-types lint-layers

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-parts demo-reset pictures check test drill ha siege barman test-stub test-clocks mutate validate controls image bench \
	conformance setup lint $(LINTERS) format lock messages chromium openssl engine

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: ## start the eCRF with the synthetic study (PORT=8000, DEMO_PASSWORD=...); Ctrl-C stops it
	@$(MAKE) --no-print-directory --jobs demo-parts
	@$(BIN)/python -m ecrf.demo serve

demo-parts: $(DEMO_PACKAGES) $(FRONT_END) $(WORDS)

demo-reset: $(DEMO_PACKAGES) ## throw the demo's data away
	@$(BIN)/python -m ecrf.demo reset

pictures: setup chromium ## take the pictures of the manuals anew from `make demo`, which runs beside (PORT=8000)
	@$(BIN)/python -m tests.browser.pictures

check: lint ## for daily use: linters, types, and the tests nearest to what was changed (BASE=main: since then)
	@touched=$$($(BIN)/python -m tests.touched $(BASE)) && \
	for settings in ecrf.settings tests.stub_trial.settings; do \
		DJANGO_SETTINGS_MODULE=$$settings $(BIN)/python -m pytest -q --numprocesses=logical --dist=worksteal \
			-m "not browser" $$touched || [ $$? = 5 ] || exit 1; \
	done

# The trial's tests are watched as they run; what runs beside them is shown one by one, each when it is done.
test: setup chromium openssl barman ## check everything: format, types, layers, templates, the whole test suite
	@echo "Tests, and beside them the linters and the tests on the stub protocol ..."
	@$(SIDE_BY_SIDE) $(LINTERS) test-stub & beside=$$!; \
	$(BIN)/python -m pytest --numprocesses=logical --dist=worksteal; trial=$$?; \
	wait $$beside || { echo "Failed beside the trial's tests: see \"***\" above." >&2; exit 1; }; \
	exit $$trial

# Behind the trial's tests while these run, whose journeys wait for a browser; on all cores when they are done.
test-stub: setup ## the tests of the engine, on the stub protocol
	@echo "Tests of the engine, on the stub protocol ..."
	@$(ON_STUB) nice -n 5 $(BIN)/python -m pytest -q --numprocesses=logical --dist=worksteal $(OF_ANY_TRIAL)

# What is run on the stub protocol: the engine's tests, and the rules that hold for the forms of any trial.
ON_STUB := DJANGO_SETTINGS_MODULE=tests.stub_trial.settings
OF_ANY_TRIAL := tests/stub_trial tests/ecrf tests/rules/test_repository.py::test_migrations_are_complete \
	$(foreach rule,access catalogue cdash checks check_statements crfs obstacles prints roles,tests/rules/test_$(rule).py)

# Half past midnight in Tokyo on the first of March; the last minute of a year there; the hour that comes twice in New York.
CLOCKS := 2027-02-28T15:30Z 2026-12-31T14:59Z 2026-11-01T05:30Z

test-clocks: setup chromium ## run the whole test suite at moments at which calendars and clocks turn
	@for moment in $(CLOCKS); do \
		echo "Tests, with the clock at $$moment ..."; \
		TEST_CLOCK=$$moment $(BIN)/python -m pytest --numprocesses=logical --dist=worksteal || exit 1; \
		TEST_CLOCK=$$moment $(ON_STUB) $(BIN)/python -m pytest --numprocesses=logical --dist=worksteal $(OF_ANY_TRIAL) || exit 1; \
	done

mutate: setup ## change the code in one place after another; print what no test notices (BASE=main or PATHS=..., MINUTES=10)
	@BASE=$(BASE) MINUTES=$(MINUTES) $(BIN)/python -m tests.mutate $(PATHS)

image: engine setup chromium openssl ## build the container image, and test it as `make test` tests its replay
	@ECRF_IMAGE=docker $(BIN)/python -m pytest tests/image/test_shipped.py

ha: setup $(PACKAGES_OF_HA) ## three machines, which die and lose each other while people save (PACE=quick, RESULT=file.json)
	@command -v etcd >/dev/null || { $(call debian,etcd-server,etcd for the three machines); }
	@command -v caddy >/dev/null || { $(call debian,caddy,Caddy for their proxy); }
	@$(BIN)/python -m tests.ha $(PACE) $(RESULT)

drill: setup barman ## kill a synthetic study while people save; bring it back from its backups, look, sign a sheet (PACE=quick)
	@$(BIN)/python -m tests.drill $(PACE)

# At full size an hour on a quiet machine, and docs/performance.md is written anew; scanners take two more (MINUTES=120).
siege: setup $(if $(filter scan,$(or $(PART),scan)),$(PACKAGES_OF_SCAN)) ## 50 people on 1 M events, a bad night, forms fuzzed, scanners (PACE=quick, PART=figures, fire, fuzzing or scan)
	@MINUTES=$(MINUTES) $(BIN)/python -m tests.siege $(PACE) $(PART)

# What `make test` runs, whose results and pictures are kept; RESULTS=folder takes those of a run of before.
validate: setup chromium openssl barman ## one signed report of everything that was validated (RESULTS=folder, TESTS=..., INTO=..., MUTATE=1)
	@$(if $(MUTATE),$(BIN)/python -m tests.validation.controls $(IDS) || true;) \
	$(BIN)/python -m tests.validation $(if $(RESULTS),--results "$(RESULTS)") $(if $(INTO),--into "$(INTO)") \
		$(if $(TESTS),--tests $(TESTS)) --stub $(OF_ANY_TRIAL)

controls: setup ## take each requirement's control away in a copy and see that a test notices (IDS="R-005 R-112")
	@$(BIN)/python -m tests.validation.controls $(IDS)

bench: setup ## print the measurements (PART=pages, languages, exports, outcomes, logins, people, grid, listings, files, moving, imports or audit)
	@$(BIN)/python -m tests.bench $(PART)

# With a version of its own, far from the product's packages: the engine of the rules wants exactly Python 3.12.
CORE_PYTHON ?= $(firstword $(foreach python,python3.12 $(wildcard $(HOME)/.pyenv/versions/3.12.*/bin/python),\
	$(shell $(python) -c 'import sys; print(sys.executable)' 2>/dev/null)))
CORE_ENGINE := cdisc-rules-engine==0.17.1
CORE_VENV := .venv-core

conformance: setup ## CDISC's conformance rules over the SDTM export (CORE_DATA=folder with the rules; CORE_PYTHON=python3.12)
	@if [ -z "$(CORE_DATA)" ] || ! ls "$(CORE_DATA)"/rules_sdtmig_3-4.json.gz >/dev/null 2>&1; then \
		echo "conformance: SKIPPED, as CORE_DATA names no folder with CDISC's rules and terms."; exit 0; fi; \
	if [ -z "$(CORE_PYTHON)" ]; then \
		echo "conformance: SKIPPED, as no Python 3.12 is here (CORE_PYTHON names one)."; exit 0; fi; \
	if ! $(CORE_VENV)/bin/python -c "import cdisc_rules_engine" 2>/dev/null; then \
		"$(CORE_PYTHON)" -m venv --clear $(CORE_VENV) && \
		$(CORE_VENV)/bin/python -m pip install -qq --no-input --disable-pip-version-check $(CORE_ENGINE) || { \
			echo "conformance: SKIPPED, as $(CORE_ENGINE) cannot be installed."; exit 0; }; fi; \
	CORE_DATA="$(abspath $(CORE_DATA))" CORE_PYTHON="$(abspath $(CORE_VENV))/bin/python" \
		$(BIN)/python -m pytest -q tests/conformance

# --- the parts ---------------------------------------------------------------------------------------------------

setup: $(PACKAGES) $(FRONT_END) $(WORDS) ## virtual environment, Python packages, front-end packages, translations

lint: setup ## formatters in checking mode, linters, types, import layers
	@$(SIDE_BY_SIDE) $(LINTERS)

lint-code: setup
	@echo "Format and lint ..."
	@$(BIN)/ruff format --check . || { echo "Say make format." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .

lint-templates: setup
	@echo "Templates ..."
	@$(BIN)/djlint --quiet --lint templates trial/templates

lint-types: setup
	@echo "Types ..."
	@$(LINT_SETTINGS) $(BIN)/mypy --no-error-summary

lint-layers: setup
	@echo "Import layers ..."
	@PYTHONPATH=. $(BIN)/lint-imports

format: setup ## rewrite the code in the agreed format
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .

messages: setup ## write what is marked for translation into the catalogues (docs/languages.md)
	@$(LINT_SETTINGS) $(BIN)/python -m ecrf.upkeep.languages.messages

lock: setup ## pin again what pyproject.toml and package.json ask for (UPGRADE=--upgrade for the newest)
	@echo "Python packages ..."
	@$(UV_COMPILE) $(UPGRADE) pyproject.toml -o requirements.lock
	@$(UV_COMPILE) $(UPGRADE) --group dev pyproject.toml -o tests/requirements.lock -c requirements.lock
	@$(UV_COMPILE) $(UPGRADE) --group demo -o requirements-demo.lock -c tests/requirements.lock
	@$(UV_COMPILE) $(UPGRADE) --group npm -o requirements-npm.lock
	@$(UV_COMPILE) $(UPGRADE) --group backup --no-deps -o requirements-backup.lock
	@$(UV_COMPILE) $(UPGRADE) --group ha -o requirements-ha.lock
	@$(UV_COMPILE) $(UPGRADE) --group scan -o requirements-scan.lock
	@echo "Front-end packages ..."
	@$(NPM) install --package-lock-only --ignore-scripts --no-audit --no-fund \
		--omit-lockfile-registry-resolved --loglevel=error >/dev/null

# After one another: two cannot install at once.
chromium: | setup
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || \
	command -v google-chrome >/dev/null || { \
		$(call debian,chromium-headless-shell,Chromium or Google Chrome for the browser tests); }

openssl: | chromium
	@command -v openssl >/dev/null || { \
		$(call debian,openssl,OpenSSL for the tests of what is shipped); }

# Barman without what its package asks for beside it: the lock file of the product has that already.
$(BIN)/barman: requirements-backup.lock | $(PACKAGES)
	@echo "Barman ..."
	@$(PIP_INSTALL) --no-deps -r requirements-backup.lock
	@touch $@

# Apart from the product's packages. Of the system's own Python, if there is one: where root calls, another user runs it.
$(PACKAGES_OF_HA): requirements-ha.lock | $(PACKAGES)
	@echo "Patroni ..."
	@$(BIN)/uv venv --quiet --clear --python $(firstword $(wildcard /usr/bin/python3) $(PYTHON)) .venv-ha
	@$(BIN)/uv pip install --quiet --python .venv-ha/bin/python --require-hashes -r requirements-ha.lock
	@touch $@

# Apart from everything else: wapiti asks for old versions of what the product has, and for much that it must not have.
$(PACKAGES_OF_SCAN): requirements-scan.lock | $(PACKAGES)
	@echo "Wapiti and sqlmap ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-scan
	@$(BIN)/uv pip install --quiet --python .venv-scan/bin/python --require-hashes -r requirements-scan.lock
	@touch $@

# After the other Debian packages: two cannot install at once.
barman: $(BIN)/barman | openssl
	@command -v gpg >/dev/null && command -v rsync >/dev/null || { \
		$(call debian,gnupg rsync,GnuPG and rsync for the drill of the backups); }

engine:
	@{ docker info && docker compose version; } >/dev/null 2>&1 || { \
		echo "No Docker engine with Compose runs here: make image needs one." >&2; exit 1; }

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		$(call debian,python3-venv,Python's venv module); }
	@echo "Virtual environment ..."
	@$(PYTHON) -m venv --clear .venv

# What the product needs to run, and PostgreSQL: a third of what the tests need.
$(DEMO_PACKAGES): .venv/bin/python requirements.lock requirements-demo.lock | $(NPM_IS_HERE)
	@echo "Python packages ..."
	@$(PIP_INSTALL) -r requirements.lock -r requirements-demo.lock
	@touch $@

$(PACKAGES): .venv/bin/python tests/requirements.lock | $(NPM_IS_HERE)
	@echo "Python packages ..."
	@$(PIP_INSTALL) -r tests/requirements.lock
	@touch $@

# npm 7 is the first to read this lock file; where it is older or missing, pip brings one. Before the other packages, as
# those come beside what npm brings, and pip cannot install twice at once.
$(NPM_IS_HERE): requirements-npm.lock | .venv/bin/python
	@npm_version=$$($(NPM) --version 2>/dev/null | cut -d. -f1); \
	if [ "$${npm_version:-0}" -lt 7 ]; then \
		echo "npm, by pip ..."; \
		$(PIP_INSTALL) -r requirements-npm.lock; \
	fi
	@touch $@

$(NODE_PACKAGES): package.json package-lock.json | $(NPM_IS_HERE)
	@echo "Front-end packages ..."
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# Which files, package.json says, for the image too. Of Bootstrap's without the line that names its source map, which
# is not shipped and which collectstatic would look for.
$(FRONT_END): $(NODE_PACKAGES)
	@$(NPM) run --silent vendor
	@touch $@

# Compiled where the packages are, whichever of the two sets they are.
$(WORDS): $(CATALOGUES) | $(if $(filter demo-parts,$(MAKECMDGOALS)),$(DEMO_PACKAGES),$(PACKAGES))
	@echo "Translations ..."
	@$(BIN)/python -m ecrf.upkeep.languages.compiling
