"""Axes: other extents, another order, other places of the same numbers."""

from __future__ import annotations

from cnnanalyze.exchange.tflite.translation import Call, Name, translates


@translates("RESHAPE")
def reshape(call: Call) -> Name:
    """Translate other extents, which an input or an option says; or else the file declares them."""
    extents = call.numbers(1) or call.wholes("NewShape") or call.result.shape
    return call.emit("Reshape", call.given(0), call.constant(*extents))


@translates("SQUEEZE")
def squeeze(call: Call) -> Name:
    """Translate what drops axes of extent 1: those that it names, or all."""
    rank = len(call.shape())
    axes = [axis % rank for axis in call.wholes("SqueezeDims")] if rank else []
    axes = axes or [axis for axis, n in enumerate(call.shape()) if n == 1]
    return call.emit("Squeeze", call.given(0), call.constant(*axes))


@translates("EXPAND_DIMS")
def expand_dims(call: Call) -> Name | None:
    """Translate an axis of extent 1 that comes in."""
    axis = call.numbers(1)
    return None if axis is None else call.emit("Unsqueeze", call.given(0), call.constant(*axis))


@translates("TRANSPOSE")
def transpose(call: Call) -> Name | None:
    """Translate another order of axes."""
    order = call.numbers(1)
    return None if order is None else call.emit("Transpose", call.given(0), perm=order)


@translates("BROADCAST_TO")
def broadcast_to(call: Call) -> Name:
    """Translate numbers that are met again along axes of extent 1."""
    return call.emit("Expand", call.given(0), call.constant(*call.result.shape))


@translates("TILE")
def tile(call: Call) -> Name | None:
    """Translate numbers that are met again and again."""
    times = call.numbers(1)
    return None if times is None else call.emit("Tile", call.given(0), call.constant(*times))


@translates("DEPTH_TO_SPACE", "SPACE_TO_DEPTH")
def blocks(call: Call) -> Name:
    """Translate channels that become blocks of positions, or the other way round."""
    words = {"DEPTH_TO_SPACE": "DepthToSpace", "SPACE_TO_DEPTH": "SpaceToDepth"}
    rank = len(call.shape())
    value = call.first(call.given(0), rank)
    found = call.emit(words[call.operator.word], value, blocksize=call.whole("BlockSize", 1))
    return call.last(found, rank)
