"""The axes of a picture: from values to places, linear or logarithmic."""

import math
from dataclasses import dataclass

from grader.transcript.regression import Value


@dataclass(frozen=True)
class Axis:
    """Values to places, linear or logarithmic."""

    low: float
    high: float
    first: float
    last: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, value = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return self.first + (value - low) / (high - low) * (self.last - self.first)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def ticks(self) -> list[float]:
        if self.log:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            some = [m * 10.0**d for d in decades for m in ((1,) if len(decades) > 3 else (1, 3))]
        else:
            step = 10 ** math.floor(math.log10((self.high - self.low) / 2))
            step *= next(m for m in (1, 2, 5, 10) if (self.high - self.low) / (m * step) <= 5)
            some = [i * step for i in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]
        return [tick for tick in some if self.holds(tick)]


def of_times(times: list[float], first: float, last: float) -> Axis:
    """Along the steps."""
    low, high = min(times), max(times)
    log = high > 20 * low
    edges = (low / 1.15, high * 1.15) if log else (low - 0.05 * high, 1.05 * high)
    return Axis(*edges, first, last, log)


def of_values(right: list[float], values: list[Value], bottom: float, top: float) -> Axis:
    """Wide enough for the right curve, and for what was found unless it is far beyond.

    Logarithmic where the right values need it and those found are not so uncertain that chance could take them off it.
    """
    found = [value.found for value in values]
    certain = all(value.off or value.right is None or value.found > min(right) / 20 for value in values)
    if certain and min(right) > 1e-9 and max(right) > 50 * min(right):
        near = right + [value for value in found if min(right) / 20 <= value <= 20 * max(right)]
        return Axis(min(near) / 1.5, max(near) * 1.5, bottom, top, log=True)
    reach = 3 * max(0.4, *map(abs, right))
    near = right + [value for value in found if abs(value) <= reach]
    low, high = min(0.0, *near), max(0.01, *near)  # what is smaller is rounding
    room = 0.08 * (high - low)
    return Axis(low - room, high + room, bottom, top)
