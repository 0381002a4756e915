"""Outline: a compact drawing for a terminal, in tracks, as ``git log --graph`` draws a history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.characters import begin, cells
from cnnanalyze.drawing.block_names import block_name
from cnnanalyze.drawing.detail_data import ranges
from cnnanalyze.drawing.detail_plan import DetailPlan
from cnnanalyze.drawing.diagram_builder import block_references
from cnnanalyze.drawing.families import family
from cnnanalyze.drawing.labels import BlockShapes, box_text, shape_text, varying_values
from cnnanalyze.drawing.part import Part
from cnnanalyze.drawing.part_tree import PartTree
from cnnanalyze.drawing.text_metrics import shorten
from cnnanalyze.graph.blocks import Wiring
from cnnanalyze.layers.traits import Category

Segment = tuple[str, str]
"""A text and its style, by the name that Rich gives it."""

STYLES = {
    Category.CONVOLUTION: "cyan",
    "up": "cyan",
    Category.POOLING: "green",
    Category.DENSE: "magenta",
    Category.ATTENTION: "blue",
    Category.SEQUENCE: "blue",
    Category.JOIN: "yellow",
    "move": "red",
    Category.OTHER: "red",
    "point": "dim",
}
LEAST_WIDTH = 40
References = list[BlockShapes]


def outline(analysis: Analysis, *, width: int = 100) -> list[list[Segment]]:
    """Return the drawing of a network for a terminal.

    Each line is a list of texts with their styles. A dot is a box, or a block whose inside is drawn
    once below, under its letter; the lines between dots are edges.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 8x8x3, layers: [{add: [{conv: 3}, []]}]}".replace(
    ...         "conv: 3", "conv: {filters: 3, kernel: 1}"
    ...     )
    ... )
    >>> for line in outline(cnn.analyze(net).analysis):
    ...     print("".join(text for text, _ in line).rstrip())
    ○   input        8×8×3
    ├─● 1×1 conv, 3  8×8×3
    ●─╯ +            8×8×3
    """
    return _Outline(analysis, max(width, LEAST_WIDTH)).lines()


class _OutlineRow:
    """One line: tracks, text, and the shape at the right."""

    def __init__(self, tracks: str, words: list[Segment], shape: str) -> None:
        self.tracks, self.words, self.shape = tracks, words, shape

    @property
    def length(self) -> int:
        return len(self.tracks) + 1 + sum(cells(t) for t, _ in self.words)


class _Outline:
    """The lines of one network."""

    def __init__(self, analysis: Analysis, width: int) -> None:
        self.network = analysis.network
        self.width = width
        self.tree = PartTree(self.network)
        self.root = self.tree.build()
        self.plan = DetailPlan(self.root, self.tree, frozenset())

    def lines(self) -> list[list[Segment]]:
        starts = [
            _OutlineRow("○", [(name, "bold")], shape_text([one.shape]))
            for name, one in self.network.inputs.items()
        ]
        lines = self._aligned([*starts, *self._rows([self.root], [], "")])
        for detail in self.plan.details:
            name = shorten(block_name(detail.parts[0], self.network), 30)
            references = block_references(detail.parts, self.tree, self.network)
            lines += [[], [(f"{detail.letter} ", "bold yellow"), (name, "bold")]]
            lines += self._aligned(list(self._rows(detail.parts, references, "")))
        return lines

    def _aligned(self, rows: Sequence[_OutlineRow]) -> list[list[Segment]]:
        """Return the rows with their shapes aligned."""
        shapes = max((len(r.shape) for r in rows), default=0)
        tracks = max((len(r.tracks) for r in rows), default=0)
        room = self.width - shapes - 2
        for row in rows:
            row.tracks = row.tracks.ljust(tracks)
        column = min(max((r.length for r in rows), default=0), room)
        lines = []
        for row in rows:
            words = _cut(row.words, column - len(row.tracks) - 1)
            length = len(row.tracks) + 1 + sum(cells(t) for t, _ in words)
            gap = " " * (column - length + 2)
            lines.append([(row.tracks + " ", "dim"), *words, (gap + row.shape, "")])
        return lines

    def _rows(
        self, parts: Sequence[Part], references: References, indent: str
    ) -> Iterator[_OutlineRow]:
        """Return the rows for the inside of a group."""
        wiring = self.tree.wiring(parts[0])
        children = parts[0].children
        branches = _branches(wiring, len(children))
        is_crowded = branches is None
        branches = branches or _described(wiring, len(children))
        if is_crowded:
            yield _OutlineRow(indent, [(CROWDED, "dim")], "")
        for i, (child, branch) in enumerate(zip(children, branches, strict=True)):
            column = [p.children[i] for p in parts]
            row = self._row(indent + branch.tracks, column, references)
            if is_crowded:
                row.words = [(f"{i + 1} ", "dim"), *row.words, (branch.words, "dim")]
            yield row
            if child.shape.box is None and not self.plan.has_detail(child):
                members = [m for p in column for m in (p.members or (p,))]
                inner = references and block_references(members, self.tree, self.network)
                if len(parts) == 1:
                    members = members[:1]
                yield from self._rows(members, inner, indent + branch.around)

    def _row(self, tracks: str, parts: Sequence[Part], references: References) -> _OutlineRow:
        first = parts[0]
        times = [(f" ×{first.times}", "bold")] if first.times > 1 else []
        if said := varying_values([m.nodes for m in first.members]):
            times.append((f" {said}", "dim"))
        last = [p.members[-1] if p.members else p for p in parts]
        shape = shape_text([p.nodes[-1].output for p in last], references)
        if first.shape.box is not None:
            boxes = [p.shape.box for p in parts if p.shape.box is not None]
            words = box_text(boxes, references)
            written: list[Segment] = []
            if words.before:
                written.append((" ".join(w for _, w in words.before) + " ", "dim"))
            written.append((words.title, STYLES.get(family(first.shape.box.main), "")))
            if words.after:
                written.append((" " + " ".join(w for _, w in words.after), "dim"))
            return _OutlineRow(tracks, written + times, shape)
        name: Segment = (shorten(first.path.rpartition("/")[2], 30), "bold")
        if not self.plan.has_detail(first):
            return _OutlineRow(tracks, [name, *times], shape)
        detail = self.plan.detail(first)
        return _OutlineRow(tracks, [name, (f" {detail.letter}", "bold yellow"), *times], shape)


def _cut(words: list[Segment], room: int) -> list[Segment]:
    """Return the words that fit a width."""
    found: list[Segment] = []
    for text, style in words:
        if cells(text) > room:
            if room > 0:
                found.append((begin(text, room - 1) + "…", style))
            break
        found.append((text, style))
        room -= cells(text)
    return found


class _OutlineBranch(NamedTuple):
    """The connections of one child of a group."""

    tracks: str
    """The tracks in its line."""
    around: str
    """The tracks beside its inside."""
    words: str = ""
    """What it reads and whether its output leaves, where there are too many tracks."""


MOST_TRACKS = 16
"""With more tracks beside each other, connections are written instead of drawn."""
CROWDED = "← what a line reads, if not the one above"


def _reads(wiring: Wiring, count: int) -> list[list[object]]:
    """Return what each child of a group reads: sources outside by id, others by number."""
    reads: list[dict[object, None]] = [{} for _ in range(count)]
    for source, b in wiring.entries:
        reads[b][source] = None
    for a, _, b in wiring.edges:
        reads[b][a] = None
    return [list(wanted) for wanted in reads]


def _branches(wiring: Wiring, count: int) -> list[_OutlineBranch] | None:
    """Draw the tracks of a group; nothing if there are too many."""
    reads = _reads(wiring, count)
    left: dict[object, int] = {}
    for wanted in reads:
        for read in wanted:
            left[read] = left.get(read, 0) + 1
    for _, a in wiring.exits:
        left[a] = left.get(a, 0) + 1
    tracks: list[object] = list(wiring.sources)
    branches = []
    for i, wanted in enumerate(reads):
        if max(len(tracks), len(wanted)) > MOST_TRACKS:
            return None
        drawn, track = _branch(tracks, wanted, left, i)
        around = "".join("│ " if s is not None else "  " for s in tracks)
        branches.append(_OutlineBranch(drawn, around[: 2 * track] + "┆ " + around[2 * track + 2 :]))
    return branches


def _described(wiring: Wiring, count: int) -> list[_OutlineBranch]:
    """Write by number what each child reads."""
    reads = _reads(wiring, count)
    first = wiring.sources[0] if wiring.sources else None
    names = {s: f"in{n if n > 1 else ''}" for n, s in enumerate(wiring.sources, 1)}
    leaving = {a for _, a in wiring.exits}
    branches = []
    for i, wanted in enumerate(reads):
        words = ""
        if wanted != [i - 1 if i else first]:
            outside = [names[s] for s in wanted if isinstance(s, str)]
            inside = ranges(sorted(s + 1 for s in wanted if isinstance(s, int)))
            words = f" ← {','.join(filter(None, [*outside, inside]))}"
        if i in leaving and i < len(reads) - 1:
            words += " → out"
        branches.append(_OutlineBranch("●", "┆ ", words))
    return branches


def _branch(
    tracks: list[object], reads: list[object], left: dict[object, int], at: int
) -> tuple[str, int]:
    """Draw one child, update the tracks, and return the line and the track of the child."""
    ending = [s for s in reads if left[s] == 1]
    for source in reads:
        left[source] -= 1
    places = [tracks.index(s) for s in reads]
    if ending:
        mine = min(tracks.index(s) for s in ending)
    else:
        start = max(places, default=-1) + 1
        free = (j for j in range(start, len(tracks)) if tracks[j] is None)
        mine = next(free, len(tracks))
    if mine == len(tracks):
        tracks.append(None)
    low, high = min([mine, *places]), max([mine, *places])
    drawn = ""
    for j, source in enumerate(tracks):
        inside = low <= j < high
        if j == mine:
            mark = "●"
        elif j in places:
            goes_on = left[source] > 0
            if j > mine:
                mark = "┤" if goes_on else "╯"
                mark = ("┼" if goes_on else "┴") if j < high else mark
            else:
                mark = "├" if goes_on else "╰"
                mark = ("┼" if goes_on else "┴") if j > low else mark
        elif source is not None:
            mark = "┼" if low < j < high else "│"
        else:
            mark = "─" if low < j < high else " "
        drawn += mark + ("─" if inside else " ")
    for source in reads:
        if left[source] == 0:
            tracks[tracks.index(source)] = None
    tracks[mine] = at if left.get(at) else None
    line = drawn.rstrip()
    while tracks and tracks[-1] is None:
        tracks.pop()
    return line, mine
