"""Layers of several inputs: sums, products, concatenation, contractions, attention."""

from __future__ import annotations

from cnnanalyze.exporting.axes import channels_first, named_axis
from cnnanalyze.exporting.code import Argument, call
from cnnanalyze.exporting.contraction import equation
from cnnanalyze.exporting.part import Held, Step, Steps, refuse
from cnnanalyze.exporting.torch.registry import TARGET, function, own, writes
from cnnanalyze.exporting.windows import windows
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

_SIGNS = {"add": " + ", "multiply": " * ", "subtract": " - ", "divide": " / "}


def _places(node: Node) -> list[str]:
    return [f"{{{place}}}" for place in range(len(node.inputs))]


@writes(*_SIGNS)
def _folded(node: Node, _: Network) -> Steps:
    return function(_SIGNS[node.kind].join(_places(node)))


@writes("average")
def _average(node: Node, _: Network) -> Steps:
    return function(f"({' + '.join(_places(node))}) / {len(node.inputs)}")


@writes("maximum", "minimum")
def _extreme(node: Node, _: Network) -> Steps:
    first, *others = _places(node)
    for other in others:
        first = f"torch.{node.kind}({first}, {other})"
    return function(first)


@writes("concat")
def _concat(node: Node, _: Network) -> Steps:
    dim = channels_first(named_axis(node), node.input_shapes[0])
    return function(f"torch.cat([{', '.join(_places(node))}], dim={dim})")


@writes("einsum")
def _einsum(node: Node, _: Network) -> Steps:
    return function(f'torch.einsum("{equation(node, TARGET)}", {", ".join(_places(node))})')


