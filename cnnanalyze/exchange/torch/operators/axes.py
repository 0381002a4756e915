"""Axes: what is counted, ordered or repeated otherwise."""

from __future__ import annotations

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates, wide


@translates(
    *(
        "view",
        "reshape",
        "_unsafe_view",
        "flatten",
        "unflatten",
        "squeeze",
        "squeeze_",
        "unsqueeze",
    ),
    *("unsqueeze_", "view_as", "reshape_as", "ravel"),
)
def reshape(to: Translation, a: Arguments) -> Name:
    """Translate what only counts axes otherwise."""
    value = a["self"]
    return to.emit("Reshape", value, to.wholes(*to.result))


@translates("permute")
def permute(to: Translation, a: Arguments) -> Name:
    """Translate another order of the axes."""
    rank = len(a["dims"])
    return to.emit("Transpose", a["self"], perm=tuple(axis % rank for axis in a["dims"]))


@translates("transpose", "transpose_", "swapaxes", "swapdims", "t", "mT")
def transpose(to: Translation, a: Arguments) -> Name:
    """Translate two axes that change their places."""
    rank = len(to.shape(a["self"]))
    one, other = (
        a.get("dim0", a.get("axis0", 0)) % rank,
        a.get("dim1", a.get("axis1", rank - 1)) % rank,
    )
    order = list(range(rank))
    order[one], order[other] = order[other], order[one]
    return to.emit("Transpose", a["self"], perm=tuple(order))


@translates("movedim")
def movedim(to: Translation, a: Arguments) -> Name:
    """Translate axes that move."""
    rank = len(to.shape(a["self"]))
    moved = [[axis % rank for axis in wide(a[key], 1)] for key in ("source", "destination")]
    order: list[int | None] = [None] * rank
    for source, destination in zip(*moved, strict=True):
        order[destination] = source
    rest = iter(axis for axis in range(rank) if axis not in moved[0])
    perm = tuple(next(rest) if axis is None else axis for axis in order)
    return to.emit("Transpose", a["self"], perm=perm)


@translates("expand", "expand_as", "broadcast_to")
def expand(to: Translation, a: Arguments) -> Name:
    """Translate what is repeated without being stored."""
    return to.emit("Expand", a["self"], to.wholes(*to.result))


@translates("repeat", "tile")
def repeat(to: Translation, a: Arguments) -> Name:
    """Translate what is repeated."""
    times = tuple(a.get("repeats", a.get("dims")))
    value, given = a["self"], to.shape(a["self"])
    times = (1,) * (len(given) - len(times)) + times
    if len(times) > len(given):
        value = to.emit("Reshape", value, to.wholes(*(1,) * (len(times) - len(given)), *given))
    return to.emit("Tile", value, to.wholes(*times))


@translates("pixel_shuffle")
def pixel_shuffle(to: Translation, a: Arguments) -> Name:
    """Translate channels that become positions, in PyTorch's order."""
    return to.emit("DepthToSpace", a["self"], blocksize=a["upscale_factor"], mode="CRD")


@translates("pixel_unshuffle")
def pixel_unshuffle(to: Translation, a: Arguments) -> Name:
    """Translate positions that become channels, in PyTorch's order."""
    n, c, h, w = to.shape(a["self"])
    k = a["downscale_factor"]
    cut = to.emit("Reshape", a["self"], to.wholes(n, c, h // k, k, w // k, k))
    turned = to.emit("Transpose", cut, perm=(0, 1, 3, 5, 2, 4))
    return to.emit("Reshape", turned, to.wholes(*to.result))


@translates("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(to: Translation, a: Arguments) -> Name:
    """Translate channels that are dealt anew."""
    n, c, *size = to.shape(a["self"])
    groups, rest = a["groups"], range(3, 3 + len(size))
    cut = to.emit("Reshape", a["self"], to.wholes(n, groups, c // groups, *size))
    turned = to.emit("Transpose", cut, perm=(0, 2, 1, *rest))
    return to.emit("Reshape", turned, to.wholes(n, c, *size))
