"""Sums of products in the letters that all frameworks read: one for each axis, ``z`` for images."""

from __future__ import annotations

from string import ascii_lowercase

from cnnanalyze.exporting.part import refuse
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.pattern import Axis, parse

_LETTERS, _IMAGES = ascii_lowercase[:-1], ascii_lowercase[-1]


def equation(node: Node, target: str, *, channels_last: bool = False) -> str:
    """Return what a layer sums up, for a framework with the channels first or last.

    Raises
    ------
    UsageError
        If it has more axes than there are letters.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, inputs: {a: 5x3, b: 7x3}, layers: ["
    ...     "{einsum: 'i c, j c -> i j', from: [a, b]}]}"
    ... )
    >>> equation(net["einsum1"], "ONNX"), equation(net["einsum1"], "Keras", channels_last=True)
    ('zab,zac->zcb', 'zba,zca->zbc')
    """
    pattern = parse(node.attributes["pattern"])
    names = sorted(pattern.names)
    if len(names) > len(_LETTERS):
        raise refuse(node, target, f" over {len(names)} axes")
    letters = dict(zip(names, _LETTERS, strict=False))

    def side(axes: tuple[Axis, ...]) -> str:
        *size, channels = ("".join(letters[name] for name in axis) for axis in axes)
        return "".join([_IMAGES, *size, channels] if channels_last else [_IMAGES, channels, *size])

    return f"{','.join(map(side, pattern.inputs))}->{side(pattern.output)}"
