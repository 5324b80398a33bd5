# `make` lists the targets. The environment is made when it is missing.
SUBMISSION ?= solution
OUT ?= out
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
RUN := PYTHONPATH=autograder $(BIN)/python -m
.PHONY: help grade grade-all regrade quiz viva items test test-pythons solution-check release public course new-task assets lint tiers paper-table trust bench

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 24

grade: $(READY) ## grade SUBMISSION=folder-or-zip (default: the solution) A=1|2 (default: both) T=2.7 (default: all) TIER=closed-form|cpu|gpu OUT=folder
	$(RUN) course grade "$(SUBMISSION)" $(if $(A),--assignment $(A) )$(if $(T),--task $(T) )$(if $(TIER),--tier $(TIER) )--out "$(OUT)"

grade-all: $(READY) ## mark a class: SUBMISSIONS=download-or-folder A=1|2 OUT=folder ROSTER=table DUE=time AGAINST=folder:folder TIER=…; SCHEDULER=tcp://… is a Dask cluster
	$(RUN) course grade-all "$(or $(SUBMISSIONS),$(error give SUBMISSIONS=))" --assignment $(or $(A),$(error give A=1 or A=2)) $(if $(TIER),--tier $(TIER) )$(if $(ROSTER),--roster "$(ROSTER)" )$(if $(DUE),--due "$(DUE)" )$(if $(AGAINST),--against "$(AGAINST)" )--out "$(OUT)" --scheduler "$(SCHEDULER)"

regrade: $(READY) ## what changed between two markings of a class: OLD=folder NEW=folder
	$(RUN) course regrade "$(or $(OLD),$(error give OLD=))" "$(or $(NEW),$(error give NEW=))"

quiz: $(READY) ## printable papers with keys, marking sheets, a table for the marks and a file for Moodle: SEED=1 PAPERS=30 OUT=folder
	$(RUN) course quiz --seed "$(or $(SEED),$(error give SEED=))" $(if $(PAPERS),--papers "$(PAPERS)" )--out "$(OUT)"

viva: $(READY) ## three to five questions about a submission's own lines, with answers, for the staff: SUBMISSION=folder-or-zip A=1|2 OUT=folder
	$(RUN) course viva "$(SUBMISSION)" --assignment $(or $(A),$(error give A=1 or A=2)) --out "$(OUT)"

items: $(READY) ## how hard each question was and whether it tells people apart: MARKS=a quiz's marks.csv or a class' written.csv
	$(RUN) course items "$(or $(MARKS),$(error give MARKS=))"

test: $(READY) ## the visible tests on the solution and the tests of the harness
	$(BIN)/python -m pytest -q --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
test-pythons: $(READY) ## visible tests, marks and the quick half of the tests on each Python that is here and has a lock; TORCH_INDEX=
	$(RUN) workshop test-pythons
trust: $(READY) ## all corpora, attacks and mutants, on one page in OUT (an hour); ONLY=wheat|chaff|hostile|mutants
	$(RUN) workshop trust --only "$(ONLY)" --out "$(OUT)"
solution-check: $(READY) ## solution full marks, starter none, the corpora as declared, the zips clean
	$(RUN) workshop solution-check

release: $(READY) ## the two student zips and the two autograder zips, into OUT
	$(RUN) workshop release --out "$(OUT)"

public: $(READY) ## the starter alone, without anything that gives an answer away, for a public repository: OUT=empty folder
	$(RUN) workshop public --out "$(OUT)"
new-task: $(READY) ## lay a task down in all its places: T=2.13 NAME=function TITLE="a few words" TITLE_ZH= FILE=sampler.py|score.py
	$(RUN) workshop new-task --task "$(T)" --name "$(NAME)" --title "$(TITLE)" $(if $(TITLE_ZH),--title-zh "$(TITLE_ZH)" )$(if $(FILE),--file "$(FILE)")
course: $(READY) ## write what is made in starter/ from autograder/course.toml: handout, pages, points, stubs, causes of wrong answers
	$(RUN) workshop course

assets: $(READY) ## make what is missing in assets/; TIER=gpu: a larger network for CIFAR-10, STEPS=, BATCH=
	$(RUN) workshop assets $(if $(TIER),--tier $(TIER) )$(if $(STEPS),--steps $(STEPS) )$(if $(BATCH),--batch $(BATCH))
lint: $(READY) ## ruff, the type checker, and hadolint for the Dockerfile
	$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && $(BIN)/hadolint autograder/Dockerfile
tiers: $(READY) ## which known mistakes each tier of sampling quality sees; TIER=cpu|gpu
	$(RUN) workshop tiers $(if $(TIER),--tier $(TIER))
paper-table: $(READY) ## the DDIM paper's Table 1: WEIGHTS=, FEATURES=, DATA=cifar10|celeba, IMAGES=, STEPS="10 20", ETAS="0 1"
	$(RUN) workshop paper-table "$(SUBMISSION)" --out "$(OUT)"
bench: $(READY) ## the performance figures
	$(RUN) workshop bench

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 10) or sys.exit("Python 3.10 or newer is needed: PYTHON=python3.12 names another one")'
	$(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --editable '.[dev]' && touch $@
