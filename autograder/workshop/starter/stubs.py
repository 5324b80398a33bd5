"""Generate the student's `sampler.py` and `score.py` from the solution's paired regions, and the handout's pages.

The lecture's questions make the student's `answers.md` and the staff's `RUBRIC.md`, where the course asks any.

A region in `solution/*.py` holds the stub beside the answer:

    # --- stub 2.8
    # TODO 2.8  ...                                                 kept as it is
    # raise NotImplementedError("TODO 2.8: ddim_coefficients")      uncommented
    # --- answer 2.8
    ...                                                             left out
    # --- end 2.8
"""

import hashlib
import json
from pathlib import Path

from course.written import questions, sheet
from grader import settings
from grader.paths import GRADED_FILES, SOLUTION, STARTER
from grader.settings import Settings
from grader.tasks import TASKS
from workshop import regions
from workshop.language import catalogue, notebook
from workshop.regions import RegionError
from workshop.starter import dropped, front_page, handout, handout_text


def stub_out(source: str, name: str) -> str:
    """The starter's text for the solution's text `source`; `name` is used in messages."""
    kept, raises = [], 0
    for line in regions.lines(source, name):
        where = f"{name}, line {line.number}"
        if line.is_marker:
            if line.kind == "answer" and raises != 1:
                raise RegionError(f"{where}: the stub of {line.task} needs one '# raise NotImplementedError(...)' line")
            raises = 0
        elif line.kind == "stub" and line.text.lstrip().startswith("# raise NotImplementedError("):
            if f'"TODO {line.task}: ' not in line.text:
                raise RegionError(f'{where}: the stub of {line.task} must raise "TODO {line.task}: ..."')
            kept.append(line.text.replace("# raise", "raise", 1))
            raises += 1
        elif line.kind != "answer":
            kept.append(line.text)
    text = "\n".join(kept) + "\n"
    try:
        compile(text, name, "exec")
    except SyntaxError as error:
        raise RegionError(f"{name}, generated line {error.lineno}: the stubbed file does not compile") from error
    return text


def generate() -> dict[Path, bytes]:
    """Each generated file and what it should hold: those of the starter, the grader's catalogue, README.md."""
    decided = settings.load()
    texts = _graded() | _in_languages(decided) | _of_the_starter(decided) | _written(decided)
    texts[front_page.FILE] = front_page.page(TASKS)
    return {path: text.encode() for path, text in texts.items()} | catalogue.compiled()


def _graded() -> dict[Path, str]:
    """The two files in which a student writes."""
    sources = {name: dropped.without((SOLUTION / name).read_text("utf-8"), name, TASKS) for name in GRADED_FILES}
    return {STARTER / name: stub_out(text, name) for name, text in sources.items()}


def _in_languages(decided: Settings) -> dict[Path, str]:
    """The handout, its pages and the notebook, in each of the course's languages; the English notebook is by hand."""
    made = {}
    for language in decided.languages:
        text, path = handout_text.render(language, decided, TASKS), STARTER / handout_text.NAMES[language]
        made[path] = text
        made[path.with_suffix(".html")] = handout.page(text, language, len(decided.languages) > 1)
        if language != "en":
            made[STARTER / notebook.NAMES[language]] = notebook.translated(language, catalogue.translations())
    return made


def _of_the_starter(decided: Settings) -> dict[Path, str]:
    return {
        STARTER / "AGENTS.md": handout_text.for_assistants(decided, TASKS),
        STARTER / "diffusion" / "tasks.json": _table(),
        STARTER / "diffusion" / "languages.json": json.dumps(decided.languages) + "\n",
        STARTER / "tests" / "provided.json": _digests(),
    }


def _written(decided: Settings) -> dict[Path, str]:
    """What the lecture's questions make; nothing where the course asks none."""
    if not (asked := questions.asked(decided, TASKS)):
        return {}
    return {
        STARTER / sheet.ANSWERS: sheet.answers(asked, decided.languages),
        SOLUTION / sheet.RUBRIC: sheet.rubric(asked, decided.languages),
    }


def _table() -> str:
    """The table of tasks that the starter's own code reads."""
    rows = [
        {
            "task": task.task,
            "file": task.file,
            "function": task.function,
            "points": int(task.points) if task.points == int(task.points) else task.points,
            **({"bonus": True} if task.bonus else {}),
            "title": task.title,
        }
        for task in TASKS
    ]
    return "[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows) + "\n]\n"


def _digests() -> str:
    """The digest of each provided module that the grader takes fresh, by which a student's change of it is seen."""
    modules = sorted((STARTER / "diffusion").glob("*.py"))
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in modules}
    return json.dumps(digests, indent=1) + "\n"


def write() -> list[Path]:
    """Write the generated files, and take away what is left over; return those that changed."""
    made, changed = generate(), out_of_step()
    for path in changed:
        if path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made[path])
        else:
            path.unlink()
    return changed


def out_of_step() -> list[Path]:
    """The generated files that differ from what the solution says, and those that another course's settings made."""
    made = generate()
    differ = [path for path, content in made.items() if not path.is_file() or path.read_bytes() != content]
    return differ + sorted(path for path in _of_any_course() - made.keys() if path.is_file())


def _of_any_course() -> set[Path]:
    """The generated files that some courses have: those of a language, and those of the lecture's questions."""
    texts = {STARTER / name for name in handout_text.NAMES.values()}
    books = {STARTER / name for language, name in notebook.NAMES.items() if language != "en"}
    pages = {path.with_suffix(".html") for path in texts}
    return texts | pages | books | {STARTER / sheet.ANSWERS, SOLUTION / sheet.RUBRIC}
