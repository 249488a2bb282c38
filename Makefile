# What the README shows is all there is. One virtual environment, .venv, in three layers: what the
# site needs, what the labs need on top of it, what the tests need on top of both. A file in .venv
# marks each finished layer; it is made again when the pins it came from are newer.

# Which Python makes .venv, where it is not the first of python3.11 and python3 that does.
PYTHON ?=
# Address of a package index with the CPU build of torch, where pip's own has only GPU builds.
TORCH_INDEX ?=
# Where make serve listens, if not where mkdocs.yml says.
SERVE_ADDR ?=
# LAB, LANGUAGE, MASTER and SPARK count on the command line only: LANGUAGE is gettext's too, MASTER
# was Spark's, and both stand in many an environment.
given = $(if $(findstring command,$(origin $1)),$($1))

# Material announces its end in 2027 at every build; hooks/mkdocs_hook.py is kept thin for that day.
export NO_MKDOCS_2_WARNING := 1

# Without this, a pip as old as Debian 12's runs setup.py where pyspark and jieba have no wheel.
export PIP_USE_PEP517 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help serve site run lab check test bench clean labs-prerequisites test-prerequisites

IN_VENV := PATH="$(CURDIR)/.venv/bin:$$PATH"
PIP_INSTALL := .venv/bin/python -m pip install -q

# Another Spark than the pinned one, and the tests that are about Spark.
other_spark := $(if $(call given,SPARK),.venv/spark-$(call given,SPARK)/.ready)
on_other_spark := "$(dir $(other_spark))bin/python -m pytest \
  tests/cluster/test_lab.py::test_lab_runs_as_recorded tests/cluster/test_sparkdl.py \
  tests/cluster/test_hosts.py tests/cluster/test_execution.py"

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r target does; do printf '  make %-6s  %s\n' "$$target" "$$does"; done

serve: .venv/.site ## the site, rebuilt as you edit; LAB=name LANGUAGE=en|ja|zh for one page
	$(IN_VENV) $(if $(call given,LAB),LOCKSTEP_LAB="$(LAB)") \
	  $(if $(call given,LANGUAGE),LOCKSTEP_LANGUAGE="$(LANGUAGE)") \
	  mkdocs serve $(if $(SERVE_ADDR),--dev-addr $(SERVE_ADDR))

site: .venv/.site ## the site, strictly, into site/
	$(IN_VENV) mkdocs build --strict

run: .venv/.python labs-prerequisites .venv/.labs ## execute what is stale, record it; MASTER=url
	$(IN_VENV) lockstep run $(if $(call given,MASTER),--master "$(MASTER)")

lab: .venv/.python labs-prerequisites .venv/.labs ## JupyterLab with torch, Horovod and Spark ready
	export $(IN_VENV); environment=$$(lockstep environment) && eval "$$environment" && \
	  exec jupyter lab $$(test "$$(id -u)" -ne 0 || echo --allow-root) notebooks

check: .venv/.site ## every rule over notebooks, guides and translations; executes nothing
	$(IN_VENV) lockstep check

test: .venv/.python test-prerequisites .venv/.labs .venv/.dev $(other_spark) ## set up everything, run every test; SPARK=3.5 for the labs' on that Spark
	@status=0; export $(IN_VENV) LOCKSTEP_SPARK="$(call given,SPARK)"; \
	for step in $(if $(other_spark),$(on_other_spark),"ruff check" "ruff format --check" mypy pytest); do \
	  echo "== $$step"; $$step || status=1; \
	done; exit $$status

bench: test-prerequisites .venv/.dev .venv/bench/.ready ## hours: builds beside other tools', and how long an author waits
	$(IN_VENV) python -m benchmarks.builds --write
	$(IN_VENV) python -m benchmarks.serving --write

clean: ## remove what make made here; recordings and the kept Horovod wheel stay
	rm -rf .venv site .lockstep .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	  hooks/lockstep.egg-info
	find benchmarks hooks notebooks tests -name __pycache__ -type d -prune -exec rm -rf {} +

labs-prerequisites:
	@PYTHON=.venv/bin/python requirements/prerequisites.sh java g++ cmake python-headers

test-prerequisites:
	@PYTHON=.venv/bin/python requirements/prerequisites.sh java g++ cmake python-headers \
	  chromium cjk-fonts ip

.venv/.python:
	@PYTHON="$(PYTHON)" requirements/venv.sh
	@touch $@

.venv/.site: requirements/site.txt pyproject.toml | .venv/.python
	@echo "Installing what the site needs"
	@$(PIP_INSTALL) -r requirements/site.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.labs: requirements/labs.txt requirements/labs.sh requirements/horovod.sh | .venv/.site
	@TORCH_INDEX="$(TORCH_INDEX)" requirements/labs.sh
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.site
	@echo "Installing what the tests need"
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $@

.venv/bench/.ready: requirements/bench.txt | .venv/.site
	@echo "Installing what the site is compared with into .venv/bench"
	@.venv/bin/python -m venv --clear --without-pip .venv/bench
	@.venv/bin/python -m pip --python .venv/bench/bin/python install -q --no-deps -r $<
	@touch $@

.venv/spark-%/.ready: requirements/spark-%.txt requirements/spark.sh | .venv/.labs
	@requirements/spark.sh $*
