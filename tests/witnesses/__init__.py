"""Frameworks as witnesses: what PyTorch, Keras and ONNX Runtime make of a layer of ours."""

import os

# Keras asks for its backend when it is imported, and the one that is tried here is PyTorch.
os.environ.setdefault("KERAS_BACKEND", "torch")
