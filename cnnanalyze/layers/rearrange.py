"""Layers that put elements in other places: axes, channels, blocks, shifts."""

from types import MappingProxyType

from pydantic import Field, ValidationInfo, field_validator

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.partition import Gathered
from cnnanalyze.core.reach import POINT, Reach, Window
from cnnanalyze.core.resampling import Sampled
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    AxisWord,
    Count,
    Natural,
    Offset,
    Order,
    Place,
    Span,
    Step,
    axis_number,
    per_axis,
    refuse_both_or_none,
)
from cnnanalyze.layers.base import Example, layer, refuse_uneven, refuse_vector
from cnnanalyze.layers.reshape import Moving
from cnnanalyze.layers.traits import Category, Trait


@layer("permute")
class Permute(Moving):
    """The spatial axes in another order; the channels stay last. It costs nothing.

    ``order: [2, 1]`` transposes an image. The receptive field is told axis by axis of the network's
    input, wherever these axes lie now. Where a join brings together axes that were moved and axes
    that were not, units see all of both.
    """

    category = Category.REARRANGEMENT
    principal = "order"
    order: Order = Field(description="the spatial axes in their new order, counted from 1")
    examples = (
        Example(
            inputs=("2x3x5x1",),
            attributes={"order": (3, 1, 2)},
            output="5x2x3x1",
            parameters=0,
            source="PyTorch documentation, torch.permute, example",
            note="PyTorch counts from 0; one channel axis is added after the three axes",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Put the extents in the new order."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        if len(self.order) != x.rank:
            raise ShapeError(
                f"order {show_value(self.order)} is one of {len(self.order)} axes, "
                f"but its input has {x.rank}: {len(self.order)} ≠ {x.rank}",
                attribute="order",
                help=f"name every spatial axis once, from 1 to {x.rank}",
                code="SH004",
            )
        return Shape(tuple(x.size[axis - 1] for axis in self.order), x.channels)

    def moved_axes(self, *inputs: Shape) -> tuple[int, ...]:  # noqa: ARG002
        """Return the axes in their new order."""
        return tuple(axis - 1 for axis in self.order)


@layer("slice")
class Slice(Moving):
    """A stretch of one axis: ``start`` to ``stop - 1``, every ``step``-th place. It costs nothing.

    ``slice: [0, 64]`` takes channels, ``slice: {axis: length, stop: 1}`` the first place of a
    sequence. Negative places count from the end; with a negative step it goes backwards, so that
    ``slice: {axis: width, step: -1}`` mirrors a map. All is as in Python.
    """

    category = Category.REARRANGEMENT
    principal = "channels"
    channels: Span | None = Field(
        default=None,
        description="[start, stop]: the first channel, and the one after the last; the short form",
    )
    axis: AxisWord | None = Field(
        default=None,
        validate_default=True,
        description="length, height, width, depth, channels, or its number from 1",
    )
    start: Place | None = Field(
        default=None, description="the first place that is taken; without it, from the end on"
    )
    stop: Place | None = Field(
        default=None, description="the place after the last; without it, to the end"
    )
    step: Step = Field(
        default=1, description="how far a place is from the next; below 0, backwards"
    )
    number_names = MappingProxyType({"channels": "start stop"})
    examples = (
        Example(
            inputs=("28x28x116",),
            attributes={"channels": (0, 58)},
            output="28x28x58",
            parameters=0,
            source="Ma et al. 2018 (ShuffleNet V2), channel split in stage 2 of the 1x network",
            note="table 5 prints 28x28 and 116 channels; section 3 splits them in equal halves",
        ),
        Example(
            inputs=("197x768",),
            attributes={"axis": "length", "stop": 1},
            output="1x768",
            parameters=0,
            macs=0,
            source="Dosovitskiy et al. 2020 (ViT), equation 4: the first token is classified",
            note="table 1 gives ViT-Base 768 numbers per token; at 224x224 it has 196 patches",
        ),
    )

    @field_validator("axis")
    @classmethod
    def _one_of_two(cls, axis: str | int | None, info: ValidationInfo) -> str | int | None:
        refuse_both_or_none(axis, info, "channels")
        return axis

    def taken(self, x: Shape) -> tuple[int, int, int]:
        """Return the axis, the first place that is taken and the one after the last."""
        axis = x.rank if self.axis is None else axis_number(self.axis, x, self.kind)
        n = x.extents[axis]
        if self.channels is not None:
            return axis, *self.channels
        first, last = (0, n) if self.step > 0 else (n - 1, -1)
        start, stop = (
            otherwise if place is None else place + n if place < 0 else place
            for place, otherwise in ((self.start, first), (self.stop, last))
        )
        return axis, start, stop

    def shape(self, *inputs: Shape) -> Shape:
        """Keep as much of the axis as was asked for."""
        x = inputs[0]
        axis, start, stop = self.taken(x)
        n = x.extents[axis]
        if self.channels is not None and stop > n:
            raise ShapeError(
                f"channels {show_value(self.channels)} exceed the {n} of the input: {stop} > {n}",
                attribute="channels",
                help=f"count the channels from 0; the stop is exclusive, at most {n}",
            )
        low, high = (start, stop) if self.step > 0 else (stop + 1, start + 1)
        is_before = self.stop is not None and self.step < 0 and stop < 0
        if is_before or not 0 <= low < high <= n:
            self.refuse(x, n, start, stop)
        return x.with_extent(axis, -((low - high) // abs(self.step)))

    def refuse(self, x: Shape, n: int, start: int, stop: int) -> None:
        """Raise: from the start to the stop there is nothing, or what the axis does not have."""
        if self.step > 0:
            outside, nowhere = (f"{stop} > {n}" if stop > n else ""), f"{start} ≥ {stop}"
            outside = outside or (f"{start} < 0" if start < 0 else "")
            end, most = str(stop), f"the stop is exclusive, at most {n}"
        else:
            outside, nowhere = (f"{start} ≥ {n}" if start >= n else ""), f"{start} ≤ {stop}"
            end = "the first" if self.stop is None else str(stop)
            lowest = start if self.stop is None else min(start, stop)
            outside = outside or (f"{lowest} < 0" if lowest < 0 else "")
            most = "backwards the start is above the stop, which is exclusive"
        is_stop = self.stop is not None and (start >= 0 if self.step > 0 else start < n)
        raise ShapeError(
            f"{start} to {end} is not a stretch of the {n} of {x} along {self.axis}: "
            f"{outside or nowhere}",
            attribute="stop" if is_stop else "start",
            help=f"count from 0, or from the end, from -1; {most}",
        )

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the place that lies as much further on as the stretch begins, or further back."""
        x = inputs[0]
        axis, start, stop = self.taken(x)
        reaches: list[Reach] = [POINT] * x.rank
        if axis < x.rank:
            reaches[axis] = (
                Window(1, stride=self.step, before=-start)
                if self.step > 0
                else Gathered(range(start, stop, self.step), x.size[axis])
            )
        return (tuple(reaches),)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that all of the axis is kept, in its order."""
        same = self.step > 0 and self.shape(*inputs) == inputs[0]
        return "slice to the shape that it has" if same else ""


@layer("pad_channels")
class PadChannels(Moving):
    """Channels of zeros around those of the input: a shortcut that widens without weights.

    It costs nothing and holds nothing. PyramidNet widens all its shortcuts like this; in the first
    paper on residual networks it is option A.
    """

    category = Category.REARRANGEMENT
    principal = "after"
    before: Natural = Field(default=0, description="channels of zeros before those of the input")
    after: Natural = Field(default=0, description="channels of zeros after those of the input")
    examples = (
        Example(
            inputs=("32x32x16",),
            attributes={"after": 16},
            output="32x32x32",
            parameters=0,
            macs=0,
            source="He et al. 2015, section 4.2 (CIFAR-10), shortcuts of option A, 16 to 32",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Add the channels."""
        x = inputs[0]
        return Shape(x.size, self.before + x.channels + self.after)


@layer("channel_shuffle")
class ChannelShuffle(Moving):
    """The channels dealt out anew between groups (ShuffleNet). It costs nothing.

    The first channel of every group comes first, then every second one, and so on, so a grouped
    convolution that follows reads channels from all groups.
    """

    category = Category.REARRANGEMENT
    traits = frozenset({Trait.MIXES_CHANNELS})
    principal = "groups"
    groups: Count = Field(description="groups of channels before the shuffle")
    examples = (
        Example(
            inputs=("2x2x4",),
            attributes={"groups": 2},
            output="2x2x4",
            parameters=0,
            source="PyTorch documentation, ChannelShuffle, example",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Keep the shape, if the groups divide the channels."""
        x = inputs[0]
        refuse_uneven(self.groups, x.channels)
        return x

    def without_effect(self, *inputs: Shape) -> str:  # noqa: ARG002
        """Say that one group stays as it is."""
        return "channel_shuffle of 1 group" if self.groups == 1 else ""


@layer("space_to_depth", "pixel_unshuffle")
class SpaceToDepth(Moving):
    """Blocks of the map put into channels: ``n/block`` on every axis. It costs nothing.

    On ``r`` axes the channels become ``C·block^r``.
    """

    category = Category.REARRANGEMENT
    principal = "block"
    block: Count = Field(description="size of a block on every axis")
    examples = (
        Example(
            inputs=("12x12x1",),
            attributes={"block": 3},
            output="4x4x9",
            parameters=0,
            source="PyTorch documentation, PixelUnshuffle, example",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Count the blocks on every axis."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        for axis, n in enumerate(x.size):
            if n % self.block:
                raise ShapeError(
                    f"block {self.block} does not divide {axis_name(axis, x.rank)} {n}: "
                    f"{n} mod {self.block} = {n % self.block}",
                    attribute="block",
                    help=f"bring every axis to a multiple of {self.block} with 'zeropad' or 'crop'",
                )
        return Shape(tuple(n // self.block for n in x.size), x.channels * self.block**x.rank)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read one block on every axis."""
        return ((Window(self.block, stride=self.block),) * inputs[0].rank,)


@layer("depth_to_space", "pixel_shuffle")
class DepthToSpace(Moving):
    """Channels put into blocks of the map: ``n·block`` on every axis. It costs nothing.

    On ``r`` axes the channels become ``C/block^r``: sub-pixel convolution is a convolution with so
    many more filters, followed by this layer. Neighbouring channels make a block, as in PyTorch and
    ONNX' mode CRD; TensorFlow and ONNX' mode DCR deal them out, which changes no size.
    """

    category = Category.REARRANGEMENT
    traits = frozenset({Trait.UPSAMPLING})
    principal = "block"
    block: Count = Field(description="size of a block on every axis")
    examples = (
        Example(
            inputs=("4x4x9",),
            attributes={"block": 3},
            output="12x12x1",
            parameters=0,
            source="PyTorch documentation, PixelShuffle, example",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Lay the channels of every position out in a block."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        places = self.block**x.rank
        if x.channels % places:
            raise ShapeError(
                f"block {self.block} has {places} places on {x.rank} axes, which do not divide the "
                f"{x.channels} channels: {x.channels} mod {places} = {x.channels % places}",
                attribute="block",
                help=f"give the layer before it a multiple of {places} filters",
            )
        return Shape(tuple(n * self.block for n in x.size), x.channels // places)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the position that the block was laid out from."""
        return ((Sampled(step=1, unit=self.block),) * inputs[0].rank,)


@layer("shift")
class Shift(Moving):
    """The map moved: output ``o`` is input ``o + amount``, and zeros come in. It costs nothing.

    A shift convolution (Wu et al. 2018) moves every group of channels another way before a 1x1
    convolution: ``slice``, ``shift``, ``concat``.
    """

    category = Category.REARRANGEMENT
    traits = frozenset({Trait.SHIFTING})
    principal = "amount"
    amount: Offset = Field(description="how much further on to read, for all axes or per axis")
    number_names = MappingProxyType({"amount": "amount"})
    examples = (
        Example(
            inputs=("32x32x16",),
            attributes={"amount": (0, 1)},
            output="32x32x16",
            parameters=0,
            macs=0,
            source="Wu et al. 2018, 'Shift: a zero FLOP, zero parameter alternative', section 3",
            note="the size is that of the first stage of ResNet-20 on CIFAR-10",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Keep the shape, if something of the map is left."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        for axis, (n, amount) in enumerate(zip(x.size, self.moved(x), strict=True)):
            if abs(amount) >= n:
                raise ShapeError(
                    f"shifting by {amount} leaves nothing of {axis_name(axis, x.rank)} {n}: "
                    f"{abs(amount)} ≥ {n}",
                    attribute="amount",
                    help=f"shift by at most {n - 1}",
                    code="SH002",
                )
        return x

    def moved(self, x: Shape) -> tuple[int, ...]:
        """Return the amount for every axis."""
        return per_axis(self.amount, x.rank, "amount")

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the place that lies as much further on."""
        return (tuple(Window(1, before=-amount) for amount in self.moved(inputs[0])),)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that an amount of 0 moves nothing."""
        return "" if any(self.moved(inputs[0])) else "shift 0 moves nothing"
