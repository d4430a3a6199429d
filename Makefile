# Deep Learning for NLP: the names of the tasks. `make help` lists them.
PYTHON ?= python3
HW ?= hw1
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
AUTOGRADER = $(BIN)/autograder --course $(COURSE)
COURSE ?= .

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint fuzz bench bench-large crash lab slides release grade feedback report grades check hostile clean

help:  ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv and install everything from requirements.lock
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make setup PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: override COURSE := build/demo
demo: UNSAFE := $(if $(shell command -v bwrap),,--unsafe)
demo: setup  ## a sample class of hw1: release, grade, feedback, grades
	$(BIN)/python -m tests.sample_class $(COURSE)
	@$(if $(UNSAFE),echo "no bubblewrap here: the sample class is graded with --unsafe (see README)")
	$(AUTOGRADER) release hw1 $(UNSAFE)
	$(AUTOGRADER) grade hw1 $(UNSAFE) || test $$? -eq 3  # 3: some could not be graded, as is meant here
	$(AUTOGRADER) feedback hw1
	$(AUTOGRADER) grades hw1
	@$(BIN)/python -m tests.sample_class --next $(COURSE)

test: setup lint  ## all tests, two files at a time, each on one thread
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: setup  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: setup  ## fuzz what reads the kernel's bytes for a minute (Linux; installs atheris)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris
	mkdir -p build/fuzz
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.fuzz.fuzz_codec -max_total_time=60 -len_control=0 -max_len=400 -artifact_prefix=build/fuzz/ build/fuzz

bench: setup  ## measure speed against other tools, all sides in one run
	$(BIN)/python -m tests.bench.bench_mlp
	$(BIN)/python -m tests.bench.bench_grade
	$(BIN)/python -m tests.bench.bench_feedback
	$(BIN)/python -m tests.bench.bench_word2vec

bench-large: setup  ## grade a class of 1,000, of which a fifth is hostile or broken
	$(BIN)/python -m tests.bench.bench_large

crash: setup  ## kill -9 a grading run at 50 random moments, and grade on
	$(BIN)/python -m tests.crash

lab: setup  ## open JupyterLab on the repository
	$(BIN)/jupyter lab

slides: setup  ## the lectures as decks of slides, in build/slides
	$(BIN)/jupyter nbconvert --to slides --execute --SlidesExporter.reveal_scroll=True \
		--SlidesExporter.reveal_width=1344 --SlidesExporter.reveal_height=756 \
		--TagRemovePreprocessor.enabled=True --TagRemovePreprocessor.remove_input_tags=figure \
		--output-dir build/slides lectures/*.ipynb

release: setup  ## build the students' release of HW=hw1
	$(AUTOGRADER) release $(HW)

grade: setup  ## grade what is in submitted/ for HW=hw1
	$(AUTOGRADER) grade $(HW)

feedback: setup  ## a page of feedback for each student of HW=hw1
	$(AUTOGRADER) feedback $(HW)

report: setup  ## a page on how the class did on HW=hw1, and what to look at
	$(AUTOGRADER) report $(HW)

grades: setup  ## print the gradebook of HW=hw1; with HW= the course's grades
	$(AUTOGRADER) grades $(HW)

check: setup  ## grade the right and wrong example solutions of HW=hw1
	$(AUTOGRADER) check $(HW)

hostile: setup  ## attack our grader and stock nbgrader; print what came of each attack
	$(BIN)/python -m tests.hostile

clean:  ## remove what make can make again; submissions, gradebook and history stay
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis
