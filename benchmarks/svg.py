"""One small line chart as SVG, by hand: a few lines of code instead of a plotting library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

__all__ = ["line_chart"]

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 40, 52
COLOURS = ("#1f6fb2", "#c2571a", "#3a8a4d", "#7a4fa3")


def line_chart(
    title: str, x_label: str, y_label: str, ticks: Sequence[str], series: Mapping[str, Sequence[float | None]]
) -> str:
    """Return an SVG chart with one line per series over evenly spaced ``ticks``; the y axis begins at 0."""
    values = [value for line in series.values() for value in line if value is not None]
    top = _round_up(max(values, default=1.0))
    x_of = [LEFT + (WIDTH - LEFT - RIGHT) * (i + 0.5) / len(ticks) for i in range(len(ticks))]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(WIDTH / 2, 20, title, size=14),
        _text(WIDTH / 2, HEIGHT - 8, x_label),
        f'<g transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)">{_text(0, 0, y_label)}</g>',
    ]
    for step in range(5):
        value = top * step / 4
        y = _y(value, top)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#d8d8d8"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{value:g}", anchor="end"))
    parts += [_text(x, HEIGHT - BOTTOM + 18, tick) for x, tick in zip(x_of, ticks, strict=True)]
    for number, (name, line) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = [(x, _y(value, top), value) for x, value in zip(x_of, line, strict=True) if value is not None]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"><title>{escape(name)}: {value:.3g}</title></circle>'
            for x, y, value in points
        ]
        parts.append(f'<rect x="{LEFT + 8}" y="{TOP - 8 + 16 * number}" width="12" height="4" fill="{colour}"/>')
        parts.append(_text(LEFT + 26, TOP - 2 + 16 * number, name, anchor="start"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _round_up(value: float) -> float:
    """The least of 1, 2, 4 and 5 times a power of ten that leaves some room above ``value``."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value * 1.15))
    return next(step * power for step in (1, 2, 4, 5, 10) if step * power >= value * 1.15)


def _text(x: float, y: float, text: str, anchor: str = "middle", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="#333333">{escape(text)}</text>'
