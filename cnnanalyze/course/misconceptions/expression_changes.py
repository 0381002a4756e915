"""Expression changes: how misconceptions change a part of an expression."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from cnnanalyze.core.expression import Expression, Name, given, made, parts, rewrite
from cnnanalyze.course.misconceptions.solution import LayerContext, LayerContexts, layer_of
from cnnanalyze.layers.traits import Trait

Change = Callable[[Expression, LayerContexts], Expression | None]
"""Returns what takes the place of a part: the part itself, another one, or nothing."""


# --- leaves: another number, or none --------------------------------------------------------------


def is_named(part: Expression, *keys: str) -> bool:
    """Return a predicate: has a part one of these names?"""
    return part.name is not None and part.name.key in keys


def put(value: int, *keys: str) -> Change:
    """Return a change that replaces parts by a number."""

    def change(part: Expression, _: LayerContexts) -> Expression:
        return given(value, part.name) if is_named(part, *keys) else part

    return change


def of_place(number: Callable[[LayerContext, Name], int | None], *keys: str) -> Change:
    """Return a change that takes another number of the context of a layer."""

    def change(part: Expression, contexts: LayerContexts) -> Expression:
        place = place_of(part, contexts) if is_named(part, *keys) else None
        if place is None or part.name is None:
            return part
        found = number(place, part.name)
        return part if found is None else given(found, part.name)

    return change


def place_of(part: Expression, contexts: LayerContexts) -> LayerContext | None:
    """Return the layer that a part belongs to."""
    return contexts.get(layer_of(part))


def axis(size: tuple[int, ...], name: Name) -> int | None:
    """Return the extent of the axis that a name belongs to."""
    axis = name.axis or 0
    return size[axis] if axis < len(size) else None


# --- factors --------------------------------------------------------------------------------------


def squared(*keys: str) -> Change:
    """Multiply a number by itself."""

    def change(part: Expression, _: LayerContexts) -> Expression:
        if is_named(part, *keys) and part.is_given:
            return made("*", part, part)
        return part

    return change


def multiplied(key: str, number: Callable[[LayerContext], int]) -> Change:
    """Multiply a number by another one from around the layer."""

    def change(part: Expression, contexts: LayerContexts) -> Expression:
        place = place_of(part, contexts)
        return made("*", part, given(number(place))) if place and is_named(part, key) else part

    return change


def one_side(*keys: str) -> Change:
    """Take what has a number for each axis along one axis alone."""

    def change(part: Expression, _: LayerContexts) -> Expression:
        if part.op != "*":
            return part
        kept = list(part.args)
        for key in keys:
            for again in [a for a in kept if is_named(a, key)][1:]:
                kept.remove(again)
        return part if len(kept) == len(part.args) else made("*", *kept)._replace(name=part.name)

    return change


def kernel_of_input(part: Expression, contexts: LayerContexts) -> Expression:
    """Take the whole map for the kernel."""
    if part.op != "*":
        return part
    whole = of_place(lambda place, name: axis(place.input.size, name), "kernel")
    args = [whole(arg, contexts) or arg for arg in part.args]
    return part if args == list(part.args) else made("*", *args)._replace(name=part.name)


def without_factor(whole: str, *keys: str) -> Change:
    """Leave factors out of a product that has a certain name."""

    def change(part: Expression, _: LayerContexts) -> Expression:
        if part.op != "*" or not is_named(part, whole):
            return part
        kept = [a for a in part.args if not is_named(a, *keys)]
        return made("*", *kept)._replace(name=part.name) if kept else part

    return change


def one_filter(part: Expression, contexts: LayerContexts) -> Expression | None:
    """Take one filter or unit, with its bias."""
    products = (p for p in parts(part) if p.op == "*")
    if not any(is_named(a, "filters", "units") for p in products for a in p.args):
        return part
    single = put(1, "filters", "units")
    return rewrite(part, lambda inner: single(inner, contexts))


def additions_as_products(part: Expression, _: LayerContexts) -> Expression:
    """Count an addition for every product: the first product of an output needs none."""
    fewer = [a for a in part.args if a.op == "-" and is_named(a.args[0], "activations")]
    if part.op != "+" or not fewer:
        return part
    kept = [a for a in part.args if a not in fewer and not is_named(a, "activations")]
    return made("+", *kept)._replace(name=part.name)


def one_branch(part: Expression, _: LayerContexts) -> Expression:
    """Take the widest of several branches that are put side by side."""
    of = {a.name.of for a in part.args if a.name is not None and a.name.key == "channels"}
    return max(part.args, key=lambda a: a.value) if part.op == "+" and len(of) > 1 else part


def earlier_depth(which: int) -> Change:
    """Put the depth of a map further up in the place of the layer's own."""

    def number(place: LayerContext, _: Name) -> int | None:
        return place.above[which] if place.above else None

    return of_place(number, "channels")


