"""What a course decides: `autograder/course.toml`, whose schema is `Settings`."""

import math
import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from grader import course_file
from grader.course_file import FILE
from grader.outcomes import BadSettings
from grader.tasks import ROWS, Task, given

Tier = Literal["closed-form", "cpu", "gpu"]  # from the least to the most
TIERS: tuple[Tier, ...] = ("closed-form", "cpu", "gpu")
Language = Literal["en", "zh-TW"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-TW")
Question = Literal["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11", "W12", "W13", "W14"]


def _points(points: float) -> float:
    if not (math.isfinite(points) and 0 < points <= 100 and round(points, 2) == points):
        raise ValueError("give points above 0, up to 100, with at most two decimals")
    return points


def _address(address: str) -> str:
    if not re.fullmatch(r"(https?://|mailto:)[^\s<>\"\\]+", address):
        raise ValueError("give an address that begins with https://, http:// or mailto:")
    return address


def _zip(address: str) -> str:
    if address and not _address(address).endswith("assignment{assignment}-student.zip"):
        raise ValueError("give an address that ends with assignment{assignment}-student.zip")
    return address


Text = str | dict[Language, str]  # one for all languages, or one for each
Points = Annotated[float, AfterValidator(_points)]
Address = Annotated[str, AfterValidator(_address)]
TITLE: Text = {"en": "From DDPM to DDIM", "zh-TW": "從 DDPM 到 DDIM"}
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class Rules(BaseModel):
    """What the handout says of working with others; a text, or the name of a ready one."""

    model_config = STRICT

    discussion: Text = ""
    ai: Text = ""
    late_days: Text = ""


class Settings(BaseModel):
    """The settings, with the defaults for a course that decides nothing."""

    model_config = STRICT

    title: Text = TITLE
    languages: Annotated[list[Language], Field(min_length=1)] = list(LANGUAGES)
    term: Text = ""
    contact: Text = ""
    visibility: Literal["visible", "hidden", "after_due_date", "after_published"] = "visible"
    tier: Tier = "cpu"
    leaderboard: bool = False
    exposed: bool = False  # mark even where a student's code could read the grader's files
    reweigh: bool = False
    bonus: list[str] = ["2.12"]
    written: list[Question] = list(get_args(Question))  # the lecture's questions that are answered in writing
    rules: Rules = Rules()
    links: dict[str, Address] = {}
    zip: Annotated[str, AfterValidator(_zip)] = ""  # where the student zips are
    points: dict[str, Points] = {}

    def counts(self, tier: Tier) -> bool:
        """Whether the checks of a tier carry points."""
        return TIERS.index(tier) <= TIERS.index(self.tier)

    def counts_all(self, tier: Tier) -> bool:
        """Whether a marking in this tier has all checks that carry points."""
        return TIERS.index(self.tier) <= TIERS.index(tier)


DEFAULTS = Settings()


def load(path: Path = FILE) -> Settings:
    """The settings in a file. Raises BadSettings."""
    if (former := path.with_name("settings.toml")).exists():
        raise BadSettings(f"{former.name} is no longer read: move its lines into {path.name}, and delete it")
    try:
        found = course_file.read(path)
        settings = Settings.model_validate(found)
    except ValidationError as error:
        raise BadSettings(f"{path.name}: {_sentence(error)}") from None
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path.name} cannot be read: {' '.join(str(error).split())}") from None
    if fault := _fault(settings, found):
        raise BadSettings(f"{path.name}: {fault}")
    return settings


def _fault(settings: Settings, found: dict[str, Any]) -> str:
    """What does not go together, in words; "" where all does."""
    if settings.leaderboard and settings.tier == "closed-form":
        return 'the leaderboard takes the trained network, so tier must be "cpu" or "gpu"'
    if not settings.points:
        return "[points] names no task; give each task that is given a line, as 1.1 = 10"
    known = [row.task for row in ROWS]
    if unknown := [task for task in settings.points if task not in known]:
        return f"[points] has {unknown[0]}, but there are the tasks {', '.join(known)}"
    if unknown := [task for task in settings.bonus if task not in settings.points]:
        return f"bonus has {unknown[0]}, to which [points] gives nothing"
    if settings.leaderboard and "2.11" not in settings.points:
        return "the leaderboard is that of 2.11, to which [points] gives nothing"
    tasks = given(found)
    for assignment in sorted({task.assignment for task in tasks}):
        here = [task for task in tasks if task.assignment == assignment]
        if fault := _sum_fault(assignment, here):
            return fault
    return ""


def _sum_fault(assignment: int, tasks: list[Task]) -> str:
    """What is wrong with the sum of an assignment's points: it is 100 where all of its tasks are given."""
    total = sum(task.points for task in tasks if not task.bonus)
    if worthless := [task.task for task in tasks if not task.points]:
        return f"with reweigh = true {worthless[0]} would have no point; give it more, or the others less"
    if not total:
        return f"all tasks of Assignment {assignment} are a bonus; there must be one that is none"
    if len(tasks) == sum(row.assignment == assignment for row in ROWS) and abs(total - 100) > 1e-9:
        return f"the points of Assignment {assignment} sum to {total:g}, not to 100; with reweigh = true they do"
    return ""


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, in words."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"] if part != "str" and not str(part).startswith("dict["))
    if first["type"] == "extra_forbidden":
        model = Rules if first["loc"][0] == "rules" else Settings
        return f"there is no setting {name}; there are {', '.join(model.model_fields)}"
    said = first["msg"].removeprefix("Value error, ")
    return f"{name} is {first['input']!r}: {said[0].lower()}{said[1:]}"
