"""Dependence: where lists of steps can be cut, and which parameters a step reads."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.language.dependence import Dependence


def pieces(layers: str, more: str = "") -> list[tuple[int, bool]]:
    """Return how many steps each piece of a list has, and whether it is open."""
    spec = cnn.loads(f"{{cnn: 1, input: 16x16x4, params: {{width: 4}}, {more}layers: [{layers}]}}")
    assert spec.document is not None
    found = Dependence(spec.document).pieces(spec.document.written.layers)
    return [(len(piece.steps.items), piece.is_open) for piece in found]


@pytest.mark.parametrize(
    ("layers", "cut"),
    [
        ("relu, tanh, selu", [(1, False)] * 3),
        ("relu, {add: [[tanh], []]}, selu", [(1, False)] * 3),
        ("{relu: , as: a}, tanh, {add: , from: [a, ^1]}", [(3, True)]),
        ("relu, {tanh: , as: a}, selu, {add: [a, []]}, elu", [(1, False), (3, False), (1, False)]),
        ("relu, tanh, {add: [relu1, []]}, elu", [(3, True), (1, False)]),
        ("relu, {add: , from: [input, relu1]}", [(2, True)]),
        (
            "{relu: , repeat: 2, as: r}, tanh, {add: , from: [r1, tanh1]}, elu",
            [(3, True), (1, False)],
        ),
        (
            "{relu: , as: a}, {tanh: , as: b}, {add: [a, []]}, {add: [b, []]}, elu",
            [(4, False), (1, False)],
        ),
        ("{dense: 3, as: d}, relu, {dense: 16, as: e}, {dropout: 0.5}", [(1, False)] * 4),
        (
            "{batchnorm: , as: d}, relu, {batchnorm: , share: d}, elu",
            [(3, False), (1, False)],
        ),
        ("{relu: , as: a$width}, {dropout: $width / 8}, elu", [(1, False)] * 3),
        ("relu6, {maxpool: {kernel: 2}}, gap", [(1, False)] * 3),
    ],
)
def test_lists_are_cut_where_nothing_is_read_by_name(
    layers: str, cut: list[tuple[int, bool]]
) -> None:
    assert pieces(layers) == cut


def test_a_table_whose_rows_read_what_is_outside_is_open() -> None:
    table = "{for: {k: [1, 2]}, do: [{add: [a, []]}]}"
    assert pieces(f"{{relu: , as: a}}, {table}, elu") == [(2, False), (1, False)]


def test_steps_read_the_parameters_of_blocks_that_they_call() -> None:
    spec = cnn.loads(
        "{cnn: 1, input: 16x16x4, params: {width: 4, rate: 0.5, other: 3}, "
        "defaults: {dropout: {rate: $rate}}, "
        "blocks: {inner: [{conv: {filters: $width, kernel: 1}}], outer: [inner]}, "
        "layers: [outer, relu, {dense: $other}]}"
    )
    document = spec.document
    assert document is not None
    dependence = Dependence(document)
    outer, relu, dense = (piece.steps for piece in dependence.pieces(document.written.layers))
    params = {"width", "rate", "other"}
    assert dependence.reads(outer) & params == {"width", "rate"}
    assert dependence.reads(relu) & params == {"rate"}
    assert dependence.reads(dense) & params == {"rate", "other"}
