# The two commands are `make demo` and `make test`. `make help` lists the rest.

SWIFT ?= swift
CONFIGURATION ?= release
CASES ?= 200
SEED ?= 1
ROUNDS ?= 20
MINUTES ?= 5
SENTENCES ?= 200000

.PHONY: help setup setup-demo setup-test build demo test check format generated differential chaos conformance fuzz bench bench-rdf clean

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
	$(SWIFT) build -c $(CONFIGURATION) --product cohortium-rdf-reader

demo: setup-demo build ## a hub and three synthetic hospitals on this machine: questions, answers, a computation beside the images
	@.build/$(CONFIGURATION)/cohortium demo $(ARGUMENTS)

test: setup-test ## every test
	$(SWIFT) test --no-parallel

check: setup build ## format check, lint of the ontologies
	$(SWIFT) format lint --recursive --strict Package.swift Sources Tests Benchmarks
	.build/$(CONFIGURATION)/cohortium ontology lint

format: ## formats the Swift sources in place
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Benchmarks

differential: setup-test ## adapters against the reference evaluator: CASES=n SEED=s
	@COHORTIUM_CASES=$(CASES) COHORTIUM_SEED=$(SEED) Scripts/differential

chaos: setup-test ## fault tests, processes killed at random: ROUNDS=n SEED=s
	@COHORTIUM_ROUNDS=$(ROUNDS) COHORTIUM_SEED=$(SEED) Scripts/chaos

conformance: setup-test ## the published suites, where they are present
	@SWIFT=$(SWIFT) Scripts/conformance

generated: setup-test ## writes the generated documents anew: errors, examples, diagrams, editors' grammars
	COHORTIUM_UPDATE=1 $(SWIFT) test --no-parallel --filter 'LanguageTests|CohortQLTests|QuestionTests|ImportMessageTests|MessageCodeTests'

fuzz: setup-test ## every parser under libFuzzer for MINUTES=n each, then sentences, queries and requests at random: SENTENCES=n SEED=s
	Scripts/fuzz $(MINUTES)
	COHORTIUM_SENTENCES=$(SENTENCES) $(if $(filter file,$(origin SEED)),,COHORTIUM_SEED=$(SEED)) \
	  $(SWIFT) test --no-parallel --filter 'CohortQLTests.GrammarTests|LanguageTests.FuzzTests'
	COHORTIUM_FUZZ_SECONDS=$$(( $(MINUTES) * 60 )) $(if $(filter file,$(origin SEED)),,COHORTIUM_SEED=$(SEED)) \
	  $(SWIFT) test --no-parallel --filter 'SPARQLTests.FuzzTests|SPARQLEndpointTests.BadInputTests'

bench: setup-test ## measurements as ratios: OMOP against expert SQL; an index of images; the language's tools (Benchmarks/)
	$(SWIFT) run -c release language-benchmark
	$(SWIFT) run -c release omop-benchmark
	$(SWIFT) run -c release dicom-benchmark

bench-rdf: setup-test ## RDF, reasoning and search beside rapper, Oxigraph, rdflib, owlrl and plain C, on ONTOLOGY=file.ttl: Benchmarks/RDF/RESULTS.md
	@SWIFT=$(SWIFT) Scripts/bench-rdf $(ONTOLOGY)

clean: ## removes what was built and the demonstration's files
	rm -rf .build demo
