# Needs python3 and make; everything else is fetched. `make` alone lists the verbs.
# ARGS is handed on, as in: make test ARGS="tests/unit -x"

PYTHON ?= python3
# Makes the environment from uv.lock (uv itself too, if there is none), then runs Python in it.
RUN := $(PYTHON) deploy/local/bootstrap.py --sync
SIMPUL := $(RUN) -m deploy.local.command_line

.DEFAULT_GOAL := help
.PHONY: help demo test test-foreign up down bench check format docs clean

help:  ## list the verbs
	@grep -hE '^[a-z-]+:.*  ## ' Makefile | sed -E 's/^([a-z-]+):.*  ## (.*)/make \1|\2/' | while IFS='|' read -r v t; do printf '%-18s %s\n' "$$v" "$$t"; done

demo: up  ## start the hub and play the demo scenario through its public APIs
	@$(RUN) -m deploy.demo $(ARGS)

test:  ## run the whole test suite
	@$(RUN) -m pytest $(ARGS)

test-foreign:  ## run the checks that need other ecosystems
	@$(RUN) -m pytest tests/foreign $(ARGS)

up:  ## start PostgreSQL, Kafka and the five services; restart what has died
	@$(SIMPUL) up

down:  ## stop everything, keep the state
	@$(SIMPUL) down

bench:  ## measure a running hub
	@$(RUN) -m benchmarks $(ARGS)

check:  ## style, types and the architecture's rules
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy .
	@$(RUN) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

format:  ## put the code into the house style
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

docs:  ## write the generated schemas and documents anew
	@$(RUN) -m shared.events.generate

clean:  ## stop the hub and delete its state (downloads stay)
	@$(SIMPUL) clean
