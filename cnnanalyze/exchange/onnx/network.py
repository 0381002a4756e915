"""Networks: a model of ONNX as layers of ours, with nothing lost that is not said.

Operators that only give tensors other axes change views; the others become layers. What has none
becomes an opaque layer with the shape that the file declares and the numbers that it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import prod
from pathlib import Path
from types import MappingProxyType

from cnnanalyze.core.files import printable
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.front_end import front_end
from cnnanalyze.exchange.onnx.constants import Known, broadcast, known
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    Conversion,
    Held,
    MixedImages,
    Unsupported,
    Value,
    Viewed,
    images_of,
    readable,
    whole,
    without_images,
)
from cnnanalyze.exchange.onnx.layout import channels_axis
from cnnanalyze.exchange.onnx.model import Graph, Model, Operation
from cnnanalyze.exchange.onnx.model import Value as Declared
from cnnanalyze.exchange.onnx.operators import function_of, inputs_fault
from cnnanalyze.exchange.onnx.patterns import Patterns
from cnnanalyze.exchange.onnx.read import read
from cnnanalyze.exchange.views import IMAGES, REPEATED, Digit, View, joined
from cnnanalyze.graph.builder import MOST_AXES, NetworkBuilder
from cnnanalyze.graph.builder import Tensor as Made
from cnnanalyze.graph.network import Network
from cnnanalyze.language.spec import spec_of

NEWEST_OPSET = 28
"""The newest version of ONNX's operators that is known; what is newer is refused."""
MOST_LAYERS = 100_000
"""Operations of a graph, branches included."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Numbers of a file that no layer holds, and those that layers hold in their place."""

    unheld: int = 0
    first: str = ""
    """The first tensor that no layer holds."""
    computed: int = 0

    def notes(self) -> tuple[str, ...]:
        """Say both in one sentence, if there is something to say."""
        lost = f"{self.unheld:,} numbers of the file, the first of them in '{self.first}', are"
        if self.unheld and self.computed:
            came = f"the layers hold {self.computed:,} that are computed of the file's"
            return (f"{lost} held by no layer: {came}",)
        if self.unheld:
            return (f"{lost} computed with and held by no layer",)
        if self.computed:
            return (f"{self.computed:,} numbers that layers hold are computed in the file",)
        return ()


@dataclass(frozen=True, slots=True)
class Converted:
    """A network, with what else is known of how it came from its file."""

    network: Network
    held: Mapping[str, Mapping[str, Held]]
    """By layer and tensor, which numbers of the file these are."""
    outputs: Mapping[str, Viewed]
    """By name, where each output of the file lies in its layer."""
    inputs: Mapping[str, Viewed]
    """By name, where each input of the file lies in that of the network."""
    notes: tuple[str, ...] = ()
    """What a reader of the network should know: quantised, opaque."""
    derived: Derived = Derived()
    """What layers hold that the file does not, and the other way round."""


@front_end(".onnx")
def load(
    path: Path | str,
    *,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
) -> Network:
    """Read an ONNX file into a network, with what it does not show as notes."""
    model = read(path)
    if model.name in NAMELESS:
        model = replace(model, name=Path(path).stem)
    found = convert(model, inputs=inputs, outputs=outputs, shapes=shapes, file=printable(path))
    return replace(spec_of(found.network), notes=(*found.notes, *found.derived.notes()))


NAMELESS = frozenset(
    {
        "",
        "main",
        "main_graph",
        "graph",
        "model",
        "network",
        "tf2onnx",
        "torch_jit",
        "torch-jit-export",
    }
)
"""What exporters call every graph; such a network has the name of its file."""


def network(
    model: Model,
    *,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
    file: str = "model.onnx",
) -> Network:
    """Return the network of a model.

    Parameters
    ----------
    model
        What the file says.
    inputs
        Extents of inputs, without the batch or with it, in place of those that the file has.
    outputs
        The values that come out; by default what the file says.
    file
        What findings call it.

    Raises
    ------
    SpecError
        With what is wrong with the file.
    """
    return convert(model, inputs=inputs, outputs=outputs, file=file).network


