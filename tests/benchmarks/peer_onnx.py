"""The peer: the ``onnx`` wheel reads a file and infers the shapes."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    import onnx

    onnx.shape_inference.infer_shapes(onnx.load(sys.argv[1]), strict_mode=True, data_prop=True)
