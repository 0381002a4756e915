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
    held = [(tensor.name, tensor) for tensor in model.graph.initializer] + [*_constants(model)]
    for name, tensor in held:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            shape = tuple(tensor.dims)
            drawn = draw.random(shape) + 0.5
            if len(shape) > 1:
                drawn = draw.standard_normal(shape) * scale / np.sqrt(np.prod(shape[1:]))
            kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
            made = onnx.numpy_helper.from_array(drawn.astype(kind), tensor.name)
            tensor.CopyFrom(made)
        tensors[name] = onnx.numpy_helper.to_array(tensor)
    return model.SerializeToString(), tensors


def _constants(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield the tensors that are written as operations, by the name of what these give."""
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            yield node.output[0], node.attribute[0].t


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


GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}
"""Where each gate of ONNX stands among those of the kinds."""


@pytest.mark.parametrize("word", GATES)
@pytest.mark.parametrize("place", [0, 1], ids=["sequence", "last"])
def test_what_recurs_from_the_end_computes_what_onnx_runtime_computes(
    word: str, place: int
) -> None:
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    make, order = onnx.helper, GATES[word]
    steps, read, units = 7, 3, 5
    draw = np.random.default_rng(11)
    held = {
        "kernel": draw.standard_normal((read, len(order) * units)).astype(np.float32),
        "recurrent kernel": draw.standard_normal((units, len(order) * units)).astype(np.float32),
        "bias": draw.standard_normal(len(order) * units).astype(np.float32),
        "recurrent bias": draw.standard_normal(len(order) * units).astype(np.float32),
    }

    def gates(role: str) -> Array:
        parts = np.split(held[role], len(order), axis=-1)
        return np.concatenate([parts[k] for k in order], axis=-1).T[None]

    bias = np.concatenate([gates("bias"), gates("recurrent bias")], axis=-1)
    tensors = {"w": gates("kernel"), "r": gates("recurrent kernel"), "b": bias}
    more = {"linear_before_reset": 1} if word == "GRU" else {}
    nodes = [
        make.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        make.make_node(
            word, ["t", "w", "r", "b"], ["s", "e"], hidden_size=units, direction="reverse", **more
        ),
        # Steps, directions, images, units; without the steps what is last.
        make.make_node("Transpose", ["se"[place]], ["y"], perm=[(2, 0, 1, 3), (1, 0, 2)][place]),
    ]
    value = make.make_tensor_value_info
    graph = make.make_graph(
        nodes,
        "g",
        [value("x", onnx.TensorProto.FLOAT, [1, steps, read])],
        [value("y", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(np.ascontiguousarray(a), n) for n, a in tensors.items()],
    )
    whole = make.make_model(graph, opset_imports=[make.make_opsetid("", 20)], ir_version=10)
    data = whole.SerializeToString()
    x = draw.standard_normal((1, steps, read)).astype(np.float32)
    session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (theirs,) = session.run(None, {"x": x})

    converted = convert(parse(memoryview(data)))
    assert "opaque" not in {node.kind for node in converted.network}
    ours = run(converted, {"x": x}, tensors, {word.lower(): held})
    assert np.allclose(ours["y"], theirs, rtol=1e-4, atol=1e-5)
