"""Plots as SVG text: no library, no font and no address needed, and each says in words what it shows.

Ways are told apart by dash and mark as well as by colour. A plot of simulated claims has the word across it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from training.metrics import Vector

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 92, 200, 20, 52  # room around the plot: numbers, the names of the ways, the axis
# Colours that people who see red and green alike tell apart, and that stand out on white; darkened where too pale.
COLOURS = ("#0060a0", "#b34700", "#00795a", "#99407a", "#6b5b00", "#454545", "#0a8db8", "#8a2be2", "#a01020", "#206020")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 5", "4 2", "1 4", "14 3 3 3", "6 6", "3 6")

Say = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """One line of a plot; `low` and `high` draw a bar at each point."""

    name: str
    x: Sequence[float] | Vector
    y: Sequence[float] | Vector
    low: Sequence[float] | Vector | None = None
    high: Sequence[float] | Vector | None = None
    marks: bool = False


@dataclass(frozen=True)
class Axis:
    """What an axis measures, from where to where, and how its numbers are written."""

    label: str
    low: float
    high: float
    say: Say


def percent(value: float) -> str:
    """A share in whole per cent."""
    return f"{value * 100:.0f} %"


def plain(value: float) -> str:
    """A number with two decimals."""
    return f"{value:.2f}"


def dollars(value: float) -> str:
    """Whole dollars, the minus before the sign."""
    return f"{'-' if round(value) < 0 else ''}${abs(value):,.0f}"


def ordinal(value: float) -> str:
    """A count."""
    return f"{value:.0f}"


def plot(
    title: str, told: str, series: Sequence[Series], x: Axis, y: Axis, *, simulated: bool, diagonal: bool = False
) -> str:
    """An SVG with a title and a description that a screen reader speaks."""
    frame = _Frame(x, y)
    parts = [*_grid(frame), *([_diagonal(frame)] if diagonal else []), *([_watermark()] if simulated else [])]
    for number, one in enumerate(series):
        parts += _series(frame, one, COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)], number)
    told = f"Simulated claims. {told}" if simulated else told
    name = "c" + "".join(c for c in title.lower() if c.isalnum())
    return (
        f'<svg role="img" aria-labelledby="{name}-t {name}-d" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(told)}</desc>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def standalone(svg: str) -> str:
    """The same as a file of its own, which must name its language; inside a page it need not."""
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


STEPS = 5  # of an axis
ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 10.0)  # what a step may be, but for its power of ten


def spread(values: Sequence[Sequence[float] | Vector]) -> tuple[float, float]:
    """Ends of an axis that holds 0 and all the values, five round steps apart.

    >>> spread([[3.0, 167.0]]), spread([[-7.0, 95.0]])
    ((0.0, 200.0), (-25.0, 100.0))
    """
    joined = np.concatenate([np.zeros(1), *(np.asarray(v, dtype=np.float64) for v in values)])
    finite = joined[np.isfinite(joined)]
    low, high = float(finite.min()), float(finite.max())
    if high == low:
        return 0.0, 1.0
    power = 10.0 ** np.floor(np.log10((high - low) / STEPS))
    for step in [power * size * ten for ten in (1, 10) for size in ROUND]:
        start = float(np.floor(low / step) * step)
        if start + STEPS * step >= high:
            return start, start + STEPS * step
    return low, high


@dataclass(frozen=True)
class _Frame:
    x: Axis
    y: Axis

    def at_x(self, value: float) -> float:
        share = (value - self.x.low) / (self.x.high - self.x.low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def at_y(self, value: float) -> float:
        share = (value - self.y.low) / (self.y.high - self.y.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _grid(frame: _Frame) -> list[str]:
    out = []
    for value in np.linspace(frame.y.low, frame.y.high, 6):
        at = frame.at_y(value)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}" stroke="#d9d9d9"/>')
        out.append(f'<text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{escape(frame.y.say(value))}</text>')
    for value in _steps(frame.x):
        at = frame.at_x(value)
        out.append(
            f'<text x="{at}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{escape(frame.x.say(value))}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    out.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(frame.x.label)}</text>')
    out.append(
        f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(frame.y.label)}</text>"
    )
    return out


def _steps(axis: Axis) -> list[float]:
    """Six places, or every whole number where there are few of them."""
    if axis.say is ordinal and axis.high - axis.low <= 12:
        return [float(n) for n in range(int(np.ceil(axis.low)), int(axis.high) + 1)]
    return [float(v) for v in np.linspace(axis.low, axis.high, 6)]


def _diagonal(frame: _Frame) -> str:
    low, high = max(frame.x.low, frame.y.low), min(frame.x.high, frame.y.high)
    return (
        f'<line x1="{frame.at_x(low)}" y1="{frame.at_y(low)}" x2="{frame.at_x(high)}" y2="{frame.at_y(high)}" '
        'stroke="#767676" stroke-dasharray="3 3"/>'
    )


def _watermark() -> str:
    x, y = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    return (
        f'<text x="{x}" y="{y}" text-anchor="middle" font-size="46" fill="#8a1c1c" fill-opacity="0.13" '
        f'transform="rotate(-18 {x} {y})">SIMULATED</text>'
    )


def _series(frame: _Frame, one: Series, colour: str, dash: str, number: int) -> list[str]:
    finite = [
        (place, x, y)
        for place, (x, y) in enumerate(zip(one.x, one.y, strict=True))
        if np.isfinite(x) and np.isfinite(y)
    ]
    points = " ".join(f"{frame.at_x(x)},{frame.at_y(y)}" for _, x, y in finite)
    style = f'stroke="{colour}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")
    out = [f'<polyline points="{points}" fill="none" {style}/>']
    for place, x, y in finite:
        if one.marks:
            out.append(f'<circle cx="{frame.at_x(x)}" cy="{frame.at_y(y)}" r="4" fill="{colour}"/>')
        if one.low is not None and one.high is not None and np.isfinite([one.low[place], one.high[place]]).all():
            at = frame.at_x(x)
            out.append(
                f'<line x1="{at}" x2="{at}" y1="{frame.at_y(one.low[place])}" y2="{frame.at_y(one.high[place])}" '
                f'stroke="{colour}"/>'
            )
    at = TOP + 14 + 20 * number
    out.append(f'<line x1="{WIDTH - RIGHT + 12}" x2="{WIDTH - RIGHT + 44}" y1="{at - 4}" y2="{at - 4}" {style}/>')
    out.append(f'<text x="{WIDTH - RIGHT + 50}" y="{at}">{escape(one.name)}</text>')
    return out
