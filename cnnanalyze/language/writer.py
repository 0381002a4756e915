"""Writing: a network as a canonical spec, one line for each layer, readable by the reader."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.section import Section
from cnnanalyze.core.shape import FORMS
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.naming import LONGEST_NAME
from cnnanalyze.graph.network import Input, Network
from cnnanalyze.graph.node import INPUT, Node, NodeId
from cnnanalyze.language.document import TEXTS
from cnnanalyze.language.spec import spec_of
from cnnanalyze.layers.attributes import Written
from cnnanalyze.layers.base import Layer


def write(network: Network) -> str:
    """Write a network as a flat spec with long names; attributes at their defaults are left out.

    Paths are written with dots, since the name of a step holds no slash. Reading the text gives a
    network with the same layers, wiring, shapes and numbers. Claims, and budgets of single layers,
    are not written: they speak of paths and parameters that a flat spec does not have.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, name: tiny, input: 5x5x1, layers: [{add: [tanh, []]}]}")
    >>> print(write(net), end="")
    cnn: 1
    name: tiny
    input: 5x5x1
    layers:
      - {tanh: , as: add1.1.tanh1}
      - {add: , as: add1, from: [add1.1.tanh1, input]}
    """
    given: object = network
    if not isinstance(given, Network):
        raise UsageError(
            f"a Network is written, not {show_value(given)}",
            help="cnnanalyze.load(path) reads one; the network of a report is report.network",
        )
    names = _names(network)
    lines = ["cnn: 1", *header_lines(network), inputs_line(network), "layers:"]
    before = next(iter(network.inputs)) if len(network.inputs) == 1 else NodeId("")
    for node in network.nodes:
        lines.append(f"  - {_step(node, before, names)}")
        before = node.id
    if network.outputs != (before,):
        lines.append(f"outputs: {flow([names[o] for o in network.outputs])}")
    lines += section_lines(network)
    return "\n".join(lines) + "\n"


def _names(network: Network) -> dict[NodeId, str]:
    """Return a name without slashes for every node, each of them once."""
    names = dict(zip(network.inputs, map(str, network.inputs), strict=True))
    if len(names) == 1:
        names = dict.fromkeys(names, str(INPUT))
    taken = set(names.values())
    for number, node in enumerate(network.nodes, 1):
        name = node.id.replace("/", ".")
        if name in taken or len(name) > LONGEST_NAME:
            name = f"{node.kind}.{number}"
        while name in taken:
            name += "_"
        taken.add(name)
        names[node.id] = name
    return names


def header_lines(network: Network) -> list[str]:
    """Return the lines that say what a network is called, and where it comes from."""
    spec = spec_of(network)
    texts = {"name": network.name} | {k: spec.text(k) for k in TEXTS if k != "name"}
    lines = [f"{key}: {flow(text)}" for key, text in texts.items() if text]
    return lines if spec.year is None else [*lines, f"year: {spec.year}"]


def inputs_line(network: Network) -> str:
    """Return the section that says what goes in."""
    written = {name: _input(one) for name, one in network.inputs.items()}
    if len(written) == 1:
        return f"input: {flow(next(iter(written.values())))}"
    return f"inputs: {flow(written)}"


def _input(given: Input) -> Any:  # noqa: ANN401 - a text or a mapping
    if given.values is None:
        is_number = not given.shape.size and not any(given.names)
        return given.shape.channels if is_number else given.written
    form = next(form for form in FORMS if len(form) == len(given.shape.extents))
    named = dict(zip(form, given.shape.extents, strict=True))
    return {**named, "values": plain_numbers(given.values)}


def _step(node: Node, before: NodeId, names: dict[NodeId, str]) -> str:
    written = attributes_of(node.layer)
    step: dict[str, Any] = {node.kind: written or None, "as": names[node.id]}
    if node.inputs != (before,):
        sources = [names[i] for i in node.inputs]
        step["from"] = sources[0] if len(sources) == 1 else sources
    if node.share is not None:
        step["share"] = names[node.share]
    if node.frozen:
        step["frozen"] = True
    if node.given:
        step["weights"] = {g.role: plain_numbers(g.values) for g in node.given}
    return flow(step)


def attributes_of(model: Layer | Section) -> dict[str, Any]:
    """Return the attributes that are not at their defaults.

    Where one of several must be written and all are at their defaults, what was written is.
    """
    fields = type(model).model_fields
    values = {name: getattr(model, name) for name in fields}
    told = [
        name
        for name, value in values.items()
        if fields[name].is_required()
        or value != fields[name].get_default(call_default_factory=True)
    ]
    if _needs_one_of_several(type(model)) and not _is_enough(model, told):
        told = [name for name in fields if name in told or name in model.model_fields_set]
    return {name: plain_numbers(_written(fields[name], values[name])) for name in told}


def _written(field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - whatever an attribute may be
    """Return a value as its type is written."""
    how = next((one.how for one in field.metadata if isinstance(one, Written)), None)
    return value if how is None else how(value)


@cache
def _needs_one_of_several(cls: type[Layer | Section]) -> bool:
    return not any(info.is_required() for info in cls.model_fields.values()) and not _is_made(cls)


def _is_enough(model: Layer | Section, names: list[str]) -> bool:
    return _is_made(type(model), **{name: getattr(model, name) for name in names})


def _is_made(cls: type[Layer | Section], **attributes: object) -> bool:
    try:
        cls(**attributes)
    except ValidationError:
        return False
    return True


def section_lines(network: Network) -> list[str]:
    """Return the lines of the sections that do not belong to single layers."""
    spec = spec_of(network)
    sections = {
        "train": spec.training and attributes_of(spec.training),
        "budgets": spec.budgets and spec.budgets.as_data(),
        "lint": spec.lint and attributes_of(spec.lint),
    }
    return [f"{name}: {flow(data)}" for name, data in sections.items() if data is not None]


def plain_numbers(value: Any) -> Any:  # noqa: ANN401 - numbers in tuples in tuples
    """Return a value with lists in the place of tuples, and numbers that YAML knows."""
    if isinstance(value, tuple | list):
        return [plain_numbers(v) for v in value]
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value


_PLAIN = re.compile(r"[A-Za-z_][\w./-]*(?: [\w.(][\w./()-]*)*", re.ASCII)
_SHAPE = re.compile(r"[0-9]+(?:x[0-9]+)+")
_PLACES = re.compile(r"[0-9]+\.\.[0-9]+(?:/[0-9]+)?(?: \+ [0-9]+\.\.[0-9]+(?:/[0-9]+)?)*")
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_OTHER = {"null", "true", "false"}
"""Words that YAML does not read as texts."""


def flow(value: Any) -> str:  # noqa: ANN401
    """Return plain data as YAML on one line."""
    match value:
        case None:
            return ""
        case dict():
            return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str() if value.lower() not in _OTHER and _PLAIN.fullmatch(value):
            return value
        case str() if _SHAPE.fullmatch(value) or _PLACES.fullmatch(value):
            return value
        case float() if value != value or abs(value) == float("inf"):  # noqa: PLR0124 - not a number
            return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[str(value)]
        case str():
            return _UNPRINTABLE.sub(
                lambda m: f"\\U{ord(m[0]):08x}", json.dumps(value, ensure_ascii=False)
            )
        case _:
            return json.dumps(value)
