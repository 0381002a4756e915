"""Attention and tokens: laws, figures and messages."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import cnnanalyze as cnn
from cnnanalyze.core.cost import Cost
from cnnanalyze.core.partition import Blocks
from cnnanalyze.core.periodic_field import START, follow
from cnnanalyze.core.reach import POINT, WHOLE, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attention import Attention
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.tokens import ClassToken, PositionEmbedding

X = Shape((14, 21), 12)
TOKENS = Shape((11,), 6)


def cost(layer: Attention, *inputs: Shape) -> Cost:
    return layer.cost(layer.shape(*inputs), *inputs)


def test_the_layer_that_a_tool_was_reported_to_miss() -> None:
    # https://github.com/facebookresearch/fvcore/issues/153
    report = cnn.analyze(cnn.loads("{cnn: 1, input: 300x448, layers: [{attention: {heads: 4}}]}"))
    assert report.analysis.total.parameters == 804_608
    assert report.analysis.total.operations() == 321_484_800


def test_windows_cost_what_as_many_small_maps_cost() -> None:
    windows, alone = Attention(heads=3, window=7, shift=3), Attention(heads=3)
    whole, part = cost(windows, X), cost(alone, Shape((7, 7), 12))
    assert whole == Cost(*(6 * n for n in part.counts))


def test_attention_along_an_axis_costs_what_as_many_sequences_cost() -> None:
    along, alone = (
        cost(Attention(heads=3, axis="width"), X),
        cost(Attention(heads=3), Shape((21,), 12)),
    )
    assert along == Cost(*(14 * n for n in alone.counts))


def test_heads_change_no_products() -> None:
    products = {Attention(heads=h).products(X) for h in (1, 2, 3, 4, 6, 12)}
    assert products == {2 * (14 * 21) ** 2 * 12}


def test_keys_of_another_map_are_asked_by_every_query() -> None:
    layer = Attention(heads=2)
    key = Shape((5, 7), 10)
    assert layer.shape(TOKENS, key) == TOKENS
    assert layer.reach(TOKENS, key) == ((POINT,), (WHOLE, WHOLE))
    assert layer.products(TOKENS, key) == 11 * 35 * 2 * (3 + 3)
    shapes = {p.role: p.shape for p in layer.params(TOKENS, key)}
    assert shapes["key kernel"] == (10, 6)
    assert shapes["query kernel"] == shapes["output kernel"] == (6, 6)


def test_what_is_learned_may_be_left_out() -> None:
    roles = [p.role for p in Attention(heads=2, bias=False, output_bias=True).params(TOKENS)]
    assert roles == ["query kernel", "key kernel", "value kernel", "output kernel", "output bias"]
    assert Attention(heads=2, projections=False).params(TOKENS) == ()
    (table,) = Attention(heads=2, projections=False, relative_position=True).params(TOKENS)
    assert (table.role, table.shape, table.is_bias) == ("relative positions", (21, 2), False)


def test_windows_are_read_by_themselves_and_shifted_ones_across_their_borders() -> None:
    own = Attention(heads=3, window=7, shift=3).reach(X)
    assert own == ((Blocks(7, 3), Blocks(7, 3)),)
    # What came together by the shift lies outside of the map on either side.
    assert [Blocks(7, 3).inside(o, 14) for o in (0, 13)] == [[0, 1, 2], [10, 11, 12, 13]]
    seen = follow(follow(START, Blocks(7)), Blocks(7, 3))
    assert [seen.at(o) for o in (3, 9, 10)] == [(0, 13), (0, 13), (7, 20)]
    assert (Blocks(7, 3).first_from(4), Blocks(7, 3).last_from(4)) == (10, 3)


def test_a_window_that_covers_an_axis_is_not_shifted() -> None:
    layer = Attention(heads=3, window=14, shift=7)
    x = Shape((14, 28), 12)
    assert layer.windows(x) == (14, 14)
    assert layer.shifts(x) == (0, 7)
    assert layer.reach(x) == ((WHOLE, Blocks(14, 7)),)


def test_causal_attention_sees_what_came_before() -> None:
    layer = Attention(heads=2, causal=True)
    assert layer.reach(TOKENS) == ((Window(11, before=10),),)
    assert Attention(heads=3, causal=True, axis="height").reach(X) == (
        (Window(14, before=13), POINT),
    )


def test_tokens_come_first() -> None:
    layer = ClassToken(tokens=2)
    assert layer.shape(TOKENS) == Shape((13,), 6)
    assert layer.reach(TOKENS) == ((Window(1, before=2),),)


SEQUENCE = "needs a sequence, but its input 14x21x12 has 2 spatial axes: 2 ≠ 1"
ALIKE = (
    "leave out 'window', 'axis', 'relative_position' and 'causal', or take as many keys along "
    "every axis as queries"
)
SHAPES: list[tuple[str, dict[str, Any], list[Shape], str, str, str]] = [
    (
        "attention",
        {"heads": 5},
        [X],
        "heads 5 does not divide the 12 channels of the input: 12 mod 5 = 2",
        "heads",
        "choose heads that divide the channels, or give 'key_size'",
    ),
    (
        "attention",
        {"heads": 3, "projections": False},
        [X, X, Shape((14, 21), 7)],
        "heads 3 does not divide the 7 channels of the value: 7 mod 3 = 1",
        "heads",
        "choose heads that divide the channels",
    ),
    (
        "attention",
        {"heads": 3, "projections": False},
        [X, Shape((14, 21), 9)],
        "queries of 12 numbers and keys of 9 cannot be compared: 12 ≠ 9",
        "",
        "bring both to as many channels, or let 'projections' do so",
    ),
    (
        "attention",
        {"heads": 3},
        [X, X, Shape((14, 20), 12)],
        "14x21 keys, but 14x20 values: each key has one value",
        "",
        "take keys and values of the same positions",
    ),
    (
        "attention",
        {"heads": 3, "window": 7},
        [X, Shape((14, 14), 12)],
        "the windows, axes and distances of 14x21 queries and 14x14 keys do not correspond",
        "",
        ALIKE,
    ),
    (
        "attention",
        {"heads": 3, "window": 8},
        [X],
        "windows of 8 do not tile height 14: 14 mod 8 = 6",
        "window",
        "bring height to a multiple of 8 with 'zeropad', or choose a window that divides it",
    ),
    (
        "attention",
        {"heads": 3, "window": 7, "shift": (0, 7)},
        [X],
        "a shift of 7 along width moves windows of 7 over their own size: 7 ≥ 7",
        "shift",
        "shift by at most 6; half a window is usual",
    ),
    (
        "attention",
        {"heads": 3, "causal": True},
        [X],
        "'causal' says what comes later along one axis, not in windows or on 2 axes",
        "causal",
        "name the 'axis', or make a sequence of the map with 'rearrange'",
    ),
    (
        "attention",
        {"heads": 3, "axis": "channels"},
        [X],
        "positions see each other along an axis of the map, not along the channels",
        "axis",
        "for attention between channels rearrange them to positions first",
    ),
    (
        "class_token",
        {},
        [X],
        f"class_token {SEQUENCE}",
        "",
        "make a sequence of the map: rearrange: 'h w c -> (h w) c'",
    ),
    (
        "position_embedding",
        {"method": "sinusoidal"},
        [X],
        f"a sinusoidal position_embedding {SEQUENCE}",
        "",
        "make a sequence of the map: rearrange: 'h w c -> (h w) c'",
    ),
]


@pytest.mark.parametrize(("kind", "attributes", "inputs", "text", "attribute", "remedy"), SHAPES)
def test_input_is_refused(
    kind: str,
    attributes: dict[str, Any],
    inputs: list[Shape],
    text: str,
    attribute: str,
    remedy: str,
) -> None:
    cls = KINDS.get(kind)
    assert cls is not None
    with pytest.raises(ShapeError) as caught:
        cls(**attributes).shape(*inputs)
    fault = caught.value
    assert (fault.message, fault.attribute, fault.faults[0].help) == (text, attribute, remedy)


@pytest.mark.parametrize("layer", [Attention(heads=2), ClassToken(), PositionEmbedding()])
def test_a_vector_has_no_positions(layer: Any) -> None:
    with pytest.raises(ShapeError, match="needs a feature map, but its input is a vector of 6"):
        layer.shape(Shape((), 6))


def test_sizes_without_projections_are_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        Attention(heads=2, output=7, projections=False)
    (error,) = caught.value.errors()
    assert (error["loc"], error["msg"]) == (
        ("projections",),
        "must be true if 'output' is given: nothing else makes it that large",
    )
