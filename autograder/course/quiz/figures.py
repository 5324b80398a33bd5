"""What a question shows: recovered noise levels over the right curve, in one panel or several, as one SVG."""

from collections.abc import Sequence
from html import escape

from course.pages.axes import Axis

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 260, 170, 38, 10, 24, 30  # of a panel
Curve = Sequence[tuple[float, float]]  # (t, σ_t)


def panels(recovered: Sequence[Curve], right: Curve, said: str) -> str:
    """One panel for each recovered curve, numbered where there are several: its points, and the right curve as a line.

    said: the picture in words, for who cannot see it.
    """
    columns = min(2, len(recovered))
    width, height = columns * WIDTH, -(-len(recovered) // columns) * HEIGHT
    high = 1.08 * max(value for curve in (right, *recovered) for _, value in curve)
    x = Axis(0, 1.03 * max(t for t, _ in right), LEFT, WIDTH - RIGHT)
    y = Axis(0, high, HEIGHT - BOTTOM, TOP)
    line = "L".join(f"{x(t):.1f} {y(value):.1f}" for t, value in sorted(right))
    parts = [
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(said)}">'
    ]
    for number, curve in enumerate(recovered):
        parts.append(f'<g transform="translate({number % columns * WIDTH} {number // columns * HEIGHT})">')
        parts.append(_frame(x, y, str(number + 1) if len(recovered) > 1 else ""))
        parts.append(f'<path fill="none" stroke="currentColor" stroke-width="1.2" d="M{line}"/>')
        for t, value in curve:
            parts.append(f'<circle cx="{x(t):.1f}" cy="{y(value):.1f}" r="3" fill="currentColor"/>')
        parts.append("</g>")
    return "".join([*parts, "</svg>"])


def _frame(x: Axis, y: Axis, title: str) -> str:
    """Axes with a few numbers, and the panel's own."""
    style = 'font-family="sans-serif" font-size="12" fill="currentColor"'
    bottom = HEIGHT - BOTTOM
    parts = [
        f'<path fill="none" stroke="currentColor" opacity=".6" d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}"/><g {style}>'
    ]
    for tick in y.ticks():
        parts.append(f'<path stroke="currentColor" opacity=".2" d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.3g}</text>')
    for tick in x.ticks():
        parts.append(f'<text x="{x(tick):.1f}" y="{bottom + 15}" text-anchor="middle">{tick:.4g}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{bottom + 28}" text-anchor="end" font-style="italic">t</text>')
    parts.append(
        f'<text x="2" y="{TOP - 10}"><tspan font-style="italic">σ</tspan><tspan dy="3" font-size="9">t</tspan></text>'
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{TOP - 9}" text-anchor="middle" font-weight="bold">{title}</text></g>')
    return "".join(parts)
