"""Terms: the sizes of single layers, counted by hand."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis import terms
from cnnanalyze.core.conventions.formula import PARTS, SIZES
from cnnanalyze.core.cost import OPERATIONS


def test_every_term_can_be_found() -> None:
    assert set(terms.SIZES) == set(SIZES)
    assert set(terms.PARTS) == set(PARTS)
    assert not set(SIZES) & set(OPERATIONS)


def size(term: str, layer: str, shape: str) -> int:
    net = cnn.loads(f"{{cnn: 1, input: {shape}, layers: [{layer}]}}")
    (facts,) = cnn.analyze(net).analysis
    return terms.SIZES[term](facts)


CONV = "{conv: {filters: 11, kernel: [2, 3]}}"  # 7x13x5 to 6x11x11
POOL = "{maxpool: {kernel: [2, 3], stride: [1, 2]}}"  # 7x13x5 to 6x6x5
TRANSPOSED = "{transposed_conv: {filters: 6, kernel: 3, stride: 2, groups: 2}}"


@pytest.mark.parametrize(
    ("term", "layer", "shape", "elements"),
    [
        ("input", CONV, "7x13x5", 455),
        ("output", CONV, "7x13x5", 726),
        ("positions", CONV, "7x13x5", 66),
        ("learned", CONV, "7x13x5", 2 * 3 * 5 * 11 + 11),
        ("applied", CONV, "7x13x5", 2 * 3 * 5 * 11 * 66),
        ("spread", CONV, "7x13x5", 726 * 2 * 3 * 11),
        ("slices", CONV, "7x13x5", 0),
        ("slices", "{conv: {filters: 11, kernel: [2, 3], bias: false}}", "7x13x5", 55),
        ("window", POOL, "7x13x5", 180 * 6),
        ("side", POOL, "7x13x5", 180 * 2),
        ("step", POOL, "7x13x5", 180 * 2),
        ("window", "gap", "7x13x5", 455),
        ("affine", "bn", "7x13x5", 455),
        ("affine", "{bn: {scale: false, center: false}}", "7x13x5", 0),
        ("window", "{lrn: {size: 3}}", "7x13x5", 455 * 3),
        ("stretched", "{lrn: {size: 3}}", "7x13x5", 91 * 7),
        # Each of 5x13 pixels of 4 channels meets 9 taps, and 6 filters over 2 groups twice: 1.
        ("regrouped", TRANSPOSED, "5x13x4", 5 * 13 * 4 * 9 * 1),
        # A plain convolution over 5x13, with the kernel 3 and the stride 2, ends at 2x6.
        ("shrunk", TRANSPOSED, "5x13x4", 3 * 2 * 6),
    ],
)
def test_size_of_a_layer(term: str, layer: str, shape: str, elements: int) -> None:
    assert size(term, layer, shape) == elements
