"""Attributes in brief: what a layer's attributes say that its output does not."""

from __future__ import annotations

from typing import Any

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.window import stride_of

SEEN_IN_OUTPUT = frozenset({"filters", "units", "to", "size"})
"""Attributes that the output shape shows already."""


def brief(node: Node) -> str:
    """Return the attributes of a layer in a few characters: ``3x3/2 same``.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 9x9x2, layers: [{conv: {filters: 4, kernel: [3, 5], stride: 2, "
    ...     "padding: same, groups: 2, bias: false}}, {maxpool: 2}, {dropout: 0.3}, "
    ...     "{resize: {size: 5}}]}"
    ... )
    >>> [brief(n) for n in net]
    ['3x5/2 same groups 2 no bias', '2x2/2', 'rate 0.3', '']
    >>> text = "{rearrange: {pattern: '(h p) c -> h p c', sizes: {p: 2}}}"
    >>> brief(cnn.loads("{cnn: 1, input: 6x5, layers: [" + text + "]}")[0])
    'pattern (h p) c -> h p c p 2'
    >>> brief(cnn.loads("{cnn: 1, input: 6x5x1, layers: [{pad: {channels: [0, 16]}}]}")[0])
    'channels [0, 16]'
    """
    values = dict(node.attributes)
    fields = type(node.layer).model_fields
    parts = []
    if "kernel" in values:
        rank = node.input_shapes[0].rank
        stride = stride_of({"stride": 1, **values})
        parts.append(_times(values.pop("kernel"), rank) + _slash(stride))
        values.pop("stride", None)
        usual = fields["padding"].default if "padding" in fields else 0
        parts.append(_padding(values.pop("padding", usual), usual))
    if "bias" in values and values.pop("bias") is False:
        values["no bias"] = True
    unusual = {n for n, v in values.items() if n not in fields or v != fields[n].default}
    if not unusual or node.layer.principal in node.layer.model_fields_set:
        unusual.add(node.layer.principal)  # by what the layer works, unless something else is said
    parts += [
        _named(name, value)
        for name, value in values.items()
        if name in unusual and name not in SEEN_IN_OUTPUT and value is not None
    ]
    return " ".join(filter(None, parts))


def _times(kernel: Any, rank: int) -> str:  # noqa: ANN401 - one number or one per axis
    extents = kernel if isinstance(kernel, tuple) else (kernel,) * rank
    return "x".join(map(str, extents))


def _slash(stride: Any) -> str:  # noqa: ANN401
    if isinstance(stride, tuple):
        return "/" + ("x".join(map(str, stride)) if len(set(stride)) > 1 else str(stride[0]))
    return "" if stride == 1 else f"/{stride}"


def _padding(padding: Any, usual: Any) -> str:  # noqa: ANN401
    if padding in {usual, 0}:
        return ""
    return padding if isinstance(padding, str) else f"pad {show_value(padding)}"


def _named(name: str, value: Any) -> str:  # noqa: ANN401
    if name == "table":
        return f"{sum(map(len, value))} connections"
    words = name.replace("_", " ")
    if value is True:
        return words
    if value is False:
        return f"no {words}"
    if isinstance(value, float):
        return f"{words} {value:g}"
    if isinstance(value, tuple) and all(isinstance(v, tuple) and type(v[0]) is str for v in value):
        return ", ".join(f"{word} {number}" for word, number in value)
    return f"{words} {value if isinstance(value, str) else show_value(value)}"
