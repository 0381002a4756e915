"""Numbers of whole files: our executor and ONNX Runtime compute the same with drawn weights."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnanalyze.exchange.onnx.network import convert
from cnnanalyze.exchange.onnx.read import parse
from tests.exchange.onnx.numbers import Array, run

pytestmark = pytest.mark.frameworks

FOLDER = Path(__file__).parent / "exported"
FILES = sorted(path.name for path in FOLDER.glob("*.gz"))


GROWING = {"timm__starnet_s1__script.onnx.gz": 0.3}
"""What weights are scaled with where a network multiplies its own maps: numbers would explode."""


def filled(data: bytes, scale: float = 1.0) -> tuple[bytes, dict[str, Array]]:
    """Return a file with drawn numbers for weights that are elsewhere, and all of them."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load_model_from_string(data)
    draw = np.random.default_rng(7)
    tensors: dict[str, Array] = {}
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            shape = tuple(tensor.dims)
            drawn = draw.random(shape) + 0.5
            if len(shape) > 1:
                drawn = draw.standard_normal(shape) * scale / np.sqrt(np.prod(shape[1:]))
            kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
            made = onnx.numpy_helper.from_array(drawn.astype(kind), tensor.name)
            tensor.CopyFrom(made)
        tensors[tensor.name] = onnx.numpy_helper.to_array(tensor)
    tensors.update(_constants(model))
    return model.SerializeToString(), tensors


def _constants(model: Any) -> Iterator[tuple[str, Array]]:
    import onnx

    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            yield node.output[0], onnx.numpy_helper.to_array(node.attribute[0].t)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", FILES)
def test_exported_files_compute_what_onnx_runtime_computes(name: str) -> None:
    runtime = pytest.importorskip("onnxruntime")
    data, tensors = filled(gzip.decompress((FOLDER / name).read_bytes()), GROWING.get(name, 1.0))
    session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
    draw = np.random.default_rng(11)
    feeds = {
        one.name: draw.standard_normal([n if isinstance(n, int) else 1 for n in one.shape]).astype(
            np.float32
        )
        for one in session.get_inputs()
    }
    wanted = session.run(None, feeds)
    found = run(convert(parse(memoryview(data))), feeds, tensors)
    for output, numbers in zip(session.get_outputs(), wanted, strict=True):
        largest = np.abs(numbers).max()
        np.testing.assert_allclose(found[output.name], numbers, rtol=1e-3, atol=1e-3 * largest)
        assert np.ptp(numbers) > 1e-6 * largest