@writes("matmul")
def _matmul(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    if x.rank == 0:
        raise refuse(node, TARGET, " of vectors")
    one, other = (
        f"{{{place}}}.movedim(1, -1)" + (".mT" if a[f"transpose_{word}"] else "")
        for place, word in enumerate(("first", "second"))
    )
    return function(f"({one} @ {other}).movedim(-1, 1)")


_ATTENTION = '''
class Attention(nn.Module):
    """Attention of several heads between the positions of maps, whose channels are first."""

    def __init__(
        self,
        heads: int,
        channels: tuple[int, int, int],
        sizes: tuple[int, int, int],
        bias: bool = True,
        output_bias: bool = True,
        causal: bool = False,
    ) -> None:
        super().__init__()
        wide, deep, output = sizes
        self.heads = heads
        self.causal = causal
        self.query = nn.Linear(channels[0], wide, bias=bias)
        self.key = nn.Linear(channels[1], wide, bias=bias)
        self.value = nn.Linear(channels[2], deep, bias=bias)
        self.output = nn.Linear(deep, output, bias=output_bias)

    def forward(
        self, x: Tensor, key: Tensor | None = None, value: Tensor | None = None
    ) -> Tensor:
        key = x if key is None else key
        value = key if value is None else value
        query = self.split(self.query(x.flatten(2).transpose(1, 2)))
        keys = self.split(self.key(key.flatten(2).transpose(1, 2)))
        values = self.split(self.value(value.flatten(2).transpose(1, 2)))
        out = F.scaled_dot_product_attention(query, keys, values, is_causal=self.causal)
        out = self.output(out.transpose(1, 2).flatten(2))
        return out.transpose(1, 2).unflatten(2, x.shape[2:])

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)
'''

_WINDOWED = '''
class WindowAttention(nn.Module):
    """Attention of several heads within windows of a map, whose channels are first."""

    def __init__(
        self,
        heads: int,
        channels: int,
        sizes: tuple[int, int, int],
        window: tuple[int, ...],
        shift: tuple[int, ...],
        bias: bool = True,
        output_bias: bool = True,
        relative_position: bool = False,
        causal: bool = False,
    ) -> None:
        super().__init__()
        wide, deep, output = sizes
        self.heads = heads
        self.window = window
        self.shift = shift
        self.causal = causal
        self.query = nn.Linear(channels, wide, bias=bias)
        self.key = nn.Linear(channels, wide, bias=bias)
        self.value = nn.Linear(channels, deep, bias=bias)
        self.output = nn.Linear(deep, output, bias=output_bias)
        self.positions = None
        if relative_position:
            count = math.prod(2 * w - 1 for w in window)
            self.positions = nn.Parameter(torch.zeros(count, heads))

    def forward(self, x: Tensor) -> Tensor:
        axes = tuple(range(1, 1 + len(self.window)))
        size = x.shape[2:]
        x = x.movedim(1, -1).roll([-s for s in self.shift], axes)
        query, key, value = (
            self.cut(of(x)).unflatten(-1, (self.heads, -1)).transpose(2, 3)
            for of in (self.query, self.key, self.value)
        )
        mask = self.mask(size, x)
        out = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        out = self.paste(out.transpose(2, 3).flatten(3), size)
        return self.output(out).roll(self.shift, axes).movedim(-1, 1)

    def cut(self, x: Tensor) -> Tensor:
        """Return images, windows, positions in a window, channels."""
        rank = len(self.window)
        for axis in range(rank):
            x = x.unflatten(1 + 2 * axis, (-1, self.window[axis]))
        outer = range(1, 2 * rank, 2)
        inner = range(2, 2 * rank + 1, 2)
        x = x.permute(0, *outer, *inner, x.ndim - 1)
        return x.flatten(1 + rank, 2 * rank).flatten(1, rank)

    def paste(self, x: Tensor, size: torch.Size) -> Tensor:
        rank = len(self.window)
        counts = [n // w for n, w in zip(size, self.window, strict=True)]
        x = x.reshape(len(x), *counts, *self.window, -1)
        pairs = [axis for k in range(1, rank + 1) for axis in (k, k + rank)]
        return x.permute(0, *pairs, x.ndim - 1).reshape(len(x), *size, -1)

    def mask(self, size: torch.Size, x: Tensor) -> Tensor | None:
        """Return what is added for a position and another: nothing, or minus infinity."""
        count = math.prod(self.window)
        added = None
        if self.positions is not None:
            sides = [torch.arange(w, device=x.device) for w in self.window]
            grid = torch.meshgrid(*sides, indexing="ij")
            places = torch.stack(grid, dim=-1).flatten(0, -2)
            apart = places[:, None] - places[None]
            number = torch.zeros(count, count, dtype=torch.long, device=x.device)
            for axis, w in enumerate(self.window):
                number = number * (2 * w - 1) + apart[..., axis] + w - 1
            added = self.positions[number].movedim(-1, 0)
        hidden = None
        if any(self.shift):
            region = torch.zeros(1, *size, 1, device=x.device)
            for axis, s in enumerate(self.shift):
                side = torch.arange(size[axis], device=x.device) >= size[axis] - s
                shape = [-1 if k == axis else 1 for k in range(len(size))]
                region = region * 2 + side.reshape(1, *shape, 1)
            cut = self.cut(region)[0, :, None, :, 0]
            hidden = cut.unsqueeze(-1) != cut.unsqueeze(-2)
        if self.causal:
            hidden = torch.ones(count, count, dtype=torch.bool, device=x.device).triu(1)
        if hidden is None:
            return added
        never = torch.zeros(hidden.shape, dtype=x.dtype, device=x.device)
        never = never.masked_fill(hidden, float("-inf"))
        return never if added is None else added + never
'''


def _heads(role: str) -> tuple[Held, Held]:
    return Held(f"{role}.weight", lambda kernel: kernel.T), Held(f"{role}.bias")


@writes("attention")
def _attention(node: Node, _: Network) -> Steps:
    a, shapes = node.attributes, node.input_shapes
    query, key, value = shapes[0], shapes[min(1, len(shapes) - 1)], shapes[-1]
    heads = a["heads"]
    if not a["projections"]:
        return _bare(node)
    wide = heads * (a["key_size"] or query.channels // heads)
    deep = heads * a["value_size"] if a["value_size"] else wide
    sizes = (wide, deep, a["output"] or query.channels)
    output_bias = a["bias"] if a["output_bias"] is None else a["output_bias"]
    tensors: dict[str, Held] = {}
    for role in ("query", "key", "value", "output"):
        tensors[f"{role} kernel"], tensors[f"{role} bias"] = _heads(role)
    options = {"bias": (a["bias"], True), "output_bias": (output_bias, True)}
    is_placed = a["window"] or a["axis"] or a["relative_position"]
    inputs = ", ".join(_places(node))
    if not is_placed:
        made = call(
            own("Attention", _ATTENTION),
            heads=heads,
            channels=(query.channels, key.channels, value.channels),
            sizes=sizes,
        ).with_options(**options, causal=(a["causal"], False))
        return (Step(made, f"{{module}}({inputs})", tensors=tensors),)
    if len(shapes) > 1:
        raise refuse(node, TARGET, " in windows of several inputs")
    window, shift = windows(node)
    made = call(
        own("WindowAttention", _WINDOWED),
        heads=heads,
        channels=query.channels,
        sizes=sizes,
        window=window,
        shift=shift,
    ).with_options(
        **options,
        relative_position=(a["relative_position"], False),
        causal=(a["causal"], False),
    )
    tensors["relative positions"] = Held("positions")
    return (Step(made, tensors=tensors),)


def _bare(node: Node) -> Steps:
    """Return attention that weighs its inputs as they are."""
    a = node.attributes
    if a["window"] or a["axis"] or a["relative_position"]:
        raise refuse(node, TARGET, " in windows without projections")
    places = _places(node)
    query, key, value = places[0], places[min(1, len(places) - 1)], places[-1]
    split = ".flatten(2).unflatten(1, ({heads}, -1)).mT"
    causal = ", is_causal=True" if a["causal"] else ""
    size = tuple(node.input_shapes[0].size)
    return function(
        f"F.scaled_dot_product_attention({query}{split}, {key}{split}, {value}{split}{causal})"
        ".mT.flatten(1, 2).unflatten(2, {size})",
        values=(Argument("heads", a["heads"]), Argument("size", size)),
    )
