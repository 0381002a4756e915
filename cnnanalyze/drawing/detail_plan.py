"""Detail plan: which groups are drawn in place, and which once, in a detail of their own."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from cnnanalyze.drawing.part import Part, is_along
from cnnanalyze.drawing.part_tree import PartTree

TINY = 3
"""A chain of at most this many boxes is always drawn in place."""
SERIES = 9
"""A chain of blocks and boxes, such as a stage, is drawn in place up to this length."""
SINGLE = 6
"""Other groups that occur once are drawn in place up to this number of boxes."""
WHOLE = 12
"""A network of at most this many boxes has no details."""
WHOLE_CHAIN = 30
"""Nor has a plain chain of at most this many boxes."""


@dataclass
class Detail:
    """The inside of a form, drawn once for all its uses."""

    letter: str
    parts: list[Part]
    """All parts of the form in the network, which are the uses of the detail."""
    places: list[Part]
    """The same, with equal ones in succession as one."""


class DetailPlan:
    """Decides for each form of a tree whether it has a detail."""

    def __init__(self, root: Part, tree: PartTree, opened: frozenset[str] | None) -> None:
        self.tree = tree
        self.opened = opened
        self.places: dict[int, int] = {}
        self.instances: dict[int, list[Part]] = {}
        self.stands: dict[int, list[Part]] = {}
        self.staged: set[int] = set()
        """The forms of the blocks of stages."""
        self.sizes: dict[int, tuple[int, bool]] = {}
        self.details: list[Detail] = []
        """In the order of the drawing."""
        self._detail_of: dict[int, Detail] = {}
        size = len(root.boxes)
        self.crowded = len(root.children) > WHOLE
        self.whole = size <= WHOLE or (size <= WHOLE_CHAIN and self._is_plain(root))
        self._collect(root)
        self._count(root, set())

    def _collect(self, part: Part) -> None:
        for child in part.children:
            if child.shape.box is None:
                self.stands.setdefault(child.shape.form, []).append(child)
            for one in child.members or (child,):
                if one.box is None:
                    self.instances.setdefault(one.form, []).append(one)
                    self._collect(one)

    def _count(self, part: Part, seen: set[int]) -> None:
        """Count the places of each form.

        The inside of a form counts once, except that a stage shows its blocks at each place.
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
        """Whether the user asked to see the inside of the part, or of a group around it."""
        if self.opened is None:
            return True
        return any(is_along(o, path) for path in part.paths for o in self.opened)

    def has_detail(self, part: Part) -> bool:
        """Whether a part is drawn as one box, and its inside in a detail."""
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
                if child.shape.box is not None or self.has_detail(child):
                    size += 1
                else:
                    inner, is_chain = self._size(child.shape)
                    size, chain = size + inner, chain and is_chain
            found = self.sizes[part.form] = size, chain
        return found

    def is_chain(self, part: Part) -> bool:
        """Whether each child of a group reads the one before and nothing else."""
        return self.tree.wiring(part).is_chain

    def detail(self, part: Part) -> Detail:
        """Return the detail of the form of a part; the first request assigns its letter."""
        form = part.shape.form
        detail = self._detail_of.get(form)
        if detail is None:
            letter = _letter(len(self.details))
            detail = self._detail_of[form] = Detail(letter, self.instances[form], self.stands[form])
            self.details.append(detail)
        return detail


def _letter(number: int) -> str:
    """Return A, B, ..., Z, A2, ...

    Examples
    --------
    >>> _letter(0), _letter(27)
    ('A', 'B2')
    """
    turn, at = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(turn + 1) if turn else "")
