"""Statistics: where a unit sees everything, beside the window that moves with it.

The mean of a group normalisation, or a gate that is computed from the average of the whole map,
lets every pixel of the input play a part in every unit. The window that a unit looks through stays
as narrow as it was; both are told.
"""

from __future__ import annotations

from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.analysis.seen_input import SeenInput
from cnnanalyze.core.periodic_field import PeriodicField


def is_beside(field: PeriodicField) -> bool:
    """Whether a unit sees everything along an axis, beside a window that moves with it."""
    return field.sees_all and field.local.advance != 0


def sees_beside(facts: NodeFacts) -> bool:
    """Whether the units of a layer see everything, beside a window that moves with them.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x9x4, layers: [bn, {groupnorm: 2}, gap]}")
    >>> [facts.node.kind for facts in cnn.analyze(net) if sees_beside(facts)]
    ['groupnorm']
    """
    seen = [s.fields for _, s in facts.sees] or [facts.fields]
    return any(is_beside(field) for fields in seen for field in fields or ())


def sources(image: SeenInput, facts: NodeFacts) -> tuple[NodeFacts, ...]:
    """Through which layers do the units of a layer see everything of an input?

    These are the first ones on the way from there that read a whole map.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.analysis.seen_input import seen_inputs
    >>> gate = "{multiply: [[], [gap, {conv: {filters: 4, kernel: 1}}, sigmoid]]}"
    >>> net = cnn.loads(f"{{cnn: 1, input: 9x9x4, layers: [{gate}, relu]}}")
    >>> (image,) = seen_inputs(cnn.analyze(net).analysis)
    >>> [source.node.kind for source in sources(image, image["relu1"])]
    ['global_avgpool']
    """
    found: dict[str, None] = {}
    waiting, known = [facts.node.id], {facts.node.id}
    while waiting:
        node = image[waiting.pop()].node
        before = [i for i in node.inputs if i in image and _sees_all(image[i])]
        if not before:
            found[node.id] = None
        waiting += [i for i in before if i not in known]
        known.update(before)
    return tuple(f for f in image if f.node.id in found)


def through(image: SeenInput, facts: NodeFacts) -> str:
    """Return the layer through which all of an input is seen beside the window, or nothing.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.analysis.seen_input import seen_inputs
    >>> net = cnn.loads("{cnn: 1, input: 9x9x4, layers: [{groupnorm: 2}, relu]}")
    >>> (image,) = seen_inputs(cnn.analyze(net).analysis)
    >>> through(image, image["relu1"])
    'groupnorm1'
    """
    if not sees_beside(facts):
        return ""
    found = sources(image, facts)
    return found[0].node.id + (" and others" if len(found) > 1 else "")


def _sees_all(facts: NodeFacts) -> bool:
    return any(f.sees_all for f in facts.fields or ())
