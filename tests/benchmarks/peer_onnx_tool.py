"""The peer: onnx-tool's profile of a file, or of ResNet-50 without its weights' values."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

FILE = Path(tempfile.gettempdir()) / "cnnanalyze-benchmark-resnet50.onnx"


def prepare() -> None:
    """Write ResNet-50 as an ONNX graph whose tensors are inputs, so that the file is small."""
    from onnx import TensorProto, helper, save

    nodes, inputs = [], [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 224, 224])]
    count = 0

    def tensor(*shape: int) -> str:
        name = f"w{len(inputs)}"
        inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)))
        return name

    def put(kind: str, *sources: str, **attributes: object) -> str:
        nonlocal count
        count += 1
        name = f"t{count}"
        nodes.append(helper.make_node(kind, list(sources), [name], name=name, **attributes))
        return name

    def conv(x: str, i: int, o: int, k: int, s: int = 1) -> str:
        window = {"kernel_shape": [k, k], "strides": [s, s], "pads": [k // 2] * 4}
        y = put("Conv", x, tensor(o, i, k, k), **window)
        return put("BatchNormalization", y, tensor(o), tensor(o), tensor(o), tensor(o))

    x = put("Relu", conv("x", 3, 64, 7, 2))
    x = put("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 64
    for width, depth, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for i in range(depth):
            s = stride if i == 0 else 1
            y = put("Relu", conv(x, channels, width, 1))
            y = put("Relu", conv(y, width, width, 3, s))
            y = conv(y, width, 4 * width, 1)
            same = channels == 4 * width and s == 1
            x = put("Relu", put("Add", y, x if same else conv(x, channels, 4 * width, 1, s)))
            channels = 4 * width
    x = put("Flatten", put("GlobalAveragePool", x))
    x = put("Gemm", x, tensor(1000, 2048), tensor(1000), transB=1)
    output = helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, 1000])
    save(helper.make_model(helper.make_graph(nodes, "resnet50", inputs, [output])), str(FILE))


if __name__ == "__main__":
    if "prepare" in sys.argv:
        prepare()
    else:
        import onnx_tool

        onnx_tool.model_profile(sys.argv[1] if len(sys.argv) > 1 else str(FILE))
