"""assignment.ipynb from top to bottom, small, with the solution in place and on the untouched starter."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import pytest
import torch

from grader.marking import version
from grader.paths import ASSETS, GRADED_FILES, ROOT, SOLUTION, STARTER
from workshop.language import notebook as language
from workshop.release import given, zips

nbformat = pytest.importorskip("nbformat", reason="nbclient is not installed; make installs it")

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import checkpoints
    from diffusion.unet import UNet

NOTEBOOK, CHINESE = STARTER / "assignment.ipynb", STARTER / "assignment.zh-TW.ipynb"
ROWS = json.loads((STARTER / "diffusion" / "tasks.json").read_text(encoding="utf-8"))
ROW = re.compile(r"^\W*(\d\.\d+)  \w+ +\+?\d+  (done|wrong|to do|waits)", re.MULTILINE)  # of the visible tests' table
TERMS = {
    *"""cell colab cpu ddim ddpm drive fashion fid formula google gpu jump loss marginal mean mnist mode
moons my network noise ode python sampler score sde step tweedie two zip""".split()
}
SMALL = 'STEPS = 20\nPOINTS = 50\nCELLS = "--steps 2 --etas 0"\nIMAGES = 64\n'
RUN = """
import sys
import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

read, write = sys.argv[1:]
notebook = nbformat.read(read, 4)
config = Config({"KernelManager": {"transport": "ipc"}})  # no port of this machine
try:
    NotebookClient(notebook, timeout=300, config=config).execute()
finally:
    nbformat.write(notebook, write)
"""


def begin(tree, cells, home, source=NOTEBOOK):
    """Run cells with the notebook in the folder `tree`, in a process; returns what to call for how that ended."""
    notebook = nbformat.read(source, 4)
    notebook.cells = cells(notebook.cells)
    nbformat.write(notebook, home / "read.ipynb")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON", "COLUMNS"))}
    environment = {**kept, "IPYTHONDIR": str(home), "OMP_NUM_THREADS": "1", "JUPYTER_RUNTIME_DIR": str(home / "run")}
    command = [sys.executable, "-c", RUN, str(home / "read.ipynb"), str(home / "written.ipynb")]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    process = subprocess.Popen(command, cwd=tree, env=environment, **streams)

    def end():
        said, _ = process.communicate(timeout=400)
        outputs = [out for cell in nbformat.read(home / "written.ipynb", 4).cells for out in cell.get("outputs", ())]
        text = "".join(out.get("text", "") for out in outputs)
        pictures = [out.data["image/png"] for out in outputs if "image/png" in out.get("data", {})]
        return SimpleNamespace(code=process.returncode, said=said, text=uncoloured(text), pictures=pictures)

    return end


def uncoloured(text):
    return re.sub(r"\x1b\[[\d;]*m", "", text).replace("\r\n", "\n")  # of a terminal


def small(cells):
    """All cells, with less to do. Of the checks the last one is enough, since the last cell is one of all tasks."""
    *others, _ = [cell for cell in cells if cell.source.startswith("check(")]
    for cell in cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = SMALL
        cell.source = cell.source.replace("randn(2000, 2", "randn(50, 2")  # in the distance to the spiral
    return [cell for cell in cells if cell not in others]


def edited(cells):
    """After all cells, sampler.py is edited, and a figure is drawn again."""
    edit = f"import shutil; shutil.copy({str(SOLUTION / 'sampler.py')!r}, 'sampler.py'); print(draw('noising').waits)"
    again = "print('after the edit:', draw('noising').waits)"
    return [*small(cells), *(nbformat.v4.new_code_cell(source) for source in (edit, again))]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The notebook on the solution and on the untouched starter, side by side, with a tiny noise predictor."""
    assets = tmp_path_factory.mktemp("assets")
    torch.manual_seed(0)
    network = UNet(channels=(8,), blocks=(1,), attention=(False,))
    torch.nn.init.normal_(network.out[-1].weight, std=0.1)
    checkpoints.save_network(assets / "fashion-unet.safetensors", network, {"data": "fashion"})
    for each in [*version.NETWORKS[2:], *zips.IMAGES]:
        (assets / each).parent.mkdir(exist_ok=True)
        shutil.copy(ASSETS / each, assets / each)
    files = {str(p.relative_to(assets)): p for p in assets.rglob("*") if p.is_file()}
    digests = {name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for name, path in files.items()}
    (assets / "MANIFEST.json").write_text(json.dumps({"files": digests}))
    ends = {}
    kinds = ("solution", SOLUTION, NOTEBOOK, small), ("starter", STARTER, NOTEBOOK, edited)
    for name, source, notebook, cells in (*kinds, ("chinese", STARTER, CHINESE, small)):
        tree = tmp_path_factory.mktemp(name) / "assignment"
        shutil.copytree(STARTER, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "runs", "data", "assets"))
        shutil.copytree(assets, tree / "assets")
        for file in GRADED_FILES:
            shutil.copy(source / file, tree)
        ends[name] = begin(tree, cells, tmp_path_factory.mktemp(f"{name}-notebook"), notebook)
    return {name: end() for name, end in ends.items()}


