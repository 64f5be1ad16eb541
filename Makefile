# The two commands are `make demo` and `make test`. `make help` lists the rest.

SWIFT ?= swift
CONFIGURATION ?= release
CASES ?= 200
SEED ?= 1

.PHONY: help setup setup-demo setup-test build demo test check format differential clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@Scripts/setup build

setup-demo:
	@Scripts/setup demo

setup-test:
	@Scripts/setup test

build: setup ## release build: .build/release/cohortium
	$(SWIFT) build -c $(CONFIGURATION) --product cohortium
	$(SWIFT) build -c $(CONFIGURATION) --product cohortium-intensity

demo: setup-demo build ## a hub and three synthetic hospitals on this machine: questions, answers, a computation beside the images
	@.build/$(CONFIGURATION)/cohortium demo $(ARGUMENTS)

test: setup-test ## every test
	$(SWIFT) test --no-parallel

check: setup build ## format check, lint of the ontologies
	$(SWIFT) format lint --recursive --strict Package.swift Sources Tests
	.build/$(CONFIGURATION)/cohortium ontology lint

format: ## formats the Swift sources in place
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

differential: setup-test ## adapters against the reference evaluator: CASES=n SEED=s
	@COHORTIUM_CASES=$(CASES) COHORTIUM_SEED=$(SEED) Scripts/differential

clean: ## removes what was built and the demonstration's files
	rm -rf .build demo
