"""Layer calls: a layer with the numbers that it reads and holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.worked_steps.volume import Volume
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.layers.attributes import per_axis
from cnnanalyze.layers.base import Fit, Layer

Tensors = Mapping[str, tuple[Number, ...]]
"""The given numbers of a layer by role, flat."""
EXACTLY = Fit(1, 0, 0, 1, 1)
"""How a window lies on an axis that it covers as a whole."""


class LayerCall(NamedTuple):
    """A layer with its numbers."""

    name: str
    layer: Layer
    tensors: Tensors
    """By role, in the order of the tensor's axes."""
    inputs: tuple[Volume, ...]
    output: Shape
    flipped: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def x(self) -> Volume:
        """The first input."""
        return self.inputs[0]

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes of the layer."""
        return self.layer.attributes

    def pair(self, name: str, otherwise: str = "") -> tuple[int, int]:
        """Return an attribute for rows and columns; a signal is one row."""
        value = self.attributes.get(name, 1)
        if value is None:
            value = self.attributes[otherwise]
        given = per_axis(value, self.x.rank, name)
        return (1, given[0]) if self.x.rank == 1 else (given[0], given[1])

    def fits(self) -> tuple[Fit, ...]:
        """How windows lie on rows and columns."""
        found = self.layer.fit(self.x.shape)
        return (EXACTLY, *found) if self.x.rank == 1 else found

    def shape_of(self, role: str) -> tuple[int, ...]:
        """Return the extents of a tensor that the layer holds."""
        held = self.layer.params(*(v.shape for v in self.inputs))
        return next(p.shape for p in held if p.role == role)

    def worked(self, title: str, after: Volume, formula: str = "") -> WorkedLayer:
        """Return the layer worked out, with what comes out of its inputs."""
        return WorkedLayer(self.name, self.layer.kind, title, self.inputs, after, formula=formula)

    def windowed(self, what: str, window: SlidingWindow, formula: str) -> WorkedLayer:
        """Return the layer worked out as a window that slides over its input."""
        signal = self.x.rank == 1  # it has one axis; that of the rows is none of it
        noun = "kernel" if window.kernels else "window"
        parts = [f"{what}, {noun} {_size(window.size, signal=signal)}"]
        for name, (a, b) in (("stride", window.stride), ("dilation", window.dilation)):
            if name == "stride" or (a, b) != (1, 1):
                parts.append(f"{name} {b if signal or a == b else f'{a}x{b}'}")
        (top, bottom), (left, right) = window.padding
        ends = [("left", left), ("right", right)]
        sides = ends if signal else [("above", top), ("below", bottom), *ends]
        if any(number for _, number in sides):
            alike = len({number for _, number in sides}) == 1
            told = ", ".join(f"{number} {word}" for word, number in sides)
            parts.append(f"padding {left if alike else told}")
        remarks = tuple(
            f"the last {noun if f.unread == 1 else f'{f.unread} {noun}s'} of the input "
            f"{'is' if f.unread == 1 else 'are'} not read: the next window would not fit"
            for f, noun in zip(window.fits, ("row", "number" if signal else "column"), strict=True)
            if f.unread
        )
        worked = self.worked(", ".join(parts), window.output, formula)
        return worked._replace(sliding_window=window, remarks=remarks)

    def gradient(
        self, role: str, title: str, before: tuple[Volume, ...], after: Volume, formula: str = ""
    ) -> WorkedLayer:
        """Return a gradient by an input or by what the layer holds, worked out."""
        title = f"gradient of the {role}{': ' if title else ''}{title}"
        return WorkedLayer(
            self.name, self.layer.kind, title, before, after, formula=formula, gradient_of=role
        )


def _size(size: tuple[int, int], *, signal: bool) -> str:
    rows, columns = size
    return str(columns) if signal else f"{rows}x{columns}"
