"""JSON: everything, exact, under names that stay (``"schema": 1``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from cnnanalyze.analysis.quantities import measure
from cnnanalyze.analysis.receptive_field import middle
from cnnanalyze.analysis.result import Analysis, NodeFacts, Total
from cnnanalyze.core.cost import OPERATIONS, Cost
from cnnanalyze.core.quantities import Quantity, Terms, rows
from cnnanalyze.core.recent import Recent
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.graph.network import Network
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.numbers import fraction
from cnnanalyze.report.options import Options


def to_dict(analysis: Analysis, options: Options | None = None) -> dict[str, Any]:
    """Return everything that the rules say of a network, as plain data.

    Counts are for one image. Shapes and other lists over axes are height before width before
    channels, whatever the layout of printed tables. What cannot be counted is null, and the status
    is then ``partial``. Elementary operations that are not listed are zero. Only layers with a
    window have ``fit``; only those with the weights of another one have ``shares``. A receptive
    field has ``min_size`` only where branches differ in size, and ``sees_all`` only if it is true.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [{conv: {filters: 5, kernel: 3}}]}")
    >>> data = to_dict(cnn.analyze(net).analysis)
    >>> data["layers"][0]["output"], data["totals"]["parameters"]
    ([7, 5, 5], 95)
    """
    options = options or Options()
    layers = [layer_dict(facts, options.terms) for facts in analysis]
    return network_dict(analysis, options, layers)


def to_stream(analysis: Analysis, options: Options) -> dict[str, Any]:
    """Return the same for :func:`pieces`, which asks for the layers one after the other."""
    return network_dict(analysis, options, _layers(analysis, options.terms))


def _layers(analysis: Analysis, terms: Terms) -> Iterator[Filled]:
    """Yield what the rules say of each layer; equal ones share what is not of their place."""
    templates = Recent[Template]()
    of_place = [(q.key, q.of_layer) for q in of_layers() if q.of_place and q.of_layer]
    own = {"id", "inputs", *(key for key, _ in of_place)}
    for facts in analysis:
        make = partial(_template, facts, terms, own)
        template = templates.get(facts.likeness, make)
        node = facts.node
        places = {key: of_layer(facts, terms) for key, of_layer in of_place}
        yield Filled(template, {"id": node.id, "inputs": list(node.inputs), **places})


def _template(facts: NodeFacts, terms: Terms, own: AbstractSet[str]) -> Template:
    return Template(layer_dict(facts, terms), own)


def network_dict(
    analysis: Analysis, options: Options, layers: Iterable[dict[str, Any] | Filled]
) -> dict[str, Any]:
    """Return what the rules say of a network as a whole, with some of its layers."""
    network = analysis.network
    data: dict[str, Any] = {
        "schema": VERSIONS["summary"],
        "name": network.name,
        **inputs_of(network),
        "outputs": list(network.outputs),
        "settings": {name: plain(value) for name, value in spec_of(network).settings},
        "convention": options.convention,
        "totals": totals(analysis.total, options.terms),
        "memory": _memory(analysis, options),
        "layers": layers,
        "status": "partial" if (notes := analysis.notes_under(options.convention)) else "complete",
        "notes": list(notes),
    }
    if (training := spec_of(network).training) is not None:
        from cnnanalyze.analysis.training import plan_of  # noqa: PLC0415 - few specs say how they train

        data["training"] = plan_of(analysis, training)._asdict()
    return data


def inputs_of(network: Network) -> dict[str, Any]:
    """Return what goes in: the extents of the only input, or those of several by their ids."""
    if len(network.inputs) == 1:
        return {"input": list(network.input.extents)}
    return {"inputs": {name: list(one.shape.extents) for name, one in network.inputs.items()}}


def totals(total: Total, terms: Terms) -> dict[str, Any]:
    """Return the sums; where something cannot be counted they are lower bounds.

    ``uncounted`` is given only where the chosen convention cannot say what some kinds count.
    """
    return {
        **{q.key: measure(q, total, terms, least=True) for q in summed_up()},
        "elementary": _nonzero(total.cost),
        **({"uncounted": list(kinds)} if (kinds := total.uncounted(terms.convention)) else {}),
    }


def summed_up() -> list[Quantity]:
    """Return the quantities of the totals."""
    return [q for q in rows(exact=True) if q.of_axes is None and not q.is_memory]


def of_layers() -> list[Quantity]:
    """Return the quantities of every layer."""
    return [q for q in summed_up() if q.of_layer is not None]


def memories() -> list[Quantity]:
    """Return the quantities in bytes."""
    return [q for q in rows(exact=True) if q.is_memory]


BYTES = {"weight_memory": "weights_bytes", "peak_memory": "peak_bytes"}
"""Names of memories that are older than their quantities; all others say so themselves."""


def bytes_key(quantity: Quantity) -> str:
    """Return the key of the bytes that a network takes."""
    return BYTES.get(quantity.key, f"{quantity.key}_bytes")


def _memory(analysis: Analysis, options: Options) -> dict[str, Any]:
    memory = analysis.memory
    return {
        "dtype": options.dtype,
        "batch": options.batch,
        **{bytes_key(q): measure(q, analysis.total, options.terms) for q in memories()},
        "peak_activations": memory.peak,
        "peak_at": memory.peak_at,
        "saved_activations": memory.saved,
    }


def layer_dict(facts: NodeFacts, terms: Terms) -> dict[str, Any]:
    """Return what the rules say of one layer; of memory the numbers held, not the bytes."""
    node = facts.node
    data: dict[str, Any] = {
        "id": node.id,
        "kind": node.kind,
        "attributes": {name: plain(value) for name, value in node.attributes.items()},
        "inputs": list(node.inputs),
        "input": [list(shape.extents) for shape in node.input_shapes],
        "output": list(node.output.extents),
        "tensors": [
            {"role": p.role, "shape": list(p.shape), "trainable": p.trainable and not node.frozen}
            for p in facts.params
        ],
        **{q.key: q.of_layer(facts, terms) for q in of_layers() if q.of_layer is not None},
        "elementary": None if facts.cost is None else _nonzero(facts.cost),
        "receptive_field": _field(facts),
    }
    if facts.sees:
        data["receptive_fields"] = {
            name: _field(
                replace(facts, fields=seen.fields, narrow=seen.narrow, aligned=seen.aligned)
            )
            for name, seen in facts.sees
        }
    if node.share is not None:
        data["shares"] = node.share
    if facts.fit:
        data["fit"] = [
            {"padding": [f.before, f.after], "exact": f.exact, "unread": f.unread}
            for f in facts.fit
        ]
    return data


def _nonzero(cost: Cost) -> dict[str, int]:
    return {name: count for name, count in zip(OPERATIONS, cost.counts, strict=True) if count}


def _field(facts: NodeFacts) -> dict[str, Any] | None:
    fields, narrow = facts.fields, facts.narrow
    if fields is None or narrow is None:
        return None
    path_fields = [f.local for f in fields]
    data: dict[str, Any] = {
        "size": list(facts.field_size or ()),
        "stride": [fraction(n) for n in facts.field_stride or ()],
        "padding": list(facts.field_padding or ()),
        "centre": [None if m is None else fraction(m) for m in map(middle, path_fields)],
        "aligned": facts.aligned,
    }
    least = [f.local.size for f in narrow]
    if least != data["size"]:
        data["min_size"] = least
    if any(f.sees_all for f in fields):
        data["sees_all"] = True
    return data


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever an attribute may hold
    """Return a value with tuples as lists and fractions as numbers or texts."""
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Fraction):
        return fraction(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


class Template:
    """An object of which many are written that differ in few entries; the rest is written once.

    Parameters
    ----------
    data
        One of them.
    own
        The keys of what each has for itself.

    Examples
    --------
    >>> point = Template({"kind": "point", "at": 3}, {"at"})
    >>> print(dump(iter([Filled(point, {"at": 5}), Filled(point, {"at": 7})])), end="")
    [{"kind": "point", "at": 5}, {"kind": "point", "at": 7}]
    """

    def __init__(self, data: dict[str, Any], own: AbstractSet[str]) -> None:
        self.data = data
        self._own = [key for key in data if key in own]
        self._between: dict[str, list[str]] = {}
        """By indentation: the text before each entry of its own, and behind the last."""

    def write(self, own: Mapping[str, Any], indent: str) -> str:
        """Return the text of the object that has these entries for itself."""
        if indent not in self._between:
            self._between[indent] = self._write(indent)
        if not (between := self._between[indent]):
            return _write({**self.data, **own}, indent)
        inner = indent + "  "
        text = [between[0]]
        for key, behind in zip(self._own, between[1:], strict=True):
            text += (_write(own[key], inner), behind)
        return "".join(text)

    def _write(self, indent: str) -> list[str]:
        """Return the text around the entries of its own; nothing if all may fit into one line."""
        inner = indent + "  "
        found, text, length = [], "{", 0
        for n, (key, value) in enumerate(self.data.items()):
            text += f"{',' if n else ''}\n{inner}{_encode(key)}: "
            if key in self._own:
                found.append(text)
                text = ""
            else:
                text += (written := _write(value, inner))
                length += len(written)
        return [*found, f"{text}\n{indent}}}"] if length > _LINE else []


class Filled(NamedTuple):
    """One object of a template."""

    template: Template
    own: dict[str, Any]
    """What it has for itself."""

    def as_dict(self) -> dict[str, Any]:
        """Return the object by itself."""
        return {**self.template.data, **self.own}


def dump(data: Any) -> str:  # noqa: ANN401
    """Write data as JSON, one key in a line, short lists in one line.

    An iterator is written as the list of what it yields, which need not be there all at once.

    Examples
    --------
    >>> print(dump({"sizes": iter([7, 5]), "name": "tiny"}), end="")
    {"sizes": [7, 5], "name": "tiny"}
    """
    return "".join(pieces(data))


def pieces(data: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield what :func:`dump` returns, block by block.

    Of iterators, and of those that stand in what they yield, no more is held than one block.
    """
    block, length = [], 0
    for piece in _pieces(data, ""):
        block.append(piece)
        length += len(piece)
        if length > _BLOCK:
            yield "".join(block)
            block, length = [], 0
    yield "".join((*block, "\n"))


