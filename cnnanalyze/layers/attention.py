"""Attention: positions that read others, each weighed by how well a query and a key agree."""

from math import prod
from types import MappingProxyType

from pydantic import Field, ValidationInfo, field_validator

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.partition import Blocks
from cnnanalyze.core.reach import POINT, WHOLE, Reach, Window
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    AxisWord,
    Count,
    Extent,
    Extra,
    Flag,
    axis_number,
    per_axis,
    relation,
)
from cnnanalyze.layers.base import Example, Layer, layer, refuse_vector
from cnnanalyze.layers.traits import Category, Labels, Trait


@layer("attention", "multihead_attention")
class Attention(Layer):
    """Multi-head attention: ``softmax(Q·Kᵀ/√d)·V`` in each head, between learned projections.

    With one input every position asks all positions of the same map (self-attention). A second
    input gives the keys and the values (cross-attention), a third the values alone. Query, key and
    value are projected to ``heads`` times ``key_size`` numbers, of a value ``value_size``; the
    heads side by side are projected to the ``output``, as many channels as the query has.

    With a ``window`` a position asks those of its own window only, as in Swin; ``shift`` moves the
    windows on, cyclically, and what was not side by side before does not see each other. An axis
    that one window covers is not shifted. ``relative_position`` adds to each agreement a learned
    number per head and distance. ``causal`` hides what comes later.

    With ``N`` positions that ask ``M`` each, the products of queries and keys and those of
    weights and values cost ``N·M`` multiply-accumulates for each number of a head, masked ones
    included; they count like those of the projections. A mask costs nothing.
    """

    category = Category.ATTENTION
    traits = frozenset({Trait.MIXES_CHANNELS})
    labels = Labels(word="attention")
    principal = "heads"
    arity = (1, 3)
    heads: Count = Field(description="how many attend side by side")
    key_size: Count | None = Field(
        default=None, description="numbers of a query and a key in one head; the channels by heads"
    )
    value_size: Count | None = Field(
        default=None, description="numbers of a value in one head; as many as of a key"
    )
    output: Count | None = Field(default=None, description="channels of the output; the query's")
    bias: Flag = Field(default=True, description="whether the projections add a bias")
    output_bias: Flag | None = Field(
        default=None, description="whether the last projection does; as the others, if not said"
    )
    projections: Flag = Field(
        default=True, description="false takes queries, keys and values as they come in"
    )
    window: Extent | None = Field(
        default=None, description="size of a window, for all axes or per axis; without it, all"
    )
    shift: Extra = Field(default=0, description="how far the windows are moved on")
    axis: AxisWord | None = Field(
        default=None, description="the only axis along which positions see each other"
    )
    relative_position: Flag = Field(
        default=False, description="whether a number per head and distance is learned and added"
    )
    causal: Flag = Field(default=False, description="whether a position sees no later ones")
    number_names = MappingProxyType(
        {"window": "window", "shift": "shift", "output": "out channels", "key_size": "head size"}
    )
    examples = (
        Example(
            inputs=("300x448",),
            attributes={"heads": 4},
            output="300x448",
            parameters=804_608,
            source="PyTorch 2.13, nn.MultiheadAttention(448, 4), its parameters",
            note="the layer of fvcore's issue 153, which fvcore does not count",
        ),
        Example(
            inputs=("56x56x96",),
            attributes={"heads": 3, "window": 7},
            output="56x56x96",
            macs=145_108_992,
            source="Liu et al. 2021 (Swin), equation 2: 4·h·w·C² + 2·M²·h·w·C",
            note="the first stage of Swin-T, with M = 7",
        ),
        Example(
            inputs=("56x56x96",),
            attributes={"heads": 3},
            output="56x56x96",
            macs=2_003_828_736,
            source="Liu et al. 2021 (Swin), equation 1: 4·h·w·C² + 2·(h·w)²·C",
        ),
        Example(
            inputs=("197x768",),
            attributes={"heads": 12},
            output="197x768",
            parameters=2_362_368,
            source="torchvision 0.29.1, vit_b_16, encoder layer 0, self_attention",
        ),
    )

    @field_validator("projections")
    @classmethod
    def _sized_by_its_inputs(cls, value: bool, info: ValidationInfo) -> bool:
        sizes = ("key_size", "value_size", "output")
        if not value and (given := [name for name in sizes if info.data.get(name) is not None]):
            text = f"must be true if '{given[0]}' is given: nothing else makes it that large"
            raise relation(text)
        return value

    @property
    def adds_output_bias(self) -> bool:
        """Whether the last projection adds a bias."""
        return self.bias if self.output_bias is None else self.output_bias

    def shape(self, *inputs: Shape) -> Shape:
        """Keep the positions of the query."""
        query, key, value = self._roles(inputs)
        for x in inputs:
            refuse_vector(self.kind, x)
        if key.size != value.size:
            raise ShapeError(
                f"{_size(key)} keys, but {_size(value)} values: each key has one value",
                help="take keys and values of the same positions",
                code="SH001",
            )
        if len(inputs) > 1 and query.size != key.size and self._is_placed:
            raise ShapeError(
                f"the windows, axes and distances of {_size(query)} queries and {_size(key)} keys "
                "do not correspond",
                help="leave out 'window', 'axis', 'relative_position' and 'causal', or take as "
                "many keys along every axis as queries",
                code="SH001",
            )
        self._divide("query" if len(inputs) > 1 else "input", query, given=self.key_size)
        if not self.projections:
            self._refuse_unlike(query, key)
            self._divide("value", value)
        self._lay(query)
        return Shape(query.size, self._put_out(query, value))

    @property
    def _is_placed(self) -> bool:
        return bool(self.window or self.axis or self.relative_position or self.causal)

    def _roles(self, inputs: tuple[Shape, ...]) -> tuple[Shape, Shape, Shape]:
        """Return the shapes of query, key and value."""
        query = inputs[0]
        key = inputs[1] if len(inputs) > 1 else query
        return query, key, inputs[2] if len(inputs) > 2 else key  # noqa: PLR2004 - the third

    def _divide(self, what: str, x: Shape, given: int | None = None) -> None:
        if given is None and x.channels % self.heads:
            raise ShapeError(
                f"heads {self.heads} does not divide the {x.channels} channels of the {what}: "
                f"{x.channels} mod {self.heads} = {x.channels % self.heads}",
                attribute="heads",
                help="choose heads that divide the channels"
                + (", or give 'key_size'" if self.projections else ""),
                code="SH003",
            )

    def _refuse_unlike(self, query: Shape, key: Shape) -> None:
        if query.channels != key.channels:
            raise ShapeError(
                f"queries of {query.channels} numbers and keys of {key.channels} cannot be "
                f"compared: {query.channels} ≠ {key.channels}",
                help="bring both to as many channels, or let 'projections' do so",
                code="SH001",
            )

    def sizes(self, query: Shape, value: Shape) -> tuple[int, int]:
        """Return the numbers of a key and of a value in one head."""
        if not self.projections:
            return query.channels // self.heads, value.channels // self.heads
        key = query.channels // self.heads if self.key_size is None else self.key_size
        return key, key if self.value_size is None else self.value_size

    def _put_out(self, query: Shape, value: Shape) -> int:
        if not self.projections:
            return value.channels
        return query.channels if self.output is None else self.output

    def windows(self, x: Shape) -> tuple[int, ...]:
        """Return the size of a window along every axis; the axis itself if one covers it."""
        whole = x.size if self.window is None else per_axis(self.window, x.rank, "window")
        kept = tuple(min(w, n) for w, n in zip(whole, x.size, strict=True))
        if self.axis is None:
            return kept
        only = axis_number(self.axis, x, self.kind)
        return tuple(w if axis == only else 1 for axis, w in enumerate(kept))

    def shifts(self, x: Shape) -> tuple[int, ...]:
        """Return how far the windows are moved on along every axis."""
        pairs = zip(per_axis(self.shift, x.rank, "shift"), self.windows(x), x.size, strict=True)
        return tuple(0 if w in {1, n} else s for s, w, n in pairs)

    def _lay(self, x: Shape) -> None:
        """Raise unless the windows tile the map."""
        if self.axis is not None and axis_number(self.axis, x, self.kind) == x.rank:
            raise ShapeError(
                "positions see each other along an axis of the map, not along the channels",
                attribute="axis",
                help="for attention between channels rearrange them to positions first",
                code="SH004",
            )
        laid = zip(x.size, self.windows(x), self.shifts(x), strict=True)
        for axis, (n, w, s) in enumerate(laid):
            name = axis_name(axis, x.rank)
            if n % w:
                raise ShapeError(
                    f"windows of {w} do not tile {name} {n}: {n} mod {w} = {n % w}",
                    attribute="window",
                    help=f"bring {name} to a multiple of {w} with 'zeropad', or choose a window "
                    "that divides it",
                    code="SH003",
                )
            if s >= w:
                raise ShapeError(
                    f"a shift of {s} along {name} moves windows of {w} over their own size: "
                    f"{s} ≥ {w}",
                    attribute="shift",
                    help=f"shift by at most {w - 1}; half a window is usual",
                )
        if self.causal and (self.window is not None or (x.rank > 1 and self.axis is None)):
            raise ShapeError(
                "'causal' says what comes later along one axis, not in windows or on "
                f"{x.rank} axes",
                attribute="causal",
                help="name the 'axis', or make a sequence of the map with 'rearrange'",
                code="SH004",
            )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold a projection for query, key, value and output, and numbers for distances."""
        query, key, value = self._roles(inputs)
        of_key, of_value = self.sizes(query, value)
        wide, deep = self.heads * of_key, self.heads * of_value
        found = []
        if self.projections:
            projected = (("query", query, wide), ("key", key, wide), ("value", value, deep))
            for role, x, units in projected:
                found.append(Param(f"{role} kernel", (x.channels, units)))
                if self.bias:
                    found.append(Param(f"{role} bias", (units,)))
        if self.relative_position:
            distances = prod(2 * w - 1 for w in self.windows(query))
            found.append(Param("relative positions", (distances, self.heads)))
        if self.projections:
            output = self._put_out(query, value)
            found.append(Param("output kernel", (deep, output)))
            if self.adds_output_bias:
                found.append(Param("output bias", (output,)))
        return tuple(found)

    def products(self, *inputs: Shape) -> int:
        """Return the multiply-accumulates of queries with keys and of weights with values."""
        query, key, value = self._roles(inputs)
        of_key, of_value = self.sizes(query, value)
        return query.positions * self.asked(query, key) * self.heads * (of_key + of_value)

    def asked(self, query: Shape, key: Shape) -> int:
        """Return how many positions one position asks."""
        return prod(self.windows(query)) if self._is_placed else key.positions

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Project, compare, weigh, and project again."""
        query, key, value = self._roles(inputs)
        of_key, of_value = self.sizes(query, value)
        wide, deep = self.heads * of_key, self.heads * of_value
        projections = biases = 0
        if self.projections:
            projections = (query.count + key.count) * wide + value.count * deep
            projections += output.count * deep
            if self.bias:
                biases = (query.positions + key.positions) * wide + value.positions * deep
            if self.adds_output_bias:
                biases += output.count
        rows = query.positions * self.heads
        pairs = rows * self.asked(query, key)
        return Cost(
            mac=projections + self.products(*inputs),
            add=biases + (pairs if self.relative_position else 0) + 2 * pairs - rows,
            multiply=query.positions * wide,
            divide=pairs,
            compare=pairs - rows,
            exponential=pairs,
        )

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read every position, or those of the window."""
        query, key, _ = self._roles(inputs)
        if not self._is_placed:
            own: tuple[Reach, ...] = (WHOLE,) * key.rank
        else:
            laid = zip(query.size, self.windows(query), self.shifts(query), strict=True)
            own = tuple(self._along(*axis) for axis in laid)
        if len(inputs) == 1:
            return (own,)
        return ((POINT,) * query.rank, *(own,) * (len(inputs) - 1))

    def _along(self, n: int, window: int, shift: int) -> Reach:
        if window == 1:
            return POINT
        if window < n:
            return Blocks(window, shift)
        return Window(n, before=n - 1) if self.causal else WHOLE


def _size(x: Shape) -> str:
    return "x".join(map(str, x.size))
