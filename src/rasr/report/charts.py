"""The charts of a report as SVG: danger over time, stacked bars, and small marks for tables.

Each chart gives numbers only in its axes; the table beside it holds them all. Colours are classes of the style sheet,
so that light, dark and print each have their own.

>>> nice_ticks(0.037)
[0.0, 0.01, 0.02, 0.03, 0.04]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rasr.report.svg import element, number, path, picture

WIDTH, HEIGHT = 720.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 14.0, 14.0, 34.0
LAST_LABEL_PX = 22.0
"""How far the last label reaches beyond its place, so that larger letters grow inwards."""
MARK_WIDTH, MARK_HEIGHT = 150.0, 18.0
WIDEST_BAND = 3.0
"""An interval reaching higher than this many times the value would flatten the line: the table tells it instead."""
Write = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """A named row of values, one per label, with a class of the style sheet; low and high make a band."""

    name: str
    values: Sequence[float]
    css: str
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Caption:
    """What a screen reader says of a chart; ident is unique in the page."""

    ident: str
    title: str
    description: str


def nice_ticks(top: float, most: int = 5) -> list[float]:
    """Round numbers from 0 to at least ``top``, at most ``most`` steps."""
    if top <= 0:
        return [0.0, 1.0]
    rough = top / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    return [float(f"{step * index:.6g}") for index in range(math.ceil(top / step - 1e-9) + 1)]


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _axes(ticks: Sequence[float], places: Sequence[tuple[float, str]], write: Write) -> list[Markup]:
    drawn = []
    for tick in ticks:
        y = _y(tick, ticks[-1])
        css = "axis" if tick == 0 else "grid"
        drawn.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_=css))
        drawn.append(element("text", write(tick), x=LEFT - 8, y=y + 4, class_="tick end"))
    for index, (x, label) in enumerate(places):
        last = index == len(places) - 1
        css = f"tick {'end' if last else 'middle'}{' odd' if index % 2 else ''}"
        drawn.append(element("text", label, x=x + LAST_LABEL_PX if last else x, y=HEIGHT - 10, class_=css))
    return drawn


def line_chart(caption: Caption, labels: Sequence[str], series: Sequence[Series], write: Write) -> Markup:
    """Lines over equally spaced labels from zero, with bands where they do not flatten the lines."""
    highest = max((value for line in series for value in line.values), default=0.0)
    bands = [line for line in series if line.high and max(line.high) <= WIDEST_BAND * highest]
    ticks = nice_ticks(max([highest, *(max(line.high) for line in bands)]))
    step = (WIDTH - LEFT - RIGHT - 24) / max(len(labels) - 1, 1)
    xs = [LEFT + 12 + step * index for index in range(len(labels))]
    drawn = _axes(ticks, list(zip(xs, labels, strict=True)), write)
    for line in bands:
        upper = [(x, _y(value, ticks[-1])) for x, value in zip(xs, line.high, strict=True)]
        lower = [(x, _y(value, ticks[-1])) for x, value in zip(xs, line.low, strict=True)]
        drawn.append(element("path", d=path([*upper, *reversed(lower)], closed=True), class_=f"band {line.css}"))
    for line in series:
        points = [(x, _y(value, ticks[-1])) for x, value in zip(xs, line.values, strict=True)]
        drawn.append(element("path", d=path(points), class_=f"line {line.css}"))
        drawn += [element("circle", cx=x, cy=y, r=3.5, class_=f"dot {line.css}") for x, y in points]
    return picture(caption.ident, caption.title, caption.description, (WIDTH, HEIGHT), *drawn, css="chart")


def stacked_bars(caption: Caption, labels: Sequence[str], series: Sequence[Series], write: Write) -> Markup:
    """One bar per label, its parts stacked in the order of the series."""
    sums = [sum(part.values[index] for part in series) for index in range(len(labels))]
    ticks = nice_ticks(max(sums, default=0.0))
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    drawn = _axes(ticks, [(LEFT + slot * (index + 0.5), label) for index, label in enumerate(labels)], write)
    for index in range(len(labels)):
        below = 0.0
        for part in series:
            top, bottom = _y(below + part.values[index], ticks[-1]), _y(below, ticks[-1])
            below += part.values[index]
            if bottom - top > 0:
                box = {"x": LEFT + slot * (index + 0.2), "width": slot * 0.6, "y": top, "height": bottom - top}
                drawn.append(element("rect", **box, class_=f"bar {part.css}"))
    return picture(caption.ident, caption.title, caption.description, (WIDTH, HEIGHT), *drawn, css="chart")


@dataclass(frozen=True)
class LogScale:
    """A scale of powers of ten shared by the marks of one table."""

    first_power: int
    last_power: int

    @classmethod
    def over(cls, values: Sequence[float]) -> LogScale:
        """The scale that holds every value above zero."""
        positive = [value for value in values if value > 0] or [1.0]
        first = math.floor(math.log10(min(positive)))
        return cls(first, max(math.ceil(math.log10(max(positive))), first + 1))

    def x(self, value: float) -> float:
        """Where on a mark a value lies; zero and below lie at the left end."""
        power = math.log10(value) if value > 0 else float(self.first_power)
        part = (power - self.first_power) / (self.last_power - self.first_power)
        return 4 + (MARK_WIDTH - 8) * min(max(part, 0.0), 1.0)


def range_mark(low: float, value: float, high: float, scale: LogScale) -> Markup:
    """A dot with its interval on a scale of powers of ten; decoration beside the written figures."""
    middle = MARK_HEIGHT / 2
    powers = range(scale.first_power, scale.last_power + 1)
    drawn = [
        element("line", x1=x, x2=x, y1=3.0, y2=MARK_HEIGHT - 3, class_="grid")
        for x in (scale.x(10.0**power) for power in powers)
    ]
    if value > 0:
        drawn.append(element("line", x1=scale.x(low), x2=scale.x(high), y1=middle, y2=middle, class_="whisker"))
        drawn.append(element("circle", cx=scale.x(value), cy=middle, r=4.5, class_="point"))
    size = f"0 0 {number(MARK_WIDTH)} {number(MARK_HEIGHT)}"
    return element("svg", *drawn, class_="mark", viewBox=size, aria_hidden="true", focusable="false")


def bar_mark(share: float, css: str = "series-1") -> Markup:
    """A bar of a share of the longest, 0 to 1; decoration beside the written figure."""
    bar = element("rect", x=0, y=4, width=max(MARK_WIDTH * share, 1.0), height=MARK_HEIGHT - 8, class_=f"bar {css}")
    size = f"0 0 {number(MARK_WIDTH)} {number(MARK_HEIGHT)}"
    return element("svg", bar, class_="mark", viewBox=size, aria_hidden="true", focusable="false")
