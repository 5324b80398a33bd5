"""The handout as Markdown, in each language: a text of `text/`, with what the course's `course.toml` decides put in.

In a text `<< … >>` is a value and `<% if … %>` a condition. A section or a row of a table that begins with the number
of a task is left out where the course does not give that task, and so is a heading below which nothing is left.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from course.written import questions
from course.written.questions import Written
from grader.settings import Language, Rules, Settings, Text
from grader.tasks import ROWS, Task

TEXTS = Path(__file__).with_name("text")
NAMES: dict[Language, str] = {"en": "README.md", "zh-TW": "README.zh-TW.md"}  # of the texts, and in the starter
WORDS = json.loads((TEXTS / "words.json").read_text("utf-8"))
OF_TASK = re.compile(r"(?:#+|\|) (\d\.\d+) ")  # how a section or a row of a task begins
CHINESE = {1: "一", 2: "二"}
ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEXTS, encoding="utf-8"),
    block_start_string="<%",
    block_end_string="%>",
    variable_start_string="<<",
    variable_end_string=">>",
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
)


def render(language: Language, settings: Settings, tasks: list[Task]) -> str:
    """The handout of a course that decides so and gives these tasks."""
    handout = _Handout(language, settings, tasks)
    names = "title example translated about assignments assignment total rows points given listed rules written".split()
    text = ENVIRONMENT.get_template(NAMES[language]).render({name: getattr(handout, name) for name in names})
    return "".join(_without(text.splitlines(keepends=True), {row.task for row in ROWS} - handout.numbers))


def for_assistants(settings: Settings, tasks: list[Task]) -> str:
    """AGENTS.md: how an AI assistant may help, by the course's rule."""
    written, ready = _in("en", settings.rules.ai), WORDS["en"]["ai"]
    rule = ready.get(written, written) or "it has not written one, so explain and ask."
    may = written if written in ready else "" if written else "explain"
    files = " and ".join(dict.fromkeys(f"`{task.file}`" for task in tasks))
    handout = NAMES["en" if "en" in settings.languages else settings.languages[0]]
    decided = {
        "files": files,
        "handout": handout,
        "contact": _in("en", settings.contact),
        "written": questions.asked(settings, tasks),
    }
    return ENVIRONMENT.get_template("AGENTS.md").render(rule=rule, may=may, **decided)


def unwritten(settings: Settings) -> list[str]:
    """The rules that the course has not written."""
    return [name for name in Rules.model_fields if not getattr(settings.rules, name)]


@dataclass(frozen=True)
class _Handout:
    """What the texts may name."""

    language: Language
    settings: Settings
    tasks: list[Task]

    @property
    def numbers(self) -> set[str]:
        return {task.task for task in self.tasks}

    @property
    def title(self) -> str:
        return self._mine(self.settings.title)

    @property
    def example(self) -> str:
        """A task, for the words of a command."""
        return "2.8" if self.given("2.8") else self.tasks[0].task

    @property
    def translated(self) -> bool:
        """Whether there is a handout in the other language, too."""
        return len(self.settings.languages) > 1

    @property
    def about(self) -> list[str]:
        """What the course says of itself: term, contact, links."""
        links = [f"[{name}]({address})" for name, address in self.settings.links.items()]
        lines = self._mine(self.settings.term), self._mine(self.settings.contact), " · ".join(links)
        return [line for line in lines if line]

    @property
    def assignments(self) -> str:
        return str(self._words["assignments"]["".join(str(n) for n in (1, 2) if self.assignment(n))])

    def assignment(self, assignment: int) -> bool:
        """Whether it is given."""
        return bool(self._of(assignment))

    def total(self, assignment: int) -> str:
        """The line above an assignment's table."""
        bonus = sum(task.points for task in self._of(assignment) if task.bonus)
        return str(self._words["total with a bonus" if bonus else "total"]).format(
            assignment=CHINESE[assignment] if self.language == "zh-TW" else assignment,
            points=f"{sum(task.points for task in self._of(assignment) if not task.bonus):g}",
            bonus=f"{bonus:g}",
        )

    def rows(self, assignment: int) -> str:
        """The rows of an assignment's table."""
        return "\n".join(
            f"| {each.task} | `{each.function}` | {each.title_zh if self.language == 'zh-TW' else each.title} "
            f"| `{each.file}` | {_points(each)} |"
            for each in self._of(assignment)
        )

    def points(self, task: str) -> str:
        """The points of a task, in words; "" where it is not given."""
        return "".join(self._words["points"].format(points=_points(each)) for each in self.tasks if each.task == task)

    def given(self, *tasks: str) -> bool:
        """Whether all of these tasks are given."""
        return self.numbers.issuperset(tasks)

    def listed(self, *places: str) -> str:
        """Those that begin with the number of a task that is given, as a list in words."""
        *others, last = [place for place in places if re.split(r"[ （]", place)[0] in self.numbers] or [""]
        return self._words["and"].join(filter(None, [self._words["between"].join(others), last]))

    @property
    def rules(self) -> list[str]:
        """A line for each rule, and one for those that the course has not written."""
        named, missing = self._words["rules"], unwritten(self.settings)
        said = {name: self._mine(getattr(self.settings.rules, name)) for name in named if name not in missing}
        said |= {"ai": self._words["ai"].get(said["ai"], said["ai"])} if "ai" in said else {}
        lines = [(named[name], text) for name, text in said.items()]
        if missing:
            lines.append((self._words["between"].join(named[name] for name in missing), self._words["unwritten"]))
        return [self._words["rule"].format(names=names[0].upper() + names[1:], text=text) for names, text in lines]

    @property
    def written(self) -> list[Written]:
        """The questions that are answered in answers.md."""
        return questions.asked(self.settings, self.tasks)

    def _of(self, assignment: int) -> list[Task]:
        return [task for task in self.tasks if task.assignment == assignment]

    def _mine(self, text: Text) -> str:
        return _in(self.language, text)

    @property
    def _words(self) -> dict[str, Any]:
        return dict(WORDS[self.language])


def _in(language: Language, text: Text) -> str:
    """A course's text in a language, or in the one that it has."""
    return text if isinstance(text, str) else text.get(language) or next(iter(text.values()), "")


def _points(task: Task) -> str:
    return f"{'+' if task.bonus else ''}{task.points:g}"


def _without(lines: list[str], dropped: set[str]) -> list[str]:
    """The lines without what belongs to a dropped task, and without a heading below which nothing is left."""
    kept: list[str] = []
    section = 0  # the level of the heading whose section is left out, 0 where none is
    for line in lines:
        level = _level(line)
        if 0 < level <= section:
            section = 0
        drop = (found := OF_TASK.match(line)) is not None and found[1] in dropped
        section = level if drop and level else section
        if not (section or drop):
            kept.append(line)
    return [line for index, line in enumerate(kept) if not _is_empty(kept, index)]


def _is_empty(lines: list[str], index: int) -> bool:
    """Whether a line is a heading, or the space below it, and another of its level comes next."""
    while index and not lines[index].strip():
        index -= 1
    after = next((line for line in lines[index + 1 :] if line.strip()), "#")
    return 0 < _level(after) <= _level(lines[index])


def _level(line: str) -> int:
    """Of a heading, from 1; 0 of another line."""
    return len(line) - len(line.lstrip("#")) if re.match("#+ ", line) else 0
