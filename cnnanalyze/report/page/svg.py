"""Vector graphics: elements, escaped; scales with round ticks; paths with short coordinates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import floor, log10
from typing import NamedTuple

from markupsafe import Markup, escape

Point = tuple[float, float]


def element(name: str, *children: object, **attributes: object) -> Markup:
    """Write an element; texts and attributes are escaped, elements in it are not written anew.

    ``class_`` is written for ``class``, and an underscore within a word for a hyphen.

    Examples
    --------
    >>> print(element("text", "<b>", x=3.0, class_="label", data_id='"'))
    <text x="3" class="label" data-id="&#34;">&lt;b&gt;</text>
    >>> print(element("path", d="M0 0h1"))
    <path d="M0 0h1"/>
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_brief(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(map(escape, children))
    text = f"<{name}{given}>{inside}</{name}>" if children else f"<{name}{given}/>"
    return Markup(text)  # noqa: S704 - every part is escaped above


def _brief(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """Return a coordinate with one decimal at most.

    Examples
    --------
    >>> number(3.04), number(-0.04), number(2.55)
    ('3', '0', '2.5')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def box(x: float, y: float, width: float, height: float) -> str:
    """Return the path of a rectangle, which is shorter than the element for it.

    Examples
    --------
    >>> box(1, 2, 30, 4.5)
    'M1 2h30v4.5h-30z'
    """
    return f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}z"


def polyline(points: Iterable[Point]) -> str:
    """Return the path through some points.

    Examples
    --------
    >>> polyline([(0, 0), (1, 2.5), (3, 1)])
    'M0 0L1 2.5L3 1'
    """
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


class Canvas:
    """What was drawn, by class: all of one colour together need to name it only once."""

    def __init__(self) -> None:
        self.by_class: dict[str, list[Markup]] = {}

    def draw(self, class_: str, part: Markup) -> None:
        """Draw something. Marks do not lie on each other; texts come after what they lie on."""
        self.by_class.setdefault(class_, []).append(part)

    def groups(self) -> Iterator[Markup]:
        """Return what was drawn."""
        return (element("g", *parts, class_=name) for name, parts in self.by_class.items())


class AxisScale(NamedTuple):
    """Where the values of an axis lie on the paper."""

    most: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the coordinate of a value."""
        return self.start + (self.end - self.start) * value / (self.most or 1)

    def ticks(self, wanted: int = 5, step: float | None = None) -> Sequence[int]:
        """Return about this number of round values from 0 to the most.

        Examples
        --------
        >>> list(AxisScale(483, 0, 100).ticks())
        [0, 100, 200, 300, 400]
        >>> list(AxisScale(7, 0, 100).ticks())
        [0, 2, 4, 6]
        """
        rough = max(self.most / wanted, 1)
        if step is None:
            power = 10 ** floor(log10(rough))
            step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
        return range(0, int(self.most) + 1, int(step))
