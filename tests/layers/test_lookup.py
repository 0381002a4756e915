"""Laws of embeddings, and of tensors that layers of two kinds share."""

from __future__ import annotations

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.lookup import Embedding


def test_words_are_looked_up_at_every_position() -> None:
    layer = Embedding(words=11, size=5)
    assert layer.shape(Shape((), 7)) == Shape((7,), 5)
    assert layer.shape(Shape((7,), 1)) == Shape((7,), 5)
    assert layer.shape(Shape((3, 7), 1)) == Shape((3, 7), 5)


def test_several_channels_name_no_word() -> None:
    with pytest.raises(ShapeError) as refused:
        Embedding(words=11, size=5).shape(Shape((7,), 3))
    assert refused.value.message == (
        "embedding reads one number at each position, but its input has 3 channels: 3 ≠ 1"
    )
    assert refused.value.faults[0].help == ("give it a vector, or a map of one channel such as 7x1")


TIED = """
cnn: 1
name: Words in, words out, one table
input: 256
layers:
  - {embedding: {words: 50000, size: 384}, as: table}
  - {conv: {filters: 50000, kernel: 1, bias: false}, share: table}
"""


def test_a_table_that_reads_and_writes_words_is_counted_once() -> None:  # torchinfo#377
    total = cnn.analyze(cnn.loads(TIED)).total
    assert total.parameters == 50_000 * 384
    assert total.cost.mac == 256 * 50_000 * 384


SHARES = {
    "dense of an embedding": (
        "{cnn: 1, input: 1, layers: [{embedding: {words: 11, size: 5}, as: a}, "
        "{dense: {units: 11, bias: false}, share: a}]}"
    ),
    "dense of a dense": (
        "{cnn: 1, input: {features: 7}, layers: [{dense: {units: 3, bias: false}, as: a}, "
        "{dense: {units: 7, bias: false}, share: a}]}"
    ),
    "convolution of an embedding": (
        "{cnn: 1, input: 7, layers: [{embedding: {words: 11, size: 5}, as: a}, "
        "{conv: {filters: 11, kernel: 1, bias: false}, share: a}]}"
    ),
    "transposed convolution of a convolution": (
        "{cnn: 1, input: 13x17x3, layers: [{conv: {filters: 5, kernel: [3, 2], bias: false}, "
        "as: a}, {transposed_conv: {filters: 3, kernel: [3, 2], bias: false}, share: a}]}"
    ),
}


@pytest.mark.parametrize("text", SHARES.values(), ids=SHARES)
def test_tensors_that_are_those_of_another_kind_transposed_balance(text: str) -> None:
    network = cnn.loads(text)
    assert cnn.analyze(network).total.parameters == cnn.analyze(network)["a"].parameters
    assert cnn.verify(network).is_balanced


@pytest.mark.frameworks
def test_a_tied_decoder_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    from cnnanalyze.execute.run import RunStep, execute

    shapes = {"filters": 5, "kernel": (3, 2), "bias": False}
    conv = RunStep("a", "conv", shapes)
    back = RunStep("b", "transposed_conv", {**shapes, "filters": 3}, ("a",), share="a")
    image = np.random.default_rng(7).standard_normal((2, 11, 13, 3))
    kernel = np.random.default_rng(11).standard_normal((3, 2, 3, 5))
    given = RunStep("a", "conv", conv.attributes, weights={"kernel": kernel})
    ours = execute([given, back], image, ["b"], dtype=np.float64).outputs["b"]
    weight = torch.tensor(np.moveaxis(kernel, (-1, -2), (0, 1)))
    x = torch.nn.functional.conv2d(torch.tensor(np.moveaxis(image, -1, 1)), weight)
    theirs = torch.nn.functional.conv_transpose2d(x, weight)
    np.testing.assert_allclose(np.moveaxis(ours, -1, 1), theirs.numpy())


def test_tensors_that_are_not_transposed_are_refused() -> None:
    with pytest.raises(cnn.CnnError) as refused:
        cnn.loads(
            "{cnn: 1, input: 7, layers: [{embedding: {words: 11, size: 5}, as: a}, "
            "{conv: {filters: 11, kernel: 1}, share: a}]}"
        )
    assert (
        "conv1 cannot share the weights of a: conv (kernel 1x5x11, bias 11) ≠ embedding "
        "(table 11x5)"
    ) in str(refused.value)
    assert "or hold one tensor each (bias: false), of which one is the other transposed" in str(
        refused.value
    )
