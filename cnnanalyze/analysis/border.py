"""The far border: whether the last windows of a layer reach over it."""

from __future__ import annotations

from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.core.reach import Window


def overhangs(facts: NodeFacts) -> tuple[int, ...]:
    """By how many indices does the last window reach over the padded border, axis by axis?

    Only ``ceil_mode`` allows it, and not even that wherever a division leaves a rest: a window that
    would start in the padding behind the input is left out.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> layers = "[{maxpool: {kernel: 3, padding: 1, ceil_mode: true}}]"
    >>> overhangs(
    ...     cnn.analyze(cnn.loads(f"{{cnn: 1, input: 3x6x5x2, layers: {layers}}}"))["maxpool1"]
    ... )
    (1, 1, 0)
    """
    node = facts.node
    maps = node.layer.reach(*node.input_shapes)
    if not facts.fit or maps is None:
        return ()
    found = []
    for fit, reach, n in zip(facts.fit, maps[0], node.input_shapes[0].size, strict=True):
        last = 0
        if isinstance(reach, Window):
            last = reach.taps(fit.output - 1)[-1] - (n + fit.after - 1)
        found.append(max(0, last))
    return tuple(found)
