# The commands of this project. Each works on a machine with Python 3.11 and make alone.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

PORT ?= 8400
DETACH ?=
BIN := .venv/bin
INSTALLED := .venv/installed
# A cluster of yours, for the deployer's settings; CLUSTER chooses one that the stack has.
YOURS := $(if $(CLUSTER),,$(if $(KUBECONFIG),APPSTORE_KUBECONFIG='$(KUBECONFIG)' $(if $(KUBE_CONTEXT),APPSTORE_KUBE_CONTEXT='$(KUBE_CONTEXT)')))
YOURS += $(if $(OFFERS),APPSTORE_OFFERS_FILE='$(OFFERS)')
SOURCES := $(wildcard contracts chassis services infra client tests benchmarks)

help: ## this list
	@while IFS= read -r line; do case "$$line" in [a-z]*:*'## '*) \
		printf '  make %-15s %s\n' "$${line%%:*}" "$${line#*## }";; esac; done < Makefile

$(INSTALLED): requirements.lock pyproject.toml infra/install.py $(wildcard client/pyproject.toml)
	@for python in python3.11 python3; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
			exec "$$python" -I infra/install.py; fi; done; \
	echo 'Python 3.11 is needed, and neither python3.11 nor python3 is that. Install it first.'; exit 1

install: $(INSTALLED) ## install into .venv what the lock file names (the others do this by themselves)
	@:

up: $(INSTALLED) ## start the app store; DETACH=1 returns when it is ready; also PORT=8500, REPLICAS=2, CLUSTER=kubernetes, KUBECONFIG=FILE
	@exec env $(YOURS) $(BIN)/python -m infra.local.up --port $(PORT) $(if $(REPLICAS),--replicas $(REPLICAS)) $(if $(filter-out 0,$(DETACH)),--detach)

down: $(INSTALLED) ## stop it
	@exec $(BIN)/python -m infra.local.down

status: $(INSTALLED) ## what each part does and costs; OVER=10 measures that many seconds, OUTPUT=json for programs
	@exec $(BIN)/python -m infra.local.status $(if $(OVER),--seconds $(OVER)) $(if $(OUTPUT),-o $(OUTPUT))

reset: $(INSTALLED) ## forget everything that was stored
	@exec $(BIN)/python -m infra.local.reset

demo: $(INSTALLED) ## see one deployment from beginning to end; CLUSTER=kubernetes on a real API server
	@exec env $(YOURS) $(BIN)/python -m infra.local.demo

test: $(INSTALLED) ## the default run on the embedded stack: unit, contract, integration, end to end; TESTS=tests/unit for some
ifdef TESTS
	@exec $(BIN)/python -m pytest $(TESTS)
else
	@$(MAKE) test-parts test-whole
endif

test-parts: $(INSTALLED) ## what needs no whole stack, on both cores
	@exec $(BIN)/python -m pytest --quiet -n 2 --dist loadfile --ignore tests/e2e

test-whole: $(INSTALLED) ## a whole stack, end to end
	@exec $(BIN)/python -m pytest -m 'not kills and not replicas' tests/e2e

test-recovery: $(INSTALLED) ## whole stacks that are killed, stopped, doubled, put back from older copies and upgraded
	@exec $(BIN)/python -m pytest -m 'kills or replicas' tests/e2e

tools: $(INSTALLED) ## fetch and build what later tiers need: Apache Kafka by Maven, Kubernetes and Docker Compose by Go
	@failed=0; for tool in infra.kafka.libraries infra.docker.docker_compose infra.kubernetes.binaries; do \
		$(BIN)/python -m $$tool || failed=1; done; exit $$failed

test-kafka: $(INSTALLED) ## what touches the log, on Apache Kafka with three partitions and idempotent producers; needs Java and Maven
	@$(BIN)/python -m infra.kafka.libraries
	@BROKER=apache APPSTORE_PARTITIONS=3 $(BIN)/python -m pytest --quiet -m kafka -n 2 --dist loadfile --ignore tests/e2e
	@BROKER=apache APPSTORE_PARTITIONS=3 $(BIN)/python -m pytest --quiet -m kafka tests/e2e

test-kubernetes: $(INSTALLED) ## a real control plane (API server, controllers, scheduler, etcd) with simulated nodes; Go builds it once, 8 minutes
	@$(BIN)/python -m infra.kubernetes.binaries
	@APPSTORE_TEST_KUBERNETES=1 $(BIN)/python -m pytest --quiet --timeout 200 tests/kubernetes

test-images: $(INSTALLED) ## read docker-compose.yml with Docker Compose, build the five images and start each once
	@APPSTORE_TEST_IMAGES=1 $(BIN)/python -m pytest --quiet tests/containers

test-containers: $(INSTALLED) ## the integration tests on Kafka and MongoDB in containers, where their images can be had
	@exec $(BIN)/python -m infra.docker.integration

test-sabotage: $(INSTALLED) ## break one rule at a time in a copy of the code, and see a test notice; ACT=name for one
	@exec $(BIN)/python -m tests.sabotage $(ACT)

test-chaos: $(INSTALLED) ## deployments while everything dies and repeats itself, then a count; SEED=7 replays, FULL=1 is the long one
	@exec $(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(FULL),--full)

bench-events: $(INSTALLED) ## how fast events travel and what they cost; PART=latency for one part of it
	@exec $(BIN)/python -m benchmarks.events $(PART)

bench-deployer: $(INSTALLED) ## what deploying costs on a real control plane, beside bare applies of the same objects; N=1000 applications
	@$(BIN)/python -m infra.kubernetes.binaries
	@exec $(BIN)/python -m benchmarks.deployer $(if $(N),--apps $(N))

check: $(INSTALLED) ## before every commit: format, types, unit tests
	@$(BIN)/ruff format --check --quiet $(SOURCES)
	@$(BIN)/ruff check --quiet $(SOURCES)
	@$(BIN)/mypy --no-error-summary $(SOURCES)
	@$(BIN)/python -m pytest --quiet tests/unit $(wildcard tests/architecture)

lint: $(INSTALLED) ## style, types, who may import whom, and whether the exported contracts are up to date
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports
	@$(if $(wildcard infra/export/__main__.py),$(BIN)/python -m infra.export --check)

format: $(INSTALLED) ## lay the code out as the check wants it
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix --quiet $(SOURCES)

export: $(INSTALLED) ## write the contracts as JSON Schemas and examples
	@exec $(BIN)/python -m infra.export

lock: $(INSTALLED) ## choose versions anew within the bounds of the pyprojects
	@$(BIN)/uv pip compile --quiet --upgrade --all-extras --no-emit-index-url --no-emit-find-links --generate-hashes \
		--prerelease=if-necessary-or-explicit --python-version 3.11 --custom-compile-command 'make lock' \
		pyproject.toml $(wildcard client/pyproject.toml) -o requirements.lock

.PHONY: help install tools up down status reset demo test test-parts test-whole test-recovery test-kafka test-kubernetes test-images \
	test-containers test-sabotage test-chaos bench-events bench-deployer check lint format export lock
