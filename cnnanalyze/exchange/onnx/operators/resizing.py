"""Resizing: maps made larger or smaller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

from cnnanalyze.exchange.onnx.conversion import Call, Unsupported, Value, Viewed, giving
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.choosing import MOST_PLACES, taken
from cnnanalyze.layers.resize import Resize

_COORDINATES = {
    "half_pixel": "half_pixel",
    "pytorch_half_pixel": "half_pixel",
    "align_corners": "align_corners",
    "asymmetric": "asymmetric",
}


@operator("Upsample", "Resize")
def resize(call: Call) -> Value:
    """Add a resizing layer."""
    value = call.viewed()
    own = value.extents
    rank = len(own)
    axes = call.wholes("axes")
    numbers = [call.axis(a, rank) for a in axes] if axes is not None else list(range(rank))
    scales, sizes = _asked(call, len(numbers))
    target = list(own)
    factors = [Fraction(1)] * rank
    for place, axis in enumerate(numbers):
        if scales is not None:
            factors[axis] = Fraction(str(float(f"{scales[place]:.7g}"))).limit_denominator(10**6)
            target[axis] = floor(own[axis] * factors[axis])
        elif sizes is not None:
            target[axis] = sizes[place]
            factors[axis] = Fraction(sizes[place], own[axis])
    if (
        sizes is not None
        and (policy := call.word("keep_aspect_ratio_policy", "stretch")) != "stretch"
    ):
        wanted = [Fraction(target[a], own[a]) for a in numbers]
        ratio = min(wanted) if policy == "not_larger" else max(wanted)
        for a in numbers:
            factors[a], target[a] = ratio, int(own[a] * ratio + Fraction(1, 2))
    if any(n < 1 for n in target):
        raise call.to.refuse(call.op, f"nothing is left of {'x'.join(map(str, own))}")
    changed = [a for a in range(rank) if target[a] != own[a]]
    if not changed:
        return value
    mode = call.word("mode", "nearest")
    with giving(target):
        if mode == "nearest":
            return _nearest(call, value, target, factors, is_sized=scales is None)
        return _interpolated(call, value, target, factors, mode, is_sized=scales is None)


def _asked(call: Call, count: int) -> tuple[tuple[float, ...] | None, tuple[int, ...] | None]:
    """Return the factors or the sizes that are asked for."""
    said = call.op.attributes.get("scales")
    if isinstance(said, tuple):
        return tuple(float(n) for n in said if isinstance(n, int | float)), None
    old = call.op.operator == "Upsample" or call.opset < 11  # noqa: PLR2004 - where scales stand
    given = call.known(1 if old else 2)
    if given is not None and given.count:
        if given.numbers is None or len(given.numbers) != count:
            raise Unsupported("its factors are not known")
        return tuple(float(n) for n in given.numbers), None
    sizes = call.integers(3)
    if sizes is None or len(sizes) != count:
        raise call.to.refuse(call.op, "neither factors nor sizes are given")
    return None, sizes


def _nearest(
    call: Call, value: Viewed, target: list[int], factors: list[Fraction], *, is_sized: bool
) -> Viewed:
    """Take the nearest places: by a layer that resizes if it takes the same, or one by one."""
    where = call.word("coordinate_transformation_mode", "half_pixel")
    rounding = call.word("nearest_mode", "round_prefer_floor")
    if call.op.operator == "Upsample" or call.opset < 11:  # noqa: PLR2004 - what came later
        where, rounding = "asymmetric", "floor"
    if where == "tf_crop_and_resize":
        raise Unsupported("it crops and resizes")
    own = value.extents
    changed = [a for a in range(len(own)) if target[a] != own[a]]
    if any(target[a] > MOST_PLACES for a in changed):
        raise Unsupported(f"it takes more than {MOST_PLACES:,} places one by one")
    places = {a: _places(own[a], target[a], factors[a], where, rounding) for a in changed}
    made, lead = call.map(value)
    if not lead and all(a > 1 for a in changed) and made.shape.rank:
        spatial = range(2, len(own))
        for method, index in (("nearest", _floor), ("nearest_exact", _centre)):
            if all(
                places[a] == [index(k, own[a], target[a], factors[a]) for k in range(target[a])]
                for a in changed
            ):
                wanted = tuple(target[a] for a in spatial)
                how = _sized([factors[a] for a in spatial], wanted, is_sized=is_sized)
                how |= {} if method == "nearest" else {"method": method}
                if Resize(**how).shape(made.shape).size == wanted:
                    return call.mapped(call.add("resize", made, **how), value, lead)
    for axis in changed:
        value = taken(call, value, axis, places[axis])
    return value


def _floor(k: int, n: int, m: int, factor: Fraction) -> int:
    step = Fraction(n, m) if n * factor == m else 1 / factor
    return min(floor(k * step), n - 1)


def _centre(k: int, n: int, m: int, factor: Fraction) -> int:
    step = Fraction(n, m) if n * factor == m else 1 / factor
    return min(floor((k + Fraction(1, 2)) * step), n - 1)


def _scale(factors: list[Fraction]) -> dict[str, Any]:
    numbers = [f.numerator if f.denominator == 1 else float(f) for f in factors]
    return {"scale": numbers[0] if len(set(numbers)) == 1 else tuple(numbers)}


def _sized(factors: list[Fraction], size: tuple[int, ...], *, is_sized: bool) -> dict[str, Any]:
    """Return the factors, or a size that is asked for if they are not whole."""
    if not is_sized or all(f.denominator == 1 for f in factors):
        return _scale(factors)
    return {"size": size[0] if len(set(size)) == 1 else size}


def _places(n: int, m: int, factor: Fraction, where: str, rounding: str) -> list[int]:
    """Return which place is nearest to each output, exactly."""
    half = Fraction(1, 2)
    at: Callable[[int], Fraction]
    match where:
        case "asymmetric":
            at = lambda k: k / factor  # noqa: E731 - one of several
        case "align_corners":
            at = lambda k: Fraction(k * (n - 1), m - 1) if m > 1 else Fraction(0)  # noqa: E731
        case "half_pixel_symmetric":
            shift = Fraction(n, 2) * (1 - Fraction(m) / (n * factor))
            at = lambda k: shift + (k + half) / factor - half  # noqa: E731
        case "pytorch_half_pixel":
            at = lambda k: (k + half) / factor - half if m > 1 else Fraction(0)  # noqa: E731
        case _:
            at = lambda k: (k + half) / factor - half  # noqa: E731
    found = []
    for k in range(m):
        x = at(k)
        match rounding:
            case "floor":
                place = floor(x)
            case "ceil":
                place = ceil(x)
            case "round_prefer_ceil":
                place = floor(x + half)
            case _:
                place = ceil(x - half)
        found.append(min(max(place, 0), n - 1))
    return found


def _interpolated(
    call: Call,
    value: Viewed,
    target: list[int],
    factors: list[Fraction],
    mode: str,
    *,
    is_sized: bool,
) -> Viewed:
    """Add a layer that weighs what lies around each place."""
    own = value.extents
    where = call.word("coordinate_transformation_mode", "half_pixel")
    if call.op.operator == "Upsample" or call.opset < 11:  # noqa: PLR2004 - what came later
        where = "asymmetric"
    if call.whole("antialias") and any(m < n for n, m in zip(own, target, strict=True)):
        raise Unsupported("it weighs more of what it makes smaller")
    if where == "half_pixel_symmetric" and all(
        n * f == m for n, m, f in zip(own, target, factors, strict=True)
    ):
        where = "half_pixel"
    if where == "pytorch_half_pixel" and 1 in target[2:]:
        raise Unsupported("one place is read otherwise")
    if where == "align_corners" and any(
        n * f != m for n, f, m in zip(own, factors, target, strict=True)
    ):
        raise Unsupported("its corners are aligned with a size that is not a whole number")
    if where not in _COORDINATES:
        raise Unsupported(f"its places lie as '{where}' says")
    if call.whole("exclude_outside") and mode != "cubic":
        raise Unsupported("it leaves out what lies outside")
    if len(own) < 3 or any(target[a] != own[a] for a in (0, 1)):  # noqa: PLR2004 - positions
        return _of_matrix(call, value, target, factors, mode, where, is_sized=is_sized)
    made, lead = call.map(value)
    extents = (*(1,) * lead, *target[2:]) if not lead else (made.shape.size[0], *target[2:])
    spatial = [Fraction(1)] * lead + factors[2:]
    how = _how(call, mode, where, spatial, extents, is_sized=is_sized)
    if Resize(**how).shape(made.shape).size != tuple(extents):
        raise Unsupported("its size is rounded otherwise")
    return call.mapped(call.add("resize", made, **how), value, lead)


def _how(
    call: Call,
    mode: str,
    where: str,
    factors: list[Fraction],
    extents: tuple[int, ...],
    *,
    is_sized: bool,
) -> dict[str, Any]:
    found: dict[str, Any] = {"method": "bilinear" if mode in {"linear", "bilinear"} else "bicubic"}
    found |= _sized(factors, extents, is_sized=is_sized)
    if where != "half_pixel" and _COORDINATES[where] != "half_pixel":
        found["coordinates"] = _COORDINATES[where]
    if mode == "cubic":
        coefficient = call.real("cubic_coeff_a", -0.75)
        if coefficient != -0.75:  # noqa: PLR2004 - the default
            found["coefficient"] = float(f"{coefficient:.7g}")
        if call.whole("exclude_outside"):
            found["exclude_outside"] = True
    return found


def _of_matrix(
    call: Call,
    value: Viewed,
    target: list[int],
    factors: list[Fraction],
    mode: str,
    where: str,
    *,
    is_sized: bool,
) -> Viewed:
    """Resize a tensor without channels, whose axes are all positions."""
    rank = len(target)
    view = value.view.insert([0, 0])
    wide = replace(value, view=view)
    groups = [[axis] for axis in range(2, rank + 2)]
    made = call.to.arranged(call.op, wide, [*groups, []])
    how = _how(call, mode, where, factors, tuple(target), is_sized=is_sized)
    if Resize(**how).shape(made.shape).size != tuple(target):
        raise Unsupported("its size is rounded otherwise")
    laid = call.mapped(call.add("resize", made, **how), wide, 0)
    return replace(laid, view=laid.view.remove([0, 1]))
