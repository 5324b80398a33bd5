"""Recovered coefficients over the right curve, as one SVG for each of ω₀, ω_t and σ. Shapes tell, not colours alone.

A dot is a step that is right, a cross one that is not, with a dashed line to where it should be, a diamond one that the
sequence does not have; a triangle at the edge is a value beyond the picture. Of the student's only
numbers get in.
"""

import math
from collections.abc import Callable, Iterator

from markupsafe import Markup

from course.pages import axes
from course.pages.axes import Axis
from grader.transcript.regression import Value
from grader.transcript.steps import Run

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340, 230, 52, 12, 12, 36
APART = 5.0  # units between two points that are drawn
SYMBOLS = {"omega_0": "ω₀", "omega_t": "ω_t", "sigma": "σ_t"}


def panel(run: Run, name: str, key: str) -> Markup:
    """One picture: a coefficient over t; "" where no step of the run tells it. key: unique on the page."""
    points = [(step.asked, step.values[name]) for step in run.steps if name in step.values and step.asked]
    curve = sorted((float(t), right[name]) for t, right in run.right)
    if not points:
        return Markup()
    x = axes.of_times([t for t, _ in curve], LEFT, WIDTH - RIGHT)
    y = axes.of_values([value for _, value in curve], [value for _, value in points], HEIGHT - BOTTOM, TOP)
    off = [(t, value) for t, value in points if value.off]
    said = said_of(points)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{key}-title {key}-desc">',
        f'<title id="{key}-title">{SYMBOLS[name]} over t</title><desc id="{key}-desc">{said}</desc>',
        *_frame(x, y),
        *_curve(curve, x, y),
        *_points([point for point in points if point[1].right is None], x, y, _diamond),
        *_points([point for point in points if point[1].right is not None and not point[1].off], x, y, _dot),
        *_points(off, x, y, _cross),
        "</svg>",
    ]
    return Markup("".join(parts))


def said_of(points: list[tuple[float, Value]]) -> str:
    """What a picture shows, in words: all right, or how many are not and the worst of them."""
    off = [(t, value) for t, value in points if value.off and value.right is not None]
    told = sum(value.right is not None for _, value in points)
    if not off:
        return f"all {told} steps as they must be" if told else "no step of the sequence was made"
    t, worst = max(off, key=lambda point: abs(point[1].found - (point[1].right or 0)))
    return f"off in {len(off)} of {told} steps; at t = {t:.0f}, {worst} instead of {worst.right:.3g}"


def _frame(x: Axis, y: Axis) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for tick in y.ticks():
        yield f'<path class="rule" d="M{LEFT} {y(tick):.1f}H{right}"/>'
        yield f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.3g}</text>'
    for tick in x.ticks():
        yield f'<path class="axis" d="M{x(tick):.1f} {bottom}v4"/>'
        yield f'<text x="{x(tick):.1f}" y="{bottom + 17}" text-anchor="middle">{tick:.4g}</text>'
    yield f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>'
    yield f'<text x="{right}" y="{HEIGHT - 4}" text-anchor="end">t{" (log scale)" if x.log else ""}</text>'
    if y.log:
        yield f'<text x="2" y="{HEIGHT - 4}">log scale</text>'


def _curve(curve: list[tuple[float, float]], x: Axis, y: Axis) -> Iterator[str]:
    places = list(_thinned([(x(t), y(value)) for t, value in curve], 1.0))
    line = "L".join(f"{left:.1f} {top:.1f}" for left, top in places)
    yield f'<path class="right" d="M{line}"/>'
    for left, top in _thinned(places, APART):
        yield f'<circle class="place" cx="{left:.1f}" cy="{top:.1f}" r="4.5"/>'


def _thinned(places: list[tuple[float, float]], apart: float) -> Iterator[tuple[float, float]]:
    last = -math.inf
    for place in places:
        if abs(place[0] - last) >= apart or place is places[-1]:
            last = place[0]
            yield place


Draw = Callable[[float, float, Value, Axis], str]


def _points(points: list[tuple[float, Value]], x: Axis, y: Axis, draw: Draw) -> Iterator[str]:
    """Points that do not lie upon each other; what lies beyond the picture as a triangle at its edge."""
    last = -math.inf
    for t, value in sorted(points, key=lambda point: point[0]):
        left = min(max(x(max(t, x.low)), LEFT), WIDTH - RIGHT)
        if left - last < APART:
            continue
        last = left
        if y.holds(value.found):
            yield draw(left, y(value.found), value, y)
            continue
        top, down = (y(y.high), 9) if value.found > y.low else (y(y.low), -9)
        kind = "off" if value.off else "stray"
        yield f'<path class="{kind}" d="M{left - 5:.1f} {top + down:.1f}h10L{left:.1f} {top:.1f}Z"/>'


def _dot(left: float, top: float, value: Value, y: Axis) -> str:
    return f'{_whisker(left, value, y)}<circle class="dot" cx="{left:.1f}" cy="{top:.1f}" r="2.8"/>'


def _diamond(left: float, top: float, value: Value, y: Axis) -> str:
    return f'<path class="stray" d="M{left - 4:.1f} {top:.1f}l4 -4l4 4l-4 4Z"/>'


def _cross(left: float, top: float, value: Value, y: Axis) -> str:
    there = "" if value.right is None else f'<path class="way" d="M{left:.1f} {top:.1f}V{y(value.right):.1f}"/>'
    cross = f'<path class="off" d="M{left - 4:.1f} {top - 4:.1f}l8 8m0 -8l-8 8"/>'
    return there + _whisker(left, value, y) + cross


def _whisker(left: float, value: Value, y: Axis) -> str:
    """Two standard errors to either side, where that can be seen."""
    low, high = (min(max(value.found + side * value.error, y.low), y.high) for side in (-2, 2))
    if abs(y(low) - y(high)) < 7:
        return ""
    return f'<path class="whisker" d="M{left:.1f} {y(low):.1f}V{y(high):.1f}"/>'
