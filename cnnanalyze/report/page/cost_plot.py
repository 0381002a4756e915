"""Cost plot: MACs against parameters on logarithmic axes, a dot for each network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import ceil, floor, log10, sqrt
from typing import NamedTuple

from markupsafe import Markup

from cnnanalyze.core.spelling import count_of
from cnnanalyze.drawing.families import FAMILIES
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.layers.traits import Category
from cnnanalyze.report.numbers import short
from cnnanalyze.report.page.svg import element, number
from cnnanalyze.report.placement import PlacedNetwork

WIDTH, HEIGHT = 960, 600
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 26, 46
MARGIN = 0.12
"""The room beyond the outermost networks, in powers of ten."""
LARGEST = 17.0
"""The radius of the dot with the most activations."""
SMALLEST = 3.0
LETTERS = 11
COLOURS = (
    str(Category.CONVOLUTION),
    "move",
    str(Category.POOLING),
    str(Category.DENSE),
    "up",
    str(Category.OTHER),
    str(Category.JOIN),
    str(Category.SEQUENCE),
)
"""The families of colours of layers, which tell the largest families of networks apart, too."""
REST = "point"
"""The colour of the other families."""


class LogScale(NamedTuple):
    """Where the values of a logarithmic axis lie on the paper."""

    least: float
    most: float
    start: float
    end: float

    @classmethod
    def of(cls, values: Iterable[int], start: float, end: float) -> LogScale:
        """Return the axis with room for some values.

        Examples
        --------
        >>> scale = LogScale.of([10, 1000], 0, 100)
        >>> round(scale.at(100)), [words for _, words in scale.ticks()]
        (50, ['10', '100', '1 k'])
        """
        found = [log10(value) for value in values]
        return cls(min(found) - MARGIN, max(found) + MARGIN, start, end)

    def at(self, value: float) -> float:
        """Return the coordinate of a value."""
        share = (log10(value) - self.least) / (self.most - self.least)
        return self.start + (self.end - self.start) * share

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield the coordinates of the powers of ten, with their words."""
        for power in range(ceil(self.least), floor(self.most) + 1):
            yield self.at(10**power), short(10**power)


class Dot(NamedTuple):
    """One network on the paper."""

    network: PlacedNetwork
    x: float
    y: float
    radius: float
    colour: str


Link = Callable[[PlacedNetwork], str]
"""Returns where a dot leads to; nothing where it does not."""


def colours(networks: Iterable[PlacedNetwork]) -> dict[str, str]:
    """Return the colour of each of the largest families."""
    sizes = Counter(n.family for n in networks if n.family and n.is_shown and not n.is_own)
    order = sorted(sizes, key=lambda f: (-sizes[f], f))
    return dict(zip(order, COLOURS, strict=False))


