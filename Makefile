PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: app test quick long lint docs format lock

app: $(VENV)/.installed-app
	$(BIN)/streamlit run Home.py --server.address localhost

test: lint
	$(BIN)/pytest -n 4 --dist loadscope --no-loadscope-reorder

# While you type: what needs no network trained or loaded by TensorFlow, no server and no page.
quick: lint
	$(BIN)/pytest -n 2 --dist loadscope -m "not (long or e2e or fer2013 or backbones)" \
		tests/charts tests/common tests/evaluation tests/faces tests/imageops tests/test_images.py

# Fuzzing and whole matrices, of which `make test` runs a sample, and the wheel.
long: $(VENV)/.installed-test
	$(BIN)/pytest -m long

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/.installed-docs
	$(BIN)/mkdocs build --strict

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The versions that CI and the Dockerfile install; `pip install uv` first.
lock:
	uv pip compile --quiet --universal --all-extras --python-version 3.11 \
		--no-header --output-file requirements.lock pyproject.toml

$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "FER Studio needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/.installed-app: requirements.txt | $(VENV)/.created
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.installed-%: pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet -e '.[$*]'
	touch $@
