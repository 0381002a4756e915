"""Part tree: the tree of the parts of a network, in which equal parts have equal codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnnanalyze.drawing.part import Part
from cnnanalyze.drawing.repeats import merge_repeats
from cnnanalyze.graph.blocks import Wiring, wire
from cnnanalyze.graph.box_grouping import Box, group_boxes
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
"""The attributes in which parts of one form may differ."""

VALUES = frozenset({"factor", "rate", "channels"})
"""The attributes that no shape of a weight depends on: equal blocks may differ in them."""


class Written(NamedTuple):
    """The attributes of a layer."""

    form: tuple[str, ...]
    """Those that belong to its form."""
    exact: str
    alike: str
    """All of them; and all but the values."""


class PartTree:
    """Builds the tree of one network."""

    def __init__(
        self,
        network: Network,
        marks: Mapping[str, str] | None = None,
        opened: frozenset[str] | None = frozenset(),
    ) -> None:
        self.network = network
        self.marks = marks or {}
        self.opened = opened
        """Paths of parts that are not merged with equal ones; nothing means all."""
        self.codes: dict[object, int] = {}
        self.written: dict[int, Written] = {}
        self.wirings: dict[int, tuple[Part, Wiring]] = {}

    def build(self) -> Part:
        """Return the whole network as one group."""
        root = Part("")
        below: dict[str, Part] = {}
        for box in group_boxes(self.network, self.marks):
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
        """Return the edges between the children of a part, worked out once for each part."""
        found = self.wirings.get(id(part))
        if found is None:
            # The part is kept as well, so that no other object gets its id.
            found = self.wirings[id(part)] = (
                part,
                wire((c.nodes for c in part.children), self.network),
            )
        return found[1]

    def _finish(self, part: Part) -> None:
        """Assign codes to a part and all parts below, and merge those that are equal."""
        if part.box is not None:
            part.form, part.exact, part.alike = self._codes_of(part.box)
            return
        for i, child in enumerate(part.children):
            self._finish(child)
            while child.box is None and not child.members and len(child.children) == 1:
                child = _collapsed(child)  # noqa: PLW2901 - a group of one is that one
                part.children[i] = child
        if self.opened is not None:
            merge_repeats(part, self)
        wiring = self.wiring(part)
        shape = (wiring.form, tuple(i for _, i in wiring.exits))
        # The number of repeats belongs to the size, not to the form.
        forms = tuple((c.form, c.times > 1) for c in part.children)
        part.form = self.code(("form", forms, shape))
        part.exact = self.code(("exact", tuple((c.exact, c.times) for c in part.children), shape))
        part.alike = self.code(("alike", tuple((c.alike, c.times) for c in part.children), shape))

    def code(self, what: object) -> int:
        """Return a number for a value; equal values have equal numbers."""
        return self.codes.setdefault(what, len(self.codes))

    def _codes_of(self, box: Box) -> tuple[int, int, int]:
        forms, exacts, alikes = [], [], []
        for node in box.nodes:
            if (layer := id(node.layer)) not in self.written:
                self.written[layer] = _written(node)
            written = self.written[layer]
            mark = self.marks.get(node.id, "")
            forms.append((node.kind, written.form, mark, node is box.main))
            place = (node.frozen, node.share is not None, node.output.size)
            exacts.append((written.exact, place))
            alikes.append((written.alike, place))
        form = self.code(("box", tuple(forms)))
        exact = self.code(("exactly", form, tuple(exacts)))
        return form, exact, self.code(("alike", form, tuple(alikes)))


def _written(node: Node) -> Written:
    """Return the attributes of a layer."""
    attributes = [
        (name, value)
        for name, value in node.attributes.items()
        if not isinstance(value, dict | list)
    ]
    return Written(
        tuple(str(a) for a in attributes if a[0] not in WIDTH_WORDS),
        str(attributes),
        str([a for a in attributes if a[0] not in VALUES]),
    )


def _collapsed(part: Part) -> Part:
    """Return the only child of a group, under the name of the group."""
    (child,) = part.children
    if child.members:
        return Part(part.path, None, [], child.members, child.form, child.exact, child.alike)
    return Part(part.path, child.box, child.children, [], child.form, child.exact, child.alike)