def depthwise_per_filter(part: Expression, contexts: LayerContexts) -> Expression:
    """Count the depthwise kernels once for each output channel."""
    place = place_of(part, contexts)
    if place is None or not place.mixed:
        return part
    if (
        Trait.DEPTHWISE in place.traits
        and part.op == "*"
        and any(is_named(a, "kernel") for a in part.args)
    ):
        return made("*", part, given(place.mixed))._replace(name=part.name)
    is_separable = Trait.SEPARABLE in place.traits
    if is_separable and part.op == "+" and len(part.args) == 2:  # noqa: PLR2004
        flat, mixing = part.args
        if flat.op == "*" and not is_named(mixing, "biases"):
            return made("+", made("*", flat, given(place.mixed)), mixing)._replace(name=part.name)
    return part


def rounded_once(part: Expression, _: LayerContexts) -> Expression:
    """Round the product, not the factor: the iterations of all epochs together."""
    rounded = [a for a in part.args if is_named(a, "iterations") and a.op in {"ceil", "floor"}]
    if part.op != "*" or not rounded:
        return part
    others = [a for a in part.args if a is not rounded[0]]
    inside = made("*", *(a._replace(name=None) for a in rounded[0].args), *others)
    return made(rounded[0].op, inside)._replace(name=part.name)


# --- operations of numbers that are given ---------------------------------------------------------


def logarithm(base: int) -> Change:
    """Take the logarithm to another base."""

    def change(part: Expression, _: LayerContexts) -> Expression:
        return made("/", part, made("ln", given(base))) if part.op == "ln" else part

    return change


def power_of(base: int) -> Change:
    """Take powers of another number than e."""

    def change(part: Expression, _: LayerContexts) -> Expression:
        if part.op != "exp" or part.args[0].value.denominator != 1:
            return part
        return given(Fraction(base) ** int(part.args[0].value), part.name)

    return change


def without(op: str) -> Change:
    """Leave an operation out."""
    return lambda part, _: part.args[0] if part.op == op else part


def sample_variance(part: Expression, _: LayerContexts) -> Expression:
    """Divide by one less."""
    if not is_named(part, "variance") or part.op != "/":
        return part
    above, count = part.args
    return made("/", above, made("+", count, given(-1)))._replace(name=part.name)


def rooted(part: Expression, _: LayerContexts) -> Expression:
    """Take the root of a variance."""
    return made("sqrt", part) if is_named(part, "variance") else part


def sum_for_mean(part: Expression, _: LayerContexts) -> Expression:
    """Leave the division of a mean out."""
    return part.args[0] if is_named(part, "mean") and part.op == "/" else part


# --- the whole ------------------------------------------------------------------------------------


def times_positions(part: Expression, contexts: LayerContexts) -> Expression:
    """Multiply what is held by the positions of the output."""
    place = place_of(part, contexts)
    if place is None or place.normalises or not is_named(part, "parameters", "weights"):
        return part
    return made("*", part, given(place.output.positions))


def biases_everywhere(part: Expression, contexts: LayerContexts) -> Expression:
    """Multiply the biases by the positions, too."""
    place = place_of(part, contexts)
    if place is None or not is_named(part, "mac"):
        return part
    return made("+", part, given(place.output.count))


def doubled(part: Expression, _: LayerContexts) -> Expression:
    """Take multiply-accumulates twice."""
    counted = {p.name.key for p in parts(part) if p.name is not None}
    if "mac" in counted and "operations" not in counted:
        return made("*", given(2), part)
    return part


def only_macs(part: Expression, _: LayerContexts) -> Expression:
    """Give the multiply-accumulates of what was asked in FLOPs."""
    if not is_named(part, "operations"):
        return part
    macs = dict.fromkeys(p for p in parts(part) if is_named(p, "mac"))
    return made("+", *macs) if macs else part


def opposite(part: Expression, _: LayerContexts) -> Expression:
    """Change the sign."""
    return made("-", part)


def mean_left_on(part: Expression, _: LayerContexts) -> Expression:
    """Divide by the deviation without taking the mean off."""
    if part.op != "/" or part.args[1].op != "sqrt" or part.args[0].op != "+":
        return part
    kept = [a for a in part.args[0].args if a.op != "-"]
    return made("/", made("+", *kept), part.args[1])
