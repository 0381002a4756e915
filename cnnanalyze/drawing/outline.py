"""The outline: a compact drawing for a terminal, in lanes as version control draws its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.characters import begin, cells
from cnnanalyze.drawing.block_names import block_name
from cnnanalyze.drawing.detail_data import ranges
from cnnanalyze.drawing.detail_plan import Plan
from cnnanalyze.drawing.diagram_builder import block_references
from cnnanalyze.drawing.families import family
from cnnanalyze.drawing.labels import CardBlock, box_words, shape_words
from cnnanalyze.drawing.part import Part
from cnnanalyze.drawing.part_tree import Planter
from cnnanalyze.drawing.text_metrics import shorten
from cnnanalyze.graph.blocks import Wiring
from cnnanalyze.layers.traits import Category

Segment = tuple[str, str]
"""A text and its style, as rich names styles."""

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
References = list[CardBlock]


def outline(analysis: Analysis, *, width: int = 100) -> list[list[Segment]]:
    """What does the network look like, in a terminal?

    Every line is a list of texts with their styles. A dot is a layer with its marks, or a block
    whose inside is drawn once below, under its letter; lines are what flows between them.

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
    """One line in the making: lanes, words, and the shape at the right."""

    def __init__(self, lanes: str, words: list[Segment], shape: str) -> None:
        self.lanes, self.words, self.shape = lanes, words, shape

    @property
    def length(self) -> int:
        return len(self.lanes) + 1 + sum(cells(t) for t, _ in self.words)


class _Outline:
    """The lines of one network."""

    def __init__(self, analysis: Analysis, width: int) -> None:
        self.network = analysis.network
        self.width = width
        self.planter = Planter(self.network)
        self.root = self.planter.plant()
        self.plan = Plan(self.root, self.planter, frozenset())

    def lines(self) -> list[list[Segment]]:
        starts = [
            _OutlineRow("○", [(name, "bold")], shape_words([one.shape]))
            for name, one in self.network.inputs.items()
        ]
        lines = self._aligned([*starts, *self._rows([self.root], [], "")])
        for card in self.plan.cards:
            name = shorten(block_name(card.parts[0], self.network), 30)
            references = block_references(card.parts, self.planter, self.network)
            lines += [[], [(f"{card.letter} ", "bold yellow"), (name, "bold")]]
            lines += self._aligned(list(self._rows(card.parts, references, "")))
        return lines

    def _aligned(self, rows: Sequence[_OutlineRow]) -> list[list[Segment]]:
        """Return the rows with their shapes below each other."""
        shapes = max((len(r.shape) for r in rows), default=0)
        lanes = max((len(r.lanes) for r in rows), default=0)
        room = self.width - shapes - 2
        for row in rows:
            row.lanes = row.lanes.ljust(lanes)
        column = min(max((r.length for r in rows), default=0), room)
        lines = []
        for row in rows:
            words = _cut(row.words, column - len(row.lanes) - 1)
            length = len(row.lanes) + 1 + sum(cells(t) for t, _ in words)
            gap = " " * (column - length + 2)
            lines.append([(row.lanes + " ", "dim"), *words, (gap + row.shape, "")])
        return lines

    def _rows(
        self, parts: Sequence[Part], references: References, indent: str
    ) -> Iterator[_OutlineRow]:
        """Return the rows for the inside of a group."""
        wiring = self.planter.wiring(parts[0])
        children = parts[0].children
        steps = _steps(wiring, len(children))
        is_crowded = steps is None
        steps = steps or _described(wiring, len(children))
        if is_crowded:
            yield _OutlineRow(indent, [(CROWDED, "dim")], "")
        for i, (child, step) in enumerate(zip(children, steps, strict=True)):
            column = [p.children[i] for p in parts]
            row = self._row(indent + step.lanes, column, references)
            if is_crowded:
                row.words = [(f"{i + 1} ", "dim"), *row.words, (step.words, "dim")]
            yield row
            if child.shape.box is None and not self.plan.has_card(child):
                members = [m for p in column for m in (p.members or (p,))]
                inner = references and block_references(members, self.planter, self.network)
                if len(parts) == 1:
                    members = members[:1]
                yield from self._rows(members, inner, indent + step.around)

    def _row(self, lanes: str, parts: Sequence[Part], references: References) -> _OutlineRow:
        first = parts[0]
        times = [(f" ×{first.times}", "bold")] if first.times > 1 else []
        last = [p.members[-1] if p.members else p for p in parts]
        shape = shape_words([p.nodes[-1].output for p in last], references)
        if first.shape.box is not None:
            boxes = [p.shape.box for p in parts if p.shape.box is not None]
            words = box_words(boxes, references)
            said: list[Segment] = []
            if words.before:
                said.append((" ".join(w for _, w in words.before) + " ", "dim"))
            said.append((words.title, STYLES.get(family(first.shape.box.main), "")))
            if words.after:
                said.append((" " + " ".join(w for _, w in words.after), "dim"))
            return _OutlineRow(lanes, said + times, shape)
        name: Segment = (shorten(first.path.rpartition("/")[2], 30), "bold")
        if not self.plan.has_card(first):
            return _OutlineRow(lanes, [name, *times], shape)
        card = self.plan.card(first)
        return _OutlineRow(lanes, [name, (f" {card.letter}", "bold yellow"), *times], shape)