def convert(
    model: Model,
    *,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
    file: str = "model.onnx",
    channels_last: bool = False,
) -> Converted:
    """Return the network of a model, and how it came about.

    The channels of what goes in are the last axis, if that is known; else its readers tell.
    """
    _refuse_newer(model)
    for op in model.graph.operations:
        if fault := inputs_fault(op):
            raise SpecError(f"{op}: {fault}")
    graph = _wanted(_begun(_told(model.graph, shapes or {}), inputs or {}), outputs)
    graph = Graph(
        graph.name,
        graph.inputs,
        graph.outputs,
        tuple(_constants_first(graph, Patterns(graph).operations())),
        graph.constants,
        graph.values,
    )
    like = "224x224x3" if channels_last else "3x224x224"
    sizes = {one.name: _extents(one, (inputs or {}).get(one.name), like) for one in graph.inputs}
    if unknown := [name for name in inputs or {} if name not in sizes]:
        raise SpecError(
            f"there is no input '{unknown[0]}'; the inputs are {', '.join(map(repr, sizes))}"
        )
    for are_images in (True, False):
        conversion = Conversion(
            graph,
            model.opsets.get("", model.opsets.get("ai.onnx", 1)),
            NetworkBuilder(readable(model.name or graph.name, "") or "network"),
            perform,
            file,
            are_images,
            is_checked=not inputs,
            channels_last=channels_last,
        )
        try:
            return _converted(conversion, sizes)
        except MixedImages:
            continue
    raise SpecError(
        "what lies along the first axis is mixed, and the axis is not part of the images",
        help="give the inputs a fixed batch of 1",
    )


def _constants_first(graph: Graph, operations: Iterable[Operation]) -> Iterator[Operation]:
    """Yield what is computed of constants alone, then the rest: each in its order.

    A bias may be reshaped behind the layer that it is added to, and belongs to it nevertheless.
    """
    found, rest = set(graph.constants), list[Operation]()
    for op in operations:
        is_plain = not any(_captured(value) for value in op.attributes.values())
        if is_plain and found.issuperset(name for name in op.inputs if name):
            found.update(op.outputs)
            yield op
        else:
            rest.append(op)
    yield from rest


def _refuse_newer(model: Model) -> None:
    opset = model.opsets.get("", model.opsets.get("ai.onnx", 1))
    if opset > NEWEST_OPSET:
        raise SpecError(
            f"the file uses version {opset} of ONNX's operators, and the newest that is known is "
            f"{NEWEST_OPSET}: {opset} > {NEWEST_OPSET}",
            help="export it for an older version (opset_version=)",
        )


def _told(graph: Graph, shapes: Mapping[str, Sequence[int]]) -> Graph:
    """Return a graph with the extents of values that its file does not declare."""
    made = {name for op in graph.operations for name in op.outputs}
    known = {value.name: value for value in (*graph.outputs, *graph.values.values())}
    for name, extents in shapes.items():
        if name not in made:
            raise SpecError(
                f"there is no value '{name}' that an operation gives, so it has no shape",
                help=f"the outputs are {', '.join(repr(one.name) for one in graph.outputs)}",
            )
        declared = known.get(name, Declared(name, "float32", None))
        known[name] = replace(declared, shape=tuple(extents))
    return replace(graph, values=known) if shapes else graph


def _begun(graph: Graph, inputs: Mapping[str, Sequence[int]]) -> Graph:
    """Return a graph that begins where extents are given for what an operation gives."""
    made = {name for op in graph.operations for name in op.outputs}
    begun = made.intersection(inputs)
    if not begun:
        return graph
    known = {value.name: value for value in (*graph.values.values(), *graph.outputs)}
    given = [known.get(name, Declared(name, "float32", None)) for name in inputs if name in begun]
    left = [op for op in graph.operations if not begun.intersection(op.outputs)]
    needed = {name for op in left for name in op.inputs}
    kept = [one for one in graph.inputs if one.name in needed or one.name in inputs]
    return Graph(
        graph.name, (*kept, *given), graph.outputs, tuple(left), graph.constants, graph.values
    )


