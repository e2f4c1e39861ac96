# 心桥 Xinqiao. Needs Python 3.11 or newer and nothing else; everything happens in scripts/setup.py (also on Windows).
PYTHON ?= python3
SETUP = @$(PYTHON) scripts/setup.py
UV = .venv/bin/python -m uv

.PHONY: help run test lint dev install assets messages bench shots lock clean

help:
	@echo 'make run      start 心桥 on 127.0.0.1:8000 with a demonstration district (ARGS="--port 9000")'
	@echo 'make test     everything a change must pass (STEPS="lint unit" runs some)'
	@echo 'make lint     the quick half: style, types, room order, texts'
	@echo 'make dev      environment with all tools, browser and PostgreSQL for tests'
	@echo 'make assets   build scripts, styles and fonts again'
	@echo 'make messages collect the texts of all rooms into their catalogues and compile them'
	@echo 'make bench    measure (ARGS="--only answers")'
	@echo 'make shots    take the screenshots of docs/ again'
	@echo 'make lock     resolve the dependencies again'
	@echo 'make clean    remove what was built; data in var/ stays'

run:
	$(SETUP) run $(ARGS)
test:
	$(SETUP) test $(STEPS)
lint:
	$(SETUP) test lint types rooms texts
dev:
	$(SETUP) dev
install:
	$(SETUP) install
assets:
	$(SETUP) assets
messages:
	$(SETUP) tool python scripts/messages.py update
	$(SETUP) tool python scripts/messages.py compile
bench: install
	$(SETUP) tool python -m bench $(ARGS)
shots: dev
	$(SETUP) tool python scripts/shots.py $(ARGS)
clean:
	$(SETUP) clean

# uv.lock names registry hosts on every line, so it stays out of the repository; the exported files carry hashes only.
lock:
	$(SETUP) tool python -m uv lock
	$(UV) export -q --no-header --no-emit-project --no-dev --group build --extra postgres -o requirements.lock
	$(UV) export -q --no-header --no-emit-project --all-extras --all-groups -o requirements-dev.lock
