"""Parts: stretches, places and pieces of an axis."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates


@translates("slice")
def sliced(to: Translation, a: Arguments) -> Name:
    """Translate a stretch of an axis."""
    axis = a["dim"]
    start = a["start"] or 0
    end = to.shape(a["self"])[axis] if a["end"] is None else a["end"]
    bounds = [to.wholes(n) for n in (start, min(end, 2**62), axis, a["step"])]
    return to.emit("Slice", a["self"], *bounds)


@translates("flip")
def flip(to: Translation, a: Arguments) -> Name:
    """Translate axes whose places go backwards."""
    count = len(a["dims"])
    ends = ([-1] * count, [-(2**62)] * count, a["dims"], [-1] * count)
    return to.emit("Slice", a["self"], *(to.wholes(*numbers) for numbers in ends))


@translates("narrow")
def narrow(to: Translation, a: Arguments) -> Name:
    """Translate a stretch of a length."""
    bounds = [to.wholes(n) for n in (a["start"], a["start"] + a["length"], a["dim"], 1)]
    return to.emit("Slice", a["self"], *bounds)


@translates("select")
def select(to: Translation, a: Arguments) -> Name:
    """Translate one place of an axis."""
    place = to.wholes(a["index"], is_scalar=True)
    return to.emit("Gather", a["self"], place, axis=a["dim"])


@translates("index_select")
def index_select(to: Translation, a: Arguments) -> Name:
    """Translate places of an axis."""
    return to.emit("Gather", a["self"], a["index"], axis=a["dim"])


@translates("index")
def index(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate places of one axis."""
    given = [(axis, one) for axis, one in enumerate(a["indices"]) if one is not None]
    if len(given) != 1:
        return NotImplemented
    ((axis, places),) = given
    return to.emit("Gather", a["self"], places, axis=axis)


@translates("embedding")
def embedding(to: Translation, a: Arguments) -> Name:
    """Translate a lookup."""
    return to.emit("Gather", a["weight"], a["indices"], axis=0)


@translates("repeat_interleave")
def repeat_interleave(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate places that each come several times."""
    times, axis = a["repeats"], a["dim"]
    if not isinstance(times, int) or axis is None:
        return NotImplemented
    places = [place for place in range(to.shape(a["self"])[axis]) for _ in range(times)]
    return to.emit("Gather", a["self"], to.wholes(*places), axis=axis)


def _lengths(to: Translation, a: Arguments) -> list[int]:
    """Return how long each part is."""
    whole = to.shape(a["self"])[a["dim"]]
    if isinstance(sizes := a.get("split_sizes", a.get("split_size")), list):
        return sizes
    step = sizes if isinstance(sizes, int) else -(-whole // a["chunks"])
    return [min(step, whole - start) for start in range(0, whole, step)]


@translates("split", "split_with_sizes", "chunk")
def split(to: Translation, a: Arguments) -> list[Name]:
    """Translate an axis that is cut into parts."""
    lengths = _lengths(to, a)
    return list(
        to.emit_several(len(lengths), "Split", a["self"], to.wholes(*lengths), axis=a["dim"])
    )


@translates("unbind")
def unbind(to: Translation, a: Arguments) -> list[Name]:
    """Translate an axis whose every place is a tensor of its own."""
    count = to.shape(a["self"])[a["dim"]]
    places = [to.wholes(n, is_scalar=True) for n in range(count)]
    return [(to.emit("Gather", a["self"], place, axis=a["dim"])) for place in places]


@translates("roll")
def roll(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate what goes round."""
    if not a["dims"]:
        return NotImplemented
    value, extents = a["self"], to.shape(a["self"])
    for axis, amount in zip(a["dims"], a["shifts"], strict=True):
        n = extents[axis]
        if amount % n:
            ends = [(n - amount % n, n), (0, n - amount % n)]
            value = to.emit(
                "Concat",
                *(
                    to.emit("Slice", value, *(to.wholes(k) for k in (*end, axis, 1)))
                    for end in ends
                ),
                axis=axis % len(extents),
            )
    return value
