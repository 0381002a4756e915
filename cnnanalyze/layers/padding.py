"""Layers that put a border around the map, or cut one off."""

from types import MappingProxyType
from typing import ClassVar, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from cnnanalyze.core.reach import Reach, Window
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    Ends,
    Number,
    Sides,
    choice,
    per_border,
    relation,
)
from cnnanalyze.layers.base import Example, layer, refuse_vector
from cnnanalyze.layers.reshape import Moving
from cnnanalyze.layers.traits import Labels, Trait
from cnnanalyze.layers.window import index_map, refuse_continuation


class PaddingLayer(Moving):
    """What all padding shares: every axis grows by its borders, ``n + before + after``."""

    traits = frozenset({Trait.PADDING})
    principal = "padding"
    border: ClassVar[str] = "constant"
    """What stands around the map: a number, or how numbers of the map itself go on."""
    padding: Sides = Field(description="elements to add per side, per axis, or per border")

    @property
    def surrounding(self) -> str:
        """What stands around the map, as ``border`` of the kind says it."""
        return self.border

    def shape(self, *inputs: Shape) -> Shape:
        """Grow every axis by its borders, for which a map that goes on must have the numbers."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        size = []
        for axis, (n, (before, after)) in enumerate(zip(x.size, self.borders(x), strict=True)):
            refuse_continuation(self.surrounding, n, before, after, axis_name(axis, x.rank))
            size.append(n + before + after)
        return Shape(tuple(size), x.channels)

    def borders(self, x: Shape) -> tuple[tuple[int, int], ...]:
        """Return what is added before and after every axis."""
        return per_border(self.padding, x.rank, "padding")

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the place that lies as much earlier, or what stands for it if it is outside."""
        axis = index_map(self.surrounding)
        return (tuple(axis(1, before=before) for before, _ in self.borders(inputs[0])),)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that a padding of 0 adds nothing."""
        return f"{self.kind} 0 adds nothing" if self.shape(*inputs) == inputs[0] else ""


@layer("zeropad")
class ZeroPad(PaddingLayer):
    """Zeros around the map: ``n + before + after`` on every axis. It costs nothing."""

    labels = Labels(beside=True)
    examples = (
        Example(
            inputs=("6x6x1",),
            attributes={"padding": 1},
            output="8x8x1",
            source="lecture 000 (after A. Ng), padding a 6x6 image by 1",
        ),
        Example(
            inputs=("224x224x3",),
            attributes={"padding": 3},
            output="230x230x3",
            parameters=0,
            source="Keras, summary of ResNet50, row conv1_pad",
        ),
        Example(
            inputs=("1x2x2x3",),
            attributes={"padding": 2},
            output="5x6x6x3",
            source="Keras documentation, ZeroPadding3D, example (1, 1, 2, 2, 3)",
        ),
    )


@layer("reflectpad")
class ReflectPad(PaddingLayer):
    """The map mirrored at its borders: ``n + before + after`` on every axis. It costs nothing.

    The border itself is not repeated: ``0 1 2`` becomes ``2 1 0 1 2 1 0`` with a padding of 2, so
    no side can grow by as much as the axis is long.
    """

    border = "reflect"
    examples = (
        Example(
            inputs=("3x3x1",),
            attributes={"padding": 2},
            output="7x7x1",
            parameters=0,
            source="PyTorch documentation, ReflectionPad2d, first example",
        ),
        Example(
            inputs=("3x3x1",),
            attributes={"padding": ((2, 0), (1, 1))},
            output="5x5x1",
            source="PyTorch documentation, ReflectionPad2d, second example",
            note="PyTorch names the sides from the last axis on: (1, 1, 2, 0)",
        ),
        Example(
            inputs=("2x2x2x1",),
            attributes={"padding": 1},
            output="4x4x4x1",
            source="PyTorch documentation, ReflectionPad3d, example",
        ),
    )


@layer("replicatepad")
class ReplicatePad(PaddingLayer):
    """The map with its outermost elements repeated: ``n + before + after``. It costs nothing.

    ``0 1 2`` becomes ``0 0 0 1 2 2 2`` with a padding of 2.
    """

    border = "replicate"
    examples = (
        Example(
            inputs=("3x3x1",),
            attributes={"padding": 2},
            output="7x7x1",
            parameters=0,
            source="PyTorch documentation, ReplicationPad2d, first example",
        ),
        Example(
            inputs=("3x3x1",),
            attributes={"padding": ((2, 0), (1, 1))},
            output="5x5x1",
            source="PyTorch documentation, ReplicationPad2d, second example",
            note="PyTorch names the sides from the last axis on: (1, 1, 2, 0)",
        ),
    )


@layer("circularpad")
class CircularPad(PaddingLayer):
    """The map repeated at its borders: ``n + before + after`` on every axis. It costs nothing.

    What lies before the first element is the end of the map, what lies behind the last its
    beginning: ``0 1 2`` becomes ``1 2 0 1 2 0 1`` with a padding of 2. So a panorama or a periodic
    field has no border. No side can grow by more than the axis is long.
    """

    border = "circular"
    examples = (
        Example(
            inputs=("3x3x1",),
            attributes={"padding": 2},
            output="7x7x1",
            parameters=0,
            source="PyTorch documentation, CircularPad2d, first example",
        ),
        Example(
            inputs=("3x3x1",),
            attributes={"padding": ((2, 0), (1, 1))},
            output="5x5x1",
            source="PyTorch documentation, CircularPad2d, second example",
            note="PyTorch names the sides from the last axis on: (1, 1, 2, 0)",
        ),
    )


@layer("pad")
class Pad(PaddingLayer):
    """The map with something around it, as the ``mode`` says. It costs nothing.

    ``constant`` puts the number ``fill`` there; ``reflect``, ``replicate`` and ``circular``
    continue the map as ``reflectpad``, ``replicatepad`` and ``circularpad`` do. ``channels`` does
    the same to the channels, of a vector, too: ``pad: {channels: [0, 16]}`` puts 16 channels of
    zeros behind those of the input, as ``pad_channels: 16`` does.
    """

    padding: Sides = Field(
        default=0, description="elements to add per side, per axis, or per border"
    )
    mode: choice("constant", "reflect", "replicate", "circular") = Field(  # type: ignore[valid-type]  # made from its words
        default="constant", description="what stands around the map"
    )
    fill: Number = Field(default=0.0, description="the number of a constant padding")
    channels: Ends = Field(
        default=(0, 0), description="channels to add: before and after, or a pair [before, after]"
    )
    number_names = MappingProxyType({"channels": "before after"})
    examples = (
        Example(
            inputs=("2x2x1",),
            attributes={"padding": 2, "fill": 3.5},
            output="6x6x1",
            parameters=0,
            macs=0,
            source="PyTorch documentation, ConstantPad2d(2, 3.5), example",
        ),
        Example(
            inputs=("3x3x1",),
            attributes={"padding": ((2, 0), (1, 1)), "mode": "circular"},
            output="5x5x1",
            source="PyTorch documentation, CircularPad2d, second example",
            note="PyTorch names the sides from the last axis on: (1, 1, 2, 0)",
        ),
        Example(
            inputs=("4x2x3",),
            attributes={"padding": ((2, 1), (0, 1)), "channels": (3, 3)},
            output="7x3x9",
            source="PyTorch documentation, torch.nn.functional.pad, example (0, 1, 2, 1, 3, 3)",
            note="PyTorch prints 3x9x7x3, images and channels first",
        ),
    )

    @field_validator("fill")
    @classmethod
    def _of_a_constant(cls, fill: float, info: ValidationInfo) -> float:
        mode = info.data.get("mode", "constant")
        if fill and mode != "constant":
            text = f"must be 0 with mode '{mode}': only a constant padding has a number"
            raise relation(text)
        return fill

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.model_fields_set.isdisjoint({"padding", "channels"}):
            raise relation("needs 'padding' or 'channels'")
        return self

    @property
    def surrounding(self) -> str:
        """What stands around the map: the mode."""
        return str(self.mode)

    def shape(self, *inputs: Shape) -> Shape:
        """Grow every axis by its borders, and the channels by theirs."""
        x, (before, after) = inputs[0], self.channels
        is_widened = bool((before or after) and self.padding == 0)
        grown = x if x.is_vector and is_widened else super().shape(x)
        refuse_continuation(self.surrounding, x.channels, before, after, "channels", "channels")
        return Shape(grown.size, before + x.channels + after)


@layer("crop")
class Crop(Moving):
    """The middle of the map: ``n - before - after`` on every axis. It costs nothing."""

    traits = frozenset({Trait.CROPPING})
    principal = "amount"
    amount: Sides = Field(description="what to leave out per side, per axis, or per border")
    examples = (
        Example(
            inputs=("28x28x3",),
            attributes={"amount": ((2, 2), (4, 4))},
            output="24x20x3",
            source="Keras documentation, Cropping2D, example",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Shrink every axis by its borders."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        borders = per_border(self.amount, x.rank, "amount")
        for axis, (n, (before, after)) in enumerate(zip(x.size, borders, strict=True)):
            if before + after >= n:
                raise ShapeError(
                    f"cropping {before}+{after} of {axis_name(axis, x.rank)} {n} leaves nothing: "
                    f"{before + after} ≥ {n}",
                    attribute="amount",
                    help=f"crop at most {n - 1} in all",
                    code="SH002",
                )
        return Shape(
            tuple(n - before - after for n, (before, after) in zip(x.size, borders, strict=True)),
            x.channels,
        )

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the place that lies as much further on as was cropped before."""
        borders = per_border(self.amount, inputs[0].rank, "amount")
        return (tuple(Window(1, before=-before) for before, _ in borders),)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that an amount of 0 takes nothing off."""
        return "crop 0 takes nothing off" if self.shape(*inputs) == inputs[0] else ""
