"""Pools over windows, over everything, and over a given number of bins."""

from __future__ import annotations

from math import prod
from typing import Any

from cnnanalyze.exporting.code import Argument, call
from cnnanalyze.exporting.part import Held, Step, Steps, refuse
from cnnanalyze.exporting.torch.registry import (
    TARGET,
    function,
    module,
    outer,
    own,
    writes,
)
from cnnanalyze.exporting.windows import sides_of, single, with_overhang
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import axis_numbers, per_axis
from cnnanalyze.layers.window import stride_of


def window(node: Node) -> tuple[Any, dict[str, tuple[Any, Any]]]:
    """Return the window of a pool, and its stride as an option."""
    a, rank = node.attributes, node.input_shapes[0].rank
    kernel = single(per_axis(a["kernel"], rank, "kernel"))
    stride = single(per_axis(stride_of(a), rank, "stride"))
    return kernel, {"stride": (stride, kernel)}


def refuse_holes(node: Node) -> None:
    """Refuse windows whose elements lie apart: PyTorch's means and sums have none."""
    x = node.input_shapes[0]
    if max(per_axis(node.attributes["dilation"], x.rank, "dilation")) > 1:
        raise refuse(node, TARGET, " with a dilation")


def is_even(node: Node) -> bool:
    """Whether PyTorch's pools can pad so: both sides alike, by at most half of the window.

    Its mean of a volume wants the window inside what is not padded yet.
    """
    x = node.input_shapes[0]
    kernel = per_axis(node.attributes["kernel"], x.rank, "kernel")
    if x.rank > 2 and any(k > n for k, n in zip(kernel, x.size, strict=True)):  # noqa: PLR2004
        return False
    return all(
        before == after and 2 * before <= k
        for (before, after), k in zip(sides_of(node), kernel, strict=True)
    )


def padding(node: Node) -> dict[str, tuple[Any, Any]]:
    """Return an even padding as an option."""
    return {"padding": (single(tuple(before for before, _ in sides_of(node))), 0)}


