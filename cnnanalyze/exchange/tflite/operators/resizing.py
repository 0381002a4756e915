"""Maps of another size."""

from __future__ import annotations

from cnnanalyze.exchange.tflite.translation import Call, Name, translates


def _resized(call: Call, **how: str) -> Name:
    rank = 4
    n, _, _, channels = call.ranked(0, rank)
    size = call.constant(n, channels, *call.result.shape[1:-1])
    value = call.first(call.given(0), rank)
    return call.last(call.emit("Resize", value, "", "", size, **how), rank)


@translates("RESIZE_BILINEAR")
def resize_bilinear(call: Call) -> Name:
    """Translate what weighs the places around each."""
    where = "asymmetric"
    if call.whole("AlignCorners"):
        where = "align_corners"
    elif call.whole("HalfPixelCenters"):
        where = "half_pixel"
    return _resized(call, mode="linear", coordinate_transformation_mode=where)


@translates("RESIZE_NEAREST_NEIGHBOR")
def resize_nearest_neighbor(call: Call) -> Name:
    """Translate what takes the nearest place."""
    where, rounding = "asymmetric", "floor"
    if call.whole("AlignCorners"):
        where, rounding = "align_corners", "round_prefer_ceil"
    elif call.whole("HalfPixelCenters"):
        # It adds a half and cuts off, which is to round up what lies in the middle.
        where, rounding = "half_pixel", "round_prefer_ceil"
    return _resized(
        call, mode="nearest", coordinate_transformation_mode=where, nearest_mode=rounding
    )
