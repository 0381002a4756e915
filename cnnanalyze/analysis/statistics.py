"""Statistics: where a unit sees everything, beside the window that moves with it.

The mean of a group normalisation, or a gate that is computed from the average of the whole map,
lets every pixel of the input play a part in every unit. The window that a unit looks through stays
as narrow as it was; both are told.
"""

from __future__ import annotations

from cnnanalyze.analysis.result import Analysis, NodeFacts
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
    return any(map(is_beside, facts.fields or ()))


def sources(analysis: Analysis, facts: NodeFacts) -> tuple[NodeFacts, ...]:
    """Through which layers do the units of a layer see everything?

    These are the first ones on the way from the input that read a whole map.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> gate = "{multiply: [[], [gap, {conv: {filters: 4, kernel: 1}}, sigmoid]]}"
    >>> net = cnn.loads(f"{{cnn: 1, input: 9x9x4, layers: [{gate}, relu]}}")
    >>> analysis = cnn.analyze(net).analysis
    >>> [source.node.kind for source in sources(analysis, analysis["relu1"])]
    ['global_avgpool']
    """
    found: dict[str, None] = {}
    waiting, known = [facts.node.id], {facts.node.id}
    while waiting:
        node = analysis[waiting.pop()].node
        before = [i for i in node.inputs if i in analysis.facts and _sees_all(analysis[i])]
        if not before:
            found[node.id] = None
        waiting += [i for i in before if i not in known]
        known.update(before)
    return tuple(f for f in analysis if f.node.id in found)


def through(analysis: Analysis, facts: NodeFacts) -> str:
    """Return the layer through which everything is seen beside the window, or nothing.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x9x4, layers: [{groupnorm: 2}, relu]}")
    >>> analysis = cnn.analyze(net).analysis
    >>> through(analysis, analysis["relu1"])
    'groupnorm1'
    """
    if not sees_beside(facts):
        return ""
    found = sources(analysis, facts)
    return found[0].node.id + (" and others" if len(found) > 1 else "")


def _sees_all(facts: NodeFacts) -> bool:
    return any(f.sees_all for f in facts.fields or ())
