"""What public reports said could not be counted or was counted wrong is right."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn

REPORTS = {
    # One convolution on two images: 10 parameters, 20 told (sksq96/pytorch-summary#201).
    "a convolution shared by two inputs": (
        ("inputs: {a: 16x16x1, b: 28x28x1}\nlayers:\n"
        "- {conv: {filters: 1, kernel: 3, padding: 1}, from: a, as: one}\n"
        "- {conv: {filters: 1, kernel: 3, padding: 1}, from: b, share: one, as: other}\n"
        "outputs: [one, other]\n"),
        10,
        9 * (16 * 16 + 28 * 28),
        "28x28x1",
    ),
    # PReLU with a slope for each element, as Keras has it (keras-team/keras#4452).
    "slopes of every element": (
        "input: 24x24x32\nlayers:\n- {prelu: {per_position: true}}\n", 18_432, 0, "24x24x32",
    ),
    # LSTM: multiply-accumulates of all steps (ThanatosShinji/onnx-tool#64).
    "an LSTM of 100 steps": (
        "input: 100x64\nlayers:\n- {lstm: 64}\n", 33_280, 100 * 4 * 64 * (64 + 64), "100x64",
    ),
    # Attention of 300 tokens (facebookresearch/fvcore#153).
    "attention of 300 tokens": (
        "input: 300x448\nlayers:\n- {attention: {heads: 8}}\n", 804_608, 321_484_800, "300x448",
    ),
    # The table of words is that of the output (TylerYep/torchinfo#377).
    "a tied embedding": (
        ("input: 256x1\nlayers:\n"
        "- {embedding: {words: 50000, size: 384}, as: table}\n"
        "- {conv: {filters: 50000, kernel: 1, bias: false}, share: table}\n"),
        50_000 * 384,
        None,
        None,
    ),
    # Deformable convolution counts (facebookresearch/fvcore#121).
    "a deformable convolution": (
        ("inputs: {map: 64x64x64, offset: 64x64x18}\nlayers:\n"
        "- {deform_conv: {filters: 64, kernel: 3, padding: 1}, from: [map, offset]}\n"),
        36_928,
        150_994_944,
        "64x64x64",
    ),
    # Fractional factors round down (Tencent/ncnn#6836).
    "seven pixels enlarged one and a half times": (
        "input: 7x7x3\nlayers:\n- {resize: {scale: 1.5, method: bilinear}}\n", 0, 0, "10x10x3",
    ),
    # Circular padding keeps the size (pytorch/pytorch#29712).
    "circular padding": (
        "input: 5x5x1\nlayers:\n- {conv: {filters: 1, kernel: 3, padding: circular}}\n",
        10,
        25 * 9,
        "5x5x1",
    ),
}  # fmt: skip
"""What was reported: a network, its parameters, its multiply-accumulates and its last output."""


@pytest.mark.parametrize("report", REPORTS)
def test_what_was_reported_is_right(report: str) -> None:
    text, parameters, macs, output = REPORTS[report]
    found = cnn.analyze(cnn.loads(f"cnn: 1\n{text}"))
    assert found.total.parameters == parameters
    assert found.total.complete
    if macs is not None:
        assert found.total.operations("mac") == macs
    if output is not None:
        assert str(found.network.nodes[-1].output) == output


def test_parameters_are_exact_where_the_size_is_not_known() -> None:
    # dmlc/nnvm#308
    net = cnn.loads(
        "{cnn: 1, input: HxWx3, layers: [{conv: {filters: 8, kernel: 3, padding: same}}, gap]}"
    )
    forms = cnn.closed_forms(net)
    assert str(forms.totals["parameters"]) == str(3 * 3 * 3 * 8 + 8)
    assert [layer.shape for layer in forms.layers] == ["HxWx8", "1x1x8"]
