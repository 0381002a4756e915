"""Detail data: what a script needs to show the numbers of one block in a detail.

All blocks of one form share the geometry of a detail; only texts differ. A text that differs is a
slot. The data of a detail hold the texts of its slots and, for each use, the layers that the boxes
represent. Layers are numbered in the order of execution.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.drawing.detail_plan import Detail
from cnnanalyze.drawing.diagram import DrawnBox
from cnnanalyze.drawing.diagram_builder import LONGEST_HEADING
from cnnanalyze.drawing.labels import VaryingText
from cnnanalyze.drawing.text_metrics import shorten


class DetailData:
    """Records slots and boxes, in their order, while a drawing is written."""

    def __init__(self, analysis: Analysis) -> None:
        self.order = {id_: i for i, id_ in enumerate(analysis.facts)}
        self.slots: list[list[tuple[str, ...]]] = []
        self.drawn_boxes: list[list[DrawnBox]] = []
        """The slots and the boxes of the overview and of each detail."""

    def begin(self) -> None:
        """Begin with the overview or with the next detail."""
        self.slots.append([])
        self.drawn_boxes.append([])

    def add_slot(self, text: VaryingText) -> bool:
        """Record a text if it varies, and return whether it does."""
        if text.varies:
            self.slots[-1].append(text.uses)
        return text.varies

    def add_box(self, add_box: DrawnBox) -> None:
        """Record a box."""
        self.drawn_boxes[-1].append(add_box)

    def text(self, details: Sequence[Detail]) -> str:
        """Return everything as JSON.

        ``spine`` holds the layers of each box of the overview. ``cards`` holds, for each detail,
        ``uses`` (name, first layer, indices of its ``texts`` and ``boxes``), the texts in the order
        of the slots, and the boxes as layers counted from the first layer of the use.
        """
        overview, *others = self.drawn_boxes
        data = {
            "spine": [ranges(self._layers(add_box)) for add_box in overview],
            "cards": {
                detail.letter: self._card(detail, drawn_boxes, slots)
                for detail, drawn_boxes, slots in zip(details, others, self.slots[1:], strict=True)
            },
        }
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def _layers(self, add_box: DrawnBox) -> list[int]:
        return [
            self.order[n.id] for box in add_box.boxes for n in (box.main, *box.before, *box.after)
        ]

    def _by_use(self, add_box: DrawnBox) -> dict[int, list[int]]:
        """Return the layers that a box of a detail represents, by use."""
        found: dict[int, list[int]] = {}
        for box, owner in zip(
            add_box.boxes, add_box.owners or (0,) * len(add_box.boxes), strict=True
        ):
            found.setdefault(owner, []).extend(
                self.order[n.id] for n in (box.main, *box.before, *box.after)
            )
        return found

    def _card(
        self, detail: Detail, drawn_boxes: list[DrawnBox], slots: list[tuple[str, ...]]
    ) -> dict[str, object]:
        texts: dict[tuple[str, ...], int] = {}
        boxes: dict[tuple[str, ...], int] = {}
        uses = []
        layers = [self._by_use(add_box) for add_box in drawn_boxes]
        for use, part in enumerate(detail.parts):
            first = min(self.order[n.id] for n in part.nodes)
            own = tuple(add_slot[use] for add_slot in slots)
            held = tuple(ranges(i - first for i in found.get(use, ())) for found in layers)
            uses.append(
                [
                    shorten(part.path, LONGEST_HEADING),
                    first,
                    texts.setdefault(own, len(texts)),
                    boxes.setdefault(held, len(boxes)),
                ]
            )
        return {"uses": uses, "texts": [*texts], "boxes": [*boxes]}


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as ranges, in their order.

    Examples
    --------
    >>> ranges([4, 5, 6, 9, 11, 12]), ranges([3, 2, 4]), ranges([])
    ('4-6,9,11-12', '3,2,4', '')
    """
    found: list[tuple[int, int]] = []
    for n in numbers:
        if found and found[-1][1] == n - 1:
            found[-1] = found[-1][0], n
        else:
            found.append((n, n))
    return ",".join(f"{a}-{b}" if a < b else str(a) for a, b in found)
