"""Diagram builder: the diagrams of a network, from its parts and the detail plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cnnanalyze.core.shape import Shape
from cnnanalyze.drawing.block_names import block_name
from cnnanalyze.drawing.column_layout import ColumnLayout
from cnnanalyze.drawing.detail_plan import Detail, DetailPlan
from cnnanalyze.drawing.diagram import Diagram, DrawnBox, Frame
from cnnanalyze.drawing.families import family
from cnnanalyze.drawing.labels import (
    BlockShapes,
    BoxText,
    VaryingText,
    box_text,
    grouped,
    repeated,
    shape_text,
    varying_text,
    varying_values,
)
from cnnanalyze.drawing.layout_graph import LayoutGraph
from cnnanalyze.drawing.node_placement import assign_ranks
from cnnanalyze.drawing.part import Part
from cnnanalyze.drawing.part_tree import PartTree
from cnnanalyze.drawing.rank_layout import RankLayout
from cnnanalyze.drawing.style import SIGN_ROOM
from cnnanalyze.drawing.text_metrics import shorten, text_width
from cnnanalyze.drawing.u_layout import find_u_shape, lay_out_u
from cnnanalyze.graph.box_grouping import Box
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import INPUT, Node
from cnnanalyze.layers.traits import Trait

TITLE, SMALL, BOLD = 12, 10, 1.07
"""Font sizes of the texts in a box, and how much wider bold text is."""
LEAST = 96.0
"""The least width of a box with a layer."""
LINE_HEIGHT = 13.0
PADDING = 12.0
FRAME_TITLE_ROOM = 20.0
"""The height of the name of a frame."""
BADGE_WIDTH = 24.0
DETAIL_TITLE_ROOM = 30.0
"""The height of the name of a detail."""
STRAIGHT_ROOM = 18.0
"""How far the edges of a detail run straight below its name."""
MOST_IN_A_U = 60
"""A network of more boxes is drawn as a U only if its blocks make one."""

LONGEST_HEADING = 30
MOST_DUMMIES = 100
"""With more dummy nodes than this and than twice the boxes and edges, a graph becomes a column."""

References = list[BlockShapes]


class DiagramBuilder:
    """Builds diagrams of parts; equal parts at the same place of equal groups share one."""

    def __init__(
        self,
        network: Network,
        tree: PartTree,
        plan: DetailPlan,
        value: Callable[[DrawnBox], str] | None = None,
        *,
        is_level: bool = False,
    ) -> None:
        self.network = network
        self.tree = tree
        self.plan = plan
        self.value = value
        """Returns the number that each box shows besides its text."""
        self.is_level = is_level
        """Whether diagrams run to the right."""
        self.seen: list[DrawnBox] = []

    def network_diagram(self, root: Part) -> Diagram:
        """Return the diagram of the network: inputs, top-level parts, outputs."""
        for candidate in (_flat(root), root) if len(self.network.inputs) == 1 else ():
            parts = candidate.children
            if len(parts) > MOST_IN_A_U or any(
                p.shape.box is None and not self.plan.has_detail(p) for p in parts
            ):
                continue
            u_shape = find_u_shape(parts, list(self.tree.wiring(candidate).edges))
            if u_shape is not None:
                upright = DiagramBuilder(self.network, self.tree, self.plan, self.value)
                upright.seen = self.seen
                return lay_out_u(upright.overview_graph(candidate), u_shape.between_ends())
        return self._turned(lay_out_graph(self.overview_graph(root), 0.0, 0.0))

    def _turned(self, diagram: Diagram) -> Diagram:
        return diagram.flipped() if self.is_level else diagram

    def _boxed(self, drawn_box: DrawnBox) -> Diagram:
        """Return the diagram of a box, on its side where it will be flipped."""
        diagram = Diagram(drawn_box.width, drawn_box.height, elements=[drawn_box])
        return self._turned(diagram)

    def overview_graph(self, root: Part) -> LayoutGraph:
        """Return the graph of the top-level parts, with the inputs and outputs as boxes."""
        graph = self.layout_graph([root], [])
        network = self.network
        starts = {str(name): place for place, name in enumerate(network.inputs)}
        count = len(starts)
        diagrams = [self._start(name, one.shape) for name, one in network.inputs.items()]
        diagrams += graph.diagrams
        edges = [(starts[s], s, b + count) for s, b in graph.entries]
        edges += [(a + count, s, b + count) for a, s, b in graph.edges]
        wiring = dict(graph.exits)
        labels = dict(graph.labels)
        for output in network.outputs:
            name = "output" if len(network.outputs) == 1 else shorten(output.partition("/")[0], 18)
            shape = shape_text([network.shape_of(output)])
            labels.pop(output, None)
            drawn_box = DrawnBox(0, 0, 0, 0, "end", "end", BoxText(name, after=(("", shape),)))
            source = starts.get(output)
            last = wiring[output] + count if source is None else source
            edges.append((last, str(output), len(diagrams)))
            diagrams.append(self._boxed(_ended(drawn_box)))
        buses = frozenset(
            (a if above < 0 else above + count, b + count)
            for above, b in graph.buses
            for a in (starts.values() if above < 0 else (0,))
        )
        return LayoutGraph(diagrams, edges, [], [], labels, buses, self.is_level)

    def _start(self, name: str, shape: Shape) -> Diagram:
        """Return the box of an input."""
        text = BoxText(shorten(name, 18), after=(("", shape_text([shape])),))
        return self._boxed(_ended(DrawnBox(0, 0, 0, 0, "end", "end", text)))

    def layout_graph(self, parts: Sequence[Part], references: References) -> LayoutGraph:
        """Return the graph inside a group, or inside several equal ones that are drawn once."""
        first = parts[0]
        wiring = self.tree.wiring(first)
        columns = [[p.children[i] for p in parts] for i in range(len(first.children))]
        diagrams = [self.diagram(column, references) for column in columns]
        _same_width(diagrams)
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
        edges = list(wiring.edges), list(wiring.entries), list(wiring.exits)
        return LayoutGraph(diagrams, *edges, ids, buses, self.is_level)

    def _label(self, source: str, column: list[Part], references: References) -> VaryingText:
        """Return the label of the edges that carry the output of a layer."""
        child = column[0]
        at = child.places[source]
        nodes = [p.nodes[at - len(child.nodes)] if at else p.nodes[0] for p in column]
        if any(len(p.nodes) != len(child.nodes) for p in column):
            nodes = [p.nodes[-1] for p in column]
        return varying_text([n.output for n in nodes], references)

    def _entry_labels(
        self, parts: Sequence[Part], references: References
    ) -> Iterator[tuple[str, VaryingText]]:
        """Yield the label of each edge from outside."""
        read = [self.tree.wiring(p).sources for p in parts]
        for at, source in enumerate(read[0]):
            yield source, varying_text([self.network.shape_of(s[at]) for s in read], references)

    def diagram(self, parts: Sequence[Part], references: References) -> Diagram:
        """Return the diagram of a part: a box, a reference to a detail, or a frame."""
        first = parts[0]
        members = [m for p in parts for m in (p.members or (p,))]
        # Each member of a repeated part is relative to the shapes of its use.
        inner = [r for r, p in zip(references, parts, strict=False) for _ in p.paths]
        uses = grouped(parts, references)
        counts = tuple(found[0].times for found in uses)
        if first.shape.box is not None:
            boxes = tuple(m.box for m in members if m.box is not None)
            return self._layer(parts, boxes, inner, counts)
        if self.plan.has_detail(first):
            return self._reference(parts, references)
        if len(parts) == 1 and first.times > 1:
            inner, members = inner[:1], members[:1]
        said = varying_values([m.nodes for m in first.members])
        more = f" · {said}" if said else ""
        names = tuple(shorten(_name(found[0]), 24) + more for found in uses)
        title = shorten(_name(first), 24) + more
        frame = Frame(0, 0, 0, 0, title, first, first.times, "", names, counts)
        return lay_out_framed(self.layout_graph(members, inner), frame)

    def _layer(
        self,
        parts: Sequence[Part],
        boxes: tuple[Box, ...],
        references: References,
        counts: tuple[int, ...],
    ) -> Diagram:
        part, single = parts[0], len(parts) == 1
        if part.times > 1 and single:
            text = box_text(boxes[:1], references[:1])
        else:
            text = box_text(boxes, references)
        main = boxes[0].main
        kind = "join" if Trait.JOIN in main.layer.traits else "layer"
        owners = tuple(r.use for r in references)
        drawn_box = DrawnBox(0, 0, 0, 0, kind, family(main), text, part, boxes, "", single, owners)
        return self._shown(drawn_box, counts)

    def _reference(self, parts: Sequence[Part], references: References) -> Diagram:
        first = parts[0]
        detail = self.plan.detail(first)
        boxes = tuple(b for p in parts for b in p.boxes)
        uses = grouped(parts, references)
        names = tuple(shorten(_name(found[0]), 22) for found in uses)
        said = (varying_values([m.nodes for m in first.members]), "shared" * first.is_shared)
        after = tuple(("", word) for word in said if word)
        text = BoxText(shorten(_name(first), 22), after=after, titles=names)
        owners = tuple(r.use for r, p in zip(references, parts, strict=False) for _ in p.boxes)
        single = len(parts) == 1
        drawn_box = DrawnBox(
            0, 0, 0, 0, "block", "block", text, first, boxes, detail.letter, single, owners
        )
        return self._shown(drawn_box, [found[0].times for found in uses])

    def _shown(self, drawn_box: DrawnBox, times: Sequence[int]) -> Diagram:
        """Return the diagram of a box, with the repeats of each use in its title."""
        titles = map(repeated, drawn_box.text.titles, times)
        drawn_box = drawn_box._replace(text=drawn_box.text._replace(titles=tuple(titles)))
        self.seen.append(drawn_box)
        return self._boxed(self._sized(drawn_box))

    def _sized(self, drawn_box: DrawnBox) -> DrawnBox:
        text = drawn_box.text
        times = drawn_box.part.times if drawn_box.part else 1
        # The box is wide enough for the text of every use of the detail around it.
        title = VaryingText(repeated(text.title, times), text.titles)
        width = title.width(TITLE) * BOLD
        if any(self.tree.marks.get(n.id) for b in drawn_box.boxes for n in b.nodes):
            width += SIGN_ROOM if drawn_box.kind == "join" else 2 * SIGN_ROOM
        if drawn_box.kind == "join":
            marks = " · ".join(w for _, w in text.after if w)
            width = max(28.0, width + (text_width("  " + marks, SMALL) if marks else 0) + 16)
            return drawn_box._replace(width=round(width), height=24.0)
        name = max((text.name, *text.names), key=lambda n: text_width(n, SMALL))
        rows = [
            " · ".join(filter(None, [name, *(w for _, w in text.after)])),
            " · ".join(w for _, w in text.before),
        ]
        value = "" if self.value is None else self.value(drawn_box)
        of_value = text_width(value, SMALL) * BOLD
        width = max(width, of_value, *(text_width(r, SMALL) for r in rows)) + 20
        height = 26.0 + LINE_HEIGHT * sum(map(bool, [*rows, self.value]))
        if drawn_box.kind == "block":
            width, height = width + BADGE_WIDTH, max(height, 34.0)
        return drawn_box._replace(width=round(max(width, LEAST)), height=height)

    def detail_diagrams(self) -> list[Diagram]:
        """Return the diagram of each detail; building one may add further details."""
        diagrams = []
        for detail in self.plan.details:
            parts = detail.parts
            references = block_references(parts, self.tree, self.network)
            graph = self.layout_graph(parts, references)
            titles = tuple(shorten(p.path, LONGEST_HEADING) for p in parts)
            frame = Frame(0, 0, 0, 0, self.detail_title(detail), parts[0], 1, detail.letter, titles)
            several = any(p.times > 1 for p in detail.places)
            diagrams.append(self._turned(lay_out_framed(graph, frame, "…9" * several)))
        return diagrams

    def detail_title(self, detail: Detail) -> str:
        """Return the name of a detail: the name of its block, or of its first use."""
        return shorten(block_name(detail.parts[0], self.network), 24)


def lay_out_graph(graph: LayoutGraph, room_above: float, room_below: float) -> Diagram:
    """Lay out a graph, with room above and below for a border."""
    if _is_column(graph) or _is_crowded(graph):
        return ColumnLayout(graph, room_above, room_below).diagram()
    return RankLayout(graph, room_above, room_below).diagram()


def _is_column(graph: LayoutGraph) -> bool:
    """Whether each diagram can stand below the one before."""
    if len(graph.sources) > 1 or any(a != len(graph.diagrams) - 1 for _, a in graph.exits):
        return False
    pairs = {(a, b) for a, _, b in graph.edges}
    ranks = assign_ranks(len(graph.diagrams), sorted(pairs))
    return len(set(ranks)) == len(ranks)


def _is_crowded(graph: LayoutGraph) -> bool:
    """Whether too many edges span several ranks to be followed between the boxes."""
    count = len(graph.diagrams)
    pairs = {(a, b) for a, _, b in graph.edges}
    ranks = assign_ranks(count, sorted(pairs))
    last = max(ranks, default=0)
    dummies = sum(ranks[b] - ranks[a] - 1 for a, b in pairs)
    dummies += sum(ranks[b] for _, b in graph.entries) + sum(
        last - ranks[a] for _, a in graph.exits
    )
    return dummies > MOST_DUMMIES + 2 * (
        count + len(graph.edges) + len(graph.entries) + len(graph.exits)
    )


def block_references(parts: Sequence[Part], tree: PartTree, network: Network) -> References:
    """Return, for each use of a form, its input shape and its output shape."""
    found = []
    for use, part in enumerate(parts):
        wiring = tree.wiring(part)
        read = wiring.sources[0] if wiring.sources else str(INPUT)
        last = wiring.exits[-1][0] if wiring.exits else part.nodes[-1].id
        found.append(BlockShapes(network.shape_of(read), network.shape_of(last), use))
    return found


def _flat(root: Part) -> Part:
    """Return the network without its groups."""
    return Part("", children=[Part(b.path, b) for b in root.boxes])


def _name(part: Part) -> str:
    return part.path.rpartition("/")[2]


def _ended(drawn_box: DrawnBox) -> DrawnBox:
    """Return the box of an input or an output with its size."""
    text = drawn_box.text
    width = text_width(text.title, TITLE) * BOLD + text_width(text.after[0][1], SMALL) + 28
    return drawn_box._replace(width=round(max(width, 64)), height=24.0)


def _same_width(diagrams: list[Diagram]) -> None:
    """Make the boxes of a graph equally wide, except those that are much narrower."""
    drawn_boxes = [
        (f, t)
        for f in diagrams
        if not f.is_group and isinstance(t := f.elements[0], DrawnBox) and t.kind != "join"
    ]
    if not drawn_boxes:
        return
    widest = max(t.width for _, t in drawn_boxes)
    for diagram, drawn_box in drawn_boxes:
        if drawn_box.width >= widest * 0.55 or len(drawn_boxes) < 12:  # noqa: PLR2004 - a matter of taste
            diagram.elements[0] = drawn_box._replace(width=widest)
            diagram.width = widest


def lay_out_framed(graph: LayoutGraph, frame: Frame, more: str = "") -> Diagram:
    """Lay out a graph within a frame; ``more`` is what a script may add to the frame's name."""
    letter, times = frame.letter, frame.times
    titles = VaryingText(frame.title, tuple(t + more for t in frame.titles))
    written = titles.width(SMALL + (2 if letter else 0)) * BOLD
    named = written + (BADGE_WIDTH if letter else 0) + (30 if times > 1 else 0) + 16
    if graph.is_level:  # the name is beside the edges
        graph.least_length = named
        inside = lay_out_graph(graph, STRAIGHT_ROOM if letter else PADDING, PADDING)
        room = DETAIL_TITLE_ROOM if letter else FRAME_TITLE_ROOM
        across = round(inside.width + room + PADDING)
        return _framed(inside, frame, room, 0.0, across, inside.height)
    inside = lay_out_graph(graph, STRAIGHT_ROOM if letter else FRAME_TITLE_ROOM, PADDING)
    # The edge that comes in must not cross the name.
    shift = PADDING
    entry = inside.entry()
    if not letter and entry + PADDING < written + 18:
        shift = written + 18 - entry
    width = max(inside.width + shift + PADDING, named)
    if not letter:
        width = max(width, entry + shift + (34 if times > 1 else 0) + 4)
    if letter:
        shift = max(PADDING, (width - inside.width) / 2)
    top = DETAIL_TITLE_ROOM if letter else 0.0
    return _framed(inside, frame, shift, top, round(width), round(inside.height + top))


def _framed(
    inside: Diagram, frame: Frame, shift: float, top: float, width: float, height: float
) -> Diagram:
    """Return a diagram within a frame of this size."""
    diagram = Diagram(width, height, is_group=True)
    diagram.elements.append(frame._replace(width=width, height=height))
    diagram.add(inside, shift, top)
    diagram.entries = {s: x + shift for s, x in inside.entries.items()}
    diagram.exits = {s: x + shift for s, x in inside.exits.items()}
    return diagram


def _concatenates(node: Node) -> bool:
    return Trait.CONCATENATION in node.layer.traits
