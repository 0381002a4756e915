"""Depth in weighted layers, and the last layer that sees by place, against what papers print."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.depth import last_spatial

NAMED = {
    **{f"vgg{n}": n for n in (11, 13, 16, 19)},
    **{f"resnet{n}": n for n in (18, 34, 50, 101, 152)},
    **{f"densenet{n}": n for n in (121, 161, 169, 201)},
    "resnext50_32x4d": 50,
    "resnext101_64x4d": 101,
    "pyramidnet200_alpha300": 200,
    "darknet53": 53,
    "dpn131": 131,
    "m5": 5,
    "unet": 23,  # "in total the network has 23 convolutional layers" (Ronneberger et al., 2)
    "alexnet": 8,  # "the net contains eight layers with weights" (Krizhevsky et al., 3.5)
    "googlenet": 22,  # "22 layers deep when counting only layers with parameters" (section 5)
    "mobilenet_v1": 28,  # "counting depthwise and pointwise as separate layers, 28" (section 3.2)
}
"""Networks that are named after their depth, or whose papers give it."""


@pytest.mark.parametrize(("name", "depth"), NAMED.items())
def test_depth_is_the_one_that_the_name_or_the_paper_gives(name: str, depth: int) -> None:
    assert cnn.analyze(f"zoo:{name}").total.depth == depth


def test_a_separable_convolution_is_two_layers_and_a_norm_is_none() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 31x37x3, layers: [{separable: {filters: 5, kernel: 3}}, bn, prelu]}"
    )
    assert cnn.analyze(net).total.depth == 2


def test_a_layer_with_shared_weights_is_as_deep_as_its_source() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 31x37x3, layers: [{conv: {filters: 3, kernel: 3}, as: a}, "
        "{conv: {filters: 3, kernel: 3}, share: a}]}"
    )
    assert cnn.analyze(net).total.depth == 2


def test_the_depth_of_a_block_counts_inside_it() -> None:
    analysis = cnn.analyze("zoo:resnet50").analysis
    assert [analysis.total_below(f"stage{n}").depth for n in (1, 2, 3, 4)] == [
        3 * units for units in (3, 4, 6, 3)
    ]


def test_last_spatial_layer_is_the_one_before_the_global_pool() -> None:
    analysis = cnn.analyze("zoo:resnet50").analysis
    last = last_spatial(analysis)
    assert last is not None
    assert last.node.id == "stage4/residual3/relu1"
    assert last_spatial(cnn.analyze(cnn.loads("{cnn: 1, input: 5, layers: [relu]}"))) is None