@writes("maxpool")
def _maxpool(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    kernel, options = window(node)
    before: Steps = ()
    if is_even(node):
        options |= {**padding(node), "ceil_mode": (a["ceil_mode"], False)}
    else:
        made = call(
            f"nn.ConstantPad{x.rank}d", padding=outer(with_overhang(node)), value=float("-inf")
        )
        before = (Step(made, suffix="padding"),)
    options["dilation"] = (single(per_axis(a["dilation"], x.rank, "dilation")), 1)
    return (*before, Step(call(f"nn.MaxPool{x.rank}d", size=kernel).with_options(**options)))


_MEAN = '''
class InnerAvgPool{rank}d(nn.Module):
    """A mean of windows that leaves out what is padded, on each side by another amount."""

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        padding: tuple[int, ...],
    ) -> None:
        super().__init__()
        self.padding = padding
        self.pool = nn.AvgPool{rank}d(kernel_size, stride)

    def forward(self, x: Tensor) -> Tensor:
        inside = F.pad(torch.ones_like(x[:1, :1]), self.padding)
        return self.pool(F.pad(x, self.padding)) / self.pool(inside)
'''


@writes("avgpool")
def _avgpool(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    refuse_holes(node)
    kernel, options = window(node)
    ceil = {"ceil_mode": (a["ceil_mode"], False)}
    is_padded = any(map(any, sides_of(node)))
    if is_even(node):
        if is_padded:
            options |= padding(node)
        counts = {"count_include_pad": (a["count_padding"] or not is_padded, True)}
        return module(
            call(f"nn.AvgPool{x.rank}d", size=kernel).with_options(**options, **ceil, **counts)
        )
    if a["count_padding"] and with_overhang(node) != sides_of(node):
        raise refuse(node, TARGET, " with an uneven padding that counts, and ceil_mode")
    if a["count_padding"]:
        made = call(f"nn.ZeroPad{x.rank}d", padding=outer(sides_of(node)))
        pool = call(f"nn.AvgPool{x.rank}d", size=kernel).with_options(**options)
        return (Step(made, suffix="padding"), Step(pool))
    name = own(f"InnerAvgPool{x.rank}d", _MEAN.format(rank=x.rank))
    stride = options["stride"][0]
    made = call(name, kernel_size=kernel, stride=stride, padding=outer(with_overhang(node)))
    return (Step(made),)


@writes("lppool")
def _lppool(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    kernel, options = window(node)
    refuse_holes(node)
    if a["ceil_mode"]:
        raise refuse(node, TARGET, " with ceil_mode")
    taps = prod(per_axis(a["kernel"], x.rank, "kernel"))
    name = own(
        f"PowerPool{x.rank}d",
        f'''
class PowerPool{x.rank}d(nn.Module):
    """The norm of every window."""

    def __init__(
        self,
        norm: float,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        padding: tuple[int, ...],
        taps: int,
    ) -> None:
        super().__init__()
        self.norm = norm
        self.padding = padding
        self.taps = taps
        self.pool = nn.AvgPool{x.rank}d(kernel_size, stride)

    def forward(self, x: Tensor) -> Tensor:
        powers = F.pad(x.abs() ** self.norm, self.padding)
        return (self.pool(powers) * self.taps) ** (1 / self.norm)
''',
    )
    made = call(
        name,
        norm=a["norm"],
        kernel_size=kernel,
        stride=options["stride"][0],
        padding=outer(sides_of(node)),
        taps=taps,
    )
    return (Step(made),)


@writes("subsample")
def _subsample(node: Node, _: Network) -> Steps:
    x = node.input_shapes[0]
    kernel, options = window(node)
    taps = prod(per_axis(node.attributes["kernel"], x.rank, "kernel"))
    ones = ", ".join(["1"] * x.rank)
    name = own(
        f"Subsample{x.rank}d",
        f'''
class Subsample{x.rank}d(nn.Module):
    """Sums of windows, with a coefficient and a bias for each channel (LeNet-5, 1998)."""

    def __init__(
        self,
        channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        padding: tuple[int, ...],
        taps: int,
    ) -> None:
        super().__init__()
        self.padding = padding
        self.taps = taps
        self.pool = nn.AvgPool{x.rank}d(kernel_size, stride)
        self.weight = nn.Parameter(torch.ones(channels, {ones}))
        self.bias = nn.Parameter(torch.zeros(channels, {ones}))

    def forward(self, x: Tensor) -> Tensor:
        sums = self.pool(F.pad(x, self.padding)) * self.taps
        return sums * self.weight + self.bias
''',
    )
    made = call(
        name,
        channels=x.channels,
        kernel_size=kernel,
        stride=options["stride"][0],
        padding=outer(sides_of(node)),
        taps=taps,
    )

    def column(array: Any) -> Any:  # noqa: ANN401
        return array.reshape(-1, *(1,) * x.rank)

    tensors = {"coefficient": Held("weight", column), "bias": Held("bias", column)}
    return (Step(made, tensors=tensors),)


@writes("global_avgpool", "global_maxpool")
def _global(node: Node, _: Network) -> Steps:
    what = "Avg" if node.kind == "global_avgpool" else "Max"
    return module(call(f"nn.Adaptive{what}Pool{node.input_shapes[0].rank}d", output_size=1))


@writes("adaptive_avgpool", "adaptive_maxpool")
def _adaptive(node: Node, _: Network) -> Steps:
    what = "Avg" if node.kind == "adaptive_avgpool" else "Max"
    rank = node.input_shapes[0].rank
    size = single(per_axis(node.attributes["size"], rank, "size"))
    return module(call(f"nn.Adaptive{what}Pool{rank}d", output_size=size))


_REDUCTIONS = {
    "mean": "{0}.mean({dims}",
    "sum": "{0}.sum({dims}",
    "max": "{0}.amax({dims}",
    "min": "{0}.amin({dims}",
    "var": "{0}.var({dims}, correction=0",
    "l2": "{0}.norm(2, {dims}",
}


@writes("reduce")
def _reduce(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    dims = tuple(1 if n == x.rank else n + 2 for n in axis_numbers(a["axes"], x, node.kind))
    keep = ", keepdim=True" if a["keep"] else ""
    return function(f"{_REDUCTIONS[a['method']]}{keep})", values=(Argument("dims", single(dims)),))


_UNPOOL = '''
class Unpool{rank}d(nn.Module):
    """Numbers put back to where the pool of another map found its largest."""

    def __init__(self, kernel_size: int | tuple[int, ...]) -> None:
        super().__init__()
        self.pool = nn.MaxPool{rank}d(kernel_size, return_indices=True)
        self.unpool = nn.MaxUnpool{rank}d(kernel_size)

    def forward(self, x: Tensor, pooled: Tensor) -> Tensor:
        _, places = self.pool(pooled)
        return self.unpool(x, places, output_size=pooled.shape[2:])
'''


@writes("unpool")
def _unpool(node: Node, _: Network) -> Steps:
    rank = node.input_shapes[1].rank
    name = own(f"Unpool{rank}d", _UNPOOL.format(rank=rank))
    kernel = single(per_axis(node.attributes["kernel"], rank, "kernel"))
    return (Step(call(name, kernel_size=kernel), "{module}({0}, {1})"),)