def _cut(words: list[Segment], room: int) -> list[Segment]:
    """Return the words as far as there is room for them."""
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
    """How one child of a group is connected with the others."""

    lanes: str
    """Its line in the lanes."""
    around: str
    """The lanes beside its inside."""
    words: str = ""
    """What it reads, and where its output goes, in words where there are too many lanes."""


MOST_LANES = 16
"""Where more would run beside each other, what is read is written instead of drawn."""
CROWDED = "← what a line reads, if not the one above"


def _reads(wiring: Wiring, count: int) -> list[list[object]]:
    """Return what each child of a group reads: sources outside by id, others by number."""
    reads: list[dict[object, None]] = [{} for _ in range(count)]
    for source, b in wiring.entries:
        reads[b][source] = None
    for a, _, b in wiring.edges:
        reads[b][a] = None
    return [list(wanted) for wanted in reads]


def _steps(wiring: Wiring, count: int) -> list[_OutlineBranch] | None:
    """Draw the lanes of a group, unless they are too many."""
    reads = _reads(wiring, count)
    left: dict[object, int] = {}
    for wanted in reads:
        for read in wanted:
            left[read] = left.get(read, 0) + 1
    for _, a in wiring.exits:
        left[a] = left.get(a, 0) + 1
    lanes: list[object] = list(wiring.sources)
    steps = []
    for i, wanted in enumerate(reads):
        if max(len(lanes), len(wanted)) > MOST_LANES:
            return None
        drawn, lane = _step(lanes, wanted, left, i)
        around = "".join("│ " if s is not None else "  " for s in lanes)
        steps.append(_OutlineBranch(drawn, around[: 2 * lane] + "┆ " + around[2 * lane + 2 :]))
    return steps


def _described(wiring: Wiring, count: int) -> list[_OutlineBranch]:
    """Tell by numbers what each child reads."""
    reads = _reads(wiring, count)
    first = wiring.sources[0] if wiring.sources else None
    names = {s: f"in{n if n > 1 else ''}" for n, s in enumerate(wiring.sources, 1)}
    leaving = {a for _, a in wiring.exits}
    steps = []
    for i, wanted in enumerate(reads):
        words = ""
        if wanted != [i - 1 if i else first]:
            outside = [names[s] for s in wanted if isinstance(s, str)]
            inside = ranges(sorted(s + 1 for s in wanted if isinstance(s, int)))
            words = f" ← {','.join(filter(None, [*outside, inside]))}"
        if i in leaving and i < len(reads) - 1:
            words += " → out"
        steps.append(_OutlineBranch("●", "┆ ", words))
    return steps


def _step(
    lanes: list[object], reads: list[object], left: dict[object, int], at: int
) -> tuple[str, int]:
    """Draw one child into the lanes, which are changed; return the line and its lane."""
    ending = [s for s in reads if left[s] == 1]
    for source in reads:
        left[source] -= 1
    places = [lanes.index(s) for s in reads]
    if ending:
        mine = min(lanes.index(s) for s in ending)
    else:
        start = max(places, default=-1) + 1
        free = (j for j in range(start, len(lanes)) if lanes[j] is None)
        mine = next(free, len(lanes))
    if mine == len(lanes):
        lanes.append(None)
    low, high = min([mine, *places]), max([mine, *places])
    drawn = ""
    for j, source in enumerate(lanes):
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
            lanes[lanes.index(source)] = None
    lanes[mine] = at if left.get(at) else None
    line = drawn.rstrip()
    while lanes and lanes[-1] is None:
        lanes.pop()
    return line, mine
