"""Small drawings for the report: lines over a logarithmic scale of how much there is. Numbers to SVG, pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 40, 50
COLOURS = ("#0b5c7a", "#a2461d", "#3f6b2a", "#6a3d8f", "#7a6a0b", "#444444")


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line through (how much, how fast) points."""

    name: str
    points: Sequence[tuple[float, float]]


def draw(title: str, x_words: str, y_words: str, curves: Sequence[Curve]) -> str:
    """Return ``curves`` over two logarithmic scales; "" where there is nothing to draw."""
    points = [point for curve in curves for point in curve.points]
    if not points:
        return ""
    x_scale = _scale([x for x, _y in points], LEFT, WIDTH - RIGHT)
    y_scale = _scale([y for _x, y in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 10}">{escape(x_words)}</text>',
        f'<text x="{LEFT}" y="34" fill="#444444">{escape(y_words)}</text>',
    ]
    for value in _ticks([y for _x, y in points]):
        y = y_scale(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,.6g}</text>')
    for value in sorted({x for x, _y in points}):
        parts.append(f'<text x="{x_scale(value):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,.0f}</text>')
    for number, curve in enumerate(curves):
        parts += _line(curve, COLOURS[number % len(COLOURS)], number, x_scale, y_scale)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(curve: Curve, colour: str, number: int, x_scale: "_Scale", y_scale: "_Scale") -> list[str]:
    places = [(x_scale(x), y_scale(y)) for x, y in sorted(curve.points)]
    path = " ".join(f"{'L' if at else 'M'}{x:.1f} {y:.1f}" for at, (x, y) in enumerate(places))
    key = TOP + 16 * number
    return [
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places),
        f'<path d="M{WIDTH - RIGHT + 12} {key}h18" stroke="{colour}" stroke-width="2"/>',
        f'<text x="{WIDTH - RIGHT + 36}" y="{key + 4}">{escape(curve.name)}</text>',
    ]


class _Scale:
    """Where a value stands between two places, by its logarithm."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = math.log10(low), math.log10(high), start, end

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    low, high = min(values), max(values)
    if low == high:
        return _Scale(low / 2, high * 2, start, end)
    return _Scale(low / 1.3, high * 1.3, start, end)


def _ticks(values: Sequence[float]) -> list[float]:
    """Return the powers of ten, with their double and fivefold, between the least and the greatest value."""
    low, high = min(values) / 1.3, max(values) * 1.3
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1.0,) if last - first > 2 else (1.0, 2.0, 5.0)
    return [step * 10.0**power for power in range(first, last + 1) for step in steps if low <= step * 10.0**power <= high]
