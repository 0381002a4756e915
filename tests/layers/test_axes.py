"""Laws and messages of the layers that take axes apart, join them and choose places."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import cnnanalyze as cnn
from cnnanalyze.core.partition import Gathered
from cnnanalyze.core.periodic_field import START, follow
from cnnanalyze.core.reach import POINT, WHOLE, Reach, Window
from cnnanalyze.core.resampling import Sampled
from cnnanalyze.core.shape import Shape
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.errors import ShapeError
from cnnanalyze.language.writer import write
from cnnanalyze.layers.axes import Gather, Rearrange, Roll
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.padding import Pad
from cnnanalyze.layers.rearrange import DepthToSpace, Permute, Slice, SpaceToDepth

X = Shape((5, 7), 12)


def read(pattern: str, x: Shape, **sizes: int) -> tuple[tuple[Reach, ...], ...]:
    return Rearrange(pattern=pattern, sizes=tuple(sizes.items())).reach(x)


def test_rearranging_back_restores_the_shape() -> None:
    there = Rearrange(pattern="h (w v) c -> v (h c) w", sizes=(("v", 7),))
    back = Rearrange(pattern="v (h c) w -> h (w v) c", sizes=(("h", 5),))
    assert there.shape(Shape((5, 21), 2)) == Shape((7, 10), 3)
    assert back.shape(there.shape(Shape((5, 21), 2))) == Shape((5, 21), 2)


def test_blocks_into_channels_and_back_read_what_their_kinds_read() -> None:
    wide, deep = Shape((6, 9), 2), Shape((2, 3), 18)
    assert read("(h p) (w q) c -> h w (c p q)", wide, p=3, q=3) == SpaceToDepth(block=3).reach(wide)
    assert read("h w (c p q) -> (h p) (w q) c", deep, p=3, q=3) == DepthToSpace(block=3).reach(deep)


def test_an_axis_in_another_place_is_told_as_permute_tells_it() -> None:
    layer = Rearrange(pattern="a b d c -> d a b c")
    x = Shape((2, 3, 5), 7)
    assert layer.moved_axes(x) == Permute(order=(3, 1, 2)).moved_axes(x)
    assert layer.reach(x) == ((POINT,) * 3,)
    assert Rearrange(pattern="h w c -> h w c").moved_axes(X) == ()


@pytest.mark.parametrize(
    ("pattern", "sizes", "expected"),
    [
        ("h w c -> (h w) c", {}, (WHOLE, WHOLE)),
        ("h w c -> h (w c)", {}, (WHOLE, WHOLE)),
        ("(h p) w c -> (p h) w c", {"p": 5}, (WHOLE, POINT)),
        ("(h p) w c -> p w (h c)", {"p": 5}, (WHOLE, POINT)),
        ("(h p) w c -> h w (p c)", {"p": 5}, (Window(5, stride=5), POINT)),
        ("h w (p c) -> h (w p) c", {"p": 3}, (POINT, Sampled(step=1, unit=3))),
        ("h w (p c) -> h (p w) c", {"p": 3}, (POINT, WHOLE)),
        ("h w c -> w 1 (h c)", {}, (WHOLE, POINT)),
    ],
)
def test_positions_are_kept_track_of_where_axes_stay_apart(
    pattern: str, sizes: dict[str, int], expected: tuple[Reach, ...]
) -> None:
    assert read(pattern, X, **sizes) == (expected,)


def test_chosen_places_are_read_and_nothing_else() -> None:
    layer = Gather(axis="width", positions=(6, 0, -2))
    assert layer.shape(X) == Shape((5, 3), 12)
    assert layer.reach(X) == ((POINT, Gathered((6, 0, 5), 7)),)
    path_field = follow(START, Gathered((6, 0, 5), 7))
    assert [path_field.at(o) for o in range(4)] == [(6, 6), (0, 0), (5, 5), (13, 13)]
    assert Gather(positions=(11, 0)).reach(X) == ((POINT, POINT),)
    reach = Gathered((3, 0), 5)
    assert [reach.first_from(i) for i in (0, 3, 4)] == [0, 0, 2]
    assert [reach.last_from(i) for i in (0, 3, 4)] == [0, 0, 2]
    assert reach.last(1) == 0


def test_a_stretch_is_what_python_slices() -> None:
    for start, stop, step in ((0, 5, 1), (-3, None, 1), (1, -1, 2), (0, 1, 3)):
        layer = Slice(axis=2, start=start, stop=stop, step=step)
        places = range(7)[start:stop:step]
        assert layer.shape(X) == Shape((5, len(places)), 12)
        assert layer.reach(X)[0][1] == Window(1, stride=step, before=-places[0])
    assert Slice(channels=(2, 5)).shape(X) == Slice(axis="channels", start=2, stop=5).shape(X)


def test_backwards_a_stretch_is_what_python_slices() -> None:
    ends = ((None, None, -1), (-1, None, -2), (5, 1, -1), (-2, -5, -2), (0, None, -1))
    for start, stop, step in ends:
        layer = Slice(axis=2, start=start, stop=stop, step=step)
        places = range(7)[start:stop:step]
        assert layer.shape(X) == Shape((5, len(places)), 12)
        reach = layer.reach(X)[0][1]
        assert isinstance(reach, Gathered)
        assert [reach.inside(o, 7) for o in range(len(places))] == [[p] for p in places]
    assert not Slice(axis=2, step=-1).without_effect(X)
    assert Slice(axis=2).without_effect(X)


def test_a_padding_of_nothing_is_refused() -> None:
    with pytest.raises(cnn.SpecError, match="pad needs 'padding' or 'channels'"):
        cnn.loads("{cnn: 1, input: 5x7x3, layers: [pad]}")


def test_channels_are_padded_as_the_map_is() -> None:
    net = cnn.loads(
        "cnn: 1\ninput: 5x7x3\nlayers:\n"
        "- {pad: {channels: [0, 2], mode: circular}}\n"
        "- {pad: {channels: 1, padding: [[2, 0], [1, 1]], fill: 0.5}}\n"
        "- flatten\n"
        "- {pad: {channels: [3, 4]}}\n"
    )
    assert [str(n.output) for n in net] == ["5x7x5", "7x9x7", "441", "448"]
    assert cnn.verify(net).is_balanced
    with pytest.raises(cnn.SpecError, match="pad needs a feature map, but its input is a vector"):
        cnn.loads("{cnn: 1, input: 7, layers: [{pad: {padding: 1, channels: 2}}]}")


def test_a_mirrored_axis_of_any_length_is_no_work() -> None:
    long = Shape((10**12,), 1)
    assert Slice(axis=1, step=-1).shape(long) == long
    assert Slice(axis=1, step=-1).reach(long)[0][0] == Gathered(range(10**12 - 1, -1, -1), 10**12)


def test_a_sequence_of_positions_balances_and_sees_all() -> None:
    net = cnn.loads(
        "cnn: 1\ninput: 6x4x3\nlayers:\n"
        "  - rearrange: 'h w c -> (h w) c'\n"
        "  - conv: {filters: 5, kernel: 3}\n"
        "  - rearrange: {pattern: '(h w) c -> h w c', sizes: {w: 2}}\n"
        "  - conv: {filters: 5, kernel: 1}\n"
    )
    assert balance(net).discrepancies == ()
    report = cnn.analyze(net)
    assert [str(n.output) for n in net] == ["24x3", "22x5", "11x2x5", "11x2x5"]
    assert report.analysis["conv2"].fields is not None
    assert [f.at(0) for f in report.analysis["conv2"].fields] == [(0, 5), (0, 3)]


def test_sizes_may_be_expressions_and_survive_being_written() -> None:
    net = cnn.loads(
        "cnn: 1\ninput: 6x4x3\nparams: {p: 2}\nlayers:\n"
        "  - rearrange: {pattern: '(h p) w c -> h w (p c)', sizes: {p: $p}}\n"
    )
    assert str(net.nodes[0].output) == "3x4x6"
    assert cnn.loads(write(net.network)).nodes[0].layer == net.nodes[0].layer


PATTERN = "must be a pattern such as 'h w c -> (h w) c'"
PLACES = "must be a list of places, counted from 0, as in [0, 2], or a range of them, as in 0..48/2"
AXIS = "must be one of depth, height, width, length, channels, or the number of an axis from 1"
RELATIONS: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "rearrange",
        {"pattern": "i c, j c -> i j c"},
        "pattern",
        "must name the axes of one input, not of 2",
    ),
    (
        "rearrange",
        {"pattern": "h w c -> h c"},
        "pattern",
        "must have the same names on both sides; 'w' is only before the arrow",
    ),
    (
        "rearrange",
        {"pattern": "h c -> h w c"},
        "pattern",
        "must have the same names on both sides; 'w' is only after the arrow",
    ),
    (
        "rearrange",
        {"pattern": "h c -> c h", "sizes": {"w": 2}},
        "sizes",
        "must be of axes in the pattern, which has no 'w'",
    ),
    (
        "rearrange",
        {"pattern": 3},
        "pattern",
        f"{PATTERN}, not 3",
    ),
    (
        "rearrange",
        {"pattern": "h c"},
        "pattern",
        f"{PATTERN} (it has no arrow: write 'inputs -> output'), not 'h c'",
    ),
    (
        "rearrange",
        {"pattern": "h c -> c h", "sizes": [1]},
        "sizes",
        "must be a length for each named axis, as in {p: 16, q: 16}, not [1]",
    ),
    (
        "gather",
        {"positions": []},
        "positions",
        f"{PLACES}, not []",
    ),
    (
        "gather",
        {"positions": ["0..3", "5..5"]},
        "positions",
        f"{PLACES}, not '5..5'",
    ),
    (
        "gather",
        {"positions": ["0..3", "0..1000000000"]},
        "positions",
        "names 1,000,000,003 places, and 1,000,000 are the most: 1,000,000,003 > 1,000,000",
    ),
    (
        "gather",
        {"positions": [0], "axis": "time"},
        "axis",
        f"{AXIS}, not 'time'",
    ),
    ("slice", {"axis": "width", "step": 0}, "step", "must be a whole number other than 0, not 0"),
    (
        "pad",
        {"channels": [1, 2, 3]},
        "channels",
        "must be a number for both ends, or [before, after], not [1, 2, 3]",
    ),
    (
        "slice",
        {},
        "axis",
        "must be given exactly when 'channels' is not; both are missing",
    ),
    (
        "slice",
        {"channels": [0, 2], "axis": "width"},
        "axis",
        "must be given exactly when 'channels' is not; both are given",
    ),
]


@pytest.mark.parametrize(("kind", "attributes", "attribute", "text"), RELATIONS)
def test_value_is_refused(kind: str, attributes: dict[str, Any], attribute: str, text: str) -> None:
    cls = KINDS.get(kind)
    assert cls is not None
    with pytest.raises(ValidationError) as caught:
        cls(**attributes)
    assert [(e["loc"], e["msg"]) for e in caught.value.errors()] == [((attribute,), text)]


BACKWARDS = (
    "count from 0, or from the end, from -1; "
    "backwards the start is above the stop, which is exclusive"
)
PLACES = "count from 0, or from the end, from -1; the stop is exclusive, at most 7"
SHAPES: list[tuple[str, dict[str, Any], str, str, str]] = [
    (
        "rearrange",
        {"pattern": "h w c -> w h c"},
        "'h w c' names 3 axes, but its input 7x12 has 2: 3 ≠ 2",
        "pattern",
        "name every axis of the input, the channels last",
    ),
    (
        "rearrange",
        {"pattern": "(n p) c -> n p c"},
        "the lengths of 'n' and 'p' in '(n p)' are not known: only their product is, 7",
        "pattern",
        "give all but one of them: sizes: {n: ...}",
    ),
    (
        "rearrange",
        {"pattern": "(n p) c -> n p c", "sizes": {"p": 2}},
        "7 of 7x12 is not a multiple of 2, as '(n p)' says: 7 mod 2 = 1",
        "pattern",
        "choose sizes that divide the axis, or bring it to a multiple of them",
    ),
    (
        "rearrange",
        {"pattern": "n c -> c n", "sizes": {"n": 5}},
        "'n' stands for 5, but the input 7x12 has 7: 5 ≠ 7",
        "pattern",
        "one name has one length, in every input and in 'sizes'",
    ),
    (
        "gather",
        {"axis": "length", "positions": (0, 7)},
        "place 7 is not within the 7 of 7x12 along length: 7 ≥ 7",
        "positions",
        "count from 0 to 6, or from the end, from -1 to -7",
    ),
    (
        "gather",
        {"axis": 1, "positions": (-8,)},
        "place -8 is not within the 7 of 7x12 along 1: -8 < -7",
        "positions",
        "count from 0 to 6, or from the end, from -1 to -7",
    ),
    (
        "gather",
        {"axis": "width", "positions": (0,)},
        "gather along 'width', but its input 7x12 has the axes length, channels",
        "axis",
        "name an axis that the input has, or its number from 1",
    ),
    (
        "slice",
        {"axis": "length", "start": 3, "stop": 9},
        "3 to 9 is not a stretch of the 7 of 7x12 along length: 9 > 7",
        "stop",
        PLACES,
    ),
    (
        "slice",
        {"axis": "length", "start": -9},
        "-2 to 7 is not a stretch of the 7 of 7x12 along length: -2 < 0",
        "start",
        PLACES,
    ),
    (
        "slice",
        {"axis": "length", "start": 3, "stop": 3},
        "3 to 3 is not a stretch of the 7 of 7x12 along length: 3 ≥ 3",
        "stop",
        PLACES,
    ),
    (
        "slice",
        {"axis": "length", "start": 1, "stop": 5, "step": -1},
        "1 to 5 is not a stretch of the 7 of 7x12 along length: 1 ≤ 5",
        "stop",
        BACKWARDS,
    ),
    (
        "slice",
        {"axis": "length", "start": 7, "step": -1},
        "7 to the first is not a stretch of the 7 of 7x12 along length: 7 ≥ 7",
        "start",
        BACKWARDS,
    ),
    (
        "slice",
        {"axis": "length", "start": -8, "step": -1},
        "-1 to the first is not a stretch of the 7 of 7x12 along length: -1 < 0",
        "start",
        BACKWARDS,
    ),
    (
        "slice",
        {"axis": "length", "stop": -8, "step": -1},
        "6 to -1 is not a stretch of the 7 of 7x12 along length: -1 < 0",
        "stop",
        BACKWARDS,
    ),
]


@pytest.mark.parametrize(("kind", "attributes", "text", "attribute", "remedy"), SHAPES)
def test_input_is_refused(
    kind: str, attributes: dict[str, Any], text: str, attribute: str, remedy: str
) -> None:
    cls = KINDS.get(kind)
    assert cls is not None
    with pytest.raises(ShapeError) as caught:
        cls(**attributes).shape(Shape((7,), 12))
    fault = caught.value
    assert (fault.message, fault.attribute, fault.faults[0].help) == (text, attribute, remedy)


def test_a_turned_map_reads_from_the_other_end() -> None:
    layer = Roll(amount=(2, -1))
    down, left = layer.reach(X)[0]
    assert [down.inside(o, 5) for o in range(5)] == [[3], [4], [0], [1], [2]]  # type: ignore[union-attr]
    assert [left.inside(o, 7) for o in (0, 6)] == [[1], [0]]  # type: ignore[union-attr]
    assert Roll(amount=(5, -14)).without_effect(X)
    assert not layer.without_effect(X)


def test_a_number_stands_in_a_constant_padding_alone() -> None:
    with pytest.raises(ValidationError) as caught:
        Pad(padding=1, mode="reflect", fill=2.0)
    assert [e["msg"] for e in caught.value.errors()] == [
        "must be 0 with mode 'reflect': only a constant padding has a number"
    ]


def test_layers_without_effect_say_so() -> None:
    assert Rearrange(pattern="h w c -> h w c").without_effect(X)
    assert not Rearrange(pattern="h w c -> w h c").without_effect(X)
    assert Gather(axis="height", positions=tuple(range(5))).without_effect(X)
    assert not Gather(axis="height", positions=(0,)).without_effect(X)