def _wanted(graph: Graph, outputs: Sequence[str] | None) -> Graph:
    """Return the part of a graph that some values need; that of a node is called by either."""
    named = {value.name: value for value in (*graph.outputs, *graph.values.values())}
    made = {name: name for op in graph.operations for name in op.outputs}
    made = {op.name: op.outputs[0] for op in graph.operations if len(op.outputs) == 1} | made
    for name in outputs or ():
        if name not in made:
            raise SpecError(
                f"there is no value '{name}' that an operation gives",
                help=f"the outputs are {', '.join(repr(one.name) for one in graph.outputs)}; any "
                "node can be named as well",
            )
    ends = (
        graph.outputs
        if outputs is None
        else tuple(named.get(n, Declared(n, "float32", None)) for n in map(made.get, outputs) if n)
    )
    needed = {one.name for one in ends}
    kept: list[Operation] = []
    for op in reversed(graph.operations):
        if needed.intersection(op.outputs):
            kept.append(op)
            needed.update(op.inputs)
            for value in op.attributes.values():
                needed.update(_captured(value))
    read = tuple(one for one in graph.inputs if one.name in needed) or graph.inputs
    return Graph(graph.name, read, ends, tuple(reversed(kept)), graph.constants, graph.values)


def _captured(value: object) -> set[str]:
    """Return what a graph within an operation may read from around it."""
    graphs = value if isinstance(value, tuple) else (value,)
    found: set[str] = set()
    for graph in graphs:
        if isinstance(graph, Graph):
            found.update(one.name for one in graph.outputs)
            for op in graph.operations:
                found.update(op.inputs)
                for inner in op.attributes.values():
                    found |= _captured(inner)
    return found


# --- what goes in ---------------------------------------------------------------------------------


def _extents(value: Declared, given: Sequence[int] | None, like: str) -> tuple[int, ...]:
    """Return the extents of an input, the batch first; unknown ones must be given."""
    declared = value.shape
    if given is not None:
        extents = tuple(given)
        if declared is not None and len(extents) == len(declared) - 1:
            first = declared[0]
            return (first if isinstance(first, int) and first > 0 else 1, *extents)
        if declared is not None and len(extents) != len(declared):
            raise SpecError(
                f"input '{value.name}' has {len(declared)} extents, the batch included, but "
                f"{len(extents)} are given: {len(extents)} ≠ {len(declared)}",
                help="give all of them, or all but the batch",
            )
        return extents
    if declared is None:
        raise SpecError(
            f"the file does not say which extents input '{value.name}' has",
            help=f"give them: --input {value.name}={like}",
        )
    found = []
    for axis, n in enumerate(declared):
        words = "x".join("?" if n is None else str(n) for n in declared)
        if n == 0:
            raise SpecError(f"input '{value.name}' is {words}: nothing goes in")
        if isinstance(n, int) and n > 0:
            found.append(n)
        elif axis == 0:
            found.append(1)
        else:
            raise SpecError(
                f"input '{value.name}' is {words}: extent {axis + 1} is not a number",
                help=f"give the extents: --input {value.name}={like}",
            )
    return tuple(found)


def _input(to: Conversion, value: Declared, extents: tuple[int, ...], number: int) -> Viewed:
    """Add an input to the network."""
    is_batch = to.are_images and len(extents) > 1
    first = 1 if is_batch else 0
    own = list(range(first, len(extents)))
    last = len(extents) - 1
    if not to.channels_last:
        last = channels_axis(to.graph, value.name, extents, first)
    order = [axis for axis in own if axis != last] + ([last] if own else [])
    sizes = [extents[axis] for axis in order] or [1]
    # More axes than a map has count along its first.
    more = max(0, len(order) - MOST_AXES - 1)
    sizes = [prod(sizes[: more + 1]), *sizes[more + 1 :]]
    # A single input is called 'input'.
    name = "" if number < 0 else readable(value.name, "") or f"input{number + 1}"
    layer = to.builder.input(*sizes, name=name)
    to.inputs.add(layer.id)
    laid = View.of(layer.shape, range(len(sizes))).reshape([extents[axis] for axis in order])
    assert laid is not None
    images = joined([Digit(IMAGES, 1, extents[0])]) if is_batch else ()
    axes = [images if a < first else laid.axes[order.index(a)] for a in range(len(extents))]
    return Viewed(layer, View(tuple(axes)), value.type)


# --- operations -----------------------------------------------------------------------------------