def test_the_notebook_is_stored_without_outputs():
    cells = [cell for cell in nbformat.read(NOTEBOOK, 4).cells if cell.cell_type == "code"]
    assert len(cells) > 20 and all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_the_notebooks_differ_in_sentences_alone():
    """The same cells, of the same tasks, with the same code; in the Chinese one no English but the field's terms."""
    english, chinese = (json.loads(path.read_text("utf-8"))["cells"] for path in (NOTEBOOK, CHINESE))
    assert len(english) == len(chinese)
    for one, other in zip(english, chinese):
        here, there = "".join(one["source"]), "".join(other["source"])
        assert {**one, "source": ""} == {**other, "source": ""} and given.named(here) == given.named(there)
        if one["cell_type"] == "code":
            there = there.replace(language.SPOKEN.format("zh_TW"), language.SPOKEN.format("en"))
            assert language.SAID.sub("", here) == language.SAID.sub("", there)
            assert all(re.search("[一-鿿]", said) for said in language.SAID.findall(there) if "S = {" not in said)
        else:
            words = {*re.findall(r"[A-Za-z]{2,}", re.sub(r"`[^`]*`|\$[^$]*\$", "", there))}
            assert {word.lower() for word in words} <= TERMS, there


def test_the_notebook_has_no_copy_of_a_task():
    """It calls the two files; and it checks every task, in the table's order."""
    source = "\n".join(cell.source for cell in nbformat.read(NOTEBOOK, 4).cells if cell.cell_type == "code")
    assert [row["function"] for row in ROWS if re.search(rf"def {row['function']}\b", source)] == []
    checked = ",".join(re.findall(r'^check\("(.*)"\)', source, re.MULTILINE))
    assert checked.split(",") == [row["task"] for row in ROWS]


def test_with_the_solution_everything_is_done_and_drawn(runs):
    done = runs["solution"]
    assert done.code == 0, done.said
    states = ROW.findall(done.text)  # of the last cell, of all tasks
    assert {state for _, state in states} == {"done"} and {task for task, _ in states} == {row["task"] for row in ROWS}
    assert "loss" in done.text and "64 images" not in done.text.partition("FID")[0]
    assert re.search(r"FID ± .*\n +S = 2\nη = 0 +\d+\.\d\d ± \d", done.text.replace("\r", ""))
    assert "WRONG" not in done.text and "TO DO: answers.md has no answer to W1, W2" in done.text
    assert not re.search(r"Traceback|still to come|to do\b|waits for", done.text)
    assert len(done.pictures) == 8 + 3 + 1  # the figures, the samples, the table as a map
    assert all(len(base64.b64decode(each)) > 5000 for each in done.pictures)


