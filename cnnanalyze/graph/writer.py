"""Writing: a network as a canonical spec, one line for each layer, readable by the reader."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import yaml

from cnnanalyze.graph.network import Network
from cnnanalyze.spec.node import INPUT, Node


def write(network: Network) -> str:
    """Write a network as a flat spec with long names; attributes at their defaults are left out.

    Paths keep their order but are written with dots, since a step's name holds no slash. Reading the
    text gives a network with the same layers, wiring, shapes and numbers.
    """
    lines = ["cnn: 1", f"name: {_flow(network.name)}", *_input(network), "layers:"]
    before = INPUT
    for node in network.nodes:
        lines.append(f"  - {_step(node, before)}")
        before = node.id
    if network.outputs != (before,):
        lines.append(f"outputs: {_flow([_name(o) for o in network.outputs])}")
    return "\n".join(lines) + "\n"


def _input(network: Network) -> list[str]:
    shape = network.input
    if network.values is None:
        return [f"input: {shape}"]
    names = {0: ["features"], 1: ["length", "channels"], 2: ["height", "width", "channels"]}
    extents = dict(zip(names[shape.rank], shape.extents, strict=True))
    return [f"input: {_flow({**extents, 'values': _numbers(network.values)})}"]


def _step(node: Node, before: str) -> str:
    layer = node.layer
    written = {
        name: value
        for name, info in type(layer).model_fields.items()
        if (value := getattr(layer, name)) != info.default or info.is_required()
    }
    step: dict[str, Any] = {node.kind: {n: _numbers(v) for n, v in written.items()} or None}
    step["as"] = _name(node.id)
    if node.inputs != (before,):
        sources = [_name(i) for i in node.inputs]
        step["from"] = sources[0] if len(sources) == 1 else sources
    if node.share is not None:
        step["share"] = _name(node.share)
    if node.frozen:
        step["frozen"] = True
    if node.given:
        step["weights"] = {g.role: _numbers(g.values) for g in node.given}
    return _flow(step) if written else _flow(step).replace(": null,", ": ,", 1)


def _name(id: str) -> str:  # noqa: A002 - the word of the language
    return id.replace("/", ".")


def _numbers(value: Any) -> Any:  # noqa: ANN401 - numbers in tuples in tuples
    if isinstance(value, tuple):
        return [_numbers(v) for v in value]
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _flow(value: Any) -> str:  # noqa: ANN401
    text = yaml.safe_dump(
        value, default_flow_style=True, width=10**9, sort_keys=False, allow_unicode=True
    )
    return text.removesuffix("\n").removesuffix("\n...")
