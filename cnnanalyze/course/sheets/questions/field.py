"""Receptive fields as one expression: the recurrence of every layer put into that of the next."""

from __future__ import annotations

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.expression import Expression, Name, rewrite
from cnnanalyze.course.explanations.notation import notation
from cnnanalyze.course.explanations.receptive_field_steps import climb
from cnnanalyze.course.explanations.symbolic_layer import SymbolicLayer


def field_tree(analysis: Analysis, layer: str) -> Expression | tuple[Expression, ...]:
    """Return how the receptive field of a layer comes about, every name with its layer.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> tree = field_tree(cnn.analyze("zoo:lecture_000_lenet").analysis, "pool2")
    >>> tree.value
    16
    """
    return _on_all(analysis, layer, 0)


def jump_tree(analysis: Analysis, layer: str) -> Expression | tuple[Expression, ...]:
    """Return how the jump of a layer comes about, every name with its layer.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> jump_tree(cnn.analyze("zoo:lecture_000_lenet").analysis, "pool2").value
    4
    """
    return _on_all(analysis, layer, 1)


def _on_all(analysis: Analysis, layer: str, which: int) -> Expression | tuple[Expression, ...]:
    asked = SymbolicLayer(analysis, analysis[layer], notation("plain"))
    fields = asked.facts.fields
    assert fields is not None
    trees = tuple(_along(asked, axis)[which] for axis in range(len(fields)))
    return trees[0] if len({t.value for t in trees}) == 1 else trees


def _along(asked: SymbolicLayer, axis: int) -> tuple[Expression, Expression]:
    """Return the field and the jump along one axis."""
    size: Expression | None = None
    jump: Expression | None = None
    for rung in climb(asked, axis):
        before = {"field before": size, "jump before": jump}

        def put(
            part: Expression,
            before: dict[str, Expression | None] = before,
            layer: str = rung.label,
        ) -> Expression:
            if part.name is None:
                return part
            known = before.get(part.name.key) if part.is_given else None
            if known is not None and known.value == part.value:
                return known._replace(name=part.name._replace(of=layer))
            return part._replace(name=part.name._replace(of=layer))

        size = rewrite(rung.size, put)
        jump = rewrite(rung.jump, put)._replace(name=Name("jump", of=rung.label))
    assert size is not None
    assert jump is not None
    return size, jump
