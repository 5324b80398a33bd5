"""`make new-task`: lay a task down in all the places that it has, as a function that returns its first argument.

So it works from the start: the solution passes, the wrong answer beside it loses. The manual says what to write where.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import course_file
from grader.paths import AUTOGRADER, CHECKS, CORPUS, GRADED_FILES, SOLUTION, STARTER
from grader.tasks import BONUS, BY_FUNCTION, KNOWN, order
from workshop.starter.handout_text import NAMES, TEXTS

POINTS = 5  # a bonus at first, so that the others still sum to 100

SOLVED = '''

def {name}(x: Tensor) -> Tensor:
    """What it does, with the paper's equation.

    x: (B, *D). Returns x, (B, *D).
    """
    # --- stub {task}
    # TODO {task}  {title}
    #   given  x
    #   want   x
    #   check  make test T={task}
    # raise NotImplementedError("TODO {task}: {name}")
    # --- answer {task}
    answer = x.clone()
    # --- end {task}
    return answer
'''
RIGHT = '''

def {name}(x: ArrayLike) -> Array:
    """What it does, with the paper's equation."""
    return f64(x)
'''
CHECKED = '''"""Hidden checks of task {task}, {title}."""

from gradescope_utils.autograder_utils.decorators import number, weight

from checks import cases
from checks.judge import close
from oracle import steps


@number("{task}.1")
@weight(1)
def test_{name}(student):
    """It returns what it must."""
    (x,) = cases.states({seed}, 1)
    close(student("{name}", x).value, steps.{name}(x), "What it returns")
'''
SHOWN = '''

# {task}  {name}


@pytest.mark.task("{task}")
def test_{name}_by_hand({module}):
    """It returns what it must."""
    close({module}.{name}(f64([[4.0]])), f64([[4.0]]), "what it returns")
'''
WRONG = '''"""What is wrong with it, in one sentence.

Loses: {task}.1
Cause: none
"""


def {name}(x):
    return 2 * x
'''
SECTIONS = {
    "en": """### {task} {Title}
`{file}` · << points("{task}") >> · `make test T={task}` · `{name}(x)` → `x` `(B, *D)`

The mathematics, as in the lecture: $x$.

*Hint:* one sentence.

""",
    "zh-TW": """### {task} {title_zh}
`{file}` · << points("{task}") >> · `make test T={task}` · `{name}(x)` → `x` `(B, *D)`

數學，與課堂一致： $x$。

*提示：* 一句話。

""",
}


class NoTask(Exception):
    """A task cannot be laid down; the message is a sentence."""


@dataclass(frozen=True)
class NewTask:
    task: str
    name: str  # of the function
    file: str
    title: str
    title_zh: str

    def fault(self) -> str:
        """Why it cannot be laid down; "" where it can."""
        last = max((each for each in KNOWN if each[0] == self.task[:1]), key=order, default="")
        following = f"{last[:2]}{order(last)[1] + 1}" if last else "1.7 or 2.13"
        if self.task != following:
            return f"T={self.task} is not the next task: give T={following}"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name) or self.name in BY_FUNCTION:
            return f"NAME={self.name} is no new name of a function, as forward_sde_step is"
        if wrong := [title for title in (self.title, self.title_zh) if not title.strip() or set(title) & set('"\\\n')]:
            return f"TITLE={wrong[0]!r} is not a few words without a quotation mark or a backslash"
        return "" if self.file in GRADED_FILES else f"FILE={self.file} is none of {', '.join(GRADED_FILES)}"

    def filled(self, template: str) -> str:
        title = self.title[:1].upper() + self.title[1:]
        words = {
            **vars(self),
            "Title": title,
            "module": self.file.removesuffix(".py"),
            "seed": self.task.replace(".", "") + "1",
        }
        return re.sub(r"\{(\w+)\}", lambda found: words[found[1]], template)


def lay(new: NewTask) -> list[Path]:
    """Write a new task into all its places; returns the files. Raises NoTask."""
    if fault := new.fault():
        raise NoTask(fault)
    texts = dict(_places(new))
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    return list(texts)


def with_bonus(text: str, bonus: list[str], task: str) -> str:
    """The text of a course.toml with one task more, which is a bonus. bonus: the tasks that are one already."""
    line = f"bonus = {json.dumps([*bonus, task])}"
    text, lines = re.subn(r"^bonus = \[.*?\]", line, text, count=1, flags=re.MULTILINE | re.DOTALL)
    text = text if lines else f"{line}\n{text}"
    return re.sub(r"^\[points\].*$", rf"\g<0>\n{task} = {POINTS}", text, count=1, flags=re.MULTILINE)


def _places(new: NewTask) -> Iterator[tuple[Path, str]]:
    """Each file that a task has a part in, and its new text."""
    assignment = new.task[0]
    table = AUTOGRADER / "grader" / "tasks.json"
    row = {key: getattr(new, key) for key in ("task", "file", "name", "title", "title_zh")}
    row["function"] = row.pop("name")
    yield table, _read(table).removesuffix("\n]\n") + f",\n {json.dumps(row, ensure_ascii=False)}\n]\n"
    yield course_file.FILE, with_bonus(_read(course_file.FILE), course_file.read().get("bonus", BONUS), new.task)
    for path, template in (
        (SOLUTION / new.file, SOLVED),
        (AUTOGRADER / "oracle" / "steps.py", RIGHT),
        (STARTER / "tests" / f"test_assignment{assignment}.py", SHOWN),
    ):
        yield path, _read(path) + new.filled(template)
    yield CHECKS / f"assignment{assignment}" / f"test_{new.name}.py", new.filled(CHECKED)
    yield CORPUS / "chaff" / f"{new.name}_doubled.py", new.filled(WRONG)
    for language, name in NAMES.items():
        yield TEXTS / name, _with_section(_read(TEXTS / name), assignment, new.filled(SECTIONS[language]))


def _with_section(text: str, assignment: str, section: str) -> str:
    """The handout's text with a section after the last one of an assignment."""
    *_, last = re.finditer(rf"^### {assignment}\.\d+ .*?(?=^##)", text, re.MULTILINE | re.DOTALL)
    return text[: last.end()] + section + text[last.end() :]


def _read(path: Path) -> str:
    return path.read_text("utf-8")
