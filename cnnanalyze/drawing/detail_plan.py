"""The plan: which groups are drawn where they are, and which once, on a card of their own."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from cnnanalyze.drawing.part import Part, is_along
from cnnanalyze.drawing.part_tree import Planter

TINY = 3
"""A chain of no more boxes than this is drawn wherever it is."""
SERIES = 9
"""A chain of blocks and boxes, as a stage is, is drawn in place up to this length."""
SINGLE = 6
"""Other groups that occur once are drawn in place up to this number of boxes."""
WHOLE = 12
"""A network of no more boxes than this is drawn whole."""
WHOLE_CHAIN = 30
"""So is a plain chain of no more boxes than this."""


@dataclass
class Card:
    """The inside of a form, drawn once for all its uses."""

    letter: str
    parts: list[Part]
    """All parts of the form in the network: its uses, by number."""
    places: list[Part]
    """Where they are; equal ones in succession are together."""


class Plan:
    """Decides for every form of a tree whether it gets a card."""

    def __init__(self, root: Part, planter: Planter, opened: frozenset[str] | None) -> None:
        self.planter = planter
        self.opened = opened
        self.places: dict[int, int] = {}
        self.instances: dict[int, list[Part]] = {}
        self.stands: dict[int, list[Part]] = {}
        self.staged: set[int] = set()
        """The forms of the blocks of stages: all of them are drawn alike, once."""
        self.sizes: dict[int, tuple[int, bool]] = {}
        self.cards: list[Card] = []
        """In the order of the drawing."""
        self._card_of: dict[int, Card] = {}
        size = len(root.boxes)
        self.crowded = len(root.children) > WHOLE
        self.whole = size <= WHOLE or (size <= WHOLE_CHAIN and self._is_plain(root))
        self._gather(root)
        self._count(root, set())

    def _gather(self, part: Part) -> None:
        for child in part.children:
            if child.shape.box is None:
                self.stands.setdefault(child.shape.form, []).append(child)
            for one in child.members or (child,):
                if one.box is None:
                    self.instances.setdefault(one.form, []).append(one)
                    self._gather(one)

    def _count(self, part: Part, seen: set[int]) -> None:
        """Count the places of each form.

        What is inside a form counts once, but a stage shows its blocks wherever it is.
        """
        is_stage = bool(part.path) and self.is_stage(part)
        for child in part.children:
            shape = child.shape
            if shape.box is None:
                self.places[shape.form] = self.places.get(shape.form, 0) + 1
                if is_stage:
                    self.staged.add(shape.form)
                if self.is_stage(shape) or shape.form not in seen:
                    seen.add(shape.form)
                    self._count(shape, seen)

    def is_stage(self, part: Part) -> bool:
        """Whether a group is a chain of blocks, with perhaps as many layers between them."""
        blocks = sum(
            c.shape.box is None and (len(c.shape.boxes) > TINY or not self.is_chain(c.shape))
            for c in part.children
        )
        return 2 * blocks >= len(part.children) and self.is_chain(part)

    def _is_plain(self, part: Part) -> bool:
        """Whether a group is a chain, and so is all that it holds."""
        inside = (c.shape for c in part.children if c.shape.box is None)
        return self.is_chain(part) and all(map(self._is_plain, inside))

    def is_open(self, part: Part) -> bool:
        """Whether somebody asked to see the inside of this very part, or of what is around it."""
        if self.opened is None:
            return True
        return any(is_along(o, path) for path in part.paths for o in self.opened)

    def has_card(self, part: Part) -> bool:
        """Whether a part is drawn as one box, with its inside on a card."""
        shape = part.shape
        if shape.box is not None or self.whole or self.is_open(part):
            return False
        size, chain = self._size(shape)
        if chain and size <= TINY and shape.form not in self.staged:
            return False
        if self.is_stage(shape):
            return size > SERIES and self.places.get(shape.form, 0) > 1
        if shape.form in self.staged or self.places.get(shape.form, 0) > 1:
            return True
        if not chain and self.crowded:
            return size > TINY
        return size > (SERIES if chain else SINGLE)

    def _size(self, part: Part) -> tuple[int, bool]:
        """Return how many boxes the inside of a group shows, and whether it is a chain."""
        found = self.sizes.get(part.form)
        if found is None:
            size, chain = 0, self.is_chain(part)
            for child in part.children:
                if child.shape.box is not None or self.has_card(child):
                    size += 1
                else:
                    inner, is_chain = self._size(child.shape)
                    size, chain = size + inner, chain and is_chain
            found = self.sizes[part.form] = size, chain
        return found

    def is_chain(self, part: Part) -> bool:
        """Whether each child of a group reads nothing but the one before."""
        return self.planter.wiring(part).is_chain

    def card(self, part: Part) -> Card:
        """Return the card of a form; it gets its letter when it is first asked for."""
        form = part.shape.form
        card = self._card_of.get(form)
        if card is None:
            letter = _letter(len(self.cards))
            card = self._card_of[form] = Card(letter, self.instances[form], self.stands[form])
            self.cards.append(card)
        return card


def _letter(number: int) -> str:
    """Return A, B, ..., Z, A2, ...

    Examples
    --------
    >>> _letter(0), _letter(27)
    ('A', 'B2')
    """
    turn, at = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(turn + 1) if turn else "")
