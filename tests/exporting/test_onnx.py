"""ONNX files without the wheel: what they hold, and what cannot be written."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn


def test_a_file_without_weights_is_small() -> None:
    # VGG-16 holds 138 million numbers.
    content = cnn.export("zoo:vgg16", "onnx").content
    assert len(content) < 20_000


def test_a_file_with_weights_holds_them() -> None:
    bare, full = (cnn.export("zoo:lenet5", "onnx", weights=w).content for w in (False, True))
    assert len(full) - len(bare) > 4 * 60_000


def test_what_is_too_large_for_protobuf_is_refused() -> None:
    spec = "{cnn: 1, input: 65536, layers: [{dense: 8192}]}"
    with pytest.raises(cnn.UsageError, match=r"too large: 2,147,516,416 > 2,146,435,072 bytes"):
        cnn.export(cnn.loads(spec), "onnx", weights=True)


def test_a_layer_that_cannot_be_written_is_named() -> None:
    spec = "{cnn: 1, input: 5x7x3, layers: [{opaque: {output: 5x7x3}, as: it}]}"
    with pytest.raises(cnn.UsageError, match="it: 'opaque' cannot be written for ONNX"):
        cnn.export(cnn.loads(spec), "onnx")


def test_what_onnx_cannot_do_is_named() -> None:
    spec = "{cnn: 1, input: 5x7x3, layers: [{lrn: {size: 2}}]}"
    with pytest.raises(cnn.UsageError, match="lrn1: 'lrn' over 2 channels, an even number, cannot"):
        cnn.export(cnn.loads(spec), "onnx")
