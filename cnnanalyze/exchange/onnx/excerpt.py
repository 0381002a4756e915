"""Excerpts: the part of a graph that is asked for, from other inputs to other outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import Graph, Operation
from cnnanalyze.exchange.onnx.model import Value as Declared


def constants_first(graph: Graph, operations: Iterable[Operation]) -> Iterator[Operation]:
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


def with_extents(graph: Graph, shapes: Mapping[str, Sequence[int]]) -> Graph:
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


def beginning_at(graph: Graph, inputs: Mapping[str, Sequence[int]]) -> Graph:
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


def ending_at(graph: Graph, outputs: Sequence[str] | None) -> Graph:
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
