"""Questions about receptive fields: size, jump and centre."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from cnnanalyze.analysis.receptive_field import middle
from cnnanalyze.analysis.statistics import through
from cnnanalyze.core.expression import Expression, Name, Value, given, rewrite
from cnnanalyze.core.number import Num, tree
from cnnanalyze.core.periodic_field import PathField
from cnnanalyze.course.explanations.explanation import DerivationRow, DerivationStep
from cnnanalyze.course.explanations.receptive_field_steps import (
    RecurrenceRow,
    path,
    recurrence,
    whole_number,
)
from cnnanalyze.course.explanations.simplify import textbook_form
from cnnanalyze.course.explanations.symbolic_layer import Draft, SymbolicLayer


def _axes(symbolic: SymbolicLayer) -> list[int | None]:
    """Return the axes to work out; only one of them if all are equal."""
    fields = symbolic.facts.fields
    assert fields is not None
    rank = len(fields)
    shapes = symbolic.image.shape.size
    alike = len(set(fields)) == 1 and len(set(shapes)) == 1
    return [None] if alike and rank > 1 else list(range(rank))


Recurrences = dict[int | None, list[RecurrenceRow]]
"""The rows of every axis that is worked out."""


def _recurrences(symbolic: SymbolicLayer) -> Recurrences:
    return {axis: recurrence(symbolic, axis) for axis in _axes(symbolic)}


def _draft(
    symbolic: SymbolicLayer,
    recurrences: Recurrences,
    column: Callable[[RecurrenceRow], Expression | None],
    key: str,
    heads: tuple[str, ...],
    value: tuple[Value, ...],
    moves: Callable[[RecurrenceRow], bool] | None = None,
) -> Draft:
    rank = symbolic.image.shape.rank
    steps: list[DerivationStep] = []
    layer_rows: list[DerivationRow] = []
    for axis, found in recurrences.items():
        rows = [r for r in found if column(r) is not None]
        shown = [r for r in rows if (moves(r) if moves else _moves(r, column))]
        if shown and (last := column(shown[-1])) is not None:
            steps.append(DerivationStep(Name(key, axis, rank), last))
        else:
            steps.append(DerivationStep(Name(key, axis, rank), given(value[axis or 0])))
        named = "" if axis is None or rank == 1 else f" ({_WORDS[rank][axis]})"
        layer_rows += [
            DerivationRow(
                r.label + named, tuple(getattr(r, "size" if h == "field" else h) for h in heads)
            )
            for r in shown
        ]
    return Draft(steps, value, heads=tuple(map(Name, heads)), table=tuple(layer_rows))


_WORDS = {2: ("height", "width"), 3: ("depth", "height", "width")}


def _moves(layer_row: RecurrenceRow, column: Callable[[RecurrenceRow], Expression | None]) -> bool:
    """Whether a layer changes the receptive field."""
    cells = (layer_row.size, layer_row.jump, column(layer_row))
    return any(cell is not None and not cell.is_given for cell in cells)


def _cause(symbolic: SymbolicLayer) -> str:
    """Return after which layer the fields of neighbouring units differ."""
    for axis in _axes(symbolic):
        for link in path(symbolic, axis or 0):
            if link.path_field.period > 1:
                return f"After {link.id} ({symbolic.analysis[link.id].node.kind})"
    return "Here"


def _unlike(path_field: PathField) -> bool:
    """Whether the fields of the units differ in size."""
    return len({None if i is None else i[1] - i[0] for i in path_field.intervals}) > 1


def receptive_field(symbolic: SymbolicLayer) -> Draft:
    """How much of the input does a unit see?"""
    assert symbolic.facts.fields is not None
    value = tuple(f.local.size for f in symbolic.facts.fields)
    recurrences = _recurrences(symbolic)
    heads = ("kernel", "stride", "field", "jump")
    draft = _draft(symbolic, recurrences, lambda r: r.size, "field", heads, value)
    path_fields = [f.local for f in symbolic.facts.fields]
    if any(
        layer_row.by_formula and not layer_row.size.is_given
        for layer_row in chain.from_iterable(recurrences.values())
    ):
        draft.reasons.append(
            "A unit sees a window of units of the previous layer. Adjacent units are one jump "
            "apart in the input, so each further one adds a jump; a stride multiplies all later "
            "jumps."
        )
    if any(map(_unlike, path_fields)):
        draft.reasons.append(
            f"{_cause(symbolic)} neighbouring units see intervals of different lengths; what "
            "counts is the longest, from its first index a to its last b."
        )
    elif any(s.period > 1 for s in path_fields):
        draft.reasons.append(
            f"{_cause(symbolic)} neighbouring units see equally long intervals, but at unequal "
            "distances, so the field is that of one unit, from its first index a to its last b."
        )
    if source := through(symbolic.image, symbolic.facts):
        draft.beside = f"everything is seen through {source}"
        draft.reasons.append(
            "What comes of the whole map (a statistic, a gate, attention, offsets) has a part in "
            "every unit, so every pixel of the input has an influence on it. The window that moves "
            "with the unit stays the same."
        )
    if path_fields and not any(s.advance for s in path_fields):
        draft.reasons.append(
            "A layer that reads its whole input (dense, flatten, global pooling) acts like a "
            "kernel of the size of that input; after it the field no longer grows."
        )
    inputs = symbolic.image.shape.size
    outside = [(r, n) for r, n in zip(value, inputs, strict=True) if r > n]
    if outside:
        _r, n = outside[0]
        draft.remarks.append(
            f"That is more than the {n} indices of the input: the rest is padding."
        )
    if not symbolic.facts.aligned:
        draft.remarks.append(
            "The paths to this layer are not aligned: their fields have different centres, and "
            "the field of a unit is the hull of all of them."
        )
    return draft


def jump(symbolic: SymbolicLayer) -> Draft:
    """How many input indices lie between two neighbouring units?"""
    assert symbolic.facts.fields is not None
    value = tuple(whole_number(f.local.rate) for f in symbolic.facts.fields)
    heads = ("stride", "jump")
    recurrences = _recurrences(symbolic)
    draft = _draft(symbolic, recurrences, lambda r: r.jump, "jump", heads, value, moves=_strides)
    draft.reasons.append("The jump is the product of all strides so far.")
    if any(f.local.period > 1 for f in symbolic.facts.fields):
        draft.reasons.append(
            f"{_cause(symbolic)} the distances between neighbours differ: this is the mean."
        )
    if not any(value):
        draft.reasons.append("After a layer that reads its whole input, all units see the same.")
    return draft


def _strides(layer_row: RecurrenceRow) -> bool:
    """Whether a layer changes the jump."""
    return layer_row.stride.value != 1 or (layer_row.jump.is_given and layer_row.jump.value == 0)


def centre(symbolic: SymbolicLayer) -> Draft:
    """Around which input index does the first unit see?"""
    assert symbolic.facts.fields is not None
    fields = symbolic.facts.fields
    phased = any(f.local.period > 1 for f in fields)
    middles = [middle(f.local) for f in fields]
    assert None not in middles
    value = tuple(whole_number(m) for m in middles if m is not None)
    heads = ("jump", "first") if phased else ("field", "jump", "first")
    recurrences = _recurrences(symbolic)
    draft = _draft(symbolic, recurrences, lambda r: r.first, "first", heads, value)
    steps: list[DerivationStep] = []
    rank = symbolic.image.shape.rank
    for axis in recurrences:
        local = fields[axis or 0].local
        low, high = local.at(0) or (0, 0)
        first = Num(low, Name("first", axis, rank))
        if phased:
            found = (first + Num(high, Name("last of 0", axis, rank))) / Num(2)
        else:
            found = first + (Num(local.size, Name("field", axis, rank)) - 1) / Num(2)
        steps.append(
            DerivationStep(
                Name("centre", axis, rank), textbook_form(tree(found), symbolic.notation)
            )
        )
    draft.steps = steps
    if any(row.pads for row in chain.from_iterable(recurrences.values())):
        draft.reasons.append(
            "Each padded index shifts the field of the first unit to the left by one jump."
        )
    draft.reasons.append("The centre is the middle of the unit's field, counted from 0.")
    if phased:
        draft.reasons.append(
            f"{_cause(symbolic)} units are not all centred alike in their fields: this is unit 0. "
            "On average, units are a jump apart."
        )
    return draft


# --- one expression -------------------------------------------------------------------------------


def field_tree(symbolic: SymbolicLayer) -> Expression | tuple[Expression, ...]:
    """Return the receptive field of a layer as an expression, each name with its layer."""
    return _on_all_axes(symbolic, 0)


def jump_tree(symbolic: SymbolicLayer) -> Expression | tuple[Expression, ...] | None:
    """Return the jump of a layer as an expression, each name with its layer; none of a vector."""
    return _on_all_axes(symbolic, 1) if symbolic.node.output.size else None


def _on_all_axes(symbolic: SymbolicLayer, which: int) -> Expression | tuple[Expression, ...]:
    fields = symbolic.facts.fields
    assert fields is not None
    trees = tuple(_along(symbolic, axis)[which] for axis in range(len(fields)))
    return trees[0] if len({t.value for t in trees}) == 1 else trees


def _along(symbolic: SymbolicLayer, axis: int) -> tuple[Expression, Expression]:
    """Return the field and the jump along one axis, with those of earlier layers substituted."""
    size: Expression | None = None
    jump: Expression | None = None
    for layer_row in recurrence(symbolic, axis):
        before = {"field before": size, "jump before": jump}

        def put(
            part: Expression,
            before: dict[str, Expression | None] = before,
            layer: str = layer_row.label,
        ) -> Expression:
            if part.name is None:
                return part
            known = before.get(part.name.key) if part.is_given else None
            if known is not None and known.value == part.value:
                return known._replace(name=part.name._replace(of=layer))
            return part._replace(name=part.name._replace(of=layer))

        size = rewrite(layer_row.size, put)
        jump = rewrite(layer_row.jump, put)._replace(name=Name("jump", of=layer_row.label))
    assert size is not None
    assert jump is not None
    return size, jump
