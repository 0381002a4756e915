"""Composing: the figures of a whole network, from its parts and the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnanalyze.core.shape import Shape
from cnnanalyze.drawing.block_names import block_name
from cnnanalyze.drawing.box_grouping import Box
from cnnanalyze.drawing.column_layout import Column
from cnnanalyze.drawing.detail_plan import Card, Plan
from cnnanalyze.drawing.diagram import Figure, Frame, Tile
from cnnanalyze.drawing.families import family
from cnnanalyze.drawing.labels import (
    CardBlock,
    CardText,
    Words,
    box_words,
    grouped,
    repeated,
    said,
    shape_words,
)
from cnnanalyze.drawing.layout_graph import Body
from cnnanalyze.drawing.node_placement import assign_rows
from cnnanalyze.drawing.part import Part
from cnnanalyze.drawing.part_tree import Planter
from cnnanalyze.drawing.rank_layout import Rows
from cnnanalyze.drawing.text_metrics import shorten, text_width
from cnnanalyze.drawing.u_layout import compose_arms, find_arms
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import INPUT, Node
from cnnanalyze.layers.traits import Trait

TITLE, SMALL, BOLD = 12, 10, 1.07
"""Sizes of the words in a box, and how much wider bold ones are."""
LEAST = 96.0
"""No box with a layer is narrower."""
LINE = 13.0
PAD = 12.0
HEAD = 20.0
"""The room for the name of a frame."""
BADGE = 24.0
BAR = 30.0
"""The room for the name of a card, from which its edges come."""
STUB = 18.0
"""How far these run without an obstacle."""
MOST_IN_A_U = 60
"""A network of more boxes is drawn as a U only if its blocks make one."""

LONGEST_HEADING = 30
CROWD = 100
"""More lanes than this, and than twice the boxes and edges, become rails beside a column."""

References = list[CardBlock]


class Composer:
    """Makes figures of parts; equal parts at the same place of equal groups share a figure."""

    def __init__(self, network: Network, planter: Planter, plan: Plan, *, values: bool) -> None:
        self.network = network
        self.planter = planter
        self.plan = plan
        self.values = values
        """Whether each box shows a number besides its words."""
        self.seen: list[Tile] = []

    def whole(self, root: Part) -> Figure:
        """Return the network: its input, what is at its top, its outputs."""
        for candidate in (_flat(root), root) if len(self.network.inputs) == 1 else ():
            parts = candidate.children
            if len(parts) > MOST_IN_A_U or any(
                p.shape.box is None and not self.plan.has_card(p) for p in parts
            ):
                continue
            arms = find_arms(parts, list(self.planter.wiring(candidate).edges))
            if arms is not None:
                return compose_arms(self.spine(candidate), arms.between_ends())
        return compose(self.spine(root), 0.0, 0.0)

    def spine(self, root: Part) -> Body:
        """Return the parts at the top of the network, between ends for what comes in and out."""
        body = self.body([root], [])
        network = self.network
        starts = {str(name): place for place, name in enumerate(network.inputs)}
        count = len(starts)
        figures = [_start(name, one.shape) for name, one in network.inputs.items()]
        figures += body.figures
        edges = [(starts[s], s, b + count) for s, b in body.entries]
        edges += [(a + count, s, b + count) for a, s, b in body.edges]
        wiring = dict(body.exits)
        labels = dict(body.labels)
        for output in network.outputs:
            name = "output" if len(network.outputs) == 1 else shorten(output.partition("/")[0], 18)
            shape = shape_words([network.shape_of(output)])
            labels.pop(output, None)
            tile = Tile(0, 0, 0, 0, "end", "end", Words(name, after=(("", shape),)))
            source = starts.get(output)
            last = wiring[output] + count if source is None else source
            edges.append((last, str(output), len(figures)))
            figures.append(_ended(tile))
        buses = frozenset(
            (a if above < 0 else above + count, b + count)
            for above, b in body.buses
            for a in (starts.values() if above < 0 else (0,))
        )
        return Body(figures, edges, labels=labels, buses=buses)

    def body(self, parts: Sequence[Part], references: References) -> Body:
        """Return the inside of a group; of several equal ones, drawn as one."""
        first = parts[0]
        wiring = self.planter.wiring(first)
        columns = [[p.children[i] for p in parts] for i in range(len(first.children))]
        figures = [self.figure(column, references) for column in columns]
        _same_width(figures)
        ids = {}
        homes = {s: a for a, s, _ in wiring.edges} | dict(wiring.exits)
        for source, at in homes.items():
            ids[source] = self._label(source, columns[at], references)
        if references:
            ids.update(self._entry_labels(parts, references))
        concatenated = [
            frozenset(c.box.main.inputs if c.box and _concatenates(c.box.main) else ())
            for c in first.children
        ]
        buses = frozenset(
            (a, b)
            for a, s, b in [*((-1, s, b) for s, b in wiring.entries), *wiring.edges]
            if s in concatenated[b]
        )
        return Body(
            figures, list(wiring.edges), list(wiring.entries), list(wiring.exits), ids, buses
        )

    def _label(self, source: str, column: list[Part], references: References) -> CardText:
        """Return the shape on the edges with the output of a layer."""
        child = column[0]
        at = child.places[source]
        nodes = [p.nodes[at - len(child.nodes)] if at else p.nodes[0] for p in column]
        if any(len(p.nodes) != len(child.nodes) for p in column):
            nodes = [p.nodes[-1] for p in column]
        return said([n.output for n in nodes], references)

    def _entry_labels(
        self, parts: Sequence[Part], references: References
    ) -> Iterator[tuple[str, CardText]]:
        """Yield the shape of everything that a group reads from outside."""
        read = [self.planter.wiring(p).sources for p in parts]
        for at, source in enumerate(read[0]):
            yield source, said([self.network.shape_of(s[at]) for s in read], references)

    def figure(self, parts: Sequence[Part], references: References) -> Figure:
        """Return the figure of a part: a box, a reference to a card, or a frame."""
        first = parts[0]
        members = [m for p in parts for m in (p.members or (p,))]
        # What the uses read and output counts for each member of a repeated part.
        inner = [r for r, p in zip(references, parts, strict=False) for _ in p.paths]
        uses = grouped(parts, references)
        counts = tuple(found[0].times for found in uses)
        if first.shape.box is not None:
            boxes = tuple(m.box for m in members if m.box is not None)
            return self._layer(parts, boxes, inner, counts)
        if self.plan.has_card(first):
            return self._reference(parts, references)
        if len(parts) == 1 and first.times > 1:
            inner, members = inner[:1], members[:1]
        inside = compose(self.body(members, inner), HEAD, PAD)
        names = tuple(shorten(_name(found[0]), 24) for found in uses)
        frame = Frame(0, 0, 0, 0, shorten(_name(first), 24), first, first.times, "", names, counts)
        return framed(inside, frame)

    def _layer(
        self,
        parts: Sequence[Part],
        boxes: tuple[Box, ...],
        references: References,
        counts: tuple[int, ...],
    ) -> Figure:
        part, single = parts[0], len(parts) == 1
        if part.times > 1 and single:
            words = box_words(boxes[:1], references[:1])
        else:
            words = box_words(boxes, references)
        main = boxes[0].main
        kind = "join" if Trait.JOIN in main.layer.traits else "layer"
        owners = tuple(r.use for r in references)
        tile = Tile(0, 0, 0, 0, kind, family(main), words, part, boxes, "", single, owners)
        return self._shown(tile, counts)

    def _reference(self, parts: Sequence[Part], references: References) -> Figure:
        first = parts[0]
        card = self.plan.card(first)
        boxes = tuple(b for p in parts for b in p.boxes)
        uses = grouped(parts, references)
        names = tuple(shorten(_name(found[0]), 22) for found in uses)
        after = (("", "shared"),) if first.is_shared else ()
        words = Words(shorten(_name(first), 22), after=after, titles=names)
        owners = tuple(r.use for r, p in zip(references, parts, strict=False) for _ in p.boxes)
        single = len(parts) == 1
        tile = Tile(0, 0, 0, 0, "block", "block", words, first, boxes, card.letter, single, owners)
        return self._shown(tile, [found[0].times for found in uses])

    def _shown(self, tile: Tile, times: Sequence[int]) -> Figure:
        """Return the figure of a box, with the number of repeats in each use of its card."""
        titles = map(repeated, tile.words.titles, times)
        tile = tile._replace(words=tile.words._replace(titles=tuple(titles)))
        self.seen.append(tile)
        return _boxed(self._sized(tile))

    def _sized(self, tile: Tile) -> Tile:
        words = tile.words
        times = tile.part.times if tile.part else 1
        # The box fits what it says of any block that the card around it represents.
        title = CardText(repeated(words.title, times), words.titles)
        width = title.width(TITLE) * BOLD
        if tile.kind == "join":
            marks = " · ".join(w for _, w in words.after if w)
            width = max(28.0, width + (text_width("  " + marks, SMALL) if marks else 0) + 16)
            return tile._replace(width=round(width), height=24.0)
        name = max((words.name, *words.names), key=lambda n: text_width(n, SMALL))
        rows = [
            " · ".join(filter(None, [name, *(w for _, w in words.after)])),
            " · ".join(w for _, w in words.before),
        ]
        width = max(width, *(text_width(r, SMALL) for r in rows)) + 20
        height = 26.0 + LINE * sum(map(bool, rows)) + (LINE if self.values else 0)
        if tile.kind == "block":
            width, height = width + BADGE, max(height, 34.0)
        return tile._replace(width=round(max(width, LEAST)), height=height)

    def cards_figures(self) -> list[Figure]:
        """Return a figure for each card that a reference refers to; they may refer to more."""
        figures = []
        for card in self.plan.cards:
            parts = card.parts
            inside = compose(
                self.body(parts, block_references(parts, self.planter, self.network)), STUB, PAD
            )
            titles = tuple(shorten(p.path, LONGEST_HEADING) for p in parts)
            frame = Frame(0, 0, 0, 0, self.card_title(card), parts[0], 1, card.letter, titles)
            several = any(p.times > 1 for p in card.places)
            figures.append(framed(inside, frame, "…9" * several))
        return figures

    def card_title(self, card: Card) -> str:
        """Return the name of a card: that of its block, or that of its first use."""
        return shorten(block_name(card.parts[0], self.network), 24)


def compose(body: Body, head: float, foot: float) -> Figure:
    """Put a body together; ``head`` and ``foot`` are the room above and below for its border."""
    if _is_column(body) or _is_crowded(body):
        return Column(body, head, foot).figure()
    return Rows(body, head, foot).figure()


def _is_column(body: Body) -> bool:
    """Whether every figure can be below the one before."""
    if len(body.sources) > 1 or any(a != len(body.figures) - 1 for _, a in body.exits):
        return False
    pairs = {(a, b) for a, _, b in body.edges}
    rows = assign_rows(len(body.figures), sorted(pairs))
    return len(set(rows)) == len(rows)


def _is_crowded(body: Body) -> bool:
    """Whether more edges pass more rows than anybody could follow between the boxes."""
    count = len(body.figures)
    pairs = {(a, b) for a, _, b in body.edges}
    rows = assign_rows(count, sorted(pairs))
    last = max(rows, default=0)
    lanes = sum(rows[b] - rows[a] - 1 for a, b in pairs)
    lanes += sum(rows[b] for _, b in body.entries) + sum(last - rows[a] for _, a in body.exits)
    return lanes > CROWD + 2 * (count + len(body.edges) + len(body.entries) + len(body.exits))


def block_references(parts: Sequence[Part], planter: Planter, network: Network) -> References:
    """Return, for each use of a form, what it reads first and outputs last."""
    found = []
    for use, part in enumerate(parts):
        wiring = planter.wiring(part)
        read = wiring.sources[0] if wiring.sources else str(INPUT)
        last = wiring.exits[-1][0] if wiring.exits else part.nodes[-1].id
        found.append(CardBlock(network.shape_of(read), network.shape_of(last), use))
    return found


def _start(name: str, shape: Shape) -> Figure:
    """Return the end at which an input comes in."""
    words = Words(shorten(name, 18), after=(("", shape_words([shape])),))
    return _ended(Tile(0, 0, 0, 0, "end", "end", words))


def _flat(root: Part) -> Part:
    """Return the network without its groups."""
    return Part("", children=[Part(b.path, b) for b in root.boxes])


def _name(part: Part) -> str:
    return part.path.rpartition("/")[2]


def _boxed(tile: Tile) -> Figure:
    return Figure(tile.width, tile.height, things=[tile])


def _ended(tile: Tile) -> Figure:
    words = tile.words
    width = text_width(words.title + "  " + words.after[0][1], TITLE - 1) + 24
    return _boxed(tile._replace(width=round(max(width, 64)), height=24.0))


def _same_width(figures: list[Figure]) -> None:
    """Make the boxes of a body equally wide, unless they differ much."""
    tiles = [
        (f, t)
        for f in figures
        if not f.is_group and isinstance(t := f.things[0], Tile) and t.kind != "join"
    ]
    if not tiles:
        return
    widest = max(t.width for _, t in tiles)
    for figure, tile in tiles:
        if tile.width >= widest * 0.55 or len(tiles) < 12:  # noqa: PLR2004 - a matter of taste
            figure.things[0] = tile._replace(width=widest)
            figure.width = widest


def framed(inside: Figure, frame: Frame, more: str = "") -> Figure:
    """Return a figure with a border and its name; ``more`` is what a script may add to that."""
    letter, times = frame.letter, frame.times
    titles = CardText(frame.title, tuple(t + more for t in frame.titles))
    written = titles.width(SMALL + (2 if letter else 0)) * BOLD
    named = written + (BADGE if letter else 0) + (30 if times > 1 else 0) + 16
    # The edge that comes in must not cross the name.
    shift = PAD
    entry = inside.entry()
    if not letter and entry + PAD < written + 18:
        shift = written + 18 - entry
    width = max(inside.width + shift + PAD, named)
    if not letter:
        width = max(width, entry + shift + (34 if times > 1 else 0) + 4)
    if letter:
        shift = max(PAD, (width - inside.width) / 2)
    top = BAR if letter else 0.0
    figure = Figure(round(width), round(inside.height + top), is_group=True)
    figure.things.append(frame._replace(width=figure.width, height=figure.height))
    figure.put(inside, shift, top)
    figure.entries = {s: x + shift for s, x in inside.entries.items()}
    figure.exits = {s: x + shift for s, x in inside.exits.items()}
    return figure


def _concatenates(node: Node) -> bool:
    return Trait.CONCATENATION in node.layer.traits