def test_on_the_untouched_starter_everything_is_to_do(runs):
    """No cell fails, and each says which task it waits for."""
    done = runs["starter"]
    assert done.code == 0, done.said
    states = ROW.findall(done.text)  # of the last cell, of all tasks
    assert {state for _, state in states} == {"to do"} and {task for task, _ in states} == {row["task"] for row in ROWS}
    for sentence in (
        "train.py: your sampler.py isn't finished: TODO 1.3: noise_prediction_loss",
        "sample.py: there is no runs/moons/network.safetensors yet",
        "evaluate.py: your sampler.py isn't finished: TODO 2.10: ddim_timesteps",
        "samples.png is still to come",
        "to do: TODO 2.10: ddim_timesteps",
        "TO DO: 1.1, 1.2, ",
    ):
        assert sentence in done.text, sentence
    assert "Traceback" not in done.text and len(done.pictures) == 8


def test_the_chinese_notebook_runs_and_says_so_in_chinese(runs):
    """Its own sentences; those of the commands are held elsewhere."""
    done = runs["chinese"]
    assert done.code == 0, done.said
    for sentence in ("samples.png 還沒做出來", "待做：TODO 2.10: ddim_timesteps"):
        assert sentence in done.text, sentence
    assert "Traceback" not in done.text and "still to come" not in done.text and len(done.pictures) == 8


def test_an_edit_of_sampler_py_is_seen_without_a_restart(runs):
    assert "waits for task 1.1" in runs["starter"].text.partition("after the edit:")[0]
    assert "after the edit: []" in runs["starter"].text


def test_the_first_cell_unpacks_the_zip_once_and_goes_into_its_folder(tmp_path):
    """And never over what a student has written; without a zip it says so."""
    zips.write(tmp_path / "assignment2-student.zip", ROOT)
    where = nbformat.v4.new_code_cell("print('now in', Path.cwd().name, sys.path[0] == str(Path.cwd()))")

    def first(cells):
        return [next(cell for cell in cells if cell.cell_type == "code"), where]

    def done(tree, name):
        (tmp_path / name).mkdir()
        return begin(tree, first, tmp_path / name)()

    once = done(tmp_path, "once")
    assert once.code == 0 and "now in assignment2 True" in once.text, once.said
    mine = tmp_path / "assignment2" / "sampler.py"
    mine.write_text("# mine\n")
    assert "now in assignment2 True" in done(tmp_path, "twice").text and mine.read_text() == "# mine\n"
    assert "now in assignment2 True" in done(tmp_path / "assignment2", "inside").text
    (tmp_path / "empty").mkdir()
    lost = done(tmp_path / "empty", "lost")
    assert lost.code == 1 and "there is neither the assignment nor its zip in " in lost.said
    assert zipfile.is_zipfile(tmp_path / "assignment2-student.zip")


def test_the_first_cell_fetches_the_zip_that_a_course_names(tmp_path):
    """As on Colab, where the notebook comes alone; what is no such zip is a sentence, and leaves nothing."""
    zips.write(tmp_path / "assignment2-student.zip", ROOT)
    (tmp_path / "assignment1-student.zip").write_text("<html>Please sign in</html>")

    def first(address):
        def cells(cells):
            cell = next(cell for cell in cells if cell.cell_type == "code")
            assert cell.source.count('\nZIP = ""  # @param') == 1
            cell.source = cell.source.replace('ZIP = ""', f"ZIP = {address!r}")
            return [cell, nbformat.v4.new_code_cell("print('now in', Path.cwd().name)")]

        return cells

    def done(name, address):
        tree = tmp_path / name
        tree.mkdir()
        return begin(tree, first(address), tree)(), tree

    come, tree = done("come", (tmp_path / "assignment2-student.zip").as_uri())
    assert come.code == 0 and "now in assignment2" in come.text, come.said
    assert (tree / "assignment2" / ".devcontainer" / "devcontainer.json").is_file()
    for name, address, said in (
        ("page", (tmp_path / "assignment1-student.zip").as_uri(), "(File is not a zip file); ask your course"),
        (
            "nowhere",
            "file:///nowhere/assignment1-student.zip",
            "there is no zip at file:///nowhere/assignment1-student.zip",
        ),
        (
            "other",
            "https://course/zip",
            "ZIP is to be where assignment1-student.zip or assignment2-student.zip is; it is ",
        ),
    ):
        ended, tree = done(name, address)
        assert ended.code == 1 and said in ended.said, ended.said
        assert not list(tree.glob("assignment*"))