def _pieces(value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401
    """Yield the text of a value; only the first piece of a broken one has no line before it."""
    entries: Iterator[tuple[str, Any]]
    if isinstance(value, dict) and any(isinstance(v, Iterator) for v in value.values()):
        entries = ((f"{_encode(k)}: ", v) for k, v in value.items())
        opening, end = "{", "}"
    elif isinstance(value, Iterator):
        entries = (("", v) for v in value)
        opening, end = "[", "]"
    else:
        yield _write(value, indent)
        return
    inner = indent + "  "
    held: list[str] = []  # as long as all may fit into one line
    length = len(indent)
    for key, item in entries:
        rest = None if type(item) is Filled else _pieces(item, inner)
        first = _write(item, inner) if rest is None else key + next(rest)
        if length > _LINE:
            yield f",\n{inner}{first}"
        else:
            held.append(first)
            length += _LINE + 1 if "\n" in first else len(first) + 2
            if length > _LINE:
                yield f"{opening}\n{inner}" + f",\n{inner}".join(held)
        if rest is not None:
            yield from rest
    yield f"\n{indent}{end}" if length > _LINE else f"{opening}{', '.join(held)}{end}"


_BLOCK = 1 << 16
_LINE = 100
_ALONE = frozenset({int, str, bool, float, type(None)})
"""What holds nothing else: of a flat list or object of these the encoder writes the whole."""
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _write(value: Any, indent: str) -> str:  # noqa: ANN401
    # Of texts and whole numbers there are most, and to set the encoder up takes its time.
    if isinstance(value, str):
        return _encode(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__repr__(value)
    if type(value) is Filled:
        return value.template.write(value.own, indent)
    inner = indent + "  "
    if isinstance(value, dict):
        if _ALONE.issuperset(map(type, value.values())):
            flat = _encode(value)
            if len(indent) + len(flat) <= _LINE:
                return flat
        items = [f"{_encode(k)}: {_write(v, inner)}" for k, v in value.items()]
        opening, end = "{", "}"
    elif isinstance(value, list) or (value is not None and isinstance(value, Iterator)):
        items = [_write(v, inner) for v in value]
        opening, end = "[", "]"
    else:
        return _encode(value)
    # What is broken into lines is longer than a line: no item that would fit here has any.
    if len(indent) + sum(map(len, items)) + 2 * max(1, len(items)) <= _LINE:
        return f"{opening}{', '.join(items)}{end}"
    lines = f",\n{inner}".join(items)
    return f"{opening}\n{inner}{lines}\n{indent}{end}"
