"""The U: networks that go down to small maps and up again, with links across at each size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from cnnanalyze.drawing.diagram import Figure, Label, Line
from cnnanalyze.drawing.labels import CardText
from cnnanalyze.drawing.layout_graph import GAP, LINE_OF_LABEL, Body
from cnnanalyze.drawing.part import Part
from cnnanalyze.graph.queries import longest_path

LEAST_LINKS = 2
ACROSS = 90.0
"""Between the two arms."""
LONGEST_LINK = 4
"""The most boxes on a link."""


class Arms(NamedTuple):
    """The boxes of a U, by their numbers."""

    down: tuple[int, ...]
    up: tuple[int, ...]
    """From the bottom to the top."""
    links: tuple[tuple[int, ...], ...]
    """From a box of the arm down, over boxes between, to a box of the arm up."""

    def between_ends(self) -> Arms:
        """Return the arms with one box before all others, and one after them."""
        down, up = ([v + 1 for v in arm] for arm in (self.down, self.up))
        links = tuple(tuple(v + 1 for v in link) for link in self.links)
        count = 1 + len({*down, *up, *(v for link in links for v in link)})
        return Arms((0, *down), (*up, count), links)


def find_arms(parts: list[Part], edges: list[tuple[int, str, int]]) -> Arms | None:
    """Return the arms of a U if the parts make one.

    The longest path is the U; its smallest map is the bottom. All else must be links from the arm
    down to the arm up that do not cross each other, and the arm up must make the maps larger.
    """
    n = len(parts)
    after: list[set[int]] = [set() for _ in range(n)]
    before: list[set[int]] = [set() for _ in range(n)]
    for a, _, b in edges:
        after[a].add(b)
        before[b].add(a)
    path = longest_path({v: sorted(sources) for v, sources in enumerate(before)})
    if sum(not s for s in after) != 1 or len(set(path)) < LEAST_LINKS:
        return None
    on_path = {v: i for i, v in enumerate(path)}
    sizes = [parts[v].nodes[-1].output.positions for v in path]
    smallest = min(sizes)
    bottom = len(sizes) - 1 - sizes[::-1].index(smallest)
    links = []
    for v in path[: bottom + 1]:
        for w in sorted(after[v] - {_next(path, on_path, v)}):
            link = _follow(w, after, before, on_path)
            if link is None or on_path[link[-1]] <= bottom:
                return None
            links.append((v, *link))
    linked = {v for link in links for v in link[1:-1]}
    ends = [on_path[link[-1]] for link in sorted(links, key=lambda k: on_path[k[0]])]
    if len(links) < LEAST_LINKS or linked | set(path) != set(range(n)):
        return None
    if ends != sorted(ends, reverse=True) or len(set(ends)) < len(ends):
        return None
    if any(len(after[v]) > 1 for v in path[bottom + 1 :]) or sizes[ends[0]] <= smallest:
        return None
    return Arms(tuple(path[: bottom + 1]), tuple(path[bottom + 1 :]), tuple(links))


def _next(path: Sequence[int], on_path: dict[int, int], v: int) -> int:
    return path[on_path[v] + 1] if on_path[v] + 1 < len(path) else -1


def _follow(
    v: int, after: list[set[int]], before: list[set[int]], on_path: dict[int, int]
) -> tuple[int, ...] | None:
    """Return the boxes of a link from its first on, with the one of the arm up at its end."""
    link = [v]
    while link[-1] not in on_path:
        v = link[-1]
        if len(after[v]) != 1 or len(before[v]) != 1 or len(link) > LONGEST_LINK:
            return None
        link.extend(after[v])
    return tuple(link)


def compose_arms(body: Body, arms: Arms) -> Figure:
    """Put the figures of a U at their places: the arms upright, the links level."""
    figures = body.figures
    tops = _tops(figures, arms)
    links = {link[0]: link for link in arms.links}
    wide = max(figures[v].width for v in arms.down)
    across = max(
        [ACROSS] + [sum(figures[v].width + 30 for v in link[1:-1]) + 60 for link in arms.links]
    )
    texts = 66.0
    left, right = wide / 2, wide + across + max(figures[v].width for v in arms.up) / 2
    x = dict.fromkeys(arms.down, left) | dict.fromkeys(arms.up, right)
    whole = Figure(right + max(figures[v].width for v in arms.up) / 2 + texts, 0.0)
    for link in arms.links:
        level = tops[link[-1]] + figures[link[-1]].height / 2
        free = right - left - (wide + figures[link[-1]].width) / 2
        room = free - sum(figures[v].width for v in link[1:-1])
        at = left + wide / 2
        for v in link[1:-1]:
            at += room / len(link[:-1])
            x[v] = at + figures[v].width / 2
            tops[v] = level - figures[v].height / 2
            at += figures[v].width
    shown: set[int] = set()
    for a, source, b in body.edges:
        whole.things.append(_line(a, b, arms, x, tops, figures, links))
        text = body.labels.get(source, CardText()).text
        if text and a not in shown and a in {*arms.down, *arms.up}:
            shown.add(a)
            goes_up = a in arms.up or a == arms.down[-1]
            y = tops[a] - 7 if a in arms.up else tops[a] + figures[a].height + 13
            if goes_up and a not in arms.up:
                level = tops[a] + figures[a].height / 2
                whole.things.append(Label(x[a] + figures[a].width / 2 + 6, level - 5, text))
            else:
                whole.things.append(Label(x[a] + 6, y, text))
    for v, figure in enumerate(figures):
        whole.put(figure, x[v] - figure.width / 2, tops[v])
    whole.height = max(tops[v] + f.height for v, f in enumerate(figures))
    return whole


def _tops(figures: list[Figure], arms: Arms) -> dict[int, float]:
    """Return how high each box of the arms is, so that every link is level."""
    step = GAP + LINE_OF_LABEL
    ends = {link[0]: link[-1] for link in arms.links}
    starts = {link[-1]: link[0] for link in arms.links}
    tops: dict[int, float] = {}
    # From the bottom up, both arms at once: what lies between two links takes the larger room.
    low = 0.0
    down, up = list(arms.down[::-1]), list(arms.up)
    while down or up:
        left = _until(down, ends)
        right = _until(up, starts)
        heights = [sum(figures[v].height + step for v in arm) for arm in (left, right)]
        room = max(heights)
        for arm, linked in ((left, ends), (right, starts)):
            y = low
            for v in arm:
                if v in linked:
                    middle = low - room + step + max(figures[w].height for w in (v, linked[v])) / 2
                    tops[v] = middle - figures[v].height / 2
                    continue
                y -= figures[v].height
                tops[v] = y
                y -= step
        low -= room + 8
        del down[: len(left)], up[: len(right)]
    least = min(tops.values())
    return {v: y - least for v, y in tops.items()}


def _until(arm: list[int], linked: dict[int, int]) -> list[int]:
    """Return the beginning of an arm up to the first box with a link."""
    at = next((i for i, v in enumerate(arm) if v in linked), len(arm) - 1)
    return arm[: at + 1]


def _line(
    a: int,
    b: int,
    arms: Arms,
    x: dict[int, float],
    tops: dict[int, float],
    figures: list[Figure],
    links: dict[int, tuple[int, ...]],
) -> Line:
    ends = (a, b)
    middle = {v: tops[v] + figures[v].height / 2 for v in (a, b)}
    along = any((a, b) in pairwise(link) for link in links.values())
    if along:
        points = (
            (x[a] + figures[a].width / 2, middle[a]),
            (x[b] - figures[b].width / 2, middle[b]),
        )
        return Line(0, 0, points, "rail", ends=ends)
    if b in arms.up and a in arms.up:
        return Line(0, 0, ((x[a], tops[a]), (x[b], tops[b] + figures[b].height)), "edge", ends=ends)
    right = (x[a] + figures[a].width / 2, middle[a])
    foot = (x[b], tops[b] + figures[b].height)
    if b in arms.up and foot[1] < middle[a]:  # the lowest box up stands higher: round the corner
        return Line(0, 0, (right, (x[b], middle[a]), foot), "rail", ends=ends)
    if b in arms.up:  # from the lowest box down to the lowest box up
        level = max(middle.values())
        points = (
            (x[a] + figures[a].width / 2, level),
            (x[b] - figures[b].width / 2, level),
        )
        return Line(0, 0, points, "rail", ends=ends)
    return Line(0, 0, ((x[a], tops[a] + figures[a].height), (x[b], tops[b])), "edge", ends=ends)
