"""U layout: networks with an encoder, a decoder and skip connections between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from cnnanalyze.drawing.diagram import Diagram, EdgeLabel, EdgeLine
from cnnanalyze.drawing.labels import VaryingText
from cnnanalyze.drawing.layout_graph import GAP, LINE_OF_LABEL, LayoutGraph
from cnnanalyze.drawing.part import Part
from cnnanalyze.graph.queries import longest_path

LEAST_SKIPS = 2
BETWEEN_PATHS = 90.0
"""The distance of encoder and decoder."""
LONGEST_SKIP = 4
"""The most boxes on a skip connection."""


class UShape(NamedTuple):
    """The boxes of a U, by index."""

    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    """From the smallest map to the largest."""
    skips: tuple[tuple[int, ...], ...]
    """From a box of the encoder, over boxes between, to a box of the decoder."""

    def between_ends(self) -> UShape:
        """Return the same U with one more box before all others, and one after them."""
        encoder, decoder = ([v + 1 for v in path] for path in (self.encoder, self.decoder))
        skips = tuple(tuple(v + 1 for v in skip) for skip in self.skips)
        count = 1 + len({*encoder, *decoder, *(v for skip in skips for v in skip)})
        return UShape((0, *encoder), (*decoder, count), skips)


def find_u_shape(parts: list[Part], edges: list[tuple[int, str, int]]) -> UShape | None:
    """Return the U that the parts form, if they form one.

    The longest path is the U, and its smallest map divides encoder and decoder. All other boxes
    must belong to skip connections that do not cross, and the decoder must make the maps larger.
    """
    n = len(parts)
    after: list[set[int]] = [set() for _ in range(n)]
    before: list[set[int]] = [set() for _ in range(n)]
    for a, _, b in edges:
        after[a].add(b)
        before[b].add(a)
    main_path = longest_path({v: sorted(sources) for v, sources in enumerate(before)})
    if sum(not s for s in after) != 1 or len(set(main_path)) < LEAST_SKIPS:
        return None
    on_main_path = {v: i for i, v in enumerate(main_path)}
    sizes = [parts[v].nodes[-1].output.positions for v in main_path]
    smallest = min(sizes)
    bottom = len(sizes) - 1 - sizes[::-1].index(smallest)
    skips = []
    for v in main_path[: bottom + 1]:
        for w in sorted(after[v] - {_next(main_path, on_main_path, v)}):
            skip = _follow(w, after, before, on_main_path)
            if skip is None or on_main_path[skip[-1]] <= bottom:
                return None
            skips.append((v, *skip))
    with_skip = {v for skip in skips for v in skip[1:-1]}
    ends = [on_main_path[skip[-1]] for skip in sorted(skips, key=lambda k: on_main_path[k[0]])]
    if len(skips) < LEAST_SKIPS or with_skip | set(main_path) != set(range(n)):
        return None
    if ends != sorted(ends, reverse=True) or len(set(ends)) < len(ends):
        return None
    if any(len(after[v]) > 1 for v in main_path[bottom + 1 :]) or sizes[ends[0]] <= smallest:
        return None
    return UShape(tuple(main_path[: bottom + 1]), tuple(main_path[bottom + 1 :]), tuple(skips))


def _next(main_path: Sequence[int], on_main_path: dict[int, int], v: int) -> int:
    return main_path[on_main_path[v] + 1] if on_main_path[v] + 1 < len(main_path) else -1


def _follow(
    v: int, after: list[set[int]], before: list[set[int]], on_main_path: dict[int, int]
) -> tuple[int, ...] | None:
    """Return the boxes of a skip connection up to that of the decoder; nothing if it is none."""
    skip = [v]
    while skip[-1] not in on_main_path:
        v = skip[-1]
        if len(after[v]) != 1 or len(before[v]) != 1 or len(skip) > LONGEST_SKIP:
            return None
        skip.extend(after[v])
    return tuple(skip)


def lay_out_u(graph: LayoutGraph, u_shape: UShape) -> Diagram:
    """Lay out a U: encoder and decoder vertical, skip connections horizontal."""
    diagrams = graph.diagrams
    tops = _tops(diagrams, u_shape)
    skips = {skip[0]: skip for skip in u_shape.skips}
    wide = max(diagrams[v].width for v in u_shape.encoder)
    across = max(
        [BETWEEN_PATHS]
        + [sum(diagrams[v].width + 30 for v in skip[1:-1]) + 60 for skip in u_shape.skips]
    )
    texts = 66.0
    left, right = wide / 2, wide + across + max(diagrams[v].width for v in u_shape.decoder) / 2
    x = dict.fromkeys(u_shape.encoder, left) | dict.fromkeys(u_shape.decoder, right)
    whole = Diagram(right + max(diagrams[v].width for v in u_shape.decoder) / 2 + texts, 0.0)
    for skip in u_shape.skips:
        level = tops[skip[-1]] + diagrams[skip[-1]].height / 2
        free = right - left - (wide + diagrams[skip[-1]].width) / 2
        room = free - sum(diagrams[v].width for v in skip[1:-1])
        at = left + wide / 2
        for v in skip[1:-1]:
            at += room / len(skip[:-1])
            x[v] = at + diagrams[v].width / 2
            tops[v] = level - diagrams[v].height / 2
            at += diagrams[v].width
    shown: set[int] = set()
    for a, source, b in graph.edges:
        whole.elements.append(_line(a, b, u_shape, x, tops, diagrams, skips))
        text = graph.labels.get(source, VaryingText()).text
        if text and a not in shown and a in {*u_shape.encoder, *u_shape.decoder}:
            shown.add(a)
            goes_up = a in u_shape.decoder or a == u_shape.encoder[-1]
            y = tops[a] - 7 if a in u_shape.decoder else tops[a] + diagrams[a].height + 13
            if goes_up and a not in u_shape.decoder:
                level = tops[a] + diagrams[a].height / 2
                whole.elements.append(EdgeLabel(x[a] + diagrams[a].width / 2 + 6, level - 5, text))
            else:
                whole.elements.append(EdgeLabel(x[a] + 6, y, text))
    for v, diagram in enumerate(diagrams):
        whole.add(diagram, x[v] - diagram.width / 2, tops[v])
    whole.height = max(tops[v] + f.height for v, f in enumerate(diagrams))
    return whole


def _tops(diagrams: list[Diagram], u_shape: UShape) -> dict[int, float]:
    """Return the top of each box, such that every skip connection is horizontal."""
    step = GAP + LINE_OF_LABEL
    ends = {skip[0]: skip[-1] for skip in u_shape.skips}
    starts = {skip[-1]: skip[0] for skip in u_shape.skips}
    tops: dict[int, float] = {}
    # From the smallest map up: between two skip connections, the higher path decides the room.
    low = 0.0
    encoder, decoder = list(u_shape.encoder[::-1]), list(u_shape.decoder)
    while encoder or decoder:
        left = _until(encoder, ends)
        right = _until(decoder, starts)
        heights = [sum(diagrams[v].height + step for v in path) for path in (left, right)]
        room = max(heights)
        for path, with_skip in ((left, ends), (right, starts)):
            y = low
            for v in path:
                if v in with_skip:
                    middle = (
                        low - room + step + max(diagrams[w].height for w in (v, with_skip[v])) / 2
                    )
                    tops[v] = middle - diagrams[v].height / 2
                    continue
                y -= diagrams[v].height
                tops[v] = y
                y -= step
        low -= room + 8
        del encoder[: len(left)], decoder[: len(right)]
    least = min(tops.values())
    return {v: y - least for v, y in tops.items()}


def _until(path: list[int], with_skip: dict[int, int]) -> list[int]:
    """Return the beginning of a path up to the first box with a skip connection."""
    at = next((i for i, v in enumerate(path) if v in with_skip), len(path) - 1)
    return path[: at + 1]


def _line(
    a: int,
    b: int,
    u_shape: UShape,
    x: dict[int, float],
    tops: dict[int, float],
    diagrams: list[Diagram],
    skips: dict[int, tuple[int, ...]],
) -> EdgeLine:
    ends = (a, b)
    middle = {v: tops[v] + diagrams[v].height / 2 for v in (a, b)}
    along = any((a, b) in pairwise(skip) for skip in skips.values())
    if along:
        points = (
            (x[a] + diagrams[a].width / 2, middle[a]),
            (x[b] - diagrams[b].width / 2, middle[b]),
        )
        return EdgeLine(0, 0, points, "rail", ends=ends)
    if b in u_shape.decoder and a in u_shape.decoder:
        return EdgeLine(
            0, 0, ((x[a], tops[a]), (x[b], tops[b] + diagrams[b].height)), "edge", ends=ends
        )
    right = (x[a] + diagrams[a].width / 2, middle[a])
    corner = (x[b], tops[b] + diagrams[b].height)
    if b in u_shape.decoder and corner[1] < middle[a]:  # the lowest of the decoder stands higher
        return EdgeLine(0, 0, (right, (x[b], middle[a]), corner), "rail", ends=ends)
    if b in u_shape.decoder:  # from the last box of the encoder to the first of the decoder
        level = max(middle.values())
        points = (
            (x[a] + diagrams[a].width / 2, level),
            (x[b] - diagrams[b].width / 2, level),
        )
        return EdgeLine(0, 0, points, "rail", ends=ends)
    return EdgeLine(
        0, 0, ((x[a], tops[a] + diagrams[a].height), (x[b], tops[b])), "edge", ends=ends
    )
