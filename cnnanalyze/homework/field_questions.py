"""Questions about what a unit sees: receptive field, jump and centre, climbed layer by layer.

The table follows one path from the input to the layer, the one that makes the field as large as it
is. Each rung runs on the index map that the layer's own rule gives, with a name for every number,
and is held against the field of the analysis, which is found by another method (intervals).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.core.expression import Expression, Name, Value, given, made
from cnnanalyze.core.number import Num, Ratio, tree
from cnnanalyze.core.reach import POINT, Everywhere, Reach, Transposed, Whole, Window
from cnnanalyze.core.strand import INPUT_FIELD, Field, Strand, follow_field
from cnnanalyze.homework.arrangement import arrange
from cnnanalyze.homework.asked import Asked, Draft
from cnnanalyze.homework.explanation import Rung, Step
from cnnanalyze.spec.node import INPUT, NodeId


class Link(NamedTuple):
    """One layer of the path: what its units see, and through which map they see it."""

    id: NodeId
    reach: Reach
    extent: int
    """The extent of the input, for layers that read all of it."""
    below: Strand
    strand: Strand
    direct: bool
    """Whether the map alone explains the strand; if not, several paths meet here."""


Naming = Callable[[str], Name]


class Climb(NamedTuple):
    """The numbers of one layer of the path, and how they come about."""

    label: str
    kernel: Expression
    stride: Expression
    size: Expression
    jump: Expression
    first: Expression


def path(asked: Asked, axis: int) -> list[Link]:
    """Return the layers through which the units of a layer see most, from the input on."""
    analysis = asked.analysis
    at, strand = asked.node.id, _field(asked, asked.node.id, axis).local
    links: list[Link] = []
    while at != INPUT:
        node = analysis.network[at]
        maps = node.layer.reach(*node.input_shapes)
        assert maps is not None
        found = []
        for k, source in enumerate(node.inputs):
            own = maps[k]
            reach = own[axis] if axis < len(own) else POINT
            extent = node.input_shapes[k].size[axis] if axis < len(own) else 1
            for below in _strands(_field(asked, source, axis)):
                above = follow_field(Field((below,)), reach, extent)
                found += [
                    (one == strand, one.size, k, source, reach, extent, below)
                    for one in above.strands
                ]
        direct, _, _, source, reach, extent, below = max(found, key=_preference)
        links.append(Link(at, reach, extent, below, strand, direct))
        at, strand = source, below
    return links[::-1]


def _preference(
    candidate: tuple[bool, int, int, NodeId, Reach, int, Strand],
) -> tuple[bool, int, int]:
    return candidate[0], candidate[1], -candidate[2]


def _strands(field: Field) -> Sequence[Strand]:
    local = field.local
    return (local, *(s for s in field.strands if s is not local))


def _field(asked: Asked, id: NodeId, axis: int) -> Field:  # noqa: A002
    if id == INPUT:
        return INPUT_FIELD
    fields = asked.analysis.facts[id].fields
    assert fields is not None
    return fields[axis]


def climb(asked: Asked, axis: int | None) -> list[Climb]:
    """Return the numbers of every layer of the path, each computed from those of the one before.

    Without an axis, the numbers are those of the first one, and hold for all.
    """
    rank = asked.analysis.network.input.rank

    def name(key: str) -> Name:
        return Name(key, axis, rank)

    return [_rung(asked, link, axis or 0, name) for link in path(asked, axis or 0)]


def _rung(asked: Asked, link: Link, axis: int, name: Naming) -> Climb:
    def arranged(number: object) -> Expression:
        return arrange(tree(number), asked.notation)

    below = link.below
    seen = below.intervals[0]
    size = Num(below.size, name("field before"))
    rate = below.rate
    jump = _named(rate, name("jump before"))
    first = Num(seen[0] if seen else 0, name("first before"))
    reach = link.reach
    if link.direct and link.strand == below:
        return Climb(link.id, given(1), given(1), *map(tree, (size, jump, first)))
    if link.direct and below.period == 1 and seen is not None and below.advance:
        if isinstance(reach, Whole):
            n = Num(link.extent, name("kernel"))
            return _checked(
                link,
                name,
                arranged(n),
                given(1),
                arranged(size + (n - 1) * jump),
                given(0),
                tree(first),
            )
        if isinstance(reach, Everywhere) or reach is POINT:
            return _checked(link, name, given(1), given(1), tree(size), tree(jump), tree(first))
        if isinstance(reach, Window):
            w = _own(asked, link, axis)
            return _checked(
                link,
                name,
                arranged(w.kernel),
                arranged(w.stride),
                arranged(size + w.dilation * (w.kernel - 1) * jump),
                arranged(jump * w.stride),
                arranged(first - w.before * jump),
            )
    return _from_interval(link, name)


def _named(value: Value, name: Name) -> Num | Ratio:
    whole = Fraction(value)
    return Num(int(whole), name) if whole.denominator == 1 else Ratio(whole, name)


def _own(asked: Asked, link: Link, axis: int) -> Window:
    """Return the window of a layer, its numbers with their names."""
    layer = Asked(asked.analysis, asked.analysis.facts[link.id], asked.notation)
    maps = layer.layer.reach(*layer.inputs)
    assert maps is not None
    for own in maps:
        if axis < len(own) and isinstance(found := own[axis], Window) and found == link.reach:
            return found
    raise AssertionError(link.id)


def _checked(link: Link, name: Naming, *numbers: Expression) -> Climb:
    """Return a rung, if it gives what the intervals give; else read it off them."""
    rung = Climb(link.id, *numbers)
    seen = link.strand.intervals[0]
    agrees = (
        rung.size.value == link.strand.size
        and rung.jump.value == link.strand.rate
        and seen is not None
        and rung.first.value == seen[0]
    )
    return rung if agrees else _from_interval(link, name)


def _from_interval(link: Link, name: Naming) -> Climb:
    """Read a rung off the widest interval that a unit sees: ``b - a + 1``."""
    widest = max(filter(None, link.strand.intervals), key=lambda i: i[1] - i[0], default=(0, -1))
    first, last = given(widest[0], name("first")), given(widest[1], name("last"))
    size = made("+", last, made("-", first), given(1))
    zero = link.strand.intervals[0]
    reach = link.reach
    kernel = reach.kernel if isinstance(reach, Window | Transposed) else 1
    rate, before = link.strand.rate, link.below.rate
    if before and rate:
        step = given(_plain(rate / before), name("stride"))
        jump = made("*", given(_plain(before), name("jump before")), step)
    else:
        step, jump = given(1), given(_plain(rate))
    return Climb(link.id, given(kernel), step, size, jump, given(zero[0] if zero else 0))


def _plain(value: Value) -> Value:
    whole = Fraction(value)
    return whole.numerator if whole.denominator == 1 else whole


def _axes(asked: Asked) -> list[int | None]:
    """Return the axes to work out: all of them, or one for all if they are alike."""
    fields = asked.facts.fields
    assert fields is not None
    rank = len(fields)
    shapes = asked.analysis.network.input.size
    alike = len(set(fields)) == 1 and len(set(shapes)) == 1
    return [None] if alike and rank > 1 else list(range(rank))


def _draft(
    asked: Asked,
    column: Callable[[Climb], Expression],
    key: str,
    heads: tuple[str, ...],
    value: tuple[Value, ...],
    moves: Callable[[Climb], bool] | None = None,
) -> Draft:
    rank = asked.analysis.network.input.rank
    steps: list[Step] = []
    rungs: list[Rung] = []
    axes = _axes(asked)
    for axis in axes:
        rows = climb(asked, axis)
        shown = [r for r in rows if (moves(r) if moves else _moves(r, column))]
        if shown:
            steps.append(Step(Name(key, axis, rank), column(shown[-1])))
        else:
            steps.append(Step(Name(key, axis, rank), given(value[axis or 0])))
        named = "" if axis is None or rank == 1 else f" ({_WORDS[rank][axis]})"
        rungs += [
            Rung(r.label + named, tuple(getattr(r, "size" if h == "field" else h) for h in heads))
            for r in shown
        ]
    return Draft(steps, value, heads=tuple(map(Name, heads)), table=tuple(rungs))


_WORDS = {2: ("height", "width"), 3: ("depth", "height", "width")}


def _moves(rung: Climb, column: Callable[[Climb], Expression]) -> bool:
    """Whether a layer changes what its units see."""
    return any(not cell.is_given for cell in (rung.size, rung.jump, column(rung)))


def receptive_field(asked: Asked) -> Draft:
    """How much of the input does a unit see?"""
    assert asked.facts.fields is not None
    value = tuple(f.local.size for f in asked.facts.fields)
    draft = _draft(asked, lambda r: r.size, "field", ("kernel", "stride", "field", "jump"), value)
    draft.reasons.append(
        "A unit sees a window of units of the layer before. Neighbours among these lie one jump "
        "apart in the input, so each further one adds a jump; a stride widens all later jumps."
    )
    if any(f.local.period > 1 for f in asked.facts.fields):
        draft.reasons.append(
            "Behind a layer that makes the map larger, neighbouring units see stretches of "
            "different lengths; what counts is the longest, from its first index a to its last b."
        )
    if not any(f.local.advance for f in asked.facts.fields):
        draft.reasons.append(
            "A layer that reads its whole input (dense, flatten, global pooling) is like a kernel "
            "as large as that input; after it the field does not grow any more."
        )
    inputs = asked.analysis.network.input.size
    outside = [(r, n) for r, n in zip(value, inputs, strict=True) if r > n]
    if outside:
        _r, n = outside[0]
        draft.remarks.append(
            f"That is more than the {n} indices of the input: what lies outside is padding."
        )
    if not asked.facts.aligned:
        draft.remarks.append(
            "The paths to this layer are not aligned: their fields have other centres, and what a "
            "unit sees is the hull of them all."
        )
    return draft


def jump(asked: Asked) -> Draft:
    """How many input indices lie between two neighbouring units?"""
    assert asked.facts.fields is not None
    value = tuple(_plain(f.local.rate) for f in asked.facts.fields)
    heads = ("stride", "jump")
    draft = _draft(asked, lambda r: r.jump, "jump", heads, value, moves=_strides)
    draft.reasons.append("Neighbouring units are as far apart as all strides so far multiply to.")
    if not any(value):
        draft.reasons.append("After a layer that reads its whole input all units see the same.")
    return draft


def _strides(rung: Climb) -> bool:
    """Whether a layer changes the distance of what neighbouring units see."""
    return rung.stride.value != 1 or (rung.jump.is_given and rung.jump.value == 0)


def centre(asked: Asked) -> Draft:
    """Around which input index does the first unit see?"""
    assert asked.facts.fields is not None
    fields = asked.facts.fields
    value = tuple(_plain(f.local.centre) for f in fields)
    draft = _draft(asked, lambda r: r.first, "first", ("field", "jump", "first"), value)
    steps: list[Step] = []
    rank = asked.analysis.network.input.rank
    for axis in _axes(asked):
        local = fields[axis or 0].local
        seen = local.intervals[0]
        if local.period > 1 or seen is None:
            steps.append(Step(Name("centre", axis, rank), given(value[axis or 0])))
            continue
        first, size = (
            Num(seen[0], Name("first", axis, rank)),
            Num(local.size, Name("field", axis, rank)),
        )
        middle = first + (size - 1) / Num(2)
        steps.append(Step(Name("centre", axis, rank), arrange(tree(middle), asked.notation)))
    draft.steps = steps
    draft.reasons.append(
        "Padding moves what the first unit sees to the left, by a jump for each index; the centre "
        "lies in the middle of what it sees, counted from 0."
    )
    return draft
