"""Transposed convolution: the map of a convolution from its output back to its input."""

from math import prod

from pydantic import Field, ValidationInfo, field_validator

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.reach import Reach
from cnnanalyze.core.resampling import Transposed
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.core.symbolic_arithmetic import larger
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    Count,
    Extent,
    Extra,
    Flag,
    Padding,
    per_axis,
    per_border,
    relation,
)
from cnnanalyze.layers.base import Example, Layer, layer, refuse_vector
from cnnanalyze.layers.conv import refuse_groups
from cnnanalyze.layers.traits import Category, Labels, Trait


@layer("transposed_conv", "deconv")
class TransposedConv(Layer):
    """Transposed convolution: every input element writes a kernel's worth of outputs.

    Where a convolution with stride ``s`` shrinks, this layer grows. The windows of the inputs lie
    ``s`` apart on the output and are added up where they overlap; together they cover
    ``(n - 1)·s + d·(k - 1) + 1`` indices. Numbers in ``padding`` are what is *cropped* from that
    result, as in PyTorch, so that a convolution and a transposed one with the same numbers undo
    each other's sizes; ``output_padding`` gives back what a convolution's rounding has lost:

    ``n' = (n - 1)·s - p_before - p_after + d·(k - 1) + 1 + output_padding``.

    The words are Keras', and ``output_padding`` makes a difference there even where it is 0.
    Without it, ``padding: same`` gives ``n·s`` and ``padding: valid``
    ``(n - 1)·s + max(d·(k - 1) + 1, s)``. With it, ``same`` gives
    ``(n - 1)·s + (d·(k - 1) + 1) mod 2 + output_padding`` and ``valid`` the formula above without
    cropping. ``same`` crops both sides alike, the odd index at the end; what lies behind the last
    window is left to the bias alone.

    The layer holds ``k·k·C_in/g·C_out`` weights and one bias per filter; every *input* position
    costs as many multiply-accumulates, cropped results included.
    """

    category = Category.TRANSPOSED_CONVOLUTION
    traits = frozenset(
        {Trait.TRANSPOSED_CONVOLUTION, Trait.FULL_DEPTH, Trait.MIXES_CHANNELS, Trait.UPSAMPLING}
    )
    labels = Labels("up-conv")
    principal = "filters"
    filters: Count = Field(description="number of filters: channels of the output")
    kernel: Extent = Field(description="size of the kernel, for all axes or per axis")
    stride: Extent = Field(default=1, description="distance of the windows on the output")
    padding: Padding = Field(
        default=0,
        description="what to crop at the borders (PyTorch, ONNX), or 'valid' or 'same' (Keras)",
    )
    dilation: Extent = Field(default=1, description="distance between the elements of the kernel")
    groups: Count = Field(default=1, description="independent groups of channels")
    output_padding: Extra | None = Field(
        default=None,
        description="indices added to the end of the output, fewer than the stride, or with "
        "numbers in 'padding' than the dilation; left out, 'padding' alone decides",
    )
    bias: Flag = Field(default=True, description="whether every filter adds a bias")
    examples = (
        Example(
            inputs=("6x6x16",),
            attributes={
                "filters": 16,
                "kernel": 3,
                "stride": 2,
                "padding": 1,
                "output_padding": 1,
            },
            output="12x12x16",
            source="PyTorch documentation, ConvTranspose2d, example with output_size 12x12",
        ),
        Example(
            inputs=("7x7x256",),
            attributes={"filters": 128, "kernel": 5, "padding": "same", "bias": False},
            output="7x7x128",
            source="TensorFlow tutorial 'Deep convolutional generative adversarial network'",
        ),
        Example(
            inputs=("7x7x128",),
            attributes={"filters": 64, "kernel": 5, "stride": 2, "padding": "same", "bias": False},
            output="14x14x64",
            source="TensorFlow tutorial 'Deep convolutional generative adversarial network'",
        ),
    )

    @field_validator("output_padding")
    @classmethod
    def _below_stride(
        cls, value: int | tuple[int, ...] | None, info: ValidationInfo
    ) -> int | tuple[int, ...] | None:
        if value is not None and any((value,) if isinstance(value, int) else value):
            stride, dilation = (info.data.get(name, 1) for name in ("stride", "dilation"))
            padding = info.data.get("padding", 0)
            worded = isinstance(padding, str)
            # Lists of different lengths are refused later, where the axes are known.
            for extra, s, d in zip(*_spread(value, stride, dilation), strict=False):
                if extra >= (s if worded else max(s, d)):
                    limit = (
                        f"the stride {show_value(stride)} with padding {show_value(padding)}"
                        if worded
                        else f"the stride {show_value(stride)} "
                        f"or the dilation {show_value(dilation)}"
                    )
                    raise relation(f"must be below {limit}, not {show_value(value)}", code="DP002")
        return value

    def shape(self, *inputs: Shape) -> Shape:
        """Lay the windows of the inputs on the output, and crop."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        size = tuple(end - before for before, end in self.kept(x))
        for axis, n in enumerate(size):
            if n < 1:
                if isinstance(self.padding, str):
                    raise ShapeError(
                        f"padding '{self.padding}' with output_padding "
                        f"{show_value(self.output_padding)} leaves nothing of "
                        f"{axis_name(axis, x.rank)} {x.size[axis]}: {n} < 1",
                        attribute="output_padding",
                        help="leave 'output_padding' out: then 'same' gives one stride per input",
                        code="SH002",
                    )
                before, after = per_border(self.padding, x.rank, "padding")[axis]
                raise ShapeError(
                    f"padding {before}+{after} crops the whole {axis_name(axis, x.rank)}: "
                    f"{before + after} ≥ {n + before + after}, nothing is left",
                    attribute="padding",
                    help="in a transposed convolution, padding is cropped: use less",
                    code="SH002",
                )
        refuse_groups(self.groups, x.channels, self.filters)
        return Shape(size, self.filters)

    def kept(self, x: Shape) -> list[tuple[int, int]]:
        """Return, per axis, where the output begins and ends on the uncropped result."""
        rank = x.rank
        kernel = per_axis(self.kernel, rank, "kernel")
        stride = per_axis(self.stride, rank, "stride")
        dilation = per_axis(self.dilation, rank, "dilation")
        covers = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        axes = list(zip(x.size, covers, stride, strict=True))
        if self.output_padding is None:
            if self.padding == "same":
                starts = [larger(c - s, 0) // 2 for _, c, s in axes]
                return [(p, p + n * s) for (n, _, s), p in zip(axes, starts, strict=True)]
            if self.padding == "valid":
                return [(0, (n - 1) * s + larger(c, s)) for n, c, s in axes]
        added = per_axis(self.output_padding or 0, rank, "output_padding")
        if self.padding == "same":
            starts = [
                larger(c - c % 2 - o, 0) // 2 for (_, c, _), o in zip(axes, added, strict=True)
            ]
            return [
                (p, p + (n - 1) * s + c % 2 + o)
                for (n, c, s), o, p in zip(axes, added, starts, strict=True)
            ]
        borders = per_border(0 if self.padding == "valid" else self.padding, rank, "padding")
        return [
            (p, (n - 1) * s + c - q + o)
            for (n, c, s), o, (p, q) in zip(axes, added, borders, strict=True)
        ]

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one kernel per filter, and its bias."""
        x = inputs[0]
        kernel = per_axis(self.kernel, x.rank, "kernel")
        weights = Param("kernel", (*kernel, x.channels // self.groups, self.filters))
        return (weights, Param("bias", (self.filters,))) if self.bias else (weights,)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply every weight with every input position, and accumulate."""
        x = inputs[0]
        taps = prod(per_axis(self.kernel, x.rank, "kernel"))
        macs = x.positions * taps * (x.channels // self.groups) * self.filters
        return Cost(mac=macs, add=output.count if self.bias else 0)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """One transposed window per axis."""
        x = inputs[0]
        rank = x.rank
        return (
            tuple(
                map(
                    Transposed,
                    per_axis(self.kernel, rank, "kernel"),
                    per_axis(self.stride, rank, "stride"),
                    per_axis(self.dilation, rank, "dilation"),
                    [before for before, _ in self.kept(x)],
                )
            ),
        )


def _spread(*values: int | tuple[int, ...]) -> list[tuple[int, ...]]:
    axes = max((len(v) for v in values if not isinstance(v, int)), default=1)
    return [(v,) * axes if isinstance(v, int) else v for v in values]