def _converted(to: Conversion, sizes: Mapping[str, tuple[int, ...]]) -> Converted:
    graph = to.graph
    if len(graph.operations) > MOST_LAYERS:
        raise SpecError(
            f"the graph has {len(graph.operations):,} operations, allowed are {MOST_LAYERS:,}"
        )
    several = len(graph.inputs) > 1
    read: dict[str, Viewed] = {}
    for number, value in enumerate(graph.inputs):
        read[value.name] = _input(to, value, sizes[value.name], number if several else -1)
    to.values.update(read)
    to.values.update({name: known(tensor) for name, tensor in graph.constants.items()})
    for op in graph.operations:
        perform(to, op)
    ends = {value.name: _output(to, value) for value in graph.outputs}
    viewed = {name: end for name, end in ends.items() if isinstance(end, Viewed)}
    if not viewed:
        raise SpecError("nothing that comes out depends on what goes in")
    made = to.builder.build(outputs=[end.layer for end in viewed.values()])
    derived = _derived(to)
    if to.folded:
        to.notes[
            "batch norms are folded into convolutions: "
            f"the module has {to.folded:,} parameters more"
        ] += 1
    if to.spread:
        to.notes[
            "biases of attention have a number for each pair of places: if the module takes them "
            f"from tables of relative positions, it has {to.spread:,} parameters fewer"
        ] += 1
    if count := _written_out_norms(made):
        to.notes[f"batch norms that are written out, a layer for each step: {count}"] += 1
    return Converted(
        made,
        MappingProxyType(to.held),
        MappingProxyType(viewed),
        MappingProxyType(read),
        tuple(note if n == 1 else f"{note} ({n} times)" for note, n in to.notes.items()),
        derived,
    )


def _derived(to: Conversion) -> Derived:
    """Return where what the file stores is not what layers hold."""
    read = {name for op in to.graph.operations for name in op.inputs}
    lost = [
        one
        for name, one in to.graph.constants.items()
        if name in read - to.counted
        and prod(one.shape) > 1
        and "float" in one.type
        and not one.is_fixed
    ]
    weights = [one for one in lost if one.data is None or prod(one.shape) > MOST_SIZES]
    unheld = sum(prod(one.shape) for one in weights)
    return Derived(unheld, weights[0].name if weights else "", to.computed)


def _written_out_norms(made: Network) -> int:
    """Return how often a mean is taken off each channel, which is scaled then and shifted."""
    steps = ("affine", "layer_scale", "affine")
    count = 0
    for node in made:
        chain = [node]
        while len(chain) < len(steps) and chain[-1].kind == steps[len(chain) - 1]:
            readers = made.consumers[chain[-1].id]
            if len(readers) != 1:
                break
            chain.append(made[readers[0]])
        count += tuple(one.kind for one in chain) == steps
    return count


MOST_SIZES = 64
"""A stored tensor of so few numbers may be sizes, factors and offsets, and not weights."""


def perform(to: Conversion, op: Operation) -> None:
    """Convert one operation; its outputs get values."""
    if id(op) in to.done:
        # Another operation has taken this one with it: what it gives is what it reads.
        to.values[op.outputs[0]] = next(
            to.values[name] for name in op.inputs if isinstance(to.values.get(name), Viewed)
        )
        return
    for name in op.inputs:
        if name and name not in to.values:
            raise to.refuse(op, f"it reads '{name}', which nothing gives")
    call = Call(to, op, tuple(to.values[name] if name else None for name in op.inputs))
    try:
        function = function_of(op)
        found = function(call) if function else _opaque(call, "there is no layer for it")
    except Unsupported as reason:
        found = _opaque(call, str(reason), reason.gives)
    given = found if isinstance(found, tuple) else (found,)
    for name, value in zip_longest(op.outputs, given[: len(op.outputs)]):
        if name:
            if value is None:
                if name in to.readers or name in to.given:
                    to.values[name] = _opaque_part(call, name)
                continue
            _check(to, op, name, value)
            to.values[name] = value


def _check(to: Conversion, op: Operation, name: str, value: Value) -> None:
    """Refuse a file that declares other extents than its operations give."""
    declared = to.graph.values.get(name)
    if not to.is_checked or declared is None or declared.shape is None:
        return
    extents = value.shape if isinstance(value, Known) else getattr(value, "extents", None)
    if extents is None or value_is_batched(declared):
        return
    is_same = len(extents) == len(declared.shape) and all(
        not isinstance(n, int) or n <= 0 or n == m
        for n, m in zip(declared.shape, extents, strict=True)
    )
    if not is_same:
        said = "x".join(str(n or "?") for n in declared.shape) or "a number"
        made = "x".join(map(str, extents)) or "a number"
        raise to.refuse(
            op,
            f"the file declares '{name}' as {said}, but it is {made}: {said} ≠ {made}",
            help="the file contradicts itself; export it again, or infer its shapes anew",
        )


