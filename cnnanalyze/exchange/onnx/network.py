"""Networks: a model of ONNX as layers of ours, with nothing lost that is not said.

Operators that only give tensors other axes change views; the others become layers. What has none
becomes an opaque layer with the shape that the file declares and the numbers that it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import prod
from pathlib import Path
from types import MappingProxyType

from cnnanalyze.core.files import printable
from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.front_end import front_end
from cnnanalyze.exchange.onnx.constants import Known, known
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    Conversion,
    Held,
    MixedImages,
    Unsupported,
    Value,
    Viewed,
    readable,
)
from cnnanalyze.exchange.onnx.excerpt import beginning_at, constants_first, ending_at, with_extents
from cnnanalyze.exchange.onnx.graph_edges import add_input, extents_of, output_of, value_is_batched
from cnnanalyze.exchange.onnx.model import Graph, Model, Operation
from cnnanalyze.exchange.onnx.opaque import add_opaque, opaque_part
from cnnanalyze.exchange.onnx.operators import function_of, inputs_fault
from cnnanalyze.exchange.onnx.patterns import Patterns
from cnnanalyze.exchange.onnx.read import read
from cnnanalyze.graph.builder import NetworkBuilder
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
    graph = ending_at(beginning_at(with_extents(model.graph, shapes or {}), inputs or {}), outputs)
    graph = Graph(
        graph.name,
        graph.inputs,
        graph.outputs,
        tuple(constants_first(graph, Patterns(graph).operations())),
        graph.constants,
        graph.values,
    )
    like = "224x224x3" if channels_last else "3x224x224"
    sizes = {one.name: extents_of(one, (inputs or {}).get(one.name), like) for one in graph.inputs}
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
        "what lies along the first axis is mixed, and that axis is not part of the images",
        help="give the inputs a fixed batch of 1",
    )


def _refuse_newer(model: Model) -> None:
    opset = model.opsets.get("", model.opsets.get("ai.onnx", 1))
    if opset > NEWEST_OPSET:
        raise SpecError(
            f"the file uses version {opset} of ONNX's operators, and the newest that is known is "
            f"{NEWEST_OPSET}: {opset} > {NEWEST_OPSET}",
            help="export it for an older version (opset_version=)",
        )


# --- operations -----------------------------------------------------------------------------------


def _converted(to: Conversion, sizes: Mapping[str, tuple[int, ...]]) -> Converted:
    graph = to.graph
    if len(graph.operations) > MOST_LAYERS:
        raise SpecError(
            f"the graph has {len(graph.operations):,} operations; the limit is {MOST_LAYERS:,}"
        )
    several = len(graph.inputs) > 1
    read: dict[str, Viewed] = {}
    for number, value in enumerate(graph.inputs):
        read[value.name] = add_input(to, value, sizes[value.name], number if several else -1)
    to.values.update(read)
    to.values.update({name: known(tensor) for name, tensor in graph.constants.items()})
    for op in graph.operations:
        perform(to, op)
    ends = {value.name: output_of(to, value) for value in graph.outputs}
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
        found = function(call) if function else add_opaque(call, "there is no layer for it")
    except Unsupported as reason:
        found = add_opaque(call, str(reason), reason.gives)
    given = found if isinstance(found, tuple) else (found,)
    for name, value in zip_longest(op.outputs, given[: len(op.outputs)]):
        if name:
            if value is None:
                if name in to.readers or name in to.given:
                    to.values[name] = opaque_part(call, name)
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
