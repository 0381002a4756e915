"""Edge paths: splines and orthogonal lines, with arrow heads."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.drawing.diagram import Point
from cnnanalyze.drawing.text_metrics import number

CORNER = 6.0
TIP, HALF_TIP = 6.5, 3.5
STRAIGHT = 0.05
"""Less than this is nothing in what is written."""


def smooth(points: Sequence[Point], *, is_level: bool = False) -> str:
    """Return a path that leaves and enters every point upright, or level.

    Examples
    --------
    >>> smooth([(0, 0), (0, 10), (8, 20)]), smooth([(0, 0), (10, 0), (20, 8)], is_level=True)
    ('M0 0V10C0 15 8 15 8 20', 'M0 0H10C15 0 15 8 20 8')
    """
    if is_level:
        return _level(points)
    (x, y), *rest = points
    path = f"M{number(x)} {number(y)}"
    for a, b in rest:
        if abs(a - x) < STRAIGHT:
            path += f"V{number(b)}"
        else:
            middle = number((y + b) / 2)
            path += f"C{number(x)} {middle} {number(a)} {middle} {number(a)} {number(b)}"
        x, y = a, b
    return path


def _level(points: Sequence[Point]) -> str:
    (x, y), *rest = points
    path = f"M{number(x)} {number(y)}"
    for a, b in rest:
        if abs(b - y) < STRAIGHT:
            path += f"H{number(a)}"
        else:
            middle = number((x + a) / 2)
            path += f"C{middle} {number(y)} {middle} {number(b)} {number(a)} {number(b)}"
        x, y = a, b
    return path


def cornered(points: Sequence[Point]) -> str:
    """Return a path of level and upright lines with round corners.

    Examples
    --------
    >>> cornered([(0, 0), (20, 0), (20, 20)])
    'M0 0L14 0Q20 0 20 6L20 20'
    """
    path = f"M{number(points[0][0])} {number(points[0][1])}"
    for (x0, y0), (x, y), (x1, y1) in zip(points, points[1:], points[2:], strict=False):
        r = min(CORNER, (abs(x - x0) + abs(y - y0)) / 2, (abs(x1 - x) + abs(y1 - y)) / 2)
        ax, ay = x + r * _sign(x0 - x), y + r * _sign(y0 - y)
        bx, by = x + r * _sign(x1 - x), y + r * _sign(y1 - y)
        path += f"L{number(ax)} {number(ay)}Q{number(x)} {number(y)} {number(bx)} {number(by)}"
    return f"{path}L{number(points[-1][0])} {number(points[-1][1])}"


def tip(points: Sequence[Point], *, is_smooth: bool, is_level: bool = False) -> str:
    """Return the arrow head at the end of a path.

    Examples
    --------
    >>> tip([(0, 0), (0, 20)], is_smooth=True)
    'M0 20l-3.5 -6.5h7z'
    """
    (x0, y0), (x, y) = points[-2], points[-1]
    if not is_level if is_smooth else abs(x - x0) < STRAIGHT:
        away, side = f"-{HALF_TIP} {number(-TIP * _sign(y - y0))}", "h"
    else:
        away, side = f"{number(-TIP * _sign(x - x0))} -{HALF_TIP}", "v"
    return f"M{number(x)} {number(y)}l{away}{side}{number(2 * HALF_TIP)}z"


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
