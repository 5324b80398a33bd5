"""What a course decides: `autograder/course.toml`, whose schema is `Settings`."""

import math
import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from grader import course_file
from grader.course_file import FILE
from grader.outcomes import BadSettings
from grader.tasks import BONUS, ROWS, Task, given

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


def _title(title: Text) -> Text:
    lines = [title] if isinstance(title, str) else [*title.values()]
    if not (lines and all(line.strip() and len(line.splitlines()) == 1 for line in lines)):
        raise ValueError("give one line that is not empty, or one for each language")
    return title


def _name(name: str) -> str:
    if not name.strip() or set(name) & set("[]\n"):
        raise ValueError("give each address a name, without square brackets")
    return name


def _ai(text: Text) -> Text:
    for said in [text] if isinstance(text, str) else text.values():
        if re.fullmatch("[A-Za-z]+", said) and said not in READY:
            raise ValueError('give "none", "explain" or "free", or a sentence of your own')
    return text


Points = Annotated[float, AfterValidator(_points)]
Address = Annotated[str, AfterValidator(_address)]
READY = ("none", "explain", "free")  # the names of the ready texts on AI assistants
TITLE: Text = {"en": "From DDPM to DDIM", "zh-TW": "從 DDPM 到 DDIM"}
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class Rules(BaseModel):
    """What the handout says of working with others; a text, or the name of a ready one."""

    model_config = STRICT

    discussion: Text = ""
    ai: Annotated[Text, AfterValidator(_ai)] = ""
    late_days: Text = ""


class Settings(BaseModel):
    """The settings, with the defaults for a course that decides nothing."""

    model_config = STRICT

    title: Annotated[Text, AfterValidator(_title)] = TITLE
    languages: Annotated[list[Language], Field(min_length=1)] = list(LANGUAGES)
    term: Text = ""
    contact: Text = ""
    visibility: Literal["visible", "hidden", "after_due_date", "after_published"] = "visible"
    tier: Tier = "cpu"
    leaderboard: bool = False
    exposed: bool = False  # mark even where a student's code could read the grader's files
    reweigh: bool = False
    bonus: list[str] = BONUS
    written: list[Question] = list(get_args(Question))  # the lecture's questions that are answered in writing
    rules: Rules = Rules()
    links: dict[Annotated[str, AfterValidator(_name)], Address] = {}
    zip: Annotated[str, AfterValidator(_zip)] = ""  # where the student zips are
    points: dict[str, Points] = {}

    def counts(self, tier: Tier) -> bool:
        """Whether the checks of a tier carry points."""
        return TIERS.index(tier) <= TIERS.index(self.tier)

    def counts_all(self, tier: Tier) -> bool:
        """Whether a marking in this tier has all checks that carry points."""
        return TIERS.index(self.tier) <= TIERS.index(tier)


DEFAULTS = Settings()

EXPECTED = {  # by pydantic's name of what is wrong, in the words of TOML
    "string_type": "give a text in quotes",
    "bool_type": "give true or false",
    "float_type": "give a number, without quotes",
    "list_type": "give a list in square brackets, each of its items in quotes",
    "dict_type": "give a section of its own, with a line for each",
    "model_type": "give a section of its own, with a line for each",
    "too_short": "give one at least",
}
TOML = {  # what Python says of a file that is none, and what is meant
    "Cannot overwrite a value": "a name stands there a second time",
    "Invalid value": "what stands there is no text in straight quotes, no number, and neither true nor false",
}


def load(path: Path = FILE) -> Settings:
    """The settings in a file. Raises BadSettings."""
    if (former := path.with_name("settings.toml")).exists():
        raise BadSettings(f"{former.name} is no longer read: move its lines into {path.name}, and delete it")
    try:
        found = course_file.read(path)
        settings = Settings.model_validate(found)
    except ValidationError as error:
        raise BadSettings(f"{path.name}: {_sentence(error)}") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{path.name} cannot be read: it is not in UTF-8; save it in that encoding") from None
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        for words, plain in TOML.items():
            said = said.replace(words, plain)
        raise BadSettings(f"{path.name} cannot be read: {said}") from None
    if fault := _fault(settings, found):
        raise BadSettings(f"{path.name}: {fault}")
    return settings


def _fault(settings: Settings, found: dict[str, Any]) -> str:
    """What does not go together, in words; "" where all does."""
    if settings.leaderboard and settings.tier == "closed-form":
        return 'the leaderboard takes the trained network, so tier must be "cpu" or "gpu"'
    if not settings.points:
        return "[points] names no task; give each task that is given a line, as 1.1 = 10"
    for name in ("languages", "bonus", "written"):
        named = getattr(settings, name)
        if twice := [each for each in named if named.count(each) > 1]:
            return f"{name} has {twice[0]} twice; name it once"
    known = [row.task for row in ROWS]
    if unknown := [task for task in settings.points if task not in known]:
        return f"[points] has {unknown[0]}, but there are the tasks {', '.join(known)}"
    if unknown := [task for task in found.get("bonus", []) if task not in settings.points]:
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
    bonus = sum(task.points for task in tasks if task.bonus)
    if not total:
        return f"all tasks of Assignment {assignment} are a bonus; there must be one that is none"
    if len(tasks) == sum(row.assignment == assignment for row in ROWS) and abs(total - 100) > 1e-9:
        return f"the points of Assignment {assignment} sum to {total:g}, not to 100; with reweigh = true they do"
    if bonus > total:
        return f"the bonus of Assignment {assignment} is {bonus:g}, more than its {total:g} points; give it less"
    return ""


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, in words."""
    first, *others = error.errors()
    if isinstance(first["input"], dict) and others and others[0]["loc"][0] == first["loc"][0]:
        first = others[0]  # a text for each language, which was held to be a single one first
    parts = [str(part) for part in first["loc"] if part != "str" and not str(part).startswith("dict[")]
    name = ".".join(parts)
    if first["type"] == "extra_forbidden":
        model = Rules if first["loc"][0] == "rules" else Settings
        return f"there is no setting {name}; there are {', '.join(model.model_fields)}"
    said = first["msg"].removeprefix("Value error, ")
    expected = EXPECTED.get(first["type"], f"{said[0].lower()}{said[1:]}")
    if parts[-1] == "[key]":
        return f"{'.'.join(parts[:-2])} has {first['input']!r}: {expected}"
    return f"{name} is {_as_written(first['input'])}: {expected}"


def _as_written(value: Any) -> str:
    """A value as TOML has it, where Python writes it otherwise."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | time) else repr(value)
