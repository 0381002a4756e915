"""Card data: what a script needs to show on a card the numbers of one of its blocks.

All blocks of one form share the geometry of a card; only texts differ. Texts that do are slots. For
each card there are, as far as they differ, the texts of its slots, and for each of its uses the
layers that its boxes represent; layers are numbered in the order of execution.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.drawing.detail_plan import Card
from cnnanalyze.drawing.diagram import Tile
from cnnanalyze.drawing.diagram_builder import LONGEST_HEADING
from cnnanalyze.drawing.labels import CardText
from cnnanalyze.drawing.text_metrics import shorten


class Live:
    """Takes note of slots and boxes while a drawing is written, in their order."""

    def __init__(self, analysis: Analysis) -> None:
        self.order = {id_: i for i, id_ in enumerate(analysis.facts)}
        self.slots: list[list[tuple[str, ...]]] = []
        self.tiles: list[list[Tile]] = []
        """The slots and the boxes of the spine and of each card."""

    def begin(self) -> None:
        """Begin with the spine or with the next card."""
        self.slots.append([])
        self.tiles.append([])

    def slot(self, text: CardText) -> bool:
        """Take note of a text if it varies, and return whether it does."""
        if text.varies:
            self.slots[-1].append(text.uses)
        return text.varies

    def tile(self, tile: Tile) -> None:
        """Take note of a box."""
        self.tiles[-1].append(tile)

    def text(self, cards: Sequence[Card]) -> str:
        """Return everything as JSON.

        ``spine`` holds, for each box, the layers that it represents. For each card, ``uses`` holds
        its blocks: name, first layer, and which of ``texts`` and ``boxes`` are theirs; texts are
        in the order of the slots, boxes as layers counted from the first of the use.
        """
        spine, *others = self.tiles
        data = {
            "spine": [ranges(self._layers(tile)) for tile in spine],
            "cards": {
                card.letter: self._card(card, tiles, slots)
                for card, tiles, slots in zip(cards, others, self.slots[1:], strict=True)
            },
        }
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def _layers(self, tile: Tile) -> list[int]:
        return [self.order[n.id] for box in tile.boxes for n in (box.main, *box.before, *box.after)]

    def _by_use(self, tile: Tile) -> dict[int, list[int]]:
        """Return the layers that a box on a card represents, by the use that they belong to."""
        found: dict[int, list[int]] = {}
        for box, owner in zip(tile.boxes, tile.owners or (0,) * len(tile.boxes), strict=True):
            found.setdefault(owner, []).extend(
                self.order[n.id] for n in (box.main, *box.before, *box.after)
            )
        return found

    def _card(
        self, card: Card, tiles: list[Tile], slots: list[tuple[str, ...]]
    ) -> dict[str, object]:
        texts: dict[tuple[str, ...], int] = {}
        boxes: dict[tuple[str, ...], int] = {}
        uses = []
        layers = [self._by_use(tile) for tile in tiles]
        for use, part in enumerate(card.parts):
            first = min(self.order[n.id] for n in part.nodes)
            own = tuple(slot[use] for slot in slots)
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
    """Return numbers with those in succession put together, the first one first.

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
