"""Size changes: how misconceptions change sizes and receptive fields."""

from __future__ import annotations

from cnnanalyze.core.expression import Expression, given, made, parts
from cnnanalyze.course.misconceptions.expression_changes import Change, is_named, place_of
from cnnanalyze.course.misconceptions.solution import LayerContexts
from cnnanalyze.layers.traits import Trait

# --- rounding -------------------------------------------------------------------------------------


def without_rounding(part: Expression, _: LayerContexts) -> Expression:
    """Leave the rounding brackets out."""
    return part.args[0] if part.op in {"floor", "ceil"} else part


def rounded_up(part: Expression, _: LayerContexts) -> Expression:
    """Round up instead of down."""
    return made("ceil", *part.args)._replace(name=part.name) if part.op == "floor" else part


def rounded_down(part: Expression, _: LayerContexts) -> Expression:
    """Round down instead of up."""
    return made("floor", *part.args)._replace(name=part.name) if part.op == "ceil" else part


# --- sizes ----------------------------------------------------------------------------------------


def _is_size(part: Expression) -> bool:
    """Whether a sum is a size formula: something rounded, or an input, with a 1 added to it."""
    return part.op == "+" and any(
        a.op == "floor" or is_named(a, "input") or a.op == "/" for a in part.args
    )


def plus_one_dropped(part: Expression, _: LayerContexts) -> Expression:
    """Drop the + 1 of a size formula."""
    if not _is_size(part):
        return part
    kept: list[Expression] = []
    for arg in part.args:
        if arg.is_given and arg.name is None and arg.value >= 1 and len(kept) + 1 == len(part.args):
            if arg.value > 1:
                kept.append(given(arg.value - 1))
        else:
            kept.append(arg)
    return made("+", *kept)._replace(name=part.name) if kept != list(part.args) else part


def _takes_off(part: Expression, *keys: str) -> bool:
    return part.op == "-" and is_named(part.args[0], *keys)


def kernel_kept(part: Expression, _: LayerContexts) -> Expression | None:
    """Forget to take the kernel off: n + 2p instead of n + 2p - k."""
    return None if _takes_off(part, "kernel", "extent") else part


def padded_input(part: Expression, _: LayerContexts) -> Expression:
    """Stop after the padding: what the windows slide over, not how many there are."""
    for sum_ in parts(part):
        if sum_.op == "+" and any(is_named(a, "input") for a in sum_.args):
            kept = [a for a in sum_.args if is_named(a, "input") or _speaks_of(a, "padding")]
            if len(kept) > 1:
                return made("+", *kept)
    return part


def _speaks_of(part: Expression, word: str) -> bool:
    return any(p.name is not None and word in p.name.key for p in parts(part))


def padding_once(part: Expression, _: LayerContexts) -> Expression:
    """Add the padding on one side."""
    if part.op == "*" and len(part.args) == 2 and part.args[0].value == 2:  # noqa: PLR2004 - 2p
        factor, border = part.args
        if factor.is_given and factor.name is None and is_named(border, "padding"):
            return border
    return part


def stride_forgotten(part: Expression, _: LayerContexts) -> Expression:
    """Slide one by one."""
    if part.op == "/" and is_named(part.args[1], "stride"):
        return part.args[0]
    if part.op == "*" and not _is_jump(part):
        kept = [a for a in part.args if not is_named(a, "stride")]
        if kept and len(kept) < len(part.args):
            return made("*", *kept)._replace(name=part.name)
    return part


def whole_for_less_one(*keys: str) -> Change:
    """Put a number in the place of one less."""

    def change(part: Expression, _: LayerContexts) -> Expression:
        is_less = part.op == "+" and len(part.args) == 2 and part.args[1].value == -1  # noqa: PLR2004
        return part.args[0] if is_less and is_named(part.args[0], *keys) else part

    return change


def twice(*keys: str) -> Change:
    """Take a number twice."""

    def change(part: Expression, _: LayerContexts) -> Expression:
        if is_named(part, *keys) and part.is_given:
            return made("*", given(2), part)
        return part

    return change


# --- receptive fields -----------------------------------------------------------------------------


def _recurrence_step(part: Expression) -> tuple[Expression, Expression] | None:
    """Return what was seen before and what a layer adds, if a part is a step of the recurrence."""
    if part.op != "+" or len(part.args) != 2 or part.args[1].op != "*":  # noqa: PLR2004
        return None
    before, added = part.args
    return (before, added) if is_named(before, "field before") else None


def _kernel_of(added: Expression) -> Expression | None:
    """Return the kernel of ``(k - 1)·jump``."""
    return next((a.args[0] for a in added.args if _is_reach(a)), None)


def _is_reach(part: Expression) -> bool:
    return part.op == "+" and is_named(part.args[0], "kernel")


def kernel_added(part: Expression, _: LayerContexts) -> Expression:
    """Add whole kernels, from the second layer on."""
    layer_row = _recurrence_step(part)
    if layer_row is None or layer_row[0].is_given or _kernel_of(layer_row[1]) is None:
        return part
    factors = (a.args[0] if _is_reach(a) else a for a in layer_row[1].args)
    return made("+", layer_row[0], made("*", *factors))._replace(name=part.name)


def multiplied_fields(part: Expression, _: LayerContexts) -> Expression:
    """Multiply the kernels instead of adding what each of them reaches further."""
    layer_row = _recurrence_step(part)
    kernel = _kernel_of(layer_row[1]) if layer_row else None
    if layer_row is None or kernel is None or layer_row[0].is_given:
        return part
    return made("*", layer_row[0], kernel)._replace(name=part.name)


def own_stride(part: Expression, contexts: LayerContexts) -> Expression:
    """Take the jump behind the layer for the jump before it."""
    layer_row = _recurrence_step(part)
    name = layer_row[0].name if layer_row else None
    place = contexts.get(name.of) if name else None
    if layer_row is None or name is None or place is None or not place.stride:
        return part
    step = place.stride[(name.axis or 0) % len(place.stride)]
    if step == 1:
        return part
    return made("+", layer_row[0], made("*", layer_row[1], given(step)))._replace(name=part.name)


def before_last(part: Expression, _: LayerContexts) -> Expression:
    """Stop one layer early."""
    layer_row = _recurrence_step(part)
    return part if layer_row is None or layer_row[0].is_given else layer_row[0]


def added_stride(part: Expression, _: LayerContexts) -> Expression:
    """Add the stride to the jump."""
    if part.op == "*" and any(is_named(a, "stride") for a in part.args) and _is_jump(part):
        return made("+", *part.args)._replace(name=part.name)
    return part


def _is_jump(part: Expression) -> bool:
    return part.name is not None and part.name.key.startswith("jump")


def pool_sees_nothing(part: Expression, contexts: LayerContexts) -> Expression:
    """Let a pooling layer see one index."""
    place = place_of(part, contexts)
    pools = place is not None and Trait.POOLING in place.traits
    return given(1, part.name) if pools and is_named(part, "kernel") else part
