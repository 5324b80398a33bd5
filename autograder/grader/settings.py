"""What a course decides about the marking: `autograder/settings.toml`, whose schema is `Settings`."""

import sys
from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.outcomes import BadSettings
from grader.paths import AUTOGRADER
from grader.tasks import TASKS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = AUTOGRADER / "settings.toml"
Tier = Literal["closed-form", "cpu", "gpu"]  # from the least to the most
TIERS: tuple[Tier, ...] = ("closed-form", "cpu", "gpu")
POINTS = "points are changed in starter/diffusion/tasks.json, which the handout and the visible tests read, too"


class Settings(BaseModel):
    """The settings, with the defaults for a course that decides nothing."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    visibility: Literal["visible", "hidden", "after_due_date", "after_published"] = "visible"
    tier: Tier = "cpu"
    leaderboard: bool = False
    exposed: bool = False  # mark even where a student's code could read the grader's files

    def counts(self, tier: Tier) -> bool:
        """Whether the checks of a tier carry points."""
        return TIERS.index(tier) <= TIERS.index(self.tier)

    def counts_all(self, tier: Tier) -> bool:
        """Whether a marking in this tier has all checks that carry points."""
        return TIERS.index(self.tier) <= TIERS.index(tier)


DEFAULTS = Settings()


def load(path: Path = FILE) -> Settings:
    """The settings in a file; where there is none, the defaults. Raises BadSettings, also for a bad table of points."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        settings = Settings.model_validate(found)
    except ValidationError as error:
        raise BadSettings(f"{path.name}: {_sentence(error)}") from None
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path.name} cannot be read: {' '.join(str(error).split())}") from None
    if settings.leaderboard and settings.tier == "closed-form":
        raise BadSettings(f'{path.name}: the leaderboard takes the trained network, so tier must be "cpu" or "gpu"')
    totals: Counter[int] = Counter()
    for task in TASKS:
        totals[task.assignment] += 0 if task.bonus else task.points  # type: ignore[assignment]
    for assignment, total in totals.items():
        if abs(total - 100) > 1e-9:
            raise BadSettings(f"tasks.json: the points of Assignment {assignment} sum to {total:g}, not to 100")
    return settings


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, in words."""
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    if name.startswith("points"):
        return POINTS
    if first["type"] == "extra_forbidden":
        return f"there is no setting {name}; there are {', '.join(Settings.model_fields)}"
    return f"{name} is {first['input']!r}: {first['msg'][0].lower()}{first['msg'][1:]}"