def value_is_batched(declared: Declared) -> bool:
    """Whether nothing but symbols is declared."""
    return all(not isinstance(n, int) for n in declared.shape or ())


# --- what has no layer ----------------------------------------------------------------------------


def _opaque(
    call: Call, reason: str, gives: Sequence[tuple[int, ...]] = ()
) -> Value | tuple[Value | None, ...]:
    """Return what stands for an operation without a layer: its shapes, and what it holds."""
    op, to = call.op, call.to
    kept = [name for name in op.outputs if name]
    shapes = dict(zip(op.outputs, gives, strict=False)) | {
        name: declared for name in kept if (declared := _declared(to, name)) is not None
    }
    if not call.computed:
        found = []
        for name in kept:
            extents = shapes.get(name)
            if extents is None and name == kept[0]:
                extents = _joined_extents(call)
            if extents is None and (name in to.readers or name in to.given):
                raise to.refuse(
                    op,
                    f"its output '{name}' cannot be told: {reason}, and the file declares no shape",
                    help=_how_to_tell(op, name),
                )
            is_fixed = all(isinstance(one, Known) and one.is_fixed for one in call.read if one)
            found.append(Known(extents or (), is_fixed=is_fixed))
        return tuple(found)
    layers = tuple(dict.fromkeys(value.layer for value in call.computed))
    weights = [
        one for one in call.read if isinstance(one, Known) and one.is_stored and one.is_float
    ]
    held = sum(one.count for one in weights)
    to.counted.update(one.source for one in weights)
    made: list[Value | None] = []
    for name in op.outputs:
        extents = shapes.get(name)
        if not name:
            made.append(None)
            continue
        if extents is None and len(op.outputs) == 1:
            extents = _joined_extents(call)
        if extents is None:
            if name in to.readers or name in to.given:
                raise to.refuse(
                    op,
                    f"its output '{name}' cannot be told: {reason}, and the file declares no shape",
                    help=_how_to_tell(op, name),
                )
            made.append(None)
            continue
        made.append(_declared_layer(call, layers, extents, held))
        held = 0
    to.notes[f"{op.operator} is opaque: {reason}"] += 1
    return tuple(made)


def _how_to_tell(op: Operation, name: str) -> str:
    """Return what to do where extents are not known; ONNX itself knows nothing of other domains."""
    told = f"tell it: cnnanalyze import ... --shape {name}=1x64x56x56, with what it really is"
    if op.domain not in {"", "ai.onnx"}:
        return told
    return f"run onnx.shape_inference.infer_shapes on the file first, or {told}"


def _opaque_part(call: Call, name: str) -> Value:
    """Return what stands for a further output of an operation that has layers for the first."""
    extents = _declared(call.to, name)
    if extents is None:
        raise call.to.refuse(
            call.op,
            f"its output '{name}' is used, no layer gives it, and the file declares no shape",
            help=_how_to_tell(call.op, name),
        )
    call.to.notes[f"an output of {call.op.operator} is opaque: there is no layer for it"] += 1
    layers = tuple(dict.fromkeys(value.layer for value in call.computed))
    return _declared_layer(call, layers, extents, 0)


def _joined_extents(call: Call) -> tuple[int, ...] | None:
    """Return the extents of what is computed number by number."""
    if call.op.domain:
        return None
    tensors = [one for one in call.read if isinstance(one, Known | Viewed)]
    if call.op.operator in WRITING:
        tensors = tensors[:1]
    elif call.op.operator not in SAME_EXTENTS:
        return None
    return broadcast(*(one.shape if isinstance(one, Known) else one.extents for one in tensors))


WRITING = frozenset(
    {
        "BatchNormalization",
        "CumSum",
        "Dropout",
        "InstanceNormalization",
        "LRN",
        "LayerNormalization",
        "LogSoftmax",
        "Scatter",
        "ScatterElements",
        "ScatterND",
        "Softmax",
        "TensorScatter",
        "Trilu",
    }
)
"""Operators whose output has the extents of their first input."""
SAME_EXTENTS = frozenset(
    {
        "Acos",
        "Acosh",
        "And",
        "Asin",
        "Asinh",
        "Atan",
        "Atanh",
        "Bernoulli",
        "BitShift",
        "BitwiseAnd",
        "BitwiseNot",
        "BitwiseOr",
        "BitwiseXor",
        "Cast",
        "Ceil",
        "Celu",
        "Clip",
        "Cos",
        "Cosh",
        "Div",
        "Equal",
        "Erf",
        "Floor",
        "Greater",
        "GreaterOrEqual",
        "HardSwish",
        "Hardmax",
        "IsInf",
        "IsNaN",
        "Less",
        "LessOrEqual",
        "LpNormalization",
        "Max",
        "MeanVarianceNormalization",
        "Min",
        "Mod",
        "Not",
        "Or",
        "PRelu",
        "Pow",
        "Round",
        "Shrink",
        "Sign",
        "Sin",
        "Sinh",
        "Softsign",
        "Swish",
        "Tan",
        "ThresholdedRelu",
        "Where",
        "Xor",
    }
)
"""Operators that compute number by number."""