def plot(networks: Sequence[PlacedNetwork], link: Link | None = None) -> Markup:
    """Draw MACs against parameters; the area of a dot is that of the activations.

    Every dot is a link or can be reached by a script; its title says its numbers.
    """
    dots = dots_of(networks)
    x, y = _scales([d.network for d in dots])
    shown = count_of(len(dots), "network")
    words = f"MACs against parameters of {shown}, both on logarithmic axes"
    return element(
        "svg",
        element("title", words),
        *_axes(x, y),
        element("g", *(_dot(d, i, link) for i, d in enumerate(dots)), class_="dots"),
        element("g", *_labels(dots), class_="labels", aria_hidden="true"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="plot cost-plot",
        role="group",
        aria_label=words,
        data_frame=f"{LEFT} {TOP} {WIDTH - RIGHT} {HEIGHT - BOTTOM}",
    )


def _scales(networks: Sequence[PlacedNetwork]) -> tuple[LogScale, LogScale]:
    return (
        LogScale.of([n.parameters for n in networks], LEFT, WIDTH - RIGHT),
        LogScale.of([n.macs for n in networks], HEIGHT - BOTTOM, TOP),
    )


def dots_of(networks: Sequence[PlacedNetwork]) -> list[Dot]:
    """Return the dots, the largest first, so that a small one lies on a large one."""
    shown = [n for n in networks if n.is_shown]
    if not shown:
        return []
    x, y = _scales(shown)
    chosen, most = colours(networks), max(n.activations for n in shown)
    dots = [
        Dot(
            n,
            x.at(n.parameters),
            y.at(n.macs),
            max(SMALLEST, LARGEST * sqrt(n.activations / (most or 1))),
            "own" if n.is_own else f"f-{chosen.get(n.family, REST)}",
        )
        for n in shown
    ]
    return sorted(dots, key=lambda d: (d.network.is_own, -d.radius, d.network.name))


def _axes(x: LogScale, y: LogScale) -> Iterator[Markup]:
    bottom = HEIGHT - BOTTOM
    grid = [f"M{number(at)} {TOP}V{bottom}" for at, _ in x.ticks()]
    grid += [f"M{LEFT} {number(at)}H{WIDTH - RIGHT}" for at, _ in y.ticks()]
    yield element("path", d="".join(grid), class_="grid")
    yield element("path", d=f"M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}", class_="axis")
    yield element(
        "g",
        *(element("text", t, x=at, y=bottom + 17, text_anchor="middle") for at, t in x.ticks()),
        *(element("text", t, x=LEFT - 7, y=at + 4, text_anchor="end") for at, t in y.ticks()),
        class_="ticks",
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield element("text", "parameters", x=middle, y=HEIGHT - 8, text_anchor="middle")
    yield element("text", "MACs", x=LEFT - 7, y=TOP - 10, text_anchor="end")


def _dot(dot: Dot, order: int, link: Link | None) -> Markup:
    circle = element(
        "circle",
        element("title", dot.network.told),
        cx=dot.x,
        cy=dot.y,
        r=dot.radius,
        class_=f"dot {dot.colour}",
    )
    href = link(dot.network) if link else ""
    if href:
        name = dot.network.told
        return element("a", circle, href=href, data_dot=order, aria_label=name)
    return element("g", circle, data_dot=order, role="img", aria_label=dot.network.told)


class Box(NamedTuple):
    """A rectangle on the paper."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether two rectangles have a point in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def _labels(dots: Sequence[Dot]) -> Iterator[Markup]:
    """Write names where there is room: those of readers first, then the oldest of each family."""
    paper = Box(LEFT, TOP - 8, WIDTH - RIGHT, HEIGHT - BOTTOM)
    taken: list[Box] = []
    order = {id(dot): i for i, dot in enumerate(dots)}
    centres = [
        Box(d.x - r, d.y - r, d.x + r, d.y + r) for d in dots for r in [max(2.5, 0.7 * d.radius)]
    ]
    for dot in _by_weight(dots):
        name = dot.network.title
        wide = text_width(name, LETTERS)
        for left, base, anchor in (
            (dot.x + dot.radius + 3, dot.y + 4, "start"),
            (dot.x - dot.radius - 3 - wide, dot.y + 4, "end"),
            (dot.x - wide / 2, dot.y - dot.radius - 4, "middle"),
            (dot.x - wide / 2, dot.y + dot.radius + 11, "middle"),
        ):
            box = Box(left, base - 9, left + wide, base + 3)
            inside = box.left >= paper.left and box.right <= paper.right
            inside = inside and box.top >= paper.top and box.bottom <= paper.bottom
            if inside and not any(box.meets(other) for other in (*taken, *centres)):
                taken.append(box)
                at = {"start": left, "end": left + wide, "middle": left + wide / 2}[anchor]
                yield element(
                    "text",
                    name,
                    x=at,
                    y=base,
                    text_anchor=None if anchor == "start" else anchor,
                    class_="own" if dot.network.is_own else None,
                    data_dot=order[id(dot)],
                )
                break


def _by_weight(dots: Sequence[Dot]) -> list[Dot]:
    order = sorted(dots, key=lambda d: (d.network.year or 9999, d.network.name))
    first: dict[str, Dot] = {}
    for dot in order:
        first.setdefault(dot.network.family, dot)
    heads = {id(dot) for family, dot in first.items() if family}
    return sorted(order, key=lambda d: (not d.network.is_own, id(d) not in heads))


# --- a small one ----------------------------------------------------------------------------------

SMALL_WIDTH, SMALL_HEIGHT = 320, 210
_SMALL_LEFT, _SMALL_RIGHT, _SMALL_TOP, _SMALL_BOTTOM = 44, 8, 18, 34


def small_plot(networks: Sequence[PlacedNetwork], network: PlacedNetwork | None = None) -> Markup:
    """Draw all networks as points of one size, those of its family and one of them over them.

    Parameters
    ----------
    networks
        All of them.
    network
        The one that is marked; without it none is.
    """
    shown = [n for n in networks if n.is_shown]
    if network is not None and network.has_place:
        shown = [*(n for n in shown if n.name != network.name), network]
    x = LogScale.of([n.parameters for n in shown], _SMALL_LEFT, SMALL_WIDTH - _SMALL_RIGHT)
    y = LogScale.of([n.macs for n in shown], SMALL_HEIGHT - _SMALL_BOTTOM, _SMALL_TOP)

    def points(chosen: Iterable[PlacedNetwork], class_: str) -> Iterator[Markup]:
        found = "".join(f"M{round(x.at(n.parameters))} {round(y.at(n.macs))}h0" for n in chosen)
        if found:
            yield element("path", d=found, class_=class_)

    family = network.family if network is not None else ""
    kin = [n for n in shown if family and n.family == family and n is not network]
    bottom = SMALL_HEIGHT - _SMALL_BOTTOM
    grid = [f"M{round(at)} {_SMALL_TOP}V{bottom}" for at, _ in x.ticks()]
    grid += [f"M{_SMALL_LEFT} {round(at)}H{SMALL_WIDTH - _SMALL_RIGHT}" for at, _ in y.ticks()]
    words = "MACs against parameters, both on logarithmic axes"
    marked = f"{words}: {network.told}" if network is not None else words
    return element(
        "svg",
        element("path", d="".join(grid), class_="grid"),
        *(
            element("text", text, x=round(at), y=bottom + 14, text_anchor="middle")
            for at, text in x.ticks()
        ),
        *(
            element("text", text, x=_SMALL_LEFT - 5, y=round(at) + 4, text_anchor="end")
            for at, text in y.ticks()
        ),
        element("text", "MACs", x=_SMALL_LEFT - 5, y=_SMALL_TOP - 8, text_anchor="end"),
        element(
            "text",
            "parameters",
            x=SMALL_WIDTH - _SMALL_RIGHT,
            y=SMALL_HEIGHT - 4,
            text_anchor="end",
        ),
        *points((n for n in shown if n not in kin and n is not network), "points"),
        *points(kin, "points kin"),
        *points([network] if network is not None and network.has_place else [], "points here"),
        viewBox=f"0 0 {SMALL_WIDTH} {SMALL_HEIGHT}",
        class_="plot small-plot",
        role="img",
        aria_label=marked,
    )


# --- a file of its own ----------------------------------------------------------------------------


def standalone(networks: Sequence[PlacedNetwork]) -> str:
    """Return the plot as an SVG file, in plain colours where nothing else is understood."""
    drawn = str(plot(networks))
    start, _, rest = drawn.partition(">")
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" class="paper"/>'
    size = f' width="{WIDTH}" height="{HEIGHT}"'
    return f"{start}{size}><style>{_style_sheet()}</style>{paper}{rest}\n"


def _style_sheet() -> str:
    light, dark = _colour_rules(0), _colour_rules(1)
    forms = (
        "text{font:11px system-ui,sans-serif}.grid,.axis{fill:none}.dot{fill-opacity:.45}"
        ".labels text{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}"
        ".own{font-weight:700}"
    )
    return f"{forms}{light}@media (prefers-color-scheme:dark){{{dark}}}"


def _colour_rules(side: int) -> str:
    """Return the rules that name colours, of a light or of a dark page."""
    text, soft, line, paper, own = (
        ("#1a2230", "#414b5b", "#c3ccd8", "#ffffff", "#b3201b"),
        ("#e8ecf2", "#c0c9d5", "#3a4452", "#12161c", "#ff8f86"),
    )[side]
    rules = [
        f"text{{fill:{soft}}}.labels text{{fill:{text};stroke:{paper}}}.paper{{fill:{paper}}}",
        f".grid{{stroke:{line}}}.axis{{stroke:{soft}}}.dot.own{{fill:{own};stroke:{own}}}",
        f".labels .own{{fill:{own}}}",
    ]
    for name in (*COLOURS, REST):
        edge = (FAMILIES[name].light, FAMILIES[name].dark)[side][1]
        rules.append(f".f-{name}{{fill:{edge};stroke:{edge}}}")
    return "".join(rules)
