"""Changes: what a slip does to a part of an expression."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from cnnanalyze.core.expression import Expression, Name, given, made, parts
from cnnanalyze.homework.solution import Place, Scene, layer_of

Change = Callable[[Expression, Scene], Expression | None]
"""Returns what takes the place of a part: the part itself, another one, or nothing."""


# --- leaves: another number, or none --------------------------------------------------------------


def _is(part: Expression, *keys: str) -> bool:
    return part.name is not None and part.name.key in keys


def _dropped(*keys: str) -> Change:
    return lambda part, _: None if _is(part, *keys) else part


def put(value: int, *keys: str) -> Change:
    """Put a number in the place of others."""

    def change(part: Expression, _: Scene) -> Expression:
        return given(value, part.name) if _is(part, *keys) else part

    return change


def of_place(number: Callable[[Place, Name], int | None], *keys: str) -> Change:
    """Put a number from around the layer in the place of another."""

    def change(part: Expression, scene: Scene) -> Expression:
        if not _is(part, *keys) or part.name is None or (place := _place(part, scene)) is None:
            return part
        found = number(place, part.name)
        return part if found is None else given(found, part.name)

    return change


def _place(part: Expression, scene: Scene) -> Place | None:
    return scene.get(layer_of(part))


def axis(size: tuple[int, ...], name: Name) -> int | None:
    """Return the extent of the axis that a name belongs to."""
    axis = name.axis or 0
    return size[axis] if axis < len(size) else None


# --- operations -----------------------------------------------------------------------------------


def without_rounding(part: Expression, _: Scene) -> Expression:
    """Leave the rounding brackets out."""
    return part.args[0] if part.op in {"floor", "ceil"} else part


def rounded_up(part: Expression, _: Scene) -> Expression:
    """Round up instead of down."""
    return made("ceil", *part.args)._replace(name=part.name) if part.op == "floor" else part


def rounded_down(part: Expression, _: Scene) -> Expression:
    """Round down instead of up."""
    return made("floor", *part.args)._replace(name=part.name) if part.op == "ceil" else part


def _is_size(part: Expression) -> bool:
    """Whether a sum is a size formula: something rounded, or an input, with a 1 added to it."""
    return part.op == "+" and any(
        a.op == "floor" or _is(a, "input") or a.op == "/" for a in part.args
    )


def plus_one_dropped(part: Expression, _: Scene) -> Expression:
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


def padded_input(part: Expression, _: Scene) -> Expression:
    """Stop after the padding: what the windows slide over, not how many there are."""
    for sum_ in parts(part):
        if sum_.op == "+" and any(_is(a, "input") for a in sum_.args):
            kept = [a for a in sum_.args if _is(a, "input") or _speaks_of(a, "padding")]
            if len(kept) > 1:
                return made("+", *kept)
    return part


def _speaks_of(part: Expression, word: str) -> bool:
    return any(p.name is not None and word in p.name.key for p in parts(part))


def padding_once(part: Expression, _: Scene) -> Expression:
    """Add the padding on one side."""
    if part.op == "*" and len(part.args) == 2 and part.args[0].value == 2:  # noqa: PLR2004 - 2p
        factor, border = part.args
        if factor.is_given and factor.name is None and _is(border, "padding"):
            return border
    return part


def kernel_kept(part: Expression, _: Scene) -> Expression | None:
    """Forget to take the kernel off: n + 2p instead of n + 2p - k."""
    return None if part.op == "-" and _is(part.args[0], "kernel", "extent") else part


def twice(*keys: str) -> Change:
    """Take a number twice."""

    def change(part: Expression, _: Scene) -> Expression:
        if _is(part, *keys) and part.is_given:
            return made("*", given(2), part)
        return part

    return change


def squared(*keys: str) -> Change:
    """Multiply a number by itself."""

    def change(part: Expression, _: Scene) -> Expression:
        if _is(part, *keys) and part.is_given:
            return made("*", part, part)
        return part

    return change


def one_kernel_side(part: Expression, _: Scene) -> Expression:
    """Take the kernel along one axis."""
    if part.op != "*":
        return part
    kernels = [a for a in part.args if _is(a, "kernel")]
    if len(kernels) < 2:  # noqa: PLR2004 - a square
        return part
    rest = [a for a in part.args if not _is(a, "kernel")]
    return made("*", kernels[0], *rest)._replace(name=part.name)


def multiplied_by_depth(part: Expression, scene: Scene) -> Expression:
    """Multiply the filters by the channels of the input."""
    place = _place(part, scene)
    if not _is(part, "filters") or place is None:
        return part
    return made("*", part, given(place.input.channels))


def one_less(part: Expression, _: Scene) -> Expression:
    """Put k in the place of k - 1."""
    if part.op == "+" and len(part.args) == 2 and _is(part.args[0], "kernel"):  # noqa: PLR2004
        return part.args[0]
    return part


def added_stride(part: Expression, _: Scene) -> Expression:
    """Add the stride to the jump."""
    if part.op == "*" and any(_is(a, "stride") for a in part.args) and _is_jump(part):
        return made("+", *part.args)._replace(name=part.name)
    return part


def _is_jump(part: Expression) -> bool:
    return part.name is not None and part.name.key.startswith("jump")


def pool_sees_nothing(part: Expression, scene: Scene) -> Expression:
    """Let a pooling layer see one index."""
    place = _place(part, scene)
    return given(1, part.name) if _is(part, "kernel") and _pools(place) else part


def _pools(place: Place | None) -> bool:
    return place is not None and "pool" in place.kind


# --- operations of numbers that are given ---------------------------------------------------------


def logarithm(base: int) -> Change:
    """Take the logarithm to another base."""

    def change(part: Expression, _: Scene) -> Expression:
        return made("/", part, made("ln", given(base))) if part.op == "ln" else part

    return change


def power_of(base: int) -> Change:
    """Take powers of another number than e."""

    def change(part: Expression, _: Scene) -> Expression:
        if part.op != "exp" or part.args[0].value.denominator != 1:
            return part
        return given(Fraction(base) ** int(part.args[0].value), part.name)

    return change


def without(op: str) -> Change:
    """Leave an operation out."""
    return lambda part, _: part.args[0] if part.op == op else part


def sample_variance(part: Expression, _: Scene) -> Expression:
    """Divide by one less."""
    if not _is(part, "variance") or part.op != "/":
        return part
    above, count = part.args
    return made("/", above, made("+", count, given(-1)))._replace(name=part.name)


def sum_for_mean(part: Expression, _: Scene) -> Expression:
    """Leave the division of a mean out."""
    return part.args[0] if _is(part, "mean") and part.op == "/" else part


# --- the whole ------------------------------------------------------------------------------------


def times_positions(part: Expression, scene: Scene) -> Expression:
    """Multiply what is held by the positions of the output."""
    place = _place(part, scene)
    if place is None or "norm" in place.kind or not _is(part, "parameters", "weights"):
        return part
    return made("*", part, given(place.output.positions))


def biases_everywhere(part: Expression, scene: Scene) -> Expression:
    """Multiply the biases by the positions, too."""
    place = _place(part, scene)
    if place is None or not _is(part, "mac"):
        return part
    return made("+", part, given(place.output.count))


def doubled(part: Expression, _: Scene) -> Expression:
    """Take multiply-accumulates twice."""
    counted = {p.name.key for p in parts(part) if p.name is not None}
    if "mac" in counted and "operations" not in counted:
        return made("*", given(2), part)
    return part


def only_macs(part: Expression, _: Scene) -> Expression:
    """Give the multiply-accumulates of what was asked in FLOPs."""
    if not _is(part, "operations"):
        return part
    macs = dict.fromkeys(p for p in parts(part) if _is(p, "mac"))
    return made("+", *macs) if macs else part


def opposite(part: Expression, _: Scene) -> Expression:
    """Change the sign."""
    return made("-", part)


def mean_left_on(part: Expression, _: Scene) -> Expression:
    """Divide by the deviation without taking the mean off."""
    if part.op != "/" or part.args[1].op != "sqrt" or part.args[0].op != "+":
        return part
    kept = [a for a in part.args[0].args if a.op != "-"]
    return made("/", made("+", *kept), part.args[1])
