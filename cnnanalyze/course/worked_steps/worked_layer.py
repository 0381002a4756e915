"""Worked layers: the inputs, the output and the working of one layer on given numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnnanalyze.core.exact_number import Number
from cnnanalyze.course.worked_steps.volume import Volume
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow

MOST_ROWS = 64
"""Of a working; the rest goes the same way."""
UPSTREAM = "dL/dy"
"""The gradient by the output, which comes from behind."""


class WorkingTable(NamedTuple):
    """The working for each number, in columns from left to right."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Number, ...], ...]
    facts: tuple[tuple[str, Number], ...] = ()
    """What belongs to all rows: a sum, a mean."""
    total: int = 0
    """The rows there are; the first alone are kept."""
    is_shown: bool = False
    """Whether rows are shown beside planes, too: they say more than the planes do."""

    @property
    def left_out(self) -> int:
        """How many rows are not kept."""
        return self.total - len(self.rows)


class TensorGradient(NamedTuple):
    """The gradient by a tensor that a layer holds; it has the shape of the tensor."""

    shape: tuple[int, ...]
    numbers: tuple[Number, ...]
    """In the order of the tensor's axes."""


class LayerGradients(NamedTuple):
    """The gradients by all that a layer reads and holds, with their working."""

    inputs: tuple[Volume, ...]
    """By each input; they have the shapes of the inputs."""
    tensors: dict[str, TensorGradient]
    """By role."""
    sections: tuple[WorkedLayer, ...]
    """How they come about, one after the other."""


class WorkedLayer(NamedTuple):
    """One layer, worked out."""

    name: str
    kind: str
    title: str
    """What is done, in words."""
    before: tuple[Volume, ...]
    after: Volume
    sliding_window: SlidingWindow | None = None
    formula: str = ""
    working: WorkingTable | None = None
    remarks: tuple[str, ...] = ()
    backward: Callable[[Volume], LayerGradients] | None = None
    """Makes the gradients of the one by the output; none where nobody can."""
    gradient_of: str = ""
    """What this is the gradient by, if it is one: ``input``, ``kernel``."""
    tensor_shape: tuple[int, ...] = ()
    """The extents of a tensor whose planes these are."""
    plane_names: tuple[str, ...] = ()
    """What the planes are called, if not by the numbers of their channels."""

    @property
    def shape_text(self) -> str:
        """The shape of what comes out."""
        extents = self.tensor_shape or self.after.shape.extents
        return "x".join(map(str, extents))
