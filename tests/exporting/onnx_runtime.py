"""Generated ONNX files: checked by the wheel, and run by ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.exporting.onnx.model import model_of
from cnnanalyze.graph.network import Network
from tests.exporting.networks import Array, Tensors

onnx: Any = pytest.importorskip("onnx", reason="generated ONNX files: onnx is not installed")
onnxruntime: Any = pytest.importorskip(
    "onnxruntime", reason="generated ONNX files: onnxruntime is not installed"
)

onnxruntime.set_default_logger_severity(4)


def checked(content: bytes) -> onnx.ModelProto:
    """Return a model that the strict checker accepts, with all shapes inferred."""
    model = onnx.load_model_from_string(content)
    onnx.checker.check_model(model, full_check=True)
    return onnx.shape_inference.infer_shapes(
        model, check_type=True, strict_mode=True, data_prop=True
    )


def sizes(model: onnx.ModelProto, name: str) -> tuple[int, ...]:
    """Return the inferred extents of a tensor, without the batch."""
    values = (*model.graph.value_info, *model.graph.output)
    (value,) = (v for v in values if v.name == name)
    return tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim[1:])


def computed(network: Network, tensors: Tensors, images: dict[str, Array]) -> list[Array]:
    """Return what ONNX Runtime makes of images with these weights."""
    content = model_of(network, tensors)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    fed = {
        name: np.ascontiguousarray(np.moveaxis(x, -1, 1), np.float32) for name, x in images.items()
    }
    return [np.asarray(array) for array in session.run(list(network.outputs), fed)]
