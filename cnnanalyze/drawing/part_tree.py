"""Planting: from a network to the tree of its parts, with equal parts recognised."""

from __future__ import annotations

from collections.abc import Mapping

from cnnanalyze.drawing.box_grouping import Box, fold
from cnnanalyze.drawing.part import Part
from cnnanalyze.drawing.repeats import merge_repeats
from cnnanalyze.graph.blocks import Wiring, wire
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

WIDTH_WORDS = frozenset(
    {
        "filters",
        "units",
        "heads",
        "output",
        "groups",
        "rate",
        "to",
        "size",
        "channels",
        "before",
        "after",
        "factor",
    }
)
"""Attributes in which parts of one form may differ; what is drawn once is the form."""


class Planter:
    """Makes the tree of one network."""

    def __init__(
        self,
        network: Network,
        marks: Mapping[str, str] | None = None,
        opened: frozenset[str] | None = frozenset(),
    ) -> None:
        self.network = network
        self.marks = marks or {}
        self.opened = opened
        """Paths that are not merged with their like; nothing means all."""
        self.codes: dict[object, int] = {}
        self.written: dict[int, tuple[tuple[str, ...], str]] = {}
        """By layer, its attributes: those that belong to its form, and all of them."""
        self.wirings: dict[int, tuple[Part, Wiring]] = {}

    def plant(self) -> Part:
        """Return the whole network as one group."""
        root = Part("")
        below: dict[str, Part] = {}
        for box in fold(self.network, self.marks):
            parent = root
            for path in box.groups:
                if path not in below:
                    below[path] = Part(path)
                    parent.children.append(below[path])
                parent = below[path]
            parent.children.append(Part(box.path, box))
        self._finish(root)
        return root

    def wiring(self, part: Part) -> Wiring:
        """How do the children of a part hang together? Asked once for every part."""
        found = self.wirings.get(id(part))
        if found is None:
            # The part is kept as well: no other may get its number.
            found = self.wirings[id(part)] = (
                part,
                wire((c.nodes for c in part.children), self.network),
            )
        return found[1]

    def _finish(self, part: Part) -> None:
        """Give a part and all below it their codes, and make one of those that are equal."""
        if part.box is not None:
            part.form, part.exact = self._code_of(part.box)
            return
        for i, child in enumerate(part.children):
            self._finish(child)
            while child.box is None and not child.members and len(child.children) == 1:
                child = _lifted(child)  # noqa: PLW2901 - a group of one is that one
                part.children[i] = child
        if self.opened is not None:
            merge_repeats(part, self)
        wiring = self.wiring(part)
        shape = (wiring.form, tuple(i for _, i in wiring.exits))
        # How often a child is repeated is a matter of size, not of form.
        forms = tuple((c.form, c.times > 1) for c in part.children)
        exacts = tuple((c.exact, c.times) for c in part.children)
        part.form = self.code(("form", forms, shape))
        part.exact = self.code(("exact", exacts, shape))

    def code(self, what: object) -> int:
        """Return a number for a thing; equal things have equal numbers."""
        return self.codes.setdefault(what, len(self.codes))

    def _code_of(self, box: Box) -> tuple[int, int]:
        forms, exacts = [], []
        for node in box.nodes:
            if (layer := id(node.layer)) not in self.written:
                self.written[layer] = _written(node)
            narrow, attributes = self.written[layer]
            mark = self.marks.get(node.id, "")
            forms.append((node.kind, narrow, mark, node is box.main))
            exacts.append((attributes, node.frozen, node.share is not None, node.output.size))
        form = self.code(("box", tuple(forms)))
        return form, self.code(("exactly", form, tuple(exacts)))


def _written(node: Node) -> tuple[tuple[str, ...], str]:
    """Return the attributes of a layer that belong to its form, and all of them."""
    attributes = [
        (name, value)
        for name, value in node.attributes.items()
        if not isinstance(value, dict | list)
    ]
    return tuple(str(a) for a in attributes if a[0] not in WIDTH_WORDS), str(attributes)


def _lifted(part: Part) -> Part:
    """Return the only child of a group, with the group's name."""
    (child,) = part.children
    if child.members:
        return Part(
            part.path, children=[], members=child.members, form=child.form, exact=child.exact
        )
    return Part(part.path, child.box, child.children, [], form=child.form, exact=child.exact)
