"""The normal form: a network in operations, of which each can be written in one way only.

What computes the same is written differently by different people and programs: a depthwise layer
and a convolution with as many groups as channels, ``same`` and the zeros that it comes to, a dense
layer and a convolution over the whole map. In the normal form they are one. Layers that do nothing
when a network is used, such as dropout, are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

from cnnanalyze.comparison.conformance.attention import UNPLACED, with_attention
from cnnanalyze.comparison.conformance.operation import Features, Operation, ordered
from cnnanalyze.comparison.conformance.patches import with_patches
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attention import Attention
from cnnanalyze.layers.attributes import CONTINUED, axis_number, per_axis, per_border
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.traits import Trait
from cnnanalyze.layers.window import stride_of


@dataclass(frozen=True)
class NormalForm:
    """A network in its normal form.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 9x9x4, layers: [{depthwise: 3}, dropout, flatten, {dense: 5}]}"
    ... )
    >>> for operation in normal_form(net):
    ...     print(operation.name, *(f"{name}={value}" for name, value in operation.features))
    conv bias=True dilation=(1, 1) filters=4 groups=4 kernel=(3, 3) padding=((0, 0), (0, 0)) \
stride=(1, 1)
    dense bias=True units=5
    """

    inputs: Mapping[str, Shape]
    operations: tuple[Operation, ...]
    """In the order of execution."""
    outputs: tuple[str, ...]
    assumed: int = 0
    """Attentions with masks, or tables, of which nobody reads the numbers."""

    @cached_property
    def by_id(self) -> dict[str, Operation]:
        """The operations by their ids."""
        return {operation.id: operation for operation in self.operations}

    @cached_property
    def consumers(self) -> dict[str, tuple[str, ...]]:
        """For every input and every operation, what reads it."""
        readers: dict[str, list[str]] = {i: [] for i in (*self.inputs, *self.by_id)}
        for operation in self.operations:
            for source in dict.fromkeys(operation.inputs):
                readers[source].append(operation.id)
        return {source: tuple(found) for source, found in readers.items()}

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def __len__(self) -> int:
        return len(self.operations)

    def __getitem__(self, id: str) -> Operation:  # noqa: A002 - the word of the language
        return self.by_id[id]

    def without_probabilities(self) -> NormalForm:
        """Return the network without the softmax, or its like, that ends it."""
        ends = {o: self.by_id[o] for o in self.outputs if o in self.by_id}
        last = {
            o: end.inputs[0]
            for o, end in ends.items()
            if end.node.layer.is_any(_ENDING) and not self.consumers[o]
        }
        return NormalForm(
            self.inputs,
            tuple(operation for operation in self.operations if operation.id not in last),
            tuple(last.get(o, o) for o in self.outputs),
            self.assumed,
        )


_ENDING = frozenset({Trait.SOFTMAX, Trait.PROBABILITIES, Trait.LOG_PROBABILITIES})
"""What ends a network in one framework, and is part of the loss in another."""


def normal_form(network: Network, *, folded: bool = False) -> NormalForm:
    """Return the normal form of a network.

    Parameters
    ----------
    network
        The network.
    folded
        Whether batch normalisations behind convolutions and dense layers are worked into these, as
        exporters do it: such a layer then has a bias.
    """
    form = _Writer(network, folded)
    for node in network:
        form.add(node)
    return form.finish()


class _Writer:
    """A normal form that is being written."""

    def __init__(self, network: Network, folded: bool) -> None:
        self.network = network
        self.folded = folded
        self.operations: dict[str, Operation] = {}
        self.stands_for: dict[str, str] = {}
        """For each layer that is not an operation, the operation or input that gives the same."""
        self.first: dict[Hashable, str] = {}
        """By what an operation without numbers does and reads, the first of its like."""
        self.outputs = frozenset[str](network.outputs)

    def source(self, id: str) -> str:  # noqa: A002 - the word of the language
        """Return the operation, or the input, that gives what a layer gives."""
        return self.stands_for.get(id, id)

    def add(self, node: Node) -> None:
        """Write a layer."""
        inputs = tuple(self.source(i) for i in node.inputs)
        if _is_idle(node) or self._is_flattened_for_dense(node):
            self.stands_for[node.id] = inputs[0]
        elif (
            self.folded
            and Trait.BATCH_STATISTICS in node.layer.traits
            and self._fold(node, inputs[0])
        ):
            return
        else:
            for operation in _WRITERS.get(node.kind, _plain)(node, inputs):
                self.operations[operation.id] = self._merged(operation)
            self._unify(node)

    def _unify(self, node: Node) -> None:
        """Let an operation stand for another one that does the same and holds nothing either."""
        operation = self.operations[node.id]
        if node.layer.params(*node.input_shapes):
            return
        read = tuple(sorted(operation.inputs)) if operation.takes_any_order else operation.inputs
        same = self.first.setdefault((operation.label, read), node.id)
        if same != node.id:
            del self.operations[node.id]
            self.stands_for[node.id] = same

    def finish(self) -> NormalForm:
        """Return the normal form: what leads to no output is not in it."""
        outputs = tuple(self.source(o) for o in self.network.outputs)
        inputs: dict[str, Shape] = {i: given.shape for i, given in self.network.inputs.items()}
        written = with_attention(self.operations, inputs, frozenset(outputs))
        outputs = tuple(written.renamed.get(o, o) for o in outputs)
        self.operations = with_patches(written.operations, inputs, frozenset(outputs))
        needed, waiting = set[str](), [*outputs]
        while waiting:
            if (id_ := waiting.pop()) not in needed:
                needed.add(id_)
                waiting += self.operations[id_].inputs if id_ in self.operations else ()
        kept = tuple(o for o in self.operations.values() if o.id in needed)
        return NormalForm(inputs, kept, outputs, written.assumed)

    def _is_read_once(self, id: str) -> bool:  # noqa: A002 - the word of the language
        return id not in self.outputs and len(self.network.consumers.get(id, ())) == 1  # type: ignore[call-overload]  # ids are texts

    def _is_flattened_for_dense(self, node: Node) -> bool:
        """Whether a layer only makes a vector, and what reads it asks for no order."""
        if Trait.FLATTENING not in node.layer.traits:
            return False
        waiting, seen = [node.id], set[str]()
        while waiting:
            if (here := waiting.pop()) in self.outputs:
                return False
            for reader in self.network.consumers[here]:
                if reader in seen:
                    continue
                seen.add(reader)
                if _knows_no_order(self.network[reader]):
                    waiting.append(reader)
                elif self.network[reader].kind != "dense":
                    return False
        return True

    def _fold(self, node: Node, source: str) -> bool:
        """Work a batch normalisation into what it reads; say whether that is possible."""
        before = self.operations.get(source)
        if before is None or before.name not in _FOLDABLE:
            return False
        # Whatever lies between passes on what it gets; nobody else may see it.
        here = node.inputs[0]
        while here != before.node.id and self._is_read_once(here):
            here = self.network[here].inputs[0]
        if not self._is_read_once(here):
            return False
        features = {**dict(before.features), "bias": True}
        self.operations[source] = replace(before, features=ordered(features))
        self.stands_for[node.id] = source
        return True

    def _merged(self, operation: Operation) -> Operation:
        """Return an operation that has taken up what it reads, where both are one."""
        if operation.name in {"concat", "add"}:
            return replace(operation, inputs=tuple(self._spread(operation)))
        before = self.operations.get(operation.inputs[0]) if operation.inputs else None
        if before is None or before.name != "zeropad" or "padding" not in dict(operation.features):
            return operation
        features = dict(operation.features)
        if operation.name == "conv" or (
            operation.name == "maxpool"
            and all(first == 0 for first, _ in features["padding"])
            and self._is_positive(before.inputs[0])
        ):
            padded, own = dict(before.features)["padding"], features["padding"]
            features["padding"] = tuple(
                (p + q, r + s) for (p, r), (q, s) in zip(padded, own, strict=True)
            )
            return replace(operation, features=ordered(features), inputs=before.inputs)
        return operation

    def _is_positive(self, source: str) -> bool:
        """Whether what is read has no negative number, so that a zero is never the largest."""
        before = self.operations.get(source)
        if before is None or before.name != "clip":
            return before is not None and before.name == "sigmoid"
        least = dict(before.features)["min"]
        return least is not None and bool(least >= 0)

    def _spread(self, join: Operation) -> Iterator[str]:
        """Yield what a join reads, with joins of the same kind among it spread out."""
        for source in join.inputs:
            inner = self.operations.get(source)
            if (
                inner is not None
                and inner.label == join.label
                and (join.name == "concat" or self._is_read_once(inner.node.id))
            ):
                yield from inner.inputs
            else:
                yield source


def _is_idle(node: Node) -> bool:
    """Whether a layer passes on what it gets, when the network is used."""
    if node.layer.is_any(_IDLE) or node.layer.without_effect(*node.input_shapes):
        return True
    if not node.layer.is_any({Trait.FLATTENING, Trait.RESHAPING}):
        return False
    given, got = node.input_shapes[0], node.output
    return given.channels == got.channels and given.positions == got.positions == 1


def _knows_no_order(node: Node) -> bool:
    """Whether a layer works number by number and holds nothing."""
    return _is_idle(node) or (
        Trait.ACTIVATION in node.layer.traits and not node.layer.params(*node.input_shapes)
    )


_IDLE = frozenset({Trait.IDENTITY, Trait.IDENTITY_AT_INFERENCE})
_FOLDABLE = frozenset({"conv", "dense", "transposed_conv"})


# --- writers --------------------------------------------------------------------------------------

Writer = Callable[[Node, tuple[str, ...]], Iterator[Operation]]


def _operation(
    node: Node,
    inputs: tuple[str, ...],
    name: str,
    features: Features,
    *,
    suffix: str = "",
    shape: Shape | None = None,
) -> Operation:
    return Operation(
        node.id + suffix,
        name,
        ordered(features),
        inputs,
        node.output if shape is None else shape,
        node,
        name in _UNORDERED,
    )


_UNORDERED = frozenset({"add", "multiply", "average", "maximum", "minimum"})


def _plain(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    """Write a layer as it stands, without what no framework calls its architecture."""
    features = {
        name: _said(name, value, node)
        for name, value in node.attributes.items()
        if name not in _BESIDE and not (name == "axes" and node.input_shapes[0].positions == 1)
    }
    yield _operation(node, inputs, node.kind, features)


_PER_AXIS = frozenset({"kernel", "stride", "dilation"})
_BESIDE = frozenset({"epsilon", "rate", "initial", "momentum", "about"})
"""Attributes that only training, or the last digits, depend on."""


def _said(name: str, value: Any, node: Node) -> Hashable:  # noqa: ANN401 - the values of attributes
    """Return the value of an attribute; axes by their numbers, extents for every axis."""
    x = node.input_shapes[0]
    if value is not None and name in _PER_AXIS:
        return per_axis(value, x.rank, "kernel")
    if value is not None and name == "axis":
        return axis_number(value, x, node.kind)
    return _frozen(value)


def _frozen(value: Any) -> Hashable:  # noqa: ANN401 - the values of attributes
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def borders(layer: Layer, inputs: tuple[Shape, ...]) -> tuple[tuple[int, int], ...]:
    """Return, for each axis, how much padding the windows read before and behind the map.

    A negative number is what they leave unread.
    """
    fits = layer.fit(*inputs)
    return tuple((f.before, f.covered - f.before - f.size) for f in fits)


def _continued(node: Node) -> Features:
    """Return how the map goes on beyond its borders, if not with zeros."""
    padding = node.attributes.get("padding")
    return {"border": padding} if padding in CONTINUED else {}


def _window(node: Node) -> dict[str, Any]:
    """Return what all windows have."""
    given, rank = node.attributes, node.input_shapes[0].rank
    return {
        "kernel": per_axis(given["kernel"], rank, "kernel"),
        "stride": per_axis(stride_of(given), rank, "stride"),
        "dilation": per_axis(given.get("dilation", 1), rank, "dilation"),
        "padding": borders(node.layer, node.input_shapes),
        **_continued(node),
    }


def _convolution(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    given, (x, *_) = node.attributes, node.input_shapes
    window = _window(node)
    groups = given.get("groups", 1)
    extra = {k: v for k in ("weight_standardized", "gain") if (v := given.get(k))}
    filters = x.channels * given["multiplier"] if node.kind == "depthwise" else given["filters"]
    if node.kind == "depthwise":
        groups = x.channels
    if groups == 1 and not extra and _covers(window, x) and node.output.positions == 1:
        yield _operation(node, inputs, "dense", {"units": filters, "bias": given["bias"]})
        return
    yield _operation(
        node,
        inputs,
        "conv",
        {**window, "filters": filters, "groups": groups, "bias": given["bias"], **extra},
    )


def _covers(window: Features, x: Shape) -> bool:
    """Whether a window is as large as the map, so that it is laid once, without padding."""
    return (
        window["kernel"] == x.size
        and window["padding"] == ((0, 0),) * x.rank
        and (prod(x.size) == 1 or window["dilation"] == (1,) * x.rank)
    )


def _separable(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    given, (x, *_) = node.attributes, node.input_shapes
    between = x.channels * given["multiplier"]
    depthwise = _operation(
        node,
        inputs,
        "conv",
        {**_window(node), "filters": between, "groups": x.channels, "bias": False},
        suffix=" (depthwise)",
        shape=Shape(node.output.size, between),
    )
    yield depthwise
    ones = (1,) * x.rank
    point = {"kernel": ones, "stride": ones, "dilation": ones, "padding": ((0, 0),) * x.rank}
    features = {**point, "filters": given["filters"], "groups": 1, "bias": given["bias"]}
    yield _operation(node, (depthwise.id,), "conv", features)


def _pointwise(
    node: Node, source: str, x: Shape, part: str, units: int, *, bias: bool
) -> Operation:
    """Return the projection of each position by itself."""
    ones = (1,) * x.rank
    window = {"kernel": ones, "stride": ones, "dilation": ones, "padding": ((0, 0),) * x.rank}
    features = {**window, "filters": units, "groups": 1, "bias": bias}
    return _operation(node, (source,), "conv", features, suffix=part, shape=Shape(x.size, units))


def _attention(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    """Write the projections and what stands between them."""
    layer, given = node.layer, node.attributes
    assert isinstance(layer, Attention)
    numbers = [0, min(1, len(inputs) - 1), len(inputs) - 1]
    shapes = [node.input_shapes[n] for n in numbers]
    sources = [inputs[n] for n in numbers]
    query = shapes[0]
    size, deep = layer.sizes(query, shapes[2])
    has_windows = layer.windows(query) != query.size
    features = {
        "heads": given["heads"],
        **UNPLACED,
        **{name: given[name] for name in ("relative_position", "causal")},
    }
    if has_windows:
        shift = layer.shifts(query)
        features |= {"window": layer.windows(query), "shift": shift, "masked": any(shift)}
    if not layer.projections:
        yield _operation(node, tuple(sources), "attend", features)
        return
    widths = (layer.heads * size, layer.heads * size, layer.heads * deep)
    for n, part in enumerate((" (query)", " (key)", " (value)")):
        made = _pointwise(node, sources[n], shapes[n], part, widths[n], bias=layer.bias)
        sources[n] = made.id
        yield made
    core = _operation(
        node,
        tuple(sources),
        "attend",
        features,
        suffix=" (heads)",
        shape=Shape(query.size, widths[2]),
    )
    yield core
    last = _pointwise(node, core.id, query, "", node.output.channels, bias=layer.adds_output_bias)
    yield last


def _dense(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    given = node.attributes
    yield _operation(node, inputs, "dense", {"units": given["units"], "bias": given["bias"]})


def _transposed(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    (plain,) = _plain(node, inputs)
    features = dict(plain.features) | {"size": node.output.size}
    if not isinstance(padding := node.attributes["padding"], str):
        # The size says how much is added behind.
        features["padding"] = tuple(
            before for before, _ in per_border(padding, node.input_shapes[0].rank, "padding")
        )
    features.pop("output_padding")
    yield replace(plain, features=ordered(features))


def _pool(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    window, (x, *_) = _window(node), node.input_shapes
    whole = {"avgpool": "global_avgpool", "maxpool": "global_maxpool"}.get(node.kind)
    if whole and _covers(window, x):
        yield _operation(node, inputs, whole, {})
        return
    features = dict(window)
    if node.kind == "avgpool" and any(
        max(border) > 0 for border in borders(node.layer, node.input_shapes)
    ):
        features["count_padding"] = node.attributes["count_padding"]
    if "norm" in node.attributes:
        features["norm"] = node.attributes["norm"]
    yield _operation(node, inputs, node.kind, features)


def _adaptive(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    x, kind = node.input_shapes[0], node.kind.removeprefix("adaptive_")
    if node.output.positions == 1:
        yield _operation(node, inputs, f"global_{kind}", {})
    elif all(n % m == 0 for n, m in zip(x.size, node.output.size, strict=True)):
        kernel = tuple(n // m for n, m in zip(x.size, node.output.size, strict=True))
        yield _operation(
            node,
            inputs,
            kind,
            {
                "kernel": kernel,
                "stride": kernel,
                "dilation": (1,) * x.rank,
                "padding": ((0, 0),) * x.rank,
            },
        )
    else:
        yield _operation(node, inputs, node.kind, {"size": node.output.size})


def _reduce(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    x, given = node.input_shapes[0], node.attributes
    whole = {"mean": "global_avgpool", "max": "global_maxpool"}.get(given["method"])
    if whole and node.output.positions == 1 and node.output.channels == x.channels:
        yield _operation(node, inputs, whole, {})
    else:
        yield from _plain(node, inputs)


def _clip(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    least, most = {"relu": (0, None), "relu6": (0, 6)}.get(
        node.kind, (node.attributes.get("min"), node.attributes.get("max"))
    )
    yield _operation(node, inputs, "clip", {"min": least, "max": most})


def _slice(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    given, x = node.attributes, node.input_shapes[0]
    axis, start, stop = given["axis"], given["start"], given["stop"]
    if given["channels"] is not None:
        axis, (start, stop) = "channels", given["channels"]
    number = axis_number(axis, x, node.kind)
    places = range(x.extents[number])[start : stop : given["step"]]
    yield _operation(node, inputs, "slice", {"axis": number, "places": places})


def _rearrange(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    """Write a pattern with names of its own: those of people say nothing."""
    names: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"a{len(names) + 1}")

    pattern = re.sub(r"[A-Za-z_]\w*", named, node.attributes["pattern"])
    sizes = {names[name]: n for name, n in dict(node.attributes["sizes"]).items() if name in names}
    features = {"pattern": " ".join(pattern.split()), "sizes": tuple(sorted(sizes.items()))}
    yield _operation(node, inputs, "rearrange", features)


def _zeropad(node: Node, inputs: tuple[str, ...]) -> Iterator[Operation]:
    given, rank = node.attributes, node.input_shapes[0].rank
    if node.kind == "pad" and (given["mode"], given["fill"]) != ("constant", 0):
        yield from _plain(node, inputs)
        return
    yield _operation(
        node, inputs, "zeropad", {"padding": per_border(given["padding"], rank, "padding")}
    )


_WRITERS: Mapping[str, Writer] = {
    "conv": _convolution,
    "depthwise": _convolution,
    "separable": _separable,
    "dense": _dense,
    "attention": _attention,
    "transposed_conv": _transposed,
    "avgpool": _pool,
    "maxpool": _pool,
    "lppool": _pool,
    "adaptive_avgpool": _adaptive,
    "adaptive_maxpool": _adaptive,
    "global_avgpool": lambda node, inputs: iter([_operation(node, inputs, node.kind, {})]),
    "global_maxpool": lambda node, inputs: iter([_operation(node, inputs, node.kind, {})]),
    "reduce": _reduce,
    "relu": _clip,
    "relu6": _clip,
    "clip": _clip,
    "hard_tanh": _clip,
    "rearrange": _rearrange,
    "slice": _slice,
    "zeropad": _zeropad,
    "pad": _zeropad,
}
"""How each layer kind is written; the rest as it stands."""
