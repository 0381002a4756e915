"""Convolutions, plain, separable, transposed and others."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from cnnanalyze.exporting.arrangement import (
    channels_by_filters,
    filters_first,
    groups_of_inputs,
)
from cnnanalyze.exporting.code import Argument, Call, call
from cnnanalyze.exporting.part import Held, Step, Steps, refuse
from cnnanalyze.exporting.torch.registry import TARGET, outer, own, writes
from cnnanalyze.exporting.windows import single
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import CONTINUED, per_axis

_BORDERS = {"circular": "Circular", "reflect": "Reflection", "replicate": "Replication"}


BIAS = Held("bias")


def padding_of(node: Node) -> tuple[Steps, dict[str, tuple[Any, Any]]]:
    """Return the padding as a step of its own, if it must be one, or as options."""
    (x, *_), word = node.input_shapes, node.attributes["padding"]
    sides = tuple((fit.before, fit.after) for fit in node.layer.fit(*node.input_shapes))
    mode = word if word in CONTINUED else "zeros"
    if not any(map(any, sides)):
        return (), {}
    if all(before == after for before, after in sides):
        options: dict[str, tuple[Any, Any]] = {
            "padding": (single(tuple(before for before, _ in sides)), 0)
        }
        return (), options | ({"padding_mode": (mode, "zeros")} if mode != "zeros" else {})
    name = f"nn.{_BORDERS.get(mode, 'Zero')}Pad{x.rank}d"
    return (Step(call(name, padding=outer(sides)), suffix="padding"),), {}


def window(node: Node) -> dict[str, tuple[Any, Any]]:
    """Return stride and dilation as options."""
    rank = node.input_shapes[0].rank
    return {
        name: (single(per_axis(node.attributes[name], rank, name)), 1)
        for name in ("stride", "dilation")
    }


def convolution(
    node: Node, channels: int, filters: int, groups: int, name: str = ""
) -> tuple[Steps, Call]:
    """Return the padding, and the call of a convolution."""
    rank = node.input_shapes[0].rank
    before, padding = padding_of(node)
    kernel = single(per_axis(node.attributes["kernel"], rank, "kernel"))
    step = window(node)
    made = call(
        name or f"nn.Conv{rank}d", in_channels=channels, out_channels=filters, kernel_size=kernel
    ).with_options(
        stride=step["stride"],
        padding=padding.pop("padding", (0, 0)),
        dilation=step["dilation"],
        groups=(groups, 1),
        bias=(node.attributes["bias"], True),
        **padding,
    )
    return before, made


@writes("conv")
def _conv(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    name = ""
    if a["weight_standardized"]:
        name = _standardized(x.rank, gain=a["gain"])
    before, made = convolution(node, x.channels, a["filters"], a["groups"], name)
    tensors = {"kernel": Held("weight", filters_first), "bias": BIAS}
    if a["gain"]:
        tensors["gain"] = Held("gain", lambda gain: gain.reshape(-1, *(1,) * (x.rank + 1)))
    return (*before, Step(made, tensors=tensors))


def _standardized(rank: int, *, gain: bool) -> str:
    """Register a convolution whose kernels are standardised, as timm has them."""
    name = f"{'Scaled' if gain else ''}StandardizedConv{rank}d"
    ones = ", ".join(["1"] * (rank + 1))
    init = f"""
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.gain = nn.Parameter(torch.ones(self.out_channels, {ones}))
"""
    scale = "self.gain * self.weight[0].numel() ** -0.5 * " if gain else ""
    return own(
        name,
        f'''
class {name}(nn.Conv{rank}d):
    """A convolution whose kernels have mean 0 and variance 1."""
{init if gain else ""}
    def forward(self, x: Tensor) -> Tensor:
        dims = tuple(range(1, self.weight.ndim))
        variance, mean = torch.var_mean(self.weight, dims, correction=0, keepdim=True)
        kernel = {scale}(self.weight - mean) * (variance + 1e-6).rsqrt()
        return self._conv_forward(x, kernel, self.bias)
''',
    )


@writes("depthwise")
def _depthwise(node: Node, _: Network) -> Steps:
    channels = node.input_shapes[0].channels
    filters = channels * node.attributes["multiplier"]
    before, made = convolution(node, channels, filters, channels)
    return (
        *before,
        Step(made, tensors={"kernel": Held("weight", channels_by_filters), "bias": BIAS}),
    )


@writes("separable")
def _separable(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    between = x.channels * a["multiplier"]
    before, deep = convolution(node, x.channels, between, x.channels)
    deep = Call(
        deep.function,
        tuple(
            Argument("bias", value=False, default=True) if argument.name == "bias" else argument
            for argument in deep.arguments
        ),
    )
    mixed = call(
        f"nn.Conv{x.rank}d", in_channels=between, out_channels=a["filters"], kernel_size=1
    ).with_options(bias=(a["bias"], True))

    def pointwise(kernel: Any) -> Any:  # noqa: ANN401
        return filters_first(kernel.reshape(*(1,) * x.rank, *kernel.shape))

    return (
        *before,
        Step(
            deep,
            suffix="depthwise",
            tensors={"depthwise kernel": Held("weight", channels_by_filters)},
        ),
        Step(
            mixed,
            suffix="pointwise",
            tensors={"pointwise kernel": Held("weight", pointwise), "bias": BIAS},
        ),
    )


_TABLE = '''
class TableConv{rank}d(nn.Module):
    """A convolution in which a table says which channels each filter reads."""

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        table: tuple[tuple[int, ...], ...],
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.table = table
        self.filters = nn.ModuleList(
            nn.Conv{rank}d(
                len(row),
                1,
                kernel_size,
                stride=stride,
                padding=padding,
                dilation=dilation,
                bias=bias,
            )
            for row in table
        )

    def forward(self, x: Tensor) -> Tensor:
        maps = [
            filter(x[:, list(row)])
            for filter, row in zip(self.filters, self.table, strict=True)
        ]
        return torch.cat(maps, dim=1)
'''


@writes("table_conv")
def _table_conv(node: Node, _: Network) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    name = own(f"TableConv{rank}d", _TABLE.format(rank=rank))
    before, padding = padding_of(node)
    if "padding_mode" in padding:
        raise refuse(node, TARGET, f" with padding '{a['padding']}'")
    made = call(
        name, kernel_size=single(per_axis(a["kernel"], rank, "kernel")), table=a["table"]
    ).with_options(**window(node), **padding, bias=(a["bias"], True))
    ends = list(accumulate(map(len, a["table"])))
    return (*before, Step(made, tensors=_of_rows(ends)))


def _of_rows(ends: list[int]) -> dict[str, tuple[Held, ...]]:
    """Return where the tensors of a table of filters lie: one of each for each row."""

    def of(place: int) -> tuple[Held, Held]:
        first, last = [0, *ends][place], ends[place]
        return (
            Held(f"filters.{place}.weight", lambda k: filters_first(k[..., first:last, None])),
            Held(f"filters.{place}.bias", lambda bias: bias[place : place + 1]),
        )

    kernels, biases = zip(*map(of, range(len(ends))), strict=True)
    return {"kernel": kernels, "bias": biases}


_LOCAL = '''
class LocalConv2d(nn.Module):
    """A convolution with kernels of its own at each position."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        size: tuple[int, int],
        kernel_size: tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.size = size
        self.unfold = nn.Unfold(kernel_size, dilation, padding, stride)
        taps = kernel_size[0] * kernel_size[1]
        bound = (in_channels * taps) ** -0.5
        shape = (size[0] * size[1], in_channels * taps, out_channels)
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(out_channels, *size)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        windows = self.unfold(x).permute(2, 0, 1)
        x = torch.bmm(windows, self.weight).permute(1, 2, 0).unflatten(2, self.size)
        return x if self.bias is None else x + self.bias
