"""Layers that change axes, borders and sizes."""

from __future__ import annotations

from math import prod
from typing import Any

from cnnanalyze.exchange.keras.conversion import Call, Unsupported, Viewed, items
from cnnanalyze.exchange.keras.layers.registry import converts

_METHODS = {"nearest": "nearest", "bilinear": "bilinear", "bicubic": "bicubic"}


def _rank(call: Call) -> int:
    return next((int(c) for c in call.layer.kind if c.isdigit()), 2)


@converts("Flatten")
def flatten(call: Call) -> Viewed:
    """All in one vector, the channels last."""
    value = call.value
    order = list(range(1, value.view.rank))
    if call.is_channels_first and len(order) > 1:
        order = [*order[1:], order[0]]
    return Viewed.whole(call.arranged(value, [order], named=True))


@converts("Reshape")
def reshape(call: Call) -> Viewed:
    """The same numbers with other extents."""
    value = call.value
    given = items(call.get("target_shape", "newshape", default=call.named.get("newshape")))
    if not isinstance(given, tuple) or not all(isinstance(n, int) for n in given):
        call.refuse("'target_shape' must be whole numbers")
    sizes = list(given)
    if sizes.count(-1) == 1:
        rest = prod(n for n in sizes if n != -1)
        sizes[sizes.index(-1)] = prod(value.extents) // max(rest, 1)
    if any(n < 1 for n in sizes):
        call.refuse(f"an extent must be at least 1, not {min(sizes)}")
    return call.reshaped(value, sizes)


@converts("Permute")
def permute(call: Call) -> Viewed:
    """The axes in another order."""
    value = call.value
    dims = call.wholes("dims", count=value.rank)
    if sorted(dims) != list(range(1, value.view.rank)):
        call.refuse(f"{dims} is not an order of {value.rank} axes")
    return Viewed(value.layer, value.view.transpose((0, *dims)))


@converts("RepeatVector")
def repeat(call: Call) -> Viewed:
    """A vector again and again, as a sequence."""
    value = call.value
    extents = (value.view.extents[0], call.whole("n"), *value.extents)
    return Viewed(value.layer, value.view.insert([1]).expand(extents))


def _borders(call: Call, name: str, rank: int) -> tuple[tuple[int, int], ...]:
    given = items(call.get(name, default=1))
    if isinstance(given, int) and not isinstance(given, bool):
        return ((given, given),) * rank
    pairs = (given,) if rank == 1 and isinstance(given, tuple) and len(given) == 2 else given  # noqa: PLR2004
    if not isinstance(pairs, tuple) or len(pairs) != rank:
        call.refuse(f"'{name}' must be numbers for {rank} axes")
    found = []
    for pair in pairs:
        both = (pair, pair) if isinstance(pair, int) else pair
        if not (
            isinstance(both, tuple) and len(both) == 2 and all(isinstance(n, int) for n in both)  # noqa: PLR2004
        ):
            call.refuse(f"'{name}' must be pairs of whole numbers")
        found.append((both[0], both[1]))
    return tuple(found)


@converts("ZeroPadding1D ZeroPadding2D ZeroPadding3D")
def zeropad(call: Call) -> Viewed:
    """Zeros around the map."""
    layer = call.map(call.value)
    padding = _borders(call, "padding", _rank(call))
    return call.mapped(call.add("zeropad", layer, padding=padding))


@converts("Cropping1D Cropping2D Cropping3D")
def crop(call: Call) -> Viewed:
    """The middle of the map."""
    layer = call.map(call.value)
    return call.mapped(call.add("crop", layer, amount=_borders(call, "cropping", _rank(call))))


@converts("CenterCrop")
def center_crop(call: Call) -> Viewed:
    """The middle of the map, of a given size."""
    layer = call.map(call.value)
    wanted = call.whole("height"), call.whole("width")
    if any(n < m for n, m in zip(layer.shape.size, wanted, strict=True)):
        raise Unsupported("it enlarges what is smaller")
    rest = [n - m for n, m in zip(layer.shape.size, wanted, strict=True)]
    amount = tuple((n // 2, n - n // 2) for n in rest)
    return call.mapped(call.add("crop", layer, amount=amount))


@converts("UpSampling1D UpSampling2D UpSampling3D")
def upsample(call: Call) -> Viewed:
    """Each position several times, or numbers between them."""
    scale = call.each("size", count=_rank(call))
    return _resized(call, {"scale": scale})


@converts("Resizing")
def resizing(call: Call) -> Viewed:
    """The map in another size."""
    if call.flag("crop_to_aspect_ratio", default=False) or call.flag(
        "pad_to_aspect_ratio", default=False
    ):
        raise Unsupported("it keeps the ratio of the sides")
    return _resized(call, {"size": (call.whole("height"), call.whole("width"))})


def _resized(call: Call, how: dict[str, Any]) -> Viewed:
    word = call.word("interpolation", "bilinear" if call.layer.kind == "Resizing" else "nearest")
    if word not in _METHODS:
        raise Unsupported(f"there is no kind for the interpolation '{word}'")
    return call.mapped(call.add("resize", call.map(call.value), method=_METHODS[word], **how))