def _declared(to: Conversion, name: str) -> tuple[int, ...] | None:
    """Return the extents that the file declares of a value; a symbol in front is one image."""
    found = to.graph.values.get(name)
    if found is None:
        found = next((one for one in to.graph.outputs if one.name == name), None)
    if found is None or found.shape is None:
        return None
    extents = [
        n if isinstance(n, int) and n > 0 else 1 if axis == 0 else None
        for axis, n in enumerate(found.shape)
    ]
    return None if None in extents else tuple(n for n in extents if n is not None)


def _declared_layer(
    call: Call, layers: Sequence[Made], extents: tuple[int, ...], held: int
) -> Viewed:
    """Add an opaque layer of these extents."""
    first = call.computed[0].view
    images = images_of(first.axes[0]) if first.axes else ()
    count = prod(digit.extent for digit in images)
    is_batch = call.to.are_images and len(extents) > 1 and extents[0] == max(count, 1)
    own = list(extents[1:] if is_batch else extents)
    # Channels first, as ONNX has maps; sequences have theirs last.
    order = [*range(1, len(own)), 0] if len(own) > 2 else list(range(len(own)))  # noqa: PLR2004 - maps
    size = [own[axis] for axis in order] or [1]
    wide = [prod(size[: len(size) - MOST_AXES]), *size[len(size) - MOST_AXES :]]
    text = "x".join(map(str, wide if len(size) > MOST_AXES + 1 else size))
    made = call.add("opaque", *layers, output=text, parameters=held, about=call.op.operator)
    laid = View.of(Shape(tuple(size[:-1]), size[-1]), range(len(size)))
    if len(size) > MOST_AXES + 1:
        cut = View.of(made.shape, range(made.shape.rank + 1)).reshape(size)
        laid = laid if cut is None else cut
    axes = [laid.axes[order.index(axis)] for axis in range(len(own))]
    return Viewed(made, View((images, *axes) if is_batch else tuple(axes)))


# --- what comes out -------------------------------------------------------------------------------


def _output(to: Conversion, value: Declared) -> Value:
    """Return an output, in a layer of its own where the network would only show a view."""
    found = to.values.get(value.name)
    if found is None:
        raise SpecError(f"nothing gives the output '{value.name}'")
    if not isinstance(found, Viewed):
        return found
    maker = next((op for op in to.graph.operations if value.name in op.outputs), None)
    op = maker or Operation(value.name, "Identity", "", (value.name,), (value.name,))
    view = found.view
    for axis in view.axes:
        images_of(axis)
    is_plain = all(_is_whole(found, axis) for axis in range(view.rank))
    if not is_plain:
        own = [axis for axis in range(view.rank) if without_images(view.axes[axis])]
        own = own or list(range(view.rank))[-1:]
        # Maps of more than one axis come out with their channels behind.
        if len(own) > 2 and own[0] == 1:  # noqa: PLR2004 - an image
            own = [*own[1:], own[0]]
        made = to.arranged(op, found, [[axis] for axis in own])
        axes = [
            joined([*images_of(axis), *whole(made.shape, own.index(place))])
            if place in own
            else axis
            for place, axis in enumerate(view.axes)
        ]
        found = Viewed(made, View(tuple(axes)), found.type)
    if found.layer.id in to.inputs:
        found = Viewed(to.add(op, "identity", found.layer), found.view, found.type)
    return found


def _is_whole(value: Viewed, axis: int) -> bool:
    """Whether an axis is one of the layer's, or of extent 1, or the batch."""
    digits = without_images(value.view.axes[axis])
    if not digits:
        return True
    (first, *more) = digits
    return (
        not more
        and first.role != REPEATED
        and first.stride == 1
        and first.extent == value.layer.shape.extents[first.role]
    )