'''


@writes("local_conv")
def _local_conv(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    if x.rank != 2:  # noqa: PLR2004 - images
        raise refuse(node, TARGET, f" on {x.rank} axes")
    before, padding = padding_of(node)
    if "padding_mode" in padding:
        raise refuse(node, TARGET, f" with padding '{a['padding']}'")
    made = call(
        own("LocalConv2d", _LOCAL),
        in_channels=x.channels,
        out_channels=a["filters"],
        size=node.output.size,
        kernel_size=per_axis(a["kernel"], x.rank, "kernel"),
    ).with_options(**window(node), **padding, bias=(a["bias"], True))

    def weight(kernel: Any) -> Any:  # noqa: ANN401
        height, width, *taps, read, filters = kernel.shape
        flat = kernel.reshape(height * width, -1, read, filters).transpose(0, 2, 1, 3)
        del taps
        return flat.reshape(height * width, -1, filters)

    tensors = {
        "kernel": Held("weight", weight),
        "bias": Held("bias", lambda bias: bias.transpose(2, 0, 1)),
    }
    return (*before, Step(made, tensors=tensors))


@writes("transposed_conv")
def _transposed_conv(node: Node, _: Network) -> Steps:
    a, x, rank = node.attributes, node.input_shapes[0], node.input_shapes[0].rank
    groups = a["groups"]
    each = {name: per_axis(a[name], rank, name) for name in ("kernel", "stride", "dilation")}
    kept = node.layer.kept(x)  # type: ignore[attr-defined]  # a transposed convolution has it
    full = [
        (n - 1) * s + d * (k - 1) + 1 for n, k, s, d in zip(x.size, *each.values(), strict=True)
    ]
    # What is cut off before, and behind; what is added there.
    starts = tuple(before for before, _ in kept)
    behind = tuple(end - stop for end, (_, stop) in zip(full, kept, strict=True))
    extra = tuple(p - b for p, b in zip(starts, behind, strict=True))
    fits = all(
        0 <= e < max(s, d) for e, s, d in zip(extra, each["stride"], each["dilation"], strict=True)
    )
    padding, more = starts, extra
    after: Steps = ()
    if not fits:
        padding, more = (0,) * rank, tuple(max(0, -b) for b in behind)
        cut = tuple((-p, -max(b, 0)) for p, b in zip(starts, behind, strict=True))
        after = (
            Step(
                forward="F.pad({0}, {sides})",
                values=(Argument("sides", outer(cut)),),
                suffix="crop",
            ),
        )
        if not any(map(any, cut)):
            after = ()
        if any(
            m >= max(s, d) for m, s, d in zip(more, each["stride"], each["dilation"], strict=True)
        ):
            raise refuse(node, TARGET, f" with padding '{a['padding']}' and such a stride")
    made = call(
        f"nn.ConvTranspose{rank}d",
        in_channels=x.channels,
        out_channels=a["filters"],
        kernel_size=single(each["kernel"]),
    ).with_options(
        stride=(single(each["stride"]), 1),
        padding=(single(padding), 0),
        output_padding=(single(more), 0),
        groups=(groups, 1),
        bias=(a["bias"], True),
        dilation=(single(each["dilation"]), 1),
    )

    weight = groups_of_inputs(groups)
    return (Step(made, tensors={"kernel": Held("weight", weight), "bias": BIAS}), *after)


_DEFORMABLE = '''
class DeformConv2d(nn.Module):
    """A convolution whose taps are moved by offsets, and weighed by a mask."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        dilation: tuple[int, int] = (1, 1),
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        conv = nn.Conv2d(in_channels, out_channels, kernel_size, groups=groups, bias=bias)
        self.weight, self.bias = conv.weight, conv.bias
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.groups = groups

    def forward(self, x: Tensor, offset: Tensor, mask: Tensor | None = None) -> Tensor:
        images, channels, height, width = x.shape
        rows, columns = offset.shape[2:]
        taps = self.weight[0, 0].numel()
        moves = offset.reshape(images, -1, taps, 2, rows, columns)
        together = moves.shape[1]
        parts = x.reshape(images * together, -1, height, width)
        found = []
        for tap in range(taps):
            down, right = divmod(tap, self.weight.shape[3])
            y = torch.arange(rows, device=x.device)[:, None] * self.stride[0]
            z = torch.arange(columns, device=x.device) * self.stride[1]
            y = y - self.padding[0] + down * self.dilation[0] + moves[:, :, tap, 0]
            z = z - self.padding[1] + right * self.dilation[1] + moves[:, :, tap, 1]
            y, z = (2 * y + 1) / height - 1, (2 * z + 1) / width - 1
            grid = torch.stack([z, y], dim=-1)
            read = F.grid_sample(parts, grid.flatten(0, 1), align_corners=False)
            read = read.reshape(images, together, -1, rows, columns)
            if mask is not None:
                weights = mask.reshape(images, together, taps, 1, rows, columns)
                read = read * weights[:, :, tap]
            found.append(read.reshape(images, channels, -1))
        sampled = torch.stack(found, dim=2)
        kernel = self.weight.flatten(2).unsqueeze(3)
        return F.conv2d(sampled, kernel, self.bias, groups=self.groups).unflatten(
            3, (rows, columns)
        )[:, :, 0]
'''


@writes("deform_conv")
def _deform_conv(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    if x.rank != 2:  # noqa: PLR2004 - images
        raise refuse(node, TARGET, f" on {x.rank} axes")
    each = {name: per_axis(a[name], x.rank, name) for name in ("kernel", "stride", "dilation")}
    before = tuple(fit.before for fit in node.layer.fit(*node.input_shapes))
    made = call(
        own("DeformConv2d", _DEFORMABLE),
        in_channels=x.channels,
        out_channels=a["filters"],
        kernel_size=each["kernel"],
    ).with_options(
        stride=(each["stride"], (1, 1)),
        padding=(before, (0, 0)),
        dilation=(each["dilation"], (1, 1)),
        groups=(a["groups"], 1),
        bias=(a["bias"], True),
    )
    inputs = ", ".join(f"{{{k}}}" for k in range(len(node.inputs)))
    return (
        Step(
            made,
            f"{{module}}({inputs})",
            tensors={"kernel": Held("weight", filters_first), "bias": BIAS},
        ),
    )
